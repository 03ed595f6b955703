"""Milliseconds a frame of every stage, for each shipped look at 540p, 1080p and 4K.

Each stage is measured with the device idle before and after it, frame by frame after a warm-up, and
given as the median. The whole chain is the wall clock of a render to H.264, where decoding, drawing
and encoding overlap. Live is the wall clock of drawing at full size while playing, with depth from
a process of its own whose maps are there. The clip is the demo scene in H.264, 4:2:0 with 8 bits;
4K is that of 1080p enlarged. A number is printed only if the picture behind it is right: the
fragment and the compute entry must agree, and an ungraded frame of the scene must equal its code
values.
"""

import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np
from depthgrade import EngineError, Project, Renderer, looks, render
from depthgrade.color import ycbcr_to_rgb
from depthgrade.depth import default_card
from depthgrade.frames import Frame
from depthgrade.media import ClipWriter, open_clip, output_for
from depthgrade.resources import user_cache
from depthgrade.session.demo_clip import make_demo_clip
from depthgrade.session.offline import tags_for
from depthgrade.session.timing import decode_milliseconds

Progress = Callable[[str, int, int], None]

TITLE = "frames per second and milliseconds of every stage"
SIZES = {"540p": (960, 540), "1080p": (1920, 1080), "4K": (3840, 2160)}  # --size chooses
DRAWN = 1080  # rows of the largest clip that is drawn; larger ones are made of it
# Depth takes its scale from 24 frames ahead: of fewer frames none is estimated while measuring.
FRAMES, QUICK_FRAMES = 32, 30
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


def run(
    *, frames: int | None, quick: bool, progress: Progress, sizes: Sequence[str] = ()
) -> dict[str, Any]:
    """The measurement: where depth came from and a result for each size and look.

    frames   measured of each look; None: FRAMES, or with `quick` QUICK_FRAMES
    sizes    of SIZES; none: all, or with `quick` 540p only
    Raises EngineError when a picture is wrong.
    """
    count = frames or (QUICK_FRAMES if quick else FRAMES)
    sizes = sizes or list(SIZES)[: 1 if quick else None]
    card = default_card()
    source = f"estimated by {card.title}" if card else "the scene's own depth pass"
    results = []
    for name in sizes:
        size = SIZES[name]
        times = max(1, size[1] // DRAWN)
        made = make_demo_clip(
            user_cache() / "bench" / f"{size[1] // times}p-{count}",
            frames=count,
            size=(size[0] // times, size[1] // times),
            progress=partial(progress, f"{name} clip"),
        )
        _check_values(made.clip, f"at {name}")
        clip = _filmed(made.clip, times)
        decode = decode_milliseconds(clip)
        depth = None if card else made.depth
        for number, look in enumerate(looks.MAIN, 1):
            project = Project(clip=clip, depth=depth, look=looks.load(look))
            results.append(_measure(project, name, look, decode))
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
                "live": {each["look"]: each["live_frames_per_second"] for each in rows},
            }
        )
    return made


def _measure(project: Project, size: str, look: str, decode: float) -> dict[str, Any]:
    """One look at one size."""
    _check_entries(project, f"{look} at {size}")
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
        live = _live(renderer)
        report = render(project, Path(folder) / "whole.mp4")
    return {
        "size": size,
        "look": look,
        "milliseconds": {stage: round(value, 3) for stage, value in milliseconds.items()},
        "frames_per_second": round(report.frames_per_second, 3),
        "live_frames_per_second": round(live, 3),
        "depth": report.depth,
    }


class _Waiting:
    """Depth as a player has it: maps with their edges drawn by another process, waiting."""

    def __init__(self, renderer: Renderer, frames: list[Frame]) -> None:
        self._depth, engine = renderer.depth, renderer.engine
        self.guided, self.description = self._depth.guided, self._depth.description
        self.close, self.shot = self._depth.close, self._depth.shot
        self.target = self._depth.target
        self._maps: dict[tuple[str, int], Any] = {}
        for quality in renderer.plan(0)[0].qualities:
            for frame in frames:
                map, guide = self._depth.map(frame, engine.upload(frame), quality)
                self._maps[quality, frame.index] = engine.read(
                    engine.depth_texture(quality, map, guide)
                )

    def map(self, frame: Frame, planes: object, quality: str) -> tuple[Any, None]:
        return self._maps[quality, frame.index], None


def _live(renderer: Renderer) -> float:
    """Frames a second drawn and waited for, decoding included."""
    renderer.stages.measured = False
    frames = list(renderer.reader.frames())
    waiting = _Waiting(renderer, frames)
    renderer.be_fed(waiting, renderer.reader.frame, lambda _: (0, len(frames)))
    renderer.draw(frames[0])
    renderer.engine.finish()
    began = perf_counter()
    for frame in renderer.reader.frames():
        renderer.draw(frame)
        renderer.engine.finish()
    return len(frames) / (perf_counter() - began)


def _filmed(clip: Path, times: int) -> Path:
    """The clip as cameras and phones give it, of so many times as many pixels either way."""
    found = clip.with_name(f"filmed-{times}x.mp4")
    if found.exists():
        return found
    if times == 1:
        render(Project(clip=clip), found)
        return found
    with open_clip(_filmed(clip, 1)) as reader:
        info = reader.info
        with ClipWriter(
            found,
            output_for(found),
            size=(times * info.width, times * info.height),
            rate=info.rate,
            time_base=info.time_base,
            tags=info.tags,
        ) as writer:
            for frame in reader.frames():
                planes = (plane.repeat(times, 0).repeat(times, 1) for plane in frame.planes)
                writer.write(tuple(planes), frame.pts, info.durations[frame.index])
    return found


def _check_entries(project: Project, where: str) -> None:
    """Raises EngineError unless the entries draw the same frame 0."""
    with Renderer(project) as renderer:
        fragment = renderer.frame(0)
    with Renderer(project, entry="compute") as renderer:
        apart = float(np.abs(fragment - renderer.frame(0)).max())
    if not apart <= SAME:
        raise EngineError(f"bench: {where}: the entries differ by {apart:.2g}; allowed: {SAME:g}")


def _check_values(clip: Path, where: str) -> None:
    """Raises EngineError unless an ungraded frame 0 is what the clip's samples say."""
    with Renderer(Project(clip=clip)) as renderer:
        ungraded = renderer.source_frame(0)
        decoded = renderer.reader.frame(0)
    height, width = ungraded.shape[:2]
    matrix, offset = ycbcr_to_rgb(decoded.format, decoded.tags, width, height)
    # The clip is 4:4:4 in 16-bit words.
    samples = np.stack(decoded.planes, axis=-1).astype(np.float64) / 65535
    matrix = matrix * (65535 / (2**decoded.format.bits - 1))
    apart = float(np.abs(samples @ matrix.T + offset - ungraded).max())
    if not apart <= CODE:
        raise EngineError(
            f"bench: {where}: an ungraded frame is off by {apart:.2g}; allowed: {CODE:g}"
        )
