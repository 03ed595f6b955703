"""What the viewer shows is what `still` writes; keys, comparison and probe say what is there."""

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from depthgrade import Look, Project, Renderer, editing, looks
from depthgrade.nodes.picked import PickedPoint
from depthgrade.ui.drawing import live_values
from depthgrade.ui.probe import probe
from depthgrade.ui.stage import Stage
from imgui_bundle import imgui

Opened = Callable[[Look | None], Stage]


def test_the_settled_picture_is_the_one_still_writes(
    opened: Opened, clip: Path, depth_pass: Path
) -> None:
    look = looks.load("recover-highlights")
    stage = opened(look)
    assert stage.app.player is not None
    stage.app.player.seek(5)
    stage.settle()
    shown = stage.app.pictures.graded
    assert shown is not None and stage.app.pictures.state is not None
    assert stage.app.pictures.state.exact
    ours = stage.app.player.preview.renderer.engine.read(shown)[..., :3]
    with Renderer(Project(clip=clip, look=look, depth=depth_pass)) as renderer:
        theirs = renderer.frame(5)
    assert np.array_equal(ours, theirs)


def test_an_impatient_preview_settles_on_the_same_picture(
    opened: Opened, clip: Path, depth_pass: Path
) -> None:
    """As in the window: live first, then, when nothing has moved for a moment, literal and full."""
    look = looks.load("teal-orange")
    stage = opened(None)
    stage.app.patient = False
    stage.app.open(Project(clip=clip, look=look, depth=depth_pass))
    stage.settle()
    shown = stage.app.pictures.graded
    assert shown is not None and stage.app.player is not None
    ours = stage.app.player.preview.renderer.engine.read(shown)[..., :3]
    with Renderer(Project(clip=clip, look=look, depth=depth_pass)) as renderer:
        theirs = renderer.frame(0)
    assert np.array_equal(ours, theirs)


def test_a_blur_of_nothing_costs_nothing_until_it_is_dragged(
    opened: Opened, clip: Path, depth_pass: Path
) -> None:
    """The key blur of the selected node is no uniform, and yet ready when its drag begins."""
    stage = opened(None)
    app = stage.app
    app.patient = False
    app.open(Project(clip=clip, look=looks.load("recover-highlights"), depth=depth_pass))
    app.select("sky")
    stage.settle()
    assert app.player is not None
    preview = app.player.preview
    live = live_values(app)
    assert "sky.gain" in live and "sky.key_blur" not in live
    preview.draw(app.player.frame, app.project, live=live)  # type: ignore[arg-type]
    assert len(preview.renderer.plan(0)[0].programs) == 1
    end = time.monotonic() + 60
    while (not app.foreseen or preview.warming) and time.monotonic() < end:
        stage.refresh()
        time.sleep(0.01)
    app.set("sky.key_blur", 5.0, held=True)
    stage.refresh()
    assert "sky.key_blur" in live_values(app)
    assert app.pictures.state is not None and app.pictures.state.current


def test_a_look_that_reads_other_frames_settles_on_what_still_writes(
    opened: Opened, clip: Path, depth_pass: Path
) -> None:
    shipped = looks.load("recover-highlights")
    look, name = editing.insert_serial(shipped, "source", "noise_reduction")
    stage = opened(look)
    assert stage.app.player is not None
    stage.app.player.seek(4)
    stage.settle()
    shown = stage.app.pictures.graded
    assert shown is not None and name == "noise_reduction"
    ours = stage.app.player.preview.renderer.engine.read(shown)[..., :3]
    with Renderer(Project(clip=clip, look=look, depth=depth_pass)) as renderer:
        theirs = renderer.frame(4)
    assert np.array_equal(ours, theirs)


def test_the_key_of_the_selected_node_is_shown(opened: Opened) -> None:
    stage = opened(looks.load("recover-highlights"))
    stage.app.select("sky")
    stage.app.view.mode = "key"
    stage.settle()
    key = stage.app.pictures.key
    assert key is not None
    values = stage.app.monitor
    assert values.pixel(key, 50, 44)[0] == 0  # the subject is left out
    assert values.pixel(key, 5, 5)[0] == 1


def test_the_probe_tells_the_file_s_code_values_and_the_depth(opened: Opened) -> None:
    stage = opened(looks.load("recover-highlights"))
    lines = probe(stage.app, 5 / 128, 5 / 72)
    assert lines[0] == "5, 5"
    assert lines[1].startswith("clip   YCbCr")
    assert float(lines[-1].split()[-1]) < 0.1  # the wall is far


def test_picking_on_the_picture_sets_the_target_depth(opened: Opened) -> None:
    stage = opened(looks.load("recover-highlights"))
    stage.app.view.picking = "depth.target"
    stage.refresh(2)
    stage.click("picture")
    assert stage.app.view.picking is None
    assert stage.app.look.value("depth.target") > 0.9  # the disc is in the middle


def test_a_point_picked_with_shift_is_followed_as_in_a_still(
    opened: Opened, clip: Path, depth_pass: Path
) -> None:
    isolating = looks.load("recover-highlights").with_value("depth.isolate", True)
    stage = opened(isolating)
    stage.app.view.picking = "depth.target"
    stage.refresh(2)
    imgui.get_io().add_key_event(imgui.Key.mod_shift, True)
    stage.click("picture")
    imgui.get_io().add_key_event(imgui.Key.mod_shift, False)
    point = stage.app.look.value("depth.target")
    assert isinstance(point, PickedPoint) and point.frame == 0
    np.testing.assert_allclose(point.at, 0.5, atol=0.02)
    assert stage.app.player is not None
    stage.app.player.seek(6)
    stage.settle()
    shown = stage.app.pictures.graded
    assert shown is not None and stage.app.pictures.state is not None
    assert stage.app.pictures.state.exact
    ours = stage.app.player.preview.renderer.engine.read(shown)[..., :3]
    with Renderer(Project(clip=clip, look=stage.app.look, depth=depth_pass)) as renderer:
        np.testing.assert_array_equal(ours, renderer.frame(6))
    stage.app.toggle_keyframe("depth.target")
    assert stage.app.message is not None and "has no keyframes" in stage.app.message.text


def test_a_wipe_shows_the_ungraded_picture_on_the_left(opened: Opened) -> None:
    stage = opened(looks.load("teal-orange"))
    stage.app.view.probe = False
    graded = stage.read()
    stage.app.view.compare = "wipe"
    stage.settle()
    wiped = stage.read()
    left, top, right, bottom = (int(each) for each in stage.app.places.rect("picture"))
    middle = (left + right) // 2
    change = np.abs(wiped[top:bottom].astype(int) - graded[top:bottom]).sum(-1)
    assert change[:, left : middle - 4].sum() > 1000
    assert change[:, middle + 4 : right].sum() == 0
