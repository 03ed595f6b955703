"""A colour wheel with a master dial: three channels and what they have in common, as one control.

The puck moves the three channels apart around their mean and leaves the mean alone, so a wheel
never changes brightness; the dial below moves them together.
"""

import math
from dataclasses import dataclass
from functools import cache

from imgui_bundle import ImVec2, imgui

from depthgrade.nodes.registry import Parameter
from depthgrade.ui import theme, widgets
from depthgrade.ui.places import Places
from depthgrade.ui.theme import u32
from depthgrade.ui.widgets import Change, scaled

Rgb = tuple[float, float, float]

# Where red, green and blue lie, as on a vectorscope: degrees against the clock from the right.
_ANGLES = tuple(math.radians(degrees) for degrees in (103.0, 223.0, 343.0))
_REACH = 0.12  # of a channel's range: how far the rim is
_SPOKES = 48


@dataclass(frozen=True)
class WheelChange:
    """What the wheel did to its channels."""

    value: Rgb
    held: bool


def puck(value: Rgb, neutral: Rgb, reach: float) -> tuple[float, float]:
    """Where the puck is for three channels: x to the right, y up, 1 at the rim."""
    apart = [(v - n) / reach for v, n in zip(value, neutral, strict=True)]
    x = 2 / 3 * sum(a * math.cos(t) for a, t in zip(apart, _ANGLES, strict=True))
    y = 2 / 3 * sum(a * math.sin(t) for a, t in zip(apart, _ANGLES, strict=True))
    return x, y


def moved(value: Rgb, by: tuple[float, float], reach: float, low: float, high: float) -> Rgb:
    """The channels after the puck moved; each stays within its range."""
    changes = [by[0] * math.cos(t) + by[1] * math.sin(t) for t in _ANGLES]
    places = widgets.digits(low, high) + 1
    red, green, blue = (
        round(min(max(v + reach * c, low), high), places)
        for v, c in zip(value, changes, strict=True)
    )
    return red, green, blue


def wheel(name: str, value: Rgb, parameter: Parameter, size: float) -> WheelChange | None:
    """The round part. Drag anywhere on it; Shift is finer; a double click centres the puck."""
    low, high = float(parameter.low or 0), float(parameter.high or 1)
    reach = _REACH * (high - low)
    start = imgui.get_cursor_screen_pos()
    imgui.invisible_button(f"##wheel {name}", ImVec2(size, size))
    hovered, active = imgui.is_item_hovered(), imgui.is_item_active()
    io = imgui.get_io()
    radius = size / 2 - 1
    change: WheelChange | None = None
    if hovered and imgui.is_mouse_double_clicked(0):
        change = WheelChange(parameter.default, held=False)
    elif active and any(way := widgets.dragged()):
        fine = 0.1 if io.key_shift else 0.5
        by = fine * way.x / radius, -fine * way.y / radius
        change = WheelChange(moved(value, by, reach, low, high), held=True)
    shown = change.value if change else value
    _draw(
        ImVec2(start.x + size / 2, start.y + size / 2),
        radius,
        puck(shown, parameter.default, reach),
        hovered or active,
    )
    return change


def _draw(centre: ImVec2, radius: float, at: tuple[float, float], lit: bool) -> None:
    draw = imgui.get_window_draw_list()
    ring = max(scaled(4), 3)
    draw.add_circle_filled(centre, radius - ring, u32(theme.grey(0.105)), 64)
    for first, last, hue in _spokes():
        draw.path_clear()
        draw.path_arc_to(centre, radius - ring / 2, -first, -last, 3)
        draw.path_stroke(u32(hue, 0.9 if lit else 0.62), ring)
    arm = radius - ring - scaled(3)
    for dx, dy in ((1, 0), (0, 1)):
        draw.add_line(
            ImVec2(centre.x - arm * dx, centre.y - arm * dy),
            ImVec2(centre.x + arm * dx, centre.y + arm * dy),
            u32(theme.grey(0.19)),
        )
    length = math.hypot(*at)
    inside = min(1.0, length) / length if length else 0.0
    x = centre.x + at[0] * inside * arm
    y = centre.y - at[1] * inside * arm
    if length > 0.004:
        draw.add_line(centre, ImVec2(x, y), u32(theme.grey(0.45)), 1)
    draw.add_circle_filled(ImVec2(x, y), scaled(4.5), u32(theme.grey(0.10)), 20)
    draw.add_circle(ImVec2(x, y), scaled(4.5), u32(theme.STRONG), 20, 1.4)


@cache
def _spokes() -> tuple[tuple[float, float, theme.Color], ...]:
    """The ring's pieces: from which angle to which, and their colour."""
    ends = [
        (2 * math.pi * (n - 0.5) / _SPOKES, 2 * math.pi * (n + 0.55) / _SPOKES)
        for n in range(_SPOKES)
    ]
    return tuple((first, last, _hue((first + last) / 2)) for first, last in ends)


def _hue(angle: float) -> theme.Color:
    """A quiet colour of a direction on the wheel: strong ones would colour the eye."""
    red, green, blue = (0.46 + 0.26 * math.cos(angle - each) for each in _ANGLES)
    return red, green, blue, 1.0


def dial(name: str, value: float, parameter: Parameter, width: float) -> Change | None:
    """The master: a ribbed strip that turns endlessly. Shift is finer; a double click resets."""
    low, high = float(parameter.low or 0), float(parameter.high or 1)
    height = scaled(13)
    start = imgui.get_cursor_screen_pos()
    imgui.invisible_button(f"##dial {name}", ImVec2(width, height))
    hovered, active = imgui.is_item_hovered(), imgui.is_item_active()
    io = imgui.get_io()
    change: Change | None = None
    speed = 0.4 * _REACH * (high - low) / width
    if hovered and imgui.is_mouse_double_clicked(0):
        change = Change(parameter.default, held=False)
    elif active and (way := widgets.dragged()).x:
        step = way.x * speed * (0.1 if io.key_shift else 1.0)
        change = Change(min(max(value + step, low), high), held=True)
    elif hovered and io.mouse_wheel:
        imgui.set_item_key_owner(imgui.Key.mouse_wheel_y)
        step = io.mouse_wheel * speed * (1 if io.key_shift else 5)
        change = Change(min(max(value + step, low), high), held=False)
    if change is not None:
        change = Change(round(change.value, widgets.digits(low, high) + 1), change.held)
    at = change.value if change else value
    draw = imgui.get_window_draw_list()
    end = ImVec2(start.x + width, start.y + height)
    draw.add_rect_filled(
        start, end, u32(theme.FIELD_HOVERED if hovered or active else theme.FIELD), scaled(3)
    )
    rib = scaled(6)
    turn = ((at - parameter.default) / speed) % rib
    x = start.x + rib / 2 + turn - rib
    middle = start.x + width / 2
    while x < end.x - 2:
        if x > start.x + 2:
            away = abs(x - middle) / (width / 2)
            shade = theme.grey(0.48 * (1 - 0.7 * away) + 0.08)
            draw.add_line(ImVec2(x, start.y + 3), ImVec2(x, end.y - 3), u32(shade))
        x += rib * 1.0
    if hovered or active:
        imgui.set_mouse_cursor(imgui.MouseCursor_.resize_ew)
    return change


def numbers(
    places: Places,
    name: str,
    values: tuple[float, Rgb],
    declared: tuple[Parameter, Parameter],
    width: float,
) -> tuple[Change | None, WheelChange | None]:
    """The four numbers below a wheel: master, red, green, blue; values and declared likewise."""
    (master, value), (of_master, of_channels) = values, declared
    gap = scaled(2)
    each = (width - 3 * gap) / 4
    master_change: Change | None = None
    channels: WheelChange | None = None
    colors = (None, theme.RED, theme.GREEN, theme.BLUE)
    imgui.push_style_var(imgui.StyleVar_.item_spacing, ImVec2(gap, 0))
    imgui.push_style_var(imgui.StyleVar_.frame_padding, ImVec2(scaled(2), scaled(2)))
    for index, color in enumerate(colors):
        of = of_master if index == 0 else of_channels
        low, high = float(of.low or 0), float(of.high or 1)
        now = master if index == 0 else value[index - 1]
        decimals = 2 if high - low <= 10 else 1
        change = widgets.number(
            f"{name} {index}", now, low, high, width=each, color=color, decimals=decimals
        )
        places.mark(f"{name} number {'mrgb'[index]}")
        if index == 0:
            master_change = change
        elif change is not None:
            made = [*value]
            made[index - 1] = change.value
            channels = WheelChange((made[0], made[1], made[2]), change.held)
        if index < 3:
            imgui.same_line()
    imgui.pop_style_var(2)
    return master_change, channels
