"""Memory of a long render: resident size every 500 frames of 5,000, which must stay flat.

The clip is small, because what leaks does so by the frame and not by the pixel: decoding, depth
from files, a graded picture with keys, and x264. The first 500 frames fill caches and queues.
"""

import os
import tempfile
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from depthgrade import EngineError, Project, Renderer, looks
from depthgrade.depth import write_depth_frame
from depthgrade.frames import ColorTags
from depthgrade.media import ClipWriter, output_for
from depthgrade.session.offline import render
from measure import Row, table

Progress = Callable[[str, int, int], None]

TITLE = "memory of a render of 320x180, recover-highlights, depth from files, H.264"
FRAMES, QUICK_FRAMES = 5000, 1000
STEPS = 10
SIZE, DEPTH_SIZE = (320, 180), (80, 45)
GROWTH = "<= 1.05"
STILL = 1e-5  # between a frame of the two entries


def run(*, frames: int | None, quick: bool, progress: Progress) -> dict[str, Any]:
    """Resident megabytes at ten places of the render, and the last over the first."""
    count = frames or (QUICK_FRAMES if quick else FRAMES)
    step = max(1, count // STEPS)
    held: dict[int, float] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        clip, depth = _clip(folder / "clip.mp4", count), _depth(folder / "depth", count)
        project = Project(clip=clip, depth=depth, look=looks.load("recover-highlights"))
        _check(project)

        def mark(what: str, done: int, of: int) -> None:
            if what == "rendering" and done % step == 0:
                held[done] = resident_megabytes()
                progress("memory", done, of)

        render(project, folder / "out.mp4", progress=mark)
    rows = [Row(f"MB after {done} frames", None, size) for done, size in held.items()]
    first, last = held[step], held[max(held)]
    rows.append(
        Row("last / first", None, last / first, goal=GROWTH, note=f"{last - first:+.1f} MB")
    )
    return {"tables": [table(f"{TITLE}, {count} frames", rows)]}


def resident_megabytes() -> float:
    """What the process holds of main memory now."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError as error:
        raise EngineError("bench: memory: needs /proc/self/statm, which Linux has") from error
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def _clip(path: Path, count: int) -> Path:
    width, height = SIZE
    y, x = np.mgrid[0:height, 0:width]
    luma = (126 + 90 * np.sin(x / 31) * np.cos(y / 23)).astype(np.uint8)
    chroma = np.full((height // 2, width // 2), 120, np.uint8)
    tags = ColorTags(1, 1, 1, False)
    rate = Fraction(25)
    with ClipWriter(
        path, output_for(path), size=SIZE, rate=rate, time_base=1 / rate, tags=tags
    ) as writer:
        for index in range(count):
            moved = np.ascontiguousarray(np.roll(luma, 2 * index, axis=1))
            writer.write((moved, chroma, chroma), index, 1)
    return path


def _depth(folder: Path, count: int) -> Path:
    folder.mkdir()
    width, height = DEPTH_SIZE
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    for index in range(count):
        centre = width * (0.5 + 0.3 * np.sin(index / 40))
        near = 0.2 * y / height + 0.7 / (1 + np.exp((np.hypot(x - centre, y - 22) - 14) / 2))
        write_depth_frame(folder / f"depth_{index:05d}.exr", near=near.astype(np.float32))
    return folder


def _check(project: Project) -> None:
    """The two entries agree on a frame. Raises EngineError where they do not."""
    with Renderer(project) as renderer, Renderer(project, entry="compute") as other:
        apart = float(np.abs(renderer.frame(0) - other.frame(0)).max())
    if not apart <= STILL:
        raise EngineError(f"bench: memory: the entries differ by {apart:.2g}; allowed: {STILL:g}")


def tables(result: dict[str, Any]) -> list[dict[str, Any]]:
    """What to print."""
    found: list[dict[str, Any]] = result["tables"]
    return found
