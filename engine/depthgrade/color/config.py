"""The OpenColorIO configuration, written in code from the tables of spaces and primaries.

The reference space is linear DaVinci Wide Gamut. Each space leads there by its analytic curve and
one matrix derived from its primaries, never through a third gamut, which would add an adaptation.
"""

from functools import cache

import numpy as np
import PyOpenColorIO as ocio  # noqa: N813  modules are lower-case here

from depthgrade.color.primaries import (
    PRIMARIES,
    Matrix,
    primaries,
    rgb_to_rgb,
    rgb_to_xyz_d65,
)
from depthgrade.color.spaces import linear_name, spaces

REFERENCE = "linear_dwg"
CIE_XYZ_D65 = "cie_xyz_d65"  # where OpenColorIO's ACES output transforms end


def matrix_transform(matrix: Matrix) -> ocio.MatrixTransform:
    """A (3, 3) matrix as OpenColorIO takes it."""
    full = np.eye(4)
    full[:3, :3] = matrix
    return ocio.MatrixTransform(matrix=full.ravel().tolist())


def _linear_spaces() -> list[ocio.ColorSpace]:
    """A linear space for each set of primaries, and CIE XYZ."""
    dwg = primaries("dwg")
    result = []
    for gamut in PRIMARIES:
        name = linear_name(gamut.name)
        row = ocio.ColorSpace(name=name, encoding="scene-linear", description=gamut.source)
        if gamut != dwg:
            row.setTransform(
                matrix_transform(rgb_to_rgb(gamut, dwg)), ocio.COLORSPACE_DIR_TO_REFERENCE
            )
        result.append(row)
    xyz = ocio.ColorSpace(name=CIE_XYZ_D65, encoding="scene-linear")
    xyz.setTransform(matrix_transform(rgb_to_xyz_d65(dwg)), ocio.COLORSPACE_DIR_FROM_REFERENCE)
    return [*result, xyz]


def _encoded_spaces() -> list[ocio.ColorSpace]:
    """A colour space for each row of the table that has a curve.

    Display spaces stand here with no rendering: display light 1.0 is scene 1.0.
    """
    dwg = primaries("dwg")
    result = []
    for entry in spaces():
        if entry.decode is None:
            continue
        to_reference = entry.decode()
        to_reference.appendTransform(matrix_transform(rgb_to_rgb(primaries(entry.primaries), dwg)))
        row = ocio.ColorSpace(
            name=entry.name,
            encoding="log" if entry.kind == "scene" else "sdr-video",
            description=f"{entry.title}. {entry.source}",
        )
        row.setTransform(to_reference, ocio.COLORSPACE_DIR_TO_REFERENCE)
        result.append(row)
    return result


@cache
def config() -> ocio.Config:
    """The validated configuration; made once, not to be edited by the caller."""
    made = ocio.Config()
    made.setMajorVersion(2)
    made.setName("depthgrade")
    for row in (*_linear_spaces(), *_encoded_spaces()):
        made.addColorSpace(row)
    made.setRole(ocio.ROLE_SCENE_LINEAR, REFERENCE)
    made.setRole(ocio.ROLE_COLOR_TIMING, "davinci_intermediate")
    made.setRole(ocio.ROLE_COMPOSITING_LOG, "davinci_intermediate")
    made.setRole(ocio.ROLE_INTERCHANGE_SCENE, "aces2065_1")
    made.setRole(ocio.ROLE_DEFAULT, "rec709")
    made.addDisplayView("Rec.709", "none", "rec709")
    made.addDisplayView("sRGB", "none", "srgb")
    made.validate()
    return made
