"""The ASC CDL on the device against OpenColorIO's CDLTransform."""

from collections.abc import Callable
from typing import Any

import numpy as np
import PyOpenColorIO as ocio  # noqa: N813 - its own documentation calls it so
import pytest
from depthgrade import Look
from depthgrade.graph import parse_wires
from depthgrade.nodes.registry import make_node
from numpy.typing import NDArray

Graded = Callable[..., NDArray[np.float32]]
STYLES = {"no_clamp": ocio.CDL_NO_CLAMP, "asc": ocio.CDL_ASC}


def look(**values: Any) -> Look:
    node = make_node("node", {"type": "cdl", **values})
    return Look(nodes={"node": node}, wires=parse_wires(["source -> node -> output"]))


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize(
    "values",
    [
        {"slope": [1.2, 1.0, 0.8]},
        {"offset": [0.1, -0.05, 0.0], "power": [0.9, 1.0, 1.3]},
        {"slope": [0.9, 1.1, 1.0], "offset": [0.02, 0.0, -0.1], "saturation": 0.4},
        {"power": [2.0, 0.6, 1.5], "saturation": 1.8},
    ],
)
def test_a_cdl_equals_opencolorio(graded: Graded, values: dict[str, Any], style: str) -> None:
    x = np.random.default_rng(3).uniform(-1, 1.9, (24, 64, 3)).astype(np.float32)
    transform = ocio.CDLTransform(
        slope=values.get("slope", [1, 1, 1]),
        offset=values.get("offset", [0, 0, 0]),
        power=values.get("power", [1, 1, 1]),
        sat=values.get("saturation", 1.0),
    )
    transform.setStyle(STYLES[style])
    expected = x.copy()
    processor = ocio.Config.CreateRaw().getProcessor(transform)
    processor.getOptimizedCPUProcessor(ocio.OPTIMIZATION_LOSSLESS).applyRGB(expected)
    error = np.abs(graded(look(**values, style=style), x) - expected)
    inside = np.abs(expected) < 1.89  # the engine's way out bounds the signal at 1.9
    # powers of small numbers cost a few ulp more than the rest; both are float32
    assert (error / np.maximum(1, np.abs(expected)))[inside].max() < 1e-5


def test_the_standards_style_clamps_even_when_neutral(graded: Graded) -> None:
    x = np.array([[[-0.5, 0.25, 1.5]]], np.float32)
    assert graded(look(style="asc"), x).tolist() == [[[0.0, 0.25, 1.0]]]
