"""Clips and projects that are wrong, odd or gone: a message in the window and no crash."""

import threading
import time
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest
from depthgrade import Project, looks
from depthgrade.cli import main
from depthgrade.media import ClipReader, open_clip
from depthgrade.ui import files
from depthgrade.ui.drawing import update
from depthgrade.ui.stage import Stage
from numpy.typing import NDArray


def grey(size: tuple[int, int], frames: int) -> list[NDArray[np.uint8]]:
    return [np.full((size[1], size[0], 3), 90, np.uint8)] * frames


@pytest.mark.parametrize(("size", "frames"), [((64, 36), 1), ((63, 37), 3), ((36, 64), 2)])
def test_one_frame_odd_sizes_and_portrait_are_shown(
    stage: Stage,
    tmp_path: Path,
    write_clip: Callable[..., Path],
    size: tuple[int, int],
    frames: int,
) -> None:
    clip = write_clip(tmp_path / "odd.mkv", grey(size, frames))
    stage.app.open(Project(clip=clip, look=files.empty_look()))
    stage.settle()
    assert stage.app.problem is None
    assert stage.app.pictures.graded is not None and stage.app.pictures.graded.size == size
    assert stage.app.player is not None
    stage.app.player.play()
    stage.refresh(4)


def test_a_clip_that_plays_is_opened_anew_at_the_frame_on_the_screen(
    opened: Callable[..., Stage],
) -> None:
    stage = opened()
    before = stage.app.player
    assert before is not None
    before.seek(2)
    stage.settle()
    before.play()
    later = before.now() + 2 / float(before.info.rate or 24)
    before.now = lambda: later  # opening takes its time
    stage.app.reopen()
    assert stage.app.player is not before and stage.app.player is not None
    assert stage.app.player.index == 2


def test_a_clip_without_pictures_says_so(stage: Stage, tmp_path: Path) -> None:
    sound = tmp_path / "sound.wav"
    with av.open(str(sound), "w") as container:
        stream = container.add_stream("pcm_s16le", rate=48000)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 480), np.int16), layout="mono")
        frame.sample_rate = 48000
        container.mux(stream.encode(frame))
    stage.app.open(Project(clip=sound, look=files.empty_look()))
    stage.refresh(4)
    assert stage.app.problem is not None and "sound.wav" in stage.app.problem


def test_a_clip_that_is_not_there_says_so(stage: Stage, tmp_path: Path) -> None:
    stage.app.open(Project(clip=tmp_path / "gone.mov", look=files.empty_look()))
    stage.refresh(4)
    assert stage.app.problem is not None and "gone.mov" in stage.app.problem


def test_a_file_that_vanishes_while_it_is_open_does_no_harm(
    stage: Stage, tmp_path: Path, write_clip: Callable[..., Path]
) -> None:
    clip = write_clip(tmp_path / "short.mkv", grey((64, 36), 40))
    stage.app.open(Project(clip=clip, look=files.empty_look()))
    stage.settle()
    clip.unlink()
    files.chores(stage.app)
    assert stage.app.missing is not None and "short.mkv" in stage.app.missing
    assert stage.app.player is not None
    stage.app.player.seek(39)
    stage.settle(10)
    stage.app.close()


def test_a_clip_is_opened_beside_the_window(
    clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = threading.Event()

    def open_slowly(path: Path, **options: int) -> ClipReader:
        slow.wait(60)
        return open_clip(path, **options)

    monkeypatch.setattr("depthgrade.session.opening.open_clip", open_slowly)
    with Stage((640, 360), patient=False) as stage:
        app = stage.app
        app.open(Project(clip=clip, look=files.empty_look()))
        stage.refresh(3)
        assert app.player is None and app.opening is not None and app.problem is None
        slow.set()
        stage.settle()
        assert app.opening is None and app.pictures.graded is not None
        app.open(Project(clip=tmp_path / "gone.mov", look=files.empty_look()))
        stage.settle()
        assert app.problem is not None and "gone.mov" in app.problem
        slow.clear()
        app.open(Project(clip=clip, look=files.empty_look()))
    slow.set()  # the window is closed already


def test_closing_while_playing_ends_at_once(stage: Stage, clip: Path, depth_pass: Path) -> None:
    look = looks.load("recover-highlights")
    stage.app.open(Project(clip=clip, look=look, depth=depth_pass))
    stage.refresh(3)
    assert stage.app.player is not None
    stage.app.player.play()
    stage.refresh(3)
    stage.app.close()
    assert stage.app.player is None


def test_depth_that_is_not_there_is_said_and_the_picture_stays(
    stage: Stage, clip: Path, tmp_path: Path
) -> None:
    look = looks.load("recover-highlights")
    stage.app.open(Project(clip=clip, look=look, depth=tmp_path / "nothing"))
    stage.settle(60)
    assert stage.app.problem is not None and "nothing" in stage.app.problem
    assert stage.app.pictures.graded is not None


def test_a_project_changed_on_disk_is_taken_and_a_broken_one_is_not(
    stage: Stage, clip: Path, tmp_path: Path
) -> None:
    app = stage.app
    clock = [0.0]
    app.now = lambda: clock[0]
    path = tmp_path / "p.toml"
    text = f'clip = "{clip}"\nwires = ["source -> sky -> output"]\n[nodes.sky]\ntype = "primary"\n'
    path.write_text(text + "gain = 0.9\n")
    files.open_path(app, path)
    app.file_stamp = files.stamp(path)
    for gain in ("0.75", "oops"):
        path.write_text(f"{text}gain = {gain}\n\n")
        clock[0] += 1
        files.watch(app)
        assert app.look.value("sky.gain") == 0.75
    assert app.message is not None and app.message.wrong


def test_a_project_that_can_t_be_read_opens_and_is_taken_once_it_is_mended(
    stage: Stage, clip: Path, tmp_path: Path
) -> None:
    app, path = stage.app, tmp_path / "p.toml"
    text = f'clip = "{clip}"\nwires = ["source -> sky -> output"]\n[nodes.sky]\ntype = "primary"\n'
    path.write_text(text + "gian = 0.9\n")
    app.open(Project(), path, "p.toml: sky has no parameter gian")
    app.file_stamp = files.stamp(path)
    stage.refresh(3)
    assert app.problem is not None and "gian" in app.problem
    path.write_text(text + "gain = 0.9\n")
    app.watched = -10.0
    files.chores(app)
    stage.settle()
    assert app.problem is None and app.look.value("sky.gain") == 0.9
    assert app.pictures.graded is not None and app.selection == "sky"


def test_unsaved_work_is_brought_back(stage: Stage, clip: Path) -> None:
    app = stage.app
    files.open_path(app, clip)
    app.set("primary.gain", 0.7)
    files.leave(app)
    files.open_path(app, clip)
    assert app.look.value("primary.gain") == 1.0
    files.recover(app)
    assert app.look.value("primary.gain") == 0.7
    app.undo()
    assert app.look.value("primary.gain") == 1.0


def test_saved_work_leaves_nothing_to_recover(stage: Stage, clip: Path, tmp_path: Path) -> None:
    app = stage.app
    files.open_path(app, clip)
    app.set("primary.gain", 0.7)
    app.project_file = tmp_path / "p.toml"
    files.save(app)
    files.leave(app)
    assert not files.recovery_file(app).exists()
    assert Project.load(tmp_path / "p.toml").look.value("primary.gain") == 0.7


def test_a_drag_is_one_edit(stage: Stage, clip: Path) -> None:
    app = stage.app
    files.open_path(app, clip)
    for gain in (0.95, 0.9, 0.85):
        app.set("primary.gain", gain, held=True)
    app.release()
    app.set("primary.gain", 0.5, held=True)
    app.release()
    app.undo()
    assert app.look.value("primary.gain") == 0.85
    app.undo()
    assert app.look.value("primary.gain") == 1.0
    app.redo()
    assert app.look.value("primary.gain") == 0.85


def test_a_render_runs_beside_the_panel(stage: Stage, clip: Path, tmp_path: Path) -> None:

    app = stage.app
    app.open(Project(clip=clip, look=files.empty_look()))
    files.answer(app, "render to", str(tmp_path / "out.mkv"))
    end = time.monotonic() + 300
    while app.queue.jobs[0].state in ("waiting", "running") and time.monotonic() < end:
        app.queue.pump()
        update(app)
        time.sleep(0.02)
    assert (app.queue.jobs[0].state, app.queue.jobs[0].done) == ("done", 8), app.queue.jobs[0].note
    assert (tmp_path / "out.mkv").exists()


@pytest.mark.parametrize("size", [(1280, 720), (2560, 1440)])
def test_a_screenshot_has_the_size_that_was_asked_for(
    clip: Path, tmp_path: Path, size: tuple[int, int]
) -> None:

    out = tmp_path / "window.png"
    text = f"{size[0]}x{size[1]}"
    arguments = ["view", str(clip), "--screenshot", str(out), "--size", text, "--frame", "3"]
    assert main([*arguments, "--look", str(_plain(tmp_path))]) == 0
    with av.open(str(out)) as container:
        picture = next(container.decode(video=0))
    assert (picture.width, picture.height) == size


def _plain(folder: Path) -> Path:
    look = folder / "plain.toml"
    look.write_text('wires = ["source -> output"]\n')
    return look
