"""Matrices derived from primaries, against published numbers."""

import colour
import numpy as np
import pytest
from depthgrade.color.primaries import PRIMARIES, adaptation, primaries, rgb_to_rgb, rgb_to_xyz
from depthgrade.errors import ColorError


def test_wide_gamut_to_rec709_is_the_direct_matrix() -> None:
    expected = [
        [1.89861490, -0.79217618, -0.10643872],
        [-0.16894879, 1.48897575, -0.32002697],
        [-0.12153916, -0.31567585, 1.43721501],
    ]
    got = rgb_to_rgb(primaries("dwg"), primaries("rec709"))
    np.testing.assert_allclose(got, expected, atol=1e-8)  # the digits that are published


def test_ap0_to_ap1_is_the_published_aces_matrix() -> None:
    expected = [  # Academy S-2014-004, appendix A
        [1.4514393161, -0.2365107469, -0.2149285693],
        [-0.0765537734, 1.1762296998, -0.0996759264],
        [0.0083161484, -0.0060324498, 0.9977163014],
    ]
    got = rgb_to_rgb(primaries("ap0"), primaries("ap1"))
    np.testing.assert_allclose(got, expected, atol=1e-10)


# Our primaries by the name colour-science has for them; Apple Wide Gamut it does not know.
GAMUTS = {
    "dwg": "DaVinci Wide Gamut",
    "rec709": "ITU-R BT.709",
    "rec601_525": "SMPTE C",
    "rec601_625": "Pal/Secam",
    "rec2020": "ITU-R BT.2020",
    "p3_d65": "P3-D65",
    "sgamut3": "S-Gamut3",
    "sgamut3cine": "S-Gamut3.Cine",
    "sgamut3_venice": "Venice S-Gamut3",
    "sgamut3cine_venice": "Venice S-Gamut3.Cine",
    "awg3": "ARRI Wide Gamut 3",
    "awg4": "ARRI Wide Gamut 4",
    "vgamut": "V-Gamut",
    "rwg": "REDWideGamutRGB",
    "cgamut": "Cinema Gamut",
    "bwg": "Blackmagic Wide Gamut",
    "dgamut": "DJI D-Gamut",
    "protune": "Protune Native",
    "ap0": "ACES2065-1",
    "ap1": "ACEScg",
}


@pytest.mark.parametrize("name", GAMUTS)
def test_primaries_agree_with_colour_science(name: str) -> None:
    row, theirs = primaries(name), colour.RGB_COLOURSPACES[GAMUTS[name]]
    np.testing.assert_allclose([row.red, row.green, row.blue], theirs.primaries, atol=1e-6)
    np.testing.assert_allclose(row.white, theirs.whitepoint, atol=1e-6)


def test_every_gamut_has_an_oracle() -> None:
    # Apple Wide Gamut has OpenColorIO's built-in, see test_curves.
    assert {row.name for row in PRIMARIES} - GAMUTS.keys() == {"apple_wide"}


def test_rec709_luminance_weights_follow_from_its_primaries() -> None:
    weights = rgb_to_xyz(primaries("rec709"))[1]
    np.testing.assert_allclose(weights, [0.2126, 0.7152, 0.0722], atol=5e-5)  # BT.709 rounds


@pytest.mark.parametrize("gamut", [row.name for row in PRIMARIES])
def test_white_stays_white_and_the_way_back_is_the_inverse(gamut: str) -> None:
    row = primaries(gamut)
    dwg = primaries("dwg")
    there, back = rgb_to_rgb(row, dwg), rgb_to_rgb(dwg, row)
    np.testing.assert_allclose(there @ np.ones(3), np.ones(3), atol=1e-12)
    np.testing.assert_allclose(there @ back, np.eye(3), atol=1e-12)


def test_bradford_takes_the_aces_white_to_d65() -> None:
    aces, d65 = primaries("ap0"), primaries("rec709")
    adapted = adaptation(aces.white, d65.white) @ rgb_to_xyz(aces) @ np.ones(3)
    np.testing.assert_allclose(adapted, rgb_to_xyz(d65) @ np.ones(3), atol=1e-12)


def test_an_unknown_gamut_names_the_nearest() -> None:
    with pytest.raises(ColorError, match='did you mean "rec709"'):
        primaries("rec707")
