"""B8: from an edit of the graph to the first picture, nothing cached; and compiles in a drag.

Each picture is drawn by a process of its own with the driver's shader cache off: a driver keeps
compiled text in memory too. Wall clock is what a person waits for; CPU-ms are given beside it,
because other programs on the machine make wall clock longer.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Any

import w12
from depthgrade import Project, looks
from depthgrade.compiler import Request, Source, compile_grade
from measure import Canvas, Row, cpu_seconds, first_draw, table

Progress = Callable[[str, int, int], None]

TITLE = "B8: an edit of the graph to its first picture, cold, 960x540, seconds"
REPEATS, QUICK_REPEATS = 5, 3
LOOK_GOAL, CHAIN_GOAL = "<= 0.3", "<= 0.6"
DRAGGED = "sky.gain"


def run(*, frames: int | None, quick: bool, progress: Progress) -> dict[str, Any]:
    """Seconds for each shipped look and the chain, and the recompiles of 20 values of a drag."""
    repeats = frames or (QUICK_REPEATS if quick else REPEATS)
    names = [*looks.names(), "W12"]
    rows = []
    for step, name in enumerate(names, 1):
        runs = [_in_a_process(name) for _ in range(repeats)]
        wall = [each["wall"] / 1000 for each in runs]
        cpu = median(each["cpu"] for each in runs)
        goal = CHAIN_GOAL if name == "W12" else LOOK_GOAL
        note = f"{cpu:.0f} CPU-ms, {median(each['text'] for each in runs):.1f} ms of it text"
        rows.append(Row(name, 1000 * median(wall), min(wall), min(wall), max(wall), goal, note))
        progress("B8", step, len(names))
    rows.append(_drag())
    return {"tables": [table(f"{TITLE}: the fastest of {repeats}", rows)]}


def first_picture(name: str) -> dict[str, float]:
    """Wall and CPU milliseconds from a look to its first picture, in this process."""
    if name == "W12":
        project = w12.project(12, keys=True)
    else:
        project = Project(look=looks.load(name), output="rec709")
    source = Source(w12.FORMAT, w12.TAGS, *w12.SIZE)
    live = project.look.automatic
    settled = replace(project, look=project.look.with_limits(lambda _: (0.4, 0.6)))
    with Canvas() as canvas:
        canvas.shader("#version 400 core\nout vec4 o;\nvoid main() { o = vec4(1.0); }\n")
        began = cpu_seconds()
        plan = compile_grade(Request(settled, source, "rec709", live, guided=True))
        written = 1000 * (cpu_seconds() - began)
        wall, cpu = first_draw(canvas, plan.programs[0].text)
        return {"wall": wall + written, "cpu": cpu + written, "text": written}


def _in_a_process(name: str) -> dict[str, float]:
    environment = {**os.environ, "MESA_SHADER_CACHE_DISABLE": "true"}
    environment["PYTHONPATH"] = os.pathsep.join(path for path in sys.path if path)
    done = subprocess.run(
        [sys.executable, str(Path(__file__)), name],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def _drag() -> Row:
    """How many texts 20 values of one parameter come to, while it is live."""
    look = looks.load("recover-highlights").with_limits(lambda _: (0.4, 0.6))
    source = Source(w12.FORMAT, w12.TAGS, *w12.SIZE)
    texts = set()
    for step in range(20):
        moved = look.with_value(DRAGGED, 0.5 + step / 20)
        project = Project(look=moved, output="rec709")
        plan = compile_grade(Request(project, source, "rec709", frozenset({DRAGGED})))
        texts.add(plan.programs[0].identity)
    compiles = len(texts) - 1
    return Row("recompiles in a drag of 20 values", None, float(compiles), goal="<= 0")


def tables(result: dict[str, Any]) -> list[dict[str, Any]]:
    """What to print."""
    found: list[dict[str, Any]] = result["tables"]
    return found


if __name__ == "__main__":
    print(json.dumps(first_picture(sys.argv[1])))
