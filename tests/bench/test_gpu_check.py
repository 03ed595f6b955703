"""The GPU benchmarks run to their end without a GPU, and one that fails does not end the others."""

import json
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest
from depthgrade import EngineError
from depthgrade.cli import bench


@pytest.fixture
def part() -> Callable[[str], ModuleType]:
    """A file of the bench folder by name."""
    bench.load("B1")  # makes the folder importable

    def load(name: str) -> ModuleType:
        return __import__(name)

    return load


@pytest.mark.parametrize("name", ["G1", "G2", "G3", "G4", "G5", "G6"])
def test_each_is_a_workload_of_the_command_too(name: str) -> None:
    assert bench.load(name.lower()).TITLE.startswith(name)


def test_a_run_prints_and_keeps_every_table(
    part: Callable[[str], ModuleType],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "150")
    out = tmp_path / "gpu.json"
    assert part("gpu_check").main(["G3", "--quick", "--out", str(out)]) == 0
    kept = json.loads(out.read_text(encoding="utf-8"))
    assert {"OpenGL", "CUDA", "libraries", "date"} <= kept["machine"].keys()
    rows = kept["runs"][0]["tables"][0]["rows"]
    assert sum(row["ms"] is not None and row["ms"] > 0 for row in rows) >= 7
    assert "up: planes, ring of 3" in capsys.readouterr().out


def failing(error: Exception) -> Callable[[str], Any]:
    def run(**_: Any) -> dict[str, Any]:
        raise error

    return lambda _: SimpleNamespace(run=run)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (EngineError("bench: compute: off by 0.5; allowed: 0.002"), "off by 0.5"),
        (RuntimeError("a driver's message\nof two lines"), "RuntimeError: a driver's message"),
    ],
)
def test_one_that_fails_is_absent_with_its_reason(
    part: Callable[[str], ModuleType], error: Exception, said: str
) -> None:
    made = part("gpu_check").run_one("G1", quick=True, load=failing(error))
    (row,) = made["tables"][0]["rows"]
    assert row["note"].startswith("absent: ") and said in row["note"]
    assert "\n" not in row["note"] and row["ms"] is None


def test_an_unknown_name_is_refused(
    part: Callable[[str], ModuleType], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        part("gpu_check").main(["G9"])
    assert "G9: not a benchmark" in capsys.readouterr().err


def test_results_are_named_by_device_and_date(part: Callable[[str], ModuleType]) -> None:
    facts = {"OpenGL": "NVIDIA RTX 6000/PCIe/SSE2, OpenGL 4.6.0", "date": "2026-11-22 12:00 UTC"}
    found = part("gpu_check").result_path(facts)
    assert found.name == "gpu-nvidia-rtx-6000-pcie-sse2-2026-11-22.json"


def test_wall_rounds_repeat_a_short_work_until_it_can_be_timed(
    part: Callable[[str], ModuleType],
) -> None:
    ran: list[int] = []
    found = part("wall").wall_rounds({"x": lambda: ran.append(1)}, lambda: None, quick=True)
    assert len(found["x"]) == 3
    assert len(ran) > 3 * 10  # many runs a round, of a work of well under a microsecond


def test_without_the_package_the_network_is_absent(
    part: Callable[[str], ModuleType], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    for name in ("g2_network", "g4_whole"):
        made = part(name).run(frames=None, quick=True, progress=lambda *_: None)
        assert made["tables"][0]["rows"][0]["note"] == "absent: pip install onnx"


def test_the_floor_does_the_powers_of_the_chain(part: Callable[[str], ModuleType]) -> None:
    """A pow for each node and those of both ends; a chain of more nodes costs more."""
    g1 = part("g1_roofline")
    texts = {count: g1._floor((8, 8), count, "compute").text for count in (0, 20)}
    assert texts[20].count("pow(") - texts[0].count("pow(") == 20
    assert texts[20].count("x * a + b") - texts[0].count("x * a + b") == 20 * g1.NODE_MADS


def test_the_synthetic_network_has_the_published_size(
    part: Callable[[str], ModuleType], tmp_path: Path
) -> None:
    """Depth Anything V2 S: 24.8 M weights; 40 GFLOP at 448x252 (its paper and our own count)."""
    pytest.importorskip("onnx")
    operations, weights = part("synthetic_vit").write_network(
        tmp_path / "vit.onnx", (448, 252), half=True
    )
    np.testing.assert_allclose([weights / 1e6, operations / 1e9], [24.8, 40], rtol=0.05)
