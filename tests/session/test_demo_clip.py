"""The demo clip: a tagged movie with its depth pass, made once and made again when incomplete."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from depthgrade.color import evaluate_input, evaluate_output
from depthgrade.depth import DepthPass
from depthgrade.errors import ProjectError
from depthgrade.frames import ColorTags
from depthgrade.media import open_clip
from depthgrade.session.demo_clip import DemoClip, Exposure, add_grain, make_demo_clip

SIZE, FRAMES = (96, 54), 3


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> DemoClip:
    return make_demo_clip(tmp_path_factory.mktemp("demo"), frames=FRAMES, size=SIZE)


@pytest.fixture
def copy(made: DemoClip, tmp_path: Path) -> Path:
    """The finished folder again, to be damaged."""
    folder = tmp_path / "copy"
    shutil.copytree(made.clip.parent, folder)
    return folder


def _stamps(folder: Path) -> dict[str, int]:
    return {p.name: p.stat().st_mtime_ns for p in folder.rglob("*") if p.is_file()}


def test_the_clip_is_limited_range_rec709_at_24_frames(made: DemoClip) -> None:
    with open_clip(made.clip) as reader:
        info = reader.info
        frames = list(reader.frames())
    assert (info.size, info.frame_count, info.rate) == (SIZE, FRAMES, 24)
    assert info.tags == ColorTags(1, 1, 1, full_range=False)
    luma = np.asarray(frames[0].planes[0])
    assert luma.min() >= 64 - 4  # black is 64, dither and grain go a little below
    assert luma.max() >= 935  # the sky reaches white, 940
    assert luma.max() <= 944


def test_the_depth_pass_matches_the_clip(made: DemoClip) -> None:
    depth = DepthPass(made.depth)
    assert (depth.frame_count, depth.size) == (FRAMES, SIZE)
    assert depth.motion(0).shape == (SIZE[1], SIZE[0], 2)


def test_grain_differs_between_frames(made: DemoClip) -> None:
    with open_clip(made.clip) as reader:
        first, second = (np.asarray(f.planes[0], float)[-8:, :8] for f in reader.frames(0, 2))
    # The corner hardly moves in a frame; grain of 0.8 % of 876 codes differs by about 10.
    assert np.std(first - second) > 2.0


def test_code_values_are_those_of_the_colour_engine() -> None:
    scene = np.array([[0.02, 0.18, 1.0], [4.0, 9.0, 10.0], [0.01, 0.5, 2.0]])
    expected = evaluate_output("rec709", None, evaluate_input("linear_rec709", None, scene))
    # The engine goes through DaVinci Wide Gamut in float32 and back, far less than 5e-4 away.
    # At black the gamma's slope would magnify its last bit.
    np.testing.assert_allclose(
        Exposure().code_values(scene.astype(np.float32)), expected, atol=5e-4
    )


def test_grain_is_strongest_in_the_mid_tones_and_has_no_bias() -> None:
    rng = np.random.default_rng(1)
    deviations = []
    for level in (0.03, 0.5, 0.97):
        grainy = add_grain(np.full((128, 128, 3), level), rng)
        assert abs(grainy.mean() - level) < 4e-4  # deviation 0.0085 over 16384 pixels: 7e-5
        deviations.append(grainy.std())
    assert deviations[1] > 1.5 * max(deviations[0], deviations[2])


def test_a_complete_clip_is_used_again(copy: Path) -> None:
    before = _stamps(copy)
    calls: list[tuple[int, int]] = []
    make_demo_clip(
        copy, frames=FRAMES, size=SIZE, progress=lambda done, total: calls.append((done, total))
    )
    assert not calls
    assert _stamps(copy) == before


@pytest.mark.parametrize("lost", ["demo.mkv", "depth/depth.0001.exr", "demo-clip.json"])
def test_an_incomplete_clip_is_made_again(copy: Path, lost: str) -> None:
    (copy / lost).unlink()
    calls: list[tuple[int, int]] = []
    again = make_demo_clip(
        copy, frames=FRAMES, size=SIZE, progress=lambda done, total: calls.append((done, total))
    )
    assert calls == [(1, FRAMES), (2, FRAMES), (3, FRAMES)]
    assert (copy / lost).is_file()
    assert DepthPass(again.depth).frame_count == FRAMES


def test_the_same_seed_makes_the_same_clip(made: DemoClip, tmp_path: Path) -> None:
    again = make_demo_clip(tmp_path, frames=FRAMES, size=SIZE)
    with open_clip(made.clip) as first, open_clip(again.clip) as second:
        for a, b in zip(first.frames(), second.frames(), strict=True):
            for one, other in zip(a.planes, b.planes, strict=True):
                np.testing.assert_array_equal(one, other)


def test_other_parameters_replace_the_clip(copy: Path) -> None:
    made = make_demo_clip(copy, frames=1, size=SIZE, seed=1)
    assert DepthPass(made.depth).frame_count == 1


@pytest.mark.parametrize(
    ("wrong", "message"),
    [({"frames": 0}, "frames = 0"), ({"size": (8, 54)}, "8x54"), ({"seed": -1}, "seed = -1")],
)
def test_values_that_make_no_clip_are_refused(
    tmp_path: Path, wrong: dict[str, int], message: str
) -> None:
    with pytest.raises(ProjectError, match=message):
        make_demo_clip(tmp_path, **wrong)  # type: ignore[arg-type]
