"""Pixel formats are FFmpeg's own, and planes pass in and out of FFmpeg bit by bit."""

import av
import numpy as np
import pytest
from depthgrade.media.pixels import (
    is_lossless_layout,
    nearest_format,
    picture_from,
    pixel_format,
    planes_of,
)

# name: (model, bits, components, chroma shift, shift, floating), by FFmpeg's pixfmt.h
KNOWN = {
    "yuv420p": ("ycbcr", 8, ("Y", "U", "V"), (1, 1), 0, False),
    "yuvj422p": ("ycbcr", 8, ("Y", "U", "V"), (1, 0), 0, False),
    "yuv444p12le": ("ycbcr", 12, ("Y", "U", "V"), (0, 0), 0, False),
    "yuva444p16le": ("ycbcr", 16, ("Y", "U", "V", "A"), (0, 0), 0, False),
    "nv12": ("ycbcr", 8, ("Y", "UV"), (1, 1), 0, False),
    "nv21": ("ycbcr", 8, ("Y", "VU"), (1, 1), 0, False),
    "nv16": ("ycbcr", 8, ("Y", "UV"), (1, 0), 0, False),
    "p010le": ("ycbcr", 10, ("Y", "UV"), (1, 1), 6, False),
    "p016le": ("ycbcr", 16, ("Y", "UV"), (1, 1), 0, False),
    "p212le": ("ycbcr", 12, ("Y", "UV"), (1, 0), 4, False),
    "nv20le": ("ycbcr", 10, ("Y", "UV"), (1, 0), 0, False),
    "gbrp10le": ("rgb", 10, ("G", "B", "R"), (0, 0), 0, False),
    "gbrap16le": ("rgb", 16, ("G", "B", "R", "A"), (0, 0), 0, False),
    "gbrpf32le": ("rgb", 32, ("G", "B", "R"), (0, 0), 0, True),
    "rgb24": ("rgb", 8, ("RGB",), (0, 0), 0, False),
    "bgra": ("rgb", 8, ("BGRA",), (0, 0), 0, False),
    "rgb48be": ("rgb", 16, ("RGB",), (0, 0), 0, False),
    "gray": ("gray", 8, ("Y",), (0, 0), 0, False),
    "ya16le": ("gray", 16, ("YA",), (0, 0), 0, False),
}


@pytest.mark.parametrize("name", KNOWN)
def test_a_format_is_read_from_its_descriptor(name: str) -> None:
    made = pixel_format(name)
    fields = (made.model, made.bits, made.components, made.chroma_shift, made.shift, made.floating)
    assert fields == KNOWN[name]


@pytest.mark.parametrize("name", KNOWN)
@pytest.mark.parametrize("size", [(64, 48), (51, 37)])
def test_planes_pass_through_ffmpegs_picture_unchanged(name, size, planes_for) -> None:
    pixels = pixel_format(name)
    planes = planes_for(pixels, size)
    given, layout = planes_of(picture_from(planes, pixels, name))
    assert layout == pixels
    for plane, expected in zip(given, planes, strict=True):
        np.testing.assert_array_equal(plane, expected)


def test_planes_are_views_of_the_decoders_memory_with_its_padding() -> None:
    picture = av.VideoFrame(50, 40, "yuv420p10le")
    luma = planes_of(picture)[0][0]
    assert luma.ctypes.data == picture.planes[0].buffer_ptr
    assert luma.strides == (picture.planes[0].line_size, 2)
    assert picture.planes[0].line_size > 100


@pytest.mark.parametrize("name", ["pal8", "rgb565le", "monob", "x2rgb10le", "yuyv422", "rgb0"])
def test_a_format_without_planes_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="no plane layout"):
        pixel_format(name)


def test_packed_422_is_unpacked_without_a_change() -> None:
    picture = av.VideoFrame(6, 2, "yuyv422")
    stored = np.frombuffer(memoryview(picture.planes[0]), np.uint8)
    rows = stored.reshape(2, -1)
    rows[:, :12] = np.arange(24, dtype=np.uint8).reshape(2, 12)
    planes, pixels = planes_of(picture)
    assert pixels.name == "yuv422p"
    assert planes[0][1].tolist() == [12, 14, 16, 18, 20, 22]
    assert planes[1][0].tolist() == [1, 5, 9]
    assert planes[2][0].tolist() == [3, 7, 11]


def test_filler_bytes_are_dropped() -> None:
    picture = av.VideoFrame(3, 1, "0bgr")
    np.frombuffer(memoryview(picture.planes[0]), np.uint8)[:12] = np.arange(12)
    (colors,), pixels = planes_of(picture)
    assert pixels.components == ("BGR",)
    assert colors[0].tolist() == [[1, 2, 3], [5, 6, 7], [9, 10, 11]]


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("pal8", "rgba"),
        ("x2rgb10le", "gbrp16le"),
        ("rgb565le", "rgb24"),
        ("y210le", "yuv422p10le"),
        ("xv36le", "yuv444p12le"),
        ("ayuv64le", "yuva444p16le"),
        ("monob", "gray"),
    ],
)
def test_an_exotic_format_is_converted_to_one_that_holds_its_bits(name, nearest) -> None:
    assert nearest_format(name) == nearest
    assert not is_lossless_layout(name)
    assert planes_of(av.VideoFrame(16, 8, name))[1].name == nearest


def test_planes_of_the_wrong_size_are_refused() -> None:
    pixels = pixel_format("yuv420p")
    luma, chroma = np.zeros((5, 5), np.uint8), np.zeros((2, 2), np.uint8)
    with pytest.raises(ValueError, match=r"plane 1 is \(2, 2\); yuv420p needs \(3, 3\)"):
        picture_from((luma, chroma, chroma), pixels, "yuv420p")
