"""A small clip with its depth pass, and the interface on a stage without a window."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from depthgrade.depth import write_depth_frame
from depthgrade.project import Look, Project
from depthgrade.ui import files
from depthgrade.ui.stage import Stage
from numpy.typing import NDArray

SIZE, FRAMES = (128, 72), 8


def _near(frame: int) -> np.ndarray:
    y, x = np.mgrid[0 : SIZE[1], 0 : SIZE[0]]
    return (x - 50 - 3 * frame) ** 2 + (y - 44) ** 2 < 20**2


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory, write_clip: Callable[..., Path]) -> Path:
    """Eight frames of Rec.709: ramps behind a warm disc that moves right, lossless."""
    path = tmp_path_factory.mktemp("ui") / "clip.mkv"
    y, x = np.mgrid[0 : SIZE[1], 0 : SIZE[0]] / np.array(SIZE)[::-1, None, None]

    def picture(index: int) -> NDArray[np.uint8]:
        values = np.stack([x, y, 1 - x], -1)
        values[_near(index)] = [0.8, 0.55, 0.4]
        return np.round(values * 255).astype(np.uint8)

    return write_clip(path, map(picture, range(FRAMES)))


@pytest.fixture(scope="session")
def depth_pass(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The clip's exact depth: the disc 2 m away, the wall 8 m."""
    folder = tmp_path_factory.mktemp("ui-depth")
    for index in range(FRAMES):
        distance = np.where(_near(index), 2.0, 8.0).astype(np.float32)
        write_depth_frame(folder / f"depth.{index:04d}.exr", distance=distance)
    return folder


@pytest.fixture(autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))


@pytest.fixture
def stage() -> Iterator[Stage]:
    """The interface, 1280 x 720, nothing open."""
    with Stage((1280, 720)) as made:
        made.refresh(3)
        yield made


@pytest.fixture
def opened(stage: Stage, clip: Path, depth_pass: Path) -> Callable[[Look | None], Stage]:
    """A function that opens the clip with a look (an empty one if none is given)."""

    def open_(look: Look | None = None) -> Stage:
        stage.app.open(Project(clip=clip, look=look or files.empty_look(), depth=depth_pass))
        stage.settle()
        return stage

    return open_
