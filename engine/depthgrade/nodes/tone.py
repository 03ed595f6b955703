"""Shadows, midtones and highlights: the ranges of OpenColorIO's GradingTone in LOG style.

Each range is a spline of the signal. Shadows and highlights turn the slope at one end while both
ends stay in place; above or below neutral the one is the inverse of the other, so that a setting
of 1 + a undoes 1 - a. Midtones tilt the slope about their centre and meet the diagonal at 0 and 1.
OpenColorIO's own code is the oracle of the tests.
"""

from typing import ClassVar, Self

from pydantic import model_validator

from depthgrade.nodes.base import ColorNode, Rgb, Step, parameter
from depthgrade.nodes.spline import Channel, Spline, spline_step

LEAST_SPAN = 0.01  # DI code value between start and pivot
HALO = 0.4  # share of the tilt of midtones at the edge of their width
TILT = 0.9  # keeps slopes above 0.1

_NEUTRAL = (1.0, 1.0, 1.0)
_CHANNELS: tuple[Channel, ...] = ("red", "green", "blue", "all")


class Tone(ColorNode):
    """Brightens or darkens shadows, midtones and highlights; 1 is neutral, above 1 is brighter.

    Positions are DI code values: 0.336 is mid-grey, 0.514 scene white.
    """

    type: ClassVar[str] = "tone"
    title: ClassVar[str] = "Tone"

    shadows: float = parameter(1.0, 0.2, 1.8, "", "Shadows; what is above shadows_start stays.")
    shadows_rgb: Rgb = parameter(_NEUTRAL, 0.2, 1.8, "", "Shadows of each channel, before all.")
    shadows_start: float = parameter(0.5, -0.5, 1.5, "DI code value", "Where shadows begin.")
    shadows_pivot: float = parameter(0.0, -0.5, 1.5, "DI code value", "The black that stays.")
    midtones: float = parameter(1.0, 0.1, 1.9, "", "Midtones; 0 and 1 stay.")
    midtones_rgb: Rgb = parameter(_NEUTRAL, 0.1, 1.9, "", "Midtones of each channel, before all.")
    midtones_center: float = parameter(0.4, 0, 1, "DI code value", "The middle of the midtones.")
    midtones_width: float = parameter(0.6, 0.01, 1, "DI code value", "How far midtones reach.")
    highlights: float = parameter(1.0, 0.2, 1.8, "", "Highlights; below highlights_start stays.")
    highlights_rgb: Rgb = parameter(
        _NEUTRAL, 0.2, 1.8, "", "Highlights of each channel, before all."
    )
    highlights_start: float = parameter(0.3, -0.5, 1.5, "DI code value", "Where highlights begin.")
    highlights_pivot: float = parameter(1.0, -0.5, 1.5, "DI code value", "The white that stays.")

    @model_validator(mode="after")
    def _ranges_have_a_span(self) -> Self:
        if self.shadows_start < self.shadows_pivot + LEAST_SPAN:
            raise ValueError(
                f"shadows_start = {self.shadows_start:g} must be {LEAST_SPAN:g} or more above"
                f" shadows_pivot = {self.shadows_pivot:g}"
            )
        if self.highlights_pivot < self.highlights_start + LEAST_SPAN:
            raise ValueError(
                f"highlights_start = {self.highlights_start:g} must be {LEAST_SPAN:g} or more"
                f" below highlights_pivot = {self.highlights_pivot:g}"
            )
        return self

    def steps(self) -> tuple[Step, ...]:
        """Midtones, highlights, shadows, each by channel and then for all: at most 12 calls."""
        return (
            *self._range("midtones", ("midtones_center", "midtones_width")),
            *self._range("highlights", ("highlights_start", "highlights_pivot")),
            *self._range("shadows", ("shadows_start", "shadows_pivot")),
        )

    def _range(self, name: str, places: tuple[str, str]) -> list[Step]:
        values = (*getattr(self, f"{name}_rgb"), getattr(self, name))
        first, second = (getattr(self, place) for place in places)
        steps = []
        for channel, value in zip(_CHANNELS, values, strict=True):
            inverse = False
            if name == "midtones":
                spline = _tilted(value, first, second)
            elif name == "highlights":
                inverse = value < 1
                spline = _turned(first, second, 1.0, 1 - abs(value - 1))
            else:
                inverse = value > 1
                spline = _turned(second, first, 1 - abs(value - 1), 1.0)
            moved = frozenset({name if channel == "all" else f"{name}_rgb", *places})
            steps.append(spline_step(channel, spline, moved, inverse=inverse, identity=value == 1))
        return steps


def _turned(low: float, high: float, slope: float, after: float) -> Spline:
    """Two equal pieces from diagonal to diagonal with the given slopes at the ends."""
    # The mean slope between two points of the diagonal is 1, the middle one counts twice.
    middle = 0.5 * (4 - slope - after)
    return Spline((low, 0.5 * (low + high), high), (slope, middle, after), low)


def _tilted(value: float, center: float, width: float) -> Spline:
    """The midtones' five pieces from 0 to 1."""
    width = min(max(width, 0.01), 0.95)
    center = min(max(center, 0.51 * width), 1 - 0.51 * width)
    knots = [0, center - width / 2, center - width / 4, center + width / 4, center + width / 2, 1]
    tilt = TILT * (value - 1)
    extra = [0, HALO * tilt, tilt, -tilt, -HALO * tilt, 0]  # slopes beyond 1
    # The outer slope on the longer side is what brings the curve back to the diagonal at 1.
    freed = 4 if center <= 0.5 else 1
    others = sum(extra[i] * (knots[i + 1] - knots[i - 1]) / 2 for i in (1, 2, 3, 4) if i != freed)
    extra[freed] = -2 * others / (knots[freed + 1] - knots[freed - 1])
    return Spline(tuple(knots), tuple(1 + each for each in extra), 0.0)
