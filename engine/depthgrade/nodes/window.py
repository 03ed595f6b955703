"""A key from a shape in the picture: ellipse, rectangle or gradient, placed, turned and softened.

Positions are percent of the picture's height from its centre, x to the right and y down, so that a
proxy and the full size look the same and a circle is round in any aspect.
"""

import math
from typing import ClassVar, Literal

from pydantic import Field

from depthgrade.graph import Ports
from depthgrade.nodes.base import KeyNode, Step, parameter

LEAST_SOFTNESS = 1e-4  # picture heights; smoothstep is undefined between equal edges


class Window(KeyNode):
    """A soft-edged shape. It starts as a circle in the middle, since one over all would be no key.

    The edge lies in the middle of its softness. An ellipse is softened across its shorter axis and
    in proportion along the longer. A gradient is 1 above its centre line and 0 below.
    """

    type: ClassVar[str] = "window"
    title: ClassVar[str] = "Window"
    ports: ClassVar[Ports] = Ports(rgb_in=0, key_in=False, rgb_out=False, key_out=True)
    reads = "position"

    shape: Literal["ellipse", "rectangle", "gradient"] = Field(
        default="ellipse", description="The shape."
    )
    x: float = parameter(0.0, -500, 500, "% of height", "Centre, to the right of the picture's.")
    y: float = parameter(0.0, -500, 500, "% of height", "Centre, below the picture's.")
    width: float = parameter(60.0, 0.1, 1000, "% of height", "Width; a gradient has none.")
    height: float = parameter(60.0, 0.1, 1000, "% of height", "Height; a gradient has none.")
    rotation: float = parameter(0.0, -180, 180, "degrees", "Turns the shape clockwise.")
    softness: float = parameter(10.0, 0, 500, "% of height", "Width of the soft edge.")
    invert: bool = Field(default=False, description="Keep what is outside.")
    key_gain: float = parameter(1.0, 0, 2, "", "Key output gain.")

    def steps(self) -> tuple[Step, ...]:
        """The shape, then invert and gain."""
        angle = math.radians(self.rotation)
        place = (self.x / 100, self.y / 100, max(self.softness / 100, LEAST_SOFTNESS))
        moved = {"x", "y", "softness", "rotation"}
        turn = (math.cos(angle), math.sin(angle))
        if self.shape == "gradient":
            shape = Step("window_gradient", (place, *turn), frozenset(moved))
        else:
            half = (self.width / 200, self.height / 200)
            moved |= {"width", "height"}
            shape = Step(f"window_{self.shape}", (place, *turn, *half), frozenset(moved))
        return (
            shape,
            Step("key_invert", (), frozenset({"invert"}), not self.invert),
            Step("key_gain", (self.key_gain,), frozenset({"key_gain"}), self.key_gain == 1),
        )
