"""The histogram of depth with handles for values that lie on it, above a key node's rows.

Which values those are follows from their declaration: numbers in depth that may be automatic are
limits and get a handle.
"""

import numpy as np
from imgui_bundle import ImVec2, imgui

from depthgrade.nodes.base import Node
from depthgrade.nodes.registry import Parameter, parameters
from depthgrade.ui import theme
from depthgrade.ui.app import App
from depthgrade.ui.probe import resolved
from depthgrade.ui.theme import u32
from depthgrade.ui.widgets import dragged, scaled

UNIT = "depth"
_BINS = 96


def limits_of(node: Node) -> list[Parameter]:
    """The parameters that are limits on the depth axis."""
    found = parameters(type(node)).values()
    return [p for p in found if p.unit == UNIT and p.kind == "number" and p.words]


def histogram(app: App, node_name: str, node: Node) -> None:
    """The panel: the depth of the frame on the screen, from far on the left to near."""
    width, height = imgui.get_content_region_avail().x, scaled(64)
    start = imgui.get_cursor_screen_pos()
    imgui.invisible_button("##histogram", ImVec2(width, height))
    app.places.mark(f"{node_name} histogram")
    draw = imgui.get_window_draw_list()
    end = ImVec2(start.x + width, start.y + height)
    draw.add_rect_filled(start, end, u32(theme.grey(0.095)), scaled(3))
    player = app.player
    found = None
    if player is not None and player.frame is not None:
        quality = str(getattr(node, "quality", "better"))
        found = player.preview.depth.map_of(player.frame.index, quality)
    if found is None:
        text = "depth is on its way"
        size = imgui.calc_text_size(text)
        place = ImVec2(start.x + (width - size.x) / 2, start.y + (height - size.y) / 2)
        draw.add_text(place, u32(theme.QUIET), text)
    else:
        counts, _ = np.histogram(found[::2, ::2], bins=_BINS, range=(0.0, 1.0))
        tall = np.sqrt(counts / max(1, counts.max())) * (height - scaled(6))
        step = width / _BINS
        for index, each in enumerate(tall.tolist()):
            level = index / _BINS
            draw.add_rect_filled(
                ImVec2(start.x + index * step, end.y - each),
                ImVec2(start.x + (index + 1) * step, end.y),
                u32(theme.grey(0.22 + 0.36 * level)),
            )
    _handles(app, node_name, node, (start, ImVec2(width, height)))


def _handles(app: App, node_name: str, node: Node, panel: tuple[ImVec2, ImVec2]) -> None:
    """A line for each limit; the nearest to the mouse follows a drag."""
    start, size = panel
    limits = limits_of(node)
    draw = imgui.get_window_draw_list()
    places: dict[str, float] = {}
    for limit in limits:
        value = getattr(node, limit.name)
        known = resolved(app, f"{node_name}.{limit.name}") if isinstance(value, str) else value
        if known is not None:
            places[limit.name] = float(known)
    io = imgui.get_io()
    at = (io.mouse_pos.x - start.x) / size.x
    if imgui.is_item_activated() and places:
        app.grabbed_limit = min(places, key=lambda name: abs(places[name] - at))
    way = dragged().x
    if imgui.is_item_active() and app.grabbed_limit in places and way:
        fine = 0.1 if io.key_shift else 1.0
        name = app.grabbed_limit
        moved = round(places[name] + fine * way / size.x, 4)
        app.set(f"{node_name}.{name}", min(max(moved, -1.0), 2.0), held=True)
        places[name] = moved
    for name, value in places.items():
        x = start.x + min(max(value, 0.0), 1.0) * size.x
        held = imgui.is_item_active() and app.grabbed_limit == name
        color = theme.STRONG if held else theme.ACCENT
        draw.add_line(ImVec2(x, start.y), ImVec2(x, start.y + size.y), u32(color), scaled(1.5))
        word = name.split("_", maxsplit=1)[0]
        text = imgui.calc_text_size(word)
        left = x - text.x - scaled(4) if x > start.x + size.x / 2 else x + scaled(4)
        rows = scaled(2) if name == next(iter(places)) else scaled(3) + text.y
        draw.add_text(ImVec2(left, start.y + rows), u32(color, 0.9), word)
    if imgui.is_item_hovered():
        imgui.set_mouse_cursor(imgui.MouseCursor_.resize_ew)
