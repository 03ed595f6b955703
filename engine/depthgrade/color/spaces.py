"""The colour spaces a clip can be in and a file can be written in: one row of data each.

A *scene* space holds camera or scene light; a *display* space holds what a screen shows and comes
in through the inverse of the display rendering. HLG is scene light by its definition; PQ is taken
back to the scene through the inverse HLG OOTF, so both count as scene.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import PyOpenColorIO as ocio  # noqa: N813  modules are lower-case here

from depthgrade.color import curves
from depthgrade.errors import ColorError, suggest

Kind = Literal["scene", "display"]


@dataclass(frozen=True)
class Space:
    """One colour space.

    name        short, lower-case, as files and the command line say it
    title       for people
    kind        "scene" or "display"
    primaries   a name of depthgrade.color.primaries
    mid_grey    code value of 18 % grey, scene 0.18; for display spaces with no rendering
    source      document that defines the transfer function
    decode      makes the OpenColorIO transform from code value to linear; None for linear spaces
    """

    name: str
    title: str
    kind: Kind
    primaries: str
    mid_grey: float
    source: str
    decode: Callable[[], ocio.GroupTransform] | None = None

    @property
    def linear(self) -> str:
        """Name, in the configuration, of the linear space of the same primaries."""
        return self.name if self.decode is None else f"linear_{self.primaries}"


def _gamma_2_4() -> ocio.GroupTransform:
    return curves.gamma(2.4)


_BT1886 = "ITU-R BT.1886 (2011), annex 1, black at 0"
_SRGB = "IEC 61966-2-1:1999, section 5.2"
_SLOG3 = "Sony, Technical Summary for S-Gamut3.Cine/S-Log3 and S-Gamut3/S-Log3 (2014)"
_LINEAR = "linear light"

# Mid-grey codes are published or follow from the curve; the tests compare both ways.
SPACES: tuple[Space, ...] = (
    Space("rec709", "Rec.709, gamma 2.4", "display", "rec709", 0.48944, _BT1886, _gamma_2_4),
    Space("srgb", "sRGB", "display", "rec709", 0.46136, _SRGB, curves.srgb),
    Space(
        "rec601_525", "Rec.601, 525 lines", "display", "rec601_525", 0.48944, _BT1886, _gamma_2_4
    ),
    Space(
        "rec601_625", "Rec.601, 625 lines", "display", "rec601_625", 0.48944, _BT1886, _gamma_2_4
    ),
    Space("rec2020", "Rec.2020, gamma 2.4", "display", "rec2020", 0.48944, _BT1886, _gamma_2_4),
    Space("p3_d65", "P3-D65, gamma 2.4", "display", "p3_d65", 0.48944, _BT1886, _gamma_2_4),
    Space("display_p3", "Display P3", "display", "p3_d65", 0.46136, _SRGB, curves.srgb),
    Space(
        "davinci_intermediate",
        "DaVinci Intermediate, Wide Gamut",
        "scene",
        "dwg",
        0.33604,
        "Blackmagic Design, DaVinci Resolve 17 Wide Gamut Intermediate (2021)",
        curves.davinci_intermediate,
    ),
    Space(
        "slog3_sgamut3cine",
        "S-Log3, S-Gamut3.Cine",
        "scene",
        "sgamut3cine",
        0.41056,
        _SLOG3,
        curves.slog3,
    ),
    Space("slog3_sgamut3", "S-Log3, S-Gamut3", "scene", "sgamut3", 0.41056, _SLOG3, curves.slog3),
    Space(
        "logc3_awg3",
        "ARRI LogC3 EI 800, Wide Gamut 3",
        "scene",
        "awg3",
        0.39101,
        "ARRI, ALEXA Log C Curve: Usage in VFX (2017)",
        curves.logc3,
    ),
    Space(
        "logc4_awg4",
        "ARRI LogC4, Wide Gamut 4",
        "scene",
        "awg4",
        0.27840,
        "ARRI, LogC4 Logarithmic Color Space Specification (2022)",
        curves.logc4,
    ),
    Space(
        "vlog_vgamut",
        "V-Log, V-Gamut",
        "scene",
        "vgamut",
        0.42331,
        "Panasonic, V-Log/V-Gamut Reference Manual rev. 1.0 (2014)",
        curves.vlog,
    ),
    Space(
        "log3g10_rwg",
        "RED Log3G10, REDWideGamutRGB",
        "scene",
        "rwg",
        0.33333,
        "RED, White Paper on REDWideGamutRGB and Log3G10 915-0187 rev. C (2017)",
        curves.log3g10,
    ),
    Space(
        "apple_log",
        "Apple Log, Rec.2020",
        "scene",
        "rec2020",
        0.48827,
        "Apple, Apple Log Profile White Paper (2023)",
        curves.apple_log,
    ),
    Space(
        "hlg",
        "Rec.2100 HLG, reference white 0.75",
        "scene",
        "rec2020",
        0.37826,
        "ITU-R BT.2100-2, table 5; ITU-R BT.2408-7, table 1",
        curves.hlg,
    ),
    Space(
        "pq",
        "Rec.2100 PQ, 1000 nits, reference white 203 nits",
        "scene",
        "rec2020",
        0.37986,
        "SMPTE ST 2084:2014; ITU-R BT.2100-2, table 5",
        curves.pq,
    ),
    Space("linear_dwg", "Linear, DaVinci Wide Gamut", "scene", "dwg", 0.18, _LINEAR),
    Space("linear_rec709", "Linear, Rec.709", "scene", "rec709", 0.18, _LINEAR),
    Space("linear_rec2020", "Linear, Rec.2020", "scene", "rec2020", 0.18, _LINEAR),
    Space("aces2065_1", "ACES2065-1", "scene", "ap0", 0.18, "SMPTE ST 2065-1:2021"),
    Space("acescg", "ACEScg", "scene", "ap1", 0.18, "Academy S-2014-004, ACEScg"),
)


def spaces() -> tuple[Space, ...]:
    """Every space, in the order a list for people shows them."""
    return SPACES


def space(name: str) -> Space:
    """The space of that name; raises ColorError that suggests the nearest name."""
    for row in SPACES:
        if row.name == name:
            return row
    raise ColorError(
        f'colour space: "{name}" is unknown; {suggest(name, (row.name for row in SPACES))}'
    )
