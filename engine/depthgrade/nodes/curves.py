"""Curves through control points: one for all channels, one for each, and one for the luma.

The arithmetic is that of OpenColorIO's GradingRGBCurve (red, green, blue, then master), which is
the oracle of the tests; `luma` is ours.
"""

from itertools import pairwise
from typing import ClassVar, Self

from pydantic import model_validator

from depthgrade.nodes.base import ColorNode, PointList, Points, Step, points_parameter, shown
from depthgrade.nodes.spline import Channel, spline_step, through

STRAIGHT: Points = ((0.0, 0.0), (1.0, 1.0))
LEAST_GAP = 1e-3  # DI code value between neighbouring points; nearer ones would make a step
MOST_POINTS = 16


class Curves(ColorNode):
    """Smooth curves on the signal, given by control points [x, y] with rising x; y may not fall.

    Beyond the outer points a curve goes on straight. 0.336 is mid-grey, 0.514 scene white.
    """

    type: ClassVar[str] = "curves"
    title: ClassVar[str] = "Curves"

    master: PointList = points_parameter(STRAIGHT, "The curve of all channels, after their own.")
    red: PointList = points_parameter(STRAIGHT, "The curve of red.")
    green: PointList = points_parameter(STRAIGHT, "The curve of green.")
    blue: PointList = points_parameter(STRAIGHT, "The curve of blue.")
    luma: PointList = points_parameter(
        STRAIGHT, "The curve of the luma, last; colours keep their light's ratios."
    )

    @model_validator(mode="after")
    def _are_curves(self) -> Self:
        for name in ("master", "red", "green", "blue", "luma"):
            points = getattr(self, name)
            if not 2 <= len(points) <= MOST_POINTS:
                raise ValueError(f"{name} has {len(points)} points; allowed: 2 to {MOST_POINTS}")
            for (x, y), (after, top) in pairwise(points):
                if top < y:
                    raise ValueError(f"{name} = {shown(points)}: y must not fall")
                if after - x < LEAST_GAP:
                    raise ValueError(
                        f"{name} = {shown(points)}: x must rise by {LEAST_GAP:g} or more from"
                        " point to point"
                    )
        return self

    def steps(self) -> tuple[Step, ...]:
        """One call for each curve that is not straight."""
        order: tuple[tuple[str, Channel], ...] = (
            ("red", "red"),
            ("green", "green"),
            ("blue", "blue"),
            ("master", "all"),
            ("luma", "luma"),
        )
        return tuple(
            spline_step(
                channel,
                through(points),
                frozenset({name}),
                identity=all(x == y for x, y in points),
            )
            for name, channel in order
            for points in [getattr(self, name)]
        )
