"""The colour spaces a clip can be in and a file can be written in: one row of data each.

A *scene* space holds camera or scene light; a *display* space holds what a screen shows and comes
in through the inverse of the display rendering. HLG is scene light by its definition, and PQ is
taken back to the scene through the inverse HLG OOTF, so a clip in either counts as scene; as an
output both are rendered to their display of 1000 nits, which is a display space of its own.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import PyOpenColorIO as ocio  # noqa: N813  modules are lower-case here

from depthgrade.color import camera_logs, curves
from depthgrade.color.primaries import PRIMARIES
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
    peak        white of a display space, in units of 100 nits
    rendered    for scene spaces that a display shows: the display space a rendered output is in
    """

    name: str
    title: str
    kind: Kind
    primaries: str
    mid_grey: float
    source: str
    decode: Callable[[], ocio.GroupTransform] | None = None
    peak: float = 1.0
    rendered: str | None = None

    @property
    def linear(self) -> str:
        """Name, in the configuration, of the linear space of the same primaries."""
        return self.name if self.decode is None else linear_name(self.primaries)


def linear_name(gamut: str) -> str:
    """The name of the linear space of those primaries; ACES ones have their own."""
    return {"ap0": "aces2065_1", "ap1": "acescg"}.get(gamut, f"linear_{gamut}")


def _gamma_2_4() -> ocio.GroupTransform:
    return curves.gamma(2.4)


def _display(
    name: str, title: str, primaries: str, curve: Callable[[], ocio.GroupTransform]
) -> Space:
    """A display of 100 nits with a BT.1886 or sRGB curve."""
    if curve is curves.srgb:
        return Space(
            name, title, "display", primaries, 0.46136, "IEC 61966-2-1:1999, section 5.2", curve
        )
    source = "ITU-R BT.1886 (2011), annex 1, black at 0"
    return Space(name, f"{title}, gamma 2.4", "display", primaries, 0.48944, source, curve)


def _camera(  # noqa: PLR0917  a row of the table below, read as one
    name: str,
    title: str,
    primaries: str,
    mid_grey: float,
    source: str,
    curve: Callable[[], ocio.GroupTransform],
) -> Space:
    """A logarithmic curve in a camera's or a working gamut."""
    return Space(name, title, "scene", primaries, mid_grey, source, curve)


_SLOG3 = "Sony, Technical Summary for S-Gamut3.Cine/S-Log3 and S-Gamut3/S-Log3 (2014)"
_CANON = "Canon, White Paper on Canon Log v1.2 (2018)"
_HLG = "ITU-R BT.2100-2, table 5; ITU-R BT.2408-7, table 1"
_PQ = "SMPTE ST 2084:2014; ITU-R BT.2100-2, table 5"

# Mid-grey codes are published or follow from the curve; the tests compare both ways.
_ENCODED: tuple[Space, ...] = (
    _display("rec709", "Rec.709", "rec709", _gamma_2_4),
    _display("srgb", "sRGB", "rec709", curves.srgb),
    _display("rec601_525", "Rec.601, 525 lines", "rec601_525", _gamma_2_4),
    _display("rec601_625", "Rec.601, 625 lines", "rec601_625", _gamma_2_4),
    _display("rec2020", "Rec.2020", "rec2020", _gamma_2_4),
    _display("p3_d65", "P3-D65", "p3_d65", _gamma_2_4),
    _display("display_p3", "Display P3", "p3_d65", curves.srgb),
    _camera(
        "davinci_intermediate",
        "DaVinci Intermediate, Wide Gamut",
        "dwg",
        0.33604,
        "Blackmagic Design, DaVinci Resolve 17 Wide Gamut Intermediate (2021)",
        curves.davinci_intermediate,
    ),
    _camera(
        "slog3_sgamut3cine",
        "S-Log3, S-Gamut3.Cine",
        "sgamut3cine",
        0.41056,
        _SLOG3,
        camera_logs.slog3,
    ),
    _camera(
        "slog3_sgamut3",
        "S-Log3, S-Gamut3",
        "sgamut3",
        0.41056,
        _SLOG3,
        camera_logs.slog3,
    ),
    _camera(
        "slog3_sgamut3cine_venice",
        "S-Log3, S-Gamut3.Cine of VENICE",
        "sgamut3cine_venice",
        0.41056,
        _SLOG3,
        camera_logs.slog3,
    ),
    _camera(
        "slog3_sgamut3_venice",
        "S-Log3, S-Gamut3 of VENICE",
        "sgamut3_venice",
        0.41056,
        _SLOG3,
        camera_logs.slog3,
    ),
    _camera(
        "slog2_sgamut",
        "S-Log2, S-Gamut (the primaries of S-Gamut3)",
        "sgamut3",
        0.33953,
        "Sony, S-Log2 Technical Paper (2012)",
        camera_logs.slog2,
    ),
    _camera(
        "logc3_awg3",
        "ARRI LogC3 EI 800, Wide Gamut 3",
        "awg3",
        0.39101,
        "ARRI, ALEXA Log C Curve: Usage in VFX (2017)",
        camera_logs.logc3,
    ),
    _camera(
        "logc4_awg4",
        "ARRI LogC4, Wide Gamut 4",
        "awg4",
        0.27840,
        "ARRI, LogC4 Logarithmic Color Space Specification (2022)",
        camera_logs.logc4,
    ),
    _camera(
        "clog2_cgamut",
        "Canon Log 2, Cinema Gamut",
        "cgamut",
        0.39825,
        _CANON,
        camera_logs.canon_log_2,
    ),
    _camera(
        "clog3_cgamut",
        "Canon Log 3, Cinema Gamut",
        "cgamut",
        0.34339,
        _CANON,
        camera_logs.canon_log_3,
    ),
    _camera(
        "vlog_vgamut",
        "V-Log, V-Gamut",
        "vgamut",
        0.42331,
        "Panasonic, V-Log/V-Gamut Reference Manual rev. 1.0 (2014)",
        camera_logs.vlog,
    ),
    _camera(
        "log3g10_rwg",
        "RED Log3G10, REDWideGamutRGB",
        "rwg",
        0.33333,
        "RED, White Paper on REDWideGamutRGB and Log3G10 915-0187 rev. C (2017)",
        camera_logs.log3g10,
    ),
    _camera(
        "bmdfilm5_bwg",
        "Blackmagic Film Gen 5, Wide Gamut",
        "bwg",
        0.38356,
        "Blackmagic Design, Generation 5 Color Science (2021)",
        camera_logs.blackmagic_film_5,
    ),
    _camera(
        "dlog_dgamut",
        "DJI D-Log, D-Gamut",
        "dgamut",
        0.39876,
        "DJI, White Paper on D-Log and D-Gamut (2017)",
        camera_logs.dji_d_log,
    ),
    _camera(
        "apple_log",
        "Apple Log, Rec.2020",
        "rec2020",
        0.48827,
        "Apple, Apple Log Profile White Paper (2023)",
        camera_logs.apple_log,
    ),
    _camera(
        "apple_log2",
        "Apple Log 2, Apple Wide Gamut",
        "apple_wide",
        0.48827,
        "Apple, Apple Log 2 Profile White Paper (2025), the curve of Apple Log",
        camera_logs.apple_log,
    ),
    _camera(
        "flog_fgamut",
        "F-Log, F-Gamut (Rec.2020)",
        "rec2020",
        0.45932,
        "Fujifilm, F-Log Data Sheet Ver. 1.1 (2022)",
        camera_logs.f_log,
    ),
    _camera(
        "flog2_fgamut",
        "F-Log2, F-Gamut (Rec.2020)",
        "rec2020",
        0.39101,
        "Fujifilm, F-Log2 Data Sheet Ver. 1.0 (2022)",
        camera_logs.f_log2,
    ),
    _camera(
        "nlog_ngamut",
        "N-Log, N-Gamut (Rec.2020)",
        "rec2020",
        0.36367,
        "Nikon, N-Log Specification Document Ver. 1.0.0 (2018)",
        camera_logs.n_log,
    ),
    _camera(
        "llog_lgamut",
        "L-Log, L-Gamut (Rec.2020)",
        "rec2020",
        0.43531,
        "Leica, L-Log Reference Manual Ver. 1.6 (2022)",
        camera_logs.l_log,
    ),
    _camera(
        "protune",
        "GoPro Protune, Protune Native",
        "protune",
        0.64562,
        "GoPro, Protune curve (2016), as the ACES community published it",
        camera_logs.protune,
    ),
    _camera(
        "acescct",
        "ACEScct",
        "ap1",
        0.41359,
        "Academy S-2016-001, ACEScct, section 4.4",
        curves.acescct,
    ),
    _camera(
        "rec709_scene",
        "Rec.709, scene light (camera curve undone)",
        "rec709",
        0.40901,
        "ITU-R BT.709-6, item 1.2",
        curves.rec709_scene,
    ),
    Space(
        "hlg",
        "Rec.2100 HLG; in: scene, reference white 0.75; out: 1000 nits",
        "scene",
        "rec2020",
        0.37826,
        _HLG,
        curves.hlg,
        rendered="hlg_display",
    ),
    Space(
        "pq",
        "Rec.2100 PQ; in: scene, reference white 203 nits; out: 1000 nits",
        "scene",
        "rec2020",
        0.37986,
        _PQ,
        curves.pq,
        rendered="pq_display",
    ),
    Space(
        "hlg_display",
        "Rec.2100 HLG, display light of 1000 nits",
        "display",
        "rec2020",
        0.32478,
        _HLG,
        curves.hlg_display,
        peak=10.0,
    ),
    Space(
        "pq_display",
        "Rec.2100 PQ, display light of 1000 nits",
        "display",
        "rec2020",
        0.34797,
        _PQ,
        curves.pq_display,
        peak=10.0,
    ),
)
_LINEAR: tuple[Space, ...] = tuple(
    Space(linear_name(row.name), f"Linear, {row.title}", "scene", row.name, 0.18, row.source)
    for row in PRIMARIES
)
SPACES: tuple[Space, ...] = _ENCODED + _LINEAR


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
