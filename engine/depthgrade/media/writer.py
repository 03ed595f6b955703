"""Writing what was graded: movies, sequences and stills, complete or not at all.

Sizes: planes are as PixelFormat.plane_size says, chroma rounded up. Where an encoder needs even
sizes (H.264, H.265; ProRes in width), the last column or row is cropped, with a note.
"""

import re
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

import av
from av.video.codeccontext import VideoCodecContext

from ..errors import MediaError
from ..frames import ClipInfo, ColorTags, Plane
from .exr import write_exr
from .movie import MovieSink
from .outputs import OutputFormat
from .pictures import is_sequence, sequence_files
from .pixels import picture_from
from .target import PartialFile, PartialFolder, checked_target, write_error

_PATTERN = re.compile(r"%(?:0(\d+))?d")


class _Sink(Protocol):
    notes: list[str]

    def write(self, planes: tuple[Plane, ...], pts: int, duration: int) -> None: ...

    def finish(self) -> None: ...

    def abort(self) -> None: ...


class ClipWriter:
    """An output being written. A context manager: leaving it cleanly gives the file its name.

    Leaving it by an exception (Ctrl-C included) removes what was written and leaves a file that
    existed before untouched. One thread uses it.
    """

    def __init__(
        self,
        path: Path | str,
        output: OutputFormat,
        *,
        size: tuple[int, int],
        pixel_aspect: Fraction = Fraction(1),
        rate: Fraction = Fraction(24),
        time_base: Fraction | None = None,
        tags: ColorTags,
        source: ClipInfo | None = None,
        frames: tuple[int, int] | None = None,
        timecode: str | None = None,
        overwrite: bool = False,
        inputs: Sequence[Path | str] = (),
    ) -> None:
        """Opens the output under a hidden name.

        size        (width, height) of the pictures
        rate        nominal frames per second; time stamps say when each is shown
        time_base   unit of the time stamps given to write; 1 / rate if None
        tags        what the code values mean; must agree with the format's range
        source      the clip that was graded: its sound is copied, its interlacing kept, its
                    numbers continued
        frames      the source's frames start..stop-1 that will be written, all if None
        timecode    of the first frame written
        inputs      files that must not be overwritten, besides the source
        Raises MediaError if the path is an input, exists without `overwrite`, can't be created, or
        the encoder refuses the size.
        """
        self.path, self.output = Path(path), output
        self._written = 0
        self._open = True
        sources = [Path(p) for p in inputs] + ([source.path] if source else [])
        start = frames[0] if frames else 0
        if output.pictures:
            first = (source.first_number if source else 0) + start
            self._sink: _Sink = _PictureSink(
                self.path,
                output,
                pixel_aspect=pixel_aspect,
                tags=tags,
                first=first,
                overwrite=overwrite,
                inputs=sources,
            )
            return
        real = checked_target(self.path, overwrite, _files_of(sources))
        file = PartialFile(real)
        try:
            self._sink = MovieSink(
                file,
                output,
                size=size,
                pixel_aspect=pixel_aspect,
                rate=rate,
                time_base=time_base or 1 / rate,
                tags=tags,
                source=source,
                frames=frames,
                timecode=timecode,
            )
        except BaseException:
            file.abort()
            raise

    @property
    def notes(self) -> tuple[str, ...]:
        """What could not be kept as it was, one sentence each."""
        return tuple(self._sink.notes)

    def write(self, planes: tuple[Plane, ...], pts: int, duration: int) -> None:
        """Encodes the next picture on the calling thread; the planes may be reused afterwards.

        planes      as output.pixel_format says; pts and duration in time_base units of the source
        Raises MediaError where the file can't be written, ValueError for planes of a wrong shape.
        """
        self._sink.write(planes, pts, duration)
        self._written += 1

    def close(self) -> None:
        """Finishes the file and gives it its name; raises MediaError, and leaves nothing, if that
        fails or nothing was written."""
        if not self._open:
            return
        self._open = False
        try:
            if not self._written:
                raise MediaError(f"{self.path}: no frames to write; choose at least one")
            self._sink.finish()
        except BaseException:
            self._sink.abort()
            raise

    def abort(self) -> None:
        """Removes what was written."""
        if self._open:
            self._open = False
            self._sink.abort()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            self.close()
        else:
            self.abort()


class _PictureSink:
    """A still, or a sequence under a hidden folder; every picture is a file of its own."""

    def __init__(
        self,
        path: Path,
        output: OutputFormat,
        *,
        pixel_aspect: Fraction,
        tags: ColorTags,
        first: int,
        overwrite: bool,
        inputs: Sequence[Path],
    ) -> None:
        """Opens the hidden folder; `first` is the number of the first picture of a sequence."""
        self.notes: list[str] = []
        self._path, self._output = path, output
        self._aspect, self._tags, self._number = pixel_aspect, tags, first
        self._inputs = _files_of(inputs)
        self._overwrite, self._count = overwrite, 0
        self._real = checked_target(path, overwrite, self._inputs)
        if output.sequence:
            self._check_sequence()
        self._folder = PartialFolder(self._real.parent, self._real.name)

    def _check_sequence(self) -> None:
        """Refuses a pattern that pictures exist for, or that is the input's own."""
        try:
            existing = sequence_files(self._path)
        except MediaError:
            return
        taken = {file.resolve() for file in self._inputs}
        if any(file.resolve() in taken for file in existing):
            raise MediaError(f"{self._path}: is also an input; write to another folder or name")
        if not self._overwrite:
            raise MediaError(
                f"{self._path}: {existing[0].name} exists; give another name, or allow it with"
                " --overwrite"
            )

    def write(self, planes: tuple[Plane, ...], pts: int, duration: int) -> None:
        """Encodes one picture into the hidden folder."""
        if self._count and not self._output.sequence:
            raise MediaError(
                f"{self._path}: holds one picture; for several give a pattern like "
                f"{self._path.stem}.%04d{self._path.suffix}"
            )
        name = self._real.name
        if self._output.sequence:
            number = self._number + self._count
            name = _PATTERN.sub(lambda m: str(number).zfill(int(m[1] or 1)), name)
        try:
            self._encode(self._folder.path / name, planes)
        except (av.error.FFmpegError, OSError) as error:
            raise write_error(self._path, error) from error
        self._count += 1

    def _encode(self, file: Path, planes: tuple[Plane, ...]) -> None:
        if self._output.encoder == "openexr":
            write_exr(file, planes, self._tags.primaries, self._aspect)
            return
        picture = picture_from(planes, self._output.pixel_format, self._output.encoded_as)
        picture.color_primaries = self._tags.primaries
        picture.color_trc = self._tags.transfer
        picture.colorspace = self._tags.matrix_coefficients
        picture.color_range = 2
        context = av.CodecContext.create(self._output.encoder, "w")
        assert isinstance(context, VideoCodecContext)
        context.width, context.height = picture.width, picture.height
        context.pix_fmt = self._output.encoded_as
        context.time_base = Fraction(1, 25)  # any: a picture has no time
        context.sample_aspect_ratio = self._aspect
        context.color_range = 2
        context.options = dict(self._output.options)
        with file.open("xb") as out:
            for packet in [*context.encode(picture), *context.encode(None)]:
                out.write(bytes(packet))

    def finish(self) -> None:
        """Gives the pictures their names."""
        self._folder.commit()

    def abort(self) -> None:
        """Removes the hidden folder."""
        self._folder.abort()


def _files_of(inputs: Sequence[Path]) -> list[Path]:
    """The files behind the inputs, those of sequences one by one."""
    files: list[Path] = []
    for path in inputs:
        if is_sequence(path):
            try:
                files += sequence_files(path)
            except MediaError:
                continue
        else:
            files.append(path)
    return files
