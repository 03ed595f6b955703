"""The primary grade: exposure, white balance, wheels, contrast, saturation and hue.

The wheels act on the DaVinci Intermediate signal with the arithmetic of Resolve's wheels at Lum
Mix 0, as measured by T. Freeman (utility-dctls, MIT), in the form without removable singularities:

    y = K*((1-L)*x + L) / (1 + L*(K-1)) + O ;  out = sign(y)*|y|^g
    L = 2*lift ; K = gain ; O = (offset-25)*0.0073313739 ; g = 1-4*gamma or 1/(1+4*gamma)

It equals OpenColorIO's GradingPrimary in VIDEO style, which is the oracle of its tests.
"""

import math
from typing import ClassVar, Self

import numpy as np
from pydantic import model_validator

from depthgrade.nodes.base import ColorNode, Matrix, Rgb, Step, Vector, parameter
from depthgrade.nodes.white_balance import adaptation

OFFSET_NEUTRAL = 25.0
OFFSET_SCALE = 0.0073313739  # DI code value for one unit of offset; measured, see above
LEAST_DENOMINATOR = 0.05  # 1 + L*(K-1) stays this far from the pole of lift against gain
LUMA = (0.21, 0.70, 0.09)  # the weights of saturation, T. Freeman's measurement
MID_GREY = 0.336  # DaVinci Intermediate code value of 18 % grey, rounded as the control shows it


class Primary(ColorNode):
    """Exposure and white balance in linear light, then wheels, contrast and saturation in log.

    A master and its three channels add (lift, gamma, offset) or multiply (gain).
    """

    type: ClassVar[str] = "primary"
    title: ClassVar[str] = "Primary"

    exposure: float = parameter(0.0, -10, 10, "stops", "Scene exposure, in linear light.")
    temperature: float = parameter(
        0.0, -100, 100, "mired", "White balance; above 0 warms the picture, below 0 cools it."
    )
    tint: float = parameter(
        0.0, -100, 100, "1e-4 Duv", "White balance; above 0 towards magenta, below 0 green."
    )
    lift: float = parameter(0.0, -1, 1, "", "Moves the blacks; white stays.")
    lift_rgb: Rgb = parameter((0.0, 0.0, 0.0), -1, 1, "", "Lift of each channel, added to lift.")
    gamma: float = parameter(0.0, -1, 1, "", "Bends the middle; above 0 is brighter.")
    gamma_rgb: Rgb = parameter((0.0, 0.0, 0.0), -1, 1, "", "Gamma of each channel, added to gamma.")
    gain: float = parameter(1.0, 0, 4, "", "Scales the signal; black stays.")
    gain_rgb: Rgb = parameter((1.0, 1.0, 1.0), 0, 4, "", "Gain of each channel, times gain.")
    offset: float = parameter(
        OFFSET_NEUTRAL, -100, 150, "", "Shifts the whole signal; 25 is neutral, +9.7 about a stop."
    )
    offset_rgb: Rgb = parameter(
        (OFFSET_NEUTRAL,) * 3, -100, 150, "", "Offset of each channel; 25 is neutral."
    )
    contrast: float = parameter(1.0, 0, 4, "", "Slope of the signal about the pivot.")
    pivot: float = parameter(MID_GREY, 0, 1, "DI code value", "What contrast leaves in place.")
    saturation: float = parameter(50.0, 0, 100, "", "Colourfulness; 50 is neutral, 0 is grey.")
    hue: float = parameter(
        0.0, -180, 180, "degrees", "Turns colours about grey; above 0 red goes to yellow."
    )

    @model_validator(mode="after")
    def _away_from_the_pole(self) -> Self:
        lift, gain, _, _ = self._wheels()
        if any(
            1 + black * (k - 1) < LEAST_DENOMINATOR for black, k in zip(lift, gain, strict=True)
        ):
            raise ValueError(
                f"lift = {self.lift:g} with gain = {self.gain:g}: master and channel together"
                f" must keep 1 + 2*lift*(gain-1) at {LEAST_DENOMINATOR} or more"
            )
        return self

    def _wheels(self) -> tuple[Vector, Vector, Vector, Vector]:
        """L, K, O and the exponent g of each channel, master and channel combined."""
        lift = _vector([2 * (self.lift + each) for each in self.lift_rgb])
        gain = _vector([self.gain * each for each in self.gain_rgb])
        offset = _vector(
            [
                (self.offset - OFFSET_NEUTRAL + each - OFFSET_NEUTRAL) * OFFSET_SCALE
                for each in self.offset_rgb
            ]
        )
        bends = [self.gamma + each for each in self.gamma_rgb]
        power = _vector([1 - 4 * g if g <= 0 else 1 / (1 + 4 * g) for g in bends])
        return lift, gain, offset, power

    def steps(self) -> tuple[Step, ...]:
        """At most six calls; lift, gain and offset are folded into one multiply-add."""
        lift, gain, offset, power = self._wheels()
        poles = [1 + black * (k - 1) for black, k in zip(lift, gain, strict=True)]
        slope = _vector(
            [k * (1 - black) / p for black, k, p in zip(lift, gain, poles, strict=True)]
        )
        shift = _vector(
            [k * black / p + o for black, k, o, p in zip(lift, gain, offset, poles, strict=True)]
        )
        contrast_shift = self.pivot * (1 - self.contrast)
        wheels = frozenset({"lift", "lift_rgb", "gain", "gain_rgb", "offset", "offset_rgb"})
        return (
            Step(
                "primary_light",
                (self._light(),),
                frozenset({"exposure", "temperature", "tint"}),
                (self.exposure, self.temperature, self.tint) == (0, 0, 0),
            ),
            Step(
                "primary_balance",
                (slope, shift),
                wheels,
                slope == (1, 1, 1) and shift == (0, 0, 0),
            ),
            Step("primary_power", (power,), frozenset({"gamma", "gamma_rgb"}), power == (1, 1, 1)),
            Step(
                "primary_contrast",
                (self.contrast, contrast_shift),
                frozenset({"contrast", "pivot"}),
                self.contrast == 1,
            ),
            Step(
                "primary_saturation",
                (self.saturation / 50,),
                frozenset({"saturation"}),
                self.saturation == 50,
            ),
            Step("primary_hue", (rotation(self.hue),), frozenset({"hue"}), self.hue == 0),
        )

    def _light(self) -> Matrix:
        """The matrix on linear DaVinci Wide Gamut of exposure and white balance."""
        rows = 2.0**self.exposure * adaptation(self.temperature, self.tint)
        return _vector(rows[0]), _vector(rows[1]), _vector(rows[2])


def rotation(degrees: float) -> Matrix:
    """The matrix that turns colours about the grey axis by an angle and keeps their luma.

    A turn about (1, 1, 1), after which every channel gets back what the luma has lost.
    """
    cosine, sine = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    axis = np.full(3, 1 / math.sqrt(3))
    crossed = np.cross(np.eye(3), axis)  # crossed @ x = axis x x
    turned = cosine * np.eye(3) + sine * crossed + (1 - cosine) * np.outer(axis, axis)
    rows = turned + (np.array(LUMA) - np.array(LUMA) @ turned)
    return _vector(rows[0]), _vector(rows[1]), _vector(rows[2])


def _vector(values: list[float] | np.ndarray) -> Vector:
    red, green, blue = (float(value) for value in values)
    return red, green, blue
