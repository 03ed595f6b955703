"""B9: a whole render of a 540p clip with a depth pass, and what it is made of.

The clip is decoded, graded by `recover-highlights` as shipped and encoded by x264 veryfast, once
with a pass that `analyze` made of it and once with a smaller one from elsewhere. The
figure is process CPU time over wall clock and cores: what is missing to 1 is waiting. Frames a
second are wall clock, so they mean something on a quiet machine only. The floor is the CPU time of
all stages spread over all cores.
"""

import os
import tempfile
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np
import w12
from depthgrade import EngineError, Project, Renderer, looks
from depthgrade.depth import DepthPass, default_card, write_depth_frame
from depthgrade.frames import ColorTags
from depthgrade.media import ClipWriter, output_for
from depthgrade.session.analysis import analyze
from depthgrade.session.offline import open_writer, render, tags_for
from measure import Row, cpu_seconds, table

Progress = Callable[[str, int, int], None]

TITLE = "B9: a whole render of a 960x540 clip, recover-highlights, x264 veryfast"
FRAMES, QUICK_FRAMES, REPEATS = 120, 48, 5
DEPTH_SIZE = (320, 192)
GRAIN = 2.5  # code values: decoding and encoding cost together what filmed clips do
STILL = 1e-5  # between a frame of the two entries


def run(*, frames: int | None, quick: bool, progress: Progress) -> dict[str, Any]:
    """Utilisation, frames a second and the CPU time of each stage."""
    count = frames or (QUICK_FRAMES if quick else FRAMES)
    affinity = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else None
    cores = affinity or os.cpu_count() or 1
    with tempfile.TemporaryDirectory() as folder:
        clip = _clip(Path(folder), count)
        project = Project(clip=clip, look=looks.load("recover-highlights"))
        passes = {"elsewhere": _depth(Path(folder), count)}
        if default_card() is not None:
            passes["`analyze`"] = Path(folder) / "analysed"
            analyze(project, passes["`analyze`"], progress=progress)
        made = []
        for source, depth in passes.items():
            width, height = DepthPass(depth).size
            title = f"{TITLE}, depth of {width}x{height} from {source}, {count} frames"
            rows = _measured(replace(project, depth=depth), Path(folder), count, cores, progress)
            made.append(table(title, rows))
    return {"tables": made}


def _measured(
    project: Project, folder: Path, count: int, cores: int, progress: Progress
) -> list[Row]:
    """The stages of a project, and renders of it."""
    stages = _stages(project, min(count, 24))
    used, rates = [], []
    for step in range(1, REPEATS + 1):
        began: list[tuple[float, float]] = []

        def mark(what: str, _done: int, _of: int, began: Any = began) -> None:
            if what == "rendering":
                began.append((perf_counter(), cpu_seconds()))

        render(project, folder / "out.mp4", progress=mark, overwrite=True)
        (wall, cpu), last = began[min(8, len(began) - 2)], began[-1]
        pictures = len(began) - 1 - min(8, len(began) - 2)
        used.append((last[1] - cpu) / ((last[0] - wall) * cores))
        rates.append(pictures / (last[0] - wall))
        progress("B9", step, REPEATS)
    whole = sum(stages.values())
    rows = [Row(f"stage: {name}", each) for name, each in stages.items()]
    rows.append(Row("all stages, CPU-ms a frame", whole))
    rows.append(Row("frames a second if all cores were busy", None, 1000 * cores / whole))
    for name, found, goal in (
        ("frames a second, wall clock", rates, ">= 25"),
        ("CPU time / (wall x cores)", used, ">= 0.9"),
    ):
        rows.append(Row(name, None, median(found), min(found), max(found), goal))
    return rows


def _clip(folder: Path, count: int) -> Path:
    """A smooth, moving 8-bit clip in H.264 with fresh grain in every frame."""
    path = folder / "clip.mp4"
    output = output_for(path)
    y, u, v = w12.planes()
    rng = np.random.default_rng(5)
    tags = ColorTags(1, 1, 1, False)
    with ClipWriter(
        path, output, size=w12.SIZE, rate=Fraction(25), time_base=Fraction(1, 25), tags=tags
    ) as writer:
        for index in range(count):
            moved = (
                np.roll(plane, step * index, axis=1) + rng.normal(0, GRAIN, plane.shape)
                for plane, step in ((y, 2), (u, 1), (v, 1))
            )
            planes = tuple(np.clip(np.round(plane), 1, 254).astype(np.uint8) for plane in moved)
            writer.write(planes, index, 1)
    return path


def _depth(folder: Path, count: int) -> Path:
    """A depth pass of a network's size: a ramp with a near shape that moves."""
    directory = folder / "depth"
    directory.mkdir()
    width, height = DEPTH_SIZE
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    for index in range(count):
        centre = width * (0.3 + 0.4 * index / count)
        subject = 1 / (1 + np.exp((np.hypot(x - centre, y - height / 2) - 50) / 3))
        near = 0.2 * y / height + 0.7 * subject
        write_depth_frame(directory / f"depth_{index:04d}.exr", near=near.astype(np.float32))
    return directory


def _stages(project: Project, count: int) -> dict[str, float]:
    """CPU milliseconds a frame of each stage, each on its own."""
    with Renderer(project) as renderer, tempfile.TemporaryDirectory() as folder:
        _check(renderer, project)
        renderer.prepare(0, renderer.info.frame_count)
        output = output_for(Path(folder) / "out.mp4")
        tags = tags_for(renderer.project, output)
        began = cpu_seconds()
        decoded = list(renderer.reader.frames(0, count))
        found = {"decode": 1000 * (cpu_seconds() - began) / count}
        renderer.stages.measured = True  # waits for the device after each stage
        drawn, packed, planes = [], [], []
        renderer.planes(renderer.draw(decoded[0]), output.pixel_format, tags)
        for frame in decoded:
            began = cpu_seconds()
            picture = renderer.draw(frame)
            middle = cpu_seconds()
            planes.append(renderer.planes(picture, output.pixel_format, tags))
            drawn.append(1000 * (middle - began))
            packed.append(1000 * (cpu_seconds() - middle))
        found["depth, edges and grade"] = median(drawn)
        found["pack and read back"] = median(packed)
        began = cpu_seconds()
        with open_writer(
            renderer, Path(folder) / "out.mp4", output, (0, count), overwrite=True
        ) as writer:
            for index, each in enumerate(planes):
                writer.write(each, decoded[index].pts, renderer.info.durations[index])
        found["encode"] = 1000 * (cpu_seconds() - began) / count
    return found


def _check(renderer: Renderer, project: Project) -> None:
    """The two entries agree on a frame. Raises EngineError where they do not."""
    fragment = renderer.frame(0)
    with Renderer(project, entry="compute") as other:
        apart = float(np.abs(fragment - other.frame(0)).max())
    if not apart <= STILL:
        raise EngineError(f"bench: B9: the entries differ by {apart:.2g}; allowed: {STILL:g}")


def tables(result: dict[str, Any]) -> list[dict[str, Any]]:
    """What to print."""
    found: list[dict[str, Any]] = result["tables"]
    return found
