"""The guided filter: numpy for software devices fits the same lines as the passes for GPUs."""

import moderngl
import numpy as np
from depthgrade.compiler import GUIDED_EPSILON, compile_guided, guided_radius
from depthgrade.depth import guided_lines
from depthgrade.gl.device import Device
from depthgrade.gl.runner import Inputs, Runner


def picture(size: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """A luma with a step and grain, and a depth whose soft edge is a few pixels off."""
    width, height = size
    rng = np.random.default_rng(5)
    x = np.arange(width, dtype=np.float32)
    luma = np.where(x > width / 2, 0.7, 0.3) + 0.02 * rng.standard_normal((height, width))
    depth = np.broadcast_to(1 / (1 + np.exp((x - width / 2 - 2) / 2)), (height, width))
    return luma.astype(np.float32), np.ascontiguousarray(depth, np.float32)


def test_numpy_and_the_passes_fit_the_same_lines(gl: moderngl.Context) -> None:
    size = (64, 60)
    luma, depth = picture(size)
    runner = Runner(Device(gl))
    network = np.zeros((*luma.shape, 4), np.float32)
    network[..., 3] = luma
    inputs = Inputs(
        pictures=(
            gl.texture(size, 4, network.tobytes(), dtype="f4"),
            gl.texture(size, 1, depth.tobytes(), dtype="f4"),
        )
    )
    for number, program in enumerate(compile_guided(size)):
        made = runner.run(program, inputs, label=number % 2)
        inputs = Inputs(pictures=(made,))
    lines = guided_lines(luma, depth, guided_radius(size[1]), GUIDED_EPSILON)
    # The variance is a difference of two means of about 0.3, each rounded at 3e-8; an epsilon of
    # 4e-4 below it makes that 1e-4 of the slope at most.
    np.testing.assert_allclose(runner.read(made)[..., :2], lines, atol=1e-4)


def test_a_soft_depth_edge_moves_to_the_edge_of_the_picture() -> None:
    size = (64, 60)
    luma, depth = picture(size)
    lines = guided_lines(luma, depth, 4, GUIDED_EPSILON)
    sharpened = lines[..., 0] * luma + lines[..., 1]
    middle = size[0] // 2
    before, after = (
        np.abs(each[:, middle - 1] - each[:, middle + 2]).mean() for each in (depth, sharpened)
    )
    assert after > 1.3 * before


def test_depth_that_follows_no_luma_keeps_its_mean() -> None:
    flat, depth = np.full((40, 40), 0.5, np.float32), np.full((40, 40), 0.25, np.float32)
    lines = guided_lines(flat, depth, 2, GUIDED_EPSILON)
    np.testing.assert_allclose(lines[..., 0], 0, atol=1e-6)
    np.testing.assert_allclose(lines[..., 1], 0.25, atol=1e-6)
