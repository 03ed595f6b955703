"""Renders to files: counts, stamps, exact luma, tags, ranges, and nothing left of a failure."""

import os
import sys
from contextlib import suppress
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import OpenEXR
import pytest
from depthgrade import Look, MediaError, Project, ProjectError, Renderer, looks, render, still
from depthgrade.color import evaluate_input, evaluate_output
from depthgrade.frames import ColorTags
from depthgrade.gl.device import Device, headless
from numpy.typing import NDArray


def pictures(path: Path) -> list[NDArray[np.uint16]]:
    """The frames as R'G'B' of 16 bits."""
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format="rgb48le") for frame in container.decode(video=0)]


def test_an_ungraded_render_keeps_luma_exactly_and_chroma_closely(
    clip: Path, tmp_path: Path
) -> None:
    """Lossless H.264 is not offered, so the planes are compared before the encoder."""

    with Renderer(Project(clip=clip)) as renderer:
        frame = renderer.reader.frame(2)
        picture = renderer.draw(frame)
        written = renderer.planes(picture, frame.format, ColorTags(1, 1, 1, False), dither=True)
    assert np.array_equal(written[0], frame.planes[0])
    for ours, theirs in zip(written[1:], frame.planes[1:], strict=True):
        error = np.mean((ours.astype(float) - theirs) ** 2)
        assert 10 * np.log10(255**2 / error) >= 45


def test_a_movie_has_the_clip_s_frames_stamps_and_tags(
    clip: Path, depth_pass: Path, tmp_path: Path
) -> None:
    project = Project(clip=clip, look=looks.load("teal-orange"), depth=depth_pass)
    seen: list[tuple[str, int, int]] = []
    report = render(project, tmp_path / "out.mp4", progress=lambda *done: seen.append(done))
    assert (report.frames, report.depth.split()[0]) == (6, "pass")
    assert seen[-1] == ("rendering", 6, 6)
    with av.open(str(tmp_path / "out.mp4")) as container:
        frames = list(container.decode(video=0))
        context = container.streams.video[0].codec_context
        times = [frame.pts * frame.time_base for frame in frames]
        stamps = [0, 42, 83, 125, 167, 208]  # the source's: Matroska rounds to milliseconds
        assert times == [Fraction(each, 1000) for each in stamps]
        assert (context.color_primaries, context.color_trc, context.colorspace) == (1, 1, 1)
    assert [path.name for path in tmp_path.iterdir()] == ["out.mp4"]


def test_a_range_renders_those_frames(clip: Path, tmp_path: Path) -> None:
    render(Project(clip=clip), tmp_path / "all.mkv")
    render(Project(clip=clip), tmp_path / "part.mkv", frames=(2, 5))
    everything, part = pictures(tmp_path / "all.mkv"), pictures(tmp_path / "part.mkv")
    assert len(part) == 3 and all(map(np.array_equal, part, everything[2:5]))


def test_a_device_that_is_not_the_cpu_renders_the_same_frames_in_their_order(
    clip: Path, network: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its paths on this machine's OpenGL: probed, computed, read back three pictures late."""

    def hardware() -> Device:
        device = headless()
        device.software = False
        return device

    # The driver's powers for both: those for software are others by a part in a million.
    monkeypatch.setattr("depthgrade.gl.runner.quick_powers", lambda text: text)
    look = looks.load("recover-highlights")
    project = Project(clip=clip, look=look, model=str(network))
    render(project, tmp_path / "cpu.mkv")
    monkeypatch.setattr("depthgrade.session.engine.headless", hardware)
    monkeypatch.setattr("depthgrade.gl.entries.measured", lambda _: 30.0)
    render(project, tmp_path / "gpu.mkv")
    ours, theirs = pictures(tmp_path / "gpu.mkv"), pictures(tmp_path / "cpu.mkv")
    assert len(ours) == 6 and all(map(np.array_equal, ours, theirs))
    assert not np.array_equal(ours[0], ours[5])


@pytest.mark.parametrize("frames", [(3, 3), (4, 2), (0, 7), (-1, 2), (9, 12)])
def test_a_range_that_selects_nothing_says_what_is_allowed(
    clip: Path, tmp_path: Path, frames: tuple[int, int]
) -> None:
    with pytest.raises(ProjectError, match="allowed: 0:6"):
        render(Project(clip=clip), tmp_path / "out.mkv", frames=frames)
    assert not list(tmp_path.iterdir())


def test_a_still_is_the_frame_of_the_renderer(clip: Path, tmp_path: Path) -> None:

    project = Project(clip=clip, look=Look())
    still(project, tmp_path / "x.png", 4)
    with av.open(str(tmp_path / "x.png")) as container:
        read = next(container.decode(video=0)).to_ndarray(format="rgb48le")
    with Renderer(project) as renderer:
        expected = np.round(np.clip(renderer.frame(4), 0, 1) * 65535)
    assert np.abs(read - expected).max() <= 1  # rounding of a float32 at the half


def test_an_exr_holds_scene_light(clip: Path, tmp_path: Path) -> None:

    still(Project(clip=clip), tmp_path / "x.exr", 0)
    with OpenEXR.File(str(tmp_path / "x.exr"), separate_channels=True) as file:
        channels = file.channels()
        light = np.stack([channels[name].pixels for name in "RGB"], -1)
    with Renderer(Project(clip=clip)) as renderer:
        code = renderer.source_frame(0).astype(np.float64)
    expected = evaluate_output("aces2065_1", None, evaluate_input("rec709", None, code))
    np.testing.assert_allclose(light, expected, rtol=2e-3, atol=1e-3)


def test_an_error_while_drawing_leaves_no_file(clip: Path, tmp_path: Path) -> None:
    class StopError(Exception):
        pass

    def progress(what: str, done: int, total: int) -> None:
        if done == 3:
            raise StopError

    with pytest.raises(StopError):
        render(Project(clip=clip), tmp_path / "out.mp4", progress=progress)
    assert not list(tmp_path.iterdir())


def test_an_existing_file_and_an_input_are_not_written_over(clip: Path, tmp_path: Path) -> None:
    (tmp_path / "out.mkv").write_bytes(b"mine")
    with pytest.raises(MediaError, match="exists"):
        render(Project(clip=clip), tmp_path / "out.mkv")
    assert (tmp_path / "out.mkv").read_bytes() == b"mine"
    with pytest.raises(MediaError):
        render(Project(clip=clip), clip, overwrite=True)


@pytest.mark.skipif(sys.platform != "linux", reason="threads have priorities of their own on Linux")
def test_the_encoder_gives_way_to_drawing(clip: Path, tmp_path: Path) -> None:
    """Drawing keeps its priority while threads of a lower one encode beside it."""
    before = os.getpriority(os.PRIO_PROCESS, 0)
    seen: set[int] = set()

    def look(what: str, _done: int, _of: int) -> None:
        if what == "rendering":
            assert os.getpriority(os.PRIO_PROCESS, 0) == before
            for task in Path("/proc/self/task").iterdir():
                with suppress(ProcessLookupError):  # it has ended meanwhile
                    seen.add(os.getpriority(os.PRIO_PROCESS, int(task.name)))

    render(Project(clip=clip), tmp_path / "out.mp4", progress=look)
    assert max(seen) > before
