"""The qualifier on the device against its formulas in float64."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from depthgrade import Look
from depthgrade.color import evaluate_input
from depthgrade.graph import parse_wires
from depthgrade.nodes.registry import make_node
from numpy.typing import NDArray

Graded = Callable[..., NDArray[np.float32]]


def look(**values: Any) -> Look:
    nodes = {
        "node": make_node("node", {"type": "qualifier", **values}),
        "grade": make_node("grade", {"type": "primary", "gain": 0.5}),
    }
    wires = ["source -> grade -> output", "source -> node", "node.key -> grade.key"]
    return Look(nodes=nodes, wires=parse_wires(wires))


def step(low: float, high: float, v: NDArray[Any]) -> NDArray[np.float64]:
    t = np.clip((v - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def band(v: NDArray[Any], low: float, high: float, soft: float) -> NDArray[np.float64]:
    key = np.ones_like(v)
    if low > 0:
        key *= step(low - soft, low, v)
    if high < 1:
        key *= 1 - step(high, high + soft, v)
    return key


def qualified(x: NDArray[Any], **v: Any) -> NDArray[np.float64]:
    """The key as the module's text defines it."""
    x = x.astype(np.float64)
    red, green, blue = np.moveaxis(x, -1, 0)
    a, b = red - (green + blue) / 2, (green - blue) * np.sqrt(3) / 2
    chroma = 5 * np.hypot(a, b)
    key = np.ones_like(chroma)
    width = v.get("hue_width", 360.0)
    if width < 360:
        away = np.abs((np.degrees(np.arctan2(b, a)) - v.get("hue", 0.0) + 180) % 360 - 180)
        key = 1 - step(width / 2, width / 2 + v.get("hue_softness", 10.0), away)
        key *= step(0, 0.02, chroma)
    low, high = v.get("saturation_low", 0.0), v.get("saturation_high", 1.0)
    key *= band(chroma, low, high, v.get("saturation_softness", 0.05))
    low, high = v.get("luma_low", 0.0), v.get("luma_high", 1.0)
    key *= band(x @ [0.21, 0.70, 0.09], low, high, v.get("luma_softness", 0.05))
    if v.get("invert"):
        key = 1 - key
    return np.clip(key * v.get("key_gain", 1.0), 0, 1)


def pixels() -> NDArray[np.float32]:
    """Colours near grey and far from it over -1..1.9, float32 (24, 64, 3)."""
    rng = np.random.default_rng(3)
    values = rng.uniform(-1, 1.9, (24, 64, 3))
    values[8:] = rng.uniform(0, 1, (16, 64, 1)) + rng.normal(0, 0.08, (16, 64, 3))
    values[0] = np.linspace(-1, 1.9, 64)[:, None]
    return values.astype(np.float32)


@pytest.mark.parametrize(
    "values",
    [
        {"hue": 20.0, "hue_width": 60.0, "hue_softness": 30.0},
        {"hue": 350.0, "hue_width": 40.0, "hue_softness": 20.0},  # across the turn's end
        {"saturation_low": 0.2, "saturation_high": 0.6, "saturation_softness": 0.1},
        {"luma_low": 0.3, "luma_high": 0.5, "luma_softness": 0.2},
        {"luma_low": 0.5, "invert": True, "key_gain": 1.5},
        {"hue": 200.0, "hue_width": 120.0, "saturation_low": 0.1, "luma_high": 0.8},
    ],
)
def test_the_key_follows_its_formulas(graded: Graded, values: dict[str, Any]) -> None:
    x = pixels()
    result = graded(look(**values), x, key="node")[..., 0]
    # where colour is next to nothing a hue has few bits, and softness multiplies them by 20
    np.testing.assert_allclose(result, qualified(x, **values), atol=1e-4)


def test_a_hue_key_leaves_out_grey(graded: Graded) -> None:
    grey = np.full((1, 4, 3), 0.4, np.float32)
    assert not graded(look(hue_width=90.0), grey, key="node").any()


def test_exposure_hardly_moves_a_colour(graded: Graded) -> None:
    light = np.array([[[0.3, 0.12, 0.08]]])
    keys = [
        graded(
            look(hue_width=20.0, hue_softness=40.0, saturation_low=0.5, saturation_softness=0.4),
            evaluate_input("linear_dwg", None, light * gain).astype(np.float32),
            key="node",
        )[0, 0, 0]
        for gain in (1.0, 4.0)
    ]
    # two stops apart; the signal is not quite logarithmic near black
    assert 0.05 < keys[0] < 0.95 and abs(keys[0] - keys[1]) < 0.05
