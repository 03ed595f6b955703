"""Y'CbCr matrices and ranges against values worked out by hand from the standards."""

import numpy as np
import pytest
from depthgrade.color import (
    decode_matrix,
    encode_matrix,
    resolved_full_range,
    resolved_matrix,
    rgb_to_ycbcr,
    ycbcr_to_rgb,
)
from depthgrade.errors import ColorError
from depthgrade.frames import ColorTags, PixelFormat

YUV8 = PixelFormat("yuv420p", "ycbcr", 8, ("Y", "U", "V"), (1, 1))
YUV10 = PixelFormat("yuv422p10le", "ycbcr", 10, ("Y", "U", "V"), (1, 0))
YUV12 = PixelFormat("yuv444p12le", "ycbcr", 12, ("Y", "U", "V"))
YUV16 = PixelFormat("yuv444p16le", "ycbcr", 16, ("Y", "U", "V"))
YUVJ = PixelFormat("yuvj420p", "ycbcr", 8, ("Y", "U", "V"), (1, 1))
GBR10 = PixelFormat("gbrp10le", "rgb", 10, ("G", "B", "R"))
GRAY8 = PixelFormat("gray", "gray", 8, ("Y",))
GBR_FLOAT = PixelFormat("gbrpf32le", "rgb", 32, ("G", "B", "R"), floating=True)
HD = (1920, 1080)


@pytest.mark.parametrize(
    ("format", "matrix", "full", "codes", "expected"),
    [
        (YUV10, 1, False, (940, 512, 512), (1.0, 1.0, 1.0)),
        (YUV10, 1, False, (64, 512, 512), (0.0, 0.0, 0.0)),
        (YUV8, 1, False, (235, 128, 128), (1.0, 1.0, 1.0)),
        (YUV16, 1, False, (60160, 32768, 32768), (1.0, 1.0, 1.0)),
        (YUV12, 9, False, (3760, 2048, 2048), (1.0, 1.0, 1.0)),
        (YUV8, 1, True, (255, 128, 128), (1.0, 1.0, 1.0)),
        # Blue at full range: Cb = +0.5 and Y = Kb, code 0.5 * 1023 + 512 = 1023.5.
        (YUV10, 1, True, (0.0722 * 1023, 1023.5, 465.0984), (0.0, 0.0, 1.0)),
        # 100 % red bars, 10 bits: Y' = 64 + 876 Kr, Cb = 512 - 896 Kr / (2 - 2 Kb), Cr = 960.
        (YUV10, 1, False, (250.2376, 409.34684, 960.0), (1.0, 0.0, 0.0)),
        (YUV8, 6, False, (81.481, 90.203, 240.0), (1.0, 0.0, 0.0)),
    ],
)
def test_codes_become_rgb(
    format: PixelFormat,
    matrix: int,
    full: bool,
    codes: tuple[float, ...],
    expected: tuple[float, ...],
) -> None:
    decode, offset = ycbcr_to_rgb(format, ColorTags(1, 1, matrix, full), *HD)
    got = decode @ (np.array(codes) / (2**format.bits - 1)) + offset
    np.testing.assert_allclose(got, expected, atol=2e-5)  # the codes above have few digits


def test_super_white_goes_beyond_one() -> None:
    decode, offset = ycbcr_to_rgb(YUV10, ColorTags(1, 1, 1, False), *HD)
    got = decode @ (np.array([1019, 512, 512]) / 1023) + offset
    np.testing.assert_allclose(got, (1019 - 64) / 876, atol=1e-12)


def test_the_rec709_matrix_has_its_published_numbers() -> None:
    got = decode_matrix(1, *HD)
    expected = [[1.0, 0.0, 1.5748], [1.0, -0.187324, -0.468124], [1.0, 1.8556, 0.0]]
    np.testing.assert_allclose(got, expected, atol=5e-7)


@pytest.mark.parametrize("matrix", [0, 1, 4, 5, 6, 7, 8, 9])
def test_decode_undoes_encode(matrix: int) -> None:
    np.testing.assert_allclose(
        decode_matrix(matrix, *HD) @ encode_matrix(matrix), np.eye(3), atol=1e-14
    )


@pytest.mark.parametrize("format", [YUV8, YUV10, YUV12, YUV16, GBR10], ids=lambda row: row.name)
@pytest.mark.parametrize("full", [False, True])
def test_an_encoder_gets_what_a_decoder_undoes(format: PixelFormat, full: bool) -> None:
    rgb = np.array([0.8, -0.1, 0.35])
    encode, plus = rgb_to_ycbcr(format, 9, full)
    decode, offset = ycbcr_to_rgb(format, ColorTags(9, 14, 9, full), *HD)
    np.testing.assert_allclose(decode @ (encode @ rgb + plus) + offset, rgb, atol=1e-14)


def test_grey_takes_its_luma_for_all_three() -> None:
    encode, plus = rgb_to_ycbcr(GRAY8, 1, True)
    np.testing.assert_allclose(encode @ np.array([0.0, 1.0, 0.0]) + plus, 0.7152, atol=1e-12)
    decode, offset = ycbcr_to_rgb(GRAY8, ColorTags(), *HD)
    np.testing.assert_allclose(decode @ np.full(3, 0.5) + offset, 0.5, atol=1e-15)


def test_float_samples_are_the_values() -> None:
    decode, offset = ycbcr_to_rgb(GBR_FLOAT, ColorTags(1, 8, 0, False), *HD)
    np.testing.assert_array_equal(decode, np.eye(3))
    np.testing.assert_array_equal(offset, np.zeros(3))


@pytest.mark.parametrize(
    ("size", "expected"),
    [((1920, 1080), 1), ((1280, 720), 1), ((960, 720), 1), ((1280, 544), 1), ((720, 576), 6)],
)
def test_an_untagged_matrix_follows_the_size(size: tuple[int, int], expected: int) -> None:
    assert resolved_matrix(ColorTags(), "ycbcr", *size) == expected
    np.testing.assert_array_equal(decode_matrix(2, *size), decode_matrix(expected, *size))


def test_a_stated_matrix_wins_over_the_size() -> None:
    assert resolved_matrix(ColorTags(1, 1, 9), "ycbcr", 720, 576) == 9
    assert resolved_matrix(ColorTags(1, 1, 9), "rgb", 720, 576) == 0
    assert resolved_matrix(ColorTags(1, 1, 0), "ycbcr", *HD) == 1


@pytest.mark.parametrize(
    ("format", "stated", "expected"),
    [
        (YUV8, None, False),
        (YUV8, True, True),
        (YUVJ, None, True),
        (YUVJ, False, True),
        (GBR10, None, True),
        (GBR10, False, False),
        (GRAY8, None, True),
    ],
)
def test_an_untagged_range_follows_the_format(
    format: PixelFormat, stated: bool | None, expected: bool
) -> None:
    assert resolved_full_range(format, ColorTags(full_range=stated)) is expected


def test_matrices_that_are_not_linear_are_refused() -> None:
    with pytest.raises(ColorError, match="code 14 is not supported; allowed: 0, 1, 4"):
        decode_matrix(14, *HD)


def test_float_ycbcr_is_refused() -> None:
    odd = PixelFormat("yuvf32", "ycbcr", 32, ("Y", "U", "V"), floating=True)
    with pytest.raises(ColorError, match="float Y'CbCr"):
        ycbcr_to_rgb(odd, ColorTags(), *HD)
