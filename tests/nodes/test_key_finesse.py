"""The finesse of a depth key on the device, against numpy in float64: filter, size, blur."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from depthgrade import Look
from depthgrade.graph import parse_wires
from depthgrade.nodes.registry import make_node
from numpy.typing import NDArray

Graded = Callable[..., NDArray[np.float32]]
HEIGHT, WIDTH = 100, 120  # 1 % of the height is a pixel
Key = NDArray[np.float64]


def keyed(**values: Any) -> Look:
    node = make_node("depth", {"type": "depth_map", **{"post_processing": True, **values}})
    grade = make_node("grade", {"type": "primary", "gain": 0.5})
    wires = parse_wires(["source -> grade -> output", "depth.key -> grade.key"])
    return Look(nodes={"depth": node, "grade": grade}, wires=wires)


def key_of(graded: Graded, x: NDArray[np.float32], depth: object, **values: Any) -> Key:
    return graded(keyed(**values), x, depth, key="depth")[..., 0].astype(np.float64)


def picture() -> NDArray[np.float32]:
    """Two colours with a slanted edge between them, and noise of 0.01: (height, width, 3)."""
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    left = (columns + 0.4 * rows < 80)[..., None]
    noise = np.random.default_rng(4).normal(0, 0.01, (HEIGHT, WIDTH, 3))
    return (np.where(left, [0.3, 0.32, 0.3], [0.5, 0.4, 0.35]) + noise).astype(np.float32)


def soft_depth() -> NDArray[np.float32]:
    """The same edge as a network sees it: smeared over 20 pixels and off by 3."""
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    return np.clip((83 - columns - 0.4 * rows) / 20 + 0.5, 0, 1).astype(np.float32)


def shifted(x: NDArray[Any], dy: int, dx: int) -> NDArray[Any]:
    """What lies (dy, dx) away, edges repeated."""
    rows = np.clip(np.arange(x.shape[0]) + dy, 0, x.shape[0] - 1)
    columns = np.clip(np.arange(x.shape[1]) + dx, 0, x.shape[1] - 1)
    return x[rows][:, columns]


def followed(key: Key, guide: NDArray[Any]) -> Key:
    """Five levels of 5x5, each spaced twice as far, weights by the guide's colours."""
    guide = guide.astype(np.float64)
    for spacing in (1, 2, 4, 8, 16):
        total, weights = np.zeros_like(key), np.zeros_like(key)
        for dy, v in zip(range(-2, 3), (1, 4, 6, 4, 1), strict=True):
            for dx, h in zip(range(-2, 3), (1, 4, 6, 4, 1), strict=True):
                apart = ((shifted(guide, dy * spacing, dx * spacing) - guide) ** 2).sum(-1)
                weight = v * h * np.exp(-apart / 0.04**2)
                total += weight * shifted(key, dy * spacing, dx * spacing)
                weights += weight
        key = total / weights
    return key


def octagon(key: Key, amount: float) -> Key:
    """The extreme over four lines; a fraction of a step counts by that fraction."""
    way = np.sign(amount)
    key = way * key
    diagonal = abs(amount) * 0.03 * HEIGHT / (2 + np.sqrt(2))
    straight = np.sqrt(2) * diagonal
    lines = ((0, 1, straight), (1, 0, straight), (1, 1, diagonal), (-1, 1, diagonal))
    for dy, dx, reach in lines:
        best = key
        for i in range(1, int(reach) + 2):
            more = np.maximum(shifted(key, i * dy, i * dx), shifted(key, -i * dy, -i * dx))
            share = np.clip(reach - (i - 1), 0, 1)
            best = best + share * (np.maximum(best, more) - best)
        key = best
    return way * key


@pytest.mark.parametrize("amount", [0.4, 1.0])
def test_the_filter_averages_keys_of_like_colour(graded: Graded, amount: float) -> None:
    x, depth = picture(), soft_depth()
    result = key_of(graded, x, depth, post_filter=amount)
    wanted = depth + amount * (followed(depth.astype(np.float64), x) - depth)
    # the device's exp of a float32 square
    np.testing.assert_allclose(result, wanted, atol=2e-5)


def test_the_filter_brings_a_key_nearer_to_the_picture_s_edge(graded: Graded) -> None:
    x = picture()
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    exact = columns + 0.4 * rows < 80
    before, after = (
        np.abs(key_of(graded, x, soft_depth(), post_filter=amount) - exact)[:, 20:].mean()
        for amount in (0.0, 1.0)
    )
    assert after < 0.8 * before


@pytest.mark.parametrize("amount", [-1.0, -0.3, 0.15, 0.7, 1.0])
def test_contracting_and_expanding_take_extremes_in_an_octagon(
    graded: Graded, amount: float
) -> None:
    depth = np.random.default_rng(1).uniform(0, 1, (HEIGHT, WIDTH)).astype(np.float32)
    result = key_of(graded, picture(), depth, contract_expand=amount)
    # the device samples depth to 4e-6
    np.testing.assert_allclose(result, octagon(depth.astype(np.float64), amount), atol=1e-5)


def test_an_expanded_key_grows_alike_in_all_directions(graded: Graded) -> None:
    depth = np.zeros((HEIGHT * 4, WIDTH * 4), np.float32)  # 1 is 12 pixels
    depth[200, 240] = 1.0
    x = np.full((*depth.shape, 3), 0.4, np.float32)
    grown = key_of(graded, x, depth, contract_expand=1.0) > 0.5
    rows, columns = np.nonzero(grown)
    outer = np.hypot(rows - 200, columns - 240)
    assert 10 <= outer.max() <= 13.5
    area = 8 * np.tan(np.pi / 8) * 12**2  # of the octagon
    assert 0.9 < grown.sum() / area < 1.1
    # no holes: what lies well inside belongs to it
    inside = np.hypot(*(np.indices(depth.shape) - np.array([200, 240])[:, None, None])) < 9
    assert grown[inside].all()


def test_the_order_is_size_then_blur_then_invert(graded: Graded) -> None:
    depth = np.zeros((HEIGHT, WIDTH), np.float32)
    depth[:, :60] = 1.0
    plain, turned = (
        key_of(graded, picture(), depth, contract_expand=1.0, blur=2.0, invert=way)
        for way in (False, True)
    )
    np.testing.assert_allclose(turned, 1 - plain, atol=1e-6)  # so it grew before it was inverted
    # The blur is symmetric about the moved edge: 2.46 pixels further out, between two pixels.
    middle = np.interp(0.5, plain[50, 55:70][::-1], np.arange(69, 54, -1))
    assert 61.0 < middle < 63.5
    assert 0.02 < plain[50, 65] < 0.4  # soft


def test_the_finesse_is_off_unless_post_processing_is_on(graded: Graded) -> None:
    values = {"post_filter": 1.0, "contract_expand": -1.0, "blur": 5.0}
    depth = soft_depth()
    off = key_of(graded, picture(), depth, post_processing=False, **values)
    np.testing.assert_allclose(off, depth, atol=1e-5)  # the device's sampling of depth
    neutral = key_of(graded, picture(), depth)
    assert np.array_equal(neutral, off)


@pytest.mark.parametrize("name", ["post_filter", "contract_expand", "blur"])
def test_live_finesse_equals_literal_finesse(graded: Graded, name: str) -> None:
    x, depth = picture(), soft_depth()
    every = frozenset(f"depth.{each}" for each in ("post_filter", "contract_expand", "blur"))
    for value in (0.0, 0.6):
        made = keyed(**{name: value})
        still = graded(made, x, depth, key="depth")
        np.testing.assert_allclose(
            graded(made, x, depth, key="depth", live=every), still, atol=2e-6
        )
