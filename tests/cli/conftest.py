"""A tiny clip with its depth, a look that needs no depth, and the command line to run."""

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from depthgrade.cli import main
from depthgrade.color import space_to_tags
from depthgrade.depth import write_depth_frame
from depthgrade.media import ClipWriter, output_for

SIZE = (64, 36)

WARM = """\
title = "Warm"
wires = ["source -> warm -> output"]

[nodes.warm]
type = "primary"
gain_rgb = [1.1, 1.0, 0.9]
"""


@dataclass(frozen=True)
class Result:
    """What a command came to."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        """The lines of standard error."""
        return self.err.splitlines()


Run = Callable[..., Result]


def write_clip(path: Path, frames: int, size: tuple[int, int] = SIZE) -> Path:
    """A grey ramp that brightens, Rec.709, 24 frames a second, lossless."""
    output, tags = output_for(path), space_to_tags("rec709")
    width, height = size
    ramp = np.linspace(64, 700, width, dtype=np.uint16) + np.zeros((height, 1), np.uint16)
    grey = np.full((height, width), 512, np.uint16)
    rate = Fraction(24)
    with ClipWriter(path, output, size=size, rate=rate, time_base=1 / rate, tags=tags) as writer:
        for index in range(frames):
            writer.write((ramp + np.uint16(index % 200), grey, grey), index, 1)
    return path


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six frames of 64x36."""
    return write_clip(tmp_path_factory.mktemp("clip") / "clip.mkv", 6)


@pytest.fixture(scope="session")
def long_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clip that takes long enough to be stopped while it renders: 3000 frames of 64x36."""
    return write_clip(tmp_path_factory.mktemp("long") / "long.mkv", 3000)


@pytest.fixture(scope="session")
def depth(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The depth pass of the clip: the left half is near."""
    folder = tmp_path_factory.mktemp("depth")
    distance = np.full((SIZE[1], SIZE[0]), 8.0, np.float32)
    distance[:, : SIZE[0] // 2] = 2.0
    for index in range(6):
        write_depth_frame(folder / f"depth.{index:04d}.exr", distance=distance)
    return folder


@pytest.fixture
def warm(tmp_path: Path) -> Path:
    """A look without depth."""
    path = tmp_path / "warm.toml"
    path.write_text(WARM, encoding="utf-8")
    return path


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("COLUMNS", "100")


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command line in this process."""

    def call(*arguments: object) -> Result:
        capsys.readouterr()
        code = main([str(each) for each in arguments])
        captured = capsys.readouterr()
        return Result(code, captured.out, captured.err)

    return call


@pytest.fixture
def start() -> Callable[..., "subprocess.Popen[str]"]:
    """Starts a command line in a process of its own, as a terminal would."""

    def call(arguments: Sequence[object], **options: object) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, "-m", "depthgrade", *(str(each) for each in arguments)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=dict(os.environ),
            **options,  # type: ignore[call-overload]
        )

    return call
