"""Where a point of one picture is in another, for a depth that is picked on the picture.

The neighbourhood of the point is looked for at a quarter, a half and the full size, one after the
other, so that a fast point is found and a slow one is not mistaken. Where depth is known the point
stays with its own surface, whatever sweeps past beside it. It counts as found only if the search
back from there ends where it began: a point that is covered, or leaves, is said to be lost. What
covers a point slowly passes that test; `likeness` to the first picture tells it. `find` looks for a
lost point in a wide neighbourhood.
"""

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from depthgrade.depth.estimator import resize

Luma = NDArray[np.float32]

LUMA = (0.2126, 0.7152, 0.0722)  # ITU-R BT.709-6, item 3.2: of the R'G'B' networks see
HEIGHT = 240  # rows of the pictures that points are followed in: an eye has a few pixels there

_LEVELS = 3  # each half the size of the one before
_HALF = 10  # rows and columns of a patch beside its middle
_WIDTH = 7.0  # standard deviation in pixels of the patch's weights, which favour its middle
_REACH = 7  # pixels a point is looked for at the coarsest level: 28 of HEIGHT's, an eighth
_REFINED = 2  # pixels, at the other levels
# Deviation of luma that the first pixel of motion must gain: where there is nothing to hold on to,
# the point stays with what the coarser level says.
_STILLNESS = 0.002
# A patch is lost if more than this, plus half of its own contrast, is left of it as a difference.
_NOISE = 0.02
_RETURNS = 2.0  # pixels from where it began that the search back may end
# Small errors of every frame add up, so the patch of the first is looked for nearby: within these
# pixels, taken if it has contrast to hold on to and this share of it is left at most. On the demo's
# scenes that brings the median error from 1.7 to 0.3 pixels over 40 frames.
_DRIFT, _HELD, _LIKE = 3, 0.02, 0.25
_NARROW = (
    4.0  # standard deviation in pixels of the weights of a likeness: what is beside counts less
)
_SIZES = (0.8, 1.0, 1.25)  # that a patch may have taken on while its likeness is told
_SURFACE = 0.05  # standard deviation of depth by which a surface may bend away from a point on it
_RIM = 2  # pixels of a level
_BESIDE = 1e-4  # of a weight that is left in any case, for what is thinner than its own rims
_WIDE = 24  # pixels of the half size that a lost point is looked for: 48 of HEIGHT's, a fifth
_FLAT = 0.004  # deviation of luma that is noise: correlations fade below it
_SAME = 0.8  # likeness from which a lost point is found


@dataclass(frozen=True)
class Pyramid:
    """A picture's luma by level, the largest first, and depth if known; made by `pyramid`."""

    levels: tuple[Luma, ...]
    depths: tuple[Luma, ...]


def pyramid(luma: Luma, depth: Luma | None = None) -> Pyramid:
    """A picture (height, width), 0..1, sides 4 and more, made ready to be searched.

    depth: of any size, near = 1; what is not as far as a point is not followed with it.
    """
    levels = _halves(np.asarray(luma, np.float32))
    if depth is None:
        return Pyramid(levels, ())
    return Pyramid(levels, _halves(resize(depth, *luma.shape[::-1])))


def _halves(fine: Luma) -> tuple[Luma, ...]:
    levels = [fine]
    for _ in range(_LEVELS - 1):
        fine = levels[-1]
        height, width = (side // 2 for side in fine.shape)
        blocks = fine[: 2 * height, : 2 * width].reshape(height, 2, width, 2)
        levels.append(blocks.mean(axis=(1, 3), dtype=np.float32))
    return tuple(levels)


def follow(before: Pyramid, at: tuple[float, float], after: Pyramid) -> tuple[float, float] | None:
    """Where the point (x, y) of one picture is in another of the same size; None if it is lost.

    In pixels of the largest level, x to the right and y down, centres of pixels at integers.
    """
    found = _search(before, at, after)
    if found is None:
        return None
    back = _search(after, found, before)
    if back is None or np.hypot(back[0] - at[0], back[1] - at[1]) > _RETURNS:
        return None
    return found


def without_drift(
    origin: Pyramid, start: tuple[float, float], after: Pyramid, at: tuple[float, float]
) -> tuple[float, float]:
    """A followed point put where the picture looks as at its start, if that is found close by."""
    patch = _patch(origin.levels[0], np.asarray(start), _HALF)
    around = _patch(after.levels[0], np.asarray(at), _HALF + _DRIFT)
    weights = _own(origin, start, 0, _weights())
    differences = _differences(patch, around, weights)
    (x, y), left = _least(differences, differences)
    contrast = _deviation(patch, weights)
    if contrast < _HELD or left > _NOISE / 2 + _LIKE * contrast:
        return at
    return at[0] + x, at[1] + y


def likeness(
    origin: Pyramid, start: tuple[float, float], after: Pyramid, at: tuple[float, float]
) -> float:
    """Correlation, -1 to 1, of a place with where the point started; size and light may change.

    A patch without contrast tells nothing: 0.
    """
    around = _patch(after.levels[0], np.asarray(at), _HALF)
    weights = _weights(_NARROW)
    patches = (_patch(origin.levels[0], np.asarray(start), _HALF, size) for size in _SIZES)
    return max(float(_correlations(patch, around, weights)[0, 0]) for patch in patches)


def find(
    origin: Pyramid, start: tuple[float, float], after: Pyramid, near: tuple[float, float]
) -> tuple[float, float] | None:
    """Where a lost point is again in a wide neighbourhood of a place; None unless quite alike."""
    patch = _patch(origin.levels[1], _halved(start), _HALF)
    wide = _patch(after.levels[1], _halved(near), _HALF + _WIDE)
    alike = _correlations(patch, wide, _weights())  # with much around it: many places look alike
    if alike.max() < _SAME:
        return None
    row, column = (int(each) for each in np.unravel_index(np.argmax(alike), alike.shape))
    at = near[0] + 2.0 * (column - _WIDE), near[1] + 2.0 * (row - _WIDE)
    at = without_drift(origin, start, after, at)
    height, width = after.levels[0].shape
    inside = 0 <= at[0] <= width - 1 and 0 <= at[1] <= height - 1
    return at if inside and likeness(origin, start, after, at) >= _SAME else None


def _halved(at: tuple[float, float]) -> NDArray[np.float64]:
    """A place of the largest level at the next."""
    return (np.asarray(at) + 0.5) / 2 - 0.5


def _search(before: Pyramid, at: tuple[float, float], after: Pyramid) -> tuple[float, float] | None:
    """Where the patch around a point is most alike; None outside the picture or where it is not."""
    motion = np.zeros(2)
    left = contrast = 0.0
    for level in range(_LEVELS - 1, -1, -1):
        size = 2.0**level
        centre = (np.asarray(at) + 0.5) / size - 0.5
        reach = _REACH if level == _LEVELS - 1 else _REFINED
        patch = _patch(before.levels[level], centre, _HALF)
        around = _patch(after.levels[level], centre + motion, _HALF + reach)
        weights = _own(before, at, level, _weights())
        differences = _differences(patch, around, weights)
        step = np.arange(-reach, reach + 1)
        lengths = np.hypot(step[:, None], step[None, :])
        costs = differences + _STILLNESS * np.minimum(lengths, 1.0)
        moved, left = _least(costs, differences)
        motion = (motion + moved) * (2 if level else 1)
        contrast = _deviation(patch, weights)
    x, y = float(at[0] + motion[0]), float(at[1] + motion[1])
    height, width = after.levels[0].shape
    inside = 0 <= x <= width - 1 and 0 <= y <= height - 1
    return (x, y) if inside and left <= _NOISE + contrast / 2 else None


def _patch(luma: Luma, centre: NDArray[np.float64], half: int, spacing: float = 1.0) -> Luma:
    """The pixels around a place, between pixels too; the picture's edges are repeated."""
    low, fraction = [], []
    for place, side in zip(centre, luma.shape[::-1], strict=True):
        along = np.clip(place + spacing * np.arange(-half, half + 1), 0, side - 1)
        low.append(np.minimum(along.astype(np.intp), side - 2))
        fraction.append((along - low[-1]).astype(np.float32))
    (columns, rows), (x, y) = low, fraction
    upper, lower = (
        luma[np.ix_(each, columns)] * (1 - x) + luma[np.ix_(each, columns + 1)] * x
        for each in (rows, rows + 1)
    )
    return np.asarray(upper * (1 - y[:, None]) + lower * y[:, None], np.float32)


def _weights(width: float = _WIDTH) -> Luma:
    axis = np.exp(-0.5 * (np.arange(-_HALF, _HALF + 1) / width) ** 2)
    weights = np.outer(axis, axis)
    return np.asarray(weights / weights.sum(), np.float32)


def _correlations(patch: Luma, around: Luma, weights: Luma) -> NDArray[np.float64]:
    """Weighted correlation with the patch at each place; 0 where either has hardly any contrast."""
    windows = sliding_window_view(around, patch.shape).astype(np.float64)
    centred = weights * (patch - (weights * patch).sum(dtype=np.float64))
    mean = np.einsum("ijkl,kl->ij", windows, weights)
    squares = np.einsum("ijkl,ijkl,kl->ij", windows, windows, weights)
    spread = np.sqrt(np.maximum(squares - mean * mean, _FLAT**2))
    own = np.sqrt(max(float((centred * patch).sum(dtype=np.float64)), _FLAT**2))
    return np.asarray(np.einsum("ijkl,kl->ij", windows, centred) / (spread * own), np.float64)


def _own(picture: Pyramid, at: tuple[float, float], level: int, weights: Luma) -> Luma:
    """Weights of a patch around a point of the largest level, less where depth is another."""
    if not picture.depths:
        return weights
    here = float(np.median(_patch(picture.depths[0], np.asarray(at), 1)))
    centre = (np.asarray(at) + 0.5) / 2.0**level - 0.5
    nearer = (_patch(picture.depths[level], centre, _HALF + _RIM) - here) / _SURFACE
    # An outline moves with the nearer side: the rim of what is nearer is left out too, that of what
    # is farther is kept.
    reach = 2 * _RIM + 1
    other = np.abs(sliding_window_view(nearer, (reach, reach)).max(axis=(2, 3)))
    weights = weights * (_BESIDE + np.exp(-0.5 * other * other))
    return np.asarray(weights / weights.sum(), np.float32)


def _differences(patch: Luma, around: Luma, weights: Luma) -> NDArray[np.float64]:
    """Weighted deviation of the difference to the patch at each place; brightness may change."""
    windows = sliding_window_view(around, patch.shape)
    error = (windows - patch).astype(np.float64)
    mean = np.einsum("ijkl,kl->ij", error, weights)
    squares = np.einsum("ijkl,ijkl,kl->ij", error, error, weights)
    return np.asarray(np.sqrt(np.maximum(squares - mean * mean, 0.0)), np.float64)


def _deviation(patch: Luma, weights: Luma) -> float:
    mean = float((patch * weights).sum())
    return float(np.sqrt((weights * (patch - mean) ** 2).sum()))


def _least(
    costs: NDArray[np.float64], differences: NDArray[np.float64]
) -> tuple[tuple[float, float], float]:
    """Where the cost is least, in pixels (x, y) from the middle, and the difference there."""
    row, column = (int(each) for each in np.unravel_index(np.argmin(costs), costs.shape))
    reach = len(costs) // 2
    x = column - reach + _vertex(costs[row], column)
    y = row - reach + _vertex(costs[:, column], row)
    return (x, y), float(differences[row, column])


def _vertex(costs: NDArray[np.float64], place: int) -> float:
    """Where between its neighbours the least cost lies, by a parabola; -0.5 to 0.5."""
    if not 0 < place < len(costs) - 1:
        return 0.0
    before, here, after = (float(each) ** 2 for each in costs[place - 1 : place + 2])
    bend = before - 2 * here + after
    return 0.0 if bend <= 0 else min(max(0.5 * (before - after) / bend, -0.5), 0.5)
