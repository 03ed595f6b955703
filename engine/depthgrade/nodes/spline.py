"""Smooth curves of quadratic pieces, folded on the CPU for shaders/node/spline.glsl.

A spline is its knots, its slope at each and its value at the first: between knots the slope runs
straight, beyond the ends it stays. `through` passes one through control points without wiggles,
after L. L. Schumaker, "On shape preserving quadratic spline interpolation", SIAM J. Numer. Anal.
20 (1983); slopes and their limits are OpenColorIO's, whose GradingRGBCurve is the tests' oracle.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import hypot
from typing import Literal

from depthgrade.nodes.base import Points, Quads, Step

STRAIGHT = 1e-6  # slopes nearer than this are the same
LEAST_END_SLOPE = 0.01  # a curve keeps rising beyond its ends, so that nothing goes flat

Channel = Literal["red", "green", "blue", "all", "luma"]


@dataclass(frozen=True)
class Spline:
    """knots rise; slopes has one for each; start is the value at the first knot."""

    knots: tuple[float, ...]
    slopes: tuple[float, ...]
    start: float

    def pieces(self) -> Quads:
        """The array the shader evaluates."""
        found = [(self.knots[0], self.start, self.slopes[0], self.slopes[-1])]
        for (x, end), (slope, after) in zip(
            pairwise(self.knots), pairwise(self.slopes), strict=True
        ):
            found.append((x, end - x, slope, 0.5 * (after - slope) / (end - x)))
        return tuple(found)

    def inverse_pieces(self) -> Quads:
        """The array with which the shader undoes a spline whose slopes are all above 0."""
        first, *rest = self.pieces()
        found = [(self.start, self.knots[0], 1 / self.slopes[0], 1 / self.slopes[-1])]
        value = first[1]
        for _, width, slope, bend in rest:
            height = (slope + bend * width) * width
            found.append((value, height, slope, bend))
            value += height
        return tuple(found)


def spline_step(
    channel: Channel,
    spline: Spline,
    parameters: frozenset[str],
    *,
    inverse: bool = False,
    identity: bool = False,
) -> Step:
    """The call that sends one channel, all or the luma through a spline, or back through it."""
    pieces = spline.inverse_pieces() if inverse else spline.pieces()
    name = f"spline_{channel}_{len(pieces)}"
    return Step(name, (pieces, float(inverse)), parameters, identity)


def through(points: Points) -> Spline:
    """The smooth curve through two or more control points; x rises, y does not fall.

    Between two points there are always two pieces, so that a moving point keeps their number.
    """
    slopes = _estimated(points)
    inner = [_inner_knot(*each) for each in _segments(points, slopes)]
    if _raised(points, slopes, inner):
        inner = [_inner_knot(*each) for each in _segments(points, slopes)]
    knots, bends = [points[0][0]], [slopes[0]]
    for knot, ((x, y), (end, top), slope, after) in zip(
        inner, _segments(points, slopes), strict=True
    ):
        middle = _inner_slope((top - y) / (end - x), slope, after, (knot - x) / (end - x))
        knots += [knot, end]
        bends += [middle, after]
    return Spline(tuple(knots), tuple(bends), points[0][1])


_Point = tuple[float, float]


def _segments(points: Points, slopes: Sequence[float]) -> list[tuple[_Point, _Point, float, float]]:
    """Between two neighbours each: both points and the slopes there."""
    ends = zip(pairwise(points), pairwise(slopes), strict=True)
    return [(left, right, slope, after) for (left, right), (slope, after) in ends]


def _estimated(points: Points) -> list[float]:
    """A slope at each point: of its two secants, the longer counts for more."""
    secants = [(top - y) / (end - x) for (x, y), (end, top) in pairwise(points)]
    if len(secants) == 1:
        return secants * 2
    lengths = [hypot(end - x, top - y) for (x, y), (end, top) in pairwise(points)]
    start = 0
    for index in range(1, len(secants) + 1):  # a straight run counts as one long secant
        if index == len(secants) or abs(secants[index] - secants[index - 1]) >= STRAIGHT:
            lengths[start:index] = [sum(lengths[start:index])] * (index - start)
            start = index
    weighted = [length * secant for length, secant in zip(lengths, secants, strict=True)]
    inner = [
        sum(weighted[k - 1 : k + 1]) / sum(lengths[k - 1 : k + 1]) for k in range(1, len(secants))
    ]
    first = max(LEAST_END_SLOPE, 0.5 * (3 * secants[0] - inner[0]))
    last = max(LEAST_END_SLOPE, 0.5 * (3 * secants[-1] - inner[-1]))
    return [first, *inner, last]


def _inner_knot(left: _Point, right: _Point, slope: float, after: float) -> float:
    """Where the curve between two points changes its bend; the middle where it need not."""
    (x, y), (end, top) = left, right
    width = end - x
    secant = (top - y) / width
    steeper, steeper_after = slope - secant, after - secant
    if abs(steeper + steeper_after) < STRAIGHT or steeper * steeper_after >= 0:
        return 0.5 * (x + end)
    if abs(steeper) > abs(steeper_after):
        return end + steeper * width / (after - slope)
    return x + steeper_after * width / (after - slope)


def _inner_slope(secant: float, slope: float, after: float, share: float) -> float:
    """The slope at an inner knot, `share` of the way, with which both pieces meet both points."""
    return 2 * secant - after + (after - slope) * share


def _raised(points: Points, slopes: list[float], inner: Sequence[float]) -> bool:
    """Makes slopes gentler where the curve would fall between two points; whether any was."""
    changed = False
    for index, knot in enumerate(inner):
        (x, y), (end, top) = points[index : index + 2]
        slope, after = slopes[index : index + 2]
        secant = (top - y) / (end - x)
        share = (knot - x) / (end - x)
        if _inner_slope(secant, slope, after, share) >= 0:
            continue
        aim = min(LEAST_END_SLOPE * 0.5 * (slope + after), secant)
        factor = (2 * secant - aim) / (share * slope + (1 - share) * after)
        slopes[index : index + 2] = [slope * factor, after * factor]
        changed = True
    return changed
