"""From the colour tags of a file (ITU-T H.273 code points) to a colour space, and back.

Tags are often missing and sometimes wrong, so every answer carries its reason, for `info` to print.
Log footage is seldom tagged: a project's input space always wins over what is assumed here.
"""

from dataclasses import dataclass

from depthgrade.color.spaces import space
from depthgrade.frames import UNSPECIFIED, ColorTags, Model

# ITU-T H.273 (2021), table 2: colour primaries
_PRIMARIES = {
    1: ("rec709", "Rec.709"),
    5: ("rec601_625", "Rec.601 625-line"),
    6: ("rec601_525", "Rec.601 525-line"),
    7: ("rec601_525", "SMPTE 240M, the same as Rec.601 525-line"),
    9: ("rec2020", "Rec.2020"),
    12: ("p3_d65", "P3-D65"),
}
# ITU-T H.273 (2021), table 3: transfer characteristics that a gamma 2.4 display shows (BT.1886)
_VIDEO_TRANSFER = {1: "Rec.709", 6: "Rec.601", 14: "Rec.2020 10-bit", 15: "Rec.2020 12-bit"}
_LINEAR, _XVYCC, _SRGB, _PQ, _HLG = 8, 11, 13, 16, 18

_DISPLAY_BY_PRIMARIES = {
    "rec709": "rec709",
    "rec601_525": "rec601_525",
    "rec601_625": "rec601_625",
    "rec2020": "rec2020",
    "p3_d65": "p3_d65",
}
_SRGB_BY_PRIMARIES = {"rec709": "srgb", "p3_d65": "display_p3"}
_LINEAR_BY_PRIMARIES = {"rec709": "linear_rec709", "rec2020": "linear_rec2020"}


@dataclass(frozen=True)
class Assumption:
    """A colour space's name, and why: one sentence that says what was read and what assumed."""

    space: str
    reason: str


def _primaries(tags: ColorTags) -> tuple[str, str]:
    if tags.primaries in _PRIMARIES:
        name, title = _PRIMARIES[tags.primaries]
        return name, f"primaries {tags.primaries} ({title})"
    if tags.primaries == UNSPECIFIED:
        return "rec709", "primaries not tagged, Rec.709 assumed"
    return "rec709", f"primaries {tags.primaries} have no space here, Rec.709 assumed"


def _of_primaries(
    gamut: str, spaces_of: dict[str, str], fallback: str, read: str, transfer: str
) -> Assumption:
    """The space of that gamut among those of one transfer, or the fallback, named in the reason."""
    if gamut in spaces_of:
        return Assumption(spaces_of[gamut], f"{read}, {transfer}")
    title = space(fallback).title
    return Assumption(fallback, f"{read}, {transfer}: no such pair here, {title} assumed")


def tags_to_space(
    tags: ColorTags, model: Model, size: tuple[int, int], floating: bool = False
) -> Assumption:
    """The input space of a clip from its tags, with the reason.

    Untagged video is Rec.709 shown at gamma 2.4, whatever its size (the size decides only the
    Y'CbCr matrix); untagged float samples are linear Rec.709. `model` and `size` (width, height)
    word the reason. A transfer we have no curve for counts as Rec.709, and the reason says so.
    """
    gamut, read = _primaries(tags)
    transfer = tags.transfer
    untagged = UNSPECIFIED
    if transfer == _PQ:
        return Assumption("pq", f"{_hdr_primaries(tags)}, transfer 16 (PQ)")
    if transfer == _HLG:
        return Assumption("hlg", f"{_hdr_primaries(tags)}, transfer 18 (HLG)")
    if transfer == _LINEAR or (floating and transfer == untagged):
        said = "transfer 8 (linear)" if transfer == _LINEAR else "float samples assumed linear"
        return _of_primaries(gamut, _LINEAR_BY_PRIMARIES, "linear_rec709", read, said)
    if transfer == _SRGB:
        said = "transfer 13 (sRGB)"
        return _of_primaries(gamut, _SRGB_BY_PRIMARIES, "srgb", read, said)
    if transfer in _VIDEO_TRANSFER:
        said = f"transfer {transfer} ({_VIDEO_TRANSFER[transfer]}), seen at gamma 2.4"
    elif transfer == _XVYCC:
        said = "transfer 11 (xvYCC), which is Rec.709 in 0 to 1, seen at gamma 2.4"
    elif transfer == untagged:
        width, height = size
        kind = "Y'CbCr" if model == "ycbcr" else model
        said = f"transfer not tagged, {kind} of {width}x{height} assumed Rec.709 at gamma 2.4"
    else:
        said = f"transfer {transfer} has no curve here, Rec.709 at gamma 2.4 assumed"
    return Assumption(_DISPLAY_BY_PRIMARIES[gamut], f"{read}, {said}")


def _hdr_primaries(tags: ColorTags) -> str:
    if tags.primaries == 9:
        return "primaries 9 (Rec.2020)"
    if tags.primaries == UNSPECIFIED:
        return "primaries not tagged, Rec.2020 assumed"
    return f"primaries {tags.primaries} ignored, Rec.2020 assumed as in Rec.2100"


# H.273 code points of what we write: primaries, transfer, matrix coefficients. Camera gamuts and
# logs have none and stay unspecified; their Y'CbCr is made with the Rec.709 matrix.
_WRITTEN = {
    "rec709": (1, 1, 1),
    "srgb": (1, 13, 1),
    "rec601_525": (6, 6, 6),
    "rec601_625": (5, 6, 5),
    "rec2020": (9, 14, 9),
    "p3_d65": (12, 1, 1),
    "display_p3": (12, 13, 1),
    "hlg": (9, 18, 9),
    "pq": (9, 16, 9),
    "hlg_display": (9, 18, 9),
    "pq_display": (9, 16, 9),
    "rec709_scene": (1, 1, 1),
    "linear_rec709": (1, 8, 1),
    "linear_rec2020": (9, 8, 9),
}


def space_to_tags(output: str) -> ColorTags:
    """The tags a Y'CbCr file of that output is written with, limited range.

    A writer of R'G'B' samples replaces matrix coefficients by 0 and the range by full. Views,
    files and spaces of the user's configuration don't say what they are: primaries and transfer
    stay unspecified. An unknown name is refused where the output is made, not here.
    """
    codes = _WRITTEN.get(output, (UNSPECIFIED, UNSPECIFIED, 1))
    return ColorTags(*codes, full_range=False)
