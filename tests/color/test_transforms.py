"""Whole ways in and out: round trips without cancellation, and what scene outputs hold."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from depthgrade.color import (
    DisplayRendering,
    GlslFunction,
    evaluate_input,
    evaluate_output,
    input_transform,
    output_transform,
    space,
    spaces,
)
from depthgrade.errors import ColorError
from numpy.typing import NDArray

RunGlsl = Callable[[Sequence[Sequence[GlslFunction]], NDArray[np.float64]], NDArray[np.float32]]


@pytest.mark.parametrize("kind", ["davinci", "none"])
def test_an_ungraded_rec709_code_comes_back_in_float32(kind: str, run_glsl: RunGlsl) -> None:
    rendering = DisplayRendering(kind)  # type: ignore[arg-type]
    codes = np.random.default_rng(3).uniform(0.0, 1.0, (8192, 3))
    chain = input_transform("rec709", rendering) + output_transform("rec709", rendering)
    error = np.abs(run_glsl([chain], codes)[0] - codes.astype(np.float32))
    # 10-bit codes. A saturated picture's brightest channel rounds into the darkest one, and a
    # gamma of 2.4 magnifies what it does there: 1 code for 99.9 %, at most 8, and far less above.
    assert np.quantile(error, 0.999) * 1023 <= 1.0
    assert error.max() * 1023 <= 8.0
    assert error[codes > 0.25].max() <= 1e-5


def test_greys_come_back_within_a_hundred_thousandth(run_glsl: RunGlsl) -> None:
    greys = np.repeat(np.linspace(0.02, 1.09, 500)[:, None], 3, axis=1)
    chain = input_transform("rec709") + output_transform("rec709")
    error = np.abs(run_glsl([chain], greys)[0] - greys.astype(np.float32))
    assert error.max() <= 1e-5


def test_super_whites_and_negatives_survive() -> None:
    codes = np.array([[1.09, 1.09, 1.09], [-0.05, -0.05, -0.05], [1.2, 1.0, 0.9]])
    back = evaluate_output("rec709", None, evaluate_input("rec709", None, codes))
    np.testing.assert_allclose(back, codes, atol=2e-5)


@pytest.mark.parametrize("name", [row.name for row in spaces()])
def test_every_space_comes_back_through_its_own_output(name: str) -> None:
    # Colours of a picture: float32 can't hold a channel of 184 and one of 0.01 through a matrix.
    rng = np.random.default_rng(5)
    codes = rng.uniform(0.3, 0.8, (2000, 1)) + rng.uniform(-0.05, 0.05, (2000, 3))
    # HLG and PQ clips are scene light, but a display's as outputs.
    rendering = DisplayRendering("none" if space(name).rendered else "davinci")
    back = evaluate_output(name, rendering, evaluate_input(name, rendering, codes))
    # N-Log has a step of 1.3e-4 where its two pieces should meet.
    loose = {"pq": 3e-4, "pq_display": 3e-4, "nlog_ngamut": 1.5e-4}
    np.testing.assert_allclose(back, codes, atol=loose.get(name, 3e-5))


def test_a_display_space_is_rendered_in_its_own_primaries() -> None:
    # Scene-linear pure Rec.2020 red stays pure: no channel of the other two lights up.
    red = evaluate_input("linear_rec2020", None, np.array([4.0, 0.0, 0.0]))
    got = evaluate_output("rec2020", None, red)
    assert got[0] > 0.8
    np.testing.assert_allclose(got[1:], 0.0, atol=0.01)  # gamma 2.4 magnifies 1e-6 of light


def test_scene_outputs_hold_scene_light() -> None:
    grey = np.full(3, 0.336043197)
    for name in ("linear_dwg", "linear_rec709", "aces2065_1", "acescg"):
        np.testing.assert_allclose(evaluate_output(name, None, grey), 0.18, atol=1e-6)
    np.testing.assert_allclose(evaluate_output("davinci_intermediate", None, grey), grey, atol=1e-7)


def test_aces2_shows_grey_near_ten_nits_and_white_below_a_hundred() -> None:
    rendering = DisplayRendering("aces2")
    grey = evaluate_output("rec709", rendering, np.full(3, 0.336043197))
    assert grey[1] ** 2.4 == pytest.approx(0.10, abs=0.002)  # ACES 2.0: 10 nits at 100
    bright = evaluate_output("rec709", rendering, np.full(3, 0.9))
    assert (bright <= 1.0 + 1e-6).all()


def test_empty_pictures_stay_empty() -> None:
    assert evaluate_output("rec709", None, np.zeros((0, 3))).shape == (0, 3)


def test_unknown_names_are_refused_with_the_nearest() -> None:
    with pytest.raises(ColorError, match='"slog3_sgamut3cin" is unknown; did you mean'):
        input_transform("slog3_sgamut3cin")
    with pytest.raises(ColorError, match='did you mean "srgb"'):
        output_transform("sgrb")


def test_names_are_stable_and_unique() -> None:
    names = [row.name for row in spaces()]
    assert len(names) == len(set(names))
    assert all(name == name.lower() and space(name).name == name for name in names)
    required = (
        "rec709 srgb davinci_intermediate slog3_sgamut3cine slog3_sgamut3 logc3_awg3 logc4_awg4 "
        "vlog_vgamut log3g10_rwg apple_log hlg pq linear_dwg linear_rec709 linear_rec2020 "
        "aces2065_1 acescg"
    )
    assert set(required.split()) <= set(names)


def test_bright_colours_outside_the_working_gamut_survive(run_glsl: RunGlsl) -> None:
    # Lamps in ACES2065-1; the blue one is a scene light of -5 in a channel of DaVinci Wide Gamut.
    lamps = np.array([[0.0, 20.0, 1.0], [0.0, 0.0, 30.0], [40.0, 0.0, 0.0]])
    working = evaluate_input("aces2065_1", None, lamps)
    assert working.min() < -1.9
    chain = input_transform("aces2065_1") + output_transform("aces2065_1")
    np.testing.assert_allclose(run_glsl([chain], lamps)[0], lamps, atol=1e-4)
