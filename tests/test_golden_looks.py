"""The shipped looks against pictures made before: what a look makes of a clip does not drift.

Remade with DEPTHGRADE_REFRESH_GOLDEN=1 after a change that is meant to change them.
"""

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from depthgrade import Look, looks
from depthgrade.nodes.registry import node_types
from numpy.typing import NDArray

Graded = Callable[..., NDArray[np.float32]]
GOLDEN = Path(__file__).parent / "golden" / "looks"
SIZE = (36, 64)  # height, width
FRAMES, AT = 5, 2
# DaVinci Intermediate code value: a twentieth of a step at 8 bits. One driver is exact; another
# rounds powers otherwise, by up to 1e-5 a node.
TOLERANCE = 2e-4


def clip() -> tuple[list[NDArray[np.float32]], list[NDArray[np.float32]]]:
    """A warm disc that moves before a bright, receding wall, with grain; and its depth."""
    rng = np.random.default_rng(11)
    y, x = np.mgrid[: SIZE[0], : SIZE[1]] / SIZE[0]
    wall = np.stack([0.35 + 0.15 * x, 0.38 + 0.14 * x, 0.42 + 0.12 * x + 0.05 * y], -1)
    wall += 0.03 * (np.sin(9 * x + 4 * y) > 0)[..., None]
    pictures, depths = [], []
    for frame in range(FRAMES):
        away = np.hypot(y - 0.5, x - 0.7 - 0.02 * frame)
        cover = np.clip((0.32 - away) * SIZE[0] + 0.5, 0, 1)[..., None]
        disc = np.array([0.42, 0.34, 0.29]) * (1.1 - 0.8 * away[..., None] ** 2)
        picture = wall + cover * (disc - wall) + rng.normal(0, 0.006, (*SIZE, 3))
        soft = np.clip((0.34 - away) * SIZE[0] / 6 + 0.5, 0, 1)
        pictures.append(picture.astype(np.float32))
        depths.append((0.15 + 0.1 * y + 0.6 * soft).astype(np.float32))
    return pictures, depths


def drawn(graded: Graded, look: Look) -> NDArray[np.float32]:
    """The middle frame; the automatic limits lie in the valley between wall and disc."""
    pictures, depths = clip()
    return graded(look.with_limits(lambda _: (0.35, 0.6)), pictures, depths, at=AT)


@pytest.mark.parametrize("name", looks.names())
def test_a_look_makes_the_picture_it_made_before(graded: Graded, name: str) -> None:
    made, path = drawn(graded, looks.load(name)), GOLDEN / f"{name}.npz"
    if os.environ.get("DEPTHGRADE_REFRESH_GOLDEN"):
        GOLDEN.mkdir(parents=True, exist_ok=True)
        np.savez_compressed(path, picture=made)
    with np.load(path) as kept:
        assert kept["picture"].dtype == np.float32
        np.testing.assert_allclose(made, kept["picture"], rtol=0, atol=TOLERANCE)


@pytest.mark.parametrize("name", looks.names())
def test_a_look_changes_the_picture_to_be_seen(graded: Graded, name: str) -> None:
    apart = np.abs(drawn(graded, looks.load(name)) - clip()[0][AT])
    assert 0.01 < apart.max() < 0.5


def test_everything_has_every_type_of_node() -> None:
    used = {node.type for node in looks.load("everything").used().values()}
    assert used == set(node_types())


@pytest.mark.parametrize("node", looks.load("everything").nodes)
def test_every_node_of_everything_matters(graded: Graded, node: str) -> None:
    look = looks.load("everything")
    without = drawn(graded, look.with_value(f"{node}.enabled", False))
    with np.load(GOLDEN / "everything.npz") as kept:
        assert np.abs(without - kept["picture"]).max() > 5 * TOLERANCE
