"""Below the picture: the timeline, the buttons that play, and how playback keeps up."""

from collections.abc import Callable

from imgui_bundle import ImVec2, imgui
from imgui_bundle import icons_fontawesome_6 as icons

from depthgrade.session.player import Player
from depthgrade.ui import theme, widgets
from depthgrade.ui.app import App
from depthgrade.ui.theme import u32
from depthgrade.ui.widgets import scaled

_CHOICE = 94.0  # the width of the choice of a size, at a scale of 1
_SIZES = {None: "Auto", 1: "Full", 2: "Half", 4: "Quarter"}


def draw(app: App) -> None:
    """The panel."""
    player = app.player
    if player is None or not player.info.frame_count:
        imgui.text_disabled("No clip.")
        return
    _timeline(app, player)
    _buttons(app, player)
    _numbers(app, player)


def timecode(player: Player, index: int) -> str:
    """Hours, minutes, seconds and frames of a frame, from the clip's start."""
    rate = max(1, round(player.info.rate))
    seconds, frames = divmod(index, rate)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}:{frames:02}"


def _timeline(app: App, player: Player) -> None:
    """A strip of the whole clip: range, cuts, what has depth, the playhead. Drag to scrub."""
    width, height = imgui.get_content_region_avail().x, scaled(34)
    start = imgui.get_cursor_screen_pos()
    imgui.invisible_button("##timeline", ImVec2(width, height))
    count = player.info.frame_count
    step = width / count
    if imgui.is_item_active():
        at = int((imgui.get_io().mouse_pos.x - start.x) / step)
        at = min(max(at, 0), count - 1)
        if player.frame is None or at != player.index or player.playing:
            player.seek(at)
    draw = imgui.get_window_draw_list()
    end = ImVec2(start.x + width, start.y + height)
    draw.add_rect_filled(start, end, u32(theme.grey(0.095)), scaled(3))
    clock = player.clock
    first, last = start.x + clock.start * step, start.x + clock.stop * step
    whole = clock.stop - clock.start == count
    draw.add_rect_filled(
        ImVec2(first, start.y),
        ImVec2(last, end.y),
        u32(theme.grey(0.17 if whole else 0.21)),
        scaled(3),
    )
    app.strip.draw(ImVec2(start.x, start.y + scaled(1)), ImVec2(end.x, end.y - scaled(3)))
    shade = u32(theme.grey(0.06, 0.7))
    draw.add_rect_filled(start, ImVec2(first, end.y), shade)
    draw.add_rect_filled(ImVec2(last, start.y), end, shade)
    for index in app.keyframe_frames:
        _diamond(start.x + (index + 0.5) * step, end.y - scaled(7))
    if not whole:
        for x in (first, last - scaled(2)):
            draw.add_rect_filled(
                ImVec2(x, start.y), ImVec2(x + scaled(2), end.y), u32(theme.ACCENT)
            )
    for left, right in player.preview.depth.spans():
        draw.add_rect_filled(
            ImVec2(start.x + left * step, end.y - scaled(2)),
            ImVec2(start.x + right * step, end.y),
            u32(theme.KEY_WIRE, 0.7),
        )
    for cut in player.preview.depth.cuts():
        x = start.x + cut * step
        draw.add_line(ImVec2(x, start.y), ImVec2(x, end.y), u32(theme.grey(0.5)))
    shown = player.frame.index if player.frame else player.index
    x = start.x + (shown + 0.5) * step
    draw.add_line(ImVec2(x, start.y), ImVec2(x, end.y), u32(theme.STRONG), scaled(1.5))
    head = scaled(5)
    draw.add_triangle_filled(
        ImVec2(x - head, start.y),
        ImVec2(x + head, start.y),
        ImVec2(x, start.y + head),
        u32(theme.STRONG),
    )
    if imgui.is_item_hovered() and not imgui.is_item_active():
        at = min(max(int((imgui.get_io().mouse_pos.x - start.x) / step), 0), count - 1)
        imgui.set_tooltip(f"{timecode(player, at)}   frame {at}")


def _diamond(x: float, y: float) -> None:
    """A keyframe of the selected node."""
    reach = scaled(4)
    top, right = ImVec2(x, y - reach), ImVec2(x + reach, y)
    low, left = ImVec2(x, y + reach), ImVec2(x - reach, y)
    imgui.get_window_draw_list().add_quad_filled(top, right, low, left, u32(theme.ACCENT))


def _buttons(app: App, player: Player) -> None:
    clock = player.clock
    width = imgui.get_content_region_avail().x
    left = imgui.get_cursor_pos_x()
    shown = player.frame.index if player.frame else player.index
    imgui.align_text_to_frame_padding()
    imgui.text_unformatted(timecode(player, shown))
    imgui.same_line(0, scaled(10))
    imgui.push_style_color(imgui.Col_.text, theme.vec4(theme.QUIET))
    imgui.align_text_to_frame_padding()
    imgui.text_unformatted(f"{shown} / {player.info.frame_count - 1}")
    imgui.pop_style_color()
    backwards, forwards = clock.speed < 0, clock.speed > 0
    items: tuple[tuple[str, str, bool, Callable[[], None]], ...] = (
        (
            icons.ICON_FA_BACKWARD_STEP,
            "To the in point (Home).",
            False,
            lambda: player.seek(clock.start),
        ),
        (icons.ICON_FA_ANGLE_LEFT, "One frame back (Left).", False, lambda: player.step(-1)),
        (
            icons.ICON_FA_BACKWARD,
            "Play backwards, faster each time (J).",
            backwards,
            lambda: player.faster(-1),
        ),
        (
            icons.ICON_FA_PAUSE if player.playing else icons.ICON_FA_PLAY,
            "Play and pause (Space, K).",
            player.playing,
            lambda: player.pause() if player.playing else player.play(),
        ),
        (
            icons.ICON_FA_FORWARD,
            "Play, faster each time (L).",
            forwards and clock.speed > 1,
            lambda: player.faster(1),
        ),
        (icons.ICON_FA_ANGLE_RIGHT, "One frame on (Right).", False, lambda: player.step(1)),
        (
            icons.ICON_FA_FORWARD_STEP,
            "To the out point (End).",
            False,
            lambda: player.seek(clock.stop - 1),
        ),
    )
    imgui.same_line(left + (width - scaled(28) * len(items)) / 2)
    for icon, help, on, act in items:
        if widgets.icon_button(icon, help, on=on):
            act()
        imgui.same_line(0, 0)
    imgui.same_line(left + width - scaled(28 * 3 + 6 + _CHOICE))
    if widgets.icon_button(icons.ICON_FA_REPEAT, "Loop (Ctrl-L).", on=clock.loop):
        clock.loop = not clock.loop
    imgui.same_line(0, 0)
    if widgets.icon_button(
        "[", "Set the in point to this frame (I); Alt-X clears.", on=clock.start > 0
    ):
        player.set_range(shown, clock.stop)
    imgui.same_line(0, 0)
    count = player.info.frame_count
    if widgets.icon_button("]", "Set the out point to this frame (O).", on=clock.stop < count):
        player.set_range(clock.start, shown + 1)
    imgui.same_line(0, scaled(6))
    imgui.set_next_item_width(scaled(_CHOICE))
    now = _SIZES[player.choice]
    if player.choice is None and player.proxy > 1:
        now = f"Auto 1/{player.proxy}"
    if imgui.begin_combo("##size", now):
        for choice, name in _SIZES.items():
            if imgui.selectable(name, player.choice == choice)[0]:
                player.choice = choice
                app.touched()
        imgui.end_combo()
    widgets.tooltip("Size pictures are drawn at while playing; a standing picture is always full.")


def _numbers(app: App, player: Player) -> None:
    """One quiet line: speed, drops, milliseconds, sound."""
    parts = [f"{float(player.info.rate):.4g} fps clip"]
    if player.playing:
        parts = [f"{player.shown_per_second:.1f} of {parts[0]}"]
        if abs(player.clock.speed) != 1 or player.clock.speed < 0:
            parts.append(f"{player.clock.speed}×")
    parts.append(f"{player.counts.dropped} dropped")
    parts += [f"{name} {ms:.1f} ms" for name, ms in player.stages().items()]
    imgui.push_style_color(imgui.Col_.text, theme.vec4(theme.QUIET))
    text = "   ".join(parts)
    silent = "no sound in this version"
    room = imgui.get_content_region_avail().x - imgui.calc_text_size(silent).x - scaled(14)
    imgui.text_unformatted(widgets.clipped(text, room))
    imgui.same_line(widgets.right_edge() - imgui.calc_text_size(silent).x)
    imgui.text_unformatted(silent)
    imgui.pop_style_color()
