"""A point found again in another picture: to a part of a pixel, or said to be lost."""

import numpy as np
import pytest
from depthgrade.depth.following import follow, pyramid, without_drift
from numpy.typing import NDArray

Luma = NDArray[np.float32]


def texture(seed: int, x: float = 0.0, y: float = 0.0) -> Luma:
    """Waves of many lengths, 240 rows, moved right and down by fractions of a pixel too."""
    random = np.random.default_rng(seed)
    rows, columns = np.mgrid[0:240, 0:320]
    picture = np.zeros(rows.shape)
    for _ in range(40):
        across, down = random.normal(0, 0.25, 2)
        wave = across * (columns - x) + down * (rows - y) + random.uniform(0, 6.3)
        picture += np.cos(wave) / 40
    return (0.5 + picture).astype(np.float32)


@pytest.mark.parametrize("motion", [(0.0, 0.0), (2.3, -1.7), (-19.4, 8.6)])
def test_a_moved_point_is_found(motion: tuple[float, float]) -> None:
    found = follow(pyramid(texture(1)), (150.0, 100.0), pyramid(texture(1, *motion)))
    assert found is not None
    # a parabola through three of a sine's samples is that far off at most
    np.testing.assert_allclose(found, (150 + motion[0], 100 + motion[1]), atol=0.1)


def test_brightness_may_change() -> None:
    brighter = texture(1, 4.0, 0.0) + np.float32(0.2)
    found = follow(pyramid(texture(1)), (150.0, 100.0), pyramid(brighter))
    assert found is not None and abs(found[0] - 154) < 0.1


def test_a_covered_point_is_lost() -> None:
    covered = texture(1)
    covered[70:130, 110:190] = texture(2)[70:130, 110:190]
    assert follow(pyramid(texture(1)), (150.0, 100.0), pyramid(covered)) is None


def test_a_point_that_leaves_is_lost() -> None:
    assert follow(pyramid(texture(1)), (4.0, 100.0), pyramid(texture(1, -12.0, 0.0))) is None


def test_where_there_is_nothing_to_hold_on_to_the_point_stays() -> None:
    noise = np.random.default_rng(3).normal(0.5, 0.002, (2, 240, 320)).astype(np.float32)
    found = follow(pyramid(noise[0]), (150.0, 100.0), pyramid(noise[1]))
    assert found is not None and np.hypot(found[0] - 150, found[1] - 100) < 1


def test_small_errors_do_not_add_up() -> None:
    origin, after = pyramid(texture(1)), pyramid(texture(1, 30.0, 12.0))
    found = without_drift(origin, (150.0, 100.0), after, (181.8, 110.5))
    np.testing.assert_allclose(found, (180, 112), atol=0.1)
    other = pyramid(texture(2))
    assert without_drift(origin, (150.0, 100.0), other, (181.8, 110.5)) == (181.8, 110.5)
