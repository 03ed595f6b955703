"""ASC CDL files, read and written by OpenColorIO: .cc, .ccc and .cdl."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import unescape
from pathlib import Path

import PyOpenColorIO as ocio  # noqa: N813  modules are lower-case here

from depthgrade.color.glsl import one_line
from depthgrade.errors import ColorError

Numbers = tuple[float, float, float]

# By file ending, as OpenColorIO calls them.
_FORMATS = {
    ".cc": "ColorCorrection",
    ".ccc": "ColorCorrectionCollection",
    ".cdl": "ColorDecisionList",
}
CDL_ENDINGS = tuple(_FORMATS)


@dataclass(frozen=True)
class Correction:
    """One colour correction: (in*slope + offset)^power, then saturation; see ASC CDL 1.2."""

    id: str = ""
    description: str = ""
    slope: Numbers = (1.0, 1.0, 1.0)
    offset: Numbers = (0.0, 0.0, 0.0)
    power: Numbers = (1.0, 1.0, 1.0)
    saturation: float = 1.0


def read_corrections(path: Path | str) -> tuple[Correction, ...]:
    """The corrections of a file in its order. Raises ColorError naming the file."""
    path = Path(path)
    _ending(path)
    if not path.is_file():
        raise ColorError(f"{path}: is no file; allowed: {', '.join(CDL_ENDINGS)}")
    ocio.ClearAllCaches()  # it remembers files by their path alone
    try:
        group = ocio.CDLTransform.CreateGroupFromFile(str(path))
    except ocio.Exception as error:
        raise ColorError(f"{path.name}: is no CDL: {one_line(error)}") from error
    return tuple(
        Correction(
            unescape(each.getID()),  # OpenColorIO escapes what it writes, but does not undo it
            unescape(each.getFirstSOPDescription()),
            _numbers(each.getSlope()),
            _numbers(each.getOffset()),
            _numbers(each.getPower()),
            float(each.getSat()),
        )
        for each in group
    )


def write_corrections(path: Path | str, corrections: Sequence[Correction]) -> None:
    """Writes a file of the kind its ending says. Raises ColorError; a .cc holds one correction."""
    path = Path(path)
    format_name = _ending(path)
    if not corrections or (path.suffix.lower() == ".cc" and len(corrections) > 1):
        allowed = "one in a .cc, any number in a .ccc or .cdl"
        raise ColorError(f"{path.name}: {len(corrections)} corrections; allowed: {allowed}")
    group = ocio.GroupTransform(
        [
            ocio.CDLTransform(
                slope=each.slope,
                offset=each.offset,
                power=each.power,
                sat=each.saturation,
                id=each.id,
                description=each.description,
            )
            for each in corrections
        ]
    )
    text = group.write(format_name, config=ocio.Config.CreateRaw())
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ColorError(f"{path}: can't be written: {error.strerror}") from error


def _ending(path: Path) -> str:
    ending = path.suffix.lower()
    if ending not in _FORMATS:
        raise ColorError(f'{path.name}: "{ending}" is no CDL; allowed: {", ".join(CDL_ENDINGS)}')
    return _FORMATS[ending]


def _numbers(values: Sequence[float]) -> Numbers:
    red, green, blue = (float(value) for value in values)
    return red, green, blue
