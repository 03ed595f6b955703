"""The render queue: one render after another in a process of its own, so that grading goes on."""

import multiprocessing
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

from depthgrade.errors import EngineError
from depthgrade.project import Project
from depthgrade.session.offline import render


@dataclass
class Job:
    """One render. state is "waiting", "rendering", "done", "failed" or "stopped"."""

    project: Project
    out: Path
    frames: tuple[int, int] | None
    state: str = "waiting"
    what: str = ""
    done: int = 0
    total: int = 1
    note: str = ""


class Queue:
    """Renders jobs in order. `pump` once a refresh."""

    def __init__(self) -> None:
        self.jobs: list[Job] = []
        self._process: BaseProcess | None = None
        self._pipe: Connection | None = None

    def add(self, project: Project, out: Path, frames: tuple[int, int] | None) -> None:
        """Puts a render at the end."""
        self.jobs.append(Job(project, out, frames))

    @property
    def current(self) -> Job | None:
        """The job that renders now."""
        return next((job for job in self.jobs if job.state == "rendering"), None)

    def pump(self) -> None:
        """Takes news of the render that runs, and starts the next."""
        job = self.current
        if job is None:
            waiting = next((each for each in self.jobs if each.state == "waiting"), None)
            if waiting is not None:
                self._start(waiting)
            return
        assert self._pipe is not None and self._process is not None
        try:
            while self._pipe.poll():
                kind, *values = self._pipe.recv()
                if kind == "progress":
                    job.what, job.done, job.total = values
                else:
                    job.state, job.note = kind, values[0]
        except (EOFError, OSError):
            if job.state == "rendering":
                job.state, job.note = "failed", "the render ended without a word"
        if job.state != "rendering":
            self._end()

    def stop(self, job: Job) -> None:
        """Stops a render, or takes it out of the queue; nothing is left under its name."""
        if job.state == "rendering" and self._process is not None:
            self._process.terminate()
            job.state = "stopped"
            self._end()
        elif job in self.jobs:
            self.jobs.remove(job)

    def close(self) -> None:
        """Stops everything."""
        for job in list(self.jobs):
            if job.state == "rendering":
                self.stop(job)

    def _start(self, job: Job) -> None:
        spawned = multiprocessing.get_context("spawn")
        self._pipe, theirs = spawned.Pipe(duplex=False)
        arguments = (theirs, job.project, job.out, job.frames)
        process = spawned.Process(target=_render, args=arguments, daemon=True)
        process.start()
        theirs.close()
        self._process, job.state = process, "rendering"

    def _end(self) -> None:
        assert self._pipe is not None and self._process is not None
        self._process.join(5)
        self._pipe.close()
        self._process = self._pipe = None


def _render(pipe: Connection, project: Project, out: Path, frames: tuple[int, int] | None) -> None:
    """The child."""
    import signal  # noqa: PLC0415

    def stop(number: int, frame: object) -> None:
        raise KeyboardInterrupt  # so that the writer removes what is unfinished

    signal.signal(signal.SIGTERM, stop)

    def progress(what: str, done: int, total: int) -> None:
        with suppress(OSError):
            pipe.send(("progress", what, done, total))

    try:
        report = render(project, out, frames=frames, progress=progress)
        pipe.send(("done", f"{report.frames} frames, {report.frames_per_second:.1f} fps"))
    except EngineError as error:
        pipe.send(("failed", str(error)))
    except KeyboardInterrupt:
        return
