"""Chromaticities of every gamut we know, and the matrices that follow from them in float64.

Nothing here is a pasted matrix: RGB to XYZ is derived from the primaries and the white, so DaVinci
Wide Gamut and Rec.709, both D65, are one product apart with no adaptation between. A white other
than D65 (ACES only) is adapted by Bradford, the method of the ACES and OpenColorIO transforms.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from depthgrade.errors import ColorError, suggest

Matrix = NDArray[np.float64]
Chromaticity = tuple[float, float]

D65: Chromaticity = (0.3127, 0.3290)  # ITU-R BT.709-6, table 1, item 1.4
ACES_WHITE: Chromaticity = (0.32168, 0.33767)  # SMPTE ST 2065-1:2021, table 1

# Bradford cone response, CIE 159:2004 appendix A, as in ICC.1:2022 annex E
_BRADFORD: Matrix = np.array(
    [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]]
)


@dataclass(frozen=True)
class Primaries:
    """CIE 1931 xy of red, green, blue and white, with the document they come from."""

    name: str
    title: str
    red: Chromaticity
    green: Chromaticity
    blue: Chromaticity
    white: Chromaticity
    source: str


PRIMARIES: tuple[Primaries, ...] = (
    Primaries(
        "dwg",
        "DaVinci Wide Gamut",
        (0.8000, 0.3130),
        (0.1682, 0.9877),
        (0.0790, -0.1155),
        D65,
        "Blackmagic Design, DaVinci Resolve 17 Wide Gamut Intermediate (2021)",
    ),
    Primaries(
        "rec709",
        "Rec.709",
        (0.640, 0.330),
        (0.300, 0.600),
        (0.150, 0.060),
        D65,
        "ITU-R BT.709-6, item 1.3",
    ),
    Primaries(
        "rec601_525",
        "Rec.601, 525 lines",
        (0.630, 0.340),
        (0.310, 0.595),
        (0.155, 0.070),
        D65,
        "ITU-R BT.601-7, table 3, 525 lines (SMPTE C)",
    ),
    Primaries(
        "rec601_625",
        "Rec.601, 625 lines",
        (0.640, 0.330),
        (0.290, 0.600),
        (0.150, 0.060),
        D65,
        "ITU-R BT.601-7, table 3, 625 lines (EBU 3213)",
    ),
    Primaries(
        "rec2020",
        "Rec.2020",
        (0.708, 0.292),
        (0.170, 0.797),
        (0.131, 0.046),
        D65,
        "ITU-R BT.2020-2, table 3",
    ),
    Primaries(
        "p3_d65",
        "P3-D65",
        (0.680, 0.320),
        (0.265, 0.690),
        (0.150, 0.060),
        D65,
        "SMPTE EG 432-1:2010",
    ),
    Primaries(
        "sgamut3",
        "S-Gamut3",
        (0.730, 0.280),
        (0.140, 0.855),
        (0.100, -0.050),
        D65,
        "Sony, Technical Summary for S-Gamut3.Cine/S-Log3 and S-Gamut3/S-Log3 (2014)",
    ),
    Primaries(
        "sgamut3cine",
        "S-Gamut3.Cine",
        (0.766, 0.275),
        (0.225, 0.800),
        (0.089, -0.087),
        D65,
        "Sony, Technical Summary for S-Gamut3.Cine/S-Log3 and S-Gamut3/S-Log3 (2014)",
    ),
    Primaries(
        "awg3",
        "ARRI Wide Gamut 3",
        (0.6840, 0.3130),
        (0.2210, 0.8480),
        (0.0861, -0.1020),
        D65,
        "ARRI, ALEXA Log C Curve: Usage in VFX (2017), section 2.2",
    ),
    Primaries(
        "awg4",
        "ARRI Wide Gamut 4",
        (0.7347, 0.2653),
        (0.1424, 0.8576),
        (0.0991, -0.0308),
        D65,
        "ARRI, LogC4 Logarithmic Color Space Specification (2022), section 3",
    ),
    Primaries(
        "vgamut",
        "V-Gamut",
        (0.730, 0.280),
        (0.165, 0.840),
        (0.100, -0.030),
        D65,
        "Panasonic, V-Log/V-Gamut Reference Manual rev. 1.0 (2014), section 3",
    ),
    Primaries(
        "rwg",
        "REDWideGamutRGB",
        (0.780308, 0.304253),
        (0.121595, 1.493994),
        (0.095612, -0.084589),
        D65,
        "RED, White Paper on REDWideGamutRGB and Log3G10 915-0187 rev. C (2017)",
    ),
    Primaries(
        "sgamut3_venice",
        "S-Gamut3 of VENICE",
        (0.740464264304292, 0.279364374750660),
        (0.089241145423286, 0.893809528608105),
        (0.110488236673827, -0.052579333080476),
        D65,
        "Sony, VENICE S-Gamut3 to ACES2065-1 (2019); primaries of its matrix",
    ),
    Primaries(
        "sgamut3cine_venice",
        "S-Gamut3.Cine of VENICE",
        (0.775901871567345, 0.274502392854799),
        (0.188682902773355, 0.828684937020288),
        (0.101337382499301, -0.089187517306263),
        D65,
        "Sony, VENICE S-Gamut3.Cine to ACES2065-1 (2019); primaries of its matrix",
    ),
    Primaries(
        "cgamut",
        "Canon Cinema Gamut",
        (0.740, 0.270),
        (0.170, 1.140),
        (0.080, -0.100),
        D65,
        "Canon, White Paper on Canon Log v1.2 (2018), Cinema Gamut",
    ),
    Primaries(
        "bwg",
        "Blackmagic Wide Gamut",
        (0.7177215, 0.3171181),
        (0.2280410, 0.8615690),
        (0.1005841, -0.0820452),
        (0.3127170, 0.3290312),
        "Blackmagic Design, Generation 5 Color Science (2021)",
    ),
    Primaries(
        "dgamut",
        "DJI D-Gamut",
        (0.71, 0.31),
        (0.21, 0.88),
        (0.09, -0.08),
        D65,
        "DJI, White Paper on D-Log and D-Gamut (2017)",
    ),
    Primaries(
        "apple_wide",
        "Apple Wide Gamut",
        (0.725, 0.301),
        (0.221, 0.814),
        (0.068, -0.076),
        D65,
        "Apple, Apple Log 2 Profile White Paper (2025)",
    ),
    Primaries(
        "protune",
        "GoPro Protune Native",
        (0.698480461493841, 0.193026445370121),
        (0.329555378387345, 1.024596624134644),
        (0.108442631407675, -0.034678569754016),
        D65,
        "GoPro, Protune Native to ACES2065-1 (2016); primaries of its matrix",
    ),
    Primaries(
        "ap0",
        "ACES2065-1 (AP0)",
        (0.7347, 0.2653),
        (0.0000, 1.0000),
        (0.0001, -0.0770),
        ACES_WHITE,
        "SMPTE ST 2065-1:2021, table 1",
    ),
    Primaries(
        "ap1",
        "ACEScg (AP1)",
        (0.713, 0.293),
        (0.165, 0.830),
        (0.128, 0.044),
        ACES_WHITE,
        "Academy S-2014-004, ACEScg, section 4.1",
    ),
)


def primaries(name: str) -> Primaries:
    """The primaries of that name; raises ColorError with the nearest name."""
    for row in PRIMARIES:
        if row.name == name:
            return row
    raise ColorError(
        f'primaries: "{name}" is unknown; {suggest(name, (row.name for row in PRIMARIES))}'
    )


def _xyz(xy: Chromaticity) -> Matrix:
    """XYZ (3,) of a chromaticity at Y = 1."""
    x, y = xy
    return np.array([x / y, 1.0, (1.0 - x - y) / y])


def adaptation(source: Chromaticity, target: Chromaticity) -> Matrix:
    """Bradford matrix (3, 3) that takes XYZ under one white to XYZ under another."""
    if source == target:
        return np.eye(3)
    gains = (_BRADFORD @ _xyz(target)) / (_BRADFORD @ _xyz(source))
    adapted = np.linalg.inv(_BRADFORD) @ np.diag(gains) @ _BRADFORD
    return np.asarray(adapted, dtype=np.float64)


def rgb_to_xyz(gamut: Primaries) -> Matrix:
    """Matrix (3, 3) from linear RGB to XYZ under the gamut's own white, Y of white = 1.

    Source: SMPTE RP 177:1993.
    """
    columns = np.stack([_xyz(gamut.red), _xyz(gamut.green), _xyz(gamut.blue)], axis=1)
    return np.asarray(columns * np.linalg.solve(columns, _xyz(gamut.white)), dtype=np.float64)


def rgb_to_xyz_d65(gamut: Primaries) -> Matrix:
    """Matrix (3, 3) from linear RGB to XYZ under D65, by Bradford where the white differs."""
    return adaptation(gamut.white, D65) @ rgb_to_xyz(gamut)


def rgb_to_rgb(source: Primaries, target: Primaries) -> Matrix:
    """Matrix (3, 3) from linear RGB of one gamut to linear RGB of another, white to white."""
    if source == target:
        return np.eye(3)
    matrix = np.linalg.solve(rgb_to_xyz_d65(target), rgb_to_xyz_d65(source))
    return np.asarray(matrix, dtype=np.float64)
