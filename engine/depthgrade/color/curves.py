"""Transfer functions as OpenColorIO transforms, each analytic, so none needs a LUT texture.

A curve is a group that decodes a code value to linear light; OpenColorIO inverts it for encoding.
Its own built-ins of Apple Log, HLG and PQ are sampled tables, which is why they are written out.
"""

from math import e, exp, log

import PyOpenColorIO as ocio  # noqa: N813  modules are lower-case here

_INVERSE = ocio.TRANSFORM_DIR_INVERSE


def _camera_log(
    *,
    base: float,
    log_slope: float,
    log_offset: float,
    lin_slope: float,
    lin_offset: float,
    lin_break: float,
    linear_slope: float,
) -> ocio.GroupTransform:
    """Decoding of V = log_slope * log_base(lin_slope * L + lin_offset) + log_offset.

    Below lin_break a straight line of linear_slope joins on.
    """
    decode = ocio.LogCameraTransform(
        base=base,
        logSideSlope=[log_slope] * 3,
        logSideOffset=[log_offset] * 3,
        linSideSlope=[lin_slope] * 3,
        linSideOffset=[lin_offset] * 3,
        linSideBreak=[lin_break] * 3,
        linearSlope=[linear_slope] * 3,
        direction=_INVERSE,
    )
    return ocio.GroupTransform([decode])


def _scale(factor: float) -> ocio.MatrixTransform:
    return ocio.MatrixTransform([factor, 0, 0, 0, 0, factor, 0, 0, 0, 0, factor, 0, 0, 0, 0, 1])


def _gamma_log(
    *,
    break_point: float,
    power: float,
    scale: float,
    base: float,
    log_slope: float,
    log_offset: float,
    lin_offset: float,
) -> ocio.FixedFunctionTransform:
    """Decoding of V = scale * L ** power up to break_point, odd below 0.

    Above the break V = log_slope * log_base(L + lin_offset) + log_offset.
    """
    mirror, pre_offset, lin_slope = 0.0, 0.0, 1.0
    power_part = [mirror, break_point, power, scale, pre_offset]
    log_part = [base, log_slope, log_offset, lin_slope, lin_offset]
    return ocio.FixedFunctionTransform(
        ocio.FIXED_FUNCTION_LIN_TO_GAMMA_LOG, power_part + log_part, _INVERSE
    )


def gamma(exponent: float) -> ocio.GroupTransform:
    """L = V ** exponent, odd below 0, so that negative values survive."""
    return ocio.GroupTransform(
        [
            ocio.ExponentTransform(
                [exponent, exponent, exponent, 1.0], negativeStyle=ocio.NEGATIVE_MIRROR
            )
        ]
    )


def srgb() -> ocio.GroupTransform:
    """IEC 61966-2-1:1999, section 5.2, odd below 0."""
    return ocio.GroupTransform(
        [
            ocio.ExponentWithLinearTransform(
                gamma=[2.4, 2.4, 2.4, 1.0],
                offset=[0.055, 0.055, 0.055, 0.0],
                negativeStyle=ocio.NEGATIVE_MIRROR,
            )
        ]
    )


def davinci_intermediate() -> ocio.GroupTransform:
    """Blackmagic Design, DaVinci Resolve 17 Wide Gamut Intermediate (2021): A, B, C, M, LIN_CUT."""
    a, b, c, m, lin_cut = 0.0075, 7.0, 0.07329248, 10.44426855, 0.00262409
    return _camera_log(
        base=2.0,
        log_slope=c,
        log_offset=c * b,
        lin_slope=1.0,
        lin_offset=a,
        lin_break=lin_cut,
        linear_slope=m,
    )


def slog3() -> ocio.GroupTransform:
    """Sony, Technical Summary for S-Gamut3.Cine/S-Log3 and S-Gamut3/S-Log3 (2014), appendix."""
    grey, shift, cut = 0.18, 0.01, 0.01125
    scale = 1.0 / (grey + shift)
    line = (171.2102946929 - 95.0) / cut / 1023.0
    return _camera_log(
        base=10.0,
        log_slope=261.5 / 1023.0,
        log_offset=420.0 / 1023.0,
        lin_slope=scale,
        lin_offset=shift * scale,
        lin_break=cut,
        linear_slope=line,
    )


def logc3() -> ocio.GroupTransform:
    """ARRI, ALEXA Log C Curve: Usage in VFX (2017), table for EI 800, scene linear."""
    cut, a, b, c, d, line = 0.010591, 5.555556, 0.052272, 0.247190, 0.385537, 5.367655
    return _camera_log(
        base=10.0,
        log_slope=c,
        log_offset=d,
        lin_slope=a,
        lin_offset=b,
        lin_break=cut,
        linear_slope=line,
    )


def logc4() -> ocio.GroupTransform:
    """ARRI, LogC4 Logarithmic Color Space Specification (2022), section 2."""
    a = (2.0**18 - 16.0) / 117.45
    b = (1023.0 - 95.0) / 1023.0
    c = 95.0 / 1023.0
    s = 7.0 * log(2.0) * 2.0 ** (7.0 - 14.0 * c / b) / (a * b)
    t = (2.0 ** (14.0 * (-c / b) + 6.0) - 64.0) / a
    return _camera_log(
        base=2.0,
        log_slope=b / 14.0,
        log_offset=c - 6.0 * b / 14.0,
        lin_slope=a,
        lin_offset=64.0,
        lin_break=t,
        linear_slope=1.0 / s,
    )


def vlog() -> ocio.GroupTransform:
    """Panasonic, V-Log/V-Gamut Reference Manual rev. 1.0 (2014), section 2."""
    cut, b, c, d = 0.01, 0.00873, 0.241514, 0.598206
    return _camera_log(
        base=10.0,
        log_slope=c,
        log_offset=d,
        lin_slope=1.0,
        lin_offset=b,
        lin_break=cut,
        linear_slope=5.6,
    )


def log3g10() -> ocio.GroupTransform:
    """RED, White Paper on REDWideGamutRGB and Log3G10 915-0187 rev. C (2017)."""
    a, b, c, g = 0.224282, 155.975327, 0.01, 15.1927
    return _camera_log(
        base=10.0,
        log_slope=a,
        log_offset=0.0,
        lin_slope=b,
        lin_offset=b * c + 1.0,
        lin_break=-c,
        linear_slope=g,
    )


def apple_log() -> ocio.GroupTransform:
    """Apple, Apple Log Profile White Paper (2023); mirrored below R_0, where Apple stops at 0.

    The curve is written from R_0 upwards, since OpenColorIO mirrors rightly about 0 only.
    """
    r_0, r_t, c = -0.05641088, 0.01, 47.28711236
    beta, log_slope, delta = 0.00964052, 0.08550479, 0.69336945
    above_r_0 = _gamma_log(
        break_point=r_t - r_0,
        power=2.0,
        scale=c,
        base=2.0,
        log_slope=log_slope,
        log_offset=delta,
        lin_offset=r_0 + beta,
    )
    shift = ocio.MatrixTransform(offset=[r_0, r_0, r_0, 0.0])
    return ocio.GroupTransform([above_r_0, shift])


# ITU-R BT.2100-2, table 5: a, b and c of the HLG OETF; b and c are defined from a
_HLG_A = 0.17883277
_HLG_B = 1.0 - 4.0 * _HLG_A
_HLG_C = 0.5 - _HLG_A * log(4.0 * _HLG_A)
# Scene light E, 0 to 1, of the signal 0.75, HDR reference white (ITU-R BT.2408-7, table 1): 0.2650
HLG_REFERENCE_WHITE = (exp((0.75 - _HLG_C) / _HLG_A) + _HLG_B) / 12.0


def hlg() -> ocio.GroupTransform:
    """ITU-R BT.2100-2, table 5: the HLG OETF undone, scaled so that a signal of 0.75 gives 1.0.

    That puts 18 % grey at 0.378, as ITU-R BT.2408-7, table 1, has it.
    """
    # In 12 E the curve is 0.5 * sqrt(12 E) up to 1 and a * ln(12 E - b) + c above.
    oetf = _gamma_log(
        break_point=1.0,
        power=0.5,
        scale=0.5,
        base=e,
        log_slope=_HLG_A,
        log_offset=_HLG_C,
        lin_offset=-_HLG_B,
    )
    return ocio.GroupTransform([oetf, _scale(1.0 / (12.0 * HLG_REFERENCE_WHITE))])


def pq() -> ocio.GroupTransform:
    """SMPTE ST 2084:2014 decoded to scene light through the inverse HLG OOTF of 1000 nits.

    PQ says nits on a display; the OOTF (ITU-R BT.2100-2, table 5; gamma 1.2 at 1000 nits) leads
    back to the scene, so that a PQ and an HLG copy of one picture meet, at reference white = 1.0.
    OpenColorIO makes the OOTF a straight line below scene light 1e-4 of the peak (0.016 nits).
    """
    nits_100 = ocio.FixedFunctionTransform(ocio.FIXED_FUNCTION_LIN_TO_PQ, [], _INVERSE)
    ootf_1000 = ocio.FixedFunctionTransform(
        ocio.FIXED_FUNCTION_REC2100_SURROUND, [1.2], direction=_INVERSE
    )
    return ocio.GroupTransform(
        [nits_100, _scale(100.0 / 1000.0), ootf_1000, _scale(1.0 / HLG_REFERENCE_WHITE)]
    )
