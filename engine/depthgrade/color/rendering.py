"""Display rendering: how scene light becomes what a display shows, and its closed inverse.

`davinci` is a rational curve per channel of linear display primaries,

    f(x) = a x / (x + b),  a = Wout (Win + b) / Win,  b = 0.18 (Win - m r) / (m r - 0.18),

with r = Win / Wout, so that f(0.18) = m and f(Win) = Wout, 1.0 being 100 nits. It is our own curve
in the manner of a simple tone mapping; no parity with any product is claimed. A display of 1000
nits has Wout = 10 and takes ten times the Win: r stays, so grey and shadows look as at 100 nits
and the peak is there for what is brighter. `aces2` is OpenColorIO's ACES 2.0 output transform,
`none` leaves scene light as display light.
"""

from dataclasses import dataclass
from math import isfinite
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from depthgrade.color.glsl import GlslFunction, literal, renamed
from depthgrade.errors import ColorError

Rendering = Literal["davinci", "aces2", "none"]
RENDERINGS: tuple[Rendering, ...] = ("davinci", "aces2", "none")
SCENE_GREY = 0.18
DISPLAY_WHITE = 1.0  # Wout in units of 100 nits, of a Rec.709 grading display (ITU-R BT.2035)


@dataclass(frozen=True)
class Curve:
    """The numbers of f: a, b, white = Win and peak = Wout."""

    a: float
    b: float
    white: float
    peak: float

    @property
    def slope(self) -> float:
        """Of f at white, and of the tangent it goes on along."""
        return self.a * self.b / (self.white + self.b) ** 2


@dataclass(frozen=True)
class DisplayRendering:
    """Which rendering, and the numbers of `davinci`.

    white      Win: scene light shown as display white; 10.0 leaves a Rec.709 white room to come
               down; log footage may want more; a display of 1000 nits takes ten times as much
    mid_grey   m: display light of 18 % grey, 0.101 = 10.1 nits
    gamut_compression   brings colours outside the display's gamut into it before the curve, see
               `gamut`. Off by default: display clips, which come in through its inverse, gain
               nothing from it; log footage of coloured lights does. An ungraded Rec.709 clip
               comes out as it went in either way.
    Raises ColorError for an unknown kind, and where no such curve exists: white * mid_grey must
    exceed 0.18 and mid_grey must lie between 0 and 1.
    """

    kind: Rendering = "davinci"
    white: float = 10.0
    mid_grey: float = 0.101
    gamut_compression: bool = False

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

    def curve(self, peak: float = DISPLAY_WHITE) -> Curve:
        """f for a display whose white is `peak`, in units of 100 nits."""
        white = self.white * peak
        grey = self.mid_grey * self.white  # m r
        b = SCENE_GREY * (white - grey) / (grey - SCENE_GREY)
        return Curve(peak * (white + b) / white, b, white, peak)


def render(curve: Curve, scene: ArrayLike) -> NDArray[np.float64]:
    """Display light of scene light by the `davinci` curve, float64, any shape, any finite value."""
    light = np.asarray(scene, dtype=np.float64)
    x = np.abs(light)
    tangent = curve.peak + curve.slope * (x - curve.white)
    y = np.where(x > curve.white, tangent, curve.a * x / (x + curve.b))
    return np.asarray(np.sign(light) * y)


def render_inverse(curve: Curve, display: ArrayLike) -> NDArray[np.float64]:
    """Scene light of display light: the inverse of render()."""
    light = np.asarray(display, dtype=np.float64)
    y = np.abs(light)
    below = curve.b * y / (curve.a - np.minimum(y, curve.peak))
    tangent = curve.white + (y - curve.peak) / curve.slope
    return np.asarray(np.sign(light) * np.where(y > curve.peak, tangent, below))


def bound_text(file: str, name: str, arguments: tuple[float, ...]) -> str:
    """shaders/color/<file>.glsl and `vec3 name(vec3 c)`, its other arguments bound to literals.

    The file's own function becomes <name>_of, so two bindings can stand in one shader.
    """
    text = renamed(file, file, f"{name}_of").strip()
    values = ", ".join(literal(value) for value in arguments)
    return f"{text}\n\nvec3 {name}(vec3 c)\n{{\n    return {name}_of(c, {values});\n}}\n"


def _name(stem: str, curve: Curve) -> str:
    """The stem, with the parameters in it where they are not the defaults."""
    peak = "" if curve.peak == DISPLAY_WHITE else f"_{100.0 * curve.peak:.0f}_nits"
    if curve == DisplayRendering().curve(curve.peak):
        return stem + peak
    grey = curve.a * SCENE_GREY / (SCENE_GREY + curve.b)
    parts = f"_white_{literal(curve.white)}_grey_{literal(grey)}"
    return stem + peak + "".join({".": "p", "-": "m", "+": ""}.get(c, c) for c in parts)


def rendering_function(curve: Curve) -> GlslFunction:
    """The `davinci` curve as `vec3 davinci(vec3 c)`, its parameters literals."""
    name, inverse = _name("davinci", curve), _name("davinci_inverse", curve)
    text = bound_text("davinci_rendering", name, (curve.a, curve.b, curve.white))
    return GlslFunction(name, text, inverse=inverse)


def rendering_inverse_function(curve: Curve) -> GlslFunction:
    """The inverse of the `davinci` curve as `vec3 davinci_inverse(vec3 c)`."""
    name, inverse = _name("davinci_inverse", curve), _name("davinci", curve)
    text = bound_text("davinci_rendering_inverse", name, (curve.a, curve.b, curve.white))
    return GlslFunction(name, text, inverse=inverse)
