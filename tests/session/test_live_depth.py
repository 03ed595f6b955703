"""Depth beside playback: what is asked for and when, without a process or a network."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from depthgrade import Look, Project
from depthgrade.depth import Limits, Mapping, Shot
from depthgrade.session import live_depth
from depthgrade.session.background import Depth, Found, Wanted
from depthgrade.session.clip_depth import ShotDepth
from depthgrade.session.live_depth import LiveDepth

COUNT = 400
PROJECT = Project(clip=Path("clip.mkv"))
BETTER = ("better",)


class Worker:
    """In place of the process: keeps the orders, answers what it is told to."""

    def __init__(self, work: object) -> None:
        self.orders: list[Wanted] = []
        self.answers: list[object] = []

    def send(self, order: object) -> None:
        assert isinstance(order, Wanted)
        self.orders.append(order)

    def poll(self) -> list[object]:
        answers, self.answers = self.answers, []
        return answers

    def close(self) -> None: ...


def made(index: int, *, final: bool) -> Depth:
    return Depth("better", index, np.full((2, 3), index, np.float32), None, final)


@pytest.fixture
def live(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[LiveDepth, Worker]]:
    monkeypatch.setattr(live_depth, "Background", Worker)
    depth = LiveDepth(COUNT)
    depth.ask(PROJECT, 0, 0, BETTER)
    worker = depth._process
    assert isinstance(worker, Worker)
    shot = ShotDepth(Shot(0, COUNT), Mapping(0.0, 1.0), Limits(0.0, 1.0))
    worker.answers = [Found("better", shot, True, "test"), made(0, final=True)]
    depth.pump()
    yield depth, worker


def play(depth: LiveDepth, worker: Worker, frames: int, each: int) -> None:
    """Plays on from frame 0; the first map asked for is there after every `each` frames."""
    for index in range(frames):
        depth.ask(PROJECT, index, 1, BETTER)
        if index % each == 0:
            order = worker.orders[-1]
            worker.answers = [made(order.missing[0][1], final=not order.draft)]
            depth.pump()


@pytest.mark.parametrize(("each", "cadence"), [(1, 1), (2, 2), (4, 4), (9, 4)])
def test_as_many_frames_get_maps_as_the_process_keeps_up_with(
    live: tuple[LiveDepth, Worker], each: int, cadence: int
) -> None:
    depth, worker = live
    play(depth, worker, 120, each)
    assert depth.cadence == cadence


def test_while_playing_drafts_are_asked_for_before_they_are_due(
    live: tuple[LiveDepth, Worker],
) -> None:
    depth, worker = live
    play(depth, worker, 120, 4)
    order = worker.orders[-1]
    frames = [frame for _, frame, _ in order.missing]
    assert order.draft and min(frames) > 119
    assert all(frame % depth.cadence == 0 for frame in frames[:8])
    far = [min(abs(f - i) for (_, f) in depth._maps) for i in range(60, 120)]
    assert max(far) <= depth.cadence  # no frame was drawn with a map from farther away


def test_a_standing_frame_is_exact_with_a_render_s_map_alone(
    live: tuple[LiveDepth, Worker],
) -> None:
    depth, worker = live
    depth.ask(PROJECT, 7, 0, BETTER)
    assert worker.orders[-1] == Wanted(
        replace(PROJECT, look=Look()), (("better", 7, None),), draft=True
    )
    worker.answers = [made(7, final=False)]
    depth.pump()
    assert depth.ready(7, BETTER) and not depth.exact(7, BETTER)
    depth.ask(PROJECT, 7, 0, BETTER)
    assert worker.orders[-1].missing[0] == ("better", 7, None) and not worker.orders[-1].draft
    worker.answers = [made(7, final=True), made(7, final=False)]  # a draft that comes late
    depth.pump()
    assert depth.exact(7, BETTER)
    assert depth.count == 2


def test_maps_of_a_render_are_made_once_all_drafts_are_there(
    live: tuple[LiveDepth, Worker],
) -> None:
    depth, worker = live
    worker.answers = [made(index, final=False) for index in range(1, 200)]
    depth.pump()
    depth.ask(PROJECT, 50, 1, BETTER)
    assert not worker.orders[-1].draft
    assert all(frame > 50 for _, frame, _ in worker.orders[-1].missing)


def test_a_standing_clip_has_its_next_shots_sampled_before_they_are_played(
    live: tuple[LiveDepth, Worker],
) -> None:
    depth, worker = live
    first, second = (Shot(0, 100), Mapping(0.0, 1.0)), (Shot(100, 300), Mapping(0.0, 1.0))
    depth._shots.clear()
    worker.answers = [Found("better", ShotDepth(*first, Limits(0.0, 1.0)), True, "test")]
    worker.answers += [made(index, final=True) for index in range(17)]
    depth.pump()
    depth.ask(PROJECT, 0, 0, BETTER)
    assert worker.orders[-1].missing[0] == ("better", 100, None)  # what is near is there
    worker.answers = [made(80, final=False)]
    depth.pump()
    depth.ask(PROJECT, 80, 0, BETTER)
    assert [frame for _, frame, _ in worker.orders[-1].missing[:3]] == [80, 100, 81]
    worker.answers = [Found("better", ShotDepth(*second, Limits(0.0, 1.0)), True, "test")]
    depth.pump()
    depth.ask(PROJECT, 80, 0, BETTER)
    assert [frame for _, frame, _ in worker.orders[-1].missing[:3]] == [80, 81, 82]
