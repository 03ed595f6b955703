"""Unsharp masking: what a Gaussian blur would take away is added to the picture."""

from dataclasses import replace
from typing import ClassVar

from depthgrade.nodes.base import START, ColorNode, Pass, Read, gaussian, parameter

CORING = 0.10 / 100  # DI code value of one step of `threshold`: that of noise_reduction's scale


class Sharpen(ColorNode):
    """Makes edges and texture crisper."""

    type: ClassVar[str] = "sharpen"
    title: ClassVar[str] = "Sharpen"

    amount: float = parameter(0.0, 0, 5, "", "How much of the detail is added; 0 = nothing.")
    radius: float = parameter(
        0.1, 0.02, 5, "% of height", "Standard deviation of the blur that tells detail from shape."
    )
    threshold: float = parameter(
        0.0, 0, 100, "", "Detail fainter than this stays as it is; the scale of noise_reduction."
    )

    def passes(self, size: tuple[int, int]) -> tuple[Pass, ...]:
        """The blur, then picture and blur together."""
        still = self.amount == 0
        soft = tuple(
            replace(each, parameters=each.parameters | {"amount"}, identity=each.identity or still)
            for each in gaussian(self.radius, size, "radius")
        )
        together = Pass(
            "sharpen",
            (self.amount, self.threshold * CORING),
            frozenset({"amount", "threshold"}),
            reads=(Read(START), Read(len(soft) - 1)),
            identity=still,
        )
        return (*soft, together)
