"""Transfer functions of standards and of our working space, decoded to linear light.

A curve is a group of analytic OpenColorIO transforms; those of cameras stand in `camera_logs`.
"""

from math import e, exp, log

import PyOpenColorIO as ocio  # noqa: N813  modules are lower-case here

from depthgrade.color.forms import INVERSE, camera_log, gamma_log, scale


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


def rec709_scene() -> ocio.GroupTransform:
    """ITU-R BT.709-6, item 1.2, undone: what a camera with no look did to the scene; odd below 0.

    The power is exact. Its published line of 4.5 misses it by 2.5e-4 at the cut (1.099 and 0.018
    are rounded), so ours is the line that meets it there, 0.3 % steeper.
    """
    return ocio.GroupTransform(
        [
            ocio.ExponentWithLinearTransform(
                gamma=[1.0 / 0.45] * 3 + [1.0],
                offset=[0.099] * 3 + [0.0],
                negativeStyle=ocio.NEGATIVE_MIRROR,
            )
        ]
    )


def acescct() -> ocio.GroupTransform:
    """Academy S-2016-001, ACEScct, section 4.4: X_BRK, A and the logarithm."""
    return camera_log(
        base=2.0,
        log_slope=1.0 / 17.52,
        log_offset=9.72 / 17.52,
        lin_slope=1.0,
        lin_offset=0.0,
        lin_break=0.0078125,
        linear_slope=10.5402377416545,
    )


def davinci_intermediate() -> ocio.GroupTransform:
    """Blackmagic Design, DaVinci Resolve 17 Wide Gamut Intermediate (2021): A, B, C, M, LIN_CUT."""
    a, b, c, m, lin_cut = 0.0075, 7.0, 0.07329248, 10.44426855, 0.00262409
    return camera_log(
        base=2.0,
        log_slope=c,
        log_offset=c * b,
        lin_slope=1.0,
        lin_offset=a,
        lin_break=lin_cut,
        linear_slope=m,
    )


# ITU-R BT.2100-2, table 5: a, b and c of the HLG OETF; b and c are defined from a
_HLG_A = 0.17883277
_HLG_B = 1.0 - 4.0 * _HLG_A
_HLG_C = 0.5 - _HLG_A * log(4.0 * _HLG_A)
# Scene light E, 0 to 1, of the signal 0.75, HDR reference white (ITU-R BT.2408-7, table 1): 0.2650
HLG_REFERENCE_WHITE = (exp((0.75 - _HLG_C) / _HLG_A) + _HLG_B) / 12.0


def _hlg_oetf() -> ocio.FixedFunctionTransform:
    """The HLG OETF undone, from the signal to 12 E; 12.0 is the peak of the scene."""
    # In 12 E the curve is 0.5 * sqrt(12 E) up to 1 and a * ln(12 E - b) + c above.
    return gamma_log(
        break_point=1.0,
        power=0.5,
        scale=0.5,
        base=e,
        log_slope=_HLG_A,
        log_offset=_HLG_C,
        lin_offset=-_HLG_B,
    )


def _ootf_1000(direction: ocio.TransformDirection) -> ocio.FixedFunctionTransform:
    """The HLG OOTF from scene light E to display light, both 0 to 1; gamma 1.2 at 1000 nits.

    OpenColorIO makes it a straight line below scene light 1e-4 of the peak (0.016 nits).
    """
    return ocio.FixedFunctionTransform(
        ocio.FIXED_FUNCTION_REC2100_SURROUND, [1.2], direction=direction
    )


def _pq_nits_100() -> ocio.FixedFunctionTransform:
    """SMPTE ST 2084:2014 decoded, 1.0 = 100 nits."""
    return ocio.FixedFunctionTransform(ocio.FIXED_FUNCTION_LIN_TO_PQ, [], INVERSE)


def hlg() -> ocio.GroupTransform:
    """ITU-R BT.2100-2, table 5: the HLG OETF undone, scaled so that a signal of 0.75 gives 1.0.

    That puts 18 % grey at 0.378, as ITU-R BT.2408-7, table 1, has it.
    """
    return ocio.GroupTransform([_hlg_oetf(), scale(1.0 / (12.0 * HLG_REFERENCE_WHITE))])


def hlg_display() -> ocio.GroupTransform:
    """ITU-R BT.2100-2, table 5: the light of a 1000-nit HLG display, 1.0 = 100 nits."""
    ootf = _ootf_1000(ocio.TRANSFORM_DIR_FORWARD)
    return ocio.GroupTransform([_hlg_oetf(), scale(1.0 / 12.0), ootf, scale(1000.0 / 100.0)])


def pq() -> ocio.GroupTransform:
    """SMPTE ST 2084:2014 decoded to scene light through the inverse HLG OOTF of 1000 nits.

    PQ says nits on a display; the OOTF (ITU-R BT.2100-2, table 5) leads back to the scene, so that
    a PQ and an HLG copy of one picture meet, at reference white = 1.0.
    """
    ootf = _ootf_1000(INVERSE)
    white = scale(1.0 / HLG_REFERENCE_WHITE)
    return ocio.GroupTransform([_pq_nits_100(), scale(100.0 / 1000.0), ootf, white])


def pq_display() -> ocio.GroupTransform:
    """SMPTE ST 2084:2014 decoded to display light, 1.0 = 100 nits."""
    return ocio.GroupTransform([_pq_nits_100()])
