"""The benchmark measures every stage, and gives no number where a picture is wrong."""

import json
from pathlib import Path

import pytest
from depthgrade import EngineError, looks
from depthgrade.cli import bench, main


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("COLUMNS", "80")


def test_every_stage_of_every_look_has_a_number(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    workload = bench.load("stages")
    monkeypatch.setattr(workload, "SIZES", {"54p": (96, 54)})
    monkeypatch.setattr(bench, "load", lambda name: workload)
    monkeypatch.setattr(looks, "MAIN", looks.MAIN[:2])
    report = tmp_path / "bench.json"
    assert main(["bench", "--frames", "27", "--json", str(report)]) == 0
    measured = json.loads(report.read_text(encoding="utf-8"))
    assert [each["look"] for each in measured["results"]] == list(looks.MAIN)
    for each in measured["results"]:
        stages = {"decode", "upload", "depth", "grade", "read-back", "encode"}
        assert stages <= each["milliseconds"].keys()
        assert all(value > 0 for value in each["milliseconds"].values())
        assert each["frames_per_second"] > 0
    assert {"processor", "OpenGL", "libraries", "date"} <= measured["machine"].keys()
    printed = capsys.readouterr().out
    assert "54p: 96x54" in printed
    assert "whole chain" in printed
    assert max(len(line) for line in printed.splitlines()) <= 80


def test_a_wrong_picture_gives_no_number(monkeypatch: pytest.MonkeyPatch) -> None:
    workload = bench.load("stages")
    monkeypatch.setattr(workload, "SIZES", {"54p": (96, 54)})
    monkeypatch.setattr(workload, "SAME", -1.0)
    with pytest.raises(EngineError, match="the entries differ"):
        workload.run(frames=1, quick=True, progress=lambda *_: None)
