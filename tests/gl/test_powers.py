"""Powers as a software rasteriser runs them: as exact as float32 allows, all else as it was."""

from collections.abc import Callable

import moderngl
import numpy as np
import pytest
from depthgrade.gl.powers import quick_powers
from depthgrade.gl.runner import VERTEX
from numpy.typing import NDArray

Draw = Callable[[str, NDArray[np.float32]], NDArray[np.float64]]


@pytest.fixture
def draw(gl: moderngl.Context) -> Draw:
    """What an expression of `float x` makes of values."""

    def drawn(expression: str, values: NDArray[np.float32]) -> NDArray[np.float64]:
        text = f"""#version 400 core
uniform sampler2D given;
out vec4 made;
void main()
{{
    float x = texelFetch(given, ivec2(gl_FragCoord.xy), 0).r;
    made = vec4({expression}, vec3(pow(vec3(x), vec3(2.0))).g, 0.0, 1.0);
}}
"""
        size = (len(values), 1)
        texture = gl.texture(size, 1, values.tobytes(), dtype="f4")
        program = gl.program(VERTEX, quick_powers(text))
        target = gl.texture(size, 4, dtype="f4")
        gl.framebuffer([target]).use()
        texture.use(0)
        gl.vertex_array(program, []).render(moderngl.TRIANGLES, vertices=3)
        return np.frombuffer(target.read(), np.float32).reshape(-1, 4)[:, 0].astype(np.float64)

    return drawn


LIGHT = np.geomspace(1e-6, 1e4, 4001).astype(np.float32)
SIGNAL = np.linspace(-20, 20, 4001).astype(np.float32)


@pytest.mark.parametrize("power", [0.05, 0.4166667, 0.9, 1.1, 2.4, 10.0])
def test_a_power_is_as_near_as_float32_allows(draw: Draw, power: float) -> None:
    exact = LIGHT.astype(np.float64) ** np.float64(np.float32(power))
    within = (exact > 1e-30) & (exact < 1e30)  # what float32 holds with all its digits
    apart = np.abs(draw(f"pow(x, {power})", LIGHT) / exact - 1)[within]
    # The exponent p * log2(x) is rounded at its own size, here up to 100, then raised.
    exponent = np.abs(power * np.log2(LIGHT.astype(np.float64)))[within]
    assert np.all(apart < 2.5e-7 + 1.2e-7 * exponent)


def test_logarithms_and_exponentials_are_as_near_as_float32_allows(draw: Draw) -> None:
    light, signal = LIGHT.astype(np.float64), SIGNAL.astype(np.float64)
    np.testing.assert_allclose(draw("log2(x)", LIGHT), np.log2(light), rtol=2e-7, atol=1.5e-7)
    np.testing.assert_allclose(draw("log(x)", LIGHT), np.log(light), rtol=3e-7, atol=1.5e-7)
    np.testing.assert_allclose(draw("exp2(x)", SIGNAL), np.exp2(signal), rtol=2.5e-7)
    np.testing.assert_allclose(draw("exp(x)", SIGNAL), np.exp(signal), rtol=4e-6)


def test_zero_and_one_are_exact_and_what_is_too_large_stays_finite(draw: Draw) -> None:
    edges = np.array([0.0, 1.0, 1e30], np.float32)
    for power in (0.05, 2.4):
        zero, one, large = draw(f"pow(x, {power})", edges)
        assert zero == 0 and one == 1 and 0 < large < np.inf
    low, none, high = draw("exp2(x)", np.array([-1e30, 0.0, 1e30], np.float32))
    assert 0 <= low < 1e-37 and none == 1 and 1e38 < high < np.inf


def test_other_words_and_texts_stay_as_they_are() -> None:
    plain = "#version 330\n// no power\nfloat power(float x) { return x; }\n"
    assert quick_powers(plain) == plain
    made = quick_powers("#version 330\nfloat f(float x) { return power(pow (x, 2.0)); }\n")
    assert made.startswith("#version 330\n")
    assert made.endswith("float f(float x) { return power(quick_pow (x, 2.0)); }\n")
