"""The primary grade on the device against its formulas in float64 and against OpenColorIO."""

from collections.abc import Callable
from typing import Any

import numpy as np
import PyOpenColorIO as ocio  # noqa: N813 - its own documentation calls it so
import pytest
from depthgrade import Look, ProjectError
from depthgrade.color import evaluate_input, evaluate_output
from depthgrade.graph import parse_wires
from depthgrade.nodes.registry import make_node
from numpy.typing import NDArray

Graded = Callable[..., NDArray[np.float32]]
LUMA = np.array([0.21, 0.70, 0.09])


def look(**values: Any) -> Look:
    node = make_node("node", {"type": "primary", **values})
    return Look(nodes={"node": node}, wires=parse_wires(["source -> node -> output"]))


def pixels() -> NDArray[np.float32]:
    """Code values over -1..1.9, greys and colours, float32 (24, 32, 3)."""
    rng = np.random.default_rng(3)
    values = rng.uniform(-1, 1.9, (24, 32, 3))
    values[0] = np.linspace(-1, 1.9, 32)[:, None]
    return values.astype(np.float32)


def comparable(expected: NDArray[Any]) -> NDArray[np.bool_]:
    """Where float32 can be held to account: a power below 1 has no bounded slope at 0, and the
    way out of the engine bounds a log signal at 1.9."""
    return (np.abs(expected) > 1e-3) & (np.abs(expected) < 1.9)


def wheels(x: NDArray[Any], values: dict[str, Any]) -> NDArray[np.float64]:
    """The measured formula of the wheels as published, singular form, in float64."""
    lift = values.get("lift", 0) + np.array(values.get("lift_rgb", [0, 0, 0]))
    gamma = values.get("gamma", 0) + np.array(values.get("gamma_rgb", [0, 0, 0]))
    gain = values.get("gain", 1) * np.array(values.get("gain_rgb", [1, 1, 1]))
    offset = values.get("offset", 25) - 25 + np.array(values.get("offset_rgb", [25] * 3)) - 25
    black = 1 - 1 / (1 - 2 * lift)
    slope = 1 / (1 / gain - black)
    y = slope * (x - black) + offset * 0.0073313739
    power = np.where(gamma <= 0, 1 - 4 * gamma, 1 / (1 + 4 * np.maximum(gamma, 0)))
    return np.sign(y) * np.abs(y) ** power


SETTINGS = [
    {"gain": 0.8},
    {"lift": -0.05, "gamma": 0.1},
    {"gamma": -0.2, "gamma_rgb": [0.05, 0, -0.05]},
    {"lift": 0.12, "lift_rgb": [0.02, 0, -0.02], "gain": 1.4, "gain_rgb": [1.1, 1, 0.9]},
    {"offset": 31.0, "offset_rgb": [20, 25, 30]},
    {"lift": -0.1, "gamma": 0.15, "gain": 1.3, "offset": 22.0},
]


@pytest.mark.parametrize("values", SETTINGS)
def test_wheels_follow_the_measured_formula(graded: Graded, values: dict[str, Any]) -> None:
    x = pixels()
    expected = wheels(x.astype(np.float64), values)
    away = comparable(expected)
    # float32 holds 5e-5 relative in this range of settings (reference: grading maths)
    error = np.abs(graded(look(**values), x) - expected) / np.maximum(1, np.abs(expected))
    assert error[away].max() < 5e-5


@pytest.mark.parametrize("values", SETTINGS)
def test_wheels_equal_opencolorio_grading_primary(graded: Graded, values: dict[str, Any]) -> None:
    lift = 2 * (values.get("lift", 0) + np.array(values.get("lift_rgb", [0.0, 0, 0])))
    gamma = values.get("gamma", 0) + np.array(values.get("gamma_rgb", [0.0, 0, 0]))
    gain = values.get("gain", 1) * np.array(values.get("gain_rgb", [1.0, 1, 1]))
    shift = values.get("offset", 25) - 50 + np.array(values.get("offset_rgb", [25.0] * 3))
    slope = gain * (1 - lift) / (1 + lift * (gain - 1))
    power = np.where(gamma <= 0, 1 - 4 * gamma, 1 / (1 + 4 * np.maximum(gamma, 0)))
    grade = ocio.GradingPrimary(ocio.GRADING_VIDEO)
    grade.lift = ocio.GradingRGBM(*(lift / (1 - lift)), 0)
    grade.gain = ocio.GradingRGBM(*gain, 1)
    grade.gamma = ocio.GradingRGBM(*(1 / power), 1)
    grade.offset = ocio.GradingRGBM(*(shift * 0.0073313739 / slope), 0)
    grade.pivotBlack, grade.pivotWhite = 0, 1
    transform = ocio.GradingPrimaryTransform(grade, ocio.GRADING_VIDEO, False)
    processor = ocio.Config.CreateRaw().getProcessor(transform)
    x = pixels()
    expected = np.ascontiguousarray(x).copy()
    processor.getOptimizedCPUProcessor(ocio.OPTIMIZATION_LOSSLESS).applyRGB(expected)
    away = comparable(expected)
    error = np.abs(graded(look(**values), x) - expected) / np.maximum(1, np.abs(expected))
    assert error[away].max() < 5e-5


def test_contrast_leaves_its_pivot_and_scales_around_it(graded: Graded) -> None:
    x = np.clip(pixels(), -0.8, 1.3)
    result = graded(look(contrast=1.5, pivot=0.4), x)
    np.testing.assert_allclose(result, (x - 0.4) * 1.5 + 0.4, atol=2e-6)


def test_saturation_zero_is_luma(graded: Graded) -> None:
    x = pixels()
    result = graded(look(saturation=0.0), x)
    np.testing.assert_allclose(result, np.repeat((x @ LUMA)[..., None], 3, 2), atol=1e-6)


def test_one_stop_of_exposure_doubles_scene_light(graded: Graded) -> None:
    x = np.clip(pixels(), 0.05, 0.9)
    light = [
        evaluate_output("linear_dwg", None, np.asarray(code, np.float64))
        for code in (x, graded(look(exposure=1.0), x))
    ]
    # 1e-5 in the log signal is 1e-4 in light at this slope
    np.testing.assert_allclose(light[1], 2 * light[0], rtol=3e-4)


def test_temperature_warms_grey_and_keeps_its_luminance(graded: Graded) -> None:
    grey = evaluate_input("linear_dwg", None, np.full((1, 1, 3), 0.18)).astype(np.float32)
    warm = evaluate_output("linear_rec709", None, graded(look(temperature=30.0), grey))[0, 0]
    assert warm[0] > 0.19 and warm[2] < 0.16
    # Bradford keeps the luminance of the adapted white: Y = 0.2126 R + 0.7152 G + 0.0722 B
    assert warm @ [0.2126, 0.7152, 0.0722] == pytest.approx(0.18, abs=1e-4)


def test_positive_tint_is_magenta(graded: Graded) -> None:
    grey = evaluate_input("linear_dwg", None, np.full((1, 1, 3), 0.18)).astype(np.float32)
    red, green, blue = evaluate_output("linear_rec709", None, graded(look(tint=50.0), grey))[0, 0]
    assert green < red and green < blue


def test_a_neutral_primary_returns_the_input_exactly(graded: Graded) -> None:
    x = pixels()
    assert np.array_equal(graded(look(), x), x)


@pytest.mark.parametrize("name", ["gain", "exposure", "temperature", "contrast", "saturation"])
def test_a_neutral_live_primary_returns_the_input(graded: Graded, name: str) -> None:
    x = np.clip(pixels(), 0, 1)
    result = graded(look(), x, live=frozenset({f"node.{name}"}))
    np.testing.assert_allclose(result, x, atol=1e-5)  # exposure goes to linear light and back


@pytest.mark.parametrize("values", SETTINGS)
def test_live_values_equal_literal_ones(graded: Graded, values: dict[str, Any]) -> None:
    x = pixels()
    live = frozenset(f"node.{name}" for name in ("lift", "gamma", "gain", "offset"))
    difference = np.abs(graded(look(**values), x, live=live) - graded(look(**values), x))
    assert difference.max() < 1e-5


def test_no_value_spreads_nan_or_infinity(graded: Graded) -> None:
    x = pixels()
    x[0, 0] = np.nan
    x[0, 1] = [np.inf, 0.2, 0.3]
    everything = look(gain=0.8, gamma=0.1, lift=-0.1, exposure=1.0, contrast=1.2, saturation=60.0)
    assert np.isfinite(graded(everything, x)).all()


def test_lift_against_gain_stays_away_from_the_pole() -> None:
    with pytest.raises(ProjectError, match=r"node.lift = 0.4 with gain = 0"):
        look(lift=0.4, lift_rgb=[0.2, 0, 0], gain=0.0)


def test_hue_keeps_grey_and_luma_and_turns_red_to_yellow(graded: Graded) -> None:
    x = pixels()
    result = graded(look(hue=60.0), np.clip(x, -0.5, 0.8))
    np.testing.assert_allclose(result @ LUMA, np.clip(x, -0.5, 0.8) @ LUMA, atol=2e-6)
    np.testing.assert_allclose(result[0], np.clip(x, -0.5, 0.8)[0], atol=1e-6)
    red = graded(look(hue=60.0), np.array([[[0.7, 0.2, 0.2]]], np.float32))[0, 0]
    assert red[0] == pytest.approx(red[1], abs=1e-6) and red[1] > red[2] + 0.4


def test_hue_turned_back_is_where_it_was(graded: Graded) -> None:
    x = np.clip(pixels(), -0.3, 0.6)
    np.testing.assert_allclose(graded(look(hue=-75.0), graded(look(hue=75.0), x)), x, atol=3e-6)
