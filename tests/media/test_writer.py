"""Outputs: what can hold what, tags and stamps kept, and whole files or none."""

import os
import signal
import subprocess
import sys
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from depthgrade.errors import MediaError
from depthgrade.frames import ColorTags
from depthgrade.media import CODECS, ClipWriter, later_timecode, open_clip, output_for

TAGS = ColorTags(1, 1, 1, False)


@pytest.mark.parametrize(
    ("name", "codec", "chosen"),
    [
        ("a.mp4", None, "h264"),
        ("a.MOV", None, "prores422hq"),
        ("a.mkv", None, "ffv1"),
        ("a.%04d.png", None, "png16"),
        ("a.tiff", None, "tiff16"),
        ("a.exr", None, "exr"),
        ("a.jpg", None, "jpg"),
        ("a.mov", "h265", "h265"),
        ("a.mov", "dnxhr", "dnxhr"),
    ],
)
def test_the_suffix_chooses_unless_a_codec_is_named(name, codec, chosen) -> None:
    output = output_for(name, codec)
    assert output.name == chosen
    assert output.sequence == ("%" in name)


@pytest.mark.parametrize(
    ("name", "codec", "message"),
    [
        ("a.mp4", "prores422hq", r"\.mp4 can't hold prores422hq; allowed: h264, h265"),
        ("a.avi", None, r'the suffix "\.avi" says no format; allowed: \.mp4'),
        ("a", None, 'the suffix "" says no format'),
        ("a.mov", "pro-res", "there is no codec"),
        ("a.mov", "h246", 'did you mean "h26[45]"'),
        ("a.%04d.mov", None, "a numbered sequence can't hold prores422hq"),
    ],
)
def test_an_impossible_output_says_what_is_allowed(name, codec, message) -> None:
    with pytest.raises(MediaError, match=message):
        output_for(name, codec)


HELD_BY = {"ffv1": "a.mkv", "ffv1-rgb16": "a.mkv"}
HELD_BY |= {"png16": "a.png", "tiff16": "a.tif", "exr": "a.exr", "jpg": "a.jpg"}
MOVIES = [
    (codec, suffix)
    for codec in CODECS
    if not codec.endswith("-nvenc")
    for suffix in (".mp4", ".mov", ".mkv")
    if suffix in output_for(HELD_BY.get(codec, "a.mov"), codec).suffixes
]


@pytest.mark.parametrize(("codec", "suffix"), MOVIES)
def test_a_movie_keeps_count_stamps_tags_and_time_code(codec, suffix, tmp_path, write_clip) -> None:
    path = tmp_path / f"a{suffix}"
    output = output_for(path, codec)
    pts = (0, 1001, 2002, 4004, 5005)
    write_clip(
        path,
        output,
        pts=pts,
        size=(320, 180),
        rate=Fraction(24000, 1001),
        time_base=Fraction(1, 24000),
        timecode="10:00:00:00",
    )
    with open_clip(path) as clip:
        info = clip.info
        assert len(list(clip.frames())) == 5
    assert info.size == (320, 180)
    matrix = 0 if output.pixel_format.model == "rgb" else 1
    assert info.tags == ColorTags(1, 1, matrix, output.full_range)
    assert info.timecode == "10:00:00:00"
    # Matroska stores milliseconds
    tolerance = Fraction(1, 1999) if suffix == ".mkv" else 0
    for stamp, expected in zip(info.pts, pts, strict=True):
        assert abs(stamp * info.time_base - Fraction(expected, 24000)) <= tolerance


@pytest.mark.parametrize("codec", ["h264-nvenc", "h265-nvenc"])
def test_an_encoder_that_is_not_there_is_one_line_and_leaves_no_file(
    codec: str, tmp_path: Path, planes_for
) -> None:
    output = output_for(tmp_path / "a.mp4", codec)
    planes = planes_for(output.pixel_format, (256, 144))
    try:
        with ClipWriter(tmp_path / "a.mp4", output, size=(256, 144), tags=TAGS) as writer:
            writer.write(planes, 0, 1)
    except MediaError as error:
        assert f"{codec} needs an NVIDIA GPU with an encoder" in str(error)
        assert str(error).endswith(f"choose {codec[:4]}")
        assert not list(tmp_path.iterdir())
    else:
        with open_clip(tmp_path / "a.mp4") as clip:
            assert clip.info.size == (256, 144)


@pytest.mark.parametrize("codec", ["h264", "h265"])
def test_an_odd_size_is_cropped_with_a_note(codec: str, tmp_path: Path, planes_for) -> None:
    path = tmp_path / "odd.mp4"
    output = output_for(path, codec)
    with ClipWriter(path, output, size=(65, 49), tags=TAGS) as writer:
        writer.write(planes_for(output.pixel_format, (65, 49)), 0, 1)
        assert "65x49 is cropped to 64x48" in writer.notes[0]
    with open_clip(path) as clip:
        assert clip.info.size == (64, 48)


@pytest.mark.parametrize(
    ("name", "codec", "size"),
    [
        ("a.mov", "prores422hq", (320, 181)),
        ("a.mov", "prores4444", (320, 181)),
        ("a.mov", "dnxhr", (321, 181)),
        ("a.mkv", "ffv1", (321, 181)),
        ("a.png", "png16", (321, 181)),
    ],
)
def test_an_odd_size_is_kept_where_the_codec_can(name, codec, size, tmp_path, write_clip) -> None:
    write_clip(tmp_path / name, output_for(name, codec), size=(321, 181), pts=(0,))
    with open_clip(tmp_path / name) as clip:
        assert clip.info.size == size


def test_a_size_that_the_encoder_refuses_is_one_line(tmp_path, write_clip) -> None:
    with pytest.raises(MediaError, match="dnxhr can't encode 64x48") as caught:
        write_clip(tmp_path / "a.mov", output_for("a.mov", "dnxhr"))
    assert "\n" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("suffix", "codec"),
    [(".mp4", "h264"), (".mkv", "h264"), (".mov", "prores422hq"), (".mkv", "ffv1")],
)
@pytest.mark.parametrize("top", [True, False])
def test_the_interlaced_flag_is_kept(suffix, codec, top, tmp_path, write_clip) -> None:
    write_clip(tmp_path / "in.mkv")
    with open_clip(tmp_path / "in.mkv") as clip:
        source = replace(clip.info, top_field_first=top)
    path = tmp_path / f"out{suffix}"
    write_clip(path, output_for(path, codec), source=source, size=(64, 64))
    with open_clip(path) as clip:
        assert clip.info.top_field_first is top
        assert "interlaced" in clip.info.notes[0]
        assert [frame.top_field_first for frame in clip.frames()] == [top] * 5


def test_the_file_appears_only_when_complete(tmp_path, planes_for) -> None:
    path = tmp_path / "a.mkv"
    output = output_for(path)
    with ClipWriter(path, output, size=(64, 48), tags=TAGS) as writer:
        writer.write(planes_for(output.pixel_format, (64, 48)), 0, 1)
        assert not path.exists()
    assert [p.name for p in tmp_path.iterdir()] == ["a.mkv"]


@pytest.mark.parametrize("name", ["a.mp4", "a.mov", "a.mkv", "a.png", "a.%04d.exr"])
@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError])
def test_an_exception_leaves_nothing_and_the_old_file_alone(
    name, error, tmp_path, planes_for
) -> None:
    path = tmp_path / name
    first = tmp_path / name.replace("%04d", "0000")
    first.write_bytes(b"precious")
    output = output_for(path)

    def interrupted() -> None:
        matrix = output.matrix_coefficients
        tags = ColorTags(1, 1, 1 if matrix is None else matrix, output.full_range)
        with ClipWriter(path, output, size=(64, 48), tags=tags, overwrite=True) as writer:
            writer.write(planes_for(output.pixel_format, (64, 48)), 0, 1)
            raise error

    with pytest.raises(error):
        interrupted()
    assert [p.name for p in tmp_path.iterdir()] == [first.name]
    assert first.read_bytes() == b"precious"


def test_nothing_written_is_an_error_and_no_file(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    with (
        pytest.raises(MediaError, match="no frames to write"),
        ClipWriter(path, output_for(path), size=(64, 48), tags=TAGS),
    ):
        pass
    assert list(tmp_path.iterdir()) == []


def test_an_existing_output_needs_permission(tmp_path, write_clip) -> None:
    write_clip(tmp_path / "a.mkv")
    with pytest.raises(MediaError, match=r"a\.mkv: exists; give another name"):
        write_clip(tmp_path / "a.mkv")
    write_clip(tmp_path / "a.mkv", pts=(0, 1), overwrite=True)
    with open_clip(tmp_path / "a.mkv") as clip:
        assert clip.info.frame_count == 2
    write_clip(tmp_path / "s.%04d.png", pts=(0, 1))
    with pytest.raises(MediaError, match=r"s\.0000\.png exists"):
        write_clip(tmp_path / "s.%04d.png", pts=(0, 1))


@pytest.mark.parametrize("link", ["same", "symbolic", "hard"])
def test_an_output_that_is_an_input_is_refused(link, tmp_path, write_clip) -> None:
    write_clip(tmp_path / "a.mkv")
    out = tmp_path / "a.mkv"
    if link == "symbolic":
        out = tmp_path / "b.mkv"
        out.symlink_to(tmp_path / "a.mkv")
    if link == "hard":
        out = tmp_path / "c.mkv"
        os.link(tmp_path / "a.mkv", out)
    with open_clip(tmp_path / "a.mkv") as clip:
        info = clip.info
    before = (tmp_path / "a.mkv").read_bytes()
    with pytest.raises(MediaError, match="is also an input"):
        write_clip(out, source=info, overwrite=True)
    assert (tmp_path / "a.mkv").read_bytes() == before


def test_a_sequence_over_its_own_pictures_is_refused(tmp_path, write_clip) -> None:
    write_clip(tmp_path / "s.%04d.png", pts=(0, 1))
    for given in (tmp_path, tmp_path / "s.*.png", tmp_path / "s.%04d.png"):
        with pytest.raises(MediaError, match="is also an input"):
            write_clip(tmp_path / "s.%04d.png", pts=(0, 1), inputs=[given], overwrite=True)


def test_a_place_that_can_not_be_written_is_one_line(tmp_path, write_clip) -> None:
    with pytest.raises(MediaError, match=r"the folder .* does not exist"):
        write_clip(tmp_path / "no" / "a.mkv")
    (tmp_path / "d.mkv").mkdir()
    with pytest.raises(MediaError, match="is a folder"):
        write_clip(tmp_path / "d.mkv", overwrite=True)
    with pytest.raises(MediaError, match="is a device"):
        write_clip(Path("/dev/null"), output_for("a.mkv"), overwrite=True)


FULL = """
import resource, signal, sys
from pathlib import Path
import numpy as np
from depthgrade.errors import MediaError
from depthgrade.frames import ColorTags
from depthgrade.media import ClipWriter, output_for
from depthgrade.media.pixels import dtype_of
# Shells have what they start in the background ignore it.
signal.signal(signal.SIGINT, signal.default_int_handler)
path = Path(sys.argv[1])
output = output_for(path)
pixels = output.pixel_format
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), int(sys.argv[2])))
random = np.random.default_rng(0)
def planes():
    for k, letters in enumerate(pixels.components):
        w, h = pixels.plane_size(k, 128, 96)
        shape = (h, w) if len(letters) == 1 else (h, w, len(letters))
        high = 60_000 if pixels.floating else 1 << pixels.bits
        yield random.integers(0, high, shape).astype(dtype_of(pixels))
matrix = output.matrix_coefficients
tags = ColorTags(1, 1, 1 if matrix is None else matrix, output.full_range)
try:
    with ClipWriter(path, output, size=(128, 96), tags=tags) as writer:
        for k in range(int(sys.argv[3])):
            writer.write(tuple(planes()), k, 1)
except MediaError as error:
    print(error)
    sys.exit(1)
"""


@pytest.mark.parametrize(
    ("name", "limit", "frames"),
    [
        ("a.mkv", 100_000, 40),  # while encoding
        ("a.mov", 50_000, 30),
        ("a.mp4", 9_000, 2),  # only when the encoder is drained at the end
        ("a.png", 20_000, 1),
        ("a.%04d.exr", 20_000, 2),
    ],
)
def test_a_full_disk_is_one_line_and_leaves_nothing(name, limit, frames, tmp_path) -> None:
    command = [sys.executable, "-c", FULL, str(tmp_path / name), str(limit), str(frames)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1, done.stderr
    assert len(done.stdout.splitlines()) == 1
    assert "can't be written (file too large); free space" in done.stdout
    assert done.stderr == ""
    assert list(tmp_path.iterdir()) == []


INTERRUPTED = FULL.replace(
    "writer.write(tuple(planes()), k, 1)",
    "writer.write(tuple(planes()), k, 1); print(k, flush=True)",
)


def test_ctrl_c_leaves_nothing(tmp_path: Path) -> None:
    command = [sys.executable, "-c", INTERRUPTED, str(tmp_path / "a.mkv"), str(1 << 40), "100000"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        assert len(list(tmp_path.iterdir())) == 1
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)
    assert process.returncode not in (0, -signal.SIGSEGV)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("timecode", "frames", "rate", "later"),
    [
        ("01:00:00:00", 25, Fraction(25), "01:00:01:00"),
        ("23:59:59:23", 1, Fraction(24), "00:00:00:00"),
        ("00:00:59:29", 1, Fraction(30000, 1001), "00:01:00:00"),
        # SMPTE ST 12-1: drop-frame skips ;00 and ;01 of each minute, but not of the tenth
        ("00:00:59;29", 1, Fraction(30000, 1001), "00:01:00;02"),
        ("00:09:59;29", 1, Fraction(30000, 1001), "00:10:00;00"),
        ("00:00:00;00", 17982, Fraction(30000, 1001), "00:10:00;00"),
        ("00:00:59;59", 1, Fraction(60000, 1001), "00:01:00;04"),
        ("no time", 1, Fraction(25), None),
    ],
)
def test_a_time_code_counts_on(timecode, frames, rate, later) -> None:
    assert later_timecode(timecode, frames, rate) == later
