"""`analyze` and `depth` as commands."""

import json
import struct
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
    assert 'pass "pass", reused, of tiny' in result.out


def test_depth_reports_shots_limits_and_stability(run: Run, clip: Path, network: Path) -> None:
    (shot,) = json.loads(run("depth", clip, "--model", network, "--json").out)["shots"]
    assert shot["frames"] == [0, 6] and shot["measured"] == 6
    assert sum(shot["histogram"]) == pytest.approx(1)
    assert shot["after"] <= shot["before"] + 1e-6  # what is seen stands still: rounding
    shown = run("depth", clip, "--model", network)
    assert "far_limit" in shown.out and "steadied" in shown.out


def test_a_network_that_takes_far_for_near_is_told_of_wherever_it_is_used(
    run: Run, clip: Path, network: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Nearer is more blue, under the blue sky of the test picture.
    weights = (struct.pack("<3f", *each) for each in ((1.0, 0.5, -0.5), (0.0, 0.0, 1.0)))
    reversed_ = network.with_suffix(".onnx").read_bytes().replace(*weights)
    (tmp_path / "blue.onnx").write_bytes(reversed_)
    card = tmp_path / "blue.toml"
    card.write_text(network.read_text(encoding="utf-8").replace("tiny", "blue"), encoding="utf-8")
    told = "model blue: takes far for near on the test picture"
    range_ = ("--model", card, "--frames", "0:2")
    result = run("analyze", clip, *range_, "-o", tmp_path / "pass")
    assert result.code == 0 and told in result.err and 'near = "smaller"' in result.err
    look = ("--look", "studio-light", "-o")
    with monkeypatch.context() as patch:  # asked once; the answer is kept
        patch.setattr("depthgrade.depth.polarity.polarity", None)
        assert told in run("depth", clip, *range_).err
        assert told in str(json.loads(run("depth", clip, *range_, "--json").out)["notes"])
        assert told in run("render", clip, *range_, *look, tmp_path / "graded.mp4").err
        still = ("still", clip, *range_[:2], "--frame", "1", *look, tmp_path / "graded.png")
        result = run(*still)
        assert told in result.err and "of blue, far taken for near?" in result.out
    right = card.read_text(encoding="utf-8") + 'near = "smaller"\n'
    card.write_text(right, encoding="utf-8")
    assert told not in run("depth", clip, *range_).err


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
