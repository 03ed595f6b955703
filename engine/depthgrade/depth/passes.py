"""Depth as files: an OpenEXR sequence, read from any source and written for any compositor.

Our own channel is `depth.near`: nearness, near = 1 and far = 0, which is what the grade uses. `Z`
is what compositors mean by it: distance along the view, larger is farther, infinite for nothing.
"""

import math
import os
import re
from collections.abc import Callable, Collection
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any, Literal

import numpy as np
import OpenEXR
from numpy.typing import NDArray

from depthgrade.depth.manifest import NAME, read_manifest
from depthgrade.depth.mapping import Shot
from depthgrade.errors import DepthError, unheard

Plane = NDArray[np.float32]
Channels = dict[str, Callable[[], Plane]]  # of a file, by name

# Channels looked for where the manifest names none, with their meaning; the first that is there.
_CHANNELS: dict[str, Literal["near", "distance"]] = {
    "depth.near": "near",
    "Z": "distance",
    "depth.Z": "distance",
}
_NUMBER = re.compile(r"(\d+)\.exr$", re.IGNORECASE)
# Times as wide in shape as the picture, or as narrow, from which a pass is said to be stretched:
# sizes that networks take, such as 320x192 for 16:9, stay below.
_STRETCHED = 1.1
_LARGEST_SIDE = 1 << 14  # of a display window, which is a number in a file and may be any
_COMMENT = (
    "depth.near: near = 1, far = 0. depth.raw: the network's nearness, larger is nearer. "
    "Z: distance{unit}, larger is farther. motion: px to the next frame."
)


class DepthPass:
    """A folder of depth EXR files, one a frame, numbered at the end of their names.

    analysis: what it followed from, where `analyze` made it.
    Raises DepthError if the folder holds none, its manifest is wrong or two files share a number.
    """

    def __init__(self, directory: Path | str) -> None:
        self.directory = Path(directory)
        self.manifest, self.analysis = read_manifest(self.directory)
        self._files = _numbered_files(self.directory)
        first = min(self._files)
        self._first = first if self.manifest.first_frame is None else self.manifest.first_frame
        if self._first > max(self._files):
            raise DepthError(
                f"{self.directory / NAME}: first_frame is {self._first}; the last file "
                f"is {max(self._files)}"
            )
        self._size: tuple[int, int] | None = None

    @property
    def finished(self) -> bool:
        """Whether `raw` gives what `analyze` finished, near = 1, which needs no mapping more."""
        return self.analysis is not None and self.analysis.channel == "depth.near"

    @property
    def frame_count(self) -> int:
        """Frames from the first to the last file; some between may be missing."""
        return max(self._files) - self._first + 1

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) of the maps."""
        if self._size is None:
            number = min(n for n in self._files if n >= self._first)
            height, width = self.raw(number - self._first).shape
            self._size = (width, height)
        return self._size

    def stretch(self, picture: tuple[int, int], pixel_aspect: Fraction) -> str:
        """A sentence where the maps are stretched to cover a picture of a size, else "".

        Raises DepthError where one is upright and the other lies.
        """
        (wide, high), (width, height) = self.size, picture
        # Of either shape: maps are made of stored pixels as well as of displayed ones.
        shapes = width / height, width / height * float(pixel_aspect)
        apart = min(abs(math.log(wide / high / shape)) for shape in shapes)
        what = f"{self.directory}: is {wide}x{high}, the picture {width}x{height}"
        if (wide - high) * (width - height) < 0 and apart > math.log(_STRETCHED):
            raise DepthError(f"{what}; depth of the picture as it is shown, upright, is needed")
        return f"{what}: depth is stretched to it" if apart > math.log(_STRETCHED) else ""

    def __contains__(self, index: int) -> bool:
        return index >= 0 and index + self._first in self._files

    def holds(self, index: int, shots: Collection[Shot]) -> bool:
        """Whether `analyze` put a frame there, of one of these shots."""
        noted = self.analysis.shots if self.analysis is not None else ()
        return index in self and any(
            each.start <= index < each.stop and each.parts[0] in shots for each in noted
        )

    def raw(self, index: int) -> Plane:
        """Nearness of frame `index` of the clip: float32 (height, width), larger is nearer.

        Distances come back as 1/distance; an infinite, missing or non-positive one as 0. Raises
        DepthError if the frame is missing, unreadable or of another size than those before it.
        """
        path, channels = self._channels(index)
        name, polarity = self._depth_channel(path, channels)
        values = channels[name]()
        if polarity == "distance":
            # Not-a-number and 0 are how scanners and renderers say "nothing there".
            there = np.isfinite(values) & (values > 0)
            values = np.where(there, 1.0 / np.where(there, values, 1.0), 0.0).astype(np.float32)
        if not np.isfinite(values).all():
            raise DepthError(f"{path}: channel {name} holds NaN, infinity or a distance near 0")
        height, width = values.shape
        if self._size is None:
            self._size = (width, height)
        if self._size != (width, height):
            raise DepthError(
                f"{path}: is {width}x{height}; the frames before are "
                f"{self._size[0]}x{self._size[1]}"
            )
        return values

    def motion(self, index: int) -> Plane:
        """Motion to the next frame: float32 (height, width, 2) in pixels, x right, y down.

        Raises DepthError if the frame is missing or stores no motion.
        """
        path, channels = self._channels(index)
        if "motion.x" not in channels or "motion.y" not in channels:
            raise DepthError(f"{path}: has no motion; channels motion.x and motion.y are needed")
        return np.stack([channels[f"motion.{axis}"]() for axis in "xy"], axis=-1)

    def _channels(self, index: int) -> tuple[Path, Channels]:
        path = self._files.get(index + self._first)
        if path is None or index < 0:
            raise DepthError(
                f"{self.directory}: no depth for frame {index}; it holds files "
                f"{min(self._files)} to {max(self._files)}, frame 0 is file {self._first}"
            )
        return path, _read_channels(path)

    def _depth_channel(
        self, path: Path, channels: Channels
    ) -> tuple[str, Literal["near", "distance"]]:
        wanted = self.manifest.channel
        name = wanted or next((name for name in _CHANNELS if name in channels), None)
        if name is None or name not in channels:
            raise DepthError(
                f"{path}: no channel {wanted or ' or '.join(_CHANNELS)}; it has "
                f"{', '.join(sorted(channels)) or 'none'}; {NAME} beside it may name another: "
                '{"channel": "NAME", "polarity": "near" or "distance"}'
            )
        polarity = self.manifest.polarity or _CHANNELS.get(name)
        if polarity is None:
            raise DepthError(
                f'{self.directory / NAME}: channel {name} needs "polarity"; allowed: near, distance'
            )
        return name, polarity


def write_depth_frame(
    path: Path | str,
    *,
    near: Plane | None = None,
    raw: Plane | None = None,
    distance: Plane | None = None,
    motion: Plane | None = None,
    rgb: Plane | None = None,
    unit: str = "",
) -> None:
    """Write one frame of a depth pass: float32, RLE, under its final name only when complete.

    near       (height, width), near = 1, far = 0, to channel depth.near
    raw        (height, width), the network's own nearness, to depth.raw
    distance   (height, width), in the scene's unit, infinite for nothing, to channel Z
    motion     (height, width, 2), pixels to the next frame, x right, y down, to motion.x, motion.y
    rgb        (height, width, 3), to R, G, B
    unit       of the distance, for the header's comment

    Raises DepthError if nothing is given, sizes differ or the file can't be written.
    """
    path = Path(path)
    planes: dict[str, Plane] = {}
    if near is not None:
        planes["depth.near"] = near
    if raw is not None:
        planes["depth.raw"] = raw
    if distance is not None:
        planes["Z"] = distance
    if motion is not None:
        planes |= {f"motion.{axis}": motion[..., i] for i, axis in enumerate("xy")}
    if rgb is not None:
        planes |= {name: rgb[..., i] for i, name in enumerate("RGB")}
    shapes = {plane.shape for plane in planes.values()}
    if len(shapes) != 1 or len(next(iter(shapes))) != 2:
        found = ", ".join(f"{name} {plane.shape}" for name, plane in planes.items()) or "none"
        raise DepthError(f"{path}: planes of one (height, width) are needed; given: {found}")
    header = {
        "compression": OpenEXR.RLE_COMPRESSION,
        "type": OpenEXR.scanlineimage,
        "comments": _COMMENT.format(unit=f" in {unit}" if unit else ""),
    }
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        OpenEXR.File(
            header, {name: np.ascontiguousarray(v, np.float32) for name, v in planes.items()}
        ).write(str(partial))
        partial.replace(path)
    except Exception as error:  # OpenEXR raises bare RuntimeError and OSError
        partial.unlink(missing_ok=True)
        raise DepthError(f"{path}: can't be written: {error}") from error


def _read_channels(path: Path) -> Channels:
    """The channels of all parts; where two parts name one alike, the first's."""
    found: Channels = {}
    try:
        # Separate channels: the default grouping refuses parts of different types.
        with unheard():
            file = OpenEXR.File(str(path), separate_channels=True)
        if not file.parts:
            raise ValueError("it is damaged or cut short")
        for part in file.parts:
            for name, channel in part.channels.items():
                found.setdefault(
                    name, partial(_in_display_window, path, part.header, channel.pixels)
                )
    except Exception as error:  # OpenEXR raises bare RuntimeError for a damaged file
        raise DepthError(f"{path}: not a readable OpenEXR file: {error}") from error
    return found


def _in_display_window(path: Path, header: dict[str, Any], pixels: NDArray[Any]) -> Plane:
    """A channel as large as the picture: compositors store what a picture holds something in.

    What is not stored is 0, which is far or no distance; what lies beside the picture is left out.
    Raises DepthError for deep pixels, and where the picture has no size one can have.
    """
    if pixels.dtype == object:
        raise DepthError(f"{path}: is deep; allowed: one depth a pixel, so flatten it first")
    values = np.asarray(pixels, np.float32)
    (x, y), (left, top), (right, bottom) = (
        header["dataWindow"][0].tolist(),
        *(corner.tolist() for corner in header["displayWindow"]),
    )
    height, width = bottom - top + 1, right - left + 1
    if (x, y) == (left, top) and values.shape == (height, width):
        return values
    if not (0 < width <= _LARGEST_SIDE and 0 < height <= _LARGEST_SIDE):
        raise DepthError(
            f"{path}: its display window is {width}x{height}; allowed: up to {_LARGEST_SIDE} a side"
        )
    rows, columns = (
        np.arange(max(0, start), min(size, start + length))
        for start, length, size in zip(
            (y - top, x - left), values.shape, (height, width), strict=True
        )
    )
    shown = np.zeros((height, width), np.float32)
    shown[np.ix_(rows, columns)] = values[np.ix_(rows + top - y, columns + left - x)]
    return shown


def _numbered_files(directory: Path) -> dict[int, Path]:
    if not directory.is_dir():
        raise DepthError(f"{directory}: not a folder; a depth pass is a folder of EXR files")
    files: dict[int, Path] = {}
    for path in sorted(directory.iterdir()):
        number = _NUMBER.search(path.name)
        if number is None or path.name.startswith("."):
            continue
        frame = int(number[1])
        if frame in files:
            raise DepthError(
                f"{directory}: {files[frame].name} and {path.name} are both frame {frame}; "
                "one sequence to a folder"
            )
        files[frame] = path
    if not files:
        raise DepthError(f"{directory}: no numbered .exr file; names end like _0001.exr")
    return files
