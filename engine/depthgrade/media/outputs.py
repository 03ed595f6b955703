"""What can be written: one table of codecs and picture formats, chosen by name or by suffix."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

from ..errors import MediaError, suggest
from ..frames import PixelFormat
from .pixels import pixel_format

_PATTERN = re.compile(r"%(?:0(\d+))?d")
# Container by suffix, in FFmpeg's names.
_MUXERS = {".mp4": "mp4", ".m4v": "mp4", ".mov": "mov", ".mkv": "matroska"}
# Sizes that encoders take: 4:2:0 needs whole chroma samples, prores_aw even widths.
_MULTIPLES = {
    **dict.fromkeys(("libx264", "libx265", "h264_nvenc", "hevc_nvenc"), (2, 2)),
    "prores_aw": (2, 1),
}


@dataclass(frozen=True)
class OutputFormat:
    """How pictures are stored in a file.

    name            what the user calls it ("h264", "png16")
    encoder         FFmpeg's encoder, or "openexr"
    pixel_format    the planes that ClipWriter.write expects
    encoded_as      FFmpeg's name for the same planes as the encoder wants them
    suffixes        file names that can hold it; the first is the usual one
    muxer           FFmpeg's container, "" for pictures
    pictures        one file per picture: a still, or with a pattern in the name a sequence
    sequence        pictures with a pattern in the name ("%04d")
    full_range      the code values that the planes must use
    matrix_coefficients  H.273 matrix the planes must use; None: any YCbCr matrix (as tagged)
    multiple        width and height must be multiples of these: odd columns and rows are cropped
    interlaced      the encoder can keep the interlaced flag
    options         for the encoder
    """

    name: str
    encoder: str
    pixel_format: PixelFormat
    encoded_as: str
    suffixes: tuple[str, ...]
    muxer: str = ""
    pictures: bool = False
    sequence: bool = False
    full_range: bool = False
    matrix_coefficients: int | None = None
    multiple: tuple[int, int] = (1, 1)
    interlaced: bool = False
    codec_tag: str = ""
    options: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), hash=False)


def _movie(
    name: str, encoder: str, planes: str, suffixes: str, *, tag: str = "", **options: str
) -> OutputFormat:
    pixels = pixel_format(planes)
    return OutputFormat(
        name,
        encoder,
        pixels,
        planes,
        tuple(suffixes.split()),
        full_range=pixels.model == "rgb",
        matrix_coefficients=0 if pixels.model == "rgb" else None,
        multiple=_MULTIPLES.get(encoder, (1, 1)),
        interlaced=encoder in ("libx264", "prores_aw", "ffv1"),
        codec_tag=tag,
        options=MappingProxyType(options),
    )


def _pictures(
    name: str,
    encoder: str,
    planes: str,
    encoded_as: str,
    suffixes: str,
    *,
    matrix: int = 0,
    **options: str,
) -> OutputFormat:
    return OutputFormat(
        name,
        encoder,
        pixel_format(planes),
        encoded_as,
        tuple(suffixes.split()),
        pictures=True,
        full_range=True,
        matrix_coefficients=matrix,
        options=MappingProxyType(options),
    )


# x264 and x265 print to the terminal themselves unless told otherwise. ProRes: prores_aw is 2.5
# times as fast as prores_ks at the same quality (720p: 12 against 5 frames per second); profiles 3
# and 4 are HQ and 4444; "apl0" is the vendor code that some editors insist on. FFV1: slices with
# checksums, every frame a key frame.
_FFV1 = {"level": "3", "g": "1", "slices": "16", "slicecrc": "1", "coder": "1", "context": "0"}
# Constant quality: a rate that varies without bound, led by the quantiser.
_NVENC = {"preset": "p5", "rc": "vbr", "cq": "19", "b:v": "0"}
_TABLE = (
    _movie("h264", "libx264", "yuv420p", ".mp4 .m4v .mov .mkv", crf="16", preset="veryfast"),
    _movie(
        "h265",
        "libx265",
        "yuv420p10le",
        ".mp4 .m4v .mov .mkv",
        tag="hvc1",
        crf="18",
        preset="fast",
        **{"x265-params": "log-level=none"},
    ),
    # Encoded by an NVIDIA GPU, whose own layouts these are: the planes are packed so in the shader.
    _movie("h264-nvenc", "h264_nvenc", "nv12", ".mp4 .m4v .mov .mkv", **_NVENC),
    _movie("h265-nvenc", "hevc_nvenc", "p010le", ".mp4 .m4v .mov .mkv", tag="hvc1", **_NVENC),
    _movie("prores422hq", "prores_aw", "yuv422p10le", ".mov .mkv", profile="3", vendor="apl0"),
    _movie("prores4444", "prores_aw", "yuv444p10le", ".mov .mkv", profile="4", vendor="apl0"),
    _movie("dnxhr", "dnxhd", "yuv422p10le", ".mov", profile="dnxhr_hqx"),
    _movie("ffv1", "ffv1", "yuv444p10le", ".mkv", **_FFV1),
    _movie("ffv1-rgb16", "ffv1", "gbrp16le", ".mkv", **_FFV1),
    _pictures("png16", "png", "rgb48le", "rgb48be", ".png"),
    _pictures("tiff16", "tiff", "rgb48le", "rgb48le", ".tif .tiff", compression_algo="deflate"),
    _pictures("exr", "openexr", "gbrpf32le", "gbrpf32le", ".exr"),
    # JFIF (ITU-T T.871): full-range BT.601 YCbCr, H.273 matrix 5.
    _pictures("jpg", "mjpeg", "yuv444p", "yuvj444p", ".jpg .jpeg", matrix=5, qmin="2", qmax="2"),
)
_BY_NAME = {output.name: output for output in _TABLE}
_BY_SUFFIX = {
    ".mp4": "h264",
    ".m4v": "h264",
    ".mov": "prores422hq",
    ".mkv": "ffv1",
    ".png": "png16",
    ".tif": "tiff16",
    ".tiff": "tiff16",
    ".exr": "exr",
    ".jpg": "jpg",
    ".jpeg": "jpg",
}

CODECS = tuple(sorted(_BY_NAME))


def output_for(path: Path | str, codec: str | None = None) -> OutputFormat:
    """The format to write to `path`, by its suffix or as the named codec.

    A "%04d" in the name asks for a numbered sequence of pictures. Raises MediaError for unknown
    suffixes and codecs, and for codecs that the file can't hold.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix not in _BY_SUFFIX:
        raise MediaError(
            f'{path}: the suffix "{suffix}" says no format; allowed: {", ".join(_BY_SUFFIX)}'
        )
    name = codec or _BY_SUFFIX[suffix]
    if name not in _BY_NAME:
        raise MediaError(f'{path}: there is no codec "{name}"; {suggest(name, _BY_NAME)}')
    output = _BY_NAME[name]
    if suffix not in output.suffixes:
        fitting = ", ".join(o.name for o in _TABLE if suffix in o.suffixes)
        raise MediaError(
            f"{path}: {suffix} can't hold {name}; allowed: {fitting}, or {name} in "
            f"{', '.join(output.suffixes)}"
        )
    sequence = _PATTERN.search(path.name) is not None
    if sequence and not output.pictures:
        raise MediaError(f"{path}: a numbered sequence can't hold {name}; allowed: png, tif, exr")
    return replace(output, muxer=_MUXERS.get(suffix, ""), sequence=sequence)


def usual_suffix(codec: str) -> str:
    """The suffix a codec's files usually have. Raises MediaError for an unknown codec."""
    if codec not in _BY_NAME:
        raise MediaError(f'there is no codec "{codec}"; {suggest(codec, _BY_NAME)}')
    return _BY_NAME[codec].suffixes[0]
