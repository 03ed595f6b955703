"""What stays from one day to the next, and what is taken from the disk while the window is open."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from depthgrade import Look, looks, resources
from depthgrade.color import Suggestion
from depthgrade.project_file import save_look
from depthgrade.ui import files
from depthgrade.ui.stage import Stage

Opened = Callable[[Look | None], Stage]


@pytest.fixture(autouse=True)
def _own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "settings"))


def wait(stage: Stage, done: Callable[[], bool], seconds: float = 30.0) -> None:
    end = time.monotonic() + seconds
    while not done() and time.monotonic() < end:
        files.chores(stage.app)
        stage.refresh()
        time.sleep(0.01)
    assert done()


def test_stills_are_there_again_when_the_project_is_opened_again(
    opened: Opened, tmp_path: Path
) -> None:
    stage = opened(looks.load("teal-orange"))
    app = stage.app
    app.project_file = tmp_path / "shot.toml"
    files.save(app)
    app.stills.move(tmp_path / "shot.stills")
    graded = app.pictures.graded
    assert graded is not None and app.player is not None
    values = app.player.preview.renderer.engine.read(graded)[..., :3]
    app.keep_still()
    wait(stage, (tmp_path / "shot.stills" / "still-001-frame-000000.toml").exists)

    files.open_path(app, tmp_path / "shot.toml")
    wait(stage, lambda: bool(app.stills.kept) and app.stills.kept[0].texture is not None)
    still = app.stills.kept[0]
    assert still.look is not None and dict(still.look.nodes) == dict(app.look.nodes)
    assert still.texture is not None
    kept = np.array(app.monitor.pixel(still.texture, 50, 44)[:3])
    assert kept == pytest.approx(values[44, 50], abs=1 / 65535)  # a file of 16 bits


def test_the_wipe_compares_with_a_kept_still(opened: Opened) -> None:
    stage = opened(looks.load("teal-orange"))
    app = stage.app
    app.keep_still()
    files.lay_look(app, files.empty_look())
    app.view.compare, app.view.against = "wipe", app.stills.kept[0].name
    stage.settle()
    assert app.pictures.reference is app.stills.kept[0].texture
    assert app.pictures.reference is not app.pictures.graded


def test_a_removed_still_leaves_no_file(opened: Opened) -> None:
    stage = opened(None)
    app = stage.app
    app.keep_still()
    folder = resources.user_cache() / "recovery"

    def kept() -> list[str]:  # as os.walk: a folder that goes meanwhile is none
        names = (name for _, _, files in os.walk(folder) for name in files)
        return [name for name in names if name.startswith("still-")]

    wait(stage, lambda: len(kept()) == 2)
    app.stills.remove(app.stills.kept[0])
    wait(stage, lambda: not kept())


def test_the_user_s_looks_and_the_folder_s_are_on_the_shelf_and_one_is_laid_with_a_click(
    opened: Opened, clip: Path
) -> None:
    mine = looks.load("studio-light").with_value("shade.gain", 0.5)
    save_look(mine, looks.saved_path("evening"))
    beside = clip.with_name("beside.toml")
    save_look(looks.load("teal-orange"), beside)
    clip.with_name("notes.toml").write_text("this = 'is no look'\n")
    stage = opened(None)
    stage.focus("Looks")
    names = [(card.name, card.group) for card in stage.app.shelf.cards(clip.parent, 1e9)]
    assert ("evening", "saved") in names and ("beside", clip.parent.name) in names
    assert not [name for name, _ in names if name == "notes"]
    stage.click("look recover-highlights")
    assert dict(stage.app.look.nodes) == dict(looks.load("recover-highlights").nodes)
    stage.app.undo()
    assert not stage.app.look.nodes
    beside.unlink()


def test_a_suggested_space_is_used_with_a_click_and_given_back_by_undo(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    def suggest(reader: object) -> Suggestion:
        return Suggestion("slog3_sgamut3cine", "blacks at 0.10, pale colours", 0.3)

    monkeypatch.setattr("depthgrade.session.thumbnails.suggest_input", suggest)
    stage = opened(None)
    app = stage.app
    assert app.player is not None
    app.player.seek(3)
    stage.settle()
    wait(stage, lambda: app.strip.suggestion is not None)
    stage.refresh(2)
    stage.click("use suggested space")
    assert app.project.input == "slog3_sgamut3cine"
    stage.settle()
    assert app.player.preview.renderer.input_space.space == "slog3_sgamut3cine"
    assert app.frame_index == 3  # opened anew where it was
    assert "use suggested space" not in app.places
    app.undo()
    stage.settle()
    assert app.project.input == "auto"
    assert app.player.preview.renderer.input_space.space == "rec709"


@pytest.fixture
def shaders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the shaders that the test may change."""
    import shutil  # noqa: PLC0415

    copy = tmp_path / "resources" / "shaders"
    shutil.copytree(resources.directory("shaders"), copy)
    original = resources.directory
    monkeypatch.setattr(
        resources, "directory", lambda kind: copy if kind == "shaders" else original(kind)
    )
    return copy


def test_a_changed_shader_is_taken_and_a_broken_one_keeps_the_last_good_picture(
    opened: Opened, shaders: Path
) -> None:
    from depthgrade.compiler import forget_shaders  # noqa: PLC0415

    forget_shaders()
    stage = opened(looks.load("teal-orange"))
    app = stage.app
    clock = [0.0]
    app.now = lambda: clock[0]
    app.watched = -10.0
    file = shaders / "node" / "primary.glsl"
    text = file.read_text()

    def center() -> float:
        stage.settle()
        assert app.pictures.graded is not None
        return float(app.monitor.pixel(app.pictures.graded, 50, 44)[0])

    def write(changed: str) -> None:
        file.write_text(changed)
        clock[0] += 1.0
        files.chores(app)

    files.chores(app)
    before = center()
    line = "return x * contrast + shift;"
    write(text.replace(line, "return 0.9 * (x * contrast + shift);"))
    darker = center()
    assert darker < before - 0.02 and app.problem is None
    write(text.replace(line, "return x * wrong;"))
    assert center() == darker
    assert app.problem is not None and "wrong" in app.problem
    write(text)
    assert center() == before and app.problem is None
    forget_shaders()
