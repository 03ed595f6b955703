"""How the player keeps up: ten seconds of playback with a slider dragged all the while.

    python bench/playback.py CLIP [--depth DIR] [--live] [--seconds 10]

Drawn without a window, painted and waited for, so that the driver can't hide work. Every time is
wall clock (but for cpu_ms), so the machine must be quiet. Prints JSON:

frame_ms      from the end of one refresh to the end of the next, pauses to keep the clip's pace
              included; work_ms is without them
shown_fps     frames that came on the screen a second of playback; dropped: the clip's that did not
exact_share   of the refreshes, those whose picture had the depth that a render gives its frame
own_share     those whose picture had depth of its own frame, if only a draft
*_ms_median   of the refreshes: what decoding, depth, the picture and the panel took
size_median   pictures are drawn at one over this of the clip's size, chosen by the player
compiled_by_dragging          programs made while the slider moved
input_to_picture_refreshes    from a moved mouse to the first refresh with another picture
full_size_*   without dragging, at the clip's full size, with the look and with an empty graph in
              turn: frames a second in the clip's time, and without a clock, one after another
"""

import argparse
import json
import os
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import get_args

from depthgrade import looks
from depthgrade.depth import Quality
from depthgrade.project import Project
from depthgrade.resources import user_cache
from depthgrade.session.machine import machine
from depthgrade.ui.files import empty_look
from depthgrade.ui.pace import pause
from depthgrade.ui.stage import Stage
from imgui_bundle import imgui

LOOK = "recover-highlights"  # as shipped
NODE, VALUE = "sky", "gain"  # of it
PERIOD = 48  # refreshes for the dial to go there and back


class Clock:
    """Time for a player: that of the wall, or, while stopped, what it is told."""

    def __init__(self) -> None:
        self._stopped: float | None = None
        self._offset = 0.0

    def __call__(self) -> float:
        return time.monotonic() + self._offset if self._stopped is None else self._stopped

    def advance(self, seconds: float) -> None:
        """Stops, and goes on by that much."""
        self._stopped = self() + seconds

    def run(self) -> None:
        """Goes with the wall's from where it is."""
        self._offset, self._stopped = self() - time.monotonic(), None


def forget(folder: str) -> None:
    """A cache of its own from here on: no pass or shot that is known of the clip is found again."""
    os.environ.setdefault("MESA_SHADER_CACHE_DIR", str(user_cache().parent))
    os.environ["XDG_CACHE_HOME"] = folder


def percentile(values: list[float], part: float) -> float:
    """A percentile of some values."""
    return sorted(values)[min(int(len(values) * part), len(values) - 1)]


def ready(stage: Stage, seconds: float = 180) -> None:
    """Until the picture is there, with its depth and its program."""
    end = time.monotonic() + seconds
    while not stage.app.complete:
        if stage.app.problem or time.monotonic() > end:
            raise SystemExit(f"bench: no picture: {stage.app.problem or 'it takes too long'}")
        stage.turn()


def paced(stage: Stage) -> float:
    """A refresh and the pause after it, as in the window; seconds the refresh took."""
    began = time.perf_counter()
    stage.turn()
    spent = time.perf_counter() - began
    time.sleep(pause(stage.app, began, software=stage.device.software))
    return spent


def warmed(stage: Stage) -> None:
    """The clip played through once, so that its depth is analysed and its programs compiled."""
    player = stage.app.player
    assert player is not None
    player.play()
    end = time.monotonic() + 4 * player.info.seconds + 20
    while player.preview.depth.count < player.info.frame_count and time.monotonic() < end:
        paced(stage)


def play(stage: Stage, seconds: float) -> dict[str, float]:
    """Playback with drags; frame times in milliseconds."""
    app = stage.app
    player = app.player
    assert player is not None
    io = imgui.get_io()
    stage.turn()
    x, y = app.places.centre(f"{NODE}.{VALUE} dial")
    io.add_mouse_pos_event(x, y)
    stage.turn()
    compiled = player.preview.renderer.engine.runner.compiled
    io.add_mouse_button_event(0, True)
    player.play()
    times: list[float] = []
    work: list[float] = []
    sizes: list[int] = []
    stages: dict[str, list[float]] = {}
    exact = own = 0
    qualities = get_args(Quality)
    begin = last = time.perf_counter()
    cpu = time.process_time()
    number = 0
    while last - begin < seconds:
        number += 1
        place = abs(number % PERIOD - PERIOD / 2) - PERIOD / 4
        io.add_mouse_pos_event(x + 2 * place, y)
        work.append(1000 * paced(stage))
        exact += app.pictures.state is not None and app.pictures.state.exact
        shown, depth = player.frame, player.preview.depth
        own += shown is not None and any(
            depth.map_of(shown.index, each) is not None for each in qualities
        )
        now = time.perf_counter()
        times.append(1000 * (now - last))
        sizes.append(player.proxy)
        for name, value in player.stages().items():
            stages.setdefault(name, []).append(value)
        last = now
    io.add_mouse_button_event(0, False)
    stage.turn()
    counts = player.counts
    result = {
        "frame_ms_median": percentile(times, 0.5),
        "frame_ms_p95": percentile(times, 0.95),
        "frame_ms_p99": percentile(times, 0.99),
        "p99_over_median": percentile(times, 0.99) / percentile(times, 0.5),
        "work_ms_median": percentile(work, 0.5),
        "work_ms_p99": percentile(work, 0.99),
        "cpu_ms_per_refresh": 1000 * (time.process_time() - cpu) / number,
        "clip_fps": float(player.info.rate),
        "shown_fps": counts.shown / (last - begin),
        "dropped": counts.dropped,
        "exact_share": exact / number,
        "own_share": own / number,
        "compiled_by_dragging": player.preview.renderer.engine.runner.compiled - compiled,
        "size_median": percentile([float(size) for size in sizes], 0.5),
        **{f"{name}_ms_median": percentile(spans, 0.5) for name, spans in stages.items()},
    }
    player.pause()
    return result


def input_to_picture(stage: Stage) -> int:
    """Refreshes from a changed value's input to the picture that has it."""
    app = stage.app
    assert app.player is not None
    app.player.seek(0)
    ready(stage)
    io = imgui.get_io()
    x, y = app.places.centre(f"{NODE}.{VALUE} dial")
    io.add_mouse_pos_event(x, y)
    stage.turn()
    io.add_mouse_button_event(0, True)
    for _ in range(3):
        stage.turn()
    before = app.monitor.pixel(app.pictures.graded, 8, 8).copy()  # type: ignore[arg-type]
    io.add_mouse_pos_event(x + 40, y)
    for number in range(1, 20):
        stage.turn()
        assert app.pictures.graded is not None
        if abs(app.monitor.pixel(app.pictures.graded, 8, 8) - before).max() > 1e-4:
            io.add_mouse_button_event(0, False)
            stage.turn()
            return number
    raise SystemExit("bench: the picture did not change")


def full_size(stage: Stage, clock: Clock, project: Project, seconds: float) -> tuple[float, float]:
    """Frames shown a second at full size: in the clip's time, and one after another."""
    app = stage.app
    app.edit(project, "bench")
    app.select(NODE if NODE in project.look.nodes else None)
    player = app.player
    assert player is not None
    player.choice = 1
    player.play()
    end = time.perf_counter() + 2
    while time.perf_counter() < end:  # programs are made
        paced(stage)
    found = []
    for step in (0.0, 1 / float(player.info.rate)):
        shown, begin = player.counts.shown, time.perf_counter()
        while time.perf_counter() - begin < seconds:
            if step:
                clock.advance(step)
                stage.turn()
            else:
                paced(stage)
        found.append((player.counts.shown - shown) / (time.perf_counter() - begin))
    clock.run()
    player.pause()
    player.choice = None
    return found[0], found[1]


def main() -> None:
    """Runs all, prints one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("clip", type=Path)
    parser.add_argument("--depth", type=Path)
    parser.add_argument("--model")
    parser.add_argument("--live", action="store_true", help="depth is made while the clip plays")
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--size", default="1280x720")
    options = parser.parse_args()
    width, height = (int(each) for each in options.size.split("x"))
    look = looks.load(LOOK)
    project = Project(clip=options.clip, look=look, depth=options.depth, model=options.model)
    clock = Clock()
    with (
        tempfile.TemporaryDirectory() as folder,
        Stage((width, height), patient=False) as stage,
    ):
        if options.live:
            forget(folder)
        app = stage.app
        app.now = clock
        app.open(project)
        app.select(NODE)
        ready(stage)
        if not options.live:
            warmed(stage)
        result = {"window": options.size, "look": LOOK, **play(stage, options.seconds)}
        if not options.live:
            result["input_to_picture_refreshes"] = input_to_picture(stage)
            rounds = []
            for _ in range(2):
                empty = full_size(stage, clock, replace(project, look=empty_look()), 2.5)
                rounds.append((full_size(stage, clock, project, 2.5), empty))
            for number, name in enumerate(("clip_time", "no_clock")):
                ours = [graded[number] for graded, _ in rounds]
                bare = [empty[number] for _, empty in rounds]
                result[f"full_size_{name}_fps"] = sum(ours) / len(ours)
                result[f"full_size_{name}_empty_graph_fps"] = sum(bare) / len(bare)
                result[f"full_size_{name}_over_empty_graph"] = sum(ours) / sum(bare)
        info = app.player.info if app.player is not None else None
        size = [] if info is None else [f"{info.codec} {info.width}x{info.height}"]
    print(json.dumps({"machine": machine(), "clip": " ".join(size), **result}, indent=1))


if __name__ == "__main__":
    main()
