"""Keys joined, turned round, and graded as pictures: the device against numpy."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from depthgrade import Look
from depthgrade.graph import parse_wires
from depthgrade.nodes.registry import make_node
from numpy.typing import NDArray

Graded = Callable[..., NDArray[np.float32]]
DEPTH = np.tile(np.linspace(0, 1, 64, dtype=np.float32), (4, 1))
GREY = np.full((4, 64, 3), 0.4, np.float32)
A = np.clip(2 * DEPTH, 0, 1)
B = 1 - DEPTH
C = np.clip(DEPTH * 1.5, 0, 1)


def look(wires: list[str], **nodes: dict[str, Any]) -> Look:
    """Three keys a, b and c of the depth, a grade `grade`, and more nodes and wires."""
    given: dict[str, dict[str, Any]] = {
        "a": {"type": "depth_map", "near_limit": 0.5},
        "b": {"type": "depth_map", "invert": True},
        "c": {"type": "depth_map", "key_gain": 1.5},
        "grade": {"type": "primary", "gain": 0.5},
        **nodes,
    }
    made = {name: make_node(name, values) for name, values in given.items()}
    return Look(nodes=made, wires=parse_wires(["source -> grade -> output", *wires]))


ALL = ["a.key -> node.key", "b.key -> node.key", "c.key -> node.key", "node.key -> grade.key"]


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("union", np.maximum(np.maximum(A, B), C)),
        ("intersect", A * B * C),
        ("subtract", A * (1 - B) * (1 - C)),
    ],
)
def test_keys_are_joined_as_the_mode_says(
    graded: Graded, mode: str, expected: NDArray[np.float32]
) -> None:
    made = look(ALL, node={"type": "key_mixer", "mode": mode})
    np.testing.assert_allclose(graded(made, GREY, DEPTH, key="node")[..., 0], expected, atol=1e-6)
    grade = GREY * (1 - 0.5 * expected[..., None])
    np.testing.assert_allclose(graded(made, GREY, DEPTH), grade, atol=1e-6)


def test_a_key_and_its_outside_make_the_whole(graded: Graded) -> None:
    made = look(["a.key -> node.key", "node.key -> grade.key"], node={"type": "outside"})
    result = graded(made, GREY, DEPTH, key="node")[..., 0]
    np.testing.assert_allclose(result, 1 - A, atol=1e-6)


def test_the_outside_of_a_graded_node_is_its_key_turned_round(graded: Graded) -> None:
    wires = ["a.key -> first.key", "source -> first", "first.key -> node.key"]
    first = {"type": "primary", "key_gain": 0.5}
    made = look([*wires, "node.key -> grade.key"], first=first, node={"type": "outside"})
    result = graded(made, GREY, DEPTH, key="node")[..., 0]
    np.testing.assert_allclose(result, 1 - 0.5 * A, atol=1e-6)


def test_a_key_is_graded_as_a_picture(graded: Graded) -> None:
    wires = ["a.key -> shown.key", "shown -> bent -> node", "node.key -> grade.key"]
    made = look(
        wires,
        shown={"type": "key_picture"},
        bent={"type": "primary", "contrast": 2.0, "pivot": 0.5},
        node={"type": "picture_key"},
    )
    expected = np.clip((A - 0.5) * 2 + 0.5, 0, 1)
    result = graded(made, GREY, DEPTH, key="node")[..., 0]
    np.testing.assert_allclose(result, expected, atol=2e-6)


def test_a_key_picture_is_seen_as_a_signal(graded: Graded) -> None:
    average = {"type": "parallel_mixer", "mode": "average"}
    nodes = look([], node={"type": "key_picture"}, join=average).nodes
    wires = ["a.key -> node.key", "node -> join", "source -> grade -> join", "join -> output"]
    made = Look(nodes=nodes, wires=parse_wires(wires))
    result = graded(made, GREY, DEPTH)
    np.testing.assert_allclose(result, (A[..., None] + GREY * 0.5) / 2, atol=1e-6)


@pytest.mark.parametrize("channel", ["red", "green", "blue"])
def test_a_channel_becomes_a_key(graded: Graded, channel: str) -> None:
    x = np.random.default_rng(1).uniform(-1, 1.9, (4, 64, 3)).astype(np.float32)
    wires = ["source -> node", "node.key -> grade.key"]
    made = look(wires, node={"type": "picture_key", "channel": channel})
    expected = np.clip(x[..., ["red", "green", "blue"].index(channel)], 0, 1)
    np.testing.assert_allclose(graded(made, x, DEPTH, key="node")[..., 0], expected, atol=1e-7)
