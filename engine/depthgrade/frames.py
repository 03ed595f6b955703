"""Decoded pictures and clips as plain data: what media hands out and gl and compiler read.

A frame keeps the planes its decoder made, in their own bit depth and subsampling; nothing here
converts.
"""

from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.uint8] | NDArray[np.uint16] | NDArray[np.float16] | NDArray[np.float32]
Model = Literal["ycbcr", "rgb", "gray"]


UNSPECIFIED = 2  # ITU-T H.273 tables 2 to 4: the code point for "not said"


@dataclass(frozen=True)
class ColorTags:
    """Colour description by ITU-T H.273 code points; full_range None = not said."""

    primaries: int = UNSPECIFIED
    transfer: int = UNSPECIFIED
    matrix_coefficients: int = UNSPECIFIED
    full_range: bool | None = None


@dataclass(frozen=True)
class PixelFormat:
    """How the planes of a frame hold their samples.

    name            FFmpeg's name ("yuv420p10le", "gbrp16le", "p010le", "rgb24", "grayf32le" ...)
    model           "ycbcr", "rgb" or "gray"
    bits            significant bits of a sample (16 or 32 for float formats)
    shift           left shift of the code value in its storage word (p010: 6), else 0
    floating        samples are float16 or float32
    chroma_shift    log2 of the horizontal and vertical chroma subsampling, (1, 1) for 4:2:0
    components      for each plane, the components its samples hold, in storage order, by letter:
                    "Y" "U" "V" "R" "G" "B" "A"; yuv420p is ("Y", "U", "V"), nv12 ("Y", "UV"),
                    gbrap ("G", "B", "R", "A"), rgb24 ("RGB",), gray ("Y",)
    """

    name: str
    model: Model
    bits: int
    components: tuple[str, ...]
    chroma_shift: tuple[int, int] = (0, 0)
    shift: int = 0
    floating: bool = False

    @property
    def alpha(self) -> bool:
        """Whether a component "A" is present."""
        return any("A" in plane for plane in self.components)

    def plane_size(self, plane: int, width: int, height: int) -> tuple[int, int]:
        """(width, height) of a plane of a picture of the given size; odd chroma sizes round up."""
        if self.model == "ycbcr" and (
            "U" in self.components[plane] or "V" in self.components[plane]
        ):
            shift_x, shift_y = self.chroma_shift
            return -(-width >> shift_x), -(-height >> shift_y)
        return width, height


class Orientation(Enum):
    """How the stored picture is turned to stand upright, as (transpose, flip x, flip y).

    upright[y, x] = stored[v, u] with (u, v) = (y, x) if transposed else (x, y), and then
    u = width-1-u if flip x, v = height-1-v if flip y (sizes of the stored picture).
    """

    UPRIGHT = (False, False, False)
    ROTATE_90 = (
        True,
        False,
        True,
    )  # the stored picture is turned 90 degrees clockwise to be upright
    ROTATE_180 = (False, True, True)
    ROTATE_270 = (True, True, False)
    MIRROR_X = (False, True, False)
    MIRROR_Y = (False, False, True)
    TRANSPOSE = (True, False, False)
    ANTI_TRANSPOSE = (True, True, True)

    @property
    def transposed(self) -> bool:
        """Whether width and height change places."""
        return bool(self.value[0])


@dataclass(frozen=True)
class DevicePlane:
    """A plane in a CUDA device's memory, as a decoder on the device left it.

    address     of its first sample, in the memory of device number `device`
    pitch       bytes from one row to the next; at least those of a row
    shape       (height, width) or (height, width, components)
    dtype       uint8 or uint16
    keep_alive  whatever owns the memory
    """

    address: int
    pitch: int
    shape: tuple[int, ...]
    dtype: np.dtype[np.generic]
    device: int = 0
    keep_alive: Any = None

    @property
    def channels(self) -> int:
        """Components of a sample."""
        return self.shape[2] if len(self.shape) == 3 else 1

    @property
    def row_bytes(self) -> int:
        """Bytes of a row without its padding."""
        return self.shape[1] * self.channels * self.dtype.itemsize


@dataclass(frozen=True)
class Frame:
    """One decoded picture.

    planes    arrays of (height, width) or (height, width, components); rows may be padded (strides)
    on_device the same where the decoder left them on a CUDA device; `planes` is empty then
    index     position in the clip, from 0, in presentation order
    pts       presentation time stamp in units of time_base
    Interlaced frames are kept whole; top_field_first is None for progressive ones.
    """

    planes: tuple[Plane, ...]
    format: PixelFormat
    tags: ColorTags
    index: int
    pts: int
    time_base: Fraction
    top_field_first: bool | None = None
    keep_alive: Any = None  # whatever owns the planes' memory
    on_device: tuple[DevicePlane, ...] = ()


@dataclass(frozen=True)
class AudioInfo:
    """One audio stream of a clip, named for display only; its packets are copied untouched."""

    codec: str
    channels: int
    sample_rate: int


@dataclass(frozen=True)
class ClipInfo:
    """What a clip says of itself, and what was assumed where it is silent.

    width, height     of the stored picture; `size` is that of the upright one
    pts               time stamp of each frame, ascending, in units of time_base; one a frame
    rate              nominal frames per second
    pixel_aspect      of the stored picture; `upright_pixel_aspect` is that of the upright one
    timecode          of the first frame ("01:00:00:00"), if any
    durations         of each frame in time_base units, as the container states or implies them
    tracks            how many video tracks the file holds; `track` is the one read
    first_number      number of frame 0 in the file names of an image sequence, else 0
    metadata          words of the file and its video stream, by key
    notes             warnings for the user, one sentence each (interlaced, odd tags, damaged parts)
    """

    path: Path
    container: str
    codec: str
    width: int
    height: int
    format: PixelFormat
    tags: ColorTags
    pts: tuple[int, ...]
    durations: tuple[int, ...]
    time_base: Fraction
    rate: Fraction
    pixel_aspect: Fraction = Fraction(1)
    orientation: Orientation = Orientation.UPRIGHT
    timecode: str | None = None
    top_field_first: bool | None = None
    audio: tuple[AudioInfo, ...] = ()
    track: int = 0
    tracks: int = 1
    first_number: int = 0
    metadata: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def frame_count(self) -> int:
        """Number of pictures."""
        return len(self.pts)

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) of the upright picture."""
        if self.orientation.transposed:
            return self.height, self.width
        return self.width, self.height

    @property
    def upright_pixel_aspect(self) -> Fraction:
        """Width over height of a pixel of the upright picture."""
        return 1 / self.pixel_aspect if self.orientation.transposed else self.pixel_aspect

    @property
    def seconds(self) -> float:
        """Duration of the pictures."""
        if not self.pts:
            return 0.0
        return float((self.pts[-1] + self.durations[-1] - self.pts[0]) * self.time_base)
