"""Depth at full size: its edges lie on the picture's, whatever the network's looked like."""

from collections.abc import Callable
from pathlib import Path

import moderngl
import numpy as np
import pytest
from depthgrade import Look, Project, Renderer
from depthgrade.depth import write_depth_frame
from depthgrade.depth.estimator import resize
from depthgrade.gl.device import Device
from depthgrade.gl.textures import TextureStore
from depthgrade.nodes.registry import make_node
from depthgrade.session.engine import Engine
from numpy.typing import NDArray

Map = NDArray[np.float32]
SIZE = (160, 96)  # of the small map
STEP = 50  # the column where the picture changes colour


def picture(change: float = 0.4) -> Map:
    """What the network saw: dark left, bright right; RGB and the luma of the clip."""
    y, x = np.mgrid[: SIZE[1], : SIZE[0]]
    value = 0.3 + change * (x >= STEP) + 0.01 * np.sin(x * 1.7 + y)
    return np.repeat(value[..., None], 4, axis=2).astype(np.float32)


def ramp(width: float) -> Map:
    """Depth that passes from 0.2 to 0.8 over some pixels about the picture's step."""
    x = np.arange(SIZE[0]) + np.zeros((SIZE[1], 1))
    return (0.2 + 0.6 * np.clip((x - STEP + 0.5) / width + 0.5, 0, 1)).astype(np.float32)


Lines = Callable[..., NDArray[np.float32]]


@pytest.fixture
def lines(gl: moderngl.Context) -> Lines:
    """The lines (slope, own) of a map over a picture: (h, w, 2)."""
    engine = Engine(Device(gl))
    store = TextureStore(engine.device)

    def run(depth: Map, guide: Map, *, soft: bool) -> NDArray[np.float32]:
        with engine.device.context:
            texture = store.fill("guide", guide)
            map = store.fill("depth", depth)
        if soft:
            map = engine.drawn("better", map, texture)
        return engine.read(engine.depth_texture("better", map, texture))

    return run


def test_a_soft_edge_is_drawn_to_the_pictures(lines: Lines) -> None:
    guide = picture()
    found = lines(ramp(5), guide, soft=True)
    depth = found[..., 0] * guide[..., 3] + found[..., 1]
    wanted = ramp(1e-3)
    band = slice(STEP - 6, STEP + 6)
    soft, drawn = (np.abs(each - wanted)[:, band].mean() for each in (ramp(5), depth))
    assert drawn < 0.05 * soft  # measured 0.002


def test_a_pattern_leaves_no_mark_where_depth_is_flat(lines: Lines) -> None:
    guide = picture() + 0.3 * np.random.default_rng(1).random((SIZE[1], SIZE[0], 1), np.float32)
    flat = np.full((SIZE[1], SIZE[0]), 0.4, np.float32)
    found = lines(flat, guide, soft=True)
    np.testing.assert_allclose(found[..., 0] * guide[..., 3] + found[..., 1], flat, atol=1e-5)


def test_a_corner_is_drawn_from_both_sides(lines: Lines) -> None:
    """A square of the picture whose depth is a soft blob: rows and columns alone do not tell."""
    y, x = np.mgrid[: SIZE[1], : SIZE[0]]
    square = ((abs(x - 80) < 25) & (abs(y - 48) < 25)).astype(np.float32)
    soft = 0.2 + 0.6 / (1 + np.exp((np.maximum(abs(x - 80), abs(y - 48)) - 25) / 2))
    guide = np.repeat((0.3 + 0.4 * square)[..., None], 4, axis=2).astype(np.float32)
    found = lines(soft.astype(np.float32), guide, soft=True)
    depth = found[..., 0] * guide[..., 3] + found[..., 1]
    corner = (slice(18, 29), slice(50, 61))
    wanted = 0.2 + 0.6 * square
    left, drawn = (np.abs(each - wanted)[corner].mean() for each in (soft, depth))
    assert drawn < 0.1 * left  # measured 0.04


def test_depth_is_left_alone_where_the_picture_says_nothing(lines: Lines) -> None:
    guide = picture(change=0.0)
    found = lines(ramp(5), guide, soft=False)
    depth = found[..., 0] * guide[..., 3] + found[..., 1]
    np.testing.assert_allclose(depth, ramp(5), atol=1e-6)


def test_a_map_from_elsewhere_is_not_drawn(lines: Lines) -> None:
    """Every line goes through its pixel's own depth, right at an edge too."""
    guide = picture()
    found = lines(ramp(4), guide, soft=False)
    np.testing.assert_allclose(found[..., 0] * guide[..., 3] + found[..., 1], ramp(4), atol=1e-6)


def test_a_small_map_has_the_pictures_edge_at_full_size(clip: Path, tmp_path: Path) -> None:
    """The clip's disc, its depth known at a quarter of the size: the key is nearer the truth."""
    y, x = np.mgrid[:90, :160]
    near = ((x - 60) ** 2 + (y - 55) ** 2 < 25**2).astype(np.float32)
    small = near[:88].reshape(22, 4, 40, 4).mean(axis=(1, 3)).astype(np.float32)
    for index in range(6):  # a shot is sampled throughout
        write_depth_frame(tmp_path / f"depth.{index:04d}.exr", near=np.ascontiguousarray(small))
    node = make_node("depth", {"type": "depth_map"})
    look = Look(nodes={"depth": node})
    with Renderer(Project(clip=clip, depth=tmp_path, look=look)) as renderer:
        key = renderer.key("depth", 0)
    plain = resize(small, 160, 90)
    band = np.abs(np.hypot(x - 60, y - 55) - 25) < 4
    assert np.abs(key - near)[band].mean() < 0.9 * np.abs(plain - near)[band].mean()
