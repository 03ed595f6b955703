"""A Gaussian blur of the picture, in the log signal as Resolve's Blur palette works."""

from typing import ClassVar

from depthgrade.nodes.base import ColorNode, Pass, gaussian, parameter


class Blur(ColorNode):
    """Softens the picture."""

    type: ClassVar[str] = "blur"
    title: ClassVar[str] = "Blur"

    radius: float = parameter(
        0.0, 0, 20, "% of height", "Standard deviation of the Gaussian; 0 changes nothing."
    )

    def passes(self, size: tuple[int, int]) -> tuple[Pass, ...]:
        """Across and down; on a smaller picture where the radius is large."""
        return gaussian(self.radius, size, "radius")
