"""The examples run as they are written, on clips made here."""

import importlib.util
import json
from fractions import Fraction
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from depthgrade.color import space_to_tags
from depthgrade.depth import write_depth_frame
from depthgrade.media import ClipWriter, open_clip, output_for

FRAMES, SIZE = 4, (64, 36)
LOOK = """\
wires = ["source -> warm -> output"]
[nodes.warm]
type = "primary"
temperature = 20
"""


def example(name: str) -> ModuleType:
    path = Path(__file__).resolve().parents[1] / "examples" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(f"example_{name}", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def write_clip(path: Path) -> Path:
    """A mid-grey clip of FRAMES frames."""
    output, rate = output_for(path), Fraction(24)
    width, height = SIZE
    planes = tuple(np.full((height, width), 512, np.uint16) for _ in range(3))
    tags = space_to_tags("rec709")
    with ClipWriter(path, output, size=SIZE, rate=rate, time_base=1 / rate, tags=tags) as writer:
        for index in range(FRAMES):
            writer.write(planes, index, 1)
    return path


@pytest.fixture
def shots(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Two clips in a folder, and a look beside it."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = tmp_path / "shots"
    folder.mkdir()
    (tmp_path / "look.toml").write_text(LOOK, encoding="utf-8")
    return [write_clip(folder / f"shot_{number}.mkv") for number in (1, 2)]


def test_one_clip(shots: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    depth, out = tmp_path / "depth", tmp_path / "graded.mov"
    depth.mkdir()
    distance = np.full((SIZE[1], SIZE[0]), 9.0, np.float32)
    distance[:, SIZE[0] // 2 :] = 2.0
    for index in range(FRAMES):
        write_depth_frame(depth / f"depth.{index:04d}.exr", distance=distance)
    example("one_clip").main([str(shots[0]), str(out), "--depth", str(depth)])
    assert "50% of the picture is background" in capsys.readouterr().out
    with open_clip(out) as graded:
        assert (graded.info.frame_count, graded.info.codec) == (FRAMES, "prores")


def test_a_folder_of_clips(
    shots: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "shots" / "broken.mov").write_text("no movie", encoding="utf-8")
    out = tmp_path / "graded"
    code = example("folder_of_clips").main(
        [str(tmp_path / "shots"), str(out), "--look", str(tmp_path / "look.toml")]
    )
    assert code == 1
    assert sorted(path.name for path in out.iterdir()) == ["shot_1.mp4", "shot_2.mp4"]
    assert "failed  " in capsys.readouterr().out


def test_one_look_over_many_shots(
    shots: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, missing = tmp_path / "graded", tmp_path / "gone.mov"
    code = example("many_shots").main(
        [str(tmp_path / "look.toml"), str(out), *map(str, shots), str(missing)]
    )
    assert code == 1
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    steps = [line for line in lines if line["event"] == "progress" and line["what"] == "rendering"]
    assert [line["done"] for line in steps] == [*range(1, FRAMES + 1)] * 2
    assert [line["shot"] for line in lines if line["event"] == "done"] == [s.name for s in shots]
    assert [line["shot"] for line in lines if line["event"] == "failed"] == ["gone.mov"]
    assert all(line["frames"] == FRAMES for line in lines if line["event"] == "done")
