"""Stills and numbered sequences, in and out."""

from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import OpenEXR
import pytest
from depthgrade.errors import MediaError
from depthgrade.frames import ColorTags, Orientation
from depthgrade.media import ClipWriter, open_clip, output_for
from depthgrade.media.exif import orientation_of_exif
from depthgrade.media.exr import _picture


@pytest.mark.parametrize("name", ["png16.png", "tiff16.tif", "deep.%04d.png"])
def test_16_bit_pictures_come_back_bit_by_bit(name, tmp_path, write_clip) -> None:
    count = 3 if "%" in name else 1
    written = write_clip(tmp_path / name, pts=tuple(range(count)), size=(51, 37))
    with open_clip(tmp_path / name, rate=None) as clip:
        assert clip.info.format.name == "rgb48le"
        assert clip.info.frame_count == count
        for frame, planes in zip(clip.frames(), written, strict=True):
            np.testing.assert_array_equal(frame.planes[0], planes[0])


def test_exr_pictures_come_back_as_the_nearest_halves(tmp_path, write_clip) -> None:
    written = write_clip(tmp_path / "a.%04d.exr", pts=(0, 1), size=(33, 17))
    with open_clip(tmp_path / "a.%04d.exr") as clip:
        assert clip.info.format.name == "gbrpf16le"
        assert (clip.info.tags.primaries, clip.info.tags.transfer) == (1, 8)
        for frame, planes in zip(clip.frames(), written, strict=True):
            for got, expected in zip(frame.planes, planes, strict=True):
                np.testing.assert_array_equal(got, expected.astype(np.float16))


def test_a_jpeg_is_full_range_and_close(tmp_path, write_clip) -> None:
    # Random noise is the hardest picture there is, so we write a ramp here.
    ramp = np.tile(np.arange(64, dtype=np.uint8) * 4, (48, 1))
    flat = np.full((48, 64), 128, np.uint8)
    output = output_for("a.jpg")
    with ClipWriter(tmp_path / "a.jpg", output, size=(64, 48), tags=ColorTags(1, 13, 5, True)) as w:
        w.write((ramp, flat, flat), 0, 1)
    with open_clip(tmp_path / "a.jpg") as clip:
        assert clip.info.tags.full_range is True
        assert clip.info.tags.matrix_coefficients == 5
        # quantiser 2 rounds DCT coefficients to a few codes
        assert np.abs(clip.frame(0).planes[0].astype(int) - ramp).max() <= 4


def test_a_sequence_is_found_by_pattern_glob_and_folder(tmp_path, write_clip) -> None:
    write_clip(tmp_path / "s.%03d.png", pts=(0, 1, 2))
    for path in (tmp_path / "s.%03d.png", tmp_path / "s.*.png", tmp_path):
        with open_clip(path, rate=Fraction(30000, 1001)) as clip:
            assert clip.info.frame_count == 3
            assert clip.info.rate == Fraction(30000, 1001)
            assert clip.info.time_base == Fraction(1001, 30000)
            assert clip.info.first_number == 0
            assert [frame.index for frame in clip.frames(1)] == [1, 2]


def test_numbers_count_as_numbers_and_gaps_are_noted(tmp_path, write_clip) -> None:
    write_clip(tmp_path / "x.png", pts=(0,))
    data = (tmp_path / "x.png").read_bytes()
    (tmp_path / "x.png").unlink()
    for number in (9, 10, 12):
        (tmp_path / f"s{number}.png").write_bytes(data)
    with open_clip(tmp_path / "s%d.png") as clip:
        assert [file.name for file in clip._source.files] == ["s9.png", "s10.png", "s12.png"]
        assert clip.info.first_number == 9
        assert "numbers are missing" in clip.info.notes[0]


def test_a_file_name_with_a_percent_sign_is_a_still(tmp_path, write_clip) -> None:
    write_clip(tmp_path / "plain.png", pts=(0,))
    (tmp_path / "plain.png").rename(tmp_path / "50%d off.png")
    with open_clip(tmp_path / "50%d off.png") as clip:
        assert clip.info.frame_count == 1


def test_a_picture_of_another_size_is_named(tmp_path, write_clip) -> None:
    write_clip(tmp_path / "s.%03d.png", pts=(0, 1))
    write_clip(tmp_path / "other.png", pts=(0,), size=(32, 32))
    (tmp_path / "other.png").rename(tmp_path / "s.002.png")
    with (
        open_clip(tmp_path / "s.%03d.png") as clip,
        pytest.raises(MediaError, match=r"s\.002\.png: is 32x32 rgb48le; the sequence began with"),
    ):
        list(clip.frames())


def test_a_numbered_output_continues_the_sources_numbers(tmp_path, write_clip) -> None:
    write_clip(tmp_path / "in.%04d.png", pts=tuple(range(4)))
    for number in (3, 2, 1, 0):
        (tmp_path / f"in.{number:04}.png").rename(tmp_path / f"in.{number + 1001:04}.png")
    with open_clip(tmp_path / "in.%04d.png") as clip:
        info = clip.info
    write_clip(tmp_path / "out.%04d.png", pts=(2, 3), source=info, frames=(2, 4))
    assert sorted(p.name for p in tmp_path.glob("out*")) == ["out.1003.png", "out.1004.png"]


def exif(value: int, order: str) -> bytes:
    """A TIFF structure with the orientation tag alone."""
    sign = {"little": b"II*\0", "big": b"MM\0*"}[order]

    def number(n: int, size: int) -> bytes:
        return n.to_bytes(size, order)

    entry = number(0x0112, 2) + number(3, 2) + number(1, 4) + number(value, 2) + b"\0\0"
    return sign + number(8, 4) + number(1, 2) + entry + b"\0\0\0\0"


@pytest.mark.parametrize("order", ["little", "big"])
def test_the_exif_orientation_is_read_from_jpeg_png_and_tiff(order: str) -> None:
    block = exif(6, order)
    segment = b"Exif\0\0" + block
    jpeg = b"\xff\xd8\xff\xe1" + (len(segment) + 2).to_bytes(2, "big") + segment + b"\xff\xd9"
    png = b"\x89PNG\r\n\x1a\n" + len(block).to_bytes(4, "big") + b"eXIf" + block + b"\0\0\0\0"
    for data in (jpeg, png, block):
        assert orientation_of_exif(data) is Orientation.ROTATE_90
    assert orientation_of_exif(b"\xff\xd8\xff\xd9") is None


def test_luminance_chroma_exr_becomes_rgb() -> None:
    # OpenEXR's Python writer refuses subsampled channels, so we stand in for its reader here.
    red, green, blue = 0.25, 0.5, 1.0
    luma = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    window = (np.array([0, 0], np.int32), np.array([7, 7], np.int32))

    def channel(value: float, step: int) -> SimpleNamespace:
        pixels = np.full((8 // step, 8 // step), value, np.float32)
        return SimpleNamespace(pixels=pixels, xSampling=step, ySampling=step)

    channels = {
        "Y": channel(luma, 1),
        "RY": channel((red - luma) / luma, 2),
        "BY": channel((blue - luma) / luma, 2),
    }
    planes, pixels, *_ = _picture({"displayWindow": window, "dataWindow": window}, channels)
    assert pixels.name == "gbrpf32le"
    for plane, value in zip(planes, (green, blue, red), strict=True):
        # the luminance weights of Rec.709 are rounded to four digits above
        np.testing.assert_allclose(plane, value, rtol=2e-4)


def test_a_data_window_is_placed_in_the_display_window(tmp_path: Path) -> None:
    plane = np.arange(12, dtype=np.float32).reshape(3, 4) + 1
    header = {
        "compression": OpenEXR.ZIP_COMPRESSION,
        "type": OpenEXR.scanlineimage,
        "displayWindow": (np.array([0, 0], np.int32), np.array([5, 4], np.int32)),
        "dataWindow": (np.array([3, 1], np.int32), np.array([6, 3], np.int32)),
    }
    OpenEXR.File(header, {"Y": plane}).write(str(tmp_path / "w.exr"))
    with open_clip(tmp_path / "w.exr") as clip:
        got = clip.frame(0).planes[0]
        assert "data window" in clip.info.notes[0]
    expected = np.zeros((5, 6), np.float32)
    expected[1:4, 3:6] = plane[:, :3]
    np.testing.assert_array_equal(got, expected)


def test_a_still_takes_one_picture(tmp_path, write_clip) -> None:
    with pytest.raises(MediaError, match="holds one picture"):
        write_clip(tmp_path / "a.png", pts=(0, 1))
    assert list(tmp_path.iterdir()) == []
