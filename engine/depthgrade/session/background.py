"""A process beside the player for what would make it wait: depth, shots, first compilation.

OpenGL calls hold Python's lock, and networks fill the cores, so a thread would still hold up the
screen; a process does not. It draws with the same renderer as everything else, on a device of its
own, and only small things travel: maps of depth back, projects forth. A program it has drawn once
is in the driver's cache on disk, so that the player compiles it in milliseconds.
"""

import multiprocessing
import os
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from time import perf_counter
from typing import Any

import numpy as np

from depthgrade.errors import EngineError, ProjectError
from depthgrade.frames import Frame
from depthgrade.gl.textures import Texture
from depthgrade.nodes.picked import PickedPoint
from depthgrade.project import Look, Project
from depthgrade.session.clip_depth import Map, ShotDepth
from depthgrade.session.picked import Place
from depthgrade.session.renderer import Renderer

_NICE = 10  # a tenth of a player's share where both want all


@dataclass(frozen=True)
class Wanted:
    """What is missing, most urgent first: (quality, frame, None) is a map of depth, with a picked
    point the depth under it.

    draft   maps of a network need not be steadied over time: playback can't wait for it
    """

    project: Project
    missing: tuple[tuple[str, int, PickedPoint | None], ...]
    draft: bool = False


@dataclass(frozen=True)
class Warm:
    """A program to compile: whatever these arguments make a renderer draw.

    shot    stands for any shot: automatic limits are uniforms
    guided  and map_size: the shape in which depth will come; None where there is none
    """

    token: object
    project: Project
    live: frozenset[str]
    key: str | None
    proxy: int
    shot: ShotDepth | None
    guided: bool
    map_size: tuple[int, int] | None


@dataclass(frozen=True)
class Progress:
    """How far finding shots or sampling has come."""

    what: str
    done: int
    total: int


@dataclass(frozen=True)
class Found:
    """A shot's mapping and limits, and what is the same for all maps."""

    quality: str
    shot: ShotDepth
    guided: bool
    description: str


@dataclass(frozen=True)
class Depth:
    """One map, and as the grade reads it: guided-filter lines where it is small.

    final   the map that a render takes, no draft
    """

    quality: str
    index: int
    map: Map
    lines: Map | None
    final: bool = True
    seconds: float = 0.0  # that it took


@dataclass(frozen=True)
class Target:
    """The depth under a picked point at a frame, and where the point is; nowhere in other shots."""

    quality: str
    index: int
    point: PickedPoint
    depth: float
    place: Place | None


@dataclass(frozen=True)
class Warmed:
    """A program is in the driver's cache, or can't be made."""

    token: object
    error: str | None


@dataclass(frozen=True)
class Failed:
    """What the process can't do, one line."""

    error: str


class Background:
    """A child process: `send` it orders, `poll` for answers; neither waits.

    work: a function of the module that the child runs with its end of the pipe.
    """

    def __init__(self, work: Callable[[Connection], None]) -> None:
        spawned = multiprocessing.get_context("spawn")
        self._pipe, theirs = spawned.Pipe()
        self._process = spawned.Process(target=work, args=(theirs,), daemon=True)
        self._process.start()
        theirs.close()

    def send(self, order: object) -> None:
        """Hands over an order; a dead child is noticed by `poll`."""
        with suppress(OSError):
            self._pipe.send(order)

    def poll(self) -> list[object]:
        """The answers that have come."""
        answers: list[object] = []
        try:
            while self._pipe.poll():
                answers.append(self._pipe.recv())
        except (EOFError, OSError):
            if not self._process.is_alive():
                return [*answers, Failed("the process for depth ended; open the clip again")]
        return answers

    def close(self) -> None:
        """Ends the child."""
        self._pipe.close()
        self._process.terminate()
        self._process.join(2)


class Inbox:
    """Takes orders off the pipe on a thread, so that the sender never waits; the newest counts."""

    def __init__(self, pipe: Connection, newest_only: bool) -> None:
        self._pipe, self._newest_only = pipe, newest_only
        self._changed = threading.Condition()
        self._orders: list[Any] = []
        self._ended = False
        threading.Thread(target=self._receive, daemon=True).start()

    def _receive(self) -> None:
        try:
            while True:
                order = self._pipe.recv()
                with self._changed:
                    if self._newest_only:
                        self._orders.clear()
                    self._orders.append(order)
                    self._changed.notify()
        except (EOFError, OSError):
            with self._changed:
                self._ended = True
                self._changed.notify()

    def take(self) -> Any:
        """The next order, waited for; None when the player has gone."""
        with self._changed:
            while not self._orders and not self._ended:
                self._changed.wait()
            return None if self._ended else self._orders.pop(0)

    @property
    def waiting(self) -> bool:
        """Whether something newer has been asked for, or nobody listens any more."""
        return self._ended or bool(self._orders)


def estimate_depth(pipe: Connection) -> None:
    """The child that finds shots and makes maps of depth (orders: Wanted).

    It takes what the player leaves of the processor: playback never waits for depth.
    """
    if hasattr(os, "nice"):
        os.nice(_NICE)
    inbox = Inbox(pipe, newest_only=True)
    renderer: Renderer | None = None
    opened: Project | None = None
    told: set[tuple[str, int]] = set()

    def progress(what: str, done: int, total: int) -> None:
        pipe.send(Progress(what, done, total))

    while (order := inbox.take()) is not None:
        try:
            if renderer is None or order.project != opened:
                if renderer is not None:
                    renderer.close()
                renderer, opened = None, order.project
                renderer = Renderer(order.project, progress=progress)
                told.clear()
            for quality, index, point in order.missing:
                shot = renderer.shot(index, quality)
                if (quality, shot.shot.start) not in told:
                    told.add((quality, shot.shot.start))
                    depth = renderer.depth
                    pipe.send(Found(quality, shot, depth.guided, depth.description))
                if point is None:
                    made = _made(renderer, quality, index, inbox, draft=order.draft)
                    if made is not None:
                        pipe.send(made)
                else:
                    depth_there = renderer.depth.target(index, quality, point, progress)
                    place = renderer.clip_depth.place(index, quality, point)
                    pipe.send(Target(quality, index, point, depth_there, place))
                if inbox.waiting:
                    break
        except EngineError as error:
            pipe.send(Failed(str(error)))
        except OSError:
            return


def _made(
    renderer: Renderer, quality: str, index: int, inbox: Inbox, *, draft: bool
) -> Depth | None:
    """A frame's map, with its edges already taken from the picture.

    None if something newer was asked for meanwhile, unless it is but a draft.
    """
    began = perf_counter()
    engine, depth = renderer.engine, renderer.clip_depth
    while not draft and depth.approach(index, quality):
        if inbox.waiting:
            return None
    frame, final = renderer.pictures.frame(index), True
    planes = engine.upload(frame)
    if draft:
        map, guide, final = depth.draft(frame, planes, quality)
    else:
        map, guide = depth.map(frame, planes, quality)
    values = engine.values(map)
    if guide is None:
        return Depth(quality, index, values, None, final, perf_counter() - began)
    lines = engine.read(engine.depth_texture(quality, map, guide))
    return Depth(quality, index, values, lines, final, perf_counter() - began)


def warm_programs(pipe: Connection) -> None:
    """The child that draws programs for the first time (orders: Warm)."""
    inbox = Inbox(pipe, newest_only=True)
    renderer: Renderer | None = None
    opened: Project | None = None
    while (order := inbox.take()) is not None:
        error = None
        try:
            bare = opened and without_look(opened)
            if renderer is None or bare != without_look(order.project):
                if renderer is not None:
                    renderer.close()
                renderer = None
                renderer = Renderer(order.project)
            opened = order.project
            warm(renderer, order)
        except EngineError as problem:
            error = str(problem)
        try:
            pipe.send(Warmed(order.token, error))
        except OSError:
            return


def without_look(project: Project) -> Project:
    """What of a project decides how its clip is opened."""
    return replace(project, look=Look())


class _Blank:
    """Depth that is near nowhere, of the shape that the player will have."""

    def __init__(self, order: Warm) -> None:
        self._order = order
        self.guided = order.guided
        self.description = "blank"

    def shot(self, index: int, quality: str, progress: object = None) -> ShotDepth:
        """Any shot: its limits are uniforms."""
        if self._order.shot is None:
            raise ProjectError("depth: the shot is not known yet")
        return self._order.shot

    def map(
        self, frame: Frame, planes: tuple[Texture, ...], quality: str
    ) -> tuple[Map, Texture | None]:
        """Zeros."""
        width, height = self._order.map_size or (16, 9)
        return np.zeros((height, width, 2) if self.guided else (height, width), np.float32), None

    def target(
        self, index: int, quality: str, point: PickedPoint, progress: object = None
    ) -> float:
        """Any number: targets are uniforms."""
        return 0.5

    def close(self) -> None:
        """Nothing to free."""


def warm(renderer: Renderer, order: Warm) -> None:
    """Draws one frame as the player will, with depth that means nothing."""
    first = renderer.reader.frame(0)
    count = renderer.info.frame_count
    renderer.be_fed(_Blank(order), lambda index: first, lambda index: (0, count))
    renderer.project, renderer.live, renderer.proxy = order.project, order.live, order.proxy
    renderer.draw(first, key=order.key, label=str(order.key))
    renderer.engine.runner.finish()
