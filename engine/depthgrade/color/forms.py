"""The shapes that transfer functions take, as analytic OpenColorIO transforms.

A shape decodes a code value to linear light; OpenColorIO inverts it for encoding. None needs a LUT
texture, which is why OpenColorIO's own sampled built-ins are not used.
"""

import PyOpenColorIO as ocio  # noqa: N813  modules are lower-case here

INVERSE = ocio.TRANSFORM_DIR_INVERSE


def camera_log(
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
        direction=INVERSE,
    )
    return ocio.GroupTransform([decode])


def scale(factor: float) -> ocio.MatrixTransform:
    return ocio.MatrixTransform([factor, 0, 0, 0, 0, factor, 0, 0, 0, 0, factor, 0, 0, 0, 0, 1])


def gamma_log(
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
        ocio.FIXED_FUNCTION_LIN_TO_GAMMA_LOG, power_part + log_part, INVERSE
    )


def double_log(
    *,
    log_slope: float,
    lin_slope: float,
    negative_offset: float,
    positive_offset: float,
    lin_break: float,
    linear_slope: float,
    linear_offset: float,
) -> ocio.GroupTransform:
    """Decoding of a curve that is a logarithm on both sides of a line through near-black.

    Above lin_break V = log_slope * log10(lin_slope * L + 1) + positive_offset, below -lin_break
    V = negative_offset - log_slope * log10(1 - lin_slope * L), and the line lies between.
    """
    negative = [-log_slope, negative_offset, -lin_slope, 1.0]
    positive = [log_slope, positive_offset, lin_slope, 1.0]
    line = [linear_slope, linear_offset]
    decode = ocio.FixedFunctionTransform(
        ocio.FIXED_FUNCTION_LIN_TO_DOUBLE_LOG,
        [10.0, -lin_break, lin_break, *negative, *positive, *line],
        INVERSE,
    )
    return ocio.GroupTransform([decode])


def stepped_log(
    *,
    code_break: float,
    linear_slope: float,
    linear_offset: float,
    power: float = 1.0,
    base: float,
    log_slope: float,
    log_offset: float,
    lin_slope: float,
    lin_offset: float,
) -> ocio.GroupTransform:
    """Decoding of a foot and a logarithm whose published constants don't quite meet.

    Up to the code value code_break V = linear_slope * (L + linear_offset) ** power; above it
    V = log_slope * log_base(lin_slope * L + lin_offset) + log_offset. The published cut in code
    values decides, so that decoding is exact and the small step falls on encoding.
    """
    light_break = (code_break / linear_slope) ** (1.0 / power)
    foot = [0.0, light_break, power, linear_slope, 0.0]
    above = [base, log_slope, log_offset, lin_slope, lin_offset - lin_slope * linear_offset]
    decode = ocio.FixedFunctionTransform(
        ocio.FIXED_FUNCTION_LIN_TO_GAMMA_LOG, foot + above, INVERSE
    )
    shift = ocio.MatrixTransform(offset=[-linear_offset] * 3 + [0.0])
    return ocio.GroupTransform([decode, shift])
