"""G5: a 60 Hz loop at full size while the decoder and the network work, and a value's way.

The interval is wall clock from one finished picture to the next; its 99th percentile over its
median is the figure, as in B10, but the network runs where it is fastest. Then the time from
setting a value to the finished picture: nothing is compiled for it.
"""

import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter
from typing import Any

import b7_ingest
import b10_jitter
import w12
from depthgrade import EngineError
from depthgrade.depth import Estimator, default_card
from depthgrade.gl.device import headless
from depthgrade.gl.entries import compute_pays
from depthgrade.gl.runner import Inputs, Runner
from depthgrade.gl.textures import TextureStore, interpolated
from measure import Row, checked, table

Progress = Callable[[str, int, int], None]

TITLE = "G5: frame interval at 60 Hz and a value's way to the picture, wall clock"
SIZE, QUICK_SIZE = (1920, 1080), (320, 180)
SECONDS, QUICK_SECONDS = 5.0, 1.0
NODES, MOVED, MOVES, QUICK_MOVES = 12, "n5.saturation", 120, 20
MOST = 2e-3
CHECKED_ROWS = 64


def run(*, frames: int | None, quick: bool, progress: Progress) -> dict[str, Any]:
    """Intervals alone and beside workers, then moves of a value; frames: moves."""
    size, seconds = (QUICK_SIZE, QUICK_SECONDS) if quick else (SIZE, SECONDS)
    moves = frames or (QUICK_MOVES if quick else MOVES)
    planes, depth = w12.planes(size), w12.depth(size)
    card = default_card()
    rows = []
    with headless() as device, device.current(), tempfile.TemporaryDirectory() as folder:
        clip = Path(folder) / "clip.mp4"
        b7_ingest.write_clip(clip, size, "libx264", 24)
        runner = Runner(device, computing=compute_pays(device))
        store = TextureStore(device)
        inputs = Inputs(
            store.planes(planes),
            {"better": interpolated(store.fill("depth", depth, linear=True))},
        )
        nodes = dict(w12.look(NODES, keys=True).nodes)
        live = frozenset({MOVED})
        program = w12.plan(NODES, keys=True, size=size, live=live).programs[0]

        def draw() -> None:
            runner.run(program, inputs, program.values(nodes))
            device.context.finish()

        draw()
        picture = runner.read(runner.run(program, inputs, program.values(nodes)))
        y, u, v = planes
        top = y[:CHECKED_ROWS], u[: CHECKED_ROWS // 2], v[: CHECKED_ROWS // 2]
        exact = w12.reference(w12.rgb(top, sited=True), NODES, depth[:CHECKED_ROWS])
        kept = CHECKED_ROWS - 2  # the last rows borrow chroma from rows not read
        note = checked("the loop's picture", picture[:kept, :, :3], exact[:kept], MOST)

        works: dict[str, list[Callable[[threading.Event], None]]] = {"alone": []}
        works["decoding"] = [lambda stop: b10_jitter.decode(clip, stop)]
        if card is not None:
            network = Estimator(card, "faster")
            name = f"decoding and depth ({network.provider})"
            works[name] = [*works["decoding"], lambda stop: b10_jitter.infer(network, stop)]
        for step, (name, workers) in enumerate(works.items(), 1):
            p99, middle = b10_jitter.loop(draw, workers, seconds)
            goal = "" if name == "alone" else "<= 1.2"
            ratio = p99 / middle
            rows.append(
                Row(f"{name}: p99 / median", 1000 * middle, ratio, ratio, ratio, goal, note)
            )
            progress("G5", step, len(works) + 1)
        compiled = runner.compiled
        spans = []
        for step in range(moves):
            began = perf_counter()
            moved = nodes["n5"].model_copy(update={"saturation": 0.9 + 0.2 * step / moves})
            nodes["n5"] = type(moved).model_validate(dict(moved))
            draw()
            spans.append(1000 * (perf_counter() - began))
        if runner.compiled != compiled:
            raise EngineError("bench: moving a value compiled a shader; none may be")
        rows.append(
            Row(
                "a value to its picture: p99 / median",
                median(spans),
                quantiles(spans, n=100)[98] / median(spans),
                note="0 shaders compiled; two frames at 60 Hz are 33 ms",
            )
        )
        progress("G5", len(works) + 1, len(works) + 1)
    return {"tables": [table(TITLE, rows)]}


def tables(result: dict[str, Any]) -> list[dict[str, Any]]:
    """What to print."""
    found: list[dict[str, Any]] = result["tables"]
    return found
