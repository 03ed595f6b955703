"""Renders to files: the movie or sequence of a project's clip, or one still.

Decoding and encoding run on threads of their own; the thread that called draws. Queues between them
are bounded, so memory stays flat and the slowest of the three sets the pace. Encoding gives way to
drawing: it has a few pictures in store and fills the time in which drawing waits, which would pass
unused if the pictures had been encoded at once. A file appears under its final name only when it is
complete.
"""

import os
import queue
import sys
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from time import perf_counter
from types import TracebackType
from typing import Self

from depthgrade.color import space_to_tags
from depthgrade.errors import ProjectError
from depthgrade.frames import ColorTags, Plane
from depthgrade.gl.read_back import LATE
from depthgrade.media import ClipWriter, OutputFormat, later_timecode, output_for
from depthgrade.project import Project
from depthgrade.session.engine import Stages
from depthgrade.session.renderer import Renderer
from depthgrade.session.shots import Progress

_QUEUED = 4  # pictures on their way to the encoder
_NICENESS = 10  # of the encoder's threads over the drawing thread's: a tenth of its weight


@dataclass(frozen=True)
class RenderReport:
    """What a render did.

    seconds   wall clock of the pictures, without opening, finding shots and sampling depth
    stages    milliseconds a picture by stage; those of the device only where `measured`
    depth     where depth came from
    notes     what the user should know of the clip and the output, one sentence each
    """

    path: Path
    frames: int
    seconds: float
    stages: dict[str, float]
    depth: str
    notes: tuple[str, ...]

    @property
    def frames_per_second(self) -> float:
        """Pictures written in a second of wall clock."""
        return self.frames / self.seconds if self.seconds else 0.0


def render(
    project: Project,
    out: Path | str,
    *,
    frames: tuple[int, int] | None = None,
    codec: str | None = None,
    overwrite: bool = False,
    dither: bool = True,
    rate: Fraction | int | None = None,
    measured: bool = False,
    progress: Progress | None = None,
) -> RenderReport:
    """Writes a project's graded clip and says how it went.

    frames     (first, one past the last) of the clip; audio is cut to them
    codec      the name of an output format; None: by the suffix of `out`
    rate       frames a second of an image sequence
    measured   wait for the device after each stage, so that stage times are true
    progress   called with (what, done, of how many)
    Raises ProjectError for an empty range, MediaError for what can't be read or written, and what
    Renderer raises. Nothing is left under `out` unless it is complete.
    """
    out = Path(out)
    output = output_for(out, codec)
    project = _for_file(project, output)
    with Renderer(project, rate=rate, progress=progress, on_device=True) as renderer:
        start, stop = checked_range(frames, renderer.info.frame_count)
        renderer.stages.measured = measured
        # Encoders start their threads when they are opened, with the priority of who opens them.
        with ThreadPoolExecutor(1, initializer=_give_way) as opening:
            writing = opening.submit(
                open_writer, renderer, out, output, (start, stop), overwrite=overwrite
            ).result()
        with writing as writer:
            renderer.prepare(start, stop)
            renderer.stages.clear()
            began = perf_counter()
            with _Encoder(writer, renderer.stages) as encoder, renderer.engine.device.current():
                travelling: deque[tuple[Callable[[], tuple[Plane, ...]], int, int]] = deque()
                for frame in renderer.pictures.frames(start, stop):
                    picture = renderer.draw(frame)
                    planes = renderer.engine.pack_later(
                        picture, output.pixel_format, tags_for(project, output), dither=dither
                    )
                    duration = renderer.info.durations[frame.index]
                    travelling.append((planes, frame.pts, duration))
                    if len(travelling) == LATE:
                        encoder.put(*_arrived(travelling))
                    if progress:
                        progress("rendering", frame.index - start + 1, stop - start)
                while travelling:
                    encoder.put(*_arrived(travelling))
            drawn = perf_counter()
        # Encoders hold pictures back until the end: of a short clip nearly all of them.
        ended = perf_counter()
        renderer.stages.add("encode", ended - drawn)
        return RenderReport(
            path=out,
            frames=stop - start,
            seconds=ended - began,
            stages=renderer.stages.milliseconds(stop - start),
            depth=renderer.depth_description,
            notes=(
                *renderer.info.notes,
                *renderer.notes,
                *writer.notes,
                *renderer.target_notes(start, stop),
            ),
        )


def _arrived(
    travelling: deque[tuple[Callable[[], tuple[Plane, ...]], int, int]],
) -> tuple[tuple[Plane, ...], int, int]:
    """The picture asked for first, with its time stamp and duration."""
    planes, pts, duration = travelling.popleft()
    return planes(), pts, duration


def still(
    project: Project,
    out: Path | str,
    frame: int,
    *,
    key: str | None = None,
    overwrite: bool = False,
    rate: Fraction | int | None = None,
    progress: Progress | None = None,
) -> RenderReport:
    """Writes one frame as a picture; key: that node's key instead. Raises as render does."""
    out = Path(out)
    output = output_for(out)
    if not output.pictures:
        raise ProjectError(f"{out}: is a movie; a still goes to .png, .tif, .exr or .jpg")
    project = _for_file(project, output)
    with Renderer(project, rate=rate, progress=progress) as renderer:
        checked_frame(frame, renderer.info.frame_count)
        with open_writer(renderer, out, output, (frame, frame + 1), overwrite=overwrite) as writer:
            began = perf_counter()
            decoded = renderer.reader.frame(frame)
            picture = renderer.draw(decoded, key=key)
            tags = tags_for(project, output)
            planes = renderer.planes(picture, output.pixel_format, tags, dither=False)
            writer.write(planes, decoded.pts, renderer.info.durations[frame])
            seconds = perf_counter() - began
        stages = renderer.stages.milliseconds(1)
        said = (*renderer.info.notes, *renderer.notes, *writer.notes)
        notes = (*said, *renderer.target_notes(frame, frame + 1))
        return RenderReport(out, 1, seconds, stages, renderer.depth_description, notes)


def checked_range(frames: tuple[int, int] | None, count: int) -> tuple[int, int]:
    """A range of frames within a clip of `count`. Raises ProjectError if it selects none."""
    start, stop = frames or (0, count)
    if count == 0:
        raise ProjectError("frames: the clip has none")
    if not 0 <= start < stop <= count:
        raise ProjectError(
            f"frames {start}:{stop}: selects none or leaves the clip; allowed: 0:{count},"
            " the second number is one past the last frame"
        )
    return start, stop


def checked_frame(frame: int, count: int) -> None:
    """Raises ProjectError if a clip of `count` frames does not have one of this number."""
    checked_range(None, count)
    if not 0 <= frame < count:
        raise ProjectError(f"frame {frame}: is not in the clip; allowed: 0 to {count - 1}")


def tags_for(project: Project, output: OutputFormat) -> ColorTags:
    """The tags of a file: the output space's, with the matrix and range its format must use."""
    tags = space_to_tags(project.output)
    matrix = output.matrix_coefficients
    return replace(
        tags,
        matrix_coefficients=tags.matrix_coefficients if matrix is None else matrix,
        full_range=output.full_range,
    )


def _for_file(project: Project, output: OutputFormat) -> Project:
    """The project with its output space settled: scene light in EXR, display light elsewhere."""
    if project.output != "auto":
        return project
    return replace(project, output="aces2065_1" if output.name == "exr" else "rec709")


def open_writer(
    renderer: Renderer,
    out: Path,
    output: OutputFormat,
    frames: tuple[int, int],
    *,
    overwrite: bool,
) -> ClipWriter:
    """The writer for a range of a renderer's clip: its size, rate, stamps, audio and timecode."""
    info = renderer.info
    return ClipWriter(
        out,
        output,
        size=info.size,
        pixel_aspect=info.upright_pixel_aspect,
        rate=info.rate,
        time_base=info.time_base,
        tags=tags_for(renderer.project, output),
        source=info,
        frames=frames,
        timecode=later_timecode(info.timecode, frames[0], info.rate) if info.timecode else None,
        overwrite=overwrite,
    )


def _give_way() -> None:
    """Lowers the priority of this thread and of those it will start, where threads have one."""
    if sys.platform == "linux":  # elsewhere it is the process's
        os.nice(_NICENESS)


class _Encoder:
    """Writes pictures on a thread of its own; an error there is raised at the next picture."""

    def __init__(self, writer: ClipWriter, stages: Stages) -> None:
        self._writer, self._stages = writer, stages
        self._pictures: queue.Queue[Callable[[], None] | None] = queue.Queue(_QUEUED)
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="encode", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def put(self, planes: tuple[Plane, ...], pts: int, duration: int) -> None:
        """Hands over a picture; waits while the encoder is behind."""
        if self._error is not None:
            raise self._error
        self._pictures.put(lambda: self._writer.write(planes, pts, duration))

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is not None:
            self._error = self._error or error
        # Ctrl-C in the middle of `put` can lose the thread's wake-up, so it is sent until heard.
        while self._thread.is_alive():
            with suppress(queue.Full):
                self._pictures.put_nowait(None)
            self._thread.join(0.1)
        if kind is None and self._error is not None:
            raise self._error

    def _run(self) -> None:
        _give_way()
        while (write := self._pictures.get()) is not None:
            if self._error is not None:
                continue  # keeps the queue moving until the drawing thread has seen the error
            try:
                with self._stages.timed("encode"):
                    write()
            except BaseException as error:
                self._error = error
