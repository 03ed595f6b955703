"""The controls that panels are made of: rows of a label, a track and a number; chips; icons.

A track's middle is the neutral value where that lies inside the range, so that one learns where
"nothing" is. Shift drags ten times finer, the wheel steps, a double click resets, a click on the
number types.
"""

from collections.abc import Callable
from dataclasses import dataclass

from imgui_bundle import ImVec2, imgui

from depthgrade.ui import theme
from depthgrade.ui.places import Places
from depthgrade.ui.theme import Color, u32

LABEL_WIDTH, NUMBER_WIDTH, KEY_WIDTH = 108.0, 58.0, 14.0
_SMALLEST = 0.8  # of the usual size is how far a long name shrinks to fit
_STEPS = 200  # wheel steps across a track


@dataclass(frozen=True)
class Change:
    """What a control did: the new value, and whether the mouse still holds it."""

    value: float
    held: bool


def scaled(length: float) -> float:
    """A length at the interface's scale."""
    return length * imgui.get_style().font_scale_main


def dragged() -> ImVec2:
    """How far the mouse has moved with the last item held; its way to the item does not count,
    which may lie in the very refresh of the press.
    """
    return ImVec2(0, 0) if imgui.is_item_activated() else imgui.get_io().mouse_delta


def right_edge() -> float:
    """Where the panel's content ends, in the coordinates of `same_line`."""
    bar = imgui.get_style().scrollbar_size if imgui.get_scroll_max_y() > 0 else 0.0
    return imgui.get_window_width() - imgui.get_style().window_padding.x - bar


def clipped(text: str, width: float) -> str:
    """A text that fits a width, with an ellipsis where it is cut."""
    if imgui.calc_text_size(text).x <= width:
        return text
    while text and imgui.calc_text_size(f"{text}…").x > width:
        text = text[:-1]
    return f"{text}…"


def tooltip(text: str) -> None:
    """Help for the item before, after a moment."""
    if text and imgui.is_item_hovered(imgui.HoveredFlags_.for_tooltip):
        imgui.begin_tooltip()
        imgui.push_text_wrap_pos(scaled(320))
        imgui.text_unformatted(text)
        imgui.pop_text_wrap_pos()
        imgui.end_tooltip()


def label(text: str, *, changed: bool = False, width: float | None = None) -> bool:
    """A row's name, brighter where the value is not neutral; whether it was double-clicked."""
    width = scaled(LABEL_WIDTH) if width is None else width
    start = imgui.get_cursor_screen_pos()
    height = imgui.get_frame_height()
    imgui.invisible_button(f"##label {text}", ImVec2(width, height))
    color = theme.STRONG if changed else theme.QUIET
    if imgui.is_item_hovered():
        color = theme.TEXT if not changed else theme.STRONG
    room = width - scaled(4)
    shrunk = min(1.0, max(_SMALLEST, room / max(1.0, imgui.calc_text_size(text).x)))
    size = imgui.get_font_size() * shrunk
    place = ImVec2(start.x, start.y + (height - size) / 2)
    fitting = clipped(text, room / shrunk)
    imgui.get_window_draw_list().add_text(imgui.get_font(), size, place, u32(color), fitting)
    return imgui.is_item_hovered() and imgui.is_mouse_double_clicked(0)


def to_track(value: float, low: float, high: float, neutral: float) -> float:
    """Where a value lies on a track, 0..1; the neutral value in the middle if it is inside."""
    if not low < neutral < high:
        return (value - low) / (high - low)
    if value < neutral:
        return 0.5 * (value - low) / (neutral - low)
    return 0.5 + 0.5 * (value - neutral) / (high - neutral)


def from_track(place: float, low: float, high: float, neutral: float) -> float:
    """The value at a place of a track."""
    if not low < neutral < high:
        return low + place * (high - low)
    if place < 0.5:
        return low + 2 * place * (neutral - low)
    return neutral + (2 * place - 1) * (high - neutral)


def track(
    name: str,
    value: float,
    low: float,
    high: float,
    neutral: float,
    *,
    width: float,
    color: Color = theme.ACCENT,
) -> Change | None:
    """A slider without a number. Dragging moves it, it does not jump to the mouse."""
    height = imgui.get_frame_height()
    start = imgui.get_cursor_screen_pos()
    imgui.invisible_button(f"##track {name}", ImVec2(max(width, 8), height))
    hovered, active = imgui.is_item_hovered(), imgui.is_item_active()
    io = imgui.get_io()
    knob = scaled(5)
    inner = max(width - 2 * knob, 1.0)
    place = min(max(to_track(value, low, high, neutral), 0.0), 1.0)
    change: Change | None = None
    if hovered and imgui.is_mouse_double_clicked(0):
        change = Change(neutral, held=False)
    elif active and (by := dragged()).x:
        fine = 0.1 if io.key_shift else 1.0
        moved = min(max(place + fine * by.x / inner, 0.0), 1.0)
        change = Change(from_track(moved, low, high, neutral), held=True)
    elif hovered and io.mouse_wheel:
        imgui.set_item_key_owner(imgui.Key.mouse_wheel_y)
        step = io.mouse_wheel / _STEPS * (0.2 if io.key_shift else 1.0)
        moved = min(max(place + step, 0.0), 1.0)
        change = Change(from_track(moved, low, high, neutral), held=False)
    if change is not None:
        change = Change(round(change.value, digits(low, high) + 1), change.held)
        place = to_track(change.value, low, high, neutral)
    draw = imgui.get_window_draw_list()
    y = start.y + height / 2
    left, right = start.x + knob, start.x + knob + inner
    zero = left + inner * min(max(to_track(neutral, low, high, neutral), 0.0), 1.0)
    at = left + inner * place
    thick = scaled(3)
    draw.add_rect_filled(
        ImVec2(left, y - thick / 2), ImVec2(right, y + thick / 2), u32(theme.grey(0.25)), thick
    )
    if abs(at - zero) > 0.5:
        draw.add_rect_filled(
            ImVec2(min(at, zero), y - thick / 2),
            ImVec2(max(at, zero), y + thick / 2),
            u32(color, 0.75),
        )
    draw.add_line(ImVec2(zero, y - thick), ImVec2(zero, y + thick), u32(theme.grey(0.42)))
    shade = theme.STRONG if active or hovered else theme.grey(0.72)
    draw.add_circle_filled(ImVec2(at, y), knob * (1.1 if active else 0.95), u32(shade))
    if hovered or active:
        imgui.set_mouse_cursor(imgui.MouseCursor_.resize_ew)
    return change


def digits(low: float, high: float) -> int:
    """Decimals that tell a thousandth of a range apart."""
    span = high - low
    return 3 if span <= 10 else 2 if span <= 60 else 1


def number(
    name: str,
    value: float,
    low: float,
    high: float,
    *,
    width: float,
    color: Color | None = None,
    decimals: int | None = None,
) -> Change | None:
    """A number that is dragged, or typed after a click."""
    decimals = digits(low, high) if decimals is None else decimals
    imgui.set_next_item_width(width)
    speed = (high - low) / 800
    if color is not None:
        imgui.push_style_color(imgui.Col_.text, theme.vec4(color))
    changed, moved = imgui.drag_float(
        f"##number {name}",
        value,
        speed,
        low,
        high,
        f"%.{decimals}f",
        imgui.SliderFlags_.always_clamp,
    )
    if color is not None:
        imgui.pop_style_color()
    held = imgui.is_item_active() and imgui.is_mouse_down(0)
    made = float(f"{moved:.6g}")  # imgui counts in float32: 0.84 would be 0.8399999737739563
    return Change(made, held) if changed and made != value else None


def icon_button(
    icon: str, help: str, *, on: bool = False, enabled: bool = True, width: float = 28
) -> bool:
    """A flat button with an icon."""
    imgui.push_style_color(imgui.Col_.button, theme.vec4(theme.grey(0, 0)))
    color = theme.ACCENT if on else theme.TEXT
    imgui.push_style_color(imgui.Col_.text, theme.vec4(color))
    imgui.begin_disabled(not enabled)
    pressed = imgui.button(f"{icon}##{help}", ImVec2(scaled(width), 0))
    imgui.end_disabled()
    imgui.pop_style_color(2)
    tooltip(help)
    return pressed


def diamond(name: str, state: str) -> bool:
    """The keyframe button: state is "none", "other" or "here"; whether it was pressed."""
    height = imgui.get_frame_height()
    width = scaled(KEY_WIDTH - 2)
    start = imgui.get_cursor_screen_pos()
    pressed = imgui.invisible_button(f"##keyframe {name}", ImVec2(width, height))
    draw = imgui.get_window_draw_list()
    x, y, reach = start.x + width / 2 - scaled(2), start.y + height / 2, scaled(4)
    top, right = ImVec2(x, y - reach), ImVec2(x + reach, y)
    low, left = ImVec2(x, y + reach), ImVec2(x - reach, y)
    lit = theme.ACCENT if state != "none" else theme.grey(0.34)
    if imgui.is_item_hovered():
        lit = theme.STRONG
    if state == "here":
        draw.add_quad_filled(top, right, low, left, u32(lit))
    else:
        draw.add_quad(top, right, low, left, u32(lit))
    return pressed


def chip(text: str, on: bool, help: str = "") -> bool:
    """A small switch with a word on it."""
    back = theme.ACCENT_DIM if on else theme.FIELD
    imgui.push_style_color(imgui.Col_.button, theme.vec4(back))
    imgui.push_style_color(imgui.Col_.text, theme.vec4(theme.STRONG if on else theme.QUIET))
    pressed = imgui.button(text)
    imgui.pop_style_color(2)
    tooltip(help)
    return pressed


def switch(name: str, on: bool) -> bool:
    """A sliding switch; whether it was pressed."""
    height = imgui.get_frame_height()
    tall, wide = scaled(14), scaled(26)
    start = imgui.get_cursor_screen_pos()
    pressed = imgui.invisible_button(f"##switch {name}", ImVec2(wide, height))
    draw = imgui.get_window_draw_list()
    top = start.y + (height - tall) / 2
    back = theme.ACCENT_DIM if on else theme.grey(0.24)
    draw.add_rect_filled(
        ImVec2(start.x, top), ImVec2(start.x + wide, top + tall), u32(back), tall / 2
    )
    x = start.x + (wide - tall / 2 if on else tall / 2)
    shade = theme.STRONG if on or imgui.is_item_hovered() else theme.grey(0.6)
    draw.add_circle_filled(ImVec2(x, top + tall / 2), tall / 2 - scaled(2), u32(shade))
    return pressed


def choice(
    places: Places, name: str, value: str, words: tuple[str, ...], *, width: float
) -> str | None:
    """One of a few words; the newly chosen one."""
    chosen = None
    imgui.set_next_item_width(width)
    opened = imgui.begin_combo(f"##choice {name}", value.replace("_", " "))
    if not opened:
        places.mark(f"{name} choice")
    else:
        for word in words:
            if imgui.selectable(word.replace("_", " "), word == value)[0]:
                chosen = word
            places.mark(f"{name} {word}")
        imgui.end_combo()
    return chosen if chosen != value else None


def segments(
    name: str, value: str, words: tuple[str, ...], help: Callable[[str], str]
) -> str | None:
    """A few words side by side, one of them chosen; the newly chosen one."""
    chosen = None
    imgui.push_style_var(imgui.StyleVar_.item_spacing, ImVec2(1, 0))
    for word in words:
        on = word == value
        imgui.push_style_color(
            imgui.Col_.button, theme.vec4(theme.grey(0.30) if on else theme.FIELD)
        )
        imgui.push_style_color(imgui.Col_.text, theme.vec4(theme.STRONG if on else theme.QUIET))
        if imgui.button(f"{word}##{name}") and not on:
            chosen = word
        imgui.pop_style_color(2)
        tooltip(help(word))
        imgui.same_line()
    imgui.pop_style_var()
    imgui.new_line()
    return chosen


def section(text: str, *, open_at_first: bool = True) -> bool:
    """A heading that folds what is below it."""
    imgui.push_style_color(imgui.Col_.header, theme.vec4(theme.grey(0.155)))
    imgui.push_style_color(imgui.Col_.header_hovered, theme.vec4(theme.grey(0.19)))
    imgui.push_style_color(imgui.Col_.header_active, theme.vec4(theme.grey(0.21)))
    flags = imgui.TreeNodeFlags_.default_open if open_at_first else imgui.TreeNodeFlags_.none
    shown = imgui.collapsing_header(text, flags)
    imgui.pop_style_color(3)
    return shown
