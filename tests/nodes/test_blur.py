"""Blur, sharpen and softened keys on the device, against a Gaussian in float64."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from depthgrade import Look
from depthgrade.graph import parse_wires
from depthgrade.nodes.registry import make_node
from numpy.typing import NDArray

Graded = Callable[..., NDArray[np.float32]]
SIZE = (200, 100)  # width, height: 1 % of the height is a pixel


def look(kind: str, **values: Any) -> Look:
    node = make_node("node", {"type": kind, **values})
    return Look(nodes={"node": node}, wires=parse_wires(["source -> node -> output"]))


def pixels(seed: int = 1) -> NDArray[np.float32]:
    """Noise over -1..1.9 beside a hard edge: (height, width, 3)."""
    width, height = SIZE
    values = np.random.default_rng(seed).uniform(-1, 1.9, (height, width, 3))
    values[:, width // 2 :] = [0.8, 0.4, 0.1]
    values[:, 3 * width // 4 :] = 0.0
    return values.astype(np.float32)


def gaussian(x: NDArray[Any], sigma: float, reach: float = 3.0) -> NDArray[np.float64]:
    """The blur of (height, width, ...) in float64, edges repeated."""
    result = x.astype(np.float64)
    length = int(np.ceil(reach * sigma))
    taps = np.exp(-0.5 * (np.arange(-length, length + 1) / sigma) ** 2)
    taps /= taps.sum()
    for axis in (0, 1):
        pad = [(0, 0)] * x.ndim
        pad[axis] = (length, length)
        padded = np.pad(result, pad, mode="edge")
        count = x.shape[axis]
        parts = [np.take(padded, range(i, i + count), axis) for i in range(2 * length + 1)]
        result = np.tensordot(taps, np.stack(parts), 1)
    return result


@pytest.mark.parametrize("sigma", [0.5, 1.0, 3.9])
def test_a_blur_is_a_gaussian(graded: Graded, sigma: float) -> None:
    x = pixels()
    # float32 sums of up to 25 numbers below 2
    np.testing.assert_allclose(graded(look("blur", radius=sigma), x), gaussian(x, sigma), atol=3e-6)


@pytest.mark.parametrize("sigma", [6.0, 11.9, 12.0, 19.0])
def test_a_wide_blur_on_a_smaller_picture_is_nearly_a_gaussian(
    graded: Graded, sigma: float
) -> None:
    x = pixels()
    x[:, : SIZE[0] // 2] = 0.0
    x[40:60, 30:80] = 1.0
    error = graded(look("blur", radius=sigma), x) - gaussian(x, sigma, 4.0)
    # 0.3 % of each of the two steps of a bar: the tail beyond 3 sigma and the spline's shape
    assert np.abs(error).max() < 0.006


def test_a_flat_picture_stays_as_it_is_however_wide_the_blur(graded: Graded) -> None:
    flat = np.full((61, 107, 3), 0.4, np.float32)
    np.testing.assert_allclose(graded(look("blur", radius=20.0), flat), flat, atol=1e-6)


def test_sharpening_adds_what_a_blur_takes_away(graded: Graded) -> None:
    x = np.clip(pixels(), 0, 1)
    result = graded(look("sharpen", amount=0.7, radius=1.5), x)
    np.testing.assert_allclose(result, x + 0.7 * (x - gaussian(x, 1.5)), atol=3e-6)


def test_detail_below_the_threshold_is_not_sharpened(graded: Graded) -> None:
    rng = np.random.default_rng(2)
    faint = (0.4 + rng.uniform(-0.01, 0.01, (40, 60, 3))).astype(np.float32)
    assert np.array_equal(graded(look("sharpen", amount=2.0, threshold=25.0), faint), faint)


@pytest.mark.parametrize("kind", ["blur", "sharpen"])
def test_as_by_default_it_returns_the_input_exactly(graded: Graded, kind: str) -> None:
    x = pixels()
    assert np.array_equal(graded(look(kind), x), x)


@pytest.mark.parametrize(
    ("kind", "name", "value"),
    [("blur", "radius", 2.5), ("blur", "radius", 13.0), ("sharpen", "amount", 0.8)],
)
def test_live_values_equal_literal_ones(graded: Graded, kind: str, name: str, value: float) -> None:
    x = np.clip(pixels(), 0, 1)
    literal = graded(look(kind, **{name: value}), x)
    live = graded(look(kind, **{name: value}), x, live=frozenset({f"node.{name}"}))
    np.testing.assert_allclose(live, literal, atol=2e-6)


@pytest.mark.parametrize("kind", ["blur", "sharpen"])
def test_a_neutral_live_value_returns_the_input(graded: Graded, kind: str) -> None:
    x = np.clip(pixels(), 0, 1)
    live = frozenset({f"node.{name}" for name in ("radius", "amount")})
    assert np.array_equal(graded(look(kind), x, live=live), x)


@pytest.mark.parametrize(
    ("kind", "values"), [("blur", {"radius": 2.0}), ("sharpen", {"amount": 1})]
)
def test_a_key_of_zero_returns_the_input(
    graded: Graded, kind: str, values: dict[str, float]
) -> None:
    x = np.clip(pixels(), 0, 1)
    keyed = look(kind, **values)
    nodes = {**keyed.nodes, "depth": make_node("depth", {"type": "depth_map"})}
    wires = parse_wires(["source -> node -> output", "depth.key -> node.key"])
    assert np.array_equal(graded(Look(nodes=nodes, wires=wires), x, -0.5), x)


def test_neither_nan_nor_infinity_spreads(graded: Graded) -> None:
    x = np.full((50, 60, 3), 0.4, np.float32)
    x[10, 10] = np.nan
    x[40, 40] = [np.inf, -np.inf, 0.4]
    result = graded(look("blur", radius=2.0), x)
    assert np.isfinite(result).all()
    np.testing.assert_allclose(result[25, 30], 0.4, atol=1e-6)  # away from both


def keyed_by_depth(**values: Any) -> Look:
    nodes = {
        "depth": make_node("depth", {"type": "depth_map"}),
        "node": make_node("node", {"type": "primary", "gain": 0.5, **values}),
    }
    wires = parse_wires(["source -> node -> output", "depth.key -> node.key"])
    return Look(nodes=nodes, wires=wires)


@pytest.mark.parametrize("sigma", [2.0, 7.0])
def test_a_softened_key_is_a_gaussian_of_the_key(graded: Graded, sigma: float) -> None:
    width, height = SIZE
    depth = np.zeros((height, width), np.float32)
    depth[30:70, 60:90] = 1.0
    grey = np.full((height, width, 3), 0.4, np.float32)
    soft = graded(keyed_by_depth(key_blur=sigma), grey, depth, key="node")[..., 0]
    np.testing.assert_allclose(soft, gaussian(depth, sigma, 4.0), atol=5e-3)
    result = graded(keyed_by_depth(key_blur=sigma), grey, depth)
    np.testing.assert_allclose(result, 0.4 - 0.2 * soft[..., None] * [1, 1, 1], atol=1e-6)


def test_a_softened_key_acts_before_it_is_inverted(graded: Graded) -> None:
    depth = np.zeros((50, 60), np.float32)
    depth[:, 30:] = 1.0
    grey = np.full((50, 60, 3), 0.4, np.float32)
    one, other = (
        graded(keyed_by_depth(key_blur=4.0, key_invert=way), grey, depth, key="node")[..., 0]
        for way in (False, True)
    )
    np.testing.assert_allclose(other, 1 - one, atol=1e-6)
