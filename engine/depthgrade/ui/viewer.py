"""The picture: fit, zoom and pan, comparison, keys, and what lies under the mouse."""

from dataclasses import dataclass

from imgui_bundle import ImVec2, imgui
from imgui_bundle import icons_fontawesome_6 as icons

from depthgrade.color import space
from depthgrade.gl.textures import Texture
from depthgrade.session.picked import Place
from depthgrade.ui import probe, theme, widgets
from depthgrade.ui.app import App
from depthgrade.ui.state import View
from depthgrade.ui.theme import u32
from depthgrade.ui.widgets import scaled

_CLOSEST, _FARTHEST = 16.0, 0.05  # screen pixels a picture pixel
_MODES = {
    "picture": "The graded picture.",
    "key": "The key of the selected node in grey: white is affected.",
    "overlay": "The key in red over the picture.",
    "matte": "The picture where the key is, on black.",
    "false colour": "Exposure: purple and blue are dark, green mid grey, pink skin, red clipped.",
}


@dataclass(frozen=True)
class Frame:
    """Where the picture lies on the screen, and how many screen pixels a clip pixel takes."""

    left: float
    top: float
    width: float
    height: float
    scale: float

    def at(self, x: float, y: float) -> tuple[float, float]:
        """The fraction of the picture under a screen position."""
        return (x - self.left) / self.width, (y - self.top) / self.height


def draw(app: App) -> None:
    """The panel."""
    _bar(app)
    _suggestion(app)
    start = imgui.get_cursor_screen_pos()
    room = imgui.get_content_region_avail()
    if room.x < 8 or room.y < 8:
        return
    view, player = app.view, app.player
    draw_list = imgui.get_window_draw_list()
    end = ImVec2(start.x + room.x, start.y + room.y)
    draw_list.add_rect_filled(start, end, u32(theme.BEHIND_PICTURE))
    flags = imgui.ButtonFlags_.mouse_button_left | imgui.ButtonFlags_.mouse_button_middle
    imgui.invisible_button("##picture", room, flags)
    app.places.mark("picture")
    if player is None or app.pictures.shown is None:
        _say(app, start, room)
        return
    width, height = player.info.size
    stretched = width * float(player.info.upright_pixel_aspect), float(height)
    side = view.compare == "side"
    place = _frame(view, start, (room.x / 2 if side else room.x, room.y), stretched)
    _navigate(view, start, room, place, stretched, side=side)
    draw_list.push_clip_rect(start, end, True)
    graded = _compared(app, place, start, end)
    if point := probe.followed(app):
        _marker(app, point, graded)
    draw_list.pop_clip_rect()
    _under_mouse(app, place, start, room)
    if problem := app.problem or app.missing:
        _banner(problem, start, room, wrong=True)
    else:
        _waiting(app, start, room)


def _compared(app: App, place: Frame, start: ImVec2, end: ImVec2) -> Frame:
    """The picture, beside or wiped against the reference; where the graded one lies."""
    view, shown, reference = app.view, app.pictures.shown, app.pictures.reference
    draw = imgui.get_window_draw_list()
    assert shown is not None
    if view.compare == "side":
        half = (end.x - start.x) / 2
        middle = start.x + half
        draw.push_clip_rect(start, ImVec2(middle, end.y), True)
        _image(reference or shown, place)
        draw.pop_clip_rect()
        shifted = Frame(place.left + half, place.top, place.width, place.height, place.scale)
        draw.push_clip_rect(ImVec2(middle, start.y), end, True)
        _image(shown, shifted)
        draw.pop_clip_rect()
        draw.add_line(ImVec2(middle, start.y), ImVec2(middle, end.y), u32(theme.LINE), 2)
        _corner(view.against or "ungraded", start, left=True)
        _corner("graded", ImVec2(middle, start.y), left=True)
        return shifted
    if view.compare == "wipe" and reference is not None:
        split = place.left + place.width * view.wipe
        draw.push_clip_rect(start, ImVec2(split, end.y), True)
        _image(reference, place)
        draw.pop_clip_rect()
        draw.push_clip_rect(ImVec2(split, start.y), end, True)
        _image(shown, place)
        draw.pop_clip_rect()
        _wipe(view, place, split, start, end)
        return place
    _image(shown, place)
    return place


def _bar(app: App) -> None:
    """What is shown and how, above the picture."""
    view = app.view
    changed = widgets.segments("mode", view.mode, tuple(_MODES), lambda word: _MODES[word])
    if changed is not None:
        view.mode = changed  # type: ignore[assignment]
    imgui.same_line()
    imgui.set_cursor_pos_y(imgui.get_cursor_pos_y() - imgui.get_frame_height_with_spacing())
    right = widgets.right_edge()
    names = (("wipe", "Wipe against the reference (W)."), ("side", "Side by side (Shift-W)."))
    zoom = "Fit" if view.zoom is None else f"{view.zoom * 100:.0f} %"
    buttons = scaled(28 * 3 + 60)
    imgui.same_line(max(right - buttons, scaled(360)))
    for mode, icon in zip(
        names, (icons.ICON_FA_CIRCLE_HALF_STROKE, icons.ICON_FA_TABLE_COLUMNS), strict=True
    ):
        if widgets.icon_button(icon, mode[1], on=view.compare == mode[0]):
            view.compare = "off" if view.compare == mode[0] else mode[0]  # type: ignore[assignment]
        imgui.same_line(0, 0)
    if widgets.icon_button(icons.ICON_FA_CROSSHAIRS, "Values under the mouse.", on=view.probe):
        view.probe = not view.probe
    imgui.same_line(0, scaled(4))
    imgui.push_style_color(imgui.Col_.button, theme.vec4(theme.grey(0, 0)))
    if imgui.button(f"{zoom}###zoom", ImVec2(scaled(54), 0)):
        view.zoom, view.centre = (1.0, view.centre) if view.zoom is None else (None, (0.5, 0.5))
    imgui.pop_style_color()
    widgets.tooltip("Fit the picture, or show it pixel by pixel (Z). The wheel zooms.")


def _suggestion(app: App) -> None:
    """A line with the colour space that the clip may be in, to be used or waved away."""
    found, clip = app.strip.suggestion, str(app.project.clip)
    if found is None or app.project.input != "auto" or clip in app.declined:
        return
    title = space(found.space).title
    seen = found.reason.partition(": a camera log")[0]  # the rest is in the help
    button = f"Use {title}"
    room = imgui.get_content_region_avail().x - imgui.calc_text_size(button).x - scaled(64)
    imgui.align_text_to_frame_padding()
    imgui.push_style_color(imgui.Col_.text, theme.vec4(theme.QUIET))
    imgui.text_unformatted(widgets.clipped(f"Is this a log? {seen}", room))
    imgui.pop_style_color()
    widgets.tooltip(f"{found.reason}. The clip is taken as {app.input_title} now.")
    imgui.same_line(widgets.right_edge() - imgui.calc_text_size(button).x - scaled(46))
    if widgets.chip(button, on=True, help="Take the clip to be in this space; undo takes it back."):
        app.use_space(found.space)
    app.places.mark("use suggested space")
    imgui.same_line(0, 0)
    if widgets.icon_button(icons.ICON_FA_XMARK, "Leave the clip as it is."):
        app.declined.add(clip)
    app.places.mark("decline suggested space")


def _frame(
    view: View, start: ImVec2, room: tuple[float, float], size: tuple[float, float]
) -> Frame:
    """Where the picture goes: whole pixels, so that 1:1 is exact."""
    fit = min(room[0] / size[0], room[1] / size[1])
    scale = fit if view.zoom is None else view.zoom
    width, height = size[0] * scale, size[1] * scale
    centre = (0.5, 0.5) if view.zoom is None else view.centre
    left = round(start.x + room[0] / 2 - centre[0] * width)
    top = round(start.y + room[1] / 2 - centre[1] * height)
    return Frame(left, top, width, height, scale)


def _navigate(
    view: View, start: ImVec2, room: ImVec2, place: Frame, size: tuple[float, float], *, side: bool
) -> None:
    """Wheel zooms about the mouse; the middle button, or space and drag, pans."""
    io = imgui.get_io()
    if not imgui.is_item_hovered() and not imgui.is_item_active():
        return
    if io.mouse_wheel and imgui.is_item_hovered():
        imgui.set_item_key_owner(imgui.Key.mouse_wheel_y)
        x = io.mouse_pos.x
        wide = room.x / 2 if side else room.x
        if side and x > start.x + wide:
            x -= wide
        at = place.at(x, io.mouse_pos.y)
        scale = min(max(place.scale * 1.2**io.mouse_wheel, _FARTHEST), _CLOSEST)
        off = (x - start.x - wide / 2, io.mouse_pos.y - start.y - room.y / 2)
        view.centre = (
            at[0] - off[0] / (size[0] * scale),
            at[1] - off[1] / (size[1] * scale),
        )
        view.zoom = scale
    panning = imgui.is_mouse_dragging(2, 0) or (
        imgui.is_mouse_dragging(0, 2) and view.zoom is not None and view.compare != "wipe"
    )
    if imgui.is_item_active() and panning and view.picking is None:
        view.zoom = place.scale
        view.centre = (
            view.centre[0] - io.mouse_delta.x / place.width,
            view.centre[1] - io.mouse_delta.y / place.height,
        )


def _image(texture: Texture, place: Frame) -> None:
    smooth = place.scale * texture.width < place.width * 1.999
    mode = 0x2601 if smooth else 0x2600  # GL_LINEAR, GL_NEAREST: pixels stay pixels when close
    texture.filter = (mode, mode)
    imgui.get_window_draw_list().add_image(
        imgui.ImTextureRef(texture.glo),
        ImVec2(place.left, place.top),
        ImVec2(place.left + place.width, place.top + place.height),
    )


def _wipe(view: View, place: Frame, split: float, start: ImVec2, end: ImVec2) -> None:
    """The line between reference and grade; dragging anywhere moves it."""
    draw = imgui.get_window_draw_list()
    draw.add_line(ImVec2(split, start.y), ImVec2(split, end.y), u32(theme.STRONG, 0.7), 1)
    if imgui.is_item_active() and imgui.is_mouse_down(0) and view.picking is None:
        x = imgui.get_io().mouse_pos.x
        view.wipe = min(max((x - place.left) / place.width, 0.0), 1.0)
    _corner(
        view.against or "ungraded",
        ImVec2(max(place.left, start.x), max(place.top, start.y)),
        left=True,
    )


def _marker(app: App, point: Place, place: Frame) -> None:
    """A cross where the picked target is; a faint one where it is held because it is hidden."""
    draw = imgui.get_window_draw_list()
    x = round(place.left + point.x * place.width) + 0.5
    y = round(place.top + point.y * place.height) + 0.5
    color = theme.ACCENT if point.seen else theme.QUIET
    inner, outer, line = scaled(3), scaled(9), round(scaled(1))
    for thick, shade in ((line + 2, u32(theme.grey(0.05, 0.65))), (line, u32(color))):
        for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1)):
            draw.add_line(
                ImVec2(x + inner * dx, y + inner * dy),
                ImVec2(x + outer * dx, y + outer * dy),
                shade,
                thick,
            )
    app.places.mark_at("picked target", ImVec2(x - outer, y - outer), ImVec2(x + outer, y + outer))


def _corner(text: str, at: ImVec2, *, left: bool) -> None:
    """A small word in a corner of the picture."""
    draw = imgui.get_window_draw_list()
    size = imgui.calc_text_size(text)
    pad = scaled(5)
    x = at.x + pad if left else at.x - size.x - 3 * pad
    top = ImVec2(x, at.y + pad)
    draw.add_rect_filled(
        top, ImVec2(x + size.x + 2 * pad, at.y + size.y + 2 * pad), u32(theme.grey(0.08, 0.72)), 3
    )
    draw.add_text(ImVec2(x + pad, at.y + 1.5 * pad), u32(theme.TEXT), text)


def _under_mouse(app: App, place: Frame, start: ImVec2, room: ImVec2) -> None:
    """The probe, and picking a depth."""
    view = app.view
    if not imgui.is_item_hovered():
        return
    mouse = imgui.get_io().mouse_pos
    u, v = place.at(mouse.x, mouse.y)
    if not (0 <= u < 1 and 0 <= v < 1):
        return
    if view.picking is not None:
        imgui.set_mouse_cursor(imgui.MouseCursor_.hand)
        target = probe.target_at(app, u, v)
        if imgui.is_mouse_clicked(0):
            probe.pick(app, u, v, follow=imgui.get_io().key_shift)
        if target is not None:
            lines = [f"target depth {target:.3f}", "Shift-click: follow this point"]
            _lines(lines, mouse, start, room)
        return
    if view.probe:
        _lines(probe.probe(app, u, v), mouse, start, room)


def _lines(lines: list[str], mouse: ImVec2, start: ImVec2, room: ImVec2) -> None:
    """A few lines beside the mouse, inside the panel."""
    if not lines:
        return
    draw = imgui.get_window_draw_list()
    pad, gap = scaled(7), scaled(16)
    step = imgui.get_font_size() + scaled(2)
    width = max(imgui.calc_text_size(line).x for line in lines) + 2 * pad
    height = step * len(lines) + 2 * pad - scaled(2)
    x = mouse.x + gap if mouse.x + gap + width < start.x + room.x else mouse.x - gap - width
    y = mouse.y + gap if mouse.y + gap + height < start.y + room.y else mouse.y - gap - height
    draw.add_rect_filled(
        ImVec2(x, y), ImVec2(x + width, y + height), u32(theme.grey(0.09, 0.88)), scaled(4)
    )
    for index, line in enumerate(lines):
        draw.add_text(ImVec2(x + pad, y + pad + index * step), u32(theme.TEXT), line)


def _say(app: App, start: ImVec2, room: ImVec2) -> None:
    """A few quiet words where the picture would be."""
    if app.problem:
        _banner(app.problem, start, room, wrong=True)
        return
    text = f"Opening {app.clip_name}…" if app.has_clip else "Open a clip or a project: Ctrl-O"
    size = imgui.calc_text_size(text)
    place = ImVec2(start.x + (room.x - size.x) / 2, start.y + (room.y - size.y) / 2)
    imgui.get_window_draw_list().add_text(place, u32(theme.QUIET), text)


def _waiting(app: App, start: ImVec2, room: ImVec2) -> None:
    """Says why the picture is not yet what it should be."""
    player, state = app.player, app.pictures.state
    if player is None or state is None:
        return
    progress = player.preview.depth.progress
    if not state.graded:
        what = "The grade" if state.deep else "Depth"
        text = f"{what} is being prepared; the picture is not graded yet"
        done = 0.0
        if progress is not None and not state.deep:
            text = f"{progress.what.capitalize()}: {progress.done} of {progress.total}"
            done = progress.done / max(1, progress.total)
        _banner(text, start, room, wrong=False, done=done)


def _banner(
    text: str, start: ImVec2, room: ImVec2, *, wrong: bool, done: float | None = None
) -> None:
    """A line at the foot of the picture."""
    draw = imgui.get_window_draw_list()
    pad = scaled(9)
    wrap = min(room.x - 6 * pad, scaled(560))
    size = imgui.calc_text_size(text, wrap_width=wrap)
    left = start.x + (room.x - size.x) / 2 - pad
    top = start.y + room.y - size.y - 4 * pad
    end = ImVec2(left + size.x + 2 * pad, top + size.y + 2 * pad)
    draw.add_rect_filled(ImVec2(left, top), end, u32(theme.grey(0.10, 0.92)), scaled(4))
    if done is not None:
        draw.add_rect_filled(
            ImVec2(left, end.y - scaled(2)),
            ImVec2(left + (end.x - left) * done, end.y),
            u32(theme.ACCENT),
        )
    color = theme.WRONG if wrong else theme.TEXT
    font = imgui.get_font()
    draw.add_text(
        font,
        imgui.get_font_size(),
        ImVec2(left + pad, top + pad),
        u32(color),
        text,
        wrap_width=wrap,
    )
