"""The `bench` command: runs a workload of the packaged bench folder and prints what it measured."""

import json
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Annotated

import typer

from depthgrade.cli import options
from depthgrade.cli.terminal import bars, output, pairs, stage_table
from depthgrade.errors import MediaError, ProjectError, suggest


def register(app: typer.Typer) -> None:
    """Adds the command to the program."""
    options.add(app, bench, "Measure")


def bench(
    name: Annotated[
        str, typer.Argument(metavar="[NAME]", help="The workload.", show_default=False)
    ] = "stages",
    *,
    quick: Annotated[
        bool, typer.Option("--quick", metavar=options.FLAG, help="Few frames, 540p only.")
    ] = False,
    frames: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Frames to measure of each look.")
    ] = None,
    report: Annotated[
        Path | None,
        typer.Option("--json", metavar="FILE", help="Write the numbers as JSON; - prints them."),
    ] = None,
) -> None:
    """Measure frames per second and milliseconds of every stage on this machine.

    The pictures are checked before anything is timed: no number without a right picture.

    Examples:
      depthgrade bench
      depthgrade bench --quick --json bench.json
    """
    from depthgrade.session.machine import machine  # noqa: PLC0415 - see the package's docstring

    workload = load(name)
    facts = machine()
    with bars() as progress:
        measured = workload.run(frames=frames, quick=quick, progress=progress)
    measured = {"workload": name, "machine": facts, **measured}
    if report is not None and str(report) == "-":
        print(json.dumps(measured, indent=2))
        return
    screen = output()
    screen.print(pairs({**facts, "depth": measured["depth"]}))
    for each in workload.tables(measured):
        screen.print("", stage_table(each["stages"], each["whole"], each["title"]))
    if report is not None:
        try:
            report.write_text(json.dumps(measured, indent=2) + "\n", encoding="utf-8")
        except OSError as problem:
            raise MediaError(
                f"--json {report}: can't be written ({problem.strerror}); choose another file"
            ) from problem


def load(name: str) -> ModuleType:
    """The workload of a name. Raises ProjectError, naming the nearest."""
    from depthgrade.resources import directory  # noqa: PLC0415

    folder = directory("bench")
    known = [
        path.stem for path in folder.glob("*.py") if "\ndef tables(" in path.read_text("utf-8")
    ]
    if name not in known:
        raise ProjectError(f'bench: there is no workload "{name}"; {suggest(name, known)}')
    spec = spec_from_file_location(f"depthgrade_bench_{name}", folder / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
