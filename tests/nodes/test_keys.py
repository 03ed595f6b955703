"""Depth keys, what a key does to a grade, and the mixer: the device against numpy."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from depthgrade import Look
from depthgrade.graph import parse_wires
from depthgrade.nodes.registry import make_node
from numpy.typing import NDArray

Graded = Callable[..., NDArray[np.float32]]
DEPTH = np.tile(np.linspace(-0.5, 1.5, 64, dtype=np.float32), (4, 1))
GREY = np.full((4, 64, 3), 0.4, np.float32)


def keyed(depth: dict[str, Any], **grade: Any) -> Look:
    """A look that gains through a depth key."""
    nodes = {
        "depth": make_node("depth", {"type": "depth_map", **depth}),
        "node": make_node("node", {"type": "primary", "gain": 0.5, **grade}),
    }
    wires = parse_wires(["source -> node -> output", "depth.key -> node.key"])
    return Look(nodes=nodes, wires=wires)


def depth_key(d: NDArray[np.float32], **v: Any) -> NDArray[np.float64]:
    """The depth key in float64, step by step as the reference orders it."""
    k = d.astype(np.float64)
    if v.get("adjust_levels", True):
        far, near = v.get("far_limit", 0.0), v.get("near_limit", 1.0)
        k = np.clip((k - far) / (near - far), 0, 1) ** (1 / v.get("gamma", 1.0))
    if v.get("isolate"):
        tolerance, softness = v.get("tolerance", 0.1), v.get("softness", 0.1)
        t = np.clip((np.abs(k - v.get("target", 1.0)) - tolerance) / softness, 0, 1)
        k = 1 - t * t * (3 - 2 * t)
    if v.get("invert"):
        k = 1 - k
    return np.clip(np.clip(k, 0, 1) * v.get("key_gain", 1.0), 0, 1)


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"far_limit": 0.2, "near_limit": 0.7},
        {"far_limit": 0.8, "near_limit": 0.3},  # a ramp turned round
        {"gamma": 2.2, "invert": True},
        {"isolate": True, "target": 0.5, "tolerance": 0.15, "softness": 0.2},
        {"adjust_levels": False, "far_limit": 0.4, "key_gain": 1.6},
        {"far_limit": 0.1, "near_limit": 0.9, "gamma": 0.5, "isolate": True, "invert": True},
    ],
)
def test_the_depth_key_follows_its_steps(graded: Graded, values: dict[str, Any]) -> None:
    result = graded(keyed(values), GREY, DEPTH, key="depth")[..., 0]
    # a power near 0 costs a few ulp more than the rest
    np.testing.assert_allclose(result, depth_key(DEPTH, **values), atol=2e-5)


def test_limits_that_meet_are_a_hard_step(graded: Graded) -> None:
    key = graded(keyed({"far_limit": 0.5, "near_limit": 0.5}), GREY, DEPTH, key="depth")[..., 0]
    assert np.array_equal(key, (DEPTH > 0.5).astype(np.float32))


def test_a_grade_is_mixed_in_by_its_key(graded: Graded) -> None:
    result = graded(keyed({}), GREY, DEPTH)
    k = depth_key(DEPTH)[..., None]
    np.testing.assert_allclose(result, GREY + k * (GREY * 0.5 - GREY), atol=1e-6)


def test_a_key_of_zero_returns_the_input(graded: Graded) -> None:
    assert np.array_equal(graded(keyed({}), GREY, -0.2), GREY)


def test_an_inverted_key_affects_the_rest(graded: Graded) -> None:
    result = graded(keyed({}, key_invert=True), GREY, DEPTH)
    k = 1 - depth_key(DEPTH)[..., None]
    np.testing.assert_allclose(result, GREY + k * (GREY * 0.5 - GREY), atol=1e-6)


def test_a_key_gain_of_zero_switches_the_node_off(graded: Graded) -> None:
    assert np.array_equal(graded(keyed({}, key_gain=0.0), GREY, DEPTH), GREY)


def test_a_disabled_depth_map_limits_nothing(graded: Graded) -> None:
    np.testing.assert_allclose(graded(keyed({"enabled": False}), GREY, DEPTH), GREY * 0.5)


def test_a_disabled_node_passes_its_picture(graded: Graded) -> None:
    assert np.array_equal(graded(keyed({}, enabled=False), GREY, DEPTH), GREY)


def test_preview_shows_the_key(graded: Graded) -> None:
    shown = graded(keyed({"preview": True}), GREY, DEPTH)
    np.testing.assert_allclose(shown, np.repeat(depth_key(DEPTH)[..., None], 3, 2), atol=1e-6)


def parallel(mode: str, **second: Any) -> Look:
    nodes = {
        "depth": make_node("depth", {"type": "depth_map"}),
        "base": make_node("base", {"type": "primary", "offset": 30.0}),
        "a": make_node("a", {"type": "primary", "gain": 0.5}),
        "b": make_node("b", {"type": "primary", "offset": 20.0, **second}),
        "join": make_node("join", {"type": "parallel_mixer", "mode": mode}),
    }
    lines = ["source -> base -> a -> join", "base -> b -> join", "join -> output"]
    return Look(nodes=nodes, wires=parse_wires([*lines, "depth.key -> a.key"]))


@pytest.mark.parametrize("mode", ["sum", "average", "keyed"])
def test_the_mixer_joins_branches_as_its_mode_says(graded: Graded, mode: str) -> None:
    result = graded(parallel(mode), GREY, DEPTH)
    unit = 0.0073313739
    base = GREY.astype(np.float64) + 5 * unit
    key = depth_key(DEPTH)[..., None]
    a, b = base + key * (base * 0.5 - base), base - 5 * unit
    expected = {
        "sum": base + (a - base) + (b - base),
        "average": (a + b) / 2,
        "keyed": base + ((a - base) + (b - base)) / np.maximum(1, key + 1),
    }[mode]
    np.testing.assert_allclose(result, expected, atol=1e-6)


def test_a_disabled_branch_adds_nothing_to_a_keyed_mix(graded: Graded) -> None:
    result = graded(parallel("keyed", enabled=False), GREY, DEPTH)
    base = GREY + 5 * 0.0073313739
    key = depth_key(DEPTH)[..., None]
    np.testing.assert_allclose(result, base + key * (base * 0.5 - base), atol=1e-6)
