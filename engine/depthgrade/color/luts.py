"""LUT, CLF and CDL files as GLSL functions, whatever OpenColorIO reads, with their CPU oracle.

A file says nothing of the spaces it leads between, so it is applied to values as they come.
"""

from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal, get_args

import numpy as np
import PyOpenColorIO as ocio  # noqa: N813  modules are lower-case here
from numpy.typing import ArrayLike, NDArray

from depthgrade.color.glsl import OCIO_ERRORS, GlslFunction, function_of, identifier, one_line
from depthgrade.color.steps import LINEAR_LIMIT, Rgb, bounded, on_cpu
from depthgrade.errors import ColorError

Interpolation = Literal["tetrahedral", "linear"]
# "best" is tetrahedral for cubes and linear for curves, which know no tetrahedra.
_INTERPOLATION = {"tetrahedral": ocio.INTERP_BEST, "linear": ocio.INTERP_LINEAR}


def lut_extensions() -> tuple[str, ...]:
    """The file name endings OpenColorIO reads, sorted, without a dot."""
    return tuple(sorted({ending for _, ending in ocio.FileTransform.getFormats()}))


@dataclass(frozen=True)
class LutFile:
    """A file as it lay on the disk; a step of a chain.

    stamp        its modification time and size, so that a changed file is read anew
    correction   which correction of a .ccc or .cdl collection: its id or its number from 0
    """

    path: Path
    stamp: tuple[int, int]
    inverse: bool = False
    interpolation: Interpolation = "tetrahedral"
    correction: str = ""

    def glsl(self) -> tuple[GlslFunction, ...]:
        """One function; NaN and what a file makes infinite come out bounded."""
        return _function(self)

    def evaluate(self, rgb: Rgb) -> Rgb:
        """OpenColorIO's exact CPU path, bounded as the function is."""
        return bounded(on_cpu(_processor(self), rgb))


def lut_file(
    path: Path | str,
    *,
    inverse: bool = False,
    interpolation: Interpolation = "tetrahedral",
    correction: str = "",
) -> LutFile:
    """The file, read and checked; raises ColorError naming the file and what is wrong with it."""
    if interpolation not in get_args(Interpolation):
        allowed = ", ".join(get_args(Interpolation))
        raise ColorError(f'interpolation: "{interpolation}" is unknown; allowed: {allowed}')
    path = Path(path)
    try:
        status = path.stat()
    except OSError as error:
        raise ColorError(f"{path}: can't be read: {error.strerror}; allowed: a LUT file") from error
    if not path.is_file():
        raise ColorError(f"{path}: is no file; allowed: a LUT file")
    stamp = (status.st_mtime_ns, status.st_size)
    file = LutFile(path.resolve(), stamp, inverse, interpolation, correction)
    _processor(file)
    return file


def file_transform(
    path: Path | str,
    *,
    inverse: bool = False,
    interpolation: Interpolation = "tetrahedral",
    correction: str = "",
) -> tuple[GlslFunction, ...]:
    """The functions that apply a LUT, CLF or CDL file to R'G'B' values, or undo it.

    Interpolation is that of 3D tables. What is outside a table's domain is held at its edge.
    The inverse of a 3D table is resampled by OpenColorIO on the GPU and only near the exact one.
    Raises ColorError for a file that is missing, malformed, or that has no inverse.
    """
    return lut_file(
        path, inverse=inverse, interpolation=interpolation, correction=correction
    ).glsl()


def evaluate_file(
    path: Path | str,
    rgb: ArrayLike,
    *,
    inverse: bool = False,
    interpolation: Interpolation = "tetrahedral",
    correction: str = "",
) -> NDArray[np.float64]:
    """What file_transform computes, on the CPU: (..., 3) to (..., 3) float64."""
    file = lut_file(path, inverse=inverse, interpolation=interpolation, correction=correction)
    return file.evaluate(np.asarray(rgb, dtype=np.float64))


@lru_cache(maxsize=32)
def _processor(file: LutFile) -> ocio.Processor:
    # OpenColorIO remembers files by their path alone and would not see that one has changed.
    ocio.ClearAllCaches()
    try:
        # OpenColorIO would replace $NAME and %NAME% in a path by what the environment says.
        if set("$%") & set(str(file.path)):
            return _read_copy(file, file.path.read_bytes())
        try:
            return _read(file, file.path)
        except ocio.Exception as error:
            if "Unsupported tag: 'TITLE'" not in str(error):
                raise
            # It refuses the TITLE of a .cube that has ranges or two tables, as many do.
            lines = file.path.read_bytes().splitlines()
            untitled = [line for line in lines if not line.startswith(b"TITLE")]
            return _read_copy(file, b"\n".join(untitled))
    except (*OCIO_ERRORS, OSError) as error:
        allowed = "a sound file of type " + ", ".join(lut_extensions())
        said = one_line(error).replace(f" ({file.path})", "").replace(str(file.path), "the file")
        if "All formats have been tried" in said:
            said = "OpenColorIO can't make out what it is"
        raise ColorError(f"{file.path.name}: {said}; allowed: {allowed}") from error


def _read(file: LutFile, path: Path) -> ocio.Processor:
    transform = ocio.FileTransform(
        str(path),
        cccId=file.correction,
        interpolation=_INTERPOLATION[file.interpolation],
        direction=ocio.TRANSFORM_DIR_INVERSE if file.inverse else ocio.TRANSFORM_DIR_FORWARD,
    )
    return ocio.Config.CreateRaw().getProcessor(transform)


def _read_copy(file: LutFile, content: bytes) -> ocio.Processor:
    with TemporaryDirectory() as folder:
        copy = Path(folder) / f"lut{file.path.suffix}"
        copy.write_bytes(content)
        return _read(file, copy)


@lru_cache(maxsize=32)
def _function(file: LutFile) -> tuple[GlslFunction, ...]:
    processor = _processor(file)
    identity = f"{processor.getCacheID()} {file.interpolation} {file.inverse}"
    digest = sha256(identity.encode()).hexdigest()[:8]
    name = f"file_{identifier(file.path.stem)}_{digest}"
    title = f"{file.path.name}, undone" if file.inverse else file.path.name
    return (function_of(name, title, processor, limit=LINEAR_LIMIT),)
