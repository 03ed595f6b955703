"""`analyze` and `depth` as commands."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., object]


def test_a_clip_is_analysed_and_the_render_takes_the_pass(
    run: Run, clip: Path, network: Path, tmp_path: Path
) -> None:
    out = tmp_path / "pass"
    result = run("analyze", clip, "--model", network, "-o", out, "--frames", "0:4")
    assert result.code == 0, result.err
    assert "4 frames estimated; 1 shots, tiny, better" in result.out
    assert len(list(out.glob("depth.*.exr"))) == 4
    again = run("analyze", clip, "--model", network, "-o", out, "--json")
    found = json.loads(again.out)
    assert (found["estimated"], found["kept"]) == (2, 4)
    graded = tmp_path / "graded.mp4"
    result = run("render", clip, "--model", network, "--look", "studio-light", "-o", graded)
    assert result.code == 0, result.err
    assert "depth pass pass, reused, of tiny" in result.out


def test_depth_reports_shots_limits_and_stability(run: Run, clip: Path, network: Path) -> None:
    (shot,) = json.loads(run("depth", clip, "--model", network, "--json").out)["shots"]
    assert shot["frames"] == [0, 6] and shot["measured"] == 6
    assert sum(shot["histogram"]) == pytest.approx(1)
    assert shot["after"] <= shot["before"]
    shown = run("depth", clip, "--model", network)
    assert "far_limit" in shown.out and "steadied" in shown.out


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["--quality", "best"], "--quality best: is no quality; allowed: faster, better"),
        (["--as", "depth"], "--as depth: is no kind of pass; allowed: near, z"),
        (["--as", "z", "--distances", "5"], "--distances 5: is no pair; write NEAR:FAR in metres"),
        (["--distances", "1:5"], "distances: are for a pass of distances, kind z"),
        (["--model", "nosuch"], 'there is no model "nosuch"'),
        (["--frames", "4:9"], "frames 4:9: selects none or leaves the clip"),
    ],
)
def test_what_can_not_be_analysed_is_one_line(
    run: Run, clip: Path, network: Path, tmp_path: Path, *, arguments: list[str], problem: str
) -> None:
    model = [] if "--model" in arguments else ["--model", network]
    result = run("analyze", clip, *model, *arguments, "-o", tmp_path / "pass")
    assert result.code == 1
    assert len(result.lines) == 1 and problem in result.lines[0]
    assert not (tmp_path / "pass").exists()
