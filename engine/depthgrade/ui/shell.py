"""The whole interface in one window: menu bar, docked panels, status line, keys."""

from collections.abc import Callable

from imgui_bundle import ImVec2, imgui

from depthgrade.ui import inspector, scopes_panel, statistics, theme, transport, viewer, widgets
from depthgrade.ui.app import App
from depthgrade.ui.graph_panel import GraphPanel
from depthgrade.ui.keys import handle_keys
from depthgrade.ui.library import draw_looks, draw_queue, draw_stills
from depthgrade.ui.menu import draw_menu
from depthgrade.ui.theme import u32
from depthgrade.ui.widgets import scaled

_MESSAGE_SECONDS = 6.0


class Shell:
    """The panels of one application. `draw` once between imgui's new_frame and render."""

    def __init__(self) -> None:
        self.graph = GraphPanel()
        self.scopes = scopes_panel.ScopesPanel()
        self._laid_out = False

    def close(self) -> None:
        """Frees what panels hold."""
        self.graph.close()
        self.scopes.close()

    def draw(self, app: App) -> None:
        """Everything."""
        app.places.forget()
        if not imgui.is_any_item_active():
            app.release()
        handle_keys(app)
        draw_menu(app, self)
        viewport = imgui.get_main_viewport()
        line = imgui.get_frame_height()
        self._status(app, viewport, line)
        root = imgui.get_id("root")
        imgui.set_next_window_pos(viewport.work_pos)
        imgui.set_next_window_size(ImVec2(viewport.work_size.x, viewport.work_size.y - line))
        imgui.push_style_var(imgui.StyleVar_.window_padding, ImVec2(0, 0))
        flags = (
            imgui.WindowFlags_.no_decoration
            | imgui.WindowFlags_.no_docking
            | imgui.WindowFlags_.no_bring_to_front_on_focus
            | imgui.WindowFlags_.no_nav_focus
            | imgui.WindowFlags_.no_move
            | imgui.WindowFlags_.no_background  # the panels cover it: a fill less
        )
        imgui.begin("##root", None, flags)
        imgui.pop_style_var()
        size = ImVec2(viewport.work_size.x, viewport.work_size.y - line)
        if not self._laid_out:
            _dock(root, size)
            self._laid_out = True
        imgui.dock_space(root, size, imgui.DockNodeFlags_.auto_hide_tab_bar)
        imgui.end()
        _panel(app, "Viewer", lambda: viewer.draw(app))
        _panel(app, "Transport", lambda: transport.draw(app))
        _panel(app, "Nodes", lambda: self.graph.draw(app))
        _panel(app, "Looks", lambda: draw_looks(app))
        _panel(app, "Stills", lambda: draw_stills(app))
        _panel(app, "Render queue", lambda: draw_queue(app))
        app.measuring = False
        _panel(app, "Statistics", lambda: statistics.draw(app))
        _panel(app, "Inspector", lambda: inspector.draw(app))
        _panel(app, "Scopes", lambda: self.scopes.draw(app))

    def arrange(self) -> None:
        """Puts the panels back where they were at first."""
        self._laid_out = False

    def _status(self, app: App, viewport: imgui.Viewport, line: float) -> None:
        """One line at the foot: what happened last, what the clip is, where depth comes from."""
        low = viewport.work_pos.y + viewport.work_size.y
        draw = imgui.get_background_draw_list()
        left, right = viewport.work_pos.x, viewport.work_pos.x + viewport.work_size.x
        draw.add_rect_filled(ImVec2(left, low - line), ImVec2(right, low), u32(theme.grey(0.10)))
        pad = scaled(10)
        y = low - line + (line - imgui.get_font_size()) / 2
        message = app.message
        if message is not None and app.now() - message.since < _MESSAGE_SECONDS:
            color = theme.WRONG if message.wrong else theme.TEXT
            text = widgets.clipped(message.text, (right - left) * 0.6)
            draw.add_text(ImVec2(left + pad, y), u32(color), text)
        about = app.about
        width = imgui.calc_text_size(about).x
        draw.add_text(ImVec2(right - width - pad, y), u32(theme.QUIET), about)


def _panel(app: App, name: str, draw: Callable[[], None]) -> None:
    flags = imgui.WindowFlags_.no_collapse
    if name in ("Viewer", "Transport", "Nodes"):
        flags |= imgui.WindowFlags_.no_scrollbar | imgui.WindowFlags_.no_scroll_with_mouse
    shown, _ = imgui.begin(name, None, flags)
    low = imgui.get_window_pos()
    size = imgui.get_window_size()
    if shown:
        app.places.mark_at(f"panel {name}", low, ImVec2(low.x + size.x, low.y + size.y))
        draw()
    imgui.end()


def _dock(root: int, size: ImVec2) -> None:
    """Viewer in the middle, nodes below, controls and scopes to the right."""
    dock = imgui.internal
    dock.dock_builder_remove_node(root)
    dock.dock_builder_add_node(root, dock.DockNodeFlagsPrivate_.dock_space)
    dock.dock_builder_set_node_size(root, size)
    column = min(max(scaled(316), size.x * 0.235), scaled(640))
    right = dock.dock_builder_split_node(root, imgui.Dir.right, column / size.x)
    side, middle = right.id_at_dir, right.id_at_opposite_dir
    lower = dock.dock_builder_split_node(middle, imgui.Dir.down, 0.285)
    nodes, upper = lower.id_at_dir, lower.id_at_opposite_dir
    bar = scaled(104)
    foot = dock.dock_builder_split_node(upper, imgui.Dir.down, bar / (size.y * 0.715))
    scopes = dock.dock_builder_split_node(side, imgui.Dir.down, 0.33)
    for name, place in (
        ("Viewer", foot.id_at_opposite_dir),
        ("Transport", foot.id_at_dir),
        ("Nodes", nodes),
        ("Looks", nodes),
        ("Stills", nodes),
        ("Render queue", nodes),
        ("Statistics", nodes),
        ("Inspector", scopes.id_at_opposite_dir),
        ("Scopes", scopes.id_at_dir),
    ):
        dock.dock_builder_dock_window(name, place)
    for split in (foot, scopes):
        for place in (split.id_at_opposite_dir, split.id_at_dir):
            node = dock.dock_builder_get_node(place)
            # Beside the flag of the viewer's, which takes what a larger window brings.
            node.set_local_flags(node.local_flags | dock.DockNodeFlagsPrivate_.no_tab_bar)
    dock.dock_builder_finish(root)
