"""The selected node's controls, derived from what its type declares; no node is named here.

A number with a sibling of the same name and "_rgb" becomes a wheel with a master dial, other
numbers sliders, words choices, switches switches; parameters that every node has come last, under
their own heading. The order is the declaration's, so a node decides how its panel reads.
"""

from imgui_bundle import ImVec2, icons_fontawesome_6, imgui

from depthgrade.nodes.base import ColorNode, Node
from depthgrade.nodes.picked import PickedPoint
from depthgrade.nodes.registry import Parameter, parameters
from depthgrade.ui import theme, wheels, widgets
from depthgrade.ui.app import App
from depthgrade.ui.curve import curve
from depthgrade.ui.depth_panel import histogram, limits_of
from depthgrade.ui.probe import resolved
from depthgrade.ui.widgets import KEY_WIDTH, LABEL_WIDTH, NUMBER_WIDTH, scaled

_CHANNELS = "_rgb"
_WHEEL = 108.0  # the least comfortable width of one


def draw(app: App) -> None:
    """The panel."""
    name = app.selection
    node = app.look_now.nodes.get(name or "")  # as keyframes make it at this frame
    if name is None or node is None:
        imgui.text_disabled("Select a node to see its controls.")
        return
    _header(app, name, node)
    found = parameters(type(node))
    own = [p for p in found.values() if p.name not in ColorNode.model_fields]
    common = [p for p in found.values() if p.name in ColorNode.model_fields and p.name != "enabled"]
    pairs = {p.name: found[p.name + _CHANNELS] for p in own if p.name + _CHANNELS in found}
    imgui.begin_disabled(not node.enabled)
    if pairs:
        _wheels(app, name, node, [(found[each], channels) for each, channels in pairs.items()])
    if limits_of(node):
        histogram(app, name, node)
    taken = {*pairs, *(channels.name for channels in pairs.values())}
    for parameter in own:
        if parameter.name not in taken:
            row(app, name, node, parameter)
    if common:
        imgui.dummy(ImVec2(0, scaled(2)))
        if not own or widgets.section("Key"):
            for parameter in common:
                row(app, name, node, parameter)
    imgui.end_disabled()


def _header(app: App, name: str, node: Node) -> None:
    """Name, type, the switch and the way back to neutral."""
    if widgets.switch(f"{name}.enabled", node.enabled):
        app.set(f"{name}.enabled", not node.enabled)
    widgets.tooltip("Switch the node off and on (Ctrl-D).")
    imgui.same_line()
    imgui.align_text_to_frame_padding()
    room = imgui.get_content_region_avail().x - scaled(34)
    imgui.text_unformatted(widgets.clipped(name, room * 0.6))
    imgui.same_line()
    imgui.push_style_color(imgui.Col_.text, theme.vec4(theme.QUIET))
    imgui.text_unformatted(type(node).title)
    imgui.pop_style_color()
    imgui.same_line(widgets.right_edge() - scaled(28))
    if widgets.icon_button(
        icons_fontawesome_6.ICON_FA_ROTATE_LEFT, "Set every value of this node to neutral."
    ):
        fresh = type(node)(enabled=node.enabled)
        app.edit_look(lambda look: look.with_nodes({name: fresh}), f"reset {name}")
    imgui.dummy(ImVec2(0, scaled(1)))


def _wheels(app: App, node_name: str, node: Node, pairs: list[tuple[Parameter, Parameter]]) -> None:
    """As many wheels in a row as there is room for."""
    room = imgui.get_content_region_avail().x
    gap = scaled(14)
    across = max(1, min(len(pairs), int((room + gap) / (scaled(_WHEEL) + gap))))
    if len(pairs) % across and across > 2:
        across = 2
    width = (room - gap * (across - 1)) / across
    for index, (master, channels) in enumerate(pairs):
        if index % across:
            imgui.same_line(0, gap)
        imgui.begin_group()
        _wheel(app, node_name, node, (master, channels), width)
        imgui.end_group()
    imgui.dummy(ImVec2(0, scaled(3)))


def _wheel(
    app: App, node_name: str, node: Node, declared: tuple[Parameter, Parameter], width: float
) -> None:
    """One wheel with its name, dial and numbers."""
    master, channels = declared
    key = f"{node_name}.{master.name}"
    now, rgb = getattr(node, master.name), getattr(node, channels.name)
    changed = now != master.default or rgb != channels.default
    title = master.name.replace("_", " ").capitalize()
    start = imgui.get_cursor_pos_x()
    _keyframe(app, key, f"{node_name}.{channels.name}")
    imgui.same_line()
    imgui.set_cursor_pos_x(start + (width - imgui.calc_text_size(title).x) / 2)
    text_width = imgui.calc_text_size(title).x + 6
    if widgets.label(f"{title}##{key}".split("##")[0], changed=changed, width=text_width):
        app.set(key, master.default)
        app.set(f"{node_name}.{channels.name}", channels.default)
    widgets.tooltip(f"{master.about} {channels.about}")
    size = min(width, scaled(104))
    imgui.set_cursor_pos_x(start + (width - size) / 2)
    turned = wheels.wheel(key, rgb, channels, size)
    app.places.mark(f"{key} wheel")
    imgui.set_cursor_pos_x(start)
    dialled = wheels.dial(key, now, master, width)
    imgui.set_cursor_pos_x(start)
    app.places.mark(f"{key} dial")
    typed, typed_rgb = wheels.numbers(app.places, key, (now, rgb), (master, channels), width)
    for change in (dialled, typed):
        if change is not None:
            app.set(key, change.value, held=change.held)
    for rgb_change in (turned, typed_rgb):
        if rgb_change is not None:
            app.set(f"{node_name}.{channels.name}", rgb_change.value, held=rgb_change.held)


def row(app: App, node_name: str, node: Node, parameter: Parameter) -> None:
    """One parameter as a row."""
    address = f"{node_name}.{parameter.name}"
    value = getattr(node, parameter.name)
    title = parameter.name.replace("_", " ").capitalize()
    imgui.push_id(address)
    if parameter.kind == "points":
        names = [p.name for p in parameters(type(node)).values() if p.kind == "points"]
        curve(app, address, value, parameter, first=names[0] == parameter.name)
        imgui.pop_id()
        return
    _keyframe(app, address)
    imgui.same_line(0, scaled(2))
    if widgets.label(title, changed=value != parameter.default):
        app.set(address, parameter.default)
    unit = f" ({parameter.unit})" if parameter.unit else ""
    widgets.tooltip(f"{parameter.about}{unit}\n{address}, allowed: {parameter.allowed}")
    imgui.same_line(scaled(LABEL_WIDTH + KEY_WIDTH) + imgui.get_style().window_padding.x)
    match parameter.kind:
        case "switch":
            if widgets.switch(address, value):
                app.set(address, not value)
            app.places.mark(f"{address} switch")
        case "choice":
            room = imgui.get_content_region_avail().x
            chosen = widgets.choice(app.places, address, value, parameter.words, width=room)
            if chosen is not None:
                app.set(address, chosen)
        case "whole":
            room = imgui.get_content_region_avail().x
            words = tuple(map(str, range(int(parameter.low or 0), int(parameter.high or 0) + 1)))
            chosen = widgets.choice(app.places, address, str(value), words, width=room)
            if chosen is not None:
                app.set(address, int(chosen))
        case "rgb":
            _channels(app, address, value, parameter)
        case "number" | "whole":
            _number(app, address, value, parameter)
        case _:
            _text(app, address, str(value))
    imgui.pop_id()


def _keyframe(app: App, address: str, *with_it: str) -> None:
    """The diamond: filled where this frame has a keyframe, lit where others have.

    Addresses with it get and lose their keyframes together with it.
    """
    state = app.keyframe_state(address)
    if widgets.diamond(address, state):
        for each in (address, *with_it):
            if app.keyframe_state(each) == state:
                app.toggle_keyframe(each)
    app.places.mark(f"{address} keyframe")
    words = {
        "none": "Keyframe here: the value may differ at other frames.",
        "other": "Has keyframes at other frames; set one here.",
        "here": "Remove the keyframe of this frame.",
    }
    widgets.tooltip(words[state])


def _text(app: App, address: str, value: str) -> None:
    """A name or a path, typed."""
    imgui.set_next_item_width(imgui.get_content_region_avail().x)
    done, text = imgui.input_text("##text", value, imgui.InputTextFlags_.enter_returns_true)
    app.places.mark(f"{address} text")
    if done and text != value:
        app.set(address, text)


def _channels(app: App, address: str, value: tuple[float, ...], parameter: Parameter) -> None:
    """Three numbers side by side."""
    gap = scaled(4)
    width = (imgui.get_content_region_avail().x - 2 * gap) / 3
    low, high = float(parameter.low or 0), float(parameter.high or 1)
    for index, color in enumerate((theme.RED, theme.GREEN, theme.BLUE)):
        change = widgets.number(
            f"{address} {index}", value[index], low, high, width=width, color=color
        )
        if change is not None:
            made = [*value]
            made[index] = change.value
            app.set(address, tuple(made), held=change.held)
        if index < 2:
            imgui.same_line(0, gap)


def _number(app: App, address: str, value: float | str | PickedPoint, parameter: Parameter) -> None:
    """A track and a number; words besides the number as chips, a dropper where it may be picked."""
    low, high = float(parameter.low or 0), float(parameter.high or 1)
    gap = scaled(6)
    chips = sum(imgui.calc_text_size(w.capitalize()).x + scaled(14) + gap for w in parameter.words)
    chips += scaled(28) if parameter.picked else 0
    width = imgui.get_content_region_avail().x - scaled(NUMBER_WIDTH) - gap - chips
    automatic, whole = not isinstance(value, float | int), parameter.kind == "whole"
    shown = resolved(app, address) if automatic else value
    neutral = parameter.default if not isinstance(parameter.default, str) else low
    imgui.begin_disabled(automatic and shown is None)
    now = float(shown) if isinstance(shown, float | int) else neutral
    color = theme.grey(0.5) if automatic else theme.ACCENT
    change = widgets.track(address, now, low, high, neutral, width=width, color=color)
    app.places.mark(f"{address} track")
    imgui.same_line(0, gap)
    typed = widgets.number(
        address,
        now,
        low,
        high,
        width=scaled(NUMBER_WIDTH),
        color=theme.QUIET if automatic else None,
        decimals=0 if whole else None,
    )
    app.places.mark(f"{address} number")
    imgui.end_disabled()
    for each in (change, typed):
        if each is not None:
            made = round(each.value) if whole else each.value
            if made != value:
                app.set(address, made, held=each.held)
    if parameter.picked:
        imgui.same_line(0, 0)
        on = app.view.picking == address
        if widgets.icon_button(
            icons_fontawesome_6.ICON_FA_EYE_DROPPER,
            "Take the depth of a click on the picture; with Shift the point is followed.",
            on=on or isinstance(value, PickedPoint),
        ):
            app.view.picking = None if on else address
        app.places.mark(f"{address} pick")
    for word in parameter.words:
        imgui.same_line(0, gap)
        if widgets.chip(word.capitalize(), value == word, f"{address}: {word}"):
            app.set(address, now if value == word else word)
        app.places.mark(f"{address} {word}")
