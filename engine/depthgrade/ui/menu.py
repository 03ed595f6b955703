"""The menu bar and the dialogs that ask for a file."""

from pathlib import Path
from typing import TYPE_CHECKING

from imgui_bundle import ImVec2, imgui

from depthgrade import looks
from depthgrade.ui import files, theme
from depthgrade.ui.app import App
from depthgrade.ui.graph_actions import act_on_graph
from depthgrade.ui.widgets import scaled

if TYPE_CHECKING:
    from depthgrade.ui.shell import Shell


def draw_menu(app: App, shell: "Shell") -> None:
    """The bar; the project's name stands at its end."""
    imgui.push_style_var(imgui.StyleVar_.frame_padding, ImVec2(scaled(8), scaled(4)))
    if imgui.begin_main_menu_bar():
        if imgui.begin_menu("File"):
            _file(app)
            _leave()
            imgui.end_menu()
        if imgui.begin_menu("Edit"):
            undo, redo = app.history.undoable, app.history.redoable
            if imgui.menu_item(f"Undo {undo or ''}", "Ctrl-Z", False, undo is not None)[0]:
                app.undo()
            if imgui.menu_item(f"Redo {redo or ''}", "Shift-Ctrl-Z", False, redo is not None)[0]:
                app.redo()
            _leave()
            imgui.end_menu()
        if imgui.begin_menu("Node"):
            _node(app)
            _leave()
            imgui.end_menu()
        if imgui.begin_menu("View"):
            if imgui.menu_item_simple("Keep still", "Ctrl-Alt-G"):
                app.keep_still()
            if imgui.menu_item_simple("Lay out panels"):
                shell.arrange()
            _leave()
            imgui.end_menu()
        name = app.project_file.name if app.project_file else app.clip_name
        text = f"{name}{' •' if app.history.unsaved else ''}"
        width = imgui.calc_text_size(text).x
        imgui.same_line(max((imgui.get_window_width() - width) / 2, imgui.get_cursor_pos_x()))
        imgui.push_style_color(imgui.Col_.text, theme.vec4(theme.QUIET))
        imgui.text_unformatted(text)
        imgui.pop_style_color()
        imgui.end_main_menu_bar()
    imgui.pop_style_var()
    _dialog(app)


def _leave() -> None:
    """Closes the open menu on Escape."""
    if imgui.is_key_pressed(imgui.Key.escape):
        imgui.close_current_popup()


def _file(app: App) -> None:
    if imgui.menu_item_simple("Open…", "Ctrl-O"):
        files.ask(app, "open")
    if imgui.menu_item_simple("Save", "Ctrl-S"):
        files.save(app)
    if imgui.menu_item_simple("Save as…"):
        files.ask(app, "save as")
    if imgui.menu_item_simple("Save look as…"):
        files.ask(app, "save look as")
    imgui.separator()
    if imgui.begin_menu("Lay a look on the clip"):
        for name in looks.names():
            if imgui.menu_item_simple(name):
                files.lay_look(app, looks.load(name))
        imgui.end_menu()
    if imgui.menu_item_simple("Render…"):
        files.ask(app, "render to")
    if imgui.menu_item_simple("Analyse depth…"):
        files.ask(app, "analyse depth to")
    imgui.separator()
    if imgui.menu_item_simple("Close", "Ctrl-Q"):
        app.closing = True


def _node(app: App) -> None:
    for title, keys, act in (
        ("Serial", "Alt-S", "serial"),
        ("Parallel", "Alt-P", "parallel"),
        ("Layer", "Alt-L", "layer"),
        ("Outside", "Alt-O", "outside"),
        ("Duplicate", "", "duplicate"),
        ("Switch on or off", "Ctrl-D", "toggle"),
        ("Remove", "Delete", "remove"),
    ):
        if imgui.menu_item_simple(title, keys):
            act_on_graph(app, act)


def _dialog(app: App) -> None:
    """Asks for a path, in one line: it is typed or dropped on the window."""
    wish = app.asking
    if wish is None:
        return
    if not imgui.is_popup_open("path"):
        imgui.open_popup("path")
    centre = imgui.get_main_viewport().get_center()
    imgui.set_next_window_pos(centre, imgui.Cond_.appearing, ImVec2(0.5, 0.5))
    flags = imgui.WindowFlags_.always_auto_resize | imgui.WindowFlags_.no_title_bar
    shown, _ = imgui.begin_popup_modal("path", None, flags)
    if not shown:
        return
    imgui.text_unformatted(f"{wish.capitalize()}")
    if imgui.is_window_appearing():
        imgui.set_keyboard_focus_here()
    imgui.set_next_item_width(scaled(460))
    done, app.asked_path = imgui.input_text(
        "##path", app.asked_path, imgui.InputTextFlags_.enter_returns_true
    )
    names = completions(app.asked_path)
    for name in names[:8]:
        short = f"{Path(name).name}{'/' if name.endswith('/') else ''}"
        if imgui.selectable(short, False, imgui.SelectableFlags_.no_auto_close_popups)[0]:
            app.asked_path = name
    if len(names) > 8:
        imgui.text_disabled(f"and {len(names) - 8} more; type on")
    warning, refused = files.objection(wish, app.asked_path)
    if warning:
        imgui.text_colored(theme.vec4(theme.WRONG if refused else theme.QUIET), warning)
    if imgui.button("Cancel") or imgui.is_key_pressed(imgui.Key.escape):
        app.asking = None
        imgui.close_current_popup()
    imgui.same_line()
    imgui.begin_disabled(refused)
    pressed = imgui.button(wish.split(" ", maxsplit=1)[0].capitalize())
    imgui.end_disabled()
    if (pressed or done) and not refused:
        files.answer(app, wish, app.asked_path.strip())
        imgui.close_current_popup()
    imgui.end_popup()


def completions(text: str) -> list[str]:
    """What could be meant: the folder's entries that begin as the text does."""
    path = Path(text).expanduser()
    folder, start = (path, "") if text.endswith("/") or not text else (path.parent, path.name)
    try:
        found = sorted(p for p in folder.iterdir() if p.name.lower().startswith(start.lower()))
    except OSError:
        return []
    visible = [p for p in found if not p.name.startswith(".")]
    return [f"{p}/" if p.is_dir() else str(p) for p in visible if str(p) != text]
