"""What render, still and sheet write, and what they say of it."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from depthgrade.cli.options import open_ended, parse_frames, parse_rate
from depthgrade.errors import ProjectError
from depthgrade.media import open_clip
from PIL import Image

Run = Callable[..., object]


def test_a_clip_is_rendered_with_every_frame(
    run: Run, clip: Path, warm: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out.mkv"
    result = run("render", clip, "-o", out, "--look", warm, "--no-dither")
    assert result.code == 0
    assert result.err == ""
    assert f"{out}  6 frames" in result.out
    with open_clip(out) as graded, open_clip(clip) as source:
        assert graded.info.frame_count == 6
        assert graded.info.pts == source.info.pts


def test_a_value_set_on_the_command_line_changes_the_picture(
    run: Run, clip: Path, warm: Path, tmp_path: Path
) -> None:
    means = []
    for gain in ("1", "0.5"):
        out = tmp_path / f"{gain}.png"
        options = ("--look", warm, "--set", f"warm.gain={gain}")
        assert run("still", clip, "--frame", 2, "-o", out, *options).code == 0
        means.append(np.asarray(Image.open(out).convert("L"), np.float64).mean())
    # Gain scales the DaVinci Intermediate signal, in which half is three stops and more down.
    assert means[1] < 0.6 * means[0]


def test_the_key_of_a_node_can_be_written(
    run: Run, clip: Path, depth: Path, tmp_path: Path
) -> None:
    out = tmp_path / "key.png"
    options = ("--look", "studio-light", "--depth", depth, "--key", "depth")
    assert run("still", clip, "--frame", 0, "-o", out, *options).code == 0
    key = np.asarray(Image.open(out).convert("L"), np.float64) / 255
    width = key.shape[1]
    assert key[:, : width // 2 - 2].max() < 0.01  # the near half is left alone
    assert key[:, width // 2 + 2 :].min() > 0.99


def test_a_fresh_cache_changes_no_picture(
    run: Run, clip: Path, depth: Path, tmp_path: Path
) -> None:
    # Sampling a shot reads other frames; with literal limits it comes after the frame is decoded.
    look = tmp_path / "literal.toml"
    look.write_text(
        'wires = ["source -> dark -> output", "depth.key -> dark.key"]\n'
        '[nodes.depth]\ntype = "depth_map"\n[nodes.dark]\ntype = "primary"\ngain = 0.8\n',
        encoding="utf-8",
    )
    pictures = []
    for number in (1, 2):
        out = tmp_path / f"{number}.png"
        assert run("still", clip, "-f", 0, "-o", out, "--look", look, "--depth", depth).code == 0
        pictures.append(np.asarray(Image.open(out)))
    np.testing.assert_array_equal(*pictures)


def test_a_range_is_cut_out(run: Run, clip: Path, tmp_path: Path) -> None:
    for frames, count in (("1:4", 3), ("2:", 4), (":2", 2), ("5", 1)):
        out = tmp_path / f"{count}.mkv"
        assert run("render", clip, "-o", out, "--frames", frames).code == 0
        with open_clip(out) as graded:
            assert graded.info.frame_count == count


def test_several_inputs_go_to_a_folder_under_their_own_names(
    run: Run, clip: Path, tmp_path: Path
) -> None:
    project = tmp_path / "second.toml"
    project.write_text(f'clip = "{clip}"\n', encoding="utf-8")
    out = tmp_path / "graded"
    result = run("render", clip, project, "-o", out, "--codec", "prores422hq", "--json")
    assert result.code == 0, result.err
    lines = [json.loads(line) for line in result.out.splitlines()]
    assert [Path(line["output"]).name for line in lines] == ["clip.mov", "second.mov"]
    assert [line["frames"] for line in lines] == [6, 6]
    assert sorted(path.name for path in out.iterdir()) == ["clip.mov", "second.mov"]


def test_inputs_of_one_name_are_not_written_over_one_another(
    run: Run, clip: Path, tmp_path: Path
) -> None:
    result = run("render", clip, clip, "-o", tmp_path / "graded")
    assert result.code == 1
    assert "2 inputs would be written to clip.mp4" in result.err


def test_a_contact_sheet_has_a_row_for_each_look(
    run: Run, clip: Path, depth: Path, warm: Path, tmp_path: Path
) -> None:
    heights = []
    for number, options in enumerate(
        ((), ("--look", "studio-light"), ("--look", "studio-light", "--look", warm))
    ):
        out = tmp_path / f"{number}.png"
        assert run("sheet", clip, "-o", out, "--depth", depth, *options).code == 0
        heights.append(Image.open(out).height)
    three, one, two = heights
    assert three - two == two - one > 300  # a row is a picture of 315 lines and its heading
    result = run("sheet", clip, "-o", tmp_path / "0.png", "--depth", depth)
    assert "exists" in result.err


def test_ranges_and_rates_are_read_as_written() -> None:
    assert parse_frames(None) is None
    assert parse_frames("3:9") == (3, 9)
    assert parse_frames("3:", 20) == (3, 20)
    assert parse_frames(":9") == (0, 9)
    assert parse_frames("7") == (7, 8)
    assert [open_ended(text) for text in ("3:", ":", ":4", None)] == [True, False, False, False]
    assert parse_rate("24000/1001") == pytest.approx(23.976, abs=1e-3)
    with pytest.raises(ProjectError, match="is no rate"):
        parse_rate("0")
