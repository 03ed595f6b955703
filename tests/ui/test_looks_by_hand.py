"""The shipped looks, built from an empty graph by mouse and keys, one by one."""

from collections.abc import Callable
from itertools import pairwise

import pytest
from depthgrade import looks
from depthgrade.project import Look
from depthgrade.ui.stage import Stage
from imgui_bundle import imgui

_ALT, _CTRL, _ENTER = imgui.Key.mod_alt, imgui.Key.mod_ctrl, imgui.Key.enter
Opened = Callable[[Look | None], Stage]


def rename(stage: Stage, old: str, new: str) -> None:
    """Double-click on the node, type the name."""
    stage.click(f"node {old}", times=2)
    stage.refresh(3)
    imgui.get_io().add_input_characters_utf8(new)
    stage.refresh()
    stage.press(_ENTER)
    stage.refresh(4)
    assert new in stage.app.look.nodes, stage.app.message


def add(stage: Stage, kind: str, name: str) -> None:
    """The node types' menu, then the name."""
    stage.click("button add")
    stage.refresh(2)
    stage.click(f"add {kind}")
    stage.refresh(6)
    if kind != name:
        rename(stage, kind, name)


def wire(stage: Stage, start: str, end: str, port: str) -> None:
    """From pin to pin."""
    stage.drag(f"pin {start} {port} out", f"pin {end} {port} in", steps=6)
    stage.refresh(6)


def select(stage: Stage, name: str) -> None:
    stage.click(f"node {name}")
    stage.refresh(2)
    assert stage.app.selection == name


def set_values(stage: Stage, node: str, values: dict[str, object]) -> None:
    """Types, switches and chips in the inspector until the node has these values."""
    select(stage, node)
    for name, value in sorted(values.items(), key=lambda each: each[0] == "enabled"):
        address = f"{node}.{name}"
        match value:
            case bool() if name == "enabled":
                stage.press(_CTRL, imgui.Key.d)
                stage.refresh(2)
            case bool():
                stage.click(f"{address} switch")
            case "auto":
                stage.click(f"{address} auto")
            case tuple():
                master = address.removesuffix("_rgb")
                for channel, each in zip("rgb", value, strict=True):
                    if (
                        f"{each:.4f}"
                        != f"{stage.app.look.value(address)['rgb'.index(channel)]:.4f}"
                    ):  # type: ignore[index]
                        stage.type(f"{master} number {channel}", f"{each}")
            case _:
                wheel = f"{address} number m"
                stage.type(wheel if wheel in stage.app.places else f"{address} number", f"{value}")
        assert stage.app.look.value(address) == pytest.approx(value), address


def changed(look: Look, node: str) -> dict[str, object]:
    """What differs from a node's defaults."""
    fresh = type(look.nodes[node])()
    return {n: v for n, v in dict(look.nodes[node]).items() if v != getattr(fresh, n)}


@pytest.mark.parametrize("name", ["recover-highlights", "teal-orange", "studio-light"])
def test_a_look_is_built_from_an_empty_graph_by_mouse_and_keys(opened: Opened, name: str) -> None:
    wanted = looks.load(name)
    stage = opened(None)
    built = stage.app
    stage.press(_ALT, imgui.Key.s)
    stage.refresh(6)
    if name == "studio-light":
        rename(stage, "primary", "shade")
        select(stage, "shade")
        stage.press(_ALT, imgui.Key.p)
        stage.refresh(6)
        rename(stage, "primary", "spill")
        rename(stage, "parallel_mixer", "join")
    else:
        serial = [n for n in wanted.graph.order() if wanted.nodes[n].ports.rgb_out]
        rename(stage, "primary", serial[0])
        for before, each in pairwise(serial):
            kind = wanted.nodes[each].type
            if kind == "primary":
                select(stage, before)
                stage.press(_ALT, imgui.Key.s)
                stage.refresh(6)
                rename(stage, "primary", each)
            else:
                add(stage, kind, each)
                wire(stage, before, each, "rgb")
                wire(stage, each, "output", "rgb")
    add(stage, "depth_map", "depth")
    for each in wanted.wires:
        if each.port == "key":
            wire(stage, each.start, each.end, "key")
    for node in wanted.nodes:
        set_values(stage, node, changed(wanted, node))
    assert dict(built.look.nodes) == dict(wanted.nodes)
    assert set(built.look.wires) == set(wanted.wires)
