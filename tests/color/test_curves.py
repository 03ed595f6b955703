"""Every transfer function against colour-science, and its 18 % grey against the published code."""

from collections.abc import Callable

import colour.models as cs
import numpy as np
import PyOpenColorIO as ocio  # noqa: N813  modules are lower-case here
import pytest
from depthgrade.color import config, space, spaces
from numpy.typing import ArrayLike, NDArray

Curve = Callable[[NDArray[np.float64]], ArrayLike]

# Scene linear of an HLG signal of 0.75 and its 1000-nit display light, ITU-R BT.2408-7 table 1.
_HLG_WHITE = float(cs.oetf_inverse_BT2100_HLG(0.75))


def _srgb_decode(code: NDArray[np.float64]) -> ArrayLike:
    return cs.eotf_sRGB(code)


def _pq_decode(code: NDArray[np.float64]) -> ArrayLike:
    """Of neutral signals: the OOTF undone by its power, since all channels equal luminance."""
    nits = np.asarray(cs.eotf_ST2084(code))
    return (nits / 1000.0) ** (1.0 / 1.2) / _HLG_WHITE


def _pq_encode(light: NDArray[np.float64]) -> ArrayLike:
    return cs.eotf_inverse_ST2084((light * _HLG_WHITE) ** 1.2 * 1000.0)


# name: (decode, encode) of colour-science
ORACLES: dict[str, tuple[Curve, Curve]] = {
    "rec709": (lambda v: v**2.4, lambda light: light ** (1 / 2.4)),
    "srgb": (_srgb_decode, cs.eotf_inverse_sRGB),
    "davinci_intermediate": (
        cs.oetf_inverse_DaVinciIntermediate,
        cs.oetf_DaVinciIntermediate,
    ),
    "slog3_sgamut3cine": (cs.log_decoding_SLog3, cs.log_encoding_SLog3),
    "logc3_awg3": (cs.log_decoding_ARRILogC3, cs.log_encoding_ARRILogC3),
    "logc4_awg4": (cs.log_decoding_ARRILogC4, cs.log_encoding_ARRILogC4),
    "vlog_vgamut": (cs.log_decoding_VLog, cs.log_encoding_VLog),
    "log3g10_rwg": (cs.log_decoding_Log3G10, cs.log_encoding_Log3G10),
    "slog2_sgamut": (cs.log_decoding_SLog2, cs.log_encoding_SLog2),
    "clog2_cgamut": (cs.log_decoding_CanonLog2, cs.log_encoding_CanonLog2),
    "clog3_cgamut": (cs.log_decoding_CanonLog3, cs.log_encoding_CanonLog3),
    "bmdfilm5_bwg": (
        cs.oetf_inverse_BlackmagicFilmGeneration5,
        cs.oetf_BlackmagicFilmGeneration5,
    ),
    "dlog_dgamut": (cs.log_decoding_DJIDLog, cs.log_encoding_DJIDLog),
    "flog_fgamut": (cs.log_decoding_FLog, cs.log_encoding_FLog),
    "flog2_fgamut": (cs.log_decoding_FLog2, cs.log_encoding_FLog2),
    "nlog_ngamut": (cs.log_decoding_NLog, cs.log_encoding_NLog),
    "llog_lgamut": (cs.log_decoding_LLog, cs.log_encoding_LLog),
    "protune": (cs.log_decoding_Protune, cs.log_encoding_Protune),
    "acescct": (cs.log_decoding_ACEScct, cs.log_encoding_ACEScct),
    "rec709_scene": (cs.oetf_inverse_BT709, cs.oetf_BT709),
    "apple_log": (cs.log_decoding_AppleLogProfile, cs.log_encoding_AppleLogProfile),
    "hlg": (
        lambda v: np.asarray(cs.oetf_inverse_BT2100_HLG(v)) / _HLG_WHITE,
        lambda light: cs.oetf_BT2100_HLG(light * _HLG_WHITE),
    ),
    "pq": (_pq_decode, _pq_encode),
    "hlg_display": (
        lambda v: np.asarray(cs.eotf_BT2100_HLG(v, L_B=0, L_W=1000)) / 100.0,
        lambda light: cs.eotf_inverse_BT2100_HLG(light * 100.0, L_B=0, L_W=1000),
    ),
    "pq_display": (
        lambda v: np.asarray(cs.eotf_ST2084(v)) / 100.0,
        lambda light: cs.eotf_inverse_ST2084(light * 100.0),
    ),
}
# Float32 holds curves to 1e-5; PQ's power of 6.28 over a cancelling quotient to 2e-4. The rounded
# constants of BT.709 leave a step at its cut that ours closes. OpenColorIO's OOTF begins straight.
DECODE_TOLERANCE = {"pq": 2e-4, "pq_display": 2e-4, "rec709_scene": 6e-5, "hlg_display": 2e-5}
ENCODE_TOLERANCE = {"pq": 2e-4, "pq_display": 2e-4, "rec709_scene": 2.5e-4, "hlg_display": 2e-4}
# Where a maker's two pieces don't meet, either side is right: the code and the light of the cut.
STEPS = {"llog_lgamut": (0.138, 0.006), "nlog_ngamut": (452 / 1023, 0.3283)}


def _away_from(name: str, values: NDArray[np.float64], which: int) -> NDArray[np.float64]:
    if name not in STEPS:
        return values
    return values[np.abs(values - STEPS[name][which]) > 5e-4]


def _on_cpu(src: str, dst: str, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Neutral values through the configuration at OPTIMIZATION_LOSSLESS; green of the result."""
    cpu = config().getProcessor(src, dst).getOptimizedCPUProcessor(ocio.OPTIMIZATION_LOSSLESS)
    pixels = np.repeat(values[:, None], 3, axis=1).astype(np.float32)
    cpu.applyRGB(pixels)
    return pixels[:, 1].astype(np.float64)


@pytest.mark.parametrize("name", ORACLES)
def test_decoding_agrees_with_colour_science(name: str) -> None:
    codes = _away_from(name, np.linspace(0.0, 1.0, 1001), 0)
    expected = np.asarray(ORACLES[name][0](codes))
    got = _on_cpu(name, space(name).linear, codes)
    error = np.abs(got - expected) / np.maximum(1.0, np.abs(expected))
    tolerance = DECODE_TOLERANCE.get(name, 1e-5)
    assert error.max() <= tolerance, f"{name}: {error.max():.3g} at code {codes[error.argmax()]}"


@pytest.mark.parametrize("name", ORACLES)
def test_encoding_agrees_with_colour_science(name: str) -> None:
    light = np.concatenate([np.linspace(0.0, 0.05, 101), np.geomspace(0.05, 8.0, 200)])
    light = _away_from(name, light, 1)
    expected = np.asarray(ORACLES[name][1](light))
    got = _on_cpu(space(name).linear, name, light)
    # The second sample, 5e-4, is above the straight foot of OpenColorIO's OOTF.
    assert np.abs(got - expected).max() <= ENCODE_TOLERANCE.get(name, 1e-5)


# OpenColorIO's built-in that leads from our space to ACES2065-1.
BUILTINS = {
    "slog3_sgamut3": "SONY_SLOG3-SGAMUT3_to_ACES2065-1",
    "slog3_sgamut3cine": "SONY_SLOG3-SGAMUT3.CINE_to_ACES2065-1",
    "slog3_sgamut3_venice": "SONY_SLOG3-SGAMUT3-VENICE_to_ACES2065-1",
    "slog3_sgamut3cine_venice": "SONY_SLOG3-SGAMUT3.CINE-VENICE_to_ACES2065-1",
    "logc3_awg3": "ARRI_ALEXA-LOGC-EI800-AWG_to_ACES2065-1",
    "logc4_awg4": "ARRI_LOGC4_to_ACES2065-1",
    "clog2_cgamut": "CANON_CLOG2-CGAMUT_to_ACES2065-1",
    "clog3_cgamut": "CANON_CLOG3-CGAMUT_to_ACES2065-1",
    "vlog_vgamut": "PANASONIC_VLOG-VGAMUT_to_ACES2065-1",
    "log3g10_rwg": "RED_LOG3G10-RWG_to_ACES2065-1",
    "apple_log": "APPLE_LOG_to_ACES2065-1",
    "apple_log2": "APPLE_LOG-APPLEWG_to_ACES2065-1",
    "acescct": "ACEScct_to_ACES2065-1",
}


@pytest.mark.parametrize("name", BUILTINS)
def test_colours_agree_with_the_builtins_of_opencolorio_both_ways(name: str) -> None:
    rng = np.random.default_rng(1)
    codes = rng.uniform(0.35, 0.6, (300, 1)) + rng.uniform(-0.05, 0.05, (300, 3))
    chain = ocio.GroupTransform(
        [
            ocio.BuiltinTransform(BUILTINS[name]),
            ocio.ColorSpaceTransform("aces2065_1", name),
        ]
    )
    for direction in (ocio.TRANSFORM_DIR_FORWARD, ocio.TRANSFORM_DIR_INVERSE):
        cpu = config().getProcessor(chain, direction)
        pixels = codes.astype(np.float32)
        cpu.getOptimizedCPUProcessor(ocio.OPTIMIZATION_LOSSLESS).applyRGB(pixels)
        # Where they adapt D65 to the ACES white by CAT02 and not, as we and the others do, by
        # Bradford, a hue moves by up to 0.7 codes at 10 bits; without, 3e-7.
        assert np.abs(pixels - codes).max() <= (3e-7 if name in BRADFORD else 8e-4)


BRADFORD = {"vlog_vgamut", "log3g10_rwg", "apple_log", "apple_log2", "acescct"}


@pytest.mark.parametrize("name", BUILTINS)
def test_greys_agree_with_the_builtins_of_opencolorio(name: str) -> None:
    codes = np.linspace(0.12, 0.95, 400)
    pixels = np.repeat(codes[:, None], 3, axis=1).astype(np.float32)
    builtin = config().getProcessor(ocio.BuiltinTransform(BUILTINS[name]))
    builtin.getOptimizedCPUProcessor(ocio.OPTIMIZATION_LOSSLESS).applyRGB(pixels)
    got = _on_cpu(name, "aces2065_1", codes)
    # A grey is a grey under any adaptation; half-float tables hold it to 1 in 2048.
    np.testing.assert_allclose(got, pixels[:, 1], rtol=5e-4, atol=1e-5)


def test_every_curve_of_the_table_has_an_oracle() -> None:
    covered = {space(name).decode for name in ORACLES}
    missing = [row.name for row in spaces() if row.decode and row.decode not in covered]
    assert not missing


@pytest.mark.parametrize("name", [row.name for row in spaces()])
def test_eighteen_percent_grey_has_the_published_code(name: str) -> None:
    got = _on_cpu("linear_dwg", name, np.array([0.18]))[0]
    assert got == pytest.approx(space(name).mid_grey, abs=6e-6)  # published to five digits


def test_davinci_intermediate_meets_its_check_values() -> None:
    light = np.array([0.18, 1.0, 10.0, 100.0])
    got = _on_cpu("linear_dwg", "davinci_intermediate", light)
    np.testing.assert_allclose(got, [0.336043, 0.513837, 0.756599, 1.0], atol=1e-6)


def test_hlg_and_pq_meet_at_reference_white_and_mid_grey() -> None:
    light = np.array([1.0, 0.18])
    hlg, pq = (_on_cpu("linear_dwg", name, light) for name in ("hlg", "pq"))
    # ITU-R BT.2408-7, table 1: reference white 75 % HLG and 58 % PQ; grey 38 % in both.
    np.testing.assert_allclose(hlg, [0.75, 0.38], atol=0.005)
    np.testing.assert_allclose(pq, [0.58, 0.38], atol=0.005)


def test_coloured_pq_is_the_inverse_hlg_ootf_of_display_light() -> None:
    codes = np.array([[0.5, 0.6, 0.4], [0.7, 0.2, 0.3], [0.58, 0.58, 0.1]])
    nits = np.asarray(cs.eotf_ST2084(codes))
    expected = np.asarray(cs.ootf_inverse_BT2100_HLG(nits, L_B=0, L_W=1000)) / _HLG_WHITE
    cpu = config().getProcessor("pq", "linear_rec2020")
    pixels = codes.astype(np.float32)
    cpu.getOptimizedCPUProcessor(ocio.OPTIMIZATION_LOSSLESS).applyRGB(pixels)
    np.testing.assert_allclose(pixels, expected, rtol=2e-4)


def test_coloured_hlg_of_a_display_is_its_eotf() -> None:
    codes = np.array([[0.5, 0.6, 0.4], [0.75, 0.2, 0.3], [0.9, 0.9, 0.1], [1.0, 1.0, 1.0]])
    expected = np.asarray(cs.eotf_BT2100_HLG(codes, L_B=0, L_W=1000)) / 100.0
    cpu = config().getProcessor("hlg_display", "linear_rec2020")
    pixels = codes.astype(np.float32)
    cpu.getOptimizedCPUProcessor(ocio.OPTIMIZATION_LOSSLESS).applyRGB(pixels)
    np.testing.assert_allclose(pixels, expected, rtol=2e-4, atol=1e-5)
