"""Depth beside a cut is that of its own shot alone, to the last bit."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from depthgrade import Project, Renderer
from numpy.typing import NDArray

LENGTH = 14  # frames of a shot: more than the window reaches, fewer than scale is averaged over
Pictures = Iterator[NDArray[np.uint8]]


def _shot(level: float, period: float) -> Pictures:
    """A grating that moves right, with grain, about a level 0..255; bright is near to `network`."""
    rng = np.random.default_rng(3)
    for index in range(LENGTH):
        grating = np.sin((np.arange(64) - 2 * index) / period) * 40 + level
        grey = np.broadcast_to(grating, (48, 64)) + rng.integers(-3, 4, (48, 64))
        yield np.repeat(grey[..., None], 3, -1).astype(np.uint8)


@pytest.mark.parametrize("past_only", [False, True])
def test_nothing_bleeds_across_a_cut(
    past_only: bool, tmp_path: Path, network: Path, write_clip: Callable[..., Path]
) -> None:
    shots = ((190.0, 9.0), (60.0, 4.0))
    clips = [write_clip(tmp_path / f"{n}.mkv", _shot(*shot)) for n, shot in enumerate(shots)]
    both = write_clip(tmp_path / "both.mkv", (p for shot in shots for p in _shot(*shot)))
    alone = []
    for clip in clips:
        with Renderer(Project(clip=clip, model=str(network)), past_only=past_only) as renderer:
            alone += [renderer.depth_map(index) for index in range(LENGTH)]
    with Renderer(Project(clip=both, model=str(network)), past_only=past_only) as renderer:
        assert renderer.shot(0).shot.stop == LENGTH  # the cut is found
        for index in (*range(2 * LENGTH), LENGTH - 1):  # again, with the next shot at hand
            np.testing.assert_array_equal(renderer.depth_map(index), alone[index])
