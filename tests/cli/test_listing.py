"""What the commands say that only look: help, lists, check, info and explain."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from depthgrade import looks
from depthgrade.color import DisplayRendering, spaces
from depthgrade.color.export import config_text
from depthgrade.nodes.registry import node_types, parameters

Run = Callable[..., object]

COMMANDS = (
    "demo", "render", "still", "sheet", "info", "explain", "check", "nodes", "spaces", "looks",
    "models", "bench", "analyze", "depth",
)  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_examples(run: Run, command: str) -> None:
    result = run(command, "--help")
    assert result.code == 0
    assert f"depthgrade {command}" in result.out
    if command not in {"spaces", "looks", "models"}:  # those have nothing to choose
        assert "Examples" in result.out
    assert command in run("--help").out


def test_help_and_check_load_neither_opengl_nor_codecs_nor_networks(warm: Path) -> None:
    heavy = ("moderngl", "av", "onnxruntime", "OpenEXR", "PIL")
    for arguments in (["--help"], ["check", str(warm)]):
        code = (
            f"import sys; from depthgrade.cli import main; main({arguments!r});"
            f"print([name for name in {heavy!r} if name in sys.modules])"
        )
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        )
        assert done.stdout.splitlines()[-1] == "[]"


def test_the_module_runs_as_the_command_does() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "depthgrade", "--version"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith("depthgrade ")


def test_nodes_are_listed_from_their_declarations(run: Run) -> None:
    listed = run("nodes").out
    for name, kind in node_types().items():
        assert name in listed
        of_one = run("nodes", name).out
        assert all(parameter in of_one for parameter in parameters(kind))
    assert "-10 to 10 stops" in run("nodes", "primary").out


def test_lists_hold_everything_there_is(run: Run) -> None:
    listed = run("spaces").out
    assert all(space.name in listed for space in spaces())
    listed = run("looks", "list").out
    assert all(name in listed for name in looks.names())
    assert "licence" in run("models", "list").out


def test_check_says_ok_and_names_unused_nodes(run: Run, clip: Path, tmp_path: Path) -> None:
    look, project = tmp_path / "look.toml", tmp_path / "project.toml"
    look.write_text('[nodes.idle]\ntype = "primary"\n', encoding="utf-8")
    project.write_text('clip = "gone.mov"\n', encoding="utf-8")
    result = run("check", look)
    assert result.code == 0
    assert 'ok, look "look", 1 node' in result.out
    assert "not wired to the output: idle" in result.err
    result = run("check", project, look)
    assert result.code == 1
    assert "gone.mov is not there" in result.err
    assert "look.toml: ok" in result.out  # one wrong file does not hide the next


def test_info_says_what_is_read_and_what_assumed(run: Run, clip: Path) -> None:
    result = run("info", clip)
    assert result.code == 0
    for words in ("ffv1", "64x36", "at 24 fps", "Rec.709, gamma 2.4", "audio"):
        assert words in result.out
    said = json.loads(run("info", clip, "--json", "--input", "slog3_sgamut3cine").out)
    assert "said by the project or --input" in said["colour"]


def test_info_finds_the_limits_of_each_shot(run: Run, clip: Path, depth: Path) -> None:
    said = json.loads(run("info", clip, "--shots", "--depth", depth, "--json").out)
    (shot,) = said["shots"]
    assert shot["frames"] == "0:6"
    assert 0 < float(shot["far_limit"]) < float(shot["near_limit"]) < 1


def test_explain_tells_the_nodes_and_their_keys(run: Run, clip: Path, depth: Path) -> None:
    result = run("explain", clip, "--look", "studio-light", "--depth", depth)
    assert result.code == 0
    lift = f"lift = {looks.load('studio-light').value('shade.lift'):g}"
    for words in ("DaVinci Intermediate", "shade", "where the key of depth is", lift):
        assert words in result.out
    assert run("explain", "--look", "teal-orange").code == 0
    assert run("explain").code in {1, 2}


def test_explain_prints_the_shader_that_draws(run: Run, clip: Path) -> None:
    text = run("explain", clip, "--look", "studio-light", "--glsl").out
    assert "#version 400 core" in text
    assert "// shade [primary]" in text
    assert "plane2" in text
    changed = ("--set", "shade.lift=-0.2")
    assert run("explain", clip, "--look", "studio-light", "--glsl", *changed).out != text


def test_ocio_writes_the_rendering_of_the_project(run: Run, tmp_path: Path) -> None:
    project = tmp_path / "bright.toml"
    project.write_text("white = 40.0\nmid_grey = 0.12\n", encoding="utf-8")
    plain, own = tmp_path / "plain.ocio", tmp_path / "own.ocio"
    assert run("ocio", "-o", plain).code == run("ocio", project, "-o", own).code == 0
    assert own.read_text(encoding="utf-8") == config_text(DisplayRendering("davinci", 40.0, 0.12))
    assert plain.read_text(encoding="utf-8") == config_text(DisplayRendering())
