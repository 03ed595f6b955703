"""The `bench` command: runs a workload of the packaged bench folder and prints what it measured."""

import json
import re
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any

import typer

from depthgrade.cli import options
from depthgrade.cli.terminal import (
    bars,
    output,
    pairs,
    ratio_table,
    stage_table,
    whole_change,
)
from depthgrade.errors import MediaError, ProjectError, suggest


def register(app: typer.Typer) -> None:
    """Adds the command to the program."""
    options.add(app, bench, "Measure")


def bench(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[NAME]...",
            help="Workloads: stages, roofline, memory, B1 to B10, G1 to G6.",
            show_default=False,
        ),
    ] = None,
    *,
    quick: Annotated[
        bool, typer.Option("--quick", metavar=options.FLAG, help="Fewer frames and rounds.")
    ] = False,
    frames: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Frames or rounds to measure.")
    ] = None,
    size: Annotated[
        list[str] | None,
        typer.Option(
            metavar="SIZE",
            help="Of stages: 540p, 1080p or 4K; may be repeated.",
        ),
    ] = None,
    report: Annotated[
        Path | None,
        typer.Option("--json", metavar="FILE", help="Write the numbers as JSON; - prints them."),
    ] = None,
    compare: Annotated[
        Path | None,
        typer.Option("--compare", metavar="FILE", help="Say what changed since this JSON."),
    ] = None,
    chart: Annotated[
        Path | None,
        typer.Option("--chart", metavar="FILE", help="Draw stages and rooflines as a PNG."),
    ] = None,
) -> None:
    """Measure frames per second and milliseconds of every stage on this machine.

    The pictures are checked before anything is timed: no number without a right picture.
    B1 to B10 compare with hand-written shaders and other programs, G1 to G6 are for machines with
    a GPU; see bench/README.md.

    Examples:
      depthgrade bench
      depthgrade bench --quick --json bench.json
      depthgrade bench --size 4K
      depthgrade bench B1 B2 --compare before.json
    """
    from depthgrade.session.machine import machine  # noqa: PLC0415 - see the package's docstring

    chosen = list(dict.fromkeys(names or ["stages"]))
    workloads = {name: load(name) for name in chosen}
    sized = {"sizes": _sizes(workloads, size)} if size else {}
    before = _stored(compare) if compare else {}
    facts = machine()
    runs = []
    with bars() as progress:
        for name, workload in workloads.items():
            measured = workload.run(frames=frames, quick=quick, progress=progress, **sized)
            runs.append({"workload": name, "machine": facts, **measured})
    written = runs[0] if len(runs) == 1 else {"machine": facts, "runs": runs}
    if report is not None and str(report) == "-":
        print(json.dumps(written, indent=2))
        return
    screen = output()
    screen.print(pairs({**facts, **_depth_source(runs)}))
    for workload, run in zip(workloads.values(), runs, strict=True):
        for each in workload.tables(run):
            if "rows" in each:
                known = before.get(each["title"], {})
                screen.print("", ratio_table(each["title"], each["rows"], known))
            else:
                screen.print(
                    "", stage_table(each["stages"], each["whole"], each["title"], each["live"])
                )
                known = before.get(each["title"], {})
                if known:
                    screen.print(whole_change(each["whole"], known))
    if chart is not None:
        _drawn(
            chart,
            [
                each
                for w, r in zip(workloads.values(), runs, strict=True)
                for each in w.tables(r)
                if "stages" in each or "roofline" in each
            ],
        )
    if report is not None:
        try:
            report.write_text(json.dumps(written, indent=2) + "\n", encoding="utf-8")
        except OSError as problem:
            raise MediaError(
                f"--json {report}: can't be written ({problem.strerror}); choose another file"
            ) from problem


def _sizes(workloads: dict[str, ModuleType], wanted: list[str]) -> list[str]:
    """The names of sizes as `stages` has them. Raises ProjectError for others."""
    if other := [name for name in workloads if name.lower() != "stages"]:
        raise ProjectError(f"--size: {other[0]} has sizes of its own; allowed with: stages")
    sizes = {each.lower(): each for workload in workloads.values() for each in workload.SIZES}
    if unknown := [each for each in wanted if each.lower() not in sizes]:
        raise ProjectError(f"--size {unknown[0]}: allowed: {', '.join(sizes.values())}")
    return list(dict.fromkeys(sizes[each.lower()] for each in wanted))


def _depth_source(runs: list[dict[str, Any]]) -> dict[str, str]:
    """Where depth came from, if a workload used any."""
    return next(({"depth": run["depth"]} for run in runs if "depth" in run), {})


def _stored(path: Path) -> dict[str, dict[str, float]]:
    """The figures of an earlier run by table and row. Raises MediaError for another file."""
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
        runs = stored.get("runs", [stored])
        found: dict[str, dict[str, float]] = {}
        for run in runs:
            workload = load(run["workload"])
            for each in workload.tables(run):
                if "rows" in each:
                    figures = {row["name"]: row["ratio"] or row["ms"] for row in each["rows"]}
                else:
                    figures = each["whole"]
                found[each["title"]] = {k: v for k, v in figures.items() if v is not None}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as problem:
        raise MediaError(
            f"--compare {path}: is not what bench --json writes ({type(problem).__name__})"
        ) from problem
    return found


def _drawn(path: Path, tables: list[dict[str, Any]]) -> None:
    """Draws the charts. Raises MediaError where they can't be written, ProjectError for none."""
    if not tables:
        raise ProjectError("--chart: these workloads have no chart; allowed: stages, roofline")
    draw = _module("charts").draw_charts
    try:
        draw(path, tables)
    except (OSError, ValueError) as problem:
        raise MediaError(f"--chart {path}: can't be written ({problem})") from problem


def load(name: str) -> ModuleType:
    """The workload of a name such as stages or B1. Raises ProjectError, naming the nearest."""
    from depthgrade.resources import directory  # noqa: PLC0415

    folder = directory("bench")
    files = [
        path.stem for path in folder.glob("*.py") if "\ndef tables(" in path.read_text("utf-8")
    ]
    numbered = re.compile(r"([bg]\d+)_")
    known = {found[1].upper() if (found := numbered.match(stem)) else stem: stem for stem in files}
    exact = {shown.lower(): stem for shown, stem in known.items()}
    if name.lower() not in exact:
        raise ProjectError(f'bench: there is no workload "{name}"; {suggest(name, known)}')
    return _module(exact[name.lower()])


def _module(stem: str) -> ModuleType:
    """A file of the bench folder, which may import its neighbours."""
    from depthgrade.resources import directory  # noqa: PLC0415

    folder = directory("bench")
    if str(folder) not in sys.path:
        sys.path.append(str(folder))
    spec = spec_from_file_location(f"depthgrade_bench_{stem}", folder / f"{stem}.py")
    assert spec is not None and spec.loader is not None
    module = module_from_spec(spec)
    # Dataclasses look their module up while they are made.
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module
