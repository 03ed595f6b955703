"""Our configuration as a file, with displays and views, for other programs that use OpenColorIO.

Each view is a colour space, so that old readers understand it too. `davinci` is analytic there as
well: with z = x + b the curve a x / z is a - a b / z, and 1 / z is the exponential of -ln z. It
holds at 0 what is below 0, and above white it nears a without our tangent; a display clips both.
"""

import copy
from math import e
from pathlib import Path

import PyOpenColorIO as ocio  # noqa: N813  modules are lower-case here

from depthgrade.color.config import REFERENCE, config, matrix_transform
from depthgrade.color.primaries import primaries, rgb_to_rgb, rgb_to_xyz_d65
from depthgrade.color.rendering import Curve, DisplayRendering
from depthgrade.color.spaces import Space, space
from depthgrade.color.steps import aces2_to_xyz
from depthgrade.errors import ColorError

# Displays by the name other programs show, and the space of ours their pixels are in.
DISPLAYS = {
    "Rec.709": "rec709",
    "sRGB": "srgb",
    "Rec.2020": "rec2020",
    "P3-D65": "p3_d65",
    "Display P3": "display_p3",
    "Rec.2100 PQ 1000 nits": "pq_display",
    "Rec.2100 HLG 1000 nits": "hlg_display",
}
# The oldest version of the file format that has the double-log, gamma-log and ACES 2 functions.
_VERSION = (2, 4)
_INVERSE = ocio.TRANSFORM_DIR_INVERSE


def write_config(path: Path | str, rendering: DisplayRendering | None = None) -> None:
    """Writes the configuration, every display with the views davinci, ACES 2.0 and none.

    `davinci` has the numbers of the rendering (default: ours) and leaves gamut compression out;
    in float32 it is within 1e-4 of our own in code values, within a code of 10 bits at black. The
    spaces are those of `spaces`, by the same names. An existing file is overwritten. Raises
    ColorError when it can't be written.
    """
    path = Path(path)
    text = config_text(rendering or DisplayRendering())
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ColorError(
            f"{path}: can't be written: {error.strerror}; allowed: a file in a writable folder"
        ) from error


def config_text(rendering: DisplayRendering) -> str:
    """What write_config writes: YAML, configuration version 2.4."""
    made = copy.deepcopy(config())
    made.setVersion(*_VERSION)
    made.setDescription("DaVinci Wide Gamut as reference; every curve analytic.")
    made.clearDisplays()
    for title, name in DISPLAYS.items():
        target = space(name)
        for view, row in (
            ("davinci", _davinci(target, rendering.curve(target.peak))),
            ("ACES 2.0", _aces2(target)),
        ):
            made.addColorSpace(row)
            made.addDisplayView(title, view, row.getName())
        made.addDisplayView(title, "none", name)
    for role, name in {
        ocio.ROLE_RENDERING: REFERENCE,
        ocio.ROLE_DATA: REFERENCE,
        ocio.ROLE_COLOR_PICKING: "srgb",
        ocio.ROLE_TEXTURE_PAINT: "srgb",
        ocio.ROLE_MATTE_PAINT: "srgb",
    }.items():
        made.setRole(role, name)
    made.validate()
    return str(made.serialize())


def _view(name: str, target: Space, transforms: list[ocio.Transform]) -> ocio.ColorSpace:
    """A space that leads from the reference through a rendering to a display's code values."""
    assert target.decode is not None
    encode = target.decode()
    encode.setDirection(_INVERSE)
    row = ocio.ColorSpace(
        name=f"{name}_{target.name}",
        family="Views",
        encoding="hdr-video" if target.peak > 1.0 else "sdr-video",
        description=f"{target.title}, rendered: {name}",
    )
    chain = ocio.GroupTransform([*transforms, encode])
    row.setTransform(chain, ocio.COLORSPACE_DIR_FROM_REFERENCE)
    return row


def _davinci(target: Space, curve: Curve) -> ocio.ColorSpace:
    linear = matrix_transform(rgb_to_rgb(primaries("dwg"), primaries(target.primaries)))
    black = ocio.RangeTransform(minInValue=0.0, minOutValue=0.0)  # x = -b is a pole
    # -ln(x + b), then its exponential 1 / (x + b), then a - a b / (x + b)
    log = ocio.LogAffineTransform(
        logSideSlope=[-1.0] * 3,
        logSideOffset=[0.0] * 3,
        linSideSlope=[1.0] * 3,
        linSideOffset=[curve.b] * 3,
    )
    log.setBase(e)
    reciprocal = ocio.LogTransform(base=e, direction=_INVERSE)
    scale = -curve.a * curve.b
    curve_end = ocio.MatrixTransform(
        [scale, 0, 0, 0, 0, scale, 0, 0, 0, 0, scale, 0, 0, 0, 0, 1], [curve.a] * 3 + [0.0]
    )
    return _view("davinci", target, [linear, black, log, reciprocal, curve_end])


def _aces2(target: Space) -> ocio.ColorSpace:
    to_ap0 = matrix_transform(rgb_to_rgb(primaries("dwg"), primaries("ap0")))
    from_xyz = matrix_transform(rgb_to_xyz_d65(primaries(target.primaries)))
    from_xyz.setDirection(_INVERSE)
    rendered = aces2_to_xyz(target.primaries, target.peak)
    return _view("aces2", target, [to_ap0, rendered, from_xyz])
