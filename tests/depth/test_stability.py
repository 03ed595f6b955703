"""Key instability: zero for what moves with the picture, and not to be bought by flattening."""

import numpy as np
import pytest
from depthgrade.depth import stability
from depthgrade.errors import DepthError

RNG = np.random.default_rng(5)
STILL = np.zeros((20, 30, 2), np.float32)
ALL = np.ones((20, 30), bool)


def test_a_key_that_moves_with_the_picture_is_stable() -> None:
    wide = RNG.random((20, 40), np.float32)
    keys = [wide[:, 3 * i : 3 * i + 30] for i in range(3)]
    motion = STILL + np.float32([3, 0])  # what is at x was at x + 3 in the frame before
    inside = np.arange(30) + 3 <= 29
    seen = np.broadcast_to(inside, (20, 30))
    assert stability.key_instability(keys, [motion] * 2, [seen] * 2) < 1e-6
    assert stability.key_instability(keys, [STILL] * 2, [seen] * 2) > 0.5


def test_a_flattened_key_is_no_steadier() -> None:
    keys = [RNG.random((20, 30), np.float32) for _ in range(4)]
    flat = [0.4 + key / 10 for key in keys]
    rest = [STILL] * 3, [ALL] * 3
    assert stability.key_instability(flat, *rest) == pytest.approx(
        stability.key_instability(keys, *rest), rel=1e-4
    )


def test_normalisations_are_as_defined() -> None:
    raws = [np.float32([[0, 1], [2, 4]]), np.float32([[2, 3], [4, 12]])]
    np.testing.assert_allclose(stability.per_frame(raws)[1], [[0, 0.1], [0.2, 1]], rtol=1e-6)
    averaged = stability.averaged_range(raws, keep=0.5)[1]  # 0..4 then 2..12: 1..8
    np.testing.assert_allclose(averaged, (raws[1] - 1) / 7, rtol=1e-6)


def test_one_frame_has_no_instability() -> None:
    with pytest.raises(DepthError, match="at least two"):
        stability.key_instability([STILL[..., 0]], [], [])
