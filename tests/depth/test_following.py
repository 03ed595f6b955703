"""A point found again in another picture: to a part of a pixel, or said to be lost."""

import itertools

import numpy as np
import pytest
from depthgrade.depth.following import find, follow, likeness, pyramid, without_drift
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


def test_a_lost_point_is_found_far_away_and_nothing_else_is() -> None:
    origin, after = pyramid(texture(1)), pyramid(texture(1, 38.0, -30.0) + np.float32(0.1))
    found = find(origin, (150.0, 130.0), after, (150.0, 130.0))
    assert found is not None
    np.testing.assert_allclose(found, (188, 100), atol=0.1)
    assert find(origin, (150.0, 130.0), pyramid(texture(2)), (150.0, 130.0)) is None


def test_likeness_tells_what_covers_a_point_slowly_and_not_size_and_light() -> None:
    first, other = texture(1), texture(2)
    origin, point = pyramid(first), (150.0, 100.0)
    nearer = np.kron(first[60:140, 110:190], np.ones((3, 3), np.float32))  # 3 times the size
    nearer = nearer[1::2, 1::2] * np.float32(0.7) + np.float32(0.2)  # 1.5 times
    alike = [likeness(origin, point, pyramid(nearer), (60.0, 60.0))]
    for edge in (20, 10, 0, -10):  # columns beside the point from which it is covered
        covered = first.copy()
        covered[:, 150 + edge :] = other[:, 150 + edge :]
        alike.append(likeness(origin, point, pyramid(covered), point))
    # 1.5 is told as 1.25; from a middle covered by half on there is less than half of the likeness
    assert alike[0] > 0.8 and alike[1] > 0.99 and alike[2] > 0.9
    assert alike[3] < 0.8 and alike[4] < 0.3
    flat = pyramid(np.full((240, 320), 0.5, np.float32))
    assert likeness(flat, point, origin, point) == pytest.approx(0, abs=1e-4)


def test_a_point_stays_with_its_own_surface_beside_a_nearer_one() -> None:
    """A bright near thing comes up to the point; by the picture alone its edge drags it along."""
    errors = []
    for known in (True, False):
        at, pictures = (150.0, 100.0), []
        for index in range(9):
            luma, depth = texture(1) * np.float32(0.3) + np.float32(0.3), np.full((96, 128), 0.2)
            edge = 165 - index  # column
            luma[:, edge:] = 0.9
            depth[:, round(edge * 0.4) :] = 0.8
            pictures.append(pyramid(luma, depth.astype(np.float32) if known else None))
        for before, after in itertools.pairwise(pictures):
            found = follow(before, at, after)
            assert found is not None
            at = found
        errors.append(np.hypot(at[0] - 150, at[1] - 100))
    assert errors[0] < 0.4 and errors[1] > 2  # measured 0.1 and 4.8
