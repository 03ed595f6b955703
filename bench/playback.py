"""How the player keeps up: ten seconds of playback with a slider dragged all the while.

    python bench/playback.py CLIP [--depth DIR] [--seconds 10]

Drawn without a window, painted and waited for, so that the driver can't hide work. Prints the
frame-time median, p95 and p99, what was shown and dropped, how many programs a drag compiled, how
many refreshes an input takes to change the picture, and full-size speed against an empty graph.
"""

import argparse
import json
import time
from dataclasses import replace
from pathlib import Path

from depthgrade import looks
from depthgrade.project import Project
from depthgrade.ui.files import empty_look
from depthgrade.ui.pace import pause
from depthgrade.ui.stage import Stage
from imgui_bundle import imgui

NODE, VALUE = "sky", "gain"  # of recover-highlights, as shipped
PERIOD = 48  # refreshes for the dial to go there and back


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


def warmed(stage: Stage) -> None:
    """The clip played through once, so that its depth is analysed and its programs compiled."""
    player = stage.app.player
    assert player is not None
    player.play()
    end = time.monotonic() + 4 * player.info.seconds + 20
    while player.preview.depth.made < player.info.frame_count and time.monotonic() < end:
        began = time.perf_counter()
        stage.turn()
        time.sleep(pause(stage.app, began, software=stage.device.software))


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
    sizes: list[int] = []
    begin = last = time.perf_counter()
    cpu = time.process_time()
    number = 0
    while last - begin < seconds:
        number += 1
        place = abs(number % PERIOD - PERIOD / 2) - PERIOD / 4
        io.add_mouse_pos_event(x + 2 * place, y)
        began = time.perf_counter()
        stage.turn()
        time.sleep(pause(app, began, software=stage.device.software))
        now = time.perf_counter()
        times.append(1000 * (now - last))
        sizes.append(player.proxy)
        last = now
    io.add_mouse_button_event(0, False)
    stage.turn()
    counts = player.counts
    result = {
        "frame_ms_median": percentile(times, 0.5),
        "frame_ms_p95": percentile(times, 0.95),
        "frame_ms_p99": percentile(times, 0.99),
        "p99_over_median": percentile(times, 0.99) / percentile(times, 0.5),
        "cpu_ms_per_refresh": 1000 * (time.process_time() - cpu) / number,
        "clip_fps": float(player.info.rate),
        "shown_fps": counts.shown / (last - begin),
        "dropped": counts.dropped,
        "compiled_by_dragging": player.preview.renderer.engine.runner.compiled - compiled,
        "size_median": percentile([float(size) for size in sizes], 0.5),
        **{f"{name}_ms": value for name, value in player.stages().items()},
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


def full_size(stage: Stage, project: Project, seconds: float) -> float:
    """Refreshes a second at full size, one new frame each, as fast as they come."""
    app = stage.app
    app.edit(project, "bench")
    app.select(next(iter(project.look.nodes), None))
    player = app.player
    assert player is not None
    player.choice = 1
    index = 0
    end = time.perf_counter() + 3
    while time.perf_counter() < end:  # programs and frames are made
        player.seek(index := (index + 1) % player.info.frame_count)
        stage.turn()
    count, begin = 0, time.perf_counter()
    while time.perf_counter() - begin < seconds:
        player.seek(index := (index + 1) % player.info.frame_count)
        stage.turn()
        count += 1
    player.choice = None
    return count / (time.perf_counter() - begin)


def main() -> None:
    """Runs all, prints one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("clip", type=Path)
    parser.add_argument("--depth", type=Path)
    parser.add_argument("--model")
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--size", default="1280x720")
    options = parser.parse_args()
    width, height = (int(each) for each in options.size.split("x"))
    look = looks.load("recover-highlights")
    project = Project(clip=options.clip, look=look, depth=options.depth, model=options.model)
    with Stage((width, height), patient=False) as stage:
        app = stage.app
        app.open(project)
        app.select(NODE)
        ready(stage)
        warmed(stage)
        result = {
            "device": stage.device.renderer,
            "window": options.size,
            **play(stage, options.seconds),
        }
        result["input_to_picture_refreshes"] = input_to_picture(stage)
        rounds = []
        for _ in range(3):
            empty = full_size(stage, replace(project, look=empty_look()), 2)
            graded = full_size(stage, project, 2)
            rounds.append(graded / empty)
        result["full_size_over_empty_graph"] = percentile(rounds, 0.5)
        print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
