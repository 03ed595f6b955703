"""What commands print with: results on standard output, progress and messages on standard error."""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from rich import box
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Column, Table
from rich.text import Text

from depthgrade.cli.stopping import Stop

_LABEL = 22  # characters of a file name beside its bar


def output() -> Console:
    """Where results go."""
    return Console(
        file=sys.stdout, highlight=False, markup=False, soft_wrap=not sys.stdout.isatty()
    )


def messages() -> Console:
    """Where progress, notes and errors go."""
    return Console(file=sys.stderr, highlight=False, markup=False, soft_wrap=True)


def error(text: str) -> None:
    """One line about what went wrong."""
    line = " ".join(text.split("\n"))
    messages().print(Text.assemble(("error: ", "bold red"), line))


def note(text: str) -> None:
    """One line the user should know."""
    messages().print(Text.assemble(("note: ", "yellow"), text))


def print_json(value: Mapping[str, Any]) -> None:
    """One JSON object on a line of its own."""
    print(json.dumps(value, ensure_ascii=False), flush=True)


def table(*columns: str, right: Sequence[str] = (), title: str | None = None) -> Table:
    """A table in the house style; `right` names the columns of numbers."""
    made = Table(
        title=title,
        title_justify="left",
        title_style="bold",
        box=box.SIMPLE_HEAD,
        header_style="bold cyan",
        pad_edge=False,
        show_edge=False,
    )
    for column in columns:
        made.add_column(column, justify="right" if column in right else "left", overflow="fold")
    return made


def pairs(rows: Mapping[str, str]) -> Table:
    """Names and values under one another, without rules."""
    made = Table.grid(padding=(0, 2))
    made.add_column(style="cyan", no_wrap=True)
    made.add_column(overflow="fold")
    for name, value in rows.items():
        made.add_row(name, value)
    return made


def stage_table(
    stages: Mapping[str, Mapping[str, float]],
    whole: Mapping[str, float],
    title: str | None = None,
    live: Mapping[str, float] | None = None,
) -> Table:
    """Milliseconds a frame and frames a second by stage, a column for each of several runs.

    stages   milliseconds a frame by run and stage
    whole    frames a second of each run, all stages at once
    live     frames a second of each run while playing, where that was measured
    """
    made = table("stage", *stages, right=tuple(stages), title=title)
    for stage in dict.fromkeys(name for each in stages.values() for name in each):
        cells = (each.get(stage) for each in stages.values())
        made.add_row(stage, *("" if cell is None else _cost(cell) for cell in cells))
    made.add_section()
    made.add_row("whole chain", *(_cost(1000 / max(whole[run], 1e-9)) for run in stages))
    if live:
        made.add_row("live", *(_cost(1000 / max(live[run], 1e-9)) for run in stages))
    return made


def ratio_table(
    title: str, rows: Sequence[Mapping[str, Any]], before: Mapping[str, float]
) -> Table:
    """Figures against their goals, one row a comparison.

    rows     name, ms, ratio, low, high, goal, met and note
    before   figures of an earlier run by name; with any, a column says what changed
    """
    columns = ["", "ms", "figure", "range", "goal", *(["before"] if before else [])]
    made = table(*columns, "note", right=("ms", "figure", "before"), title=title)
    for row in rows:
        word = {True: "yes", False: "NO", None: ""}[row["met"]]
        spread = "" if row["low"] is None else f"{row['low']:.2f}-{row['high']:.2f}"
        cells = [
            row["name"],
            _figure(row["ms"], 1 if (row["ms"] or 0) >= 10 else 3),
            _figure(row["ratio"], 3),
            spread,
        ]
        cells.append(f"{row['goal']} {word}".strip())
        if before:
            cells.append(_figure(before.get(row["name"]), 3))
        made.add_row(*cells, row["note"])
    return made


def whole_change(whole: Mapping[str, float], before: Mapping[str, float]) -> str:
    """Frames a second of each run against an earlier one, as one line."""
    both = [name for name in whole if before.get(name)]
    changes = (f"{name} {100 * (whole[name] / before[name] - 1):+.0f} %" for name in both)
    return f"since before: {', '.join(changes)}"


def _figure(value: float | None, digits: int) -> str:
    return "" if value is None else f"{value:.{digits}f}"


def _cost(milliseconds: float) -> str:
    speed = 1000 / max(milliseconds, 1e-6)
    return f"{milliseconds:.1f} ms {speed:6.{1 if speed < 100 else 0}f} fps"


def _shortened(name: str) -> str:
    """A file name that leaves room for a bar on a narrow terminal."""
    return name if len(name) <= _LABEL else f"{name[: _LABEL - 1]}…"


class _Speed(ProgressColumn):
    """Pictures a second."""

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        if speed is None:
            return Text("")
        return Text(f"{speed:.{1 if speed < 100 else 0}f} fps", style="cyan")


class Bars:
    """Bars of one command, one for each thing that takes long. Call it as `Progress` callbacks."""

    def __init__(self, progress: Progress, stop: Stop) -> None:
        self._progress, self._stop = progress, stop
        self._label = ""
        self._task: TaskID | None = None
        self._what = ""

    def label(self, text: str) -> None:
        """What comes before the words of the bars that follow, such as a file name.

        The bars before it go, so that a hundred files do not fill the screen.
        """
        self._stop.check()
        self._label, self._what = text, ""
        for task in self._progress.task_ids:
            self._progress.remove_task(task)

    def __call__(self, what: str, done: int, total: int) -> None:
        """Shows that `done` of `total` are done; raises KeyboardInterrupt after Ctrl-C."""
        self._stop.check()
        if what != self._what:
            words = f"{_shortened(self._label)}  {what}" if self._label else what
            self._task = self._progress.add_task(words, total=total)
            self._what = what
        assert self._task is not None
        self._progress.update(self._task, completed=done)


@contextmanager
def bars() -> Iterator[Bars]:
    """Progress bars on a terminal, nothing to see elsewhere; Ctrl-C is heard between steps."""
    console = messages()
    progress = Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=None),
        MofNCompleteColumn(),
        _Speed(table_column=Column(min_width=8, justify="right", no_wrap=True)),
        TimeRemainingColumn(compact=True),
        console=console,
        disable=not console.is_terminal,
        # On a terminal results are printed above the bars; into a file or pipe they go plainly.
        redirect_stdout=sys.stdout.isatty(),
        expand=True,
        transient=True,
    )
    with Stop() as stop, progress:
        yield Bars(progress, stop)
        stop.check()
