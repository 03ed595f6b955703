"""What displays of 100 and 1000 nits show: highlights, gamut compression, ACES 2, round trips."""

from collections.abc import Callable, Sequence
from pathlib import Path

import av
import numpy as np
import pytest
from depthgrade.color import (
    DisplayRendering,
    GlslFunction,
    evaluate_input,
    evaluate_output,
    input_transform,
    output_transform,
)
from depthgrade.color.gamut import THRESHOLD, compress, limits
from depthgrade.color.primaries import primaries, rgb_to_rgb
from depthgrade.color.rendering import render, render_inverse
from numpy.typing import NDArray

RunGlsl = Callable[[Sequence[Sequence[GlslFunction]], NDArray[np.float64]], NDArray[np.float32]]
GREY = np.full(3, 0.336043197)  # scene 0.18 in DaVinci Intermediate

# Linear Rec.2020, brightest channel 1: skin, a sodium lamp, the sky, a blue lamp, a tail light.
COLOURS = np.array(
    [[1.0, 0.56, 0.4], [1.0, 0.45, 0.05], [0.25, 0.5, 1.0], [0.05, 0.1, 1.0], [1.0, 0.06, 0.03]]
)


def _pq_nits(code: NDArray[np.float64]) -> NDArray[np.float64]:
    """SMPTE ST 2084:2014, equation 4.1."""
    m1, m2, c1, c2, c3 = 2610 / 16384, 2523 / 32, 3424 / 4096, 2413 / 128, 2392 / 128
    root = np.maximum(code, 0.0) ** (1 / m2)
    ratio: NDArray[np.float64] = np.maximum(root - c1, 0.0) / (c2 - c3 * root)
    return 10000.0 * ratio ** (1 / m1)


def test_pq_and_hlg_show_the_same_light() -> None:
    light = np.geomspace(0.01, 100.0, 60)[:, None] * COLOURS[0]
    working = evaluate_input("linear_rec2020", None, light)
    pq = evaluate_input("pq_display", DisplayRendering("none"), _rendered("pq", working))
    hlg = evaluate_input("hlg_display", DisplayRendering("none"), _rendered("hlg", working))
    # A display of HLG is one of PQ with another signal; OpenColorIO's OOTF is straight near black.
    np.testing.assert_allclose(hlg, pq, atol=2e-4)


def _rendered(output: str, working: NDArray[np.float64]) -> NDArray[np.float64]:
    return evaluate_output(output, DisplayRendering(), working)


def test_an_hdr_display_shows_grey_as_an_sdr_one_and_has_its_peak_above() -> None:
    assert _pq_nits(_rendered("pq", GREY))[1] == pytest.approx(10.1, rel=1e-3)
    # 1000 nits is PQ 0.7518 (ST 2084) and HLG 1.0 (BT.2100), at ten times the white of 100 nits.
    white = np.full(3, 1.0)  # DaVinci Intermediate 1.0 is scene 100
    assert _rendered("pq", white)[1] == pytest.approx(0.75183, abs=2e-4)
    assert _rendered("hlg", white)[1] == pytest.approx(1.0, abs=1e-4)
    # A Rec.709 white, scene 10, has room above it.
    assert 300 < _pq_nits(_rendered("pq", evaluate_input("rec709", None, np.ones(3))))[1] < 500


@pytest.mark.parametrize("output", ["rec2020", "pq", "hlg"])
def test_highlights_rise_in_every_channel_up_to_the_peak(output: str) -> None:
    white = 10.0 if output == "rec2020" else 100.0
    for colour in COLOURS:
        light = np.geomspace(0.02, white, 300)[:, None] * colour
        code = _rendered(output, evaluate_input("linear_rec2020", None, light))
        # No flat patch: each step of 3 % in light moves each channel, up to the display's white.
        assert (np.diff(code, axis=0) > 0).all()
        # A saturated peak in HLG lies above 1.0, in the range its standard keeps up to 1.09.
        assert code.max() <= (1.09 if output == "hlg" else 1.0 + 1e-5)
        # The order of channels, which is the hue's sextant, stays.
        assert (np.argsort(code, axis=1, kind="stable") == np.argsort(colour, kind="stable")).all()


def _hue(linear_rec709: NDArray[np.float64]) -> NDArray[np.float64]:
    """Hue in degrees of Oklab; Ottosson, A perceptual color space for image processing (2020)."""
    cones = np.array(
        [
            [0.4122214708, 0.5363325363, 0.0514459929],
            [0.2119034982, 0.6806995451, 0.1073969566],
            [0.0883024619, 0.2817188376, 0.6299787005],
        ]
    )
    opponent = np.array(
        [[1.9779984951, -2.4285922050, 0.4505937099], [0.0259040371, 0.7827717662, -0.8086757660]]
    )
    a, b = np.moveaxis(np.cbrt(linear_rec709 @ cones.T) @ opponent.T, -1, 0)
    return np.degrees(np.arctan2(b, a))


@pytest.mark.parametrize("peak", [1.0, 10.0])
def test_hues_of_highlights_drift_slowly_and_no_more_on_hdr(peak: float) -> None:
    curve = DisplayRendering().curve(peak)
    to_709 = rgb_to_rgb(primaries("rec2020"), primaries("rec709"))
    for colour in COLOURS:
        light = np.geomspace(0.05, curve.white, 100)[:, None] * colour
        shown = render(curve, light)
        drift = np.mod(_hue(shown @ to_709.T) - _hue(light @ to_709.T) + 180.0, 360.0) - 180.0
        # A curve per channel turns an orange towards yellow at the very peak; 4 stops below it,
        # where pictures are, by less than a third of that. Hues don't jump.
        assert np.abs(drift).max() <= 32.0
        assert np.abs(drift[light.max(axis=1) <= curve.white / 16.0]).max() <= 9.0
        assert np.abs(np.diff(drift)).max() <= 1.5


@pytest.mark.parametrize("peak", [1.0, 10.0])
def test_the_curve_of_a_peak_has_its_fixed_points_and_inverse(peak: float) -> None:
    curve = DisplayRendering().curve(peak)
    got = render(curve, [0.0, 0.18, curve.white])
    np.testing.assert_allclose(got, [0.0, 0.101, peak], rtol=1e-12)
    light = np.concatenate([-np.geomspace(1e-6, 1e3, 50), np.geomspace(1e-6, 1e3, 50)])
    np.testing.assert_allclose(render_inverse(curve, render(curve, light)), light, rtol=1e-10)


@pytest.mark.parametrize("name", ["pq_display", "hlg_display"])
def test_an_hdr_clip_named_as_display_light_comes_back(name: str, run_glsl: RunGlsl) -> None:
    codes = np.random.default_rng(9).uniform(0.2, 0.7, (2000, 3))
    chain = input_transform(name) + output_transform(name.removesuffix("_display"))
    back = run_glsl([chain], codes)[0]
    assert np.abs(back - codes.astype(np.float32)).max() * 1023 <= 1.0


@pytest.mark.parametrize("output", ["pq", "hlg", "p3_d65", "rec2020"])
def test_aces2_serves_every_display(output: str, run_glsl: RunGlsl) -> None:
    aces = DisplayRendering("aces2")
    working = np.concatenate([np.linspace(0.1, 0.9, 80)[:, None] * np.ones(3), GREY[None]])
    cpu = evaluate_output(output, aces, working)
    gpu = run_glsl([output_transform(output, aces)], working)[0]
    np.testing.assert_allclose(gpu, cpu, atol=3e-4)
    assert (np.diff(cpu[:-1, 1]) >= -1e-6).all()
    if output == "pq":
        assert 10.0 < _pq_nits(cpu[-1])[1] < 16.0  # ACES 2.0: mid-grey of 1000 nits near 14
        assert _pq_nits(cpu[-2])[1] < 1001.0


@pytest.mark.parametrize("gamut", ["rec709", "p3_d65", "rec2020", "rec601_525"])
def test_gamut_compression_has_its_inverse_everywhere(gamut: str) -> None:
    rgb = np.random.default_rng(6).uniform(-1.0, 3.0, (5000, 3))
    back = compress(gamut, compress(gamut, rgb), inverse=True)
    np.testing.assert_allclose(back, rgb, atol=1e-9)


def test_gamut_compression_brings_p3_into_rec709_and_leaves_the_middle() -> None:
    rng = np.random.default_rng(8)
    inside = rng.uniform(0.3, 1.0, (500, 3))  # distances below every threshold
    np.testing.assert_allclose(compress("rec709", inside), inside, atol=1e-12)
    to_709 = rgb_to_rgb(primaries("p3_d65"), primaries("rec709"))
    corners = (
        np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 0], [0, 1, 1], [1, 0, 1]]) @ to_709.T
    )
    assert corners.min() < -0.2
    assert compress("rec709", corners).min() >= -1e-12
    assert all(t < 1.0 < limit for t, limit in zip(THRESHOLD, limits("rec709"), strict=True))


def test_gamut_compression_unclips_a_coloured_light(run_glsl: RunGlsl) -> None:
    # A green lamp in P3 with detail: out of Rec.709, its red channel would be flat black.
    lamp = np.array([[0.05 + 0.01 * i, 0.8, 0.1] for i in range(8)])
    working = evaluate_input("linear_p3_d65", None, lamp)
    plain = evaluate_output("rec709", None, working)
    assert (plain[:, 0] < 0.0).all()
    with_compression = DisplayRendering(gamut_compression=True)
    chain = output_transform("rec709", with_compression)
    cpu = evaluate_output("rec709", with_compression, working)
    assert (cpu[:, 0] > 0.0).all() and (np.diff(cpu[:, 0]) > 0.001).all()
    # Red is near black, where a gamma of 2.4 magnifies float32.
    np.testing.assert_allclose(run_glsl([chain], working)[0], cpu, atol=2e-4)


def _frames(folder: Path) -> NDArray[np.float64]:
    """R'G'B' of real pictures: every 60th pixel of one frame of each ordinary clip."""
    names = (
        "studio_coffee_pour person_woman_beach_mountain_vertical street_woman_dog_passage "
        "person_juggling_garden_24fps man_dog_couch_720p"
    )
    pixels = []
    for name in names.split():
        with av.open(str(folder / "open" / "video" / f"{name}.mp4")) as clip:
            frame = next(clip.decode(video=0))
        pixels.append(frame.to_ndarray(format="rgb24").reshape(-1, 3)[::60])
    return np.concatenate(pixels) / 255.0


@pytest.mark.parametrize("compressed", [False, True])
def test_ungraded_real_pictures_come_back(
    compressed: bool, run_glsl: RunGlsl, material: Path
) -> None:
    rendering = DisplayRendering(gamut_compression=compressed)
    codes = _frames(material)
    assert len(codes) > 50000
    width = 8192  # the widest target every OpenGL 3.3 driver has
    chain = input_transform("rec709", rendering) + output_transform("rec709", rendering)
    parts = [codes[i : i + width] for i in range(0, len(codes), width)]
    back = np.concatenate([run_glsl([chain], part)[0] for part in parts])
    error = np.abs(back - codes.astype(np.float32)) * 1023.0
    # 1 code of 10 bits for 99.9 % of pixels, 8 anywhere, nothing cancelled.
    assert np.quantile(error.max(axis=1), 0.999) <= 1.0
    assert error.max() <= 8.0
