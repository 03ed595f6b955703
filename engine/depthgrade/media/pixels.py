"""The bridge between FFmpeg's picture formats and our planes: views out, copies in, no conversion.

Formats are read from FFmpeg's own descriptors. What a descriptor does not say through PyAV (the
order of letters in a packed plane, the shift of p010) is in the format's name by FFmpeg's naming
rule. swscale would round and recode, so it serves only formats that no plane can express.
"""

import ctypes
import re
from dataclasses import replace
from functools import cache
from typing import cast

import av
import numpy as np
from av.video.format import VideoFormat, VideoFormatComponent
from numpy.typing import NDArray

from ..frames import Model, PixelFormat, Plane

# Packed formats: the letters of FFmpeg's name are the order in memory ("0" is a filler byte).
_PACKED = re.compile(
    r"(?P<letters>rgba|bgra|argb|abgr|rgb0|bgr0|0rgb|0bgr|rgb|bgr|gray|ya)"
    r"(?P<rest>|8|9|10|12|14|16|24|32|48|64|96|128|f16|f32)(?:le|be)?$"
)
_FLOATING = re.compile(r"f(16|32)(?:le|be)$")
_LEFT_ALIGNED = re.compile(r"p[0-9]1[0-9](?:le|be)$|msb(?:le|be)$")
# Packed 8-bit 4:2:2: position of Y, U and V in a group of four bytes.
_YUYV = {"yuyv422": (0, 1, 3), "uyvy422": (1, 0, 2), "yvyu422": (0, 3, 1)}


@cache
def pixel_format(name: str) -> PixelFormat:
    """How Frame planes hold a picture that FFmpeg calls `name`; big-endian names become "le".

    Raises ValueError for a format that has no plane layout (palettes, bit streams, 5:6:5 ...).
    """
    bare = name.replace("yuvj", "yuv")
    descriptor = VideoFormat(bare)
    parts = descriptor.components
    bits = parts[0].bits if parts else 0  # formats in device memory have no components
    floating = _FLOATING.search(bare) is not None
    if descriptor.has_palette or descriptor.is_bit_stream or descriptor.is_bayer:
        raise ValueError(f"{name} has no plane layout")
    if any(p.bits != bits for p in parts) or not (8 <= bits <= 16 or (bits == 32 and floating)):
        raise ValueError(f"{name} has no plane layout")
    luma = 64  # any multiple of the largest subsampling factor
    return PixelFormat(
        name=bare[:-2] + "le" if descriptor.is_big_endian else bare,
        model=_model(descriptor, parts),
        bits=bits,
        components=_components(bare, descriptor, parts),
        chroma_shift=(
            (luma // descriptor.chroma_width(luma)).bit_length() - 1,
            (luma // descriptor.chroma_height(luma)).bit_length() - 1,
        ),
        shift=16 - bits if _LEFT_ALIGNED.search(bare) else 0,
        floating=floating,
    )


def _model(descriptor: VideoFormat, parts: tuple[VideoFormatComponent, ...]) -> Model:
    if descriptor.is_rgb:
        return "rgb"
    return "ycbcr" if len(parts) >= 3 else "gray"


def _components(
    name: str, descriptor: VideoFormat, parts: tuple[VideoFormatComponent, ...]
) -> tuple[str, ...]:
    """The letters of each plane; raises ValueError where the order in memory is not known."""
    colors = "RGB" if descriptor.is_rgb else "YUV"
    letters = ["A" if p.is_alpha else colors[i] for i, p in enumerate(parts)]
    if len({part.plane for part in parts}) == len(parts):
        by_plane = {part.plane: letter for part, letter in zip(parts, letters, strict=True)}
        return tuple(by_plane[k] for k in range(len(parts)))
    if re.match(r"(nv|p[0-9]1)", name):
        return ("Y", "VU" if name in ("nv21", "nv42") else "UV")
    packed = _PACKED.match(name)
    if packed is None:
        raise ValueError(f"{name} has no plane layout")
    order = packed["letters"].upper()
    if packed["rest"] in ("32", "64", "128") and order in ("RGB", "BGR") and len(parts) == 4:
        raise ValueError(f"{name} has no plane layout")
    if "0" in order or len(order) != len(parts):
        raise ValueError(f"{name} has no plane layout")
    return (order,)


def dtype_of(pixels: PixelFormat) -> np.dtype[np.generic]:
    """The numpy type of a sample in native byte order."""
    if pixels.floating:
        return np.dtype(np.float16 if pixels.bits == 16 else np.float32)
    return np.dtype(np.uint8 if pixels.bits == 8 else np.uint16)


def planes_of(picture: av.VideoFrame) -> tuple[tuple[Plane, ...], PixelFormat]:
    """The planes of a decoded picture and how they hold it.

    Zero-copy views with the decoder's own row stride wherever FFmpeg's layout is one of ours;
    a numpy copy for big-endian samples, packed 4:2:2 and filler bytes (values unchanged); a
    conversion to the nearest planar format, by swscale, for palettes and bit-packed formats.
    """
    name = picture.format.name
    try:
        pixels = pixel_format(name)
    except ValueError:
        return _repacked(picture, name)
    stored = dtype_of(pixels).newbyteorder(">" if picture.format.is_big_endian else "<")
    planes = [_view(picture, k, pixels, stored) for k in range(len(pixels.components))]
    if not stored.isnative:
        planes = [plane.astype(stored.newbyteorder("=")) for plane in planes]
    return tuple(cast(list[Plane], planes)), pixels


def _view(
    picture: av.VideoFrame, index: int, pixels: PixelFormat, dtype: np.dtype[np.generic]
) -> NDArray[np.generic]:
    """One plane as (height, width) or (height, width, components), rows padded as decoded."""
    plane = picture.planes[index]
    width, height = pixels.plane_size(index, picture.width, picture.height)
    count = len(pixels.components[index])
    stride = plane.line_size
    if stride < 0:
        # A bottom-up picture: the plane's address is its last row in memory, so the buffer
        # protocol does not cover it; we copy the rows out while the picture is alive.
        lowest = plane.buffer_ptr + (height - 1) * stride
        memory = (ctypes.c_uint8 * (-stride * height)).from_address(lowest)
        rows = np.ctypeslib.as_array(memory).reshape(height, -stride)[::-1].copy()
    else:
        rows = _rows(picture, index, height)
    samples: NDArray[np.generic] = rows[:, : width * count * dtype.itemsize].view(dtype)
    return samples if count == 1 else samples.reshape(height, width, count)


def _rows(picture: av.VideoFrame, index: int, height: int) -> NDArray[np.uint8]:
    """The bytes of a plane with the padding of its rows, without a copy."""
    plane = picture.planes[index]
    memory = memoryview(plane)
    return np.frombuffer(memory, np.uint8, height * plane.line_size).reshape(height, -1)


def _repacked(picture: av.VideoFrame, name: str) -> tuple[tuple[Plane, ...], PixelFormat]:
    """Planes of a format that has no layout of ours."""
    if name in _YUYV:
        y, u, v = _YUYV[name]
        half = -(-picture.width // 2)
        group = _rows(picture, 0, picture.height)[:, : half * 4]
        luma = np.ascontiguousarray(group[:, y::2][:, : picture.width])
        chroma = (np.ascontiguousarray(group[:, k::4]) for k in (u, v))
        return (luma, *chroma), pixel_format("yuv422p")
    filler = re.fullmatch(r"(0?)(rgb|bgr)(0?)", name)
    if filler is not None:
        width, height = picture.width, picture.height
        pixel = _rows(picture, 0, height)[:, : width * 4].reshape(height, width, 4)
        first = len(filler[1])
        colors = np.ascontiguousarray(pixel[:, :, first : first + 3])
        return (colors,), pixel_format(filler[2] + "24")
    converted = picture.reformat(format=nearest_format(name))
    planes, pixels = planes_of(converted)
    return tuple(plane.copy() for plane in planes), pixels


def nearest_format(name: str) -> str:
    """The format with planes that swscale turns an exotic one into without losing bits."""
    descriptor = VideoFormat(name)
    parts = descriptor.components
    bits = max(part.bits for part in parts)
    alpha = descriptor.has_palette or any(part.is_alpha for part in parts)
    if descriptor.is_rgb or descriptor.has_palette or descriptor.is_bayer or "xyz" in name:
        if bits <= 8 and not (descriptor.is_bayer and descriptor.bits_per_pixel > 8):
            return "rgba" if alpha else "rgb24"
        return "gbrap16le" if alpha else "gbrp16le"
    if len(parts) < 3:
        return "gray" if bits <= 8 else "gray16le"
    shifts = (64 // descriptor.chroma_width(64), 64 // descriptor.chroma_height(64))
    sampling = {(2, 2): "420", (2, 1): "422"}.get(shifts, "444")
    depth = "" if bits <= 8 else "10le" if bits <= 10 else "12le" if bits <= 12 else "16le"
    if alpha and depth == "12le" and sampling == "420":
        depth = "16le"
    return f"yuv{'a' if alpha else ''}{sampling}p{depth}"


def is_lossless_layout(name: str) -> bool:
    """Whether planes_of gives the samples of this format unchanged (no swscale)."""
    try:
        pixel_format(name)
    except ValueError:
        return name in _YUYV or re.fullmatch(r"0?(rgb|bgr)0?", name) is not None
    return True


def picture_from(planes: tuple[Plane, ...], pixels: PixelFormat, encoded_as: str) -> av.VideoFrame:
    """An FFmpeg picture holding a copy of the planes, in the encoder's own byte order.

    `encoded_as` names the same layout as `pixels` (rgb48be for rgb48le, yuvj444p for yuv444p).
    Planes are (height, width[, components]) of the size PixelFormat.plane_size gives; raises
    ValueError where they are not.
    """
    height, width = planes[0].shape[:2]
    picture = av.VideoFrame(width, height, encoded_as)
    dtype = dtype_of(pixels).newbyteorder(">" if picture.format.is_big_endian else "<")
    if len(planes) != len(pixels.components):
        raise ValueError(f"{pixels.name} has {len(pixels.components)} planes, not {len(planes)}")
    if replace(pixel_format(encoded_as), name="") != replace(pixels, name=""):
        raise ValueError(f"{encoded_as} does not hold the planes of {pixels.name}")
    for k, plane in enumerate(planes):
        target = _view(picture, k, pixels, dtype)
        if target.shape != plane.shape:
            raise ValueError(f"plane {k} is {plane.shape}; {pixels.name} needs {target.shape}")
        target[...] = plane
    return picture
