"""Work begun ahead: the same results in whatever order they are asked for, and where it runs."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from depthgrade import Project, Renderer
from depthgrade.session.ahead import Ahead
from depthgrade.session.network_depth import Begun, NetworkDepth
from depthgrade.session.temporal import SCALES
from numpy.typing import NDArray

FRAMES = 70  # many more than are kept, or all would be known from sampling the shot


def test_what_was_begun_is_not_made_again_and_runs_elsewhere() -> None:
    made: list[tuple[int, str]] = []

    def work(index: int) -> int:
        made.append((index, threading.current_thread().name))
        return 10 * index

    ahead = Ahead[int]("worker")
    ahead.begin(3, lambda: work(3))
    assert ahead.result(3, lambda: work(3)) == 30
    assert ahead.result(5, lambda: work(5)) == 50
    ahead.close()
    assert [index for index, _ in made] == [3, 5]
    assert all(name.startswith("worker") for _, name in made)


def test_an_error_is_raised_where_the_result_is_asked_for() -> None:
    ahead = Ahead[int]("worker")
    ahead.begin(1, lambda: 1 // 0)
    assert ahead.result(2, lambda: 7) == 7
    ahead.begin(1, lambda: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        ahead.result(1, lambda: 1)
    ahead.close()


def test_depth_begun_ahead_is_that_of_a_frame_on_its_own(
    tmp_path: Path,
    network: Path,
    write_clip: Callable[..., Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Forwards, where each frame was begun with the one before, and in leaps, to the last bit."""
    started: list[int] = []
    start = NetworkDepth._start

    def noted(self: NetworkDepth, index: int, *rest: Any) -> Begun:
        started.append(index)
        return start(self, index, *rest)

    monkeypatch.setattr(NetworkDepth, "_start", noted)
    project = Project(clip=_clip(tmp_path / "clip.mkv", write_clip), model=str(network))
    with Renderer(project) as renderer:
        forwards = [renderer.depth_map(0)]
        assert started[-1] == SCALES + 1  # one more than frame 0 needs
        forwards += [renderer.depth_map(index) for index in range(1, FRAMES)]
    for order in ((39, 12, 20), (15,)):
        with Renderer(project) as renderer:
            renderer.stages.measured = len(order) == 1  # then nothing is begun ahead
            for index in order:
                assert np.array_equal(renderer.depth_map(index), forwards[index])


def _clip(path: Path, write_clip: Callable[..., Path]) -> Path:
    """A grey ramp that moves right, with a little grain."""
    rng = np.random.default_rng(2)

    def picture(index: int) -> NDArray[np.uint8]:
        ramp = np.sin((np.arange(64) - 2 * index) / 9) * 60 + 128
        grey = np.broadcast_to(ramp, (48, 64)) + rng.integers(-3, 4, (48, 64))
        return np.repeat(grey[..., None], 3, -1).astype(np.uint8)

    return write_clip(path, map(picture, range(FRAMES)))
