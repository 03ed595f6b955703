"""Whole ways in and out: code values of a clip to DaVinci Intermediate, and on to a display.

A transform is a chain of steps. A step knows its GLSL and its CPU result, so the picture and its
oracle come from one list. Each chain begins with a guard against NaN and infinity.

Rec.709 and the other display spaces come in through the inverse of the 100-nit `davinci` rendering
(or of `none`), in their own linear primaries and whatever the output is, so that an ungraded clip
comes out as it went in. With an `aces2` output they still come in through `davinci`: the inverse
of ACES 2 sends display white to scene 128, seven stops above a white wall.
"""

from dataclasses import dataclass
from functools import cache
from typing import Protocol

import numpy as np
import PyOpenColorIO as ocio  # noqa: N813  modules are lower-case here
from numpy.typing import ArrayLike, NDArray

from depthgrade.color.config import CIE_XYZ_D65, config
from depthgrade.color.glsl import GlslFunction, checked, conversion, function_of
from depthgrade.color.rendering import (
    DisplayRendering,
    bound_text,
    render,
    render_inverse,
    rendering_function,
    rendering_inverse_function,
)
from depthgrade.color.spaces import Space, space

Rgb = NDArray[np.float64]
WORKING = "davinci_intermediate"
LINEAR_WORKING = "linear_dwg"

# Linear and display code values: the largest half float, which is what EXR infinity stands for.
LINEAR_LIMIT = 65504.0
# Log, HLG and PQ code values live in 0 to 1 with little headroom; PQ has a pole at 1.99.
LOG_LIMIT = 1.9

_ACES2_REC709 = "ACES-OUTPUT - ACES2065-1_to_CIE-XYZ-D65 - SDR-100nit-REC709_2.0"


class Step(Protocol):
    """One link of a chain."""

    def glsl(self) -> tuple[GlslFunction, ...]:
        """The functions to apply in order."""

    def evaluate(self, rgb: Rgb) -> Rgb:
        """The result on the CPU, (..., 3) float64 to the same shape."""


@dataclass(frozen=True)
class _Finite:
    """NaN to 0, infinity to the limit."""

    name: str
    limit: float

    def glsl(self) -> tuple[GlslFunction, ...]:
        text = bound_text("finite", self.name, (self.limit,))
        return (GlslFunction(self.name, text, guard=True),)

    def evaluate(self, rgb: Rgb) -> Rgb:
        return np.clip(np.where(np.isnan(rgb), 0.0, rgb), -self.limit, self.limit)


@dataclass(frozen=True)
class _Convert:
    """A conversion of the configuration, by OpenColorIO."""

    src: str
    dst: str

    def glsl(self) -> tuple[GlslFunction, ...]:
        return conversion(self.src, self.dst)

    def evaluate(self, rgb: Rgb) -> Rgb:
        return _on_cpu(config().getProcessor(self.src, self.dst), rgb)


@dataclass(frozen=True)
class _Render:
    """The davinci rendering."""

    rendering: DisplayRendering

    def glsl(self) -> tuple[GlslFunction, ...]:
        return (rendering_function(self.rendering),)

    def evaluate(self, rgb: Rgb) -> Rgb:
        return render(self.rendering, rgb)


@dataclass(frozen=True)
class _RenderInverse:
    """The inverse of the davinci rendering."""

    rendering: DisplayRendering

    def glsl(self) -> tuple[GlslFunction, ...]:
        return (rendering_inverse_function(self.rendering),)

    def evaluate(self, rgb: Rgb) -> Rgb:
        return render_inverse(self.rendering, rgb)


@dataclass(frozen=True)
class _Aces2:
    """ACES 2.0 output transform, 100 nits, Rec.709 limited, encoded for a display space."""

    display: str

    def glsl(self) -> tuple[GlslFunction, ...]:
        return _aces2_glsl(self.display)

    def evaluate(self, rgb: Rgb) -> Rgb:
        return _on_cpu(_aces2(self.display), rgb)


def _on_cpu(processor: ocio.Processor, rgb: Rgb) -> Rgb:
    """OpenColorIO's exact CPU path, which works in float32."""
    cpu = processor.getOptimizedCPUProcessor(ocio.OPTIMIZATION_LOSSLESS)
    pixels = np.ascontiguousarray(rgb, dtype=np.float32).reshape(-1, 3).copy()
    if pixels.size:
        cpu.applyRGB(pixels)
    return pixels.reshape(rgb.shape).astype(np.float64)


def _aces2(display: str) -> ocio.Processor:
    chain = ocio.GroupTransform(
        [
            ocio.ColorSpaceTransform(WORKING, "aces2065_1"),
            ocio.BuiltinTransform(_ACES2_REC709),
            ocio.ColorSpaceTransform(CIE_XYZ_D65, checked(display)),
        ]
    )
    return config().getProcessor(chain)


@cache
def _aces2_glsl(display: str) -> tuple[GlslFunction, ...]:
    name = f"aces2_{display}"
    return (function_of(name, f"ACES 2.0 rendering to {display}", _aces2(display)),)


def _guard(clip: Space) -> _Finite:
    if clip.decode is not None and clip.kind == "scene":
        return _Finite("finite_log", LOG_LIMIT)
    return _Finite("finite", LINEAR_LIMIT)


def _input_steps(clip: Space, rendering: DisplayRendering) -> tuple[Step, ...]:
    if clip.kind == "scene" or rendering.kind == "none":
        return (_guard(clip), _Convert(clip.name, WORKING))
    curve = DisplayRendering("davinci", rendering.white, rendering.mid_grey)
    return (
        _guard(clip),
        _Convert(clip.name, clip.linear),
        _RenderInverse(curve),
        _Convert(clip.linear, WORKING),
    )


def _output_steps(target: Space, rendering: DisplayRendering) -> tuple[Step, ...]:
    guard = _guard(space(WORKING))
    if target.kind == "scene" or rendering.kind == "none":
        return (guard, _Convert(WORKING, target.name))
    if rendering.kind == "aces2":
        return (guard, _Aces2(target.name))
    return (
        guard,
        _Convert(WORKING, target.linear),
        _Render(rendering),
        _Convert(target.linear, target.name),
    )


def _glsl(steps: tuple[Step, ...]) -> tuple[GlslFunction, ...]:
    return tuple(function for step in steps for function in step.glsl())


def _evaluate(steps: tuple[Step, ...], rgb: ArrayLike) -> Rgb:
    values = np.asarray(rgb, dtype=np.float64)
    for step in steps:
        values = step.evaluate(values)
    return values


def input_transform(
    space_name: str, rendering: DisplayRendering | None = None
) -> tuple[GlslFunction, ...]:
    """Functions to chain from R'G'B' code values of a clip to DaVinci Intermediate.

    The rendering (default: davinci) matters to display spaces only; `aces2` counts as `davinci`
    here. Raises ColorError for an unknown space.
    """
    return _glsl(_input_steps(space(space_name), rendering or DisplayRendering()))


def output_transform(
    output_name: str, rendering: DisplayRendering | None = None
) -> tuple[GlslFunction, ...]:
    """Functions to chain from DaVinci Intermediate to code values of the output space.

    Display spaces get the rendering; scene spaces (davinci_intermediate, linear ones, ACES, camera
    logs, HLG, PQ) get scene light without one. `aces2` carries textures. Nothing clips to 0..1.
    Raises ColorError for an unknown space.
    """
    return _glsl(_output_steps(space(output_name), rendering or DisplayRendering()))


def evaluate_input(
    space_name: str, rendering: DisplayRendering | None, rgb: ArrayLike
) -> NDArray[np.float64]:
    """What input_transform computes, on the CPU: (..., 3) to (..., 3) float64.

    Our steps run in float64, OpenColorIO's in its float32 at OPTIMIZATION_LOSSLESS.
    """
    return _evaluate(_input_steps(space(space_name), rendering or DisplayRendering()), rgb)


def evaluate_output(
    output_name: str, rendering: DisplayRendering | None, rgb: ArrayLike
) -> NDArray[np.float64]:
    """What output_transform computes, on the CPU; precision as of evaluate_input."""
    return _evaluate(_output_steps(space(output_name), rendering or DisplayRendering()), rgb)
