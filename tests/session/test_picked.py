"""A target picked on the picture: it follows its point, holds still and is the same every time."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from depthgrade import DepthError, Look, Project, Renderer
from depthgrade.depth import Shot, write_depth_frame
from depthgrade.graph import parse_wires
from depthgrade.nodes.picked import PickedPoint
from depthgrade.nodes.registry import make_node
from depthgrade.session.analysis import analyze
from depthgrade.session.offline import render, still
from depthgrade.session.picked import PickedTarget, Sight
from depthgrade.session.renderer import spans
from numpy.typing import NDArray

SIZE, FRAMES = (160, 90), 32
WALL, BAR = 0.1, 1.0  # nearness, 1/m
HIDDEN = range(14, 20)  # frames in which the bar covers the disc
POINT = PickedPoint(at=(44 / 160, 45 / 90), frame=4)


def middle(frame: int) -> float:
    return 40.0 + frame


def nearness(frame: int) -> float:
    """Of the disc, which goes away."""
    return 0.8 - 0.01 * frame


def shapes(frame: int) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    y, x = np.mgrid[0 : SIZE[1], 0 : SIZE[0]]
    disc = (x - middle(frame)) ** 2 + (y - 45) ** 2 < 20**2
    bar = (np.abs(x - middle(frame)) < 6) & (np.abs(y - 45) < 14) & (frame in HIDDEN)
    return disc, bar


def picture(frame: int) -> NDArray[np.uint8]:
    """Blotches that stay on the wall, and others that move with the disc; a striped bar."""
    random = np.random.default_rng(7)
    blotches = random.uniform(0.2, 0.8, (2, 24, 60)).repeat(5, axis=1).repeat(5, axis=2)
    disc, bar = shapes(frame)
    found = blotches[0, : SIZE[1], : SIZE[0]].copy()
    found[disc] = np.roll(blotches[1], frame, axis=1)[: SIZE[1], : SIZE[0]][disc]
    found[bar] = np.tile([0.1, 0.9, 0.9, 0.1], SIZE[0] // 4)[None].repeat(SIZE[1], 0)[bar]
    return np.round(255 * found).astype(np.uint8)[..., None].repeat(3, 2)


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory, write_clip: Callable[..., Path]) -> Path:
    path = tmp_path_factory.mktemp("clip") / "clip.mkv"
    return write_clip(path, map(picture, range(FRAMES)))


@pytest.fixture(scope="module")
def depth_pass(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Nearness itself, 0..1, as another program could give it."""
    folder = tmp_path_factory.mktemp("depth")
    for index in range(FRAMES):
        disc, bar = shapes(index)
        near = np.where(bar, BAR, np.where(disc, nearness(index), WALL)).astype(np.float32)
        write_depth_frame(folder / f"depth.{index:04d}.exr", near=near)
    return folder


def test_a_shot_it_was_not_picked_in_has_the_depth_of_then(tmp_path: Path) -> None:
    def sight(index: int) -> Sight:
        return Sight(
            np.full((240, 320), 0.5, np.float32), np.full((9, 16), index / 100, np.float32)
        )

    picked = PickedTarget(PickedPoint(at=(0.5, 0.5), frame=60), Shot(40, 80), sight, tmp_path / "x")
    # a mean over a ramp is its middle, to rounding
    assert picked.depth(60) == pytest.approx(0.6) == picked.depth(3) == picked.depth(200)
    assert picked.depth(70) > 0.65


def look(**values: object) -> Look:
    """A slice of depth around a target goes dark."""
    slice_ = {"isolate": True, "target": POINT.model_dump(), "tolerance": 0.05, "softness": 0.1}
    nodes = {
        "depth": make_node("depth", {"type": "depth_map", **slice_, **values}),
        "sky": make_node("sky", {"type": "primary", "gain": 0.5}),
    }
    return Look(nodes=nodes, wires=parse_wires(["source -> sky -> output", "depth.key -> sky.key"]))


def test_the_target_follows_its_point_and_is_held_while_it_is_hidden(
    clip: Path, depth_pass: Path
) -> None:
    with Renderer(Project(clip=clip, look=look(), depth=depth_pass)) as renderer:
        shot = renderer.shot(0)
        for index in (0, 4, 8, 28, 31):
            found = renderer.depth.target(index, "better", POINT)
            expected = shot.mapping.apply(np.float32([nearness(index)]))[0]
            # the average over time lags at the shot's ends and beside the gap
            assert found == pytest.approx(expected, abs=0.03)
        held = renderer.depth.target(16, "better", POINT)
        # as before it was covered, drawn a little towards what comes after; the bar is at 1.3
        assert held == pytest.approx(shot.mapping.apply(np.float32([nearness(13)]))[0], abs=0.03)
        assert renderer.clip_depth.lost("better", POINT) == tuple(HIDDEN)
        key = renderer.key("depth", 28)
        limited = look(far_limit=0.2, near_limit=0.9, gamma=1.5)
        renderer.project = Project(clip=clip, look=limited, depth=depth_pass, output="rec709")
        adjusted = renderer.key("depth", 28)
    disc, _ = shapes(28)
    assert adjusted[disc].mean() > 0.95 and adjusted[~disc].mean() < 0.05
    assert key[disc].mean() > 0.95 and key[~disc].mean() < 0.05


def test_any_order_and_any_range_give_the_same_pictures(
    clip: Path, depth_pass: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    project = Project(clip=clip, look=look(), depth=depth_pass)
    pictures = []
    for number, order in enumerate([(0, 12, 30), (30, 0), (12,)]):
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / str(number)))
        with Renderer(project) as renderer:
            if number == 0:
                renderer.prepare(0, FRAMES)
            pictures.append({index: renderer.frame(index) for index in order})
    for found in pictures[1:]:
        for index, each in found.items():
            np.testing.assert_array_equal(each, pictures[0][index])
    with Renderer(project) as renderer:  # from what the last one has kept
        np.testing.assert_array_equal(renderer.frame(30), pictures[0][30])


def test_with_a_pass_and_without_the_target_is_the_same(
    clip: Path, network: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    project = Project(clip=clip, model=str(network))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "estimated"))
    with Renderer(project) as renderer:
        estimated = renderer.depth.target(10, "better", POINT)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "stored"))
    analyze(project, tmp_path / "pass")
    with Renderer(project) as renderer:
        assert renderer.depth.target(10, "better", POINT) == estimated
        assert "reused" in renderer.depth_description


def test_reports_say_where_the_point_was_lost(clip: Path, depth_pass: Path, tmp_path: Path) -> None:
    project = Project(clip=clip, look=look(), depth=depth_pass)
    said = render(project, tmp_path / "x.mkv", frames=(10, 16), codec="ffv1").notes[-1]
    assert said == (
        "depth.target: the point is hidden or lost in 2 frames (14 to 15); its last depth is held"
        " there"
    )
    assert not any("target" in note for note in still(project, tmp_path / "x.png", 5).notes)
    assert spans([3, 5, 6, 7, 9]) == "3, 5 to 7, 9"


def test_a_frame_beyond_the_clip_is_refused(clip: Path, depth_pass: Path) -> None:
    beyond = PickedPoint(at=(0.5, 0.5), frame=FRAMES)
    with (
        Renderer(Project(clip=clip, depth=depth_pass)) as renderer,
        pytest.raises(DepthError, match="picked at frame 32; allowed: 0 to 31"),
    ):
        renderer.depth.target(0, "better", beyond)
