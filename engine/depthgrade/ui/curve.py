"""The curve editor: control points over the luma histogram of the picture."""

from imgui_bundle import ImVec2, imgui

from depthgrade.nodes.registry import Parameter
from depthgrade.ui import theme, widgets
from depthgrade.ui.app import App
from depthgrade.ui.curve_shape import sampled
from depthgrade.ui.luma import luma_histogram
from depthgrade.ui.theme import u32
from depthgrade.ui.widgets import scaled

Points = tuple[tuple[float, float], ...]
_GRAB = 9.0  # screen pixels around a point that take it
_COLORS = {"red": theme.RED, "green": theme.GREEN, "blue": theme.BLUE}


def curve(app: App, address: str, points: Points, parameter: Parameter, *, first: bool) -> None:
    """One curve. A click adds a point, dragging moves it, a double click removes it."""
    title = parameter.name.replace("_", " ").capitalize()
    if not widgets.section(title, open_at_first=first or points != parameter.default):
        return
    width = imgui.get_content_region_avail().x
    height = min(width * 0.62, scaled(180))
    start = imgui.get_cursor_screen_pos()
    imgui.invisible_button("##curve", ImVec2(width, height))
    app.places.mark(f"{address} curve")
    widgets.tooltip("" if imgui.is_mouse_down(0) else parameter.about)
    draw = imgui.get_window_draw_list()
    end = ImVec2(start.x + width, start.y + height)
    draw.add_rect_filled(start, end, u32(theme.grey(0.095)), scaled(3))
    inset = scaled(6)  # so that points on the edge are whole
    start = ImVec2(start.x + inset, start.y + inset)
    width, height = width - 2 * inset, height - 2 * inset
    edge, end = end, ImVec2(start.x + width, start.y + height)
    _histogram(app, start, width, height)
    for quarter in (0.25, 0.5, 0.75):
        x, y = start.x + width * quarter, start.y + height * quarter
        draw.add_line(ImVec2(x, start.y), ImVec2(x, end.y), u32(theme.grey(0.16)))
        draw.add_line(ImVec2(start.x, y), ImVec2(end.x, y), u32(theme.grey(0.16)))
    draw.add_line(ImVec2(start.x, end.y), ImVec2(end.x, start.y), u32(theme.grey(0.2)))

    def place(x: float, y: float) -> ImVec2:
        return ImVec2(start.x + x * width, end.y - y * height)

    changed = _edited(app, address, points, start, (width, height))
    shown = changed or points
    color = _COLORS.get(parameter.name, theme.TEXT)
    draw.push_clip_rect(ImVec2(start.x - inset, start.y - inset), edge, True)
    for x, y in sampled(shown, 96):
        draw.path_line_to(place(x, y))
    draw.path_stroke(u32(color), scaled(1.5))
    for x, y in shown:
        draw.add_circle_filled(place(x, y), scaled(4), u32(theme.grey(0.095)))
        draw.add_circle(place(x, y), scaled(4), u32(theme.STRONG), 0, 1.4)
    draw.pop_clip_rect()


def _histogram(app: App, start: ImVec2, width: float, height: float) -> None:
    """How many pixels of the clip have each luma, on the axis the curve reads."""
    counts = luma_histogram(app)
    draw = imgui.get_window_draw_list()
    step = width / max(1, len(counts))
    for index, each in enumerate(counts):
        low = ImVec2(start.x + index * step, start.y + height * (1 - 0.9 * each))
        draw.add_rect_filled(low, ImVec2(low.x + step, start.y + height), u32(theme.grey(0.155)))


def _edited(
    app: App, address: str, points: Points, start: ImVec2, size: tuple[float, float]
) -> Points | None:
    """What the mouse made of the points."""
    width, height = size
    mouse = imgui.get_io().mouse_pos
    x, y = (mouse.x - start.x) / width, 1 - (mouse.y - start.y) / height
    near = [
        i
        for i, (px, py) in enumerate(points)
        if abs(px - x) * width < scaled(_GRAB) and abs(py - y) * height < scaled(_GRAB)
    ]
    made: Points | None = None
    if imgui.is_item_hovered() and imgui.is_mouse_double_clicked(0) and near:
        inner = 0 < near[0] < len(points) - 1
        made = (*points[: near[0]], *points[near[0] + 1 :]) if inner else None
        app.curve_point = None
    elif imgui.is_item_activated():
        app.curve_point = (address, near[0]) if near else None
        if not near:
            made = tuple(sorted([*points, (round(x, 4), round(y, 4))]))
            app.curve_point = (address, made.index((round(x, 4), round(y, 4))))
    elif imgui.is_item_active() and app.curve_point is not None and app.curve_point[0] == address:
        index = app.curve_point[1]
        if index < len(points) and (imgui.get_io().mouse_delta.x or imgui.get_io().mouse_delta.y):
            made = _moved(points, index, x, y)
    if made is not None and app.set(address, made, held=imgui.is_mouse_down(0)):
        return made
    return None


def _moved(points: Points, index: int, x: float, y: float) -> Points:
    """A point moved, kept between its neighbours so that the curve stays one that rises."""
    gap = 0.01
    low_x = points[index - 1][0] + gap if index else -1.0
    high_x = points[index + 1][0] - gap if index + 1 < len(points) else 2.0
    low_y = points[index - 1][1] if index else -1.0
    high_y = points[index + 1][1] if index + 1 < len(points) else 2.0
    at = (round(min(max(x, low_x), high_x), 4), round(min(max(y, low_y), high_y), 4))
    return (*points[:index], at, *points[index + 1 :])
