"""Where the time of a refresh goes: decoding, each stage and pass of the picture, the panel.

Passes are timed only while this is looked at, since a software device has to wait for each.
"""

from imgui_bundle import ImVec2, imgui

from depthgrade.ui import theme, widgets
from depthgrade.ui.app import App
from depthgrade.ui.theme import u32
from depthgrade.ui.widgets import scaled


def draw(app: App) -> None:
    """The panel."""
    player = app.player
    if player is None:
        imgui.text_disabled("No clip.")
        return
    app.measuring = True
    budget = 1000 / float(player.info.rate or 24)
    counts = player.counts
    stages = player.stages()
    sizes = {1: "at full size", 2: "at half size", 4: "at a quarter of the size"}
    line = [f"{budget:.1f} ms a frame of the clip", f"drawn {sizes[player.proxy]} while playing"]
    if player.playing:
        line.append(f"{player.shown_per_second:.1f} frames a second shown")
    line.append(f"{counts.shown} shown, {counts.dropped} dropped since playback began")
    imgui.text_disabled("     ".join(line))
    rows = [(name, ms, False) for name, ms in stages.items() if name != "panel"]
    rows += [(name, ms, True) for name, ms in player.passes.items()]
    rows += [("panel", stages["panel"], False)] if "panel" in stages else []
    height = max(scaled(60), imgui.get_content_region_avail().y)
    step = imgui.get_text_line_height_with_spacing()
    per_column = max(1, int(height / step))
    columns = -(-len(rows) // per_column)
    width = min(scaled(420), imgui.get_content_region_avail().x / max(1, columns))
    start = imgui.get_cursor_screen_pos()
    for number, (name, ms, part) in enumerate(rows):
        column, row = divmod(number, per_column)
        place = ImVec2(start.x + column * width, start.y + row * step)
        _row(name, ms, ms / budget, place, width - scaled(24), part=part)
    imgui.dummy(ImVec2(0, min(len(rows), per_column) * step))


def _row(name: str, ms: float, share: float, place: ImVec2, width: float, *, part: bool) -> None:
    """A stage, its milliseconds, and how much of a frame's time that is as a line."""
    draw = imgui.get_window_draw_list()
    size, number = imgui.get_font_size(), f"{ms:.1f} ms"
    indent = scaled(12) if part else 0.0
    label = widgets.clipped(name, width * 0.62 - indent)
    draw.add_text(
        ImVec2(place.x + indent, place.y), u32(theme.QUIET if part else theme.TEXT), label
    )
    left, room = place.x + width * 0.64, width * 0.2
    right = place.x + width
    y, thick = place.y + size / 2, scaled(3)
    low, high = ImVec2(left, y - thick / 2), ImVec2(left + room, y + thick / 2)
    draw.add_rect_filled(low, high, u32(theme.grey(0.2)), thick)
    end = ImVec2(left + room * min(share, 1.0), y + thick / 2)
    draw.add_rect_filled(low, end, u32(theme.WRONG if share > 1 else theme.ACCENT), thick)
    text = imgui.calc_text_size(number).x
    draw.add_text(ImVec2(right - text, place.y), u32(theme.TEXT), number)
