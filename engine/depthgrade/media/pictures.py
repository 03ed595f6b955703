"""Stills and numbered sequences: files named, ordered and decoded one by one.

Each picture is decoded by itself, so any frame costs the same and a seek is exact. FFmpeg's own
sequence reader is not used: it takes patterns from file names ("50%d off.jpg") and has no rate.
"""

import glob
import io
import re
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
from av.container import InputContainer

from ..errors import MediaError
from ..frames import ClipInfo, ColorTags, Frame, Orientation, PixelFormat, Plane
from .describe import color_tags, orientation_of
from .exif import orientation_of_exif
from .exr import read_exr
from .pixels import is_lossless_layout, planes_of
from .source import decode_error, reason

_PHOTOS = {".png", ".jpg", ".jpeg", ".tif", ".tiff", ".avif", ".webp", ".bmp", ".tga"}
_FILM = {".exr", ".dpx", ".j2k", ".jp2", ".ppm", ".pgm"}
_SUFFIXES = _PHOTOS | _FILM
_PATTERN = re.compile(r"%(?:0(\d+))?d")
_NUMBER = re.compile(r"(\d+)(?=\D*$)")


def is_picture(path: Path) -> bool:
    """Whether a path names a single picture (by its suffix)."""
    return path.suffix.lower() in _SUFFIXES


def is_sequence(path: Path) -> bool:
    """Whether a path means several pictures: a folder, or a pattern or glob that is no file."""
    if path.exists():
        return path.is_dir()
    return bool(_PATTERN.search(path.name) or glob.has_magic(str(path)))


def sequence_files(path: Path) -> list[Path]:
    """The pictures of a sequence in the order of their numbers.

    Raises MediaError if there are none.
    """
    if path.is_dir():
        found = [p for p in path.iterdir() if p.is_file() and is_picture(p)]
        stems: dict[str, list[Path]] = {}
        for file in found:
            stems.setdefault(_NUMBER.sub("#", file.stem) + file.suffix.lower(), []).append(file)
        # One folder can hold several layers: the one with the most pictures is the clip.
        files = max(stems.values(), key=len, default=[])
    elif _PATTERN.search(path.name):
        before, after = _PATTERN.split(path.name)[0], _PATTERN.split(path.name)[-1]
        digits = int((_PATTERN.search(path.name) or [0, 0])[1] or 1)
        name = re.compile(re.escape(before) + rf"(\d{{{digits},}})" + re.escape(after) + "$")
        parent = path.parent
        files = [p for p in parent.iterdir() if name.match(p.name)] if parent.is_dir() else []
    else:
        # Path.glob takes relative patterns only; ours come as the user typed them.
        files = [Path(p) for p in glob.glob(str(path)) if is_picture(Path(p))]  # noqa: PTH207
    if not files:
        raise MediaError(
            f"{path}: no pictures there; give a folder, a pattern like shot.%04d.exr or a glob "
            "with pictures"
        )
    return sorted(files, key=lambda file: (number_of(file) or 0, file.name))


def clip_files(path: Path) -> list[Path]:
    """The file of a clip, or the pictures of its sequence. Raises MediaError without a picture."""
    return sequence_files(path) if is_sequence(path) else [path]


def number_of(file: Path) -> int | None:
    """The last number in a picture's name, if any."""
    found = _NUMBER.search(file.stem)
    return int(found[1]) if found else None


class PictureSource:
    """A still (one frame) or a numbered sequence."""

    def __init__(self, path: Path, rate: Fraction) -> None:
        """Lists the files and decodes the first; raises MediaError for what can't be read."""
        if rate <= 0:
            raise MediaError(f"{path}: {rate} frames per second; more than 0 are allowed")
        several = is_sequence(path)
        self.files = clip_files(path)
        self.damaged: set[int] = set()
        self.rate = rate
        first = read_picture(self.files[0])
        numbers = [number_of(file) for file in self.files] if several else []
        count = len(self.files)
        notes = list(first.notes)
        known = [n for n in numbers if n is not None]
        if known and known[-1] - known[0] + 1 != count:
            notes.append(f"numbers are missing or repeated between {known[0]} and {known[-1]}")
        height, width = first.planes[0].shape[:2]
        self.info = ClipInfo(
            path=path,
            container="sequence" if several else "picture",
            codec=first.codec,
            width=width,
            height=height,
            format=first.format,
            tags=first.tags,
            pts=tuple(range(count)),
            durations=(1,) * count,
            time_base=1 / rate,
            rate=rate,
            pixel_aspect=first.pixel_aspect,
            orientation=first.orientation,
            timecode=first.timecode,
            first_number=known[0] if known else 0,
            notes=tuple(notes),
        )

    def decoder(self) -> "PictureDecoder":
        """A decoder at frame 0."""
        return PictureDecoder(self)


class PictureDecoder:
    """Decodes the pictures of a sequence; holds nothing open."""

    def __init__(self, source: PictureSource) -> None:
        self._source = source

    def close(self) -> None:
        """Nothing to free."""

    def between(self, index: int) -> int:
        """Nothing: each picture is a file of its own."""
        return 0

    def frames(self, start: int, stop: int) -> Iterator[Frame]:
        """The frames start..stop-1; raises MediaError for a picture unlike the first."""
        info = self._source.info
        for index in range(start, stop):
            file = self._source.files[index]
            picture = read_picture(file)
            height, width = picture.planes[0].shape[:2]
            if (width, height, picture.format) != (info.width, info.height, info.format):
                raise MediaError(
                    f"{file.name}: is {width}x{height} {picture.format.name}; the sequence began "
                    f"with {info.width}x{info.height} {info.format.name}, and one kind is allowed"
                )
            if picture.damaged:
                self._source.damaged.add(index)
            yield Frame(
                planes=picture.planes,
                format=picture.format,
                tags=picture.tags,
                index=index,
                pts=index,
                time_base=info.time_base,
                keep_alive=picture.keep_alive,
            )


class Picture:
    """One decoded picture file and what it says of itself."""

    def __init__(
        self,
        planes: tuple[Plane, ...],
        pixels: PixelFormat,
        tags: ColorTags,
        codec: str,
        *,
        pixel_aspect: Fraction = Fraction(1),
        orientation: Orientation = Orientation.UPRIGHT,
        timecode: str | None = None,
        notes: tuple[str, ...] = (),
        damaged: bool = False,
        keep_alive: object = None,
    ) -> None:
        self.planes, self.format, self.tags, self.codec = planes, pixels, tags, codec
        self.pixel_aspect, self.orientation = pixel_aspect, orientation
        self.timecode, self.notes = timecode, notes
        self.damaged, self.keep_alive = damaged, keep_alive


def read_picture(path: Path) -> Picture:
    """Decodes a picture file; raises MediaError for what can't be read."""
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise MediaError(f"{path}: does not exist; give a clip, a picture or a sequence") from error
    except OSError as error:
        raise MediaError(f"{path}: can't be read ({reason(error)})") from error
    if not data:
        raise MediaError(f"{path}: is empty (0 bytes); give a clip or a picture")
    if path.suffix.lower() == ".exr":
        planes, pixels, tags, aspect, notes = read_exr(path)
        return Picture(planes, pixels, tags, "exr", pixel_aspect=aspect, notes=notes)
    # By FFmpeg's picture reader, which takes the file as one packet ("none" keeps the name from
    # being read as a pattern); its readers by content split JPEG files with a second picture
    # inside (gain maps), so they serve AVIF, and files whose suffix misleads.
    options = {"pattern_type": "none"}
    failure: Exception | None = None
    try:
        if data[4:8] != b"ftyp":
            try:
                with av.open(f"file:{path}", format="image2", options=options) as container:
                    return _decode(container, path, data)
            except av.error.FFmpegError as error:
                failure = error
        with av.open(io.BytesIO(data), "r", metadata_errors="replace") as container:
            return _decode(container, path, data)
    except (av.error.FFmpegError, ValueError) as error:
        why = reason(failure or error)
        raise MediaError(f"{path}: is not a picture that can be read ({why})") from error


def _decode(container: InputContainer, path: Path, data: bytes) -> Picture:
    """The first picture of an open file; raises FFmpegError as decoding does."""
    if not container.streams.video:
        raise MediaError(f"{path}: holds no picture; give a clip or a picture")
    stream = container.streams.video[0]
    picture = next(container.decode(stream), None)
    if picture is None:
        raise decode_error(path.name, 0, None)
    codec = stream.codec_context.codec.canonical_name
    aspect = Fraction(stream.sample_aspect_ratio or 1)
    return _describe(picture, data, color_tags(picture, stream.codec_context), codec, aspect)


def _describe(
    picture: av.VideoFrame, data: bytes, tags: ColorTags, codec: str, aspect: Fraction
) -> Picture:
    name = picture.format.name
    planes, pixels = planes_of(picture)
    notes: tuple[str, ...] = ()
    if not is_lossless_layout(name):
        notes = (f"{name} pictures are converted to {pixels.name}",)
    orientation = orientation_of_exif(data)
    if orientation is None:
        # Only AVIF turns by a display matrix; see orientation_of for why PNG is not asked.
        orientation = orientation_of(picture)[0] if codec == "av1" else Orientation.UPRIGHT
    return Picture(
        planes,
        pixels,
        tags,
        codec,
        pixel_aspect=aspect,
        orientation=orientation,
        notes=notes,
        damaged=picture.is_corrupt,
        keep_alive=picture,
    )
