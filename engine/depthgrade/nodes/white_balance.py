"""White balance as a chromatic adaptation in linear DaVinci Wide Gamut.

Temperature moves the white along the Planckian locus by equal steps in mired, which look equal;
tint moves it across. Only the displacement from the locus at 6504 K is used, so that neutral is the
identity although D65 is not on the locus. Resolve's own controls are not public; no parity claimed.
"""

import numpy as np
from numpy.typing import NDArray

from depthgrade.color.primaries import D65, Chromaticity, primaries, rgb_to_xyz
from depthgrade.color.primaries import adaptation as bradford

_D65_KELVIN = 6504.0  # CIE 15:2018, correlated colour temperature of D65
_DUV = 1e-4  # one unit of tint


def adaptation(temperature: float, tint: float) -> NDArray[np.float64]:
    """The 3x3 matrix that balances linear DWG: Bradford, from D65 to the chosen white.

    temperature in mired (+ warms), tint in 1e-4 Duv (+ towards magenta); (0, 0) is the identity.
    """
    if temperature == 0 and tint == 0:
        return np.eye(3)
    to_xyz = rgb_to_xyz(primaries("dwg"))
    matrix = np.linalg.inv(to_xyz) @ bradford(D65, _white(temperature, tint)) @ to_xyz
    return np.asarray(matrix, np.float64)


def _white(temperature: float, tint: float) -> Chromaticity:
    """The CIE 1931 xy of the balanced white."""
    mired = 1e6 / _D65_KELVIN
    here, there = _planckian(mired), _planckian(mired + temperature)
    along = _planckian(mired + temperature + 1) - there
    across = np.array([along[1], -along[0]]) / np.hypot(*along)  # towards smaller v: magenta
    u, v = _uv(D65) + there - here + across * tint * _DUV
    scale = 2 * u - 8 * v + 4  # CIE 1960 uv to xy, CIE 15:2018
    return 3 * u / scale, 2 * v / scale


def _uv(xy: Chromaticity) -> NDArray[np.float64]:
    x, y = xy
    return np.array([4 * x, 6 * y]) / (-2 * x + 12 * y + 3)


def _planckian(mired: float) -> NDArray[np.float64]:
    """CIE 1960 uv of a black body; Krystek, "An algorithm to calculate CCT", 1985."""
    t = 1e6 / mired
    u = (0.860117757 + 1.54118254e-4 * t + 1.28641212e-7 * t**2) / (
        1 + 8.42420235e-4 * t + 7.08145163e-7 * t**2
    )
    v = (0.317398726 + 4.22806245e-5 * t + 4.20481691e-8 * t**2) / (
        1 - 2.89741816e-5 * t + 1.61456053e-7 * t**2
    )
    return np.array([u, v])
