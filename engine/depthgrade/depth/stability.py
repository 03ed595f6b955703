"""How still a key holds: the one number by which depth over time is judged here.

A key is followed along the motion of the picture; what changes there is flicker, whatever causes
it. It is counted in units of the key's own spread, so that a flatter key does not count as a
steadier one, and along the motion, so that a frozen key does not either.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from depthgrade.errors import DepthError

Map = NDArray[np.float32]
Mask = NDArray[np.bool_]


def per_frame(raws: Sequence[Map]) -> list[Map]:
    """Raw nearness with each frame's own least value at 0 and largest at 1, as most tools do."""
    found = []
    for raw in raws:
        low, high = float(raw.min()), float(raw.max())
        found.append(((raw - low) / max(high - low, 1e-9)).astype(np.float32))
    return found


def averaged_range(raws: Sequence[Map], keep: float = 0.9) -> list[Map]:
    """As per_frame, with least and largest value averaged over time: keep * before + rest * now."""
    found: list[Map] = []
    low = high = 0.0
    for index, raw in enumerate(raws):
        share = 1 - keep if index else 1.0
        low += share * (float(raw.min()) - low)
        high += share * (float(raw.max()) - high)
        found.append(((raw - low) / max(high - low, 1e-9)).astype(np.float32))
    return found


def key_instability(keys: Sequence[Map], motions: Sequence[Map], seen: Sequence[Mask]) -> float:
    """Mean |key_t - key_(t-1)| along the motion, over the mean interquartile range of the keys.

    keys       (h, w) each, 0..1, of consecutive frames
    motions    for each frame but the first, (h, w, 2) pixels from there to the frame before it,
               x right, y down
    seen       for each frame but the first, where the frame before shows the same thing
    Raises DepthError without two frames.
    """
    if len(keys) < 2:
        raise DepthError("key instability: one frame does not flicker; at least two are needed")
    changes = []
    for before, now, motion, mask in zip(keys, keys[1:], motions, seen, strict=False):
        y, x = np.nonzero(mask)
        if not len(y):
            continue
        moved = between(before, x + motion[y, x, 0], y + motion[y, x, 1])
        changes.append(float(np.abs(now[y, x] - moved).mean()))
    spread = float(np.mean([np.subtract(*np.percentile(key, [75, 25])) for key in keys]))
    return float(np.mean(changes)) / max(spread, 1e-6) if changes else 0.0


def between(values: Map, x: NDArray[np.float64], y: NDArray[np.float64]) -> Map:
    """A map at positions between its pixels, whose centres are at integers; edges repeated."""
    height, width = values.shape
    x, y = np.clip(x, 0, width - 1), np.clip(y, 0, height - 1)
    left, top = np.floor(x).astype(np.intp), np.floor(y).astype(np.intp)
    right, down = np.minimum(left + 1, width - 1), np.minimum(top + 1, height - 1)
    across, below = x - left, y - top
    first = values[top, left] * (1 - across) + values[top, right] * across
    second = values[down, left] * (1 - across) + values[down, right] * across
    return np.asarray(first * (1 - below) + second * below, np.float32)
