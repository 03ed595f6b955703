"""Shadows, midtones and highlights on the device against OpenColorIO's GradingTone, LOG style."""

from collections.abc import Callable
from typing import Any

import numpy as np
import PyOpenColorIO as ocio  # noqa: N813 - its own documentation calls it so
import pytest
from depthgrade import Look, ProjectError
from depthgrade.graph import parse_wires
from depthgrade.nodes.registry import make_node
from depthgrade.nodes.tone import Tone
from numpy.typing import NDArray

Graded = Callable[..., NDArray[np.float32]]


def look(**values: Any) -> Look:
    node = make_node("node", {"type": "tone", **values})
    return Look(nodes={"node": node}, wires=parse_wires(["source -> node -> output"]))


def pixels() -> NDArray[np.float32]:
    """Code values over -1..1.9, greys and colours, float32 (24, 64, 3)."""
    values = np.random.default_rng(3).uniform(-1, 1.9, (24, 64, 3))
    values[0] = np.linspace(-1, 1.9, 64)[:, None]
    return values.astype(np.float32)


def by_ocio(x: NDArray[np.float32], node: Tone) -> NDArray[np.float32]:
    """OpenColorIO's exact CPU path."""
    tone = ocio.GradingTone(ocio.GRADING_LOG)
    for name, places in (
        ("shadows", (node.shadows_start, node.shadows_pivot)),
        ("midtones", (node.midtones_center, node.midtones_width)),
        ("highlights", (node.highlights_start, node.highlights_pivot)),
    ):
        channels = getattr(node, f"{name}_rgb")
        setattr(tone, name, ocio.GradingRGBMSW(*channels, getattr(node, name), *places))
    transform = ocio.GradingToneTransform(ocio.GRADING_LOG)
    transform.setValue(tone)
    processor = ocio.Config.CreateRaw().getProcessor(transform)
    result = x.copy()
    processor.getOptimizedCPUProcessor(ocio.OPTIMIZATION_LOSSLESS).applyRGB(result)
    return result


@pytest.mark.parametrize(
    "values",
    [
        {"midtones": 1.5},
        {"midtones": 0.2, "midtones_center": 0.7, "midtones_width": 0.2},
        {"highlights": 1.6},
        {"highlights": 0.3, "highlights_start": 0.45, "highlights_pivot": 0.7},
        {"shadows": 0.3},
        {"shadows": 1.7, "shadows_start": 0.4, "shadows_pivot": 0.1},
        {"shadows_rgb": [0.8, 1.0, 1.3], "midtones_rgb": [1.2, 1.0, 0.7]},
        {
            "shadows": 1.2,
            "shadows_rgb": [1.1, 1.0, 0.9],
            "midtones": 0.8,
            "midtones_rgb": [1.0, 1.1, 1.0],
            "highlights": 0.7,
            "highlights_rgb": [1.2, 0.9, 1.0],
        },
    ],
)
def test_tone_equals_opencolorio_grading_tone(graded: Graded, values: dict[str, Any]) -> None:
    x, made = pixels(), look(**values)
    expected = by_ocio(x, made.nodes["node"])  # type: ignore[arg-type]
    inside = np.abs(expected) < 1.89  # the engine's way out bounds the signal at 1.9
    error = np.abs(graded(made, x) - expected) / np.maximum(1, np.abs(expected))
    assert error[inside].max() < 5e-6


def test_above_one_is_brighter_and_the_ends_stay(graded: Graded) -> None:
    x = np.repeat(np.array([[0.0, 0.1, 0.25, 0.4, 0.6, 0.8, 1.0]], np.float32)[..., None], 3, 2)
    for name, moved in (("shadows", [1, 2]), ("midtones", [2, 3]), ("highlights", [4, 5])):
        change = (graded(look(**{name: 1.5}), x) - x)[0, :, 0]
        assert (change[moved] > 0.01).all()
        np.testing.assert_allclose(change[[0, 6]], 0, atol=2e-6)


@pytest.mark.parametrize("name", ["shadows", "highlights"])
def test_as_much_below_one_undoes_what_was_above(graded: Graded, name: str) -> None:
    x = pixels()[:, :, :] * 0.5
    there = graded(look(**{name: 1.4}), x)
    np.testing.assert_allclose(graded(look(**{name: 0.6}), there), x, atol=3e-6)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"shadows_start": 0.1, "shadows_pivot": 0.2}, "shadows_start = 0.1 must be 0.01"),
        ({"highlights_start": 1.2}, "highlights_start = 1.2 must be 0.01 or more below"),
    ],
)
def test_a_range_without_a_span_is_refused(values: dict[str, Any], words: str) -> None:
    with pytest.raises(ProjectError, match=words):
        look(**values)
