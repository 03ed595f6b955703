"""The logarithmic curves of cameras, each from its maker's document, decoded to scene light.

The scale is reflectance: 0.18 is 18 % grey. Curves published in IRE, where 1.0 is 90 % white, are
brought to that scale.
"""

from math import e, log

import PyOpenColorIO as ocio  # noqa: N813  modules are lower-case here

from depthgrade.color.forms import camera_log, double_log, gamma_log, stepped_log


def slog3() -> ocio.GroupTransform:
    """Sony, Technical Summary for S-Gamut3.Cine/S-Log3 and S-Gamut3/S-Log3 (2014), appendix."""
    grey, shift, cut = 0.18, 0.01, 0.01125
    scale = 1.0 / (grey + shift)
    line = (171.2102946929 - 95.0) / cut / 1023.0
    return camera_log(
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
    return camera_log(
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
    return camera_log(
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
    return camera_log(
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
    return camera_log(
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
    above_r_0 = gamma_log(
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


def slog2() -> ocio.GroupTransform:
    """Sony, S-Log2 Technical Paper (2012): S-Log of light * 155 / 219, in limited range."""
    code, black = 876.0 / 1023.0, 64.0 / 1023.0
    scale = 155.0 / 219.0 / 0.9
    return camera_log(
        base=10.0,
        log_slope=0.432699 * code,
        log_offset=(0.616596 + 0.03) * code + black,
        lin_slope=scale,
        lin_offset=0.037584,
        lin_break=0.0,
        linear_slope=5.0 * scale * code,
    )


def canon_log_2() -> ocio.GroupTransform:
    """Canon, White Paper on Canon Log v1.2 (2018), Canon Log 2; odd about its black."""
    black, log_slope, lin_slope = 0.092864125, 0.24136077, 87.09937546 / 0.9
    return double_log(
        log_slope=log_slope,
        lin_slope=lin_slope,
        negative_offset=black,
        positive_offset=black,
        lin_break=0.0,
        linear_slope=log_slope * lin_slope / log(10.0),
        linear_offset=black,
    )


def canon_log_3() -> ocio.GroupTransform:
    """Canon, White Paper on Canon Log v1.2 (2018), Canon Log 3."""
    return double_log(
        log_slope=0.36726845,
        lin_slope=14.98325 / 0.9,
        negative_offset=0.12783901,
        positive_offset=0.12240537,
        lin_break=0.014 * 0.9,
        linear_slope=1.9754798 / 0.9,
        linear_offset=0.12512219,
    )


def blackmagic_film_5() -> ocio.GroupTransform:
    """Blackmagic Design, Generation 5 Color Science (2021): A, B, C, D, LIN_CUT."""
    a, b, c, d = 0.08692876065491224, 0.005494072432257808, 0.5300133392291939, 8.283605932402494
    return camera_log(
        base=e,
        log_slope=a,
        log_offset=c,
        lin_slope=1.0,
        lin_offset=b,
        lin_break=0.005,
        linear_slope=d,
    )


def dji_d_log() -> ocio.GroupTransform:
    """DJI, White Paper on D-Log and D-Gamut (2017), the decoding formula and its cut at 0.14."""
    return stepped_log(
        code_break=0.14,
        linear_slope=6.025,
        linear_offset=0.0929 / 6.025,
        base=10.0,
        log_slope=1.0 / 3.89616,
        log_offset=2.27752 / 3.89616,
        lin_slope=0.9892,
        lin_offset=0.0108,
    )


def f_log() -> ocio.GroupTransform:
    """Fujifilm, F-Log Data Sheet Ver. 1.1 (2022): cut2, a, b, c, d, e, f."""
    return stepped_log(
        code_break=0.100537775223865,
        linear_slope=8.735631,
        linear_offset=0.092864 / 8.735631,
        base=10.0,
        log_slope=0.344676,
        log_offset=0.790453,
        lin_slope=0.555556,
        lin_offset=0.009468,
    )


def f_log2() -> ocio.GroupTransform:
    """Fujifilm, F-Log2 Data Sheet Ver. 1.0 (2022): cut1, a, b, c, d, e; f follows."""
    return camera_log(
        base=10.0,
        log_slope=0.245281,
        log_offset=0.384316,
        lin_slope=5.555556,
        lin_offset=0.064829,
        lin_break=0.000889,
        linear_slope=8.799461,
    )


def n_log() -> ocio.GroupTransform:
    """Nikon, N-Log Specification Document Ver. 1.0.0 (2018): a cube root below code 452."""
    return stepped_log(
        code_break=452.0 / 1023.0,
        linear_slope=650.0 / 1023.0,
        linear_offset=0.0075,
        power=1.0 / 3.0,
        base=e,
        log_slope=150.0 / 1023.0,
        log_offset=619.0 / 1023.0,
        lin_slope=1.0,
        lin_offset=0.0,
    )


def l_log() -> ocio.GroupTransform:
    """Leica, L-Log Reference Manual Ver. 1.6 (2022): cut2, a, b, c, d, e, f."""
    return stepped_log(
        code_break=0.138,
        linear_slope=8.0,
        linear_offset=0.09 / 8.0,
        base=10.0,
        log_slope=0.27,
        log_offset=0.6,
        lin_slope=1.3,
        lin_offset=0.0115,
    )


def protune() -> ocio.GroupTransform:
    """GoPro, Protune curve (2016): V = log_113(112 L + 1); mirrored below 0, where it ends."""
    log_slope = log(10.0) / log(113.0)
    return double_log(
        log_slope=log_slope,
        lin_slope=112.0,
        negative_offset=0.0,
        positive_offset=0.0,
        lin_break=0.0,
        linear_slope=log_slope * 112.0 / log(10.0),
        linear_offset=0.0,
    )
