"""B10: a 60 Hz drawing loop while a clip is decoded and a network runs, against the loop alone.

The interval from one picture to the next is wall clock; the figure is its 99th percentile over its
median, the best of the runs, because other programs on the machine only make it worse.
"""

import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter, sleep
from typing import Any

import b7_ingest
import numpy as np
import w12
from depthgrade.depth import Estimator, default_card
from depthgrade.media import open_clip
from measure import Canvas, Row, checked, table

Progress = Callable[[str, int, int], None]

TITLE = "B10: frame interval at 60 Hz, wall clock: the best run"
SECONDS, QUICK_SECONDS, RUNS = 5.0, 2.0, 3
INTERVAL = 1 / 60
FEWEST = 24  # intervals, also where another process stopped this one for the whole time
NODES, SIZE = 2, (480, 270)
MOST = 2e-3


def run(*, frames: int | None, quick: bool, progress: Progress) -> dict[str, Any]:
    """p99 over the median of the interval, alone and with workers; frames: runs."""
    seconds = QUICK_SECONDS if quick else SECONDS
    runs = frames or RUNS
    card = default_card()
    rows = []
    with Canvas(SIZE) as canvas, tempfile.TemporaryDirectory() as folder:
        clip = Path(folder) / "clip.mp4"
        b7_ingest.write_clip(clip, w12.SIZE, "mpeg4", 48)
        draw = canvas.program(w12.plan(NODES, keys=False, size=SIZE).programs[0])
        exact = w12.reference(w12.rgb(w12.planes(SIZE), sited=True), NODES, None)
        note = checked("the loop's picture", canvas.read(), exact, MOST)
        works: dict[str, list[Callable[[threading.Event], None]]] = {"idle": []}
        works["decoding"] = [lambda stop: decode(clip, stop)]
        if card is not None:
            network = Estimator(card, "faster", provider="cpu")
            works["decoding and depth"] = [*works["decoding"], lambda stop: infer(network, stop)]
        for step, (name, workers) in enumerate(works.items(), 1):
            found = [loop(draw, workers, seconds) for _ in range(runs)]
            ratios = [p99 / middle for p99, middle in found]
            goal = "" if name == "idle" else "<= 1.2"
            rows.append(
                Row(
                    f"{name}: p99 / median",
                    1000 * median(middle for _, middle in found),
                    min(ratios),
                    min(ratios),
                    max(ratios),
                    goal,
                    note,
                )
            )
            progress("B10", step, len(works))
        if card is None:
            rows.append(Row("decoding and depth", note="absent: no depth network is installed"))
    return {"tables": [table(TITLE, rows)]}


def loop(
    draw: Callable[[], None], workers: list[Callable[[threading.Event], None]], seconds: float
) -> tuple[float, float]:
    """(p99, median) of the interval between pictures, in seconds."""
    stop = threading.Event()
    threads = [threading.Thread(target=worker, args=(stop,)) for worker in workers]
    for thread in threads:
        thread.start()
    spans: list[float] = []
    due = last = perf_counter()
    end = due + seconds
    while last < end or len(spans) < FEWEST:
        draw()
        due = max(due + INTERVAL, perf_counter() - INTERVAL)
        sleep(max(0.0, due - perf_counter()))
        now = perf_counter()
        spans.append(now - last)
        last = now
    stop.set()
    for thread in threads:
        thread.join()
    return quantiles(spans[3:], n=100)[98], median(spans[3:])


def decode(clip: Path, stop: threading.Event) -> None:
    """Decodes a clip round and round at 30 frames a second."""
    while not stop.is_set():
        with open_clip(clip) as reader:
            for _ in reader.frames():
                if stop.wait(1 / 30):
                    return


def infer(network: Estimator, stop: threading.Event) -> None:
    """About nine maps a second, as a 30 fps clip at every fourth frame needs."""
    width, height = network.input_size(*w12.SIZE)
    picture = np.zeros((height, width, 3), np.float32)
    while not stop.wait(1 / 9):
        network.infer(picture)


def tables(result: dict[str, Any]) -> list[dict[str, Any]]:
    """What to print."""
    found: list[dict[str, Any]] = result["tables"]
    return found
