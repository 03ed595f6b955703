"""All GPU benchmarks in one run of under 8 minutes: G1 to G6, printed and kept as JSON.

    python bench/gpu_check.py                 on a machine with a GPU
    python bench/gpu_check.py --quick         a minute or two anywhere, small sizes
    python bench/gpu_check.py G2 G4 --out x.json

Each benchmark checks its pictures before it gives a number. What can't run is reported as absent
with its reason, and never ends the others: the first run on a new machine is to say all it can. The
file is written after each benchmark, so that a run that is cut short keeps what it has.
"""

import argparse
import json
import re
import sys
import traceback
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from time import perf_counter
from typing import Any

from depthgrade import EngineError
from depthgrade.cli.terminal import output, pairs, ratio_table
from depthgrade.session.machine import machine
from measure import absent, table

BENCHMARKS = {
    "G1": "g1_roofline",
    "G2": "g2_network",
    "G3": "g3_transfer",
    "G4": "g4_whole",
    "G5": "g5_jitter",
    "G6": "g6_peers",
}
# Seconds after which no further benchmark is begun. The longest (G4) takes about two minutes, so a
# run ends before eight; in this order, what matters most comes first.
LAST_START = 360
ORDER = ("G1", "G2", "G4", "G5", "G3", "G6")
RESULTS = Path(__file__).resolve().parent / "results"


def main(arguments: list[str] | None = None) -> int:
    """Runs the benchmarks named, or all; 0 unless a goal that could be measured was missed."""
    parser = argparse.ArgumentParser(description="depthgrade's GPU benchmarks, G1 to G6")
    parser.add_argument("names", nargs="*", metavar="NAME", help="G1 to G6; all by default")
    parser.add_argument("--quick", action="store_true", help="small sizes and few rounds")
    parser.add_argument("--out", type=Path, help="where to keep the figures (JSON)")
    given = parser.parse_args(arguments)
    names = [name.upper() for name in given.names] or list(ORDER)
    if unknown := sorted(set(names) - BENCHMARKS.keys()):
        parser.error(f"{', '.join(unknown)}: not a benchmark; allowed: {', '.join(BENCHMARKS)}")
    facts = machine()
    output().print(pairs(facts))
    out = given.out or result_path(facts)
    began = perf_counter()
    found: dict[str, Any] = {"machine": facts, "quick": given.quick, "runs": []}
    for name in names:
        spent = perf_counter() - began
        made = (
            run_one(name, quick=given.quick)
            if spent < LAST_START
            else _absent(name, f"not begun: {spent:.0f} s had passed")
        )
        found["runs"].append(made)
        for each in made["tables"]:
            output().print("", ratio_table(each["title"], each["rows"], {}))
        output().print(f"{name}: {made['seconds']:.0f} s")
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    output().print(f"{perf_counter() - began:.0f} s in all; kept in {out}", markup=False)
    rows = [row for run in found["runs"] for each in run["tables"] for row in each["rows"]]
    missed = [row["name"] for row in rows if row["met"] is False]
    if missed and not given.quick:
        output().print(f"goals missed: {'; '.join(missed)}", markup=False)
        return 1
    return 0


def run_one(
    name: str, *, quick: bool, load: Callable[[str], Any] = import_module
) -> dict[str, Any]:
    """A benchmark's tables; one that fails becomes an absent row that says why."""
    began = perf_counter()

    def progress(what: str, done: int, total: int) -> None:
        print(f"{what}: {done} of {total}, {perf_counter() - began:.0f} s", file=sys.stderr)

    try:
        workload = load(BENCHMARKS[name])
        made = workload.run(frames=None, quick=quick, progress=progress)
        tables = workload.tables(made)
    except EngineError as problem:
        return _absent(name, str(problem), perf_counter() - began)
    except Exception as problem:  # on a new machine anything may be in the way of one benchmark
        traceback.print_exc()
        first = (str(problem).strip().splitlines() or ["no message"])[0]
        why = f"{type(problem).__name__}: {first}"
        return _absent(name, why, perf_counter() - began)
    return {"workload": name, "seconds": perf_counter() - began, "tables": tables}


def result_path(facts: dict[str, str]) -> Path:
    """results/gpu-DEVICE-DATE.json, the device by its OpenGL name."""
    device = re.sub(r"[^a-z0-9]+", "-", facts["OpenGL"].partition(",")[0].lower()).strip("-")
    return RESULTS / f"gpu-{device[:40].strip('-')}-{facts['date'][:10]}.json"


def _absent(name: str, why: str, seconds: float = 0.0) -> dict[str, Any]:
    rows = [absent("all of it", why)]
    return {"workload": name, "seconds": seconds, "tables": [table(name, rows)]}


if __name__ == "__main__":
    sys.exit(main())
