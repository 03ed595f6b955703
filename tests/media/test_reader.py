"""A clip's frames: counted, stamped, decoded exactly, in order and at random, or refused."""

import random
import threading
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from depthgrade.errors import MediaError
from depthgrade.frames import ColorTags, Orientation
from depthgrade.media import open_clip, output_for, reader
from depthgrade.media.container import ContainerDecoder
from depthgrade.media.describe import durations_of, orientation_of_matrix
from depthgrade.media.pixels import picture_from, pixel_format
from depthgrade.media.scan import _is_shown, _scan_index

LOSSLESS = [
    *(f"yuv{s}p{d}" for s in ("420", "422", "444") for d in ("", "10le", "12le", "16le")),
    "yuva420p", "yuva422p10le", "yuva444p16le", "yuva444p12le",
    "gbrp10le", "gbrp16le", "gbrap16le", "gray", "gray16le", "gray10le", "ya8",
]  # fmt: skip


@pytest.mark.parametrize("name", LOSSLESS)
def test_every_plane_format_comes_back_bit_by_bit(name, tmp_path, write_clip, lossless) -> None:
    written = write_clip(tmp_path / "a.mkv", lossless(name), size=(51, 37), pts=(0, 1, 2))
    with open_clip(tmp_path / "a.mkv") as clip:
        assert clip.info.format.name == name
        read = list(clip.frames())
    assert len(read) == 3
    for frame, planes in zip(read, written, strict=True):
        for got, expected in zip(frame.planes, planes, strict=True):
            np.testing.assert_array_equal(got, expected)


def test_semi_planar_pictures_come_back_bit_by_bit(tmp_path: Path, planes_for) -> None:
    pixels = pixel_format("nv12")
    planes = planes_for(pixels, (64, 48))
    with av.open(str(tmp_path / "a.nut"), "w") as out:
        stream = out.add_stream("rawvideo", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "nv12"
        picture = picture_from(planes, pixels, "nv12")
        picture.pts, picture.time_base = 0, Fraction(1, 25)
        out.mux(stream.encode(picture))
    with open_clip(tmp_path / "a.nut") as clip:
        frame = clip.frame(0)
    assert frame.format.components == ("Y", "UV")
    np.testing.assert_array_equal(frame.planes[1], planes[1])


def fingerprints(frames) -> list[bytes]:
    return [b"".join(np.ascontiguousarray(p).tobytes() for p in f.planes) for f in frames]


def test_large_frames_are_read_here_and_further_on_in_turn_without_seeking(
    tmp_path: Path, write_clip, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As steadied depth does: the frame that is drawn, then one that lies ahead."""
    monkeypatch.setattr(reader, "_CACHE_BYTES", 1)  # one frame is kept
    write_clip(tmp_path / "clip.mkv", pts=tuple(range(48)))
    with open_clip(tmp_path / "clip.mkv") as clip:
        seeks = []
        frames = ContainerDecoder.frames

        def noted(self: ContainerDecoder, start: int, stop: int):
            if self.between(start) is None:
                seeks.append(start)
            return frames(self, start, stop)

        monkeypatch.setattr(ContainerDecoder, "frames", noted)
        for index in range(20):
            assert clip.frame(index).index == index
            assert clip.frame(index + 25).index == index + 25
        assert seeks == [25]


@pytest.mark.parametrize("open_gop", [False, True])
@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".ts", ".avi", ".h264"])
def test_a_random_seek_gives_the_frame_of_the_sequential_decode(
    suffix: str, open_gop: bool, tmp_path: Path
) -> None:
    path = tmp_path / f"gop{suffix}"
    noise = np.random.default_rng(0)
    options = {"g": "12", "bf": "3", "x264-params": f"open-gop={int(open_gop)}:scenecut=0"}
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=25, options=options)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for k in range(80):
            rgb = np.roll(np.tile(np.arange(64, dtype=np.uint8) * 4, (48, 1)), 2 * k, axis=1)
            rgb = rgb + noise.integers(0, 9, rgb.shape, dtype=np.uint8)
            frame = av.VideoFrame.from_ndarray(np.repeat(rgb[..., None], 3, 2), "rgb24")
            frame.pts, frame.time_base = k, Fraction(1, 25)
            out.mux(stream.encode(frame.reformat(format="yuv420p")))
        out.mux(stream.encode(None))
    with open_clip(path) as clip:
        assert clip.info.frame_count == 80
        assert clip.info.seconds == pytest.approx(3.2, abs=2e-3)  # Matroska rounds to 1 ms
        sequential = fingerprints(clip.frames())
        assert len(set(sequential)) == 80
        order = random.Random(1)
        for index in [order.randrange(80) for _ in range(30)]:
            frame = clip.frame(index)
            assert frame.index == index
            assert fingerprints([frame])[0] == sequential[index]
        assert fingerprints(clip.frames(37, 53)) == sequential[37:53]


def test_a_seek_decodes_nothing_that_the_frame_does_not_need(
    tmp_path, write_clip, lossless, monkeypatch
) -> None:
    decoded: set[int] = set()
    found = ContainerDecoder._found

    def counted(self: ContainerDecoder, picture: av.VideoFrame) -> int:
        decoded.add(found(self, picture))
        return found(self, picture)

    monkeypatch.setattr(ContainerDecoder, "_found", counted)
    every = replace(lossless("yuv420p"), options={"level": "3", "g": "1"})
    write_clip(tmp_path / "intra.mkv", every, pts=range(30))
    with open_clip(tmp_path / "intra.mkv") as clip:
        sequential = fingerprints(clip.frames())
        decoder = clip._source.decoder()
        assert decoder.between(3) == 3  # a few frames on: not worth a seek
        assert decoder.between(20) is None
        for index in (20, 5, 29, 6):
            decoded.clear()
            (frame,) = decoder.frames(index, index + 1)
            assert fingerprints([frame])[0] == sequential[index]
            assert decoded == {index}
        decoder.close()


def test_the_sample_table_of_an_intra_movie_tells_the_same_as_its_packets(
    tmp_path, write_clip
) -> None:
    pts = (0, 1001, 2002, 4004, 5005)
    write_clip(tmp_path / "a.mov", pts=pts, time_base=Fraction(1, 24000))
    with av.open(str(tmp_path / "a.mov")) as container:
        assert _scan_index(container, container.streams.video[0]).pts == pts
        assert sorted(p.pts for p in container.demux(video=0) if p.size) == list(pts)


def test_variable_frame_rate_is_kept_to_the_tick(tmp_path, write_clip) -> None:
    pts = (0, 1200, 1300, 9000, 9100)
    write_clip(tmp_path / "a.mp4", pts=pts, time_base=Fraction(1, 90000), rate=Fraction(25))
    with open_clip(tmp_path / "a.mp4") as clip:
        info = clip.info
        assert [stamp * info.time_base for stamp in info.pts] == [Fraction(p, 90000) for p in pts]
        assert [frame.pts for frame in clip.frames()] == list(info.pts)


@pytest.mark.parametrize(
    ("gaps", "stated", "last"),
    [
        ([512, 512], [512, 512, 256], 256),  # believable, so the odd last one is meant
        ([33, 34, 33], [1, 1, 1, 1], 33),  # a wrong default duration
        ([100, 300], [0, 0, 0], 100),  # unsaid
    ],
)
def test_the_last_frame_shows_as_long_as_can_be_believed(gaps, stated, last) -> None:
    pts = [sum(gaps[:k]) for k in range(len(gaps) + 1)]
    assert durations_of(pts, stated) == (*gaps, last)


MATRICES = {  # (a, b, c, d) of ISO/IEC 14496-12: x' = a x + c y, y' = b x + d y
    (1, 0, 0, 1): Orientation.UPRIGHT,
    (0, 1, -1, 0): Orientation.ROTATE_90,
    (-1, 0, 0, -1): Orientation.ROTATE_180,
    (0, -1, 1, 0): Orientation.ROTATE_270,
    (-1, 0, 0, 1): Orientation.MIRROR_X,
    (1, 0, 0, -1): Orientation.MIRROR_Y,
    (0, 1, 1, 0): Orientation.TRANSPOSE,
    (0, -1, -1, 0): Orientation.ANTI_TRANSPOSE,
}


@pytest.mark.parametrize("matrix", MATRICES)
def test_an_orientation_moves_pixels_where_the_matrix_says(matrix) -> None:
    a, b, c, d = matrix
    orientation = orientation_of_matrix((a, b, 0, c, d, 0, 0, 0, 1))
    assert orientation is MATRICES[matrix]
    stored = np.arange(6).reshape(2, 3)  # a different code for each pixel
    transposed, flip_x, flip_y = orientation.value
    height, width = stored.T.shape if transposed else stored.shape
    offset_x, offset_y = min(0, a * 2, c * 1), min(0, b * 2, d * 1)
    for y in range(height):
        for x in range(width):
            u, v = (y, x) if transposed else (x, y)
            u, v = (2 - u if flip_x else u), (1 - v if flip_y else v)
            assert (a * u + c * v - offset_x, b * u + d * v - offset_y) == (x, y)


@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
@pytest.mark.parametrize("flip", [False, True])
def test_rotation_and_reflection_are_read_from_the_file(degrees, flip, tmp_path) -> None:
    path = tmp_path / "turned.mp4"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        matrix = {0: (1, 0, 0, 1), 90: (0, -1, 1, 0), 180: (-1, 0, 0, -1), 270: (0, 1, -1, 0)}
        a, b, c, d = matrix[degrees]
        if flip:  # first mirrored left to right, then turned
            a, b = -a, -b
        stream.set_display_matrix([a << 16, b << 16, 0, c << 16, d << 16, 0, 0, 0, 1 << 30])
        out.mux(stream.encode(av.VideoFrame(64, 48, "yuv420p")))
        out.mux(stream.encode(None))
    with open_clip(path) as clip:
        assert clip.info.orientation is MATRICES[(a, b, c, d)]
        assert clip.info.size == ((48, 64) if degrees % 180 else (64, 48))


def test_colour_tags_aspect_and_time_code_are_read(tmp_path, write_clip) -> None:
    tags = ColorTags(9, 16, 9, False)
    output = output_for("a.mov", "prores422hq")
    write_clip(
        tmp_path / "a.mov",
        output,
        tags=tags,
        pixel_aspect=Fraction(4, 3),
        timecode="01:02:03:04",
    )
    with open_clip(tmp_path / "a.mov") as clip:
        info = clip.info
        assert (info.tags, info.pixel_aspect, info.timecode) == (
            tags,
            Fraction(4, 3),
            "01:02:03:04",
        )
        assert info.rate == 24
        assert clip.frame(2).tags == tags


def test_full_range_h264_is_called_by_its_plain_name(tmp_path, write_clip) -> None:
    write_clip(tmp_path / "a.mp4", tags=ColorTags(1, 13, 1, True))
    with open_clip(tmp_path / "a.mp4") as clip:
        assert clip.info.format.name == "yuv420p"
        assert clip.info.tags == ColorTags(1, 13, 1, True)


def test_a_frame_that_is_on_its_way_is_not_decoded_again(tmp_path, write_clip) -> None:
    write_clip(tmp_path / "a.mkv", pts=tuple(range(30)))
    with open_clip(tmp_path / "a.mkv") as clip:
        expected = [frame.planes[0].copy() for frame in clip.frames()]
        frames = clip.frames(2, 20)
        first = next(frames)
        early = clip.frame(9)
        assert not clip._decoders  # taken from the thread of `frames`
        rest = list(frames)
        assert [frame.index for frame in (first, *rest)] == list(range(2, 20))
        assert rest[6] is early
        for frame in (first, *rest, clip.frame(1), clip.frame(25)):  # the last two decoded apart
            np.testing.assert_array_equal(frame.planes[0], expected[frame.index])


def test_frames_far_ahead_are_not_kept(tmp_path, write_clip, monkeypatch) -> None:
    write_clip(tmp_path / "a.mkv", pts=tuple(range(30)))
    monkeypatch.setattr("depthgrade.media.reader._CACHE_FRAMES", 4)
    with open_clip(tmp_path / "a.mkv") as clip:
        frames = clip.frames()
        next(frames)
        assert clip.frame(20).index == 20
        (stream,) = clip._streams
        assert len(stream._waiting) == 1  # enough to see that they are too large
        assert clip.frame(4).index == 4
        assert len(stream._waiting) == 4
        assert [frame.index for frame in frames] == list(range(1, 30))


def test_closing_the_generator_stops_the_decode_thread(tmp_path, write_clip) -> None:
    write_clip(tmp_path / "a.mkv", pts=tuple(range(60)))
    with open_clip(tmp_path / "a.mkv") as clip:
        before = threading.active_count()
        frames = clip.frames()
        assert next(frames).index == 0
        assert threading.active_count() == before + 1
        frames.close()
        assert threading.active_count() == before


def test_closing_the_reader_ends_its_generators(tmp_path, write_clip) -> None:
    write_clip(tmp_path / "a.mkv", pts=tuple(range(60)))
    clip = open_clip(tmp_path / "a.mkv")
    frames = clip.frames()
    kept = next(frames)
    before = kept.planes[0].copy()
    clip.close()
    assert "depthgrade-decode" not in [thread.name for thread in threading.enumerate()]
    np.testing.assert_array_equal(kept.planes[0], before)
    with pytest.raises(MediaError, match="is closed"):
        clip.frame(0)


def test_a_range_outside_the_clip_is_refused_at_once(tmp_path, write_clip) -> None:
    write_clip(tmp_path / "a.mkv")
    with open_clip(tmp_path / "a.mkv") as clip:
        with pytest.raises(MediaError, match=r"a\.mkv: frames 3:9 are not in it; allowed: 0:5"):
            clip.frames(3, 9)
        with pytest.raises(MediaError, match=r"a\.mkv: has no frame 5; allowed: 0 to 4"):
            clip.frame(5)


def test_an_unexpected_failure_of_the_thread_reaches_the_consumer(tmp_path, write_clip) -> None:
    write_clip(tmp_path / "a.mkv")

    def fail() -> None:
        raise ZeroDivisionError("torn")

    with open_clip(tmp_path / "a.mkv") as clip:
        clip._source.decoder = fail
        with pytest.raises(MediaError, match="decoding failed") as caught:
            next(clip.frames())
        assert isinstance(caught.value.__cause__, ZeroDivisionError)


BROKEN = {
    "empty.mp4": (b"", r"is empty \(0 bytes\)"),
    "text.mp4": (b"this is not a film\n" * 50, "is not a clip or picture that FFmpeg can read"),
    "empty.png": (b"", r"is empty \(0 bytes\)"),
    "text.png": (b"this is not a picture\n" * 50, "is not a picture that can be read"),
    "text.exr": (b"this is not a picture\n" * 50, "is not an EXR that can be read"),
    "cut.mp4": (
        b"\0\0\0\x18ftypisom\0\0\2\0isomiso2" + b"\0\1\0\0mdat" + b"x" * 4000,
        "is cut short",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_one_clear_line(name: str, tmp_path: Path) -> None:
    data, message = BROKEN[name]
    (tmp_path / name).write_bytes(data)
    with pytest.raises(MediaError, match=message) as caught:
        open_clip(tmp_path / name)
    assert "\n" not in str(caught.value)
    assert name in str(caught.value)


def test_a_missing_file_and_an_empty_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="does not exist"):
        open_clip(tmp_path / "nothing.mp4")
    with pytest.raises(MediaError, match="no pictures there"):
        open_clip(tmp_path)
    with pytest.raises(MediaError, match="no pictures there"):
        open_clip(tmp_path / "shot.%04d.exr")


def test_a_clip_without_pictures_is_refused(tmp_path: Path) -> None:
    with av.open(str(tmp_path / "a.m4a"), "w") as out:
        stream = out.add_stream("aac", rate=48000)
        stream.layout = "mono"
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 4096), np.float32), "fltp", "mono")
        frame.sample_rate, frame.pts = 48000, 0
        out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    with pytest.raises(MediaError, match="has no video track"):
        open_clip(tmp_path / "a.m4a")


def test_a_track_that_is_not_there_is_refused(tmp_path, write_clip) -> None:
    write_clip(tmp_path / "a.mkv")
    with pytest.raises(MediaError, match="has no track 2; allowed: 0 to 0"):
        open_clip(tmp_path / "a.mkv", track=2)
    with pytest.raises(MediaError, match="has its own frame rate"):
        open_clip(tmp_path / "a.mkv", rate=25)


@pytest.mark.parametrize(
    ("data", "shown"),
    [
        (b"\x82\x49\x83", True),  # profile 0, key frame, show_frame
        (b"\x84\x00\x00", False),  # profile 0, inter frame, not shown
        (b"\x88\x00\x00", True),  # profile 0, show_existing_frame
        (b"\x84\x00\xc0", True),  # a superframe holds one that is shown
    ],
)
def test_hidden_vp9_frames_are_not_counted(data: bytes, shown: bool) -> None:
    assert _is_shown("vp9", av.Packet(data)) is shown
