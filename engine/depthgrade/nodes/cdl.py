"""The ASC Color Decision List: slope, offset and power of each channel, then saturation.

    out = (in*slope + offset)^power ;  luma + saturation*(out - luma), luma by Rec.709's weights

ASC CDL 1.2 clamps to 0..1 before the power and at the end; unclamped, values at or below 0 pass
the power as they are. OpenColorIO's CDLTransform is the oracle of the tests, both ways.
"""

from typing import ClassVar, Literal

from pydantic import Field

from depthgrade.nodes.base import ColorNode, Rgb, Step, parameter


class Cdl(ColorNode):
    """An ASC CDL on the signal as it is; CDL files are read and written by `cdl`.

    Neutral values return the input exactly, save with style = "asc", which clamps to 0..1.
    """

    type: ClassVar[str] = "cdl"
    title: ClassVar[str] = "ASC CDL"

    slope: Rgb = parameter((1.0, 1.0, 1.0), 0, 10, "", "Scales each channel.")
    offset: Rgb = parameter((0.0, 0.0, 0.0), -10, 10, "", "Shifts each channel.")
    power: Rgb = parameter((1.0, 1.0, 1.0), 0.05, 10, "", "Bends each channel; above 1 is darker.")
    saturation: float = parameter(1.0, 0, 4, "", "Colourfulness; 0 is grey.")
    style: Literal["no_clamp", "asc"] = Field(
        default="no_clamp", description='"asc" clamps to 0..1 as the standard says.'
    )

    def steps(self) -> tuple[Step, ...]:
        """At most three calls, two clamps more in the ASC's style."""
        linear = Step(
            "cdl_linear",
            (self.slope, self.offset),
            frozenset({"slope", "offset"}),
            self.slope == (1, 1, 1) and self.offset == (0, 0, 0),
        )
        power = Step("cdl_power", (self.power,), frozenset({"power"}), self.power == (1, 1, 1))
        saturation = Step(
            "cdl_saturation", (self.saturation,), frozenset({"saturation"}), self.saturation == 1
        )
        if self.style == "asc":
            clamp = Step("cdl_clamp")
            return linear, clamp, power, saturation, clamp
        return linear, power, saturation
