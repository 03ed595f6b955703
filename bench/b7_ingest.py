"""B7: a clip to textures as planes, against swscale to RGB24 and one texture.

Wall clock is compared here, both ways in turn: what decoding in threads hides, CPU time would not.
Opening, which for us includes a look through the whole file, is not in it.
"""

import tempfile
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import av
import numpy as np
import w12
from depthgrade import EngineError
from depthgrade.gl.device import headless
from depthgrade.gl.textures import TextureStore
from depthgrade.media import open_clip
from measure import QUICK_ROUNDS, ROUNDS, Row, cpu_seconds, table

Progress = Callable[[str, int, int], None]

TITLE = "B7: clip to textures, wall milliseconds a frame"
CLIPS = {
    "540p mpeg4": ((960, 540), "mpeg4", ">= 1.5"),
    "720p H.264": ((1280, 720), "libx264", ">= 1.25"),
}
FRAMES, QUICK_FRAMES = 96, 48


def run(*, frames: int | None, quick: bool, progress: Progress) -> dict[str, Any]:
    """swscale's way over ours for each clip."""
    repeats = frames or (QUICK_ROUNDS if quick else ROUNDS)
    count = QUICK_FRAMES if quick else FRAMES
    rows = []
    with tempfile.TemporaryDirectory() as folder, headless() as device:
        store = TextureStore(device)
        for step, (name, (size, codec, goal)) in enumerate(CLIPS.items(), 1):
            clip = Path(folder) / f"{codec}.mp4"
            write_clip(clip, size, codec, count)
            _check(clip)
            spans: list[tuple[float, float]] = []
            cpu: list[float] = []
            for _ in range(repeats):
                ours, spent = _planes(clip, store)
                theirs, used = _swscale(clip, store)
                spans.append((theirs, ours))
                cpu.append(used / spent)
            ratios = [theirs / ours for theirs, ours in spans]
            rows.append(
                Row(
                    f"{name}: swscale / ours",
                    1000 * median(ours for _, ours in spans) / count,
                    median(ratios),
                    min(ratios),
                    max(ratios),
                    goal,
                    f"CPU time {median(cpu):.2f}",
                )
            )
            progress("B7", step, len(CLIPS))
    return {"tables": [table(TITLE, rows)]}


def write_clip(path: Path, size: tuple[int, int], codec: str, count: int) -> None:
    """A moving, grainy clip of a bit rate a camera would have."""
    width, height = size
    y, u, v = w12.planes(size)
    picture = np.concatenate([y.reshape(-1), u.reshape(-1), v.reshape(-1)]).reshape(-1, width)
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=25)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.bit_rate = 12_000_000
        for index in range(count):
            moved = np.roll(picture[:height], 3 * index, axis=1)
            whole = np.ascontiguousarray(np.concatenate([moved, picture[height:]]))
            frame = av.VideoFrame.from_ndarray(whole, "yuv420p")
            frame.pts, frame.time_base = index, Fraction(1, 25)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def _check(clip: Path) -> None:
    """Our planes are the decoder's own. Raises EngineError where they are not."""
    with open_clip(clip) as reader, av.open(str(clip)) as container:
        frame = next(iter(container.decode(video=0)))
        exact = frame.to_ndarray(format="yuv420p").reshape(-1)[: frame.width * frame.height]
        if not np.array_equal(reader.frame(0).planes[0].reshape(-1), exact):
            raise EngineError(f"bench: {clip.name}: the planes are not the decoder's")


def _planes(clip: Path, store: TextureStore) -> tuple[float, float]:
    """Wall and CPU seconds of all frames, the clip open."""
    with open_clip(clip) as reader:
        began, spent = perf_counter(), cpu_seconds()
        for frame in reader.frames():
            store.planes(frame.planes)
        return perf_counter() - began, cpu_seconds() - spent


def _swscale(clip: Path, store: TextureStore) -> tuple[float, float]:
    with av.open(str(clip)) as container:
        container.streams.video[0].thread_type = "AUTO"
        began, spent = perf_counter(), cpu_seconds()
        for frame in container.decode(video=0):
            store.fill("rgb", frame.to_ndarray(format="rgb24"))
        return perf_counter() - began, cpu_seconds() - spent


def tables(result: dict[str, Any]) -> list[dict[str, Any]]:
    """What to print."""
    found: list[dict[str, Any]] = result["tables"]
    return found
