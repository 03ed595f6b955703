"""What holds for every node type there is: neutral defaults, keys, wild values, files and --set.

The tests go over the registry, so a new type is tested by being there.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from depthgrade import Look, Project
from depthgrade.cli.options import Changes
from depthgrade.compiler import Request, Source, compile_grade
from depthgrade.frames import ColorTags, PixelFormat
from depthgrade.graph import parse_wires
from depthgrade.nodes.base import (
    ColorNode,
    KeyMixerNode,
    KeyNode,
    KeyPictureNode,
    MixerNode,
    Node,
    shown,
)
from depthgrade.nodes.registry import (
    Parameter,
    change_node,
    make_node,
    node_types,
    parameters,
    resting,
)
from depthgrade.project import parse_value
from numpy.typing import NDArray

Graded = Callable[..., NDArray[np.float32]]
TYPES = node_types()
# Types that change what they are given as they are, and say so in their help.
NOT_NEUTRAL = {"window": "no key", "outside": "changes its key as it is", "depth_map": "A key from"}
COLOR = [name for name, kind in TYPES.items() if issubclass(kind, ColorNode)]
# What uniforms stand for, for the live tests: what can be dragged.
OTHER = {"file": "", "space": "logc3_awg3", "points": ((0.0, 0.05), (0.375, 0.5), (1.0, 0.875))}
DRAGGED = {"number", "rgb", "points"}
# What it takes to see these nodes act on the small picture of these tests.
VISIBLE: dict[str, dict[str, float]] = {
    "sharpen": {"radius": 5.0, "threshold": 0.0},
    "noise_reduction": {"spatial_luma": 100.0, "spatial_chroma": 100.0},
}


def look(node: Node, *, keyed: bool = False) -> Look:
    """A look in which the node `node` matters, and with a key, a depth map limits it."""
    nodes = {"depth": make_node("depth", {"type": "depth_map"}), "node": node}
    grade = make_node("grade", {"type": "primary", "gain": 0.5})
    key = ["depth.key -> node.key"]
    match node:
        case ColorNode():
            wires = ["source -> node -> output", *(key if keyed else [])]
        case KeyMixerNode():
            nodes["grade"] = grade
            wires = ["source -> grade -> output", *key, "node.key -> grade.key"]
        case KeyNode():
            nodes["grade"] = grade
            wires = ["source -> grade -> output", "node.key -> grade.key"]
            wires += key if node.ports.key_in else []
            wires += ["source -> node"] if node.ports.rgb_in else []
        case KeyPictureNode():
            wires = ["node -> output", *key]
        case MixerNode():
            nodes["a"] = make_node("a", {"type": "primary", "gain": 0.5})
            nodes["b"] = make_node("b", {"type": "primary", "offset": 30.0})
            wires = ["source -> a -> node", "source -> b -> node -> output"]
            wires += ["depth.key -> a.key", "depth.key -> b.key"]
        case _:
            raise AssertionError(f"{node.type}: no look is known in which it matters")
    return Look(nodes=nodes, wires=parse_wires(wires))


def pixels() -> NDArray[np.float32]:
    """Code values over -1..1.9, greys and colours, float32 (16, 32, 3)."""
    values = np.random.default_rng(5).uniform(-1, 1.9, (16, 32, 3))
    values[0] = np.linspace(-1, 1.9, 32)[:, None]
    return values.astype(np.float32)


def cube(folder: Path) -> str:
    """A small LUT that darkens."""
    axis = np.linspace(0, 1, 3)
    rows = [f"{0.9 * r:.4f} {0.9 * g:.4f} {0.9 * b:.4f}" for b in axis for g in axis for r in axis]
    path = folder / "dark.cube"
    path.write_text("LUT_3D_SIZE 3\n" + "\n".join(rows) + "\n")
    return str(path)


def other(parameter: Parameter, folder: Path) -> Any:
    """A value of a parameter that is not its default."""
    if parameter.kind == "switch":
        return not parameter.default
    if parameter.kind == "choice":
        return next(word for word in parameter.words if word != parameter.default)
    if parameter.kind in OTHER:
        return OTHER[parameter.kind] or cube(folder)
    assert parameter.low is not None and parameter.high is not None
    if parameter.kind == "rgb":
        return tuple(
            round(value + share * (parameter.high - value), 4)
            for value, share in zip(parameter.default, (0.125, 0.0625, 0.03125), strict=True)
        )
    # A word in place of a number stands apart from all numbers.
    start = parameter.low if isinstance(parameter.default, str) else parameter.default
    end = parameter.high if start < parameter.high else parameter.low
    if parameter.kind == "whole":
        return start + (1 if end > start else -1)
    return round(start + 0.125 * (end - start), 4)


def dragged_addresses(look: Look) -> frozenset[str]:
    """The addresses of all that can be dragged on the node `node`."""
    known = parameters(type(look.nodes["node"])).items()
    return frozenset(f"node.{name}" for name, each in known if each.kind in DRAGGED)


def changed(kind: type[Node], folder: Path) -> Node:
    """A node all of whose parameters differ from their defaults, enabled all the same."""
    values = {name: other(each, folder) for name, each in parameters(kind).items()}
    return change_node("node", kind(), {**values, "enabled": True})


@pytest.mark.parametrize("name", TYPES)
def test_a_node_as_it_starts_changes_nothing(graded: Graded, name: str) -> None:
    kind = TYPES[name]
    x = pixels()
    if issubclass(kind, MixerNode):  # of two pictures that are the same, it makes that picture
        nodes = {n: make_node(n, {"type": "primary"}) for n in ("a", "b")} | {"node": kind()}
        wires = ["source -> a -> node", "source -> b -> node -> output"]
        unchanged = Look(nodes=nodes, wires=parse_wires(wires))
        assert np.array_equal(graded(unchanged, x), x)
    elif name in NOT_NEUTRAL:
        assert NOT_NEUTRAL[name] in (kind.__doc__ or "")
    elif issubclass(kind, ColorNode):
        assert np.array_equal(graded(look(kind()), x), x)
    elif issubclass(kind, KeyMixerNode | KeyPictureNode):
        key = "depth" if issubclass(kind, KeyPictureNode) else "node"
        result = graded(look(kind()), x, 0.25, key=key)
        assert np.array_equal(result, np.full_like(x, 0.25))
    elif kind.ports.rgb_in and name == "picture_key":
        luma = np.clip(x @ [0.21, 0.70, 0.09], 0, 1)
        np.testing.assert_allclose(graded(look(kind()), x, key="node")[..., 0], luma, atol=1e-6)
    elif kind.ports.key_in:
        assert np.array_equal(graded(look(kind()), x, 0.25, key="node"), np.full_like(x, 0.25))
    else:
        assert np.array_equal(graded(look(kind()), x, key="node"), np.ones_like(x))


@pytest.mark.parametrize("name", COLOR)
def test_a_key_of_zero_returns_the_input_exactly(graded: Graded, name: str, tmp_path: Path) -> None:
    values = {"key_invert": False, "key_input_offset": 0.0}  # either would let the grade through
    values |= VISIBLE.get(name, {})
    node = change_node("node", changed(TYPES[name], tmp_path), values)
    x = pixels()
    assert np.array_equal(graded(look(node, keyed=True), x, -0.5), x)
    rough = 0.4 + 0.02 * x
    assert not np.array_equal(graded(look(node, keyed=True), rough, 1.0), rough)


@pytest.mark.parametrize("name", TYPES)
def test_nothing_spreads_nan_or_infinity(graded: Graded, name: str, tmp_path: Path) -> None:
    x = pixels()
    x[0, 0] = np.nan
    x[0, 1] = [np.inf, 0.2, 0.3]
    x[0, 2] = [-np.inf, np.nan, np.inf]
    for node in (TYPES[name](), changed(TYPES[name], tmp_path)):
        assert np.isfinite(graded(look(node, keyed=True), x, 0.5)).all()


@pytest.mark.parametrize("name", TYPES)
def test_dragging_makes_the_picture_that_settles(graded: Graded, name: str, tmp_path: Path) -> None:
    x, settled = pixels(), look(changed(TYPES[name], tmp_path), keyed=True)
    still, dragged = (
        graded(settled, x, 0.5, live=live) for live in (frozenset(), dragged_addresses(settled))
    )
    # 1e-5 is design; a signal beyond white is held to it in proportion
    assert (np.abs(dragged - still) / np.maximum(1, np.abs(still))).max() < 1e-5


@pytest.mark.parametrize("name", TYPES)
def test_a_fragment_and_a_compute_shader_make_the_same_picture(
    graded: Graded, name: str, tmp_path: Path
) -> None:
    made, x = look(changed(TYPES[name], tmp_path), keyed=True), pixels()
    for live in (frozenset(), dragged_addresses(made)):
        pictures = [graded(made, x, 0.5, entry=e, live=live) for e in ("fragment", "compute")]
        assert np.array_equal(*pictures)


@pytest.mark.parametrize("name", TYPES)
def test_a_node_comes_back_from_a_project_file(name: str, tmp_path: Path) -> None:
    node = changed(TYPES[name], tmp_path)
    lines = [f"{n} = {shown(getattr(node, n))}" for n in parameters(type(node))]
    path = tmp_path / "p.toml"
    path.write_text("\n".join(["[nodes.node]", f'type = "{name}"', *lines]), encoding="utf-8")
    assert Project.load(path).look.nodes["node"] == node


@pytest.mark.parametrize("name", TYPES)
def test_a_node_comes_back_from_set(name: str, tmp_path: Path) -> None:
    node = changed(TYPES[name], tmp_path)
    path = tmp_path / "p.toml"
    path.write_text(f'[nodes.node]\ntype = "{name}"\n', encoding="utf-8")
    values = tuple(f"node.{n}={shown(getattr(node, n))}" for n in parameters(type(node)))
    project = Changes(values=values).project(str(path), clip_needed=False)
    assert project.look.nodes["node"] == node


@pytest.mark.parametrize("name", TYPES)
def test_every_parameter_says_what_it_does_and_is_held_to_its_range(name: str) -> None:
    for each in parameters(TYPES[name]).values():
        assert each.about and each.allowed
        if each.high is not None and each.kind == "number":
            with pytest.raises(ValueError, match="is outside"):
                TYPES[name](**{each.name: each.high + 1.0})


def test_words_are_read_as_words() -> None:
    assert parse_value('"logc3_awg3"') == parse_value("logc3_awg3") == "logc3_awg3"


def test_twenty_pointwise_nodes_with_keys_and_both_mixers_are_one_pass(tmp_path: Path) -> None:
    kinds = ("primary", "tone", "curves", "cdl", "lut")
    nodes: dict[str, Node] = {
        name: kind()
        for name, kind in TYPES.items()
        if not issubclass(kind, ColorNode) and name != "key_noise_reduction"
    }
    assert len(nodes) == 9
    for number in range(11):
        kind = kinds[number % len(kinds)]
        node = changed(TYPES[kind], tmp_path)
        nodes[f"n{number}"] = change_node(f"n{number}", node, {"key_blur": 0.0})
    wires = [
        "source -> n0 -> n1 -> n2 -> parallel_mixer",
        "n1 -> n3 -> parallel_mixer -> n4 -> n5 -> layer_mixer",
        "n4 -> n6 -> n7 -> layer_mixer -> n8 -> n9 -> output",
        "source -> qualifier",
        "depth_map.key -> key_mixer.key",
        "window.key -> key_mixer.key",
        "qualifier.key -> key_mixer.key",
        "key_mixer.key -> outside.key",
        "outside.key -> n2.key",
        "key_mixer.key -> n3.key",
        "key_mixer.key -> key_picture.key",
        "key_picture -> n10 -> picture_key",
        "picture_key.key -> n7.key",
    ]
    format = PixelFormat("yuv420p", "ycbcr", 8, ("Y", "U", "V"), (1, 1))
    source = Source(format, ColorTags(1, 1, 1, False), 160, 90)
    project = Project(look=Look(nodes=nodes, wires=parse_wires(wires)), output="rec709")
    assert len(project.look.used()) == 20
    plan = compile_grade(Request(project, source, "rec709"))
    assert len(plan.programs) == 1


@pytest.mark.parametrize("name", sorted(TYPES))
def test_what_rests_wakes_together_and_moves_nothing_else(name: str) -> None:
    """A resting parameter may be a literal while others are dragged: no step follows it."""
    node = make_node(name, {"type": name})
    if name == "depth_map":
        node = change_node(
            name, node, {"far_limit": 0.0, "near_limit": 1.0, "post_processing": True}
        )
    groups = resting(node)
    steps: list[Any] = []
    for calls in ("steps", "last_steps", "key_steps"):
        steps += getattr(node, calls, tuple)() if isinstance(node, ColorNode | KeyNode) else ()
    followed = frozenset[str]().union(*(step.parameters for step in steps))
    assert not any(group & followed for group in groups)
    if isinstance(node, ColorNode):
        assert frozenset({"key_blur"}) in groups
        assert frozenset({"key_blur"}) not in resting(change_node(name, node, {"key_blur": 1.0}))
    if name == "depth_map":
        expected = {frozenset({each}) for each in ("post_filter", "contract_expand", "blur")}
        assert set(groups) == expected
