"""OpenEXR pictures, read and written by the OpenEXR library: half and float, no display coding.

FFmpeg's reader converts halves, ignores data windows and luminance-chroma files; this one keeps
what is stored.
"""

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import OpenEXR
from numpy.typing import NDArray

from ..errors import MediaError, unheard
from ..frames import UNSPECIFIED, ColorTags, PixelFormat, Plane
from .pixels import pixel_format
from .source import reason

_LINEAR = 8  # H.273 table 3: linear transfer
# Chromaticities (R, G, B, white as x, y) to H.273 primaries; table 2 of H.273.
_PRIMARIES = {
    1: (0.64, 0.33, 0.30, 0.60, 0.15, 0.06, 0.3127, 0.3290),
    9: (0.708, 0.292, 0.170, 0.797, 0.131, 0.046, 0.3127, 0.3290),
    12: (0.680, 0.320, 0.265, 0.690, 0.150, 0.060, 0.3127, 0.3290),
    10: (1.0, 0.0, 0.0, 1.0, 0.0, 0.0, 1 / 3, 1 / 3),
}

ExrPicture = tuple[tuple[Plane, ...], PixelFormat, ColorTags, Fraction, tuple[str, ...]]


def read_exr(path: Path) -> ExrPicture:
    """(planes, format, tags, pixel aspect, notes) of the first part with a picture.

    Planes are G, B, R (and A) or Y, float16 if all of them are stored so, else float32, the size
    of the display window; pixels outside the data window are 0. Luminance-chroma files become
    RGB. Raises MediaError for files without R, G, B or Y.
    """
    try:
        with unheard(), OpenEXR.File(str(path), separate_channels=True) as file:
            if not file.parts:
                raise ValueError("it is damaged or cut short")
            for part in file.parts:
                if {"R", "G", "B"} & set(part.channels) or "Y" in part.channels:
                    return _picture(part.header, dict(part.channels))
    except (RuntimeError, OSError, ValueError, TypeError) as error:
        raise MediaError(f"{path}: is not an EXR that can be read ({reason(error)})") from error
    raise MediaError(f"{path}: has no channels R, G, B or Y; give a picture with colour")


def _picture(header: dict[str, Any], channels: dict[str, Any]) -> ExrPicture:
    tags, notes = _tags(header.get("chromaticities"))
    if "RY" in channels and "BY" in channels and "Y" in channels:
        notes = (*notes, "luminance-chroma EXR: converted to RGB")
        values = _rgb_of_luminance_chroma(header, channels)
    else:
        wanted = "GBR" if {"R", "G", "B"} & set(channels) else "Y"
        names = [*wanted, *("A" if "A" in channels else "")]
        half = all(channels[n].pixels.dtype == np.float16 for n in names if n in channels)
        dtype = np.float16 if half else np.float32
        shape = next(channels[n].pixels.shape for n in names if n in channels)
        values = {
            n: _full(channels[n], shape).astype(dtype, copy=False)
            if n in channels
            else np.zeros(shape, dtype)
            for n in names
        }
    planes: tuple[NDArray[Any], ...]
    width = "f16le" if next(iter(values.values())).dtype == np.float16 else "f32le"
    if "Y" in values and "A" in values:
        name, planes = "ya" + width, (np.stack([values["Y"], values["A"]], axis=-1),)
    elif "Y" in values:
        name, planes = "gray" + width, (values["Y"],)
    else:
        name = ("gbrap" if "A" in values else "gbrp") + width
        planes = tuple(values.values())
    planes, outside = _in_display_window(header, planes)
    aspect = Fraction(float(header.get("pixelAspectRatio", 1.0))).limit_denominator(1000)
    if outside:
        notes = (*notes, "the data window is not the display window: padded with 0 or cropped")
    return planes, pixel_format(name), tags, aspect if aspect > 0 else Fraction(1), notes


def _full(channel: Any, shape: tuple[int, int]) -> NDArray[Any]:
    """A channel at full size: subsampled ones are interpolated linearly between their samples."""
    pixels: NDArray[Any] = channel.pixels
    if pixels.shape == shape:
        return pixels
    for axis, step in ((0, channel.ySampling), (1, channel.xSampling)):
        # Sample k lies on pixel k * step (OpenEXR technical introduction, subsampling).
        at = np.arange(shape[axis]) / step
        low = np.minimum(at.astype(int), pixels.shape[axis] - 1)
        high = np.minimum(low + 1, pixels.shape[axis] - 1)
        weight = (at - low).astype(np.float32)
        weight = weight[:, None] if axis == 0 else weight[None, :]
        below = np.take(pixels, low, axis).astype(np.float32)
        pixels = below + (np.take(pixels, high, axis) - below) * np.minimum(weight, 1)
    return pixels


def _rgb_of_luminance_chroma(
    header: dict[str, Any], channels: dict[str, Any]
) -> dict[str, NDArray[Any]]:
    """G, B, R (and A) as float32 from Y, RY = (R - Y) / Y and BY = (B - Y) / Y."""
    luma = channels["Y"].pixels.astype(np.float32)
    red = luma * (1 + _full(channels["RY"], luma.shape))
    blue = luma * (1 + _full(channels["BY"], luma.shape))
    wr, wg, wb = _luminance_weights(header.get("chromaticities") or _PRIMARIES[1])
    green = (luma - wr * red - wb * blue) / wg
    values = {"G": green, "B": blue, "R": red}
    if "A" in channels:
        values["A"] = _full(channels["A"], luma.shape)
    return {name: plane.astype(np.float32) for name, plane in values.items()}


def _luminance_weights(chromaticities: tuple[float, ...]) -> tuple[float, float, float]:
    """The Y row of the RGB to XYZ matrix (SMPTE RP 177-1993)."""
    xy = np.array(chromaticities, np.float64).reshape(4, 2)
    xyz = np.column_stack([xy, 1 - xy.sum(axis=1)])
    white = xyz[3] / xyz[3, 1]
    scale = np.linalg.solve(xyz[:3].T, white)
    red, green, blue = (scale * xyz[:3, 1]).tolist()
    return red, green, blue


def _tags(chromaticities: tuple[float, ...] | None) -> tuple[ColorTags, tuple[str, ...]]:
    """Linear light and the primaries; Rec.709 where none are stated, as OpenEXR defines."""
    if chromaticities is None:
        return ColorTags(1, _LINEAR, 0, True), ()
    for code, known in _PRIMARIES.items():
        if np.allclose(chromaticities, known, atol=1e-3):
            return ColorTags(code, _LINEAR, 0, True), ()
    stated = " ".join(f"{value:.4f}" for value in chromaticities)
    note = f"primaries without an H.273 code ({stated}): say the input space"
    return ColorTags(UNSPECIFIED, _LINEAR, 0, True), (note,)


def _in_display_window(
    header: dict[str, Any], planes: tuple[NDArray[Any], ...]
) -> tuple[tuple[NDArray[Any], ...], bool]:
    """Planes placed in the display window, and whether that changed them."""
    (left, top), (right, bottom) = (w.tolist() for w in header["displayWindow"])
    x, y = header["dataWindow"][0].tolist()
    width, height = right - left + 1, bottom - top + 1
    if (x, y) == (left, top) and planes[0].shape[:2] == (height, width):
        return planes, False
    placed = []
    for plane in planes:
        target = np.zeros((height, width, *plane.shape[2:]), plane.dtype)
        rows, columns = plane.shape[:2]
        y0, y1 = max(y - top, 0), min(y - top + rows, height)
        x0, x1 = max(x - left, 0), min(x - left + columns, width)
        if y0 < y1 and x0 < x1:
            inside = plane[y0 - (y - top) : y1 - (y - top), x0 - (x - left) : x1 - (x - left)]
            target[y0:y1, x0:x1] = inside
        placed.append(target)
    return tuple(placed), True


def write_exr(
    path: Path, planes: tuple[Plane, ...], primaries: int, pixel_aspect: Fraction
) -> None:
    """Writes G, B, R[, A] planes as a half-float ZIP scanline file.

    `primaries` is the H.273 code of the RGB primaries; unknown ones are left unsaid. Raises
    OSError where the file can't be written.
    """
    names = "GBRA"[: len(planes)]
    header: dict[str, Any] = {
        "compression": OpenEXR.ZIP_COMPRESSION,
        "type": OpenEXR.scanlineimage,
        "pixelAspectRatio": float(pixel_aspect),
    }
    if primaries in _PRIMARIES:
        header["chromaticities"] = _PRIMARIES[primaries]
    # Halves overflow to infinity beyond 65504; a clamp keeps such highlights finite.
    limit = float(np.finfo(np.float16).max)
    channels = {
        name: np.ascontiguousarray(np.clip(plane, -limit, limit), dtype=np.float16)
        for name, plane in zip(names, planes, strict=True)
    }
    try:
        OpenEXR.File(header, channels).write(str(path))
    except RuntimeError as error:
        # "Failed to write ... to image file "...". No space left on device."
        raise OSError(str(error).rstrip(".").rsplit(". ", 1)[-1]) from error
