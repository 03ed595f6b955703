"""The queue: renders and analyses in turn, in a process of its own, so that grading goes on."""

import multiprocessing
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Literal

from depthgrade.errors import EngineError
from depthgrade.project import Project
from depthgrade.session.analysis import analyze
from depthgrade.session.offline import render

Kind = Literal["render", "analysis"]


@dataclass
class Job:
    """One render, or the analysis of a clip's depth.

    state   "waiting", "running", "done", "failed" or "stopped"
    """

    project: Project
    out: Path
    frames: tuple[int, int] | None
    kind: Kind = "render"
    state: str = "waiting"
    what: str = ""
    done: int = 0
    total: int = 1
    note: str = ""


class Queue:
    """Does jobs in order. `pump` once a refresh."""

    def __init__(self) -> None:
        self.jobs: list[Job] = []
        self._process: BaseProcess | None = None
        self._pipe: Connection | None = None

    def add(self, job: Job) -> None:
        """Puts a job at the end."""
        self.jobs.append(job)

    @property
    def current(self) -> Job | None:
        """The job that runs now."""
        return next((job for job in self.jobs if job.state == "running"), None)

    def pump(self) -> Job | None:
        """Takes news of the job that runs, and starts the next; the job that has just been done."""
        job = self.current
        if job is None:
            waiting = next((each for each in self.jobs if each.state == "waiting"), None)
            if waiting is not None:
                self._start(waiting)
            return None
        assert self._pipe is not None and self._process is not None
        try:
            while self._pipe.poll():
                kind, *values = self._pipe.recv()
                if kind == "progress":
                    job.what, job.done, job.total = values
                else:
                    job.state, job.note = kind, values[0]
        except (EOFError, OSError):
            if job.state == "running":
                job.state, job.note = "failed", "it ended without a word"
        if job.state != "running":
            self._end()
        return job if job.state == "done" else None

    def stop(self, job: Job) -> None:
        """Stops a job, or takes it out of the queue; nothing unfinished is left under its name."""
        if job.state == "running" and self._process is not None:
            self._process.terminate()
            job.state = "stopped"
            self._end()
        elif job in self.jobs:
            self.jobs.remove(job)

    def close(self) -> None:
        """Stops everything."""
        for job in list(self.jobs):
            if job.state == "running":
                self.stop(job)

    def _start(self, job: Job) -> None:
        spawned = multiprocessing.get_context("spawn")
        self._pipe, theirs = spawned.Pipe(duplex=False)
        process = spawned.Process(target=_work, args=(theirs, job), daemon=True)
        process.start()
        theirs.close()
        self._process, job.state = process, "running"

    def _end(self) -> None:
        assert self._pipe is not None and self._process is not None
        self._process.join(5)
        self._pipe.close()
        self._process = self._pipe = None


def _work(pipe: Connection, job: Job) -> None:
    """The child."""
    import signal  # noqa: PLC0415

    def stop(number: int, frame: object) -> None:
        raise KeyboardInterrupt  # so that the writer removes what is unfinished

    signal.signal(signal.SIGTERM, stop)

    def progress(what: str, done: int, total: int) -> None:
        with suppress(OSError):
            pipe.send(("progress", what, done, total))

    try:
        if job.kind == "render":
            report = render(job.project, job.out, frames=job.frames, progress=progress)
            note = f"{report.frames} frames, {report.frames_per_second:.1f} fps"
        else:
            made = analyze(job.project, job.out, frames=job.frames, progress=progress)
            note = f"{made.estimated + made.kept} frames, {made.depth}"
        pipe.send(("done", note))
    except EngineError as error:
        pipe.send(("failed", str(error)))
    except KeyboardInterrupt:
        return
