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
    "apple_log": (cs.log_decoding_AppleLogProfile, cs.log_encoding_AppleLogProfile),
    "hlg": (
        lambda v: np.asarray(cs.oetf_inverse_BT2100_HLG(v)) / _HLG_WHITE,
        lambda light: cs.oetf_BT2100_HLG(light * _HLG_WHITE),
    ),
    "pq": (_pq_decode, _pq_encode),
}


def _on_cpu(src: str, dst: str, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Neutral values through the configuration at OPTIMIZATION_LOSSLESS; green of the result."""
    cpu = config().getProcessor(src, dst).getOptimizedCPUProcessor(ocio.OPTIMIZATION_LOSSLESS)
    pixels = np.repeat(values[:, None], 3, axis=1).astype(np.float32)
    cpu.applyRGB(pixels)
    return pixels[:, 1].astype(np.float64)


@pytest.mark.parametrize("name", ORACLES)
def test_decoding_agrees_with_colour_science(name: str) -> None:
    codes = np.linspace(0.0, 1.0, 1001)
    expected = np.asarray(ORACLES[name][0](codes))
    got = _on_cpu(name, space(name).linear, codes)
    # Float32 holds curves to 1e-5; PQ's power of 6.28 over a cancelling quotient to 2e-4.
    tolerance = 2e-4 if name == "pq" else 1e-5
    error = np.abs(got - expected) / np.maximum(1.0, np.abs(expected))
    assert error.max() <= tolerance, f"{name}: {error.max():.3g} at code {codes[error.argmax()]}"


@pytest.mark.parametrize("name", ORACLES)
def test_encoding_agrees_with_colour_science(name: str) -> None:
    light = np.concatenate([np.linspace(0.0, 0.05, 101), np.geomspace(0.05, 8.0, 200)])
    expected = np.asarray(ORACLES[name][1](light))
    got = _on_cpu(space(name).linear, name, light)
    # The second sample, 5e-4, is above the straight foot of OpenColorIO's OOTF.
    tolerance = 2e-4 if name == "pq" else 1e-5
    assert np.abs(got - expected).max() <= tolerance


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
