"""The guided filter in numpy, for machines whose pixels are computed on the CPU anyway.

The same fit as `compiler.guided`, whose passes a software rasteriser takes four times as long for:
there each texel of a box is fetched by address, here a box is a sum of shifted rows.
"""

import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.float32]


def guided_lines(luma: Plane, depth: Plane, radius: int, epsilon: float) -> Plane:
    """The smoothed lines depth = a * luma + b around each pixel: float32 (height, width, 2).

    luma and depth are (height, width); radius is in pixels, epsilon the variance of luma that
    counts as an edge. Edges are repeated. Source: He and Sun, "Fast Guided Filter", 2015.
    """
    mean_luma, mean_depth = _box(luma, radius), _box(depth, radius)
    product: Plane = np.multiply(luma, depth, dtype=np.float32)
    square: Plane = np.square(luma, dtype=np.float32)
    covariance = _box(product, radius) - mean_luma * mean_depth
    variance = _box(square, radius) - mean_luma * mean_luma
    slope: Plane = np.divide(covariance, variance + epsilon, dtype=np.float32)
    lines = np.empty((*luma.shape, 2), np.float32)
    lines[..., 0] = _box(slope, radius)
    lines[..., 1] = _box(mean_depth - slope * mean_luma, radius)
    return lines


def _box(values: Plane, radius: int) -> Plane:
    """The mean over a square of 2 * radius + 1 pixels, edges repeated."""
    width = np.float32(2 * radius + 1)
    height, across = values.shape
    padded = np.pad(values, ((0, 0), (radius, radius)), mode="edge")
    rows = padded[:, :across].copy()
    for step in range(1, 2 * radius + 1):
        rows += padded[:, step : step + across]
    rows /= width
    padded = np.pad(rows, ((radius, radius), (0, 0)), mode="edge")
    mean = padded[:height].copy()
    for step in range(1, 2 * radius + 1):
        mean += padded[step : step + height]
    mean /= width
    return mean
