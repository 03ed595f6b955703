"""Suggested far and near limits: where a shot's subject parts from its background.

The histogram of a shot's depth has a hill for the background and one for the subject, and the
limits belong on either side of the valley between them. Floors and walls fill that valley, so the
pictures are asked too: at the right depth the map jumps, at a depth on a floor it only slopes.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from depthgrade.errors import DepthError

Curve = NDArray[np.float64]

# Depth levels at which everything below is evaluated; a mapped shot lies in 0..1 but for a few
# pixels, which count as the nearest level.
_LOW, _HIGH, _COUNT = -0.1, 1.1, 240
_LEVELS: Curve = _LOW + (np.arange(_COUNT) + 0.5) * (_HIGH - _LOW) / _COUNT

_ROWS = 180  # a larger map is thinned to about this height: outlines are long enough in it
_SMOOTHING = 0.02  # standard deviation, in depth, of the kernel that makes the histogram a density
_SMALLEST = 0.04  # fraction of the pixels that a subject or a background has at least
# Of the picture's height, between two compared pixels: across an edge as blurred as networks draw.
_REACH = 0.03
# Fraction of the shot's largest mean jump from which a level counts as lying on outlines: the very
# largest belong to a hand or a leg and would take the rest of the subject for background.
_CLEAR_JUMP = 0.6
_WITHOUT_VALLEY = 0.25  # weight of a level on a slope, beside 1.25 in an empty valley
_SIDE = 0.3  # a valley ends where the density has climbed this fraction to the hill beside it
# Either limit is at least and at most this far from the split: softer than a step, yet decisive.
_NARROWEST, _WIDEST = 0.03, 0.12


@dataclass(frozen=True)
class Limits:
    """All is background at and below the depth `far`, subject at and above `near` (near = 1)."""

    far: float
    near: float


def suggest_limits(maps: Iterable[NDArray[np.float32]]) -> Limits:
    """The limits on either side of the valley between a shot's subject and its background.

    maps are mapped depths (near = 1, far = 0) of the shot's sampled frames, (height, width) each;
    flat lists of depths serve too, by their histogram alone. The split is the level that best
    combines Otsu's between-class variance, the emptiness of the histogram there and the mean jump
    of the map across it; the limits are the sides of its valley. Without a valley (one hill) that
    leaves Otsu's threshold drawn to the outlines, and without spread the limits are 0 and 1.

    Source of the variance criterion: N. Otsu, IEEE Trans. SMC 9 (1979) 62. Raises DepthError
    without a finite sample.
    """
    histogram = np.zeros(_COUNT)
    jumps = _Jumps()
    for depth in maps:
        values = np.asarray(depth, np.float32)
        if not np.isfinite(values).all():
            raise DepthError("depth of the shot: NaN or infinity among the samples")
        if values.ndim == 2:
            step = max(1, min(values.shape) // _ROWS)
            values = values[::step, ::step]
            jumps.add(values)
        histogram += _counts(_level(values).ravel())[:_COUNT]
    if not histogram.any():
        raise DepthError("depth of the shot: no samples; at least one map is needed")
    histogram /= histogram.sum()
    below = np.cumsum(histogram)
    tails = np.searchsorted(below, [_SMALLEST, 1 - _SMALLEST])
    if _LEVELS[tails[1]] - _LEVELS[tails[0]] < 2 * _NARROWEST:
        return Limits(0.0, 1.0)
    density = _smooth(histogram, _SMOOTHING)
    variance = _between_class_variance(density)
    left = np.maximum.accumulate(density)
    right = np.maximum.accumulate(density[::-1])[::-1]
    valley = 1.0 - density / np.maximum(np.minimum(left, right), 1e-12)
    score = variance * (_WITHOUT_VALLEY + valley) * np.minimum(jumps.mean() / _CLEAR_JUMP, 1)
    split = int(np.argmax(score))
    return Limits(_side(density, split, -1), _side(density, split, 1))


class _Jumps:
    """The mean jump of depth maps across each level, over all pairs of pixels a reach apart."""

    def __init__(self) -> None:
        self._pairs = np.zeros(_COUNT + 1)
        self._total = np.zeros(_COUNT + 1)

    def add(self, depth: NDArray[np.float32]) -> None:
        """Count the pairs of a (height, width) map, across and down."""
        reach = max(1, round(_REACH * min(depth.shape)))
        across = depth[:, reach:], depth[:, :-reach]
        down = depth[reach:], depth[:-reach]
        for a, b in (across, down):
            low, high = np.minimum(a, b).ravel(), np.maximum(a, b).ravel()
            first, past = _level(low), _level(high)
            jump = (high - low).astype(np.float64)
            # Each pair crosses the levels from first to past: a difference array, summed in mean().
            self._pairs += _counts(first) - _counts(past)
            self._total += _counts(first, jump) - _counts(past, jump)

    def mean(self) -> Curve:
        """Mean jump at each level, 1 being the largest; 1 everywhere if no map was given."""
        pairs = np.cumsum(self._pairs)[:_COUNT]
        total = np.cumsum(self._total)[:_COUNT]
        mean = _smooth(np.where(pairs > 0.5, total / np.maximum(pairs, 1.0), 0.0), _SMOOTHING / 2)
        largest = float(mean.max())
        return mean / largest if largest > 0 else np.ones(_COUNT)


def _counts(levels: NDArray[np.intp], weights: Curve | None = None) -> Curve:
    return np.bincount(levels, weights, minlength=_COUNT + 1).astype(np.float64)


def _level(depth: NDArray[np.float32]) -> NDArray[np.intp]:
    scaled = (depth - np.float32(_LOW)) * np.float32(_COUNT / (_HIGH - _LOW))
    return np.asarray(np.clip(scaled, 0, _COUNT - 1), np.intp)


def _smooth(curve: Curve, deviation: float) -> Curve:
    width = deviation / (_HIGH - _LOW) * _COUNT
    reach = int(4 * width) + 1
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / width) ** 2)
    return np.convolve(np.pad(curve, reach, mode="edge"), kernel / kernel.sum(), "valid")


def _between_class_variance(density: Curve) -> Curve:
    """Otsu's criterion at each level, 0 where either class would be smaller than a subject."""
    below = np.cumsum(density)
    moment = np.cumsum(density * _LEVELS)
    total, mean = below[-1], moment[-1]
    spread = (mean * below / total - moment) ** 2 / np.maximum(below * (total - below), 1e-12)
    populated = (below >= _SMALLEST * total) & (below <= (1 - _SMALLEST) * total)
    return np.where(populated, spread, 0.0)


def _side(density: Curve, split: int, step: int) -> float:
    """The depth at which the valley around the split ends, below it (step -1) or above (step 1)."""
    beside = density[: split + 1] if step < 0 else density[split:]
    hill = float(beside.max())
    edge = density[split] + _SIDE * (hill - density[split])
    at = split
    while 0 < at < _COUNT - 1 and density[at] <= edge:
        at += step
    half = min(max(abs(_LEVELS[at] - _LEVELS[split]), _NARROWEST), _WIDEST)
    return round(float(_LEVELS[split] + step * half), 4)
