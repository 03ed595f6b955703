"""Live values as flat varyings: what moves, what stays, and that pixels do not change."""

from collections.abc import Callable

import numpy as np
from depthgrade.gl.flat import MOST_COMPONENTS, flattened
from depthgrade.gl.runner import VERTEX
from depthgrade.graph import parse_wires
from depthgrade.nodes.registry import make_node
from depthgrade.project import Look
from numpy.typing import NDArray

FRAGMENT = """#version 400 core
uniform sampler2D plane0;
uniform vec3 slope;
uniform mat3 turn;
uniform vec4[2] curve;
out vec4 picture;
void main() { picture = vec4(turn * slope, curve[0].x); }
"""


def test_values_move_to_the_vertex_and_samplers_and_arrays_stay() -> None:
    vertex, fragment, names = flattened(VERTEX, FRAGMENT)
    assert names == {"slope": "slope_live", "turn": "turn_live"}
    assert "flat in vec3 slope;" in fragment and "uniform vec3" not in fragment
    assert "uniform sampler2D plane0;" in fragment and "uniform vec4[2] curve;" in fragment
    assert "uniform mat3 turn_live;" in vertex and "turn = turn_live;" in vertex


def test_a_text_without_live_values_is_left_alone() -> None:
    fragment = FRAGMENT.replace("uniform vec3 slope;\n", "").replace("uniform mat3 turn;\n", "")
    assert flattened(VERTEX, fragment) == (VERTEX, fragment, {})


def test_what_does_not_fit_between_the_stages_stays_a_uniform() -> None:
    count = MOST_COMPONENTS // 3 + 5
    many = "\n".join(f"uniform vec3 value{index};" for index in range(count))
    _, fragment, names = flattened(VERTEX, FRAGMENT.replace("uniform vec3 slope;", many))
    assert 3 * sum(name != "turn" for name in names) + 9 * ("turn" in names) <= MOST_COMPONENTS
    assert fragment.count("uniform vec3") == count - sum(name != "turn" for name in names) > 0


def test_a_drag_has_the_settled_picture(graded: Callable[..., NDArray[np.float32]]) -> None:
    values = {"type": "primary", "gain": 0.8, "gamma": 0.1, "lift": 0.02, "hue": 20.0}
    look = Look(
        nodes={"node": make_node("node", values)}, wires=parse_wires(["source -> node -> output"])
    )
    pixels = np.linspace(0, 1, 8 * 8 * 3, dtype=np.float32).reshape(8, 8, 3)
    live = frozenset(f"node.{name}" for name in ("gain", "gamma", "lift", "hue"))
    # Powers of literals are folded by the driver: 1e-5 is what a drag may differ by.
    np.testing.assert_allclose(graded(look, pixels, live=live), graded(look, pixels), atol=1e-5)
