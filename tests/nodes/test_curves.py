"""Curves on the device against OpenColorIO's GradingRGBCurve, and the luma curve against numpy."""

from collections.abc import Callable
from typing import Any

import numpy as np
import PyOpenColorIO as ocio  # noqa: N813 - its own documentation calls it so
import pytest
from depthgrade import Look, Project, ProjectError
from depthgrade.compiler import Request, Source, compile_grade
from depthgrade.frames import ColorTags, PixelFormat
from depthgrade.graph import parse_wires
from depthgrade.nodes.registry import make_node
from numpy.typing import NDArray

Graded = Callable[..., NDArray[np.float32]]
LUMA = np.array([0.21, 0.70, 0.09])
S_CURVE = [[0.0, 0.0], [0.2, 0.12], [0.336, 0.336], [0.6, 0.7], [1.0, 0.95]]
SHAPES = [
    S_CURVE,
    [[0.1, 0.2], [0.9, 0.6]],  # a straight line of another slope
    [[0.0, 0.0], [0.3, 0.3], [0.301, 0.6], [1.0, 0.9]],  # nearly a step
    [[0.0, 0.1], [0.4, 0.1], [0.7, 0.8], [0.8, 0.8], [1.2, 1.3]],  # flat parts
    [[-0.5, -0.5], [0.0, 0.0], [0.25, 0.25], [0.5, 0.75], [0.75, 1.0]],  # straight, then bent
]


def look(**values: Any) -> Look:
    node = make_node("node", {"type": "curves", **values})
    return Look(nodes={"node": node}, wires=parse_wires(["source -> node -> output"]))


def pixels() -> NDArray[np.float32]:
    """Code values over -1..1.9, greys and colours, float32 (24, 64, 3)."""
    values = np.random.default_rng(3).uniform(-1, 1.9, (24, 64, 3))
    values[0] = np.linspace(-1, 1.9, 64)[:, None]
    return values.astype(np.float32)


def by_ocio(x: NDArray[np.float32], **values: Any) -> NDArray[np.float32]:
    """OpenColorIO's exact CPU path."""
    curves = ocio.GradingRGBCurve(ocio.GRADING_LOG)
    for name, points in values.items():
        flat = [number for point in points for number in point]
        setattr(curves, name, ocio.GradingBSplineCurve(flat))
    transform = ocio.GradingRGBCurveTransform(ocio.GRADING_LOG)
    transform.setValue(curves)
    processor = ocio.Config.CreateRaw().getProcessor(transform)
    result = x.copy()
    processor.getOptimizedCPUProcessor(ocio.OPTIMIZATION_LOSSLESS).applyRGB(result)
    return result


def error(result: NDArray[Any], expected: NDArray[Any]) -> float:
    """The greatest difference where the engine's way out does not bound the signal at 1.9."""
    inside = np.abs(expected) < 1.89
    difference = np.abs(result - expected) / np.maximum(1, np.abs(expected))
    return float(difference[inside].max())


@pytest.mark.parametrize("points", SHAPES)
def test_a_master_curve_equals_opencolorio(graded: Graded, points: list[list[float]]) -> None:
    x = pixels()
    # a slope of 300 makes 2e-5 of one ulp of x; elsewhere the two agree to 1e-6
    assert error(graded(look(master=points), x), by_ocio(x, master=points)) < 3e-5


def test_channels_come_before_the_master(graded: Graded) -> None:
    x = pixels()
    values = {"red": S_CURVE, "green": SHAPES[1], "blue": SHAPES[3], "master": SHAPES[4]}
    assert error(graded(look(**values), x), by_ocio(x, **values)) < 5e-6


def test_the_luma_curve_moves_all_channels_alike(graded: Graded) -> None:
    x = np.clip(pixels(), -0.3, 1.0)
    luma = x @ LUMA
    expected = by_ocio(np.repeat(luma[..., None], 3, 2).astype(np.float32), master=S_CURVE)
    change = graded(look(luma=S_CURVE), x) - x
    np.testing.assert_allclose(change, expected - luma[..., None], atol=2e-6)


def test_a_curve_passes_through_its_points(graded: Graded) -> None:
    points = np.array(S_CURVE, np.float32)
    x = np.repeat(points[None, :, :1], 3, 2)
    np.testing.assert_allclose(graded(look(master=S_CURVE), x)[0, :, 1], points[:, 1], atol=1e-6)


def test_moving_a_point_keeps_the_shader() -> None:
    space = "davinci_intermediate"
    format = PixelFormat("gbrpf32le", "rgb", 32, ("G", "B", "R"), floating=True)
    source = Source(format, ColorTags(), 64, 24)
    texts = set()
    for middle in ([0.25, 0.3], [0.5, 0.75], [0.4, 0.45]):  # the last is straight
        dragged = look(master=[[0.0, 0.1], middle, [0.8, 0.8]])
        project = Project(look=dragged, input=space, output=space)
        plan = compile_grade(Request(project, source, space, live=frozenset({"node.master"})))
        texts.add(plan.programs[0].identity)
    assert len(texts) == 1


@pytest.mark.parametrize(
    ("points", "words"),
    [
        ([[0.0, 0.0]], "has 1 points; allowed: 2 to 16"),
        ([[0.5, 0.0], [0.5, 1.0]], "x must rise by 0.001"),
        ([[0.0, 0.5], [1.0, 0.25]], "y must not fall"),
        ([[0.0, 0.0], [1.0, 2.5]], "is outside -1 to 2"),
        ([[0.0, 0.0, 1.0], [1.0, 1.0]], r"allowed: \[\[x, y\]"),
        ("steep", r"allowed: \[\[x, y\]"),
        ([[0.0, float("nan")], [1.0, 1.0]], r"allowed: \[\[x, y\]"),
    ],
)
def test_what_is_no_curve_is_refused(points: Any, words: str) -> None:
    with pytest.raises(ProjectError, match=rf"^node\.red.*{words}"):
        look(red=points)
