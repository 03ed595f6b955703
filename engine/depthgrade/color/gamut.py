"""Gamut compression before the display curve: colours no display shows brought just inside.

A camera's gamut holds colours outside the display's; there a channel is negative and would clip to
a flat patch. The distance of each channel from the largest one is compressed instead, as the ACES
Reference Gamut Compression does it, but by a rational curve with a tangent beyond, so that it has
a closed inverse everywhere and needs no power.
"""

from functools import cache
from itertools import product

import numpy as np
from numpy.typing import ArrayLike, NDArray

from depthgrade.color.glsl import GlslFunction, literal, renamed
from depthgrade.color.primaries import primaries, rgb_to_rgb

Triple = tuple[float, float, float]

# ACES Reference Gamut Compression, Academy S-2020-001 (2021): the distances of cyan, magenta and
# yellow within which most surface colours lie, which stay as they are
THRESHOLD: Triple = (0.815, 0.803, 0.880)
_WIDER = {"p3_d65": "rec2020", "rec2020": "dwg"}  # for all others P3-D65


@cache
def limits(gamut: str) -> Triple:
    """The distances of cyan, magenta and yellow that come to lie on the edge of a display gamut.

    They are those of the next wider gamut seen in it; with wider ones still, a display clip that
    comes in through the inverse would leave DaVinci Wide Gamut far behind. Raises ColorError for
    unknown primaries.
    """
    wider = primaries(_WIDER.get(gamut, "p3_d65"))
    corners = np.array([c for c in product((0.0, 1.0), repeat=3) if 0.0 < sum(c) < 3.0])
    seen = corners @ rgb_to_rgb(wider, primaries(gamut)).T
    largest = seen.max(axis=1, keepdims=True)
    cyan, magenta, yellow = (float(d) for d in (1.0 - seen / largest).max(axis=0))
    return cyan, magenta, yellow


def compress(gamut: str, rgb: ArrayLike, *, inverse: bool = False) -> NDArray[np.float64]:
    """Linear display RGB (..., 3) compressed into its gamut, or back, float64."""
    values = np.asarray(rgb, dtype=np.float64)
    threshold, limit = np.array(THRESHOLD), np.array(limits(gamut))
    scale = (1.0 - threshold) * (limit - threshold) / (limit - 1.0)
    slope = (scale / (limit - threshold + scale)) ** 2
    largest = values.max(axis=-1, keepdims=True, initial=0.0)
    inside = np.where(largest > 0.0, largest, 1.0)
    d = 1.0 - values / inside
    if inverse:
        x = np.clip(d - threshold, 0.0, 1.0 - threshold)
        curve, edge = threshold + x * scale / (scale - x), np.ones(3)
        tangent = limit + (d - 1.0) / slope
    else:
        x = np.maximum(d - threshold, 0.0)
        curve, edge = threshold + x * scale / (x + scale), limit
        tangent = 1.0 + slope * (d - limit)
    moved = np.where(d > edge, tangent, np.where(d > threshold, curve, d))
    return np.where(largest > 0.0, largest * (1.0 - moved), values)


def compression_function(gamut: str, *, inverse: bool = False) -> GlslFunction:
    """The compression as `vec3 <gamut>_compress_gamut(vec3 c)`; its inverse is `_expand_gamut`."""
    names = [f"{gamut}_compress_gamut", f"{gamut}_expand_gamut"]
    name, other = names[::-1] if inverse else names
    file = "gamut_compression_inverse" if inverse else "gamut_compression"
    threshold, limit = (", ".join(map(literal, row)) for row in (THRESHOLD, limits(gamut)))
    text = (
        f"{renamed(file, file, f'{name}_of').strip()}\n\nvec3 {name}(vec3 c)\n{{\n"
        f"    return {name}_of(c, vec3({threshold}), vec3({limit}));\n}}\n"
    )
    return GlslFunction(name, text, inverse=other)
