"""A small clip for renders: a near subject moves before a far wall; its exact depth beside it."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from depthgrade.depth import write_depth_frame
from numpy.typing import NDArray

SIZE, FRAMES = (160, 90), 6


def code_values(frame: int) -> NDArray[np.uint8]:
    """R'G'B' of a frame: saturated and grey ramps behind a warm disc that moves right."""
    width, height = SIZE
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    picture = np.stack([x / width, y / height, 1 - x / width], -1)
    picture[: height // 3] = (x / width)[: height // 3, :, None]
    disc = near(frame)
    picture[disc] = [0.82, 0.55, 0.42]
    return np.round(picture * 255).astype(np.uint8)


def near(frame: int) -> NDArray[np.bool_]:
    width, height = SIZE
    y, x = np.mgrid[0:height, 0:width]
    return (x - 60 - 4 * frame) ** 2 + (y - 55) ** 2 < 25**2


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory, write_clip: Callable[..., Path]) -> Path:
    """A Rec.709 limited 4:2:0 H.264-like clip, lossless (FFV1), 24 frames a second."""
    path = tmp_path_factory.mktemp("clip") / "clip.mkv"
    return write_clip(path, map(code_values, range(FRAMES)), tagged=True)


@pytest.fixture(scope="session")
def depth_pass(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The clip's exact depth: the disc 2 m away, the wall 8 m."""
    folder = tmp_path_factory.mktemp("depth")
    for index in range(FRAMES):
        distance = np.where(near(index), 2.0, 8.0).astype(np.float32)
        write_depth_frame(folder / f"depth.{index:04d}.exr", distance=distance)
    return folder


@pytest.fixture(autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Shots and mappings are analysed anew, not read from a user's cache."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
