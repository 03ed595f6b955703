"""One mapping per shot, from a network's raw nearness to 0..1, near = 1.

Normalising every frame by itself makes a depth limit mean something else on each of them, which is
seen as a pumping key. Here a shot is sampled once and every frame of it goes through the same two
numbers.
"""

import itertools
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from depthgrade.errors import DepthError

# Percentiles of all sampled pixels of a shot, pooled: stray hot pixels do not set the scale, yet a
# key from 0 to 1 tells even the nearest of the subject apart. At 1 and 99 it clips what is one
# hundredth of the picture, and is some 5 % steeper than the range of a frame: so are its errors.
FAR_PERCENTILE = 0.1
NEAR_PERCENTILE = 99.9

# A shot whose range is below this fraction of its values holds only rounding, no depth.
_FLAT = 1e-5
_PIXELS = 65536  # sampled of each frame: more does not move a percentile


@dataclass(frozen=True)
class Shot:
    """The frames start <= index < stop between two cuts."""

    start: int
    stop: int

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.stop:
            raise DepthError(f"shot {self.start}:{self.stop}: a shot has at least one frame")

    def __contains__(self, index: int) -> bool:
        return self.start <= index < self.stop

    @property
    def frame_count(self) -> int:
        """Number of frames."""
        return self.stop - self.start


@dataclass(frozen=True)
class Mapping:
    """d = (raw - low) / (high - low), or 0.5 everywhere if the shot holds no depth (low == high).

    d is not clipped: a nearer thing than any sampled lies above 1.
    """

    low: float
    high: float

    def __post_init__(self) -> None:
        if not (np.isfinite(self.low) and np.isfinite(self.high) and self.low <= self.high):
            raise DepthError(f"mapping {self.low} to {self.high}: low <= high, both finite")

    @property
    def scale(self) -> float:
        """d = raw * scale + offset, the form a shader takes."""
        return 1.0 / (self.high - self.low) if self.high > self.low else 0.0

    @property
    def offset(self) -> float:
        """d = raw * scale + offset."""
        return -self.low * self.scale if self.high > self.low else 0.5

    def apply(self, raw: NDArray[np.float32]) -> NDArray[np.float32]:
        """Depth of raw nearness of any shape: far = 0, near = 1, not clipped."""
        # Subtracting first keeps the precision of values whose range is small beside their size.
        if self.high > self.low:
            return ((raw - np.float32(self.low)) * np.float32(self.scale)).astype(np.float32)
        return np.full_like(raw, 0.5, dtype=np.float32)


def shots(cut_frames: Iterable[int], frame_count: int) -> tuple[Shot, ...]:
    """The shots of a clip with cuts at the given first frames (`cuts`)."""
    edges = [0, *cut_frames, frame_count]
    return tuple(Shot(start, stop) for start, stop in itertools.pairwise(edges))


def sample_frames(shot: Shot, most: int = 32) -> tuple[int, ...]:
    """Up to `most` frames of a shot, evenly spaced, ascending, each amid its stretch."""
    count = min(max(1, most), shot.frame_count)
    return tuple(shot.start + (2 * i + 1) * shot.frame_count // (2 * count) for i in range(count))


def fit_mapping(raws: Iterable[NDArray[np.float32]]) -> Mapping:
    """The mapping of a shot, from the raw nearness maps of its sampled frames.

    Raises DepthError if there is no map or a value is not finite.
    """
    pixels = [np.asarray(raw, np.float32).ravel() for raw in raws]
    thinned = [p[:: max(1, p.size // _PIXELS)] for p in pixels]
    pooled = np.concatenate(thinned) if thinned else np.empty(0, np.float32)
    if pooled.size == 0 or not np.isfinite(pooled).all():
        raise DepthError("depth of the shot: no samples, or NaN among them; finite maps are needed")
    low, high = (float(v) for v in np.percentile(pooled, [FAR_PERCENTILE, NEAR_PERCENTILE]))
    if high - low <= _FLAT * max(abs(low), abs(high)):
        return Mapping(low, low)
    return Mapping(low, high)
