"""Windows on the device against their formulas in float64."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from depthgrade import Look
from depthgrade.graph import parse_wires
from depthgrade.nodes.registry import make_node
from numpy.typing import NDArray

Graded = Callable[..., NDArray[np.float32]]
WIDTH, HEIGHT = 64, 36
GREY = np.full((HEIGHT, WIDTH, 3), 0.4, np.float32)


def look(**values: Any) -> Look:
    nodes = {
        "node": make_node("node", {"type": "window", **values}),
        "grade": make_node("grade", {"type": "primary", "gain": 0.5}),
    }
    wires = ["source -> grade -> output", "node.key -> grade.key"]
    return Look(nodes=nodes, wires=parse_wires(wires))


def windowed(**v: Any) -> NDArray[np.float64]:
    """The key as the module's text defines it, in percent of the picture's height."""
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    x = (columns + 0.5 - WIDTH / 2) * 100 / HEIGHT - v.get("x", 0.0)
    y = (rows + 0.5 - HEIGHT / 2) * 100 / HEIGHT - v.get("y", 0.0)
    angle = np.radians(v.get("rotation", 0.0))
    x, y = np.cos(angle) * x + np.sin(angle) * y, np.cos(angle) * y - np.sin(angle) * x
    half_width, half_height = v.get("width", 60.0) / 2, v.get("height", 60.0) / 2
    if v.get("shape") == "gradient":
        away = y
    elif v.get("shape") == "rectangle":
        out_x, out_y = np.abs(x) - half_width, np.abs(y) - half_height
        away = np.hypot(np.maximum(out_x, 0), np.maximum(out_y, 0))
        away += np.minimum(np.maximum(out_x, out_y), 0)
    else:
        away = np.hypot(x / half_width, y / half_height) - 1
        away *= min(half_width, half_height)
    soft = max(v.get("softness", 10.0), 0.01)
    t = np.clip(away / soft + 0.5, 0, 1)
    key = 1 - t * t * (3 - 2 * t)
    if v.get("invert"):
        key = 1 - key
    return np.clip(key * v.get("key_gain", 1.0), 0, 1)


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"width": 100.0, "height": 40.0, "rotation": 30.0, "x": 20.0, "y": -10.0},
        {"shape": "rectangle", "width": 80.0, "height": 30.0, "softness": 25.0},
        {"shape": "rectangle", "rotation": -45.0, "x": -30.0, "invert": True},
        {"shape": "gradient", "softness": 60.0, "y": 12.0},
        {"shape": "gradient", "softness": 40.0, "rotation": 100.0, "key_gain": 1.4},
    ],
)
def test_the_key_follows_its_shape(graded: Graded, values: dict[str, Any]) -> None:
    result = graded(look(**values), GREY, key="node")[..., 0]
    np.testing.assert_allclose(result, windowed(**values), atol=2e-6)


def test_a_hard_edge_has_no_value_between(graded: Graded) -> None:
    key = graded(look(shape="rectangle", softness=0.0, width=50.0), GREY, key="node")[..., 0]
    assert set(np.unique(key)) == {0.0, 1.0}
    assert key.sum() == windowed(shape="rectangle", softness=0.0, width=50.0).sum()


def test_a_circle_is_round_and_a_gradient_is_up(graded: Graded) -> None:
    circle = graded(look(), GREY, key="node")[..., 0]
    half = HEIGHT // 2
    middle = circle[:, WIDTH // 2 - half : WIDTH // 2 + half]
    np.testing.assert_allclose(middle, middle.T, atol=1e-6)
    gradient = graded(look(shape="gradient"), GREY, key="node")[..., 0]
    assert gradient[0].min() == 1.0 and gradient[-1].max() == 0.0


def test_the_window_limits_a_grade(graded: Graded) -> None:
    result = graded(look(), GREY)
    np.testing.assert_allclose(result, GREY * (1 - 0.5 * windowed()[..., None]), atol=1e-6)


def test_a_proxy_looks_the_same(graded: Graded) -> None:
    small = np.full((HEIGHT // 2, WIDTH // 2, 3), 0.4, np.float32)
    full = graded(look(softness=40.0), GREY, key="node")[..., 0]
    means = full.reshape(HEIGHT // 2, 2, WIDTH // 2, 2).mean((1, 3))
    proxy = graded(look(softness=40.0), small, key="node")[..., 0]
    np.testing.assert_allclose(proxy, means, atol=5e-3)  # the edge bends within four pixels
