"""Looks in and out: CDL files."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from depthgrade.color.cdl import Correction, read_corrections, write_corrections
from depthgrade.project import Project, load_look
from PIL import Image

Run = Callable[..., object]

WARM = Correction("sh010", "sun", (1.2, 1.0, 0.875), (0.0125, 0.0, -0.02), (0.9, 1.0, 1.1), 0.75)
COLD = Correction("sh020", "", (0.8, 1.0, 1.25))


@pytest.fixture
def scene(tmp_path: Path) -> Path:
    path = tmp_path / "scene.ccc"
    write_corrections(path, [WARM, COLD])
    return path


@pytest.mark.parametrize("wanted", ["sh010", "0"])
def test_a_cdl_becomes_a_look_and_a_cdl_again(run: Run, scene: Path, wanted: str) -> None:
    look, back = scene.with_name("sh010.toml"), scene.with_name("back.cc")
    assert run("cdl", "import", scene, "--id", wanted, "-o", look).code == 0
    assert load_look(look).value("cdl.slope") == WARM.slope
    assert run("cdl", "export", look, "-o", back).code == 0
    (found,) = read_corrections(back)
    assert (found.slope, found.offset, found.power) == (WARM.slope, WARM.offset, WARM.power)
    assert (found.id, found.saturation) == ("cdl", 0.75)


def test_of_several_corrections_one_is_chosen(run: Run, scene: Path) -> None:
    result = run("cdl", "import", scene, "-o", scene.with_name("a.toml"))
    assert result.code == 1
    assert "scene.ccc: holds 2 corrections; choose one: sh010, sh020" in result.err
    result = run("cdl", "import", scene, "--id", "sh01", "-o", scene.with_name("a.toml"))
    assert 'no correction "sh01"; did you mean "sh010"?' in result.err


def test_nothing_is_written_over_unasked(run: Run, scene: Path) -> None:
    out = scene.with_name("a.toml")
    out.write_text("mine")
    assert "--overwrite" in run("cdl", "import", scene, "--id", "0", "-o", out).err
    assert out.read_text() == "mine"
    assert run("cdl", "import", scene, "--id", "0", "-o", out, "--overwrite").code == 0
    assert Project.load(out).look.title == "sh010"


def test_what_a_cdl_can_not_hold_is_named(run: Run, tmp_path: Path) -> None:
    look = tmp_path / "look.toml"
    look.write_text(
        'wires = ["source -> a -> b -> output", "w.key -> b.key"]\n'
        '[nodes.a]\ntype = "primary"\n[nodes.b]\ntype = "cdl"\n[nodes.w]\ntype = "window"\n'
    )
    result = run("cdl", "export", look, "-o", tmp_path / "b.cc")
    assert result.code == 0
    for words in ("a [primary]", "w [window]", "b: its key"):
        assert f"not in b.cc: {words}" in result.err


def test_a_look_without_a_cdl_node_is_refused(run: Run, warm: Path) -> None:
    result = run("cdl", "export", warm, "-o", warm.with_suffix(".cc"))
    assert result.code == 1 and "has no cdl node" in result.err
    assert not warm.with_suffix(".cc").exists()


def test_the_schema_is_printed_and_written(run: Run, tmp_path: Path) -> None:
    printed = json.loads(run("schema").out)
    path = tmp_path / "schema.json"
    assert run("schema", "-o", path).code == 0
    assert json.loads(path.read_text(encoding="utf-8")) == printed
    assert "primary" in printed["definitions"]


def test_a_difference_is_said_and_shown(run: Run, warm: Path, clip: Path) -> None:
    cold, out = warm.with_name("cold.toml"), warm.with_name("difference.png")
    for path, gain in ((warm, "[1.1, 1.0, 0.9]"), (cold, "[0.9, 1.0, 1.1]")):
        path.write_text(
            'wires = ["source -> warm -> output"]\n'
            f'[nodes.warm]\ntype = "primary"\ngain_rgb = {gain}\n'
        )
    result = run("diff", warm, cold, "--clip", clip, "--frame", 1, "--frame", 2, "-o", out)
    assert result.code == 0
    assert result.out.startswith("warm.gain_rgb [1.1, 1, 0.9] -> [0.9, 1, 1.1]\n")
    assert "frame 2: " in result.out and "of pixels differ" in result.out
    with Image.open(out) as picture:
        assert picture.width > 1000
    assert "--overwrite" in run("diff", warm, cold, "--clip", clip, "-f", 1, "-o", out).err


def test_what_is_the_same_is_said_to_be(run: Run, warm: Path, clip: Path) -> None:
    assert run("diff", warm, warm).out == "no difference\n"
    assert run("diff", "studio-light", "studio-light").out == "no difference\n"
    assert "no difference" not in run("diff", "studio-light", "teal-orange").out
    out = warm.with_name("same.png")
    assert "0.0 codes" in run("diff", warm, warm, "--clip", clip, "-f", 1, "-o", out).out
    assert "go together" in run("diff", warm, warm, "-f", 1).err
    assert (
        "is not in the clip"
        in run("diff", warm, warm, "--clip", clip, "-f", 9, "-o", warm.with_name("x.png")).err
    )


def test_a_look_is_baked_and_what_is_left_out_is_named(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "look.toml"
    path.write_text(
        'wires = ["source -> a -> b -> output", "w.key -> b.key"]\n'
        '[nodes.a]\ntype = "primary"\ngain = 0.9\n'
        '[nodes.b]\ntype = "cdl"\n[nodes.w]\ntype = "window"\n'
    )
    result = run("bake", path, "-o", tmp_path / "a.cube", "--size", 17)
    assert result.code == 0
    assert "rec709 to rec709, 17x17x17; 99 % of random colours within" in result.out
    assert "not in a.cube: b, its key w can't be baked" in result.err
    assert (tmp_path / "a.cube").read_text().startswith('TITLE "look"\nLUT_3D_SIZE 17\n')
    assert "nothing to bake" in run("bake", "-o", tmp_path / "b.cube").err


def test_baking_a_look_that_grades_nothing_says_so(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "look.toml"
    path.write_text('[nodes.a]\ntype = "primary"\ngain = 0.9\n')  # no wire leads through it
    result = run("bake", path, "-o", tmp_path / "a.cube", "--size", 17)
    assert "a.cube grades nothing: no node is wired to the output" in result.err
