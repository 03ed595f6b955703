"""Cut detection on small luma thumbnails.

Two measures together: how badly the blocks of a frame can be found in the frame before it, which
motion leaves small, and how far the histogram moved, which tells scenes of like texture apart. A
change counts where it stands out from its surroundings and does not heal within a few frames, which
is what a flash does.
"""

import numpy as np
from numpy.typing import NDArray

from depthgrade.errors import DepthError

Thumbnails = NDArray[np.float32]

WIDTH, HEIGHT = 64, 36  # the size the thresholds were chosen at; others work alike

_BLOCK = (6, 8)  # rows, columns of a block
_SEARCH = (4, 6)  # rows, columns a block may move from one frame to the next, about a tenth
_BINS = 64
# A residual is relative to the contrast of the two frames, but not below this: noise in a black
# frame is no scene.
_CONTRAST = 0.05
_HISTOGRAM_WEIGHT = 2.0
# Measured on 60 real clips: hard cuts score 0.67 to 1.9 (one between two hazy landscapes 0.41 is
# missed), things rushing past the lens and camera swings up to 0.43.
_THRESHOLD = 0.45
# Times the largest of its neighbours (a swing lasts several frames; cuts measured 3.0 and more) and
# times the median of its surroundings (a shaking camera; 4.3 and more).
_ABOVE_NEIGHBOURS = 1.8
_ABOVE_SURROUNDINGS = 2.5
# Above this no motion was ever seen, so that a flash or a second cut next to it may not hide it.
_UNMISTAKABLE = 0.6
_NEIGHBOURS = 2  # frames on either side
_SURROUNDINGS = 8
_HEALS = 3  # frames within which a flash is over
_MIN_LENGTH = 6  # frames of the shortest shot
_CHUNK = 256  # pairs worked on at once, to bound memory


def cuts(thumbnails: Thumbnails) -> tuple[int, ...]:
    """The first frame of every shot but the first, ascending.

    thumbnails is (frames, height, width) of luma 0..1, about 64x36, area averaged. Dissolves and
    fades are not cuts: a mapping spans them. Raises DepthError for another shape.
    """
    if thumbnails.ndim != 3 or min(thumbnails.shape[1:]) < 2 * max(_BLOCK):
        raise DepthError(
            f"cut detection: thumbnails are {thumbnails.shape}; (frames, 36, 64) is needed"
        )
    count = len(thumbnails)
    if count < 2:
        return ()
    luma = np.nan_to_num(np.asarray(thumbnails, np.float32))
    score = _changes(luma, np.arange(count - 1), np.arange(1, count))
    found: list[tuple[int, float]] = []
    for index in np.flatnonzero(score > _THRESHOLD):
        first = int(index) + 1  # score[i] compares frame i with frame i + 1
        lasting = _lasting_change(luma, first)
        if lasting <= _THRESHOLD:
            continue
        if lasting <= _UNMISTAKABLE and not _stands_out(score, int(index)):
            continue
        if found and first - found[-1][0] < _MIN_LENGTH:
            if lasting > found[-1][1]:
                found[-1] = (first, lasting)
            continue
        found.append((first, lasting))
    return tuple(first for first, _ in found)


def _stands_out(score: NDArray[np.float32], index: int) -> bool:
    def around(reach: int) -> NDArray[np.float32]:
        sides = score[max(0, index - reach) : index], score[index + 1 : index + 1 + reach]
        return np.concatenate([*sides, np.zeros(1, np.float32)])

    return bool(
        score[index] > _ABOVE_NEIGHBOURS * around(_NEIGHBOURS).max()
        and score[index] > _ABOVE_SURROUNDINGS * np.median(around(_SURROUNDINGS))
    )


def _lasting_change(luma: Thumbnails, first: int) -> float:
    # After a flash some frame behind it still matches some frame before it; after a cut none does.
    start = max(0, first - _HEALS)
    near = luma[start : first + _HEALS]
    split = first - start
    before, after = np.meshgrid(np.arange(split), np.arange(split, len(near)))
    return float(_changes(near, before.ravel(), after.ravel()).min())


def _changes(
    luma: Thumbnails, before: NDArray[np.intp], after: NDArray[np.intp]
) -> NDArray[np.float32]:
    """How unlike the frames before[i] and after[i] are: 0 equal, about 1 unrelated."""
    centred = luma - luma.mean((1, 2), keepdims=True)
    contrast = np.abs(centred).mean((1, 2))
    histograms = _cumulative_histograms(luma)
    result = np.empty(len(before), np.float32)
    for start in range(0, len(before), _CHUNK):
        part = slice(start, start + _CHUNK)
        a, b = before[part], after[part]
        scale = np.maximum((contrast[a] + contrast[b]) / 2, _CONTRAST)
        moved = np.abs(histograms[a] - histograms[b]).mean(axis=1)
        result[part] = _residual(luma[a], luma[b]) / scale + _HISTOGRAM_WEIGHT * moved
    return result


def _cumulative_histograms(luma: Thumbnails) -> NDArray[np.float32]:
    bins = np.clip((luma * _BINS).astype(np.intp), 0, _BINS - 1).reshape(len(luma), -1)
    counts = np.stack([np.bincount(row, minlength=_BINS) for row in bins])
    return (np.cumsum(counts, axis=1) / bins.shape[1]).astype(np.float32)


def _residual(before: Thumbnails, after: Thumbnails) -> NDArray[np.float32]:
    """Mean absolute difference of each block of `after` to its best match in `before`, averaged."""
    rows, columns = _BLOCK
    height = before.shape[1] // rows * rows
    width = before.shape[2] // columns * columns
    before, after = before[:, :height, :width], after[:, :height, :width]
    down, right = _SEARCH
    padded = np.pad(before, ((0, 0), (down, down), (right, right)), mode="edge")
    blocks = (len(after), height // rows, rows, width // columns, columns)
    best = np.full((len(after), height // rows, width // columns), np.inf, np.float32)
    for y in range(2 * down + 1):
        for x in range(2 * right + 1):
            shifted = padded[:, y : y + height, x : x + width]
            difference = np.abs(after - shifted).reshape(blocks).mean(axis=(2, 4))
            np.minimum(best, difference, out=best)
    return np.asarray(best.mean(axis=(1, 2)), np.float32)
