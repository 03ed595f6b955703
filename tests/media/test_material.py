"""The reader on real clips: phones, cameras, broken files. Skipped where they are not at hand."""

import json
import re
import struct
from pathlib import Path

import av
import numpy as np
import pytest
from depthgrade.errors import MediaError
from depthgrade.frames import Orientation
from depthgrade.media import open_clip
from depthgrade.resources import material

VIDEO = material() / "open" / "video"
INDEX = VIDEO / "index.json"
PROBES = (
    {entry["file"]: entry["probe"] for entry in json.loads(INDEX.read_text())}
    if INDEX.is_file()
    else {}
)
CLIPS = sorted(name for name in PROBES if "/" not in name)
pytestmark = pytest.mark.skipif(not PROBES, reason="the folder of test clips is not at hand")

REFUSED = {
    "audio_only.mp4": "has no video track",
    "corrupt_vp9_bitstream.webm": "frame 0 can't be decoded",
    "derived_text_not_video.mp4": "is not a clip or picture that FFmpeg can read",
    "derived_truncated_hdr10_av1.mp4": "is cut short",
    "encrypted_clearkey.mp4": "is encrypted",
}
# Decoding stops being possible at this frame; the probe counted what came before threads differ.
FAILING = {"corrupt_h264_pattern.mp4": 30}
TURNED = {
    "hdr_hlg_dovi_rot90_iphone.mov": Orientation.ROTATE_90,
    "person_office_rotate_reflect.mp4": Orientation.TRANSPOSE,
    "phone_4k60_rot90_bt601_full.mp4": Orientation.ROTATE_90,
    "phone_selfie_hevc_rot90_vfr.mp4": Orientation.ROTATE_270,
    "phone_two_hevc_tracks_rot90_vfr.mp4": Orientation.ROTATE_90,
    "rot_90.mov": Orientation.ROTATE_90,
    "rot_270.mov": Orientation.ROTATE_270,
}


def field(probe: str, key: str) -> str:
    found = re.search(rf"\b{key}([\w.+-]+)", probe)
    return found[1] if found else ""


@pytest.mark.parametrize("name", [name for name in CLIPS if name not in REFUSED])
def test_a_clip_is_described_as_probed_and_its_first_frames_decode(name: str) -> None:
    probe = PROBES[name]
    with open_clip(VIDEO / name) as clip:
        info = clip.info
        first = list(clip.frames(0, min(3, info.frame_count)))
    if name not in FAILING:
        assert info.frame_count == int(field(probe, "n"))
    tags = info.tags
    read = [tags.transfer, tags.primaries, tags.matrix_coefficients]
    assert read == [int(field(probe, key)) for key in ("trc", "pri", "mtx")]
    assert tags.full_range is {"0": None, "1": False, "2": True}[field(probe, "rng")]
    assert info.orientation is TURNED.get(name, Orientation.UPRIGHT)
    assert (info.top_field_first is not None) == (field(probe, "il") != "0")
    assert len(info.audio) == int(field(probe, "aud"))
    assert [frame.index for frame in first] == list(range(len(first)))
    assert all(later > earlier for earlier, later in zip(info.pts, info.pts[1:], strict=False))
    assert all(duration > 0 for duration in info.durations)


@pytest.mark.parametrize("name", REFUSED)
def test_a_broken_clip_is_refused_in_one_line(name: str) -> None:
    with pytest.raises(MediaError, match=REFUSED[name]) as caught:
        open_clip(VIDEO / name)
    assert name in str(caught.value)
    assert "\n" not in str(caught.value)


SMALL = [
    "carphone_qcif.mp4",
    "city_london_editlist.mp4",
    "hdr_hlg_dovi_rot90_iphone.mov",
    "interlaced_480i_bff_pattern.mkv",
    "mpeg2_ts_1080_timing.ts",
    "person_office_rotate_reflect.mp4",
    "sunset_slowmo_vfr.mp4",
    "telecined_soft_480.mkv",
    "vp9_10bit_roadtrip.webm",
]


def checksum(frame) -> bytes:
    return b"".join(np.ascontiguousarray(plane).tobytes() for plane in frame.planes)


@pytest.mark.parametrize("name", SMALL)
def test_a_clip_decodes_to_its_end_and_seeks_exactly(name: str) -> None:
    with open_clip(VIDEO / name) as clip:
        frames = {frame.index: hash(checksum(frame)) for frame in clip.frames()}
        count = clip.info.frame_count
        assert list(frames) == list(range(count))
        for index in (count - 1, count // 3, count // 2, 0):
            assert hash(checksum(clip.frame(index))) == frames[index]


@pytest.mark.parametrize("name", FAILING)
def test_a_decode_error_part_way_names_its_frame(name: str) -> None:
    with open_clip(VIDEO / name) as clip:
        seen = []
        with pytest.raises(MediaError, match=f"frame {FAILING[name]} can't be decoded") as caught:
            for frame in clip.frames():
                seen.append(frame.index)
        assert seen == list(range(FAILING[name]))
        assert caught.value.__cause__ is not None


def test_concealed_damage_is_noted_and_the_same_every_time() -> None:
    with open_clip(VIDEO / "derived_bitflips_lp_s32.mp4") as clip:
        assert clip.info.notes == ()
        first = [hash(checksum(frame)) for frame in clip.frames(0, 40)]
        assert "damaged" in clip.info.notes[-1]
        assert [hash(checksum(frame)) for frame in clip.frames(20, 40)] == first[20:]


def test_a_second_track_is_read() -> None:
    with open_clip(VIDEO / "nasa_multi_scene.mp4", track=1) as clip:
        assert (clip.info.size, clip.info.frame_count) == ((480, 270), 390)
        assert (clip.info.track, clip.info.tracks) == (1, 2)
    with pytest.raises(MediaError, match="track 1 holds no pictures; try another track: 0"):
        open_clip(VIDEO / "person_office_empty_track.mp4", track=1)


@pytest.mark.parametrize("name", [name for name in TURNED if "reflect" not in name])
def test_a_turn_agrees_with_ffmpegs_own_angle(name: str) -> None:
    with av.open(str(VIDEO / name)) as container:
        angle = next(container.decode(video=0)).rotation
    names = {-90: Orientation.ROTATE_90, 90: Orientation.ROTATE_270}
    assert TURNED[name] is names[angle]


def test_a_reflection_is_read_from_the_matrix_that_the_angle_hides() -> None:
    with av.open(str(VIDEO / "person_office_rotate_reflect.mp4")) as container:
        picture = next(container.decode(video=0))
        matrix = struct.unpack("=9i", bytes(picture.side_data["DISPLAYMATRIX"]))
        assert picture.rotation == -90
    assert [value >> 16 for value in matrix[:5]] == [0, 1, 0, 1, 0]


def test_the_pictures_of_a_folder_are_a_clip() -> None:
    with open_clip(VIDEO / "tennis_frames", rate=25) as clip:
        assert (clip.info.frame_count, clip.info.size) == (12, (854, 480))
        assert len(list(clip.frames())) == 12


STILLS = sorted(
    path.relative_to(material()).as_posix()
    for folder in ("exr", "hdr_still")
    for path in (material() / "colour" / folder).rglob("*.*")
    if path.is_file()
)


@pytest.mark.parametrize("name", STILLS)
def test_every_still_is_read(name: str) -> None:
    with open_clip(material() / Path(name)) as clip:
        frame = clip.frame(0)
        assert frame.planes[0].shape[:2] == (clip.info.height, clip.info.width)
        assert clip.info.frame_count == 1
