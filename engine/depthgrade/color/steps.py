"""The links of the ways in and out: each knows its GLSL and its CPU result.

So the picture and its oracle come from one list.
"""

from dataclasses import dataclass
from functools import cache
from typing import Protocol

import numpy as np
import PyOpenColorIO as ocio  # noqa: N813  modules are lower-case here
from numpy.typing import NDArray

from depthgrade.color.config import CIE_XYZ_D65, config
from depthgrade.color.gamut import compress, compression_function
from depthgrade.color.glsl import GlslFunction, checked, conversion, function_of
from depthgrade.color.rendering import (
    Curve,
    bound_text,
    render,
    render_inverse,
    rendering_function,
    rendering_inverse_function,
)

Rgb = NDArray[np.float64]
WORKING = "davinci_intermediate"
LINEAR_WORKING = "linear_dwg"

# Linear and display code values: the largest half float, which is what EXR infinity stands for.
LINEAR_LIMIT = 65504.0
# Log, HLG and PQ code values live in 0 to 1 with little headroom; PQ has a pole at 1.99.
LOG_LIMIT = 1.9

# ACES 2.0 output transforms of OpenColorIO by the primaries and peak they are limited to; there is
# none for Rec.2020 at 100 nits, whose pictures stay within P3 as mastering displays do.
_ACES2 = "ACES-OUTPUT - ACES2065-1_to_CIE-XYZ-D65 - {}_2.0"
_ACES2_SDR_709 = _ACES2.format("SDR-100nit-REC709")
_ACES2_SDR_P3 = _ACES2.format("SDR-100nit-P3-D65")
_ACES2_HDR = _ACES2.format("HDR-1000nit-REC2020")


class Step(Protocol):
    """One link of a chain."""

    def glsl(self) -> tuple[GlslFunction, ...]:
        """The functions to apply in order."""

    def evaluate(self, rgb: Rgb) -> Rgb:
        """The result on the CPU, (..., 3) float64 to the same shape."""


def bounded(rgb: Rgb, low: float = -LINEAR_LIMIT, high: float = LINEAR_LIMIT) -> Rgb:
    """NaN as 0, and each channel held within low to high."""
    return np.clip(np.where(np.isnan(rgb), 0.0, rgb), low, high)


@dataclass(frozen=True)
class Finite:
    """NaN to 0, infinity to the limits."""

    name: str
    low: float
    high: float

    def glsl(self) -> tuple[GlslFunction, ...]:
        """The guard of shaders/color/finite.glsl."""
        text = bound_text("finite", self.name, (self.low, self.high))
        return (GlslFunction(self.name, text, guard=True),)

    def evaluate(self, rgb: Rgb) -> Rgb:
        """The same in numpy."""
        return bounded(rgb, self.low, self.high)


FINITE = Finite("finite", -LINEAR_LIMIT, LINEAR_LIMIT)
FINITE_LOG = Finite("finite_log", -LOG_LIMIT, LOG_LIMIT)
# DaVinci Intermediate is a straight line below 0, ten times as steep as light: -1.9 would be light
# of -0.18, which bright colours outside DaVinci Wide Gamut exceed.
FINITE_WORKING = Finite("finite_working", -LINEAR_LIMIT, LOG_LIMIT)


@dataclass(frozen=True)
class Convert:
    """A conversion of the configuration, by OpenColorIO."""

    src: str
    dst: str

    def glsl(self) -> tuple[GlslFunction, ...]:
        """OpenColorIO's text; nothing where the spaces are one."""
        return conversion(self.src, self.dst)

    def evaluate(self, rgb: Rgb) -> Rgb:
        """OpenColorIO's exact CPU path."""
        return on_cpu(config().getProcessor(self.src, self.dst), rgb)


@dataclass(frozen=True)
class Compress:
    """Gamut compression in linear display RGB, or its inverse."""

    gamut: str
    inverse: bool = False

    def glsl(self) -> tuple[GlslFunction, ...]:
        """The function of shaders/color/gamut_compression*.glsl."""
        return (compression_function(self.gamut, inverse=self.inverse),)

    def evaluate(self, rgb: Rgb) -> Rgb:
        """The same in numpy."""
        return compress(self.gamut, rgb, inverse=self.inverse)


@dataclass(frozen=True)
class Render:
    """The davinci rendering, or its inverse."""

    curve: Curve
    inverse: bool = False

    def glsl(self) -> tuple[GlslFunction, ...]:
        """The function of shaders/color/davinci_rendering*.glsl."""
        make = rendering_inverse_function if self.inverse else rendering_function
        return (make(self.curve),)

    def evaluate(self, rgb: Rgb) -> Rgb:
        """The same in numpy."""
        return (render_inverse if self.inverse else render)(self.curve, rgb)


@dataclass(frozen=True)
class Aces2:
    """ACES 2.0 output transform to a display space, 100 or 1000 nits."""

    display: str
    gamut: str
    peak: float

    def glsl(self) -> tuple[GlslFunction, ...]:
        """OpenColorIO's text with its tables."""
        return _aces2_glsl(self)

    def evaluate(self, rgb: Rgb) -> Rgb:
        """OpenColorIO's exact CPU path."""
        return on_cpu(self.processor(), rgb)

    def processor(self) -> ocio.Processor:
        """From DaVinci Intermediate to code values of the display space."""
        return config().getProcessor(
            ocio.GroupTransform(
                [
                    ocio.ColorSpaceTransform(WORKING, "aces2065_1"),
                    aces2_to_xyz(self.gamut, self.peak),
                    ocio.ColorSpaceTransform(CIE_XYZ_D65, checked(self.display)),
                ]
            )
        )


def aces2_to_xyz(gamut: str, peak: float) -> ocio.BuiltinTransform:
    """ACES 2.0 from ACES2065-1 to CIE XYZ under D65 of a display's light, 1.0 = 100 nits."""
    sdr = _ACES2_SDR_P3 if gamut in {"p3_d65", "rec2020"} else _ACES2_SDR_709
    return ocio.BuiltinTransform(_ACES2_HDR if peak > 1.0 else sdr)


@cache
def _aces2_glsl(step: Aces2) -> tuple[GlslFunction, ...]:
    name = f"aces2_{step.display}"
    return (function_of(name, f"ACES 2.0 rendering to {step.display}", step.processor()),)


def on_cpu(processor: ocio.Processor, rgb: Rgb) -> Rgb:
    """OpenColorIO's exact CPU path, which works in float32."""
    cpu = processor.getOptimizedCPUProcessor(ocio.OPTIMIZATION_LOSSLESS)
    pixels = np.ascontiguousarray(rgb, dtype=np.float32).reshape(-1, 3).copy()
    if pixels.size:
        cpu.applyRGB(pixels)
    return pixels.reshape(rgb.shape).astype(np.float64)


def all_glsl(steps: tuple[Step, ...]) -> tuple[GlslFunction, ...]:
    """The functions of a chain in order."""
    return tuple(function for step in steps for function in step.glsl())


def evaluate_all(steps: tuple[Step, ...], rgb: Rgb) -> Rgb:
    """The result of a chain on the CPU."""
    for step in steps:
        rgb = step.evaluate(rgb)
    return rgb
