"""What keys do, and what comes of itself: pictures on nodes, times by pass, analyses."""

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from depthgrade import Look, Project, looks
from depthgrade.ui import files
from depthgrade.ui.stage import Stage
from imgui_bundle import imgui

Opened = Callable[[Look | None], Stage]
_ALT, _CTRL, _SHIFT = imgui.Key.mod_alt, imgui.Key.mod_ctrl, imgui.Key.mod_shift


def test_resolve_s_node_keys_make_its_structures_and_undo_takes_them_back(opened: Opened) -> None:
    stage = opened(looks.load("recover-highlights"))
    app = stage.app
    app.select("sky")
    for key, kind, more in (
        (imgui.Key.s, "primary", 1),
        (imgui.Key.p, "parallel_mixer", 2),
        (imgui.Key.l, "layer_mixer", 2),
        (imgui.Key.o, "primary", 1),
    ):
        app.select("sky")
        before = set(app.look.nodes)
        stage.press(_ALT, key)
        added = set(app.look.nodes) - before
        assert len(added) == more, (key, app.message)
        assert kind in {app.look.nodes[name].type for name in added}
        stage.press(_CTRL, imgui.Key.z)
        assert set(app.look.nodes) == before
    stage.press(_CTRL, _SHIFT, imgui.Key.z)
    assert len(app.look.nodes) == len(before) + 1
    app.select("sky")
    stage.press(_CTRL, imgui.Key.d)
    assert not app.look.nodes["sky"].enabled


def test_a_modifier_let_go_before_its_letter_counts(opened: Opened) -> None:
    """Where a refresh takes long, all that follows the modifier comes within one."""
    stage = opened(looks.load("recover-highlights"))
    io, before = imgui.get_io(), len(stage.app.look.nodes)
    stage.app.select("sky")
    io.add_key_event(_ALT, True)
    stage.refresh()
    for key, down in ((imgui.Key.s, True), (_ALT, False), (imgui.Key.s, False)):
        io.add_key_event(key, down)
    stage.refresh(2)
    assert len(stage.app.look.nodes) == before + 1
    stage.press(imgui.Key.s)  # alone it is no chord
    assert len(stage.app.look.nodes) == before + 1


def test_transport_keys_play_step_and_set_the_range(opened: Opened) -> None:
    stage = opened(None)
    player = stage.app.player
    assert player is not None
    clock = player.clock
    for key, speed in (
        (imgui.Key.l, 1),
        (imgui.Key.l, 2),
        (imgui.Key.k, 0),
        (imgui.Key.j, -1),
        (imgui.Key.space, 0),
    ):
        stage.press(key)
        assert clock.speed == speed, key
    player.seek(2)
    stage.settle()
    stage.press(imgui.Key.i)
    stage.press(imgui.Key.right_arrow)
    stage.settle()
    stage.press(imgui.Key.right_arrow)
    stage.settle()
    stage.press(imgui.Key.o)
    assert (clock.start, clock.stop) == (2, 5)
    assert stage.app.render_range == (2, 5)
    loop = clock.loop
    stage.press(_CTRL, imgui.Key.l)
    assert clock.loop is not loop
    stage.press(_ALT, imgui.Key.x)
    assert stage.app.render_range is None


def test_the_keyframe_button_sets_and_removes_a_keyframe(opened: Opened) -> None:
    stage = opened(looks.load("recover-highlights"))
    app = stage.app
    app.select("sky")
    stage.refresh(2)
    stage.click("sky.exposure keyframe")
    assert app.keyframe_state("sky.exposure") == "here"
    stage.type("sky.exposure number", "0.5")
    stage.click("sky.exposure keyframe")
    assert app.keyframe_state("sky.exposure") == "none"
    assert app.look.value("sky.exposure") == 0.5


def test_every_node_gets_its_picture_without_the_panel_waiting(opened: Opened) -> None:
    stage = opened(looks.load("teal-orange"))
    app = stage.app
    began = time.monotonic()
    files.chores(app)
    assert app.node_pictures.busy
    assert time.monotonic() - began < 5.0  # a process is started, nothing is drawn
    stage.gather(120)
    names = ["source", "depth", "teal", "warm", "blend", "output"]
    textures = {name: app.node_pictures.get(name) for name in names}
    assert all(textures.values()), textures
    source, output, depth = (textures[name] for name in ("source", "output", "depth"))
    assert source is not None and output is not None and depth is not None
    assert source.size in ((128 // 2, 72 // 2), (128, 72))
    with stage.device.current():
        pixels = {
            name: np.frombuffer(texture.read(), np.uint8).reshape(*texture.size[::-1], 4)
            for name, texture in textures.items()
            if texture is not None
        }
    middle = pixels["depth"].shape[0] * 44 // 72, pixels["depth"].shape[1] * 50 // 128
    assert pixels["depth"][middle][0] == 0 and pixels["depth"][2, 2][0] == 255  # inverted
    graded = app.pictures.graded
    assert graded is not None
    shown = app.monitor.pixel(graded, 50, 44)[:3] * 255
    assert pixels["output"][middle][:3] == pytest.approx(shown, abs=6)  # a smaller picture
    assert (pixels["source"] != pixels["output"]).any()


def test_passes_are_timed_while_statistics_are_looked_at(opened: Opened) -> None:
    stage = opened(looks.load("everything"))
    app = stage.app
    assert app.player is not None and not app.player.passes
    stage.focus("Statistics")
    stage.settle()
    passes = [name for name in app.player.passes if name.startswith("pass ")]
    assert len(passes) > 1 and all(app.player.passes[name] > 0 for name in passes)
    assert sum(app.player.passes.values()) <= app.player.milliseconds["picture"]
    stage.focus("Looks")
    stage.settle()
    assert not app.player.passes


def test_scopes_measure_the_selected_node(opened: Opened) -> None:
    stage = opened(looks.load("teal-orange"))
    app = stage.app
    app.select("teal")
    stage.refresh(2)
    stage.click("scope of")
    stage.settle()
    scoped, graded = app.pictures.scoped, app.pictures.graded
    assert scoped is not None and graded is not None
    assert app.monitor.pixel(scoped, 5, 5) != pytest.approx(
        app.monitor.pixel(graded, 5, 5), abs=1e-3
    )
    app.select("blend")  # the last node: what it makes is the output
    stage.settle()
    scoped = app.pictures.scoped
    assert scoped is not None
    assert app.monitor.pixel(scoped, 5, 5) == pytest.approx(
        app.monitor.pixel(graded, 5, 5), abs=1e-6
    )


def test_an_analysis_runs_in_the_queue_and_its_depth_is_taken(
    stage: Stage, clip: Path, tmp_path: Path
) -> None:
    app = stage.app
    app.open(Project(clip=clip, look=files.empty_look()))
    files.answer(app, "analyse depth to", str(tmp_path / "clip.depth"))
    end = time.monotonic() + 200
    while app.queue.jobs[0].state in ("waiting", "running") and time.monotonic() < end:
        files.chores(app)
        time.sleep(0.02)
    assert (app.queue.jobs[0].state, app.queue.jobs[0].done) == ("done", 8), app.queue.jobs[0].note
    assert app.project.depth == tmp_path / "clip.depth"
    app.undo()
    assert app.project.depth is None
