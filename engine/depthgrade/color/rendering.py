"""Display rendering: how scene light becomes what a display shows, and its closed inverse.

`davinci` is a rational curve per channel of linear display primaries,

    f(x) = a x / (x + b),  a = Wout (Win + b) / Win,  b = 0.18 (Win - m r) / (m r - 0.18),

with r = Win / Wout, so that f(0.18) = m and f(Win) = Wout = 1.0, which is 100 nits. It is our own
curve in the manner of a simple tone mapping; no parity with any product is claimed. `aces2` is
OpenColorIO's ACES 2.0 output transform, `none` leaves scene light as display light.
"""

from dataclasses import dataclass
from math import isfinite
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from depthgrade.color.glsl import GlslFunction
from depthgrade.errors import ColorError
from depthgrade.resources import shader

Rendering = Literal["davinci", "aces2", "none"]
RENDERINGS: tuple[Rendering, ...] = ("davinci", "aces2", "none")
SCENE_GREY = 0.18
DISPLAY_WHITE = 1.0  # Wout: 100 nits, the white of a Rec.709 grading display (ITU-R BT.2035)


@dataclass(frozen=True)
class DisplayRendering:
    """Which rendering, and the two numbers of `davinci`.

    white      Win: scene light shown as display white; 10.0 leaves a Rec.709 white room to come
               down; log footage may want more
    mid_grey   m: display light of 18 % grey, 0.101 = 10.1 nits
    Raises ColorError for an unknown kind, and where no such curve exists: white * mid_grey must
    exceed 0.18 and mid_grey must lie between 0 and 1.
    """

    kind: Rendering = "davinci"
    white: float = 10.0
    mid_grey: float = 0.101

    def __post_init__(self) -> None:
        if self.kind not in RENDERINGS:
            raise ColorError(
                f'rendering: "{self.kind}" is unknown; allowed: {", ".join(RENDERINGS)}'
            )
        if not (isfinite(self.mid_grey) and 0.0 < self.mid_grey < DISPLAY_WHITE):
            raise ColorError(
                f"rendering: mid_grey = {self.mid_grey:g} is not between 0 and 1; allowed: "
                "display light of 18 % grey, such as 0.101"
            )
        if not (isfinite(self.white) and self.white * self.mid_grey > SCENE_GREY):
            least = SCENE_GREY / self.mid_grey
            raise ColorError(
                f"rendering: white = {self.white:g} makes no curve with mid_grey = "
                f"{self.mid_grey:g}; allowed: more than {least:.4g}"
            )

    @property
    def b(self) -> float:
        """The b of f."""
        grey = self.mid_grey * self.white / DISPLAY_WHITE
        return SCENE_GREY * (self.white - grey) / (grey - SCENE_GREY)

    @property
    def a(self) -> float:
        """The a of f."""
        return DISPLAY_WHITE * (self.white + self.b) / self.white


def render(rendering: DisplayRendering, scene: ArrayLike) -> NDArray[np.float64]:
    """Display light of scene light by the `davinci` curve, float64, any shape, any finite value."""
    light = np.asarray(scene, dtype=np.float64)
    a, b, white = rendering.a, rendering.b, rendering.white
    x = np.abs(light)
    slope = a * b / (white + b) ** 2
    y = np.where(x > white, DISPLAY_WHITE + slope * (x - white), a * x / (x + b))
    return np.asarray(np.sign(light) * y)


def render_inverse(rendering: DisplayRendering, display: ArrayLike) -> NDArray[np.float64]:
    """Scene light of display light: the inverse of render()."""
    light = np.asarray(display, dtype=np.float64)
    a, b, white = rendering.a, rendering.b, rendering.white
    y = np.abs(light)
    slope = a * b / (white + b) ** 2
    curve = b * y / (a - np.minimum(y, DISPLAY_WHITE))
    x = np.where(y > DISPLAY_WHITE, white + (y - DISPLAY_WHITE) / slope, curve)
    return np.asarray(np.sign(light) * x)


def literal(value: float) -> str:
    """A GLSL float literal that keeps float32 exactly, always with a point or exponent."""
    text = f"{value:.9g}"
    return text if "." in text or "e" in text else f"{text}.0"


def bound_text(file: str, name: str, arguments: tuple[float, ...]) -> str:
    """shaders/color/<file>.glsl and `vec3 name(vec3 c)`, its other arguments bound to literals.

    The file's own function becomes <name>_of, so two bindings can stand in one shader.
    """
    text = shader(f"color/{file}").replace(f"vec3 {file}(", f"vec3 {name}_of(").strip()
    values = ", ".join(literal(value) for value in arguments)
    return f"{text}\n\nvec3 {name}(vec3 c)\n{{\n    return {name}_of(c, {values});\n}}\n"


def _name(stem: str, rendering: DisplayRendering) -> str:
    """The stem, with the parameters in it where they are not the defaults."""
    if rendering == DisplayRendering():
        return stem
    parts = f"_white_{literal(rendering.white)}_grey_{literal(rendering.mid_grey)}"
    return stem + "".join({".": "p", "-": "m", "+": ""}.get(c, c) for c in parts)


def rendering_function(rendering: DisplayRendering) -> GlslFunction:
    """The `davinci` curve as `vec3 davinci(vec3 c)`, its parameters literals."""
    arguments = (rendering.a, rendering.b, rendering.white)
    name, inverse = _name("davinci", rendering), _name("davinci_inverse", rendering)
    text = bound_text("davinci_rendering", name, arguments)
    return GlslFunction(name, text, inverse=inverse)


def rendering_inverse_function(rendering: DisplayRendering) -> GlslFunction:
    """The inverse of the `davinci` curve as `vec3 davinci_inverse(vec3 c)`."""
    arguments = (rendering.a, rendering.b, rendering.white)
    name, inverse = _name("davinci_inverse", rendering), _name("davinci", rendering)
    text = bound_text("davinci_rendering_inverse", name, arguments)
    return GlslFunction(name, text, inverse=inverse)
