"""The davinci display rendering: its fixed points, its inverse, its odd and tangent extension."""

import numpy as np
import pytest
from depthgrade.color import DisplayRendering, conversion, evaluate_input, evaluate_output
from depthgrade.color.glsl import literal
from depthgrade.color.rendering import render, render_inverse, rendering_function
from depthgrade.errors import ColorError

PARAMETERS = [(10.0, 0.101), (100.0, 0.101), (4.0, 0.165), (10.0, 0.12)]


@pytest.mark.parametrize(("white", "mid_grey"), PARAMETERS)
def test_grey_becomes_mid_grey_and_white_becomes_display_white(
    white: float, mid_grey: float
) -> None:
    curve = DisplayRendering(white=white, mid_grey=mid_grey).curve()
    got = render(curve, [0.0, 0.18, white])
    np.testing.assert_allclose(got, [0.0, mid_grey, 1.0], atol=1e-14)


@pytest.mark.parametrize(("white", "mid_grey"), PARAMETERS)
def test_the_inverse_returns_every_value(white: float, mid_grey: float) -> None:
    curve = DisplayRendering(white=white, mid_grey=mid_grey).curve()
    light = np.concatenate([-np.geomspace(1e-6, 1e3, 50), [0.0], np.geomspace(1e-6, 1e3, 50)])
    np.testing.assert_allclose(
        render_inverse(curve, render(curve, light)), light, rtol=1e-11, atol=1e-15
    )


def test_the_curve_is_odd_and_goes_on_along_its_tangent() -> None:
    curve = DisplayRendering().curve()
    assert render(curve, -0.5) == -render(curve, 0.5)
    step = 1e-5
    below, at, above = render(curve, [10.0 - step, 10.0, 10.0 + step])
    assert (above - at) / step == pytest.approx((at - below) / step, rel=1e-4)
    far, farther = render(curve, [20.0, 30.0])
    assert far - at == pytest.approx(farther - far, rel=1e-12)


def test_the_curve_rises_everywhere() -> None:
    light = np.linspace(-5.0, 40.0, 4001)
    assert (np.diff(render(DisplayRendering().curve(), light)) > 0).all()


def test_no_rendering_shows_grey_at_its_gamma_code() -> None:
    grey = conversion_of_grey(DisplayRendering("none"))
    assert grey == pytest.approx(0.48944, abs=1e-5)


def test_davinci_shows_grey_at_ten_nits() -> None:
    grey = conversion_of_grey(DisplayRendering())
    assert grey**2.4 == pytest.approx(0.101, abs=1e-6)


def conversion_of_grey(rendering: DisplayRendering) -> float:
    """Rec.709 code of scene 0.18 in DaVinci Intermediate."""
    return float(evaluate_output("rec709", rendering, np.full(3, 0.336043197))[1])


@pytest.mark.parametrize("kind", ["davinci", "aces2"])
def test_rec709_comes_in_through_davinci_whatever_the_output(kind: str) -> None:
    rendering = DisplayRendering(kind)  # type: ignore[arg-type]
    code = np.array([[0.5, 0.3, 0.2], [1.0, 1.0, 1.0]])
    np.testing.assert_array_equal(
        evaluate_input("rec709", rendering, code), evaluate_input("rec709", None, code)
    )
    assert evaluate_input("rec709", rendering, np.ones(3)) == pytest.approx(0.756599, abs=1e-5)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"kind": "filmic"}, "allowed: davinci, aces2, none"),
        ({"white": 1.7}, "allowed: more than 1.782"),
        ({"white": float("inf")}, "white = inf"),
        ({"white": float("nan")}, "white = nan"),
        ({"mid_grey": 0.0}, "mid_grey = 0 is not between 0 and 1"),
        ({"mid_grey": 1.0}, "mid_grey = 1 is not between 0 and 1"),
    ],
)
def test_parameters_without_a_curve_are_refused(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(ColorError, match=message):
        DisplayRendering(**arguments)  # type: ignore[arg-type]


def test_other_parameters_have_another_name_in_the_text() -> None:
    assert rendering_function(DisplayRendering().curve()).name == "davinci"
    other = rendering_function(DisplayRendering(white=20.0).curve())
    assert other.name == "davinci_white_20p0_grey_0p101"
    assert conversion("rec709", "srgb")[0].name == "rec709_to_srgb"


def test_literals_keep_float32_and_have_a_point() -> None:
    assert literal(10.0) == "10.0"
    assert np.float32(literal(1.0 / 3.0)) == np.float32(1.0 / 3.0)
    assert literal(1e-12) == "1e-12"
