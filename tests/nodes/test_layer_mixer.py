"""Layers over one another on the device against numpy."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from depthgrade import Look
from depthgrade.graph import parse_wires
from depthgrade.nodes.layer_mixer import BLENDS
from depthgrade.nodes.registry import make_node
from numpy.typing import NDArray

Graded = Callable[..., NDArray[np.float32]]
DEPTH = np.tile(np.linspace(0, 1, 64, dtype=np.float32), (4, 1))
UNIT = 0.0073313739  # DI code value for one unit of offset

FORMULAS: dict[str, Callable[[Any, Any], Any]] = {
    "normal": lambda u, f: f,
    "add": lambda u, f: u + f,
    "subtract": lambda u, f: u - f,
    "multiply": lambda u, f: u * f,
    "screen": lambda u, f: 1 - (1 - u) * (1 - f),
    "overlay": lambda u, f: np.where(u < 0.5, 2 * u * f, 1 - 2 * (1 - u) * (1 - f)),
    "hard_light": lambda u, f: np.where(f < 0.5, 2 * u * f, 1 - 2 * (1 - u) * (1 - f)),
    "soft_light": lambda u, f: (1 - 2 * f) * u * u + 2 * f * u,
    "lighten": np.maximum,
    "darken": np.minimum,
    "difference": lambda u, f: abs(u - f),
}


def look(mode: str, **top: Any) -> Look:
    """Layers a, b and c of the source; b and c are limited by the depth, c inversely."""
    nodes = {
        "depth": make_node("depth", {"type": "depth_map"}),
        "a": make_node("a", {"type": "primary", "gain": 0.5}),
        "b": make_node("b", {"type": "primary", "offset": 35.0}),
        "c": make_node("c", {"type": "primary", "gain": 1.25, "key_invert": True, **top}),
        "node": make_node("node", {"type": "layer_mixer", "mode": mode}),
    }
    lines = [f"source -> {name} -> node" for name in "abc"]
    keys = ["depth.key -> b.key", "depth.key -> c.key"]
    return Look(nodes=nodes, wires=parse_wires([*lines, "node -> output", *keys]))


def pixels() -> NDArray[np.float32]:
    return np.random.default_rng(2).uniform(-0.5, 1.0, (4, 64, 3)).astype(np.float32)


def layered(x: NDArray[Any], mode: str, top: float = 1.0) -> NDArray[np.float64]:
    x, k = x.astype(np.float64), DEPTH[..., None]
    blend = FORMULAS[mode]
    out = x * 0.5
    out = out + k * (blend(out, x + 10 * UNIT) - out)
    return out + top * (1 - k) * (blend(out, x * 1.25) - out)


def test_every_blend_has_a_formula() -> None:
    assert set(FORMULAS) == set(BLENDS)


@pytest.mark.parametrize("mode", BLENDS)
def test_layers_are_blended_through_their_keys(graded: Graded, mode: str) -> None:
    x = pixels()
    expected = layered(x, mode)
    inside = np.abs(expected) < 1.89  # the engine's way out bounds the signal at 1.9
    result = graded(look(mode), x, DEPTH)
    np.testing.assert_allclose(result[inside], expected[inside], atol=2e-6)


def test_a_disabled_layer_is_not_there(graded: Graded) -> None:
    x = pixels()
    result = graded(look("normal", enabled=False), x, DEPTH)
    np.testing.assert_allclose(result, layered(x, "normal", top=0.0), atol=2e-6)


def test_a_neutral_layer_covers_what_lies_under_it(graded: Graded) -> None:
    x = pixels()
    neutral = look("normal", gain=1.0, key_invert=False, key_gain=1.0)
    made = Look(
        nodes=neutral.nodes,
        wires=tuple(w for w in neutral.wires if w.end != "c" or w.port == "rgb"),
    )
    assert np.array_equal(graded(made, x, DEPTH), x)
    live = graded(made, x, DEPTH, live=frozenset({"c.gain"}))
    np.testing.assert_allclose(live, x, atol=1e-6)


def test_a_disabled_mixer_passes_what_its_branches_have_in_common(graded: Graded) -> None:
    x, made = pixels(), look("add")
    assert np.array_equal(graded(made.with_value("node.enabled", False), x, DEPTH), x)
