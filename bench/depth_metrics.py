"""Figures of merit for relative depth maps, in one place for depth_accuracy.py.

A prediction is nearness: larger is nearer, known up to a scale and a shift of inverse depth. The
definitions follow the ones the test material was first measured with, so that figures compare.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Map = NDArray[np.float64]
Mask = NDArray[np.bool_]
Rng = np.random.Generator

NEAREST_M, INDOOR_M, STREET_M = 0.1, 10.0, 80.0  # depths outside are not judged
RATIO = 1.25  # of the threshold accuracy delta-1
SAMPLES, PAIRS = 60_000, 4_000


def scale_and_shift(near: Map, target: Map) -> tuple[float, float]:
    """Least squares; an inverted map earns a constant, the mean of the target."""
    matrix = np.stack([near, np.ones_like(near)], axis=1)
    scale, shift = np.linalg.lstsq(matrix, target, rcond=None)[0]
    return (float(scale), float(shift)) if scale > 0 else (0.0, float(target.mean()))


def depth_errors(disparity: Map, depth: Map, far: float) -> tuple[float, float]:
    """(AbsRel, delta-1) of aligned inverse depth against metres."""
    own = 1.0 / np.clip(disparity, 1.0 / far, 1.0 / NEAREST_M)
    ratio = np.maximum(own / depth, depth / own)
    return float(np.mean(np.abs(own - depth) / depth)), float(np.mean(ratio < RATIO))


def order(near: Map, target: Map, rng: Rng, *, ratio: float = 0.0, gap: float = 0.0) -> float:
    """Share of random pairs in the right order, among those that differ clearly.

    Clearly: inverse depths whose quotient is above `ratio`, or that differ by more than `gap`.
    """
    i, j = rng.integers(0, len(target), PAIRS), rng.integers(0, len(target), PAIRS)
    if ratio:
        low = np.maximum(np.minimum(target[i], target[j]), 1e-9)
        clear = np.maximum(target[i], target[j]) / low > ratio
    else:
        clear = np.abs(target[i] - target[j]) > gap
    if clear.sum() < 50:
        return float("nan")
    i, j = i[clear], j[clear]
    return float(np.mean(np.sign(target[i] - target[j]) == np.sign(near[i] - near[j])))


def sampled(rng: Rng, *maps: Map) -> list[Map]:
    """The same at most SAMPLES places of each flat map."""
    if len(maps[0]) <= SAMPLES:
        return list(maps)
    chosen = rng.choice(len(maps[0]), SAMPLES, replace=False)
    return [m[chosen] for m in maps]


def metric_figures(near: Map, depth: Map, far: float, rng: Rng) -> dict[str, float]:
    """AbsRel, delta-1 and order of one picture against depth in metres (0 = unknown)."""
    valid = (depth > NEAREST_M) & (depth < far)
    z, x = sampled(rng, depth[valid], near[valid])
    scale, shift = scale_and_shift(x, 1.0 / z)
    absrel, delta1 = depth_errors(scale * x + shift, z, far)
    return {"absrel": absrel, "delta1": delta1, "order": order(x, 1.0 / z, rng, ratio=1.1)}


def affine_figures(near: Map, disparity: Map, rng: Rng) -> dict[str, float]:
    """Mean error over the range, and order, against disparity of unknown scale (0 = unknown)."""
    valid = disparity > 0
    d, x = sampled(rng, disparity[valid], near[valid])
    spread = float(np.percentile(d, 95) - np.percentile(d, 5))
    scale, shift = scale_and_shift(x, d)
    error = float(np.mean(np.abs(scale * x + shift - d)) / spread)
    return {"affine error": error, "order": order(x, d, rng, gap=0.05 * spread)}


def sequence_figures(near: list[Map], depth: list[Map], far: float) -> dict[str, float]:
    """AbsRel and delta-1 with one scale and shift for the shot; jitter of the per-frame scale."""
    flat = []
    for x, z in zip(near, depth, strict=True):
        valid = (z > NEAREST_M) & (z < far)
        flat.append((x[valid], z[valid]))
    scale, shift = scale_and_shift(
        np.concatenate([x for x, _ in flat]), np.concatenate([1.0 / z for _, z in flat])
    )
    errors = [depth_errors(scale * x + shift, z, far) for x, z in flat]
    scales = [scale_and_shift(x, 1.0 / z)[0] for x, z in flat]
    return {
        "absrel": float(np.mean([e[0] for e in errors])),
        "delta1": float(np.mean([e[1] for e in errors])),
        "jitter": float(np.std(scales) / max(abs(float(np.mean(scales))), 1e-12)),
    }


def edge_figures(near: Map, disparity: Map, valid: Mask) -> dict[str, float]:
    """How right and how sharp the map is across true depth edges along rows.

    An edge is a place where, within 1 % of the width, inverse depth changes by a quotient of more
    than 1.3 and by more than 8 % of the picture's range, with valid depth to 4 % on both sides.
    "edge order" is the share of edges with the right side nearer; "edge sharpness" the mean share
    (0 to 1) of the map's own change over 8 % of the width that falls within 2 % of it, where the
    order is right: 1 is a clean cut, 0.25 a straight ramp.
    """
    _, width = disparity.shape
    near_px, far_px = max(1, round(0.01 * width)), max(4, round(0.04 * width))
    columns = np.arange(far_px, width - far_px)
    spread = float(np.percentile(disparity[valid], 95) - np.percentile(disparity[valid], 5))
    left, right = disparity[:, columns - near_px], disparity[:, columns + near_px]
    low, high = np.minimum(left, right), np.maximum(left, right)
    known = np.ones(left.shape, bool)
    for offset in (-far_px, -near_px, near_px, far_px):
        known &= valid[:, columns + offset]
    edge = known & (high > 1.3 * np.maximum(low, 1e-6)) & (high - low > 0.08 * spread)
    if edge.sum() < 200:
        return {}
    sign = np.sign(right - left)[edge]
    inner = (near[:, columns + near_px] - near[:, columns - near_px])[edge] * sign
    outer = (near[:, columns + far_px] - near[:, columns - far_px])[edge] * sign
    good = (inner > 0) & (outer > 1e-6)
    share = np.clip(inner[good] / outer[good], 0.0, 1.0)
    sharpness = float(share.mean()) if good.any() else 0.0
    return {"edge order": float(np.mean(inner > 0)), "edge sharpness": sharpness}


def agreement(near: Map, reference: Map, rng: Rng) -> dict[str, float]:
    """How well one map explains another: order of clear pairs, and 1 - residual over range."""
    x, r = sampled(rng, near.ravel(), reference.ravel())
    spread = float(np.percentile(r, 95) - np.percentile(r, 5))
    scale, shift = scale_and_shift(x, r)
    error = float(np.mean(np.abs(scale * x + shift - r)) / max(spread, 1e-9))
    return {"order": order(x, r, rng, gap=0.05 * spread), "error": error}


def warped_change(before: Map, after: Map, motion: NDArray[np.float32], known: Mask) -> float:
    """Mean change of a shot's aligned map along the true motion, over the map's range.

    `motion` leads (right, down) in pixels from `before` to `after`; places whose target is hidden
    or outside must be False in `known`. What truly came nearer is small at these frame rates.
    """
    height, width = before.shape
    y, x = np.mgrid[0:height, 0:width]
    to_x = np.clip(np.rint(x + motion[..., 0]), 0, width - 1).astype(int)
    to_y = np.clip(np.rint(y + motion[..., 1]), 0, height - 1).astype(int)
    spread = float(np.percentile(before, 95) - np.percentile(before, 5))
    return float(np.abs(after[to_y, to_x] - before)[known].mean() / max(spread, 1e-9))
