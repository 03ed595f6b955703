"""Y'CbCr and R'G'B' samples to R'G'B' code values 0 to 1 and back, as one matrix and one offset.

Everything follows from Kr and Kb of ITU-T H.273 and from its quantisation formulas. Samples are
normalised as a GPU reads them: v = code / (2^bits - 1), where `code` is the sample without the
storage shift of semi-planar formats; float samples are v already. Components come in the
order Y, Cb, Cr or R, G, B; a grey format has its Y in all three.
"""

import numpy as np
from numpy.typing import NDArray

from depthgrade.errors import ColorError
from depthgrade.frames import ColorTags, PixelFormat

Matrix = NDArray[np.float64]
Vector = NDArray[np.float64]

IDENTITY = 0  # H.273 table 4: the samples are G, B, R
BT709 = 1
BT601 = 6  # SMPTE 170M; 5 is BT.470 System B, G, the same numbers
YCGCO = 8

# ITU-T H.273 (2021), table 4: Kr, Kb by matrix coefficients
LUMA_WEIGHTS: dict[int, tuple[float, float]] = {
    1: (0.2126, 0.0722),  # ITU-R BT.709
    4: (0.30, 0.11),  # United States FCC 73.682
    5: (0.299, 0.114),  # ITU-R BT.601, 625 lines
    6: (0.299, 0.114),  # ITU-R BT.601, 525 lines
    7: (0.212, 0.087),  # SMPTE 240M
    9: (0.2627, 0.0593),  # ITU-R BT.2020, non-constant luminance
}
_UNSAID = (2, 3)  # unspecified and reserved


def assumed_matrix(width: int, height: int) -> int:
    """The matrix coefficients of a clip that states none: 1 from 720 lines or 1280 columns, else 6.

    Sizes are those of the stored picture in pixels.
    """
    return BT709 if height >= 720 or width >= 1280 else BT601


def resolved_matrix(tags: ColorTags, model: str, width: int, height: int) -> int:
    """The matrix coefficients to decode with, after the policy for what is not said.

    R'G'B' samples have none (0). A Y'CbCr clip tagged 0 can't be meant so, and counts as untagged.
    """
    if model == "rgb":
        return IDENTITY
    stated = tags.matrix_coefficients
    if stated in _UNSAID or stated == IDENTITY:
        return assumed_matrix(width, height)
    return stated


def resolved_full_range(format: PixelFormat, tags: ColorTags) -> bool:
    """Whether samples use the whole code range, after the policy for what is not said.

    Unsaid means limited for Y'CbCr, full for R'G'B', grey, floats and FFmpeg's yuvj formats.
    """
    if format.floating or format.name.startswith("yuvj"):
        return True
    if tags.full_range is not None:
        return tags.full_range
    return format.model != "ycbcr"


def encode_matrix(matrix_coefficients: int) -> Matrix:
    """Matrix (3, 3) from R'G'B' to Y' (0 to 1), Cb, Cr (-0.5 to 0.5); identity for 0 (RGB).

    Raises ColorError for matrices that are not linear in R'G'B' or not known. Source: H.273,
    equations 37 to 39, and 60 to 62 for YCgCo, whose Cg and Co stand as Cb and Cr.
    """
    if matrix_coefficients == IDENTITY:
        return np.eye(3)
    if matrix_coefficients == YCGCO:
        return np.array([[0.25, 0.5, 0.25], [-0.25, 0.5, -0.25], [0.5, 0.0, -0.5]])
    if matrix_coefficients not in LUMA_WEIGHTS:
        allowed = ", ".join(str(code) for code in sorted({*LUMA_WEIGHTS, IDENTITY, YCGCO}))
        raise ColorError(
            f"matrix coefficients: H.273 code {matrix_coefficients} is not supported; "
            f"allowed: {allowed}"
        )
    kr, kb = LUMA_WEIGHTS[matrix_coefficients]
    luma = np.array([kr, 1.0 - kr - kb, kb])
    blue = (np.array([0.0, 0.0, 1.0]) - luma) / (2.0 * (1.0 - kb))
    red = (np.array([1.0, 0.0, 0.0]) - luma) / (2.0 * (1.0 - kr))
    return np.stack([luma, blue, red])


def decode_matrix(matrix_coefficients: int, width: int, height: int) -> Matrix:
    """Matrix (3, 3) from Y' (0 to 1), Cb, Cr (-0.5 to 0.5) to R'G'B'.

    Unspecified coefficients are decided by the size in pixels, see assumed_matrix. Raises
    ColorError as encode_matrix does.
    """
    if matrix_coefficients in _UNSAID:
        matrix_coefficients = assumed_matrix(width, height)
    return np.asarray(np.linalg.inv(encode_matrix(matrix_coefficients)), dtype=np.float64)


def _quantisation(format: PixelFormat, chroma: bool, full_range: bool) -> tuple[Vector, Vector]:
    """Scale and offset (3,) from components (0 to 1, or -0.5 to 0.5) to normalised samples.

    Source: H.273, equations 20 to 25 (limited) and 26 to 31 (full).
    """
    if format.floating:
        if chroma:
            raise ColorError(
                f"{format.name}: float Y'CbCr samples have no standard; allowed: float RGB or grey"
            )
        return np.ones(3), np.zeros(3)
    peak = 2.0**format.bits - 1.0
    step = 2.0 ** (format.bits - 8)
    middle = 128.0 * step
    if full_range:
        scale, offset = np.ones(3), np.zeros(3)
        if chroma:
            offset[1:] = middle / peak
        return scale, offset
    scale = np.full(3, 219.0 * step / peak)
    offset = np.full(3, 16.0 * step / peak)
    if chroma:
        scale[1:] = 224.0 * step / peak
        offset[1:] = middle / peak
    return scale, offset


def ycbcr_to_rgb(
    format: PixelFormat, tags: ColorTags, width: int, height: int
) -> tuple[Matrix, Vector]:
    """Matrix M (3, 3) and offset o (3,) with R'G'B' = M v + o for normalised samples v (3,).

    What the tags leave open is decided by resolved_matrix and resolved_full_range; the size is the
    stored picture's. R'G'B' is 0 to 1 for nominal range and goes beyond it for super-whites. Raises
    ColorError for unsupported matrix coefficients and for float Y'CbCr.
    """
    chroma = format.model == "ycbcr"
    scale, offset = _quantisation(format, chroma, resolved_full_range(format, tags))
    if chroma:
        decode = decode_matrix(resolved_matrix(tags, format.model, width, height), width, height)
    else:
        decode = np.eye(3)
    matrix = decode / scale
    return matrix, -matrix @ offset


def rgb_to_ycbcr(
    format: PixelFormat, matrix_coefficients: int, full_range: bool
) -> tuple[Matrix, Vector]:
    """Matrix M (3, 3) and offset o (3,) with v = M R'G'B' + o, for the planes of an encoder.

    v are normalised samples, code / (2^bits - 1), not yet rounded or clipped. R'G'B' formats
    ignore the matrix coefficients; grey ones give luma in all three rows. Raises ColorError
    as ycbcr_to_rgb.
    """
    chroma = format.model == "ycbcr"
    scale, offset = _quantisation(format, chroma, full_range)
    if format.model == "rgb":
        encode = np.eye(3)
    else:
        encode = encode_matrix(matrix_coefficients)
        if not chroma:
            encode = np.tile(encode[0], (3, 1))
    return encode * scale[:, None], offset
