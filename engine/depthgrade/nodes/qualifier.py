"""A key from the colours of a picture: ranges of hue, saturation and luma.

The coordinates are of the DaVinci Intermediate signal (R, G, B), where a difference of channels is
a ratio of light, so they hardly move with exposure:

    luma        0.21 R + 0.70 G + 0.09 B
    hue         atan2(b, a) in degrees, a = R - (G + B)/2, b = (G - B) sqrt(3)/2: 0 red, 120 green
    saturation  5 sqrt(a*a + b*b), about 1 for the red of Rec.709
"""

from typing import ClassVar

from pydantic import Field

from depthgrade.graph import Ports
from depthgrade.nodes.base import KeyNode, Step, parameter

LEAST_SOFTNESS = 1e-5  # the edge of a range has a slope


class Qualifier(KeyNode):
    """A key of what lies in a range of hue, of saturation and of luma; as it is, everything does.

    A lower end at 0 and an upper end at 1 are open: what lies beyond belongs to the range. A hue
    range narrower than 360 leaves out what has next to no colour, since grey has no hue.
    """

    type: ClassVar[str] = "qualifier"
    title: ClassVar[str] = "Qualifier"
    ports: ClassVar[Ports] = Ports(rgb_in=1, key_in=False, rgb_out=False, key_out=True)
    reads = "picture"

    hue: float = parameter(0.0, 0, 360, "degrees", "Middle of the hues; 0 red, 120 green, 240 blue")
    hue_width: float = parameter(360.0, 0, 360, "degrees", "Width of the hues; 360 is all.")
    hue_softness: float = parameter(10.0, 0, 180, "degrees", "Width of the soft edges of hue.")
    saturation_low: float = parameter(0.0, 0, 1, "", "Least saturation; 0 is open.")
    saturation_high: float = parameter(1.0, 0, 1, "", "Greatest saturation; 1 is open.")
    saturation_softness: float = parameter(0.05, 0, 1, "", "Width of the edges of saturation.")
    luma_low: float = parameter(0.0, 0, 1, "DI code value", "Least luma; 0 is open.")
    luma_high: float = parameter(1.0, 0, 1, "DI code value", "Greatest luma; 1 is open.")
    luma_softness: float = parameter(0.05, 0, 1, "DI code value", "Width of the edges of luma.")
    invert: bool = Field(default=False, description="Keep what the ranges leave out.")
    key_gain: float = parameter(1.0, 0, 2, "", "Key output gain.")

    def steps(self) -> tuple[Step, ...]:
        """The ranges, then invert and gain."""
        soft = max(self.hue_softness / 360, LEAST_SOFTNESS)
        edges = (0.0, 0.0) if self.hue_width == 360 else (1 / soft, -self.hue_width / 720 / soft)
        saturation = _range(self.saturation_low, self.saturation_high, self.saturation_softness)
        luma = _range(self.luma_low, self.luma_high, self.luma_softness)
        ranges = {"hue", "saturation", "luma"}
        moved = frozenset(name for name in type(self).model_fields if name.split("_")[0] in ranges)
        return (
            Step("qualifier", ((self.hue / 360, *edges), (saturation, luma)), moved),
            Step("key_invert", (), frozenset({"invert"}), not self.invert),
            Step("key_gain", (self.key_gain,), frozenset({"key_gain"}), self.key_gain == 1),
        )


def _range(low: float, high: float, softness: float) -> tuple[float, float, float, float]:
    """Scale and shift of both edges, for the shader; an open end has no slope."""
    soft = max(softness, LEAST_SOFTNESS)
    lower = (0.0, 1.0) if low == 0 else (1 / soft, 1 - low / soft)
    upper = (0.0, 0.0) if high == 1 else (1 / soft, -high / soft)
    return *lower, *upper
