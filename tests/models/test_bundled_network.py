"""The network in the box: it is small, takes any size, and near is large.

The pictures are drawn here, so that nothing beyond the repository is needed.
"""

from pathlib import Path

import numpy as np
import pytest
from depthgrade.depth import Estimator, default_card, load_card
from depthgrade.resources import directory
from numpy.typing import NDArray

_CARD = "depthgrade-small"
_LARGEST = 6_000_000  # bytes: what the repository is willing to carry

pytestmark = pytest.mark.skipif(
    not (directory("models") / f"{_CARD}.onnx").is_file(), reason="the network is not built yet"
)


def _standing_figure(width: int, height: int) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """A figure on a lawn under a sky, and the mask of its upper body."""
    y, x = np.mgrid[0:height, 0:width] / np.array([height, width]).reshape(2, 1, 1)
    rgb = np.empty((height, width, 3), np.float32)
    rgb[:] = (0.55, 0.7, 0.9)
    lawn = y > 0.55
    texture = 0.06 * np.random.default_rng(0).standard_normal((height, width))
    rgb[lawn] = np.array((0.25, 0.42, 0.15)) + texture[lawn, None]
    aspect = width / height
    head = ((x - 0.5) * aspect) ** 2 + (y - 0.3) ** 2 < 0.08**2
    body = (np.abs(x - 0.5) * aspect < 0.14) & (y > 0.4) & (y < 0.98)
    rgb[body] = (0.6, 0.12, 0.1)
    rgb[head] = (0.8, 0.6, 0.5)
    return np.clip(rgb, 0, 1).astype(np.float32), (body & (y < 0.52)) | head


def test_the_file_is_small_enough_for_the_repository() -> None:
    assert load_card(_CARD).path().stat().st_size <= _LARGEST


def test_it_is_the_default() -> None:
    assert default_card().name == _CARD


@pytest.mark.parametrize("size", [(320, 192), (192, 320), (512, 288), (96, 64)])
def test_the_answer_has_the_size_of_the_picture(size: tuple[int, int]) -> None:
    width, height = size
    picture, _ = _standing_figure(width, height)
    with Estimator(load_card(_CARD), "faster", provider="cpu") as estimator:
        near = estimator.infer(picture)
    assert near.shape == (height, width)
    assert np.isfinite(near).all()


@pytest.mark.parametrize("quality", ["faster", "better"])
def test_a_figure_is_nearer_than_the_sky_beside_it(quality: str) -> None:
    # The upper body stands above the horizon: the lower part of the picture being nearer, which
    # any network knows, does not help.
    card = load_card(_CARD)
    width, height = card.nominal_size("faster" if quality == "faster" else "better")
    picture, figure = _standing_figure(width, height)
    with Estimator(card, "faster", provider="cpu") as estimator:
        near = estimator.infer(picture)
    sky = np.zeros_like(figure)
    sky[height // 5 : height // 2, : width // 5] = True
    assert np.median(near[figure]) > np.percentile(near[sky], 95)


def test_the_ground_comes_nearer_towards_the_bottom() -> None:
    picture, _ = _standing_figure(320, 192)
    with Estimator(load_card(_CARD), "faster", provider="cpu") as estimator:
        near = estimator.infer(picture)
    rows = near[115:185, :80].mean(axis=1)
    assert rows[-10:].mean() > rows[:10].mean()


def test_a_mirrored_picture_gives_a_mirrored_map() -> None:
    # Not exact, no kernel is symmetric; 10 % of the range is far below what flips an order.
    picture, _ = _standing_figure(320, 192)
    with Estimator(load_card(_CARD), "faster", provider="cpu") as estimator:
        near = estimator.infer(picture)
        mirrored = estimator.infer(np.ascontiguousarray(picture[:, ::-1]))[:, ::-1]
    spread = np.percentile(near, 98) - np.percentile(near, 2)
    assert np.abs(near - mirrored).mean() < 0.1 * spread


def test_the_card_is_beside_the_file() -> None:
    assert Path(load_card(_CARD).path()).with_suffix(".toml").is_file()
