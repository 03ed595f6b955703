"""The panels beside the node graph: looks to try, stills to compare with, renders on their way."""

from imgui_bundle import ImVec2, imgui
from imgui_bundle import icons_fontawesome_6 as icons

from depthgrade.gl.textures import interpolated
from depthgrade.ui import files, theme, widgets
from depthgrade.ui.app import App
from depthgrade.ui.shelf import Card
from depthgrade.ui.stills import Still
from depthgrade.ui.theme import u32
from depthgrade.ui.widgets import scaled

_CARD = 215.0  # the least comfortable width of a look's field


def draw_looks(app: App) -> None:
    """The looks there are, by where they come from, and an empty one; a click lays one on."""
    if widgets.chip("Save look…", on=False, help="Keep the look as it is among your own."):
        files.ask(app, "save look as")
    app.places.mark("save look")
    imgui.same_line()
    if widgets.chip("No grade", on=False, help="Source to output, nothing between."):
        files.lay_look(app, files.empty_look())
    app.places.mark("look none")
    room, gap = imgui.get_content_region_avail().x, imgui.get_style().item_spacing.x
    across = max(1, int((room + gap) / (scaled(_CARD) + gap)))
    width = min((room - gap * (across - 1)) / across, scaled(1.4 * _CARD))
    cards = app.shelf.cards(files.project_folder(app), app.now())
    for group in dict.fromkeys(card.group for card in cards):
        members = [card for card in cards if card.group == group]
        if group != "shipped":
            imgui.text_disabled("Saved" if group == "saved" else f"In {group}")
        for index, card in enumerate(members):
            if index % across:
                imgui.same_line()
            _card(app, card, ImVec2(width, scaled(74)))


def _card(app: App, card: Card, size: ImVec2) -> None:
    """A look as a field with its title and what it is for."""
    look, start = card.look, imgui.get_cursor_screen_pos()
    if imgui.invisible_button(f"##look {card.group} {card.name}", size):
        files.lay_look(app, look)
    app.places.mark(f"look {card.name}")
    about = look.about or ", ".join(look.nodes)
    widgets.tooltip(about)
    draw = imgui.get_window_draw_list()
    back = theme.FIELD_HOVERED if imgui.is_item_hovered() else theme.FIELD
    end = ImVec2(start.x + size.x, start.y + size.y)
    draw.add_rect_filled(start, end, u32(back), scaled(4))
    pad, line = scaled(9), imgui.get_font_size()
    room = size.x - 2 * pad
    top = ImVec2(start.x + pad, start.y + pad)
    draw.add_text(top, u32(theme.STRONG), widgets.clipped(look.title, room))
    below = ImVec2(start.x + pad, start.y + pad + line * 1.25)
    draw.push_clip_rect(start, ImVec2(end.x, end.y - pad / 2), True)
    draw.add_text(*(imgui.get_font(), line * 0.9, below, u32(theme.QUIET), about), wrap_width=room)
    draw.pop_clip_rect()


def draw_stills(app: App) -> None:
    """Kept pictures; one of them can be what the wipe compares with."""
    if widgets.icon_button(icons.ICON_FA_CAMERA, "Keep the picture as it is (Ctrl-Alt-G)."):
        app.keep_still()
    app.places.mark("keep still")
    imgui.same_line()
    if not app.stills.kept:
        imgui.text_disabled("Keep a still to compare other grades with it.")
        return
    if widgets.chip("against ungraded", app.view.against is None):
        app.view.against = None
    foot = imgui.get_frame_height_with_spacing() + imgui.get_style().scrollbar_size
    height = min(max(scaled(60), imgui.get_content_region_avail().y - foot), scaled(220))
    flags = imgui.WindowFlags_.horizontal_scrollbar
    imgui.begin_child("##stills", ImVec2(0, 0), imgui.ChildFlags_.none, flags)
    for index, still in enumerate(list(app.stills.kept)):
        if index:
            imgui.same_line()
        imgui.begin_group()
        _still(app, still, height)
        imgui.end_group()
    imgui.end_child()


def _still(app: App, still: Still, height: float) -> None:
    """A still with its name; a click compares with it."""
    texture = still.texture
    shape = texture.width / texture.height if texture is not None else 16 / 9
    width = height * shape
    start = imgui.get_cursor_screen_pos()
    if imgui.invisible_button(f"##still {still.stem}", ImVec2(width, height)):
        app.view.against = still.name
        app.view.compare = app.view.compare if app.view.compare != "off" else "wipe"
    app.places.mark(f"still {still.name}")
    draw = imgui.get_window_draw_list()
    end = ImVec2(start.x + width, start.y + height)
    draw.add_rect_filled(start, end, u32(theme.BEHIND_PICTURE))
    if texture is not None:
        draw.add_image(imgui.ImTextureRef(interpolated(texture).glo), start, end)
    if app.view.against == still.name:
        draw.add_rect(start, end, u32(theme.ACCENT), 0, scaled(2))
    imgui.text_unformatted(widgets.clipped(still.name, width - scaled(66)))
    imgui.same_line(0, scaled(4))
    imgui.push_id(still.stem)
    if still.look is not None:
        if imgui.small_button(icons.ICON_FA_ROTATE_LEFT):
            files.lay_look(app, still.look)
        app.places.mark(f"grade of still {still.name}")
        widgets.tooltip("Take the grade of this still.")
        imgui.same_line(0, scaled(2))
    if imgui.small_button(icons.ICON_FA_XMARK):
        app.stills.remove(still)
        app.view.against = None if app.view.against == still.name else app.view.against
    app.places.mark(f"remove still {still.name}")
    widgets.tooltip("Remove this still, from the disk too.")
    imgui.pop_id()


def draw_queue(app: App) -> None:
    """Renders and analyses: what waits, what runs and how far it is."""
    if widgets.chip("Render…", on=False, help="Render this project to a file."):
        files.ask(app, "render to")
    app.places.mark("render")
    imgui.same_line()
    help = "Make the clip's depth once, as files; the project uses them from then on."
    if widgets.chip("Analyse depth…", on=False, help=help):
        files.ask(app, "analyse depth to")
    app.places.mark("analyse depth")
    if app.render_range is not None:
        imgui.same_line()
        imgui.text_disabled(
            f"frames {app.render_range[0]} to {app.render_range[1] - 1} (in to out)"
        )
    for job in list(app.queue.jobs):
        imgui.push_id(str(job.out))
        imgui.align_text_to_frame_padding()
        color = theme.WRONG if job.state == "failed" else theme.TEXT
        imgui.text_colored(theme.vec4(color), widgets.clipped(job.out.name, scaled(220)))
        imgui.same_line(scaled(240))
        if job.state == "running":
            done = job.done / max(1, job.total)
            imgui.progress_bar(done, ImVec2(scaled(200), 0), f"{job.what} {job.done}/{job.total}")
        else:
            room = widgets.right_edge() - scaled(280)
            imgui.text_disabled(widgets.clipped(f"{job.state}  {job.note}", room))
            widgets.tooltip(job.note)
        imgui.same_line(widgets.right_edge() - scaled(30))
        if widgets.icon_button(icons.ICON_FA_XMARK, "Stop, or take out of the list."):
            app.queue.stop(job)
        imgui.pop_id()
