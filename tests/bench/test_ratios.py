"""The comparing benchmarks: W12 is one chain three times, ratios are paired, goals are kept."""

import json
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest
from depthgrade import EngineError, ProjectError
from depthgrade.cli import bench, main

SIZE = (48, 32)
# Powers in float32 near the break of the log curve, decoded again; a wrong node is 1e-2 off.
CLOSE = 2e-3


@pytest.fixture
def w12() -> ModuleType:
    bench.load("B1")  # makes the folder importable
    import w12  # noqa: PLC0415

    return w12


@pytest.fixture
def measure() -> ModuleType:
    bench.load("B1")
    import measure  # noqa: PLC0415

    return measure


@pytest.mark.parametrize("keys", [False, True])
def test_w12_by_hand_and_generated_is_its_reference(
    w12: ModuleType, measure: ModuleType, *, keys: bool
) -> None:
    exact = w12.reference(
        w12.rgb(w12.planes(SIZE), sited=True), 12, w12.depth(SIZE) if keys else None
    )
    with measure.Canvas(SIZE) as canvas:
        canvas.shader(w12.by_hand(12, keys=keys, sited=True, size=SIZE))
        np.testing.assert_allclose(canvas.read(), exact, atol=CLOSE)
        canvas.program(w12.plan(12, keys=keys, size=SIZE).programs[0])
        np.testing.assert_allclose(canvas.read(), exact, atol=CLOSE)


def test_chroma_that_is_not_sited_is_another_picture(w12: ModuleType) -> None:
    sited, nearest = (w12.rgb(w12.planes(SIZE), sited=each) for each in (True, False))
    assert 1e-3 < np.abs(sited - nearest).max() < 0.2


def test_nodes_at_neutral_leave_the_text_as_it_is(w12: ModuleType) -> None:
    plain, longer = (w12.plan(12, keys=False, neutral=each).programs[0] for each in (0, 8))
    assert plain.identity == longer.identity


def test_a_wrong_picture_gives_no_number(measure: ModuleType) -> None:
    with pytest.raises(EngineError, match=r"ours: off by 0\.5; allowed: 0\.1"):
        measure.checked("ours", np.full((2, 2), 0.5), np.zeros((2, 2)), 0.1)


def test_ratios_are_of_rounds_and_not_of_medians(measure: ModuleType) -> None:
    """A machine that slows down in the middle leaves the ratio alone."""
    row = measure.compared({"a": [2.0, 20.0, 4.0], "b": [1.0, 10.0, 2.0]}, "a", "b", "<= 1.5")
    assert (row.ratio, row.low, row.high, row.met) == (2.0, 2.0, 2.0, False)


@pytest.mark.parametrize(("goal", "met"), [("<= 1.10", True), (">= 2", False), ("", None)])
def test_a_goal_says_which_way_is_good(measure: ModuleType, goal: str, met: bool | None) -> None:
    assert measure.Row("x", ratio=1.1, goal=goal).met is met


def test_an_absent_peer_is_a_row_that_says_so(measure: ModuleType) -> None:
    assert measure.absent("FFmpeg", "apt-get install ffmpeg").plain()["note"].startswith("absent")


def test_workloads_go_by_number_in_any_case() -> None:
    assert bench.load("b6").TITLE.startswith("B6")
    with pytest.raises(ProjectError, match='there is no workload "B99"'):
        bench.load("B99")


def test_a_stored_run_can_be_compared_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    figures = iter([1.25, 1.5])

    def run(**_: Any) -> dict[str, Any]:
        row = {"name": "a / b", "ms": 3.0, "ratio": next(figures), "low": 1.0, "high": 2.0}
        return {"tables": [{"title": "T", "rows": [{**row, "goal": "", "met": None, "note": ""}]}]}

    fake = SimpleNamespace(run=run, tables=lambda result: result["tables"])
    monkeypatch.setattr(bench, "load", lambda name: fake)
    report = tmp_path / "before.json"
    assert main(["bench", "B1", "--json", str(report)]) == 0
    assert main(["bench", "B1", "--compare", str(report)]) == 0
    assert "1.500" in (printed := capsys.readouterr().out) and "1.250" in printed
    report.write_text(json.dumps([1]), encoding="utf-8")
    assert main(["bench", "B1", "--compare", str(report)]) == 1
