"""Tables of colours written as files that other programs read: .cube and CLF."""

from pathlib import Path

import numpy as np
import PyOpenColorIO as ocio  # noqa: N813  modules are lower-case here
from numpy.typing import NDArray

from depthgrade.errors import ColorError

TABLE_ENDINGS = (".cube", ".clf")
_CHUNK = 1 << 16  # rows of text made at a time


def write_table(path: Path | str, table: NDArray[np.float32], title: str) -> None:
    """Writes a 3D table over 0..1 as its ending says; the file is complete or not there.

    table: (n, n, n, 3) by red, green, blue. Raises ColorError for another ending, or where it can't
    be written.
    """
    path = Path(path)
    if path.suffix.lower() not in TABLE_ENDINGS:
        allowed = " or ".join(TABLE_ENDINGS)
        raise ColorError(f'{path.name}: "{path.suffix}" is no table; allowed: {allowed}')
    part = path.with_name(f".{path.stem}.part{path.suffix}")
    try:
        if path.suffix.lower() == ".clf":
            _write_clf(part, table, title)
        else:
            _write_cube(part, table, title)
        part.replace(path)
    except (OSError, ocio.Exception) as error:
        raise ColorError(f"{path}: can't be written: {error}") from error
    finally:
        part.unlink(missing_ok=True)


def _write_cube(path: Path, table: NDArray[np.float32], title: str) -> None:
    """Red runs fastest (Adobe's Cube LUT Specification 1.0)."""
    rows = table.transpose(2, 1, 0, 3).reshape(-1, 3)
    name = title.replace('"', "'").replace("\n", " ")
    with path.open("w", encoding="utf-8") as file:
        file.write(f'TITLE "{name}"\nLUT_3D_SIZE {len(table)}\n')
        for start in range(0, len(rows), _CHUNK):
            chunk = rows[start : start + _CHUNK]
            file.write("%.7g %.7g %.7g\n" * len(chunk) % tuple(chunk.ravel().tolist()))


def _write_clf(path: Path, table: NDArray[np.float32], title: str) -> None:
    cube = ocio.Lut3DTransform(gridSize=len(table))
    cube.setData(np.ascontiguousarray(table, np.float32).ravel())  # OpenColorIO: blue fastest
    cube.setFileOutputBitDepth(ocio.BIT_DEPTH_F32)
    cube.setInterpolation(ocio.INTERP_TETRAHEDRAL)
    group = ocio.GroupTransform([cube])
    group.getFormatMetadata().setName(title)
    group.write("Academy/ASC Common LUT Format", str(path), config=ocio.Config.CreateRaw())
