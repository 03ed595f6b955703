"""Milliseconds a frame of every stage, for each shipped look at 540p and 1080p.

Each stage is measured with the device idle before and after it, frame by frame after a warm-up, and
given as the median. The whole chain is the wall clock of a render to H.264, where decoding, drawing
and encoding overlap. A number is printed only if the picture behind it is right: the fragment and
the compute entry must agree, and an ungraded frame must equal the decoded code values.
"""

import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np
from depthgrade import EngineError, Project, Renderer, looks, render
from depthgrade.color import ycbcr_to_rgb
from depthgrade.depth import default_card
from depthgrade.media import ClipWriter, output_for
from depthgrade.resources import user_cache
from depthgrade.session.demo_clip import DemoClip, make_demo_clip
from depthgrade.session.offline import tags_for
from depthgrade.session.timing import decode_milliseconds

Progress = Callable[[str, int, int], None]

TITLE = "frames per second and milliseconds of every stage"
SIZES = {"540p": (960, 540), "1080p": (1920, 1080)}
# Depth is filtered over 8 frames either side: of fewer frames none is estimated while measuring.
FRAMES, QUICK_FRAMES = 16, 14
WARM_UP = 2  # frames: the first compiles the shaders
STAGES = (
    "upload",
    "network input",
    "depth",
    "depth in time",
    "depth edges",
    "grade",
    "read-back",
)
# Between the entries of one body in float32, and of code values against a float64 oracle.
SAME, CODE = 1e-5, 1e-4


def run(*, frames: int | None, quick: bool, progress: Progress) -> dict[str, Any]:
    """The measurement: where depth came from and a result for each size and look.

    frames   measured of each look; None: FRAMES, or with `quick` QUICK_FRAMES at 540p only
    Raises EngineError when a picture is wrong.
    """
    count = frames or (QUICK_FRAMES if quick else FRAMES)
    sizes = dict(list(SIZES.items())[:1]) if quick else SIZES
    card = default_card()
    source = f"estimated by {card.title}" if card else "the scene's own depth pass"
    results = []
    for name, size in sizes.items():
        made = make_demo_clip(
            user_cache() / "bench" / f"{name}-{count}",
            frames=count,
            size=size,
            progress=lambda done, total, name=name: progress(f"{name} clip", done, total),
        )
        decode = decode_milliseconds(made.clip)
        for number, look in enumerate(looks.MAIN, 1):
            results.append(_measure(made, name, look, decode))
            progress(f"{name} looks", number, len(looks.MAIN))
    return {"frames": count, "depth": source, "results": results}


def tables(result: dict[str, Any]) -> list[dict[str, Any]]:
    """What to print: for each size milliseconds by look and stage, and frames a second in all."""
    made = []
    for size in dict.fromkeys(each["size"] for each in result["results"]):
        rows = [each for each in result["results"] if each["size"] == size]
        width, height = SIZES[size]
        made.append(
            {
                "title": f"{size}: {width}x{height}, {result['frames']} frames, H.264 out",
                "stages": {each["look"]: each["milliseconds"] for each in rows},
                "whole": {each["look"]: each["frames_per_second"] for each in rows},
            }
        )
    return made


def _measure(made: DemoClip, size: str, look: str, decode: float) -> dict[str, Any]:
    """One look at one size."""
    project = Project(
        clip=made.clip, depth=None if default_card() else made.depth, look=looks.load(look)
    )
    _check(project, f"{look} at {size}")
    with Renderer(project) as renderer, tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out.mp4"
        output = output_for(out)
        tags = tags_for(renderer.project, output)
        renderer.prepare(0, renderer.info.frame_count)
        renderer.stages.measured = True
        spans: dict[str, list[float]] = {}
        pictures = []
        for index, frame in enumerate(renderer.reader.frames()):
            for _ in range(WARM_UP if index == 0 else 0):
                renderer.planes(renderer.draw(frame), output.pixel_format, tags)
            renderer.stages.clear()
            pictures.append(renderer.planes(renderer.draw(frame), output.pixel_format, tags))
            for stage, seconds in renderer.stages.seconds.items():
                spans.setdefault(stage, []).append(seconds)
        milliseconds = {"decode": decode}
        milliseconds |= {stage: 1000 * median(spans[stage]) for stage in STAGES if stage in spans}
        rate = renderer.info.rate
        began = perf_counter()
        with ClipWriter(
            out, output, size=renderer.info.size, rate=rate, time_base=1 / rate, tags=tags
        ) as writer:
            for index, planes in enumerate(pictures):
                writer.write(planes, index, 1)
        milliseconds["encode"] = 1000 * (perf_counter() - began) / len(pictures)
        report = render(project, Path(folder) / "whole.mp4")
    return {
        "size": size,
        "look": look,
        "milliseconds": {stage: round(value, 3) for stage, value in milliseconds.items()},
        "frames_per_second": round(report.frames_per_second, 3),
        "depth": report.depth,
    }


def _check(project: Project, where: str) -> None:
    """Raises EngineError unless frame 0 is drawn right."""
    with Renderer(project) as renderer:
        fragment = renderer.frame(0)
        ungraded = renderer.source_frame(0)
        decoded = renderer.reader.frame(0)
    with Renderer(project, entry="compute") as renderer:
        compute = renderer.frame(0)
    apart = float(np.abs(fragment - compute).max())
    if not apart <= SAME:
        raise EngineError(f"bench: {where}: the entries differ by {apart:.2g}; allowed: {SAME:g}")
    height, width = ungraded.shape[:2]
    matrix, offset = ycbcr_to_rgb(decoded.format, decoded.tags, width, height)
    samples = np.stack(decoded.planes, axis=-1) / 65535  # the clip is 4:4:4 in 16-bit words
    matrix = matrix * (65535 / (2**decoded.format.bits - 1))
    apart = float(np.abs(samples @ matrix.T + offset - ungraded).max())
    if not apart <= CODE:
        raise EngineError(
            f"bench: {where}: an ungraded frame is off by {apart:.2g}; allowed: {CODE:g}"
        )
