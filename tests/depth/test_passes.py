"""Depth passes: what is written is read, and what others write is understood."""

import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import OpenEXR
import pytest
from depthgrade.depth import DepthPass, write_depth_frame
from depthgrade.errors import DepthError

RNG = np.random.default_rng(3)
NEAR = RNG.random((9, 16), np.float32)
MOTION = RNG.normal(0, 5, (9, 16, 2)).astype(np.float32)


def _write_exr(path: Path, channels: dict[str, np.ndarray]) -> None:
    header = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage}
    OpenEXR.File(header, channels).write(str(path))


def test_a_written_frame_is_read_back_exactly(tmp_path: Path) -> None:
    for index in range(3):
        write_depth_frame(
            tmp_path / f"depth_{index:04d}.exr", near=NEAR + index, distance=NEAR, motion=MOTION
        )
    found = DepthPass(tmp_path)
    assert (found.frame_count, found.size) == (3, (16, 9))
    for index in range(3):
        np.testing.assert_array_equal(found.raw(index), NEAR + index)
    np.testing.assert_array_equal(found.motion(2), MOTION)


def test_the_picture_and_the_distance_have_the_names_compositors_know(tmp_path: Path) -> None:
    rgb = RNG.random((9, 16, 3), np.float32)
    write_depth_frame(tmp_path / "f.1.exr", near=NEAR, distance=NEAR, motion=MOTION, rgb=rgb)
    file = OpenEXR.File(str(tmp_path / "f.1.exr"), separate_channels=True)
    channels = file.channels()
    assert set(channels) == {"depth.near", "Z", "motion.x", "motion.y", "R", "G", "B"}
    assert all(channel.pixels.dtype == np.float32 for channel in channels.values())
    np.testing.assert_array_equal(channels["G"].pixels, rgb[..., 1])
    np.testing.assert_array_equal(channels["motion.y"].pixels, MOTION[..., 1])
    assert "near = 1" in file.header()["comments"]


@pytest.mark.parametrize("name", ["Z", "depth.Z"])
def test_distance_becomes_nearness_and_nothing_becomes_0(tmp_path: Path, name: str) -> None:
    distance = np.full((4, 4), 2.0, np.float32)
    distance[0] = [0.5, np.inf, 0.0, np.nan]
    distance[1, 0] = -1.0
    _write_exr(tmp_path / "z.1001.exr", {name: distance, "A": np.ones((4, 4), np.float16)})
    raw = DepthPass(tmp_path).raw(0)
    np.testing.assert_array_equal(raw[0], [2.0, 0.0, 0.0, 0.0])
    assert raw[1, 0] == 0.0
    assert raw[3, 3] == 0.5


def test_depth_of_a_part_of_the_picture_lies_where_it_belongs(tmp_path: Path) -> None:
    """Compositors write the data window alone, here beyond the upper left corner, too."""
    for number, (x, y) in enumerate([(3, 2), (-3, -2)]):
        header = {
            "type": OpenEXR.scanlineimage,
            "dataWindow": (np.array([x, y], np.int32), np.array([x + 7, y + 3], np.int32)),
            "displayWindow": (np.array([0, 0], np.int32), np.array([15, 8], np.int32)),
        }
        distance = np.full((4, 8), 4.0, np.float32)
        distance[3, 7] = 2.0
        OpenEXR.File(header, {"Z": distance}).write(str(tmp_path / f"z.{number}.exr"))
    found = DepthPass(tmp_path)
    assert found.size == (16, 9)
    expected = np.zeros((9, 16), np.float32)
    expected[2:6, 3:11], expected[5, 10] = 0.25, 0.5
    np.testing.assert_array_equal(found.raw(0), expected)
    expected = np.zeros((9, 16), np.float32)
    expected[0:2, 0:5], expected[1, 4] = 0.25, 0.5
    np.testing.assert_array_equal(found.raw(1), expected)


def test_a_display_window_of_any_size_is_not_believed(tmp_path: Path) -> None:
    header = {
        "type": OpenEXR.scanlineimage,
        "displayWindow": (np.array([0, 0], np.int32), np.array([99_999, 99_999], np.int32)),
    }
    OpenEXR.File(header, {"Z": NEAR}).write(str(tmp_path / "z.1.exr"))
    with pytest.raises(DepthError, match="display window is 100000x100000; allowed: up to 16384"):
        DepthPass(tmp_path).raw(0)


@pytest.mark.parametrize(
    ("maps", "picture", "aspect", "told"),
    [
        ((320, 192), (1920, 1080), 1, ""),
        ((96, 72), (720, 576), Fraction(16, 15), ""),
        ((90, 72), (720, 576), Fraction(16, 15), ""),  # of the stored pixels
        ((64, 64), (1920, 1080), 1, "is 64x64, the picture 1920x1080: depth is stretched to it"),
        ((72, 128), (1920, 1080), 1, "upright, is needed"),
        ((128, 72), (1080, 1920), 1, "upright, is needed"),
    ],
)
def test_a_pass_of_another_shape_is_told_of(
    tmp_path: Path, maps: tuple[int, int], picture: tuple[int, int], aspect: Fraction, told: str
) -> None:
    write_depth_frame(tmp_path / "f.1.exr", near=np.zeros(maps[::-1], np.float32))
    given = DepthPass(tmp_path)
    if "needed" in told:
        with pytest.raises(DepthError, match=told):
            given.stretch(picture, Fraction(aspect))
    else:
        assert given.stretch(picture, Fraction(aspect)).endswith(told)
        assert bool(given.stretch(picture, Fraction(aspect))) == bool(told)


def test_deep_pixels_are_refused(tmp_path: Path) -> None:
    """Compositors write them too: any number of samples a pixel."""
    samples = np.empty(NEAR.shape, object)
    for place in np.ndindex(NEAR.shape):
        samples[place] = np.array([2.0, 5.0], np.float32)
    header = {"type": OpenEXR.deepscanline, "compression": OpenEXR.ZIPS_COMPRESSION}
    OpenEXR.File(header, {"Z": samples}).write(str(tmp_path / "z.1.exr"))
    with pytest.raises(DepthError, match=r"z\.1\.exr: is deep; allowed: one depth a pixel"):
        DepthPass(tmp_path).raw(0)


def test_depth_is_found_in_any_part_of_a_file(tmp_path: Path) -> None:
    parts = [
        OpenEXR.Part({"name": name, "type": OpenEXR.scanlineimage}, {channel: NEAR})
        for name, channel in (("rgba", "R"), ("depth", "Z"))
    ]
    OpenEXR.File(parts).write(str(tmp_path / "z.1.exr"))
    np.testing.assert_array_equal(DepthPass(tmp_path).raw(0), 1 / NEAR)


def test_our_own_channel_goes_before_distance(tmp_path: Path) -> None:
    write_depth_frame(tmp_path / "f1.exr", near=NEAR, distance=np.full_like(NEAR, 9.0))
    np.testing.assert_array_equal(DepthPass(tmp_path).raw(0), NEAR)


def test_frame_0_is_the_lowest_number_unless_the_manifest_says_otherwise(tmp_path: Path) -> None:
    for number in (1001, 1002, 1004):
        write_depth_frame(tmp_path / f"shot.{number}.exr", near=np.full((2, 2), number, np.float32))
    found = DepthPass(tmp_path)
    assert found.frame_count == 4
    assert found.raw(1)[0, 0] == 1002
    for missing in (2, 4, -1):
        with pytest.raises(DepthError, match=f"no depth for frame {missing}; .* 1001 to 1004"):
            found.raw(missing)
    (tmp_path / "manifest.json").write_text(json.dumps({"first_frame": 1002, "model": "x"}))
    assert DepthPass(tmp_path).raw(0)[0, 0] == 1002


def test_a_foreign_channel_is_read_as_the_manifest_says(tmp_path: Path) -> None:
    _write_exr(tmp_path / "lidar_1.exr", {"range.metres": np.full((2, 3), 4.0, np.float16)})
    with pytest.raises(DepthError, match=r"no channel depth\.near or Z or depth\.Z; it has range"):
        DepthPass(tmp_path).raw(0)
    manifest = tmp_path / "manifest.json"
    manifest.write_text(json.dumps({"channel": "range.metres"}))
    with pytest.raises(DepthError, match='needs "polarity"; allowed: near, distance'):
        DepthPass(tmp_path).raw(0)
    manifest.write_text(json.dumps({"channel": "range.metres", "polarity": "distance"}))
    assert np.all(DepthPass(tmp_path).raw(0) == 0.25)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"polarity": "up"}', "polarity: Input should be 'near' or 'distance'"),
        ('{"polarity": ', "not a manifest"),
        ('{"first_frame": 9}', "first_frame is 9; the last file is 1"),
        ("[]", "manifest"),
    ],
)
def test_a_wrong_manifest_is_one_line(tmp_path: Path, text: str, message: str) -> None:
    write_depth_frame(tmp_path / "f1.exr", near=NEAR)
    (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(DepthError, match=message) as caught:
        DepthPass(tmp_path)
    assert "\n" not in str(caught.value)


def test_frames_of_another_size_or_with_nan_are_refused(tmp_path: Path) -> None:
    write_depth_frame(tmp_path / "f1.exr", near=NEAR)
    write_depth_frame(tmp_path / "f2.exr", near=NEAR[:4])
    write_depth_frame(tmp_path / "f3.exr", near=np.full_like(NEAR, np.nan))
    found = DepthPass(tmp_path)
    found.raw(0)
    with pytest.raises(DepthError, match="is 16x4; the frames before are 16x9"):
        found.raw(1)
    with pytest.raises(DepthError, match="holds NaN"):
        found.raw(2)
    with pytest.raises(DepthError, match="has no motion"):
        found.motion(0)


def test_folders_that_hold_no_pass_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DepthError, match="not a folder"):
        DepthPass(tmp_path / "nowhere")
    with pytest.raises(DepthError, match=r"no numbered \.exr file"):
        DepthPass(tmp_path)
    for name in ("a_0001.exr", "b_0001.exr"):
        write_depth_frame(tmp_path / name, near=NEAR)
    with pytest.raises(DepthError, match="both frame 1"):
        DepthPass(tmp_path)


def test_a_half_written_file_is_one_clear_line(tmp_path: Path) -> None:
    path = tmp_path / "f1.exr"
    write_depth_frame(path, near=RNG.random((64, 64), np.float32))
    whole = path.read_bytes()
    for kept in (0, 10, len(whole) // 2):
        path.write_bytes(whole[:kept])
        with pytest.raises(DepthError, match=r"f1\.exr") as caught:
            DepthPass(tmp_path).raw(0)
        assert "\n" not in str(caught.value)


def test_a_failed_write_leaves_the_old_file_and_no_other(tmp_path: Path) -> None:
    path = tmp_path / "f1.exr"
    write_depth_frame(path, near=NEAR)
    with pytest.raises(DepthError, match="planes of one"):
        write_depth_frame(path, near=NEAR, distance=NEAR[:3])
    with pytest.raises(DepthError, match="given: none"):
        write_depth_frame(path)
    with pytest.raises(DepthError, match="can't be written"):
        write_depth_frame(tmp_path / "nowhere" / "f1.exr", near=NEAR)
    assert [file.name for file in tmp_path.iterdir()] == ["f1.exr"]
    np.testing.assert_array_equal(DepthPass(tmp_path).raw(0), NEAR)


def test_a_file_cut_short_is_one_line_and_nothing_else(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """The library prints a line for every chunk it misses, some of them to standard output."""
    path = tmp_path / "f.0001.exr"
    write_depth_frame(path, near=RNG.random((64, 256), np.float32))
    path.write_bytes(path.read_bytes()[:3000])
    with pytest.raises(DepthError, match=r"f\.0001\.exr: not a readable .* damaged or cut short"):
        DepthPass(tmp_path).raw(0)
    said = capfd.readouterr()
    assert said.out == said.err == ""
