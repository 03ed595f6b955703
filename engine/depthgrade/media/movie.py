"""Encoding a movie: pictures with the source's time stamps, its sound beside them.

NVENC gets its planes through main memory too. PyAV takes pictures in device memory
(`VideoFrame.from_dlpack`, `pix_fmt` "cuda"), but opens the encoder with the first of them, so that
what it refuses would be known when the file and its sound are begun; and what it would save, 0.1 ms
a picture at 1080p and 0.5 ms at 4K over PCIe 4.0, passes while the next pictures are drawn.
"""

from __future__ import annotations

import math
from fractions import Fraction

import av
from av.codec.context import Flags
from av.container import OutputContainer
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from ..errors import MediaError
from ..frames import ClipInfo, ColorTags, Orientation, Plane
from .audio import AudioCopy
from .container import open_container
from .outputs import OutputFormat
from .pixels import picture_from
from .source import reason
from .target import PartialFile, write_error

# FFmpeg hands over the file in pieces of this size: fewer calls into Python.
_BUFFER_BYTES = 1 << 20
# Edit lists place sound and pictures in these ticks; FFmpeg's 1000 would round to a millisecond.
_MOVIE_TIMESCALE = 90_000
# AVFieldOrder: top or bottom field first, both coded and shown.
_FIELD_ORDER = {True: 2, False: 3}
# Containers whose clocks start anywhere; their first time stamp means nothing.
_FREE_RUNNING = ("mpegts", "mpeg", "mpegvideo")


class MovieSink:
    """One movie file being encoded."""

    def __init__(
        self,
        file: PartialFile,
        output: OutputFormat,
        *,
        size: tuple[int, int],
        pixel_aspect: Fraction,
        rate: Fraction,
        time_base: Fraction,
        tags: ColorTags,
        source: ClipInfo | None,
        frames: tuple[int, int] | None,
        timecode: str | None,
    ) -> None:
        """Opens the encoder; raises MediaError where it refuses the size or the rate."""
        self._file, self._output, self._tags = file, output, tags
        self.notes: list[str] = []
        self._size = self._encoded_size(size)
        self._field = self._field_order(source)
        self._graph: av.filter.Graph | None = None
        self._durations: dict[int, int] = {}
        self._source = source
        self._time_base = time_base
        seconds, span = _placement(source, frames)
        self._shift = round(seconds / time_base)
        self._audio: AudioCopy | None = None
        mov = output.muxer in ("mp4", "mov")
        self._container: OutputContainer = av.open(
            file,
            "w",
            format=output.muxer,
            options={"movie_timescale": str(_MOVIE_TIMESCALE)} if mov else {},
            buffer_size=_BUFFER_BYTES,
        )
        try:
            self._stream = self._video(rate, pixel_aspect, timecode)
            if source is not None and source.audio:
                self._audio = AudioCopy(
                    source, self._container, output.muxer, self._shift * time_base, span
                )
                self.notes += self._audio.notes
            self._stream.codec_context.open()
        except (av.error.FFmpegError, ValueError, OverflowError) as error:
            self.abort()
            width, height = self._size
            if output.encoder.endswith("_nvenc") and isinstance(error, PermissionError):
                # What FFmpeg says where the driver, the card or its encoder is missing.
                raise MediaError(
                    f"{file.final}: {output.name} needs an NVIDIA GPU with an encoder (NVENC), and "
                    f"there is none; choose {output.name.partition('-')[0]}"
                ) from error
            raise MediaError(
                f"{file.final}: {output.name} can't encode {width}x{height} at "
                f"{float(rate):.3f} frames per second ({reason(error)}); choose another codec"
            ) from error

    def _encoded_size(self, size: tuple[int, int]) -> tuple[int, int]:
        """The size the encoder takes: the last odd column and row go where it refuses them."""
        pairs = zip(size, self._output.multiple, strict=True)
        width, height = (length - length % multiple for length, multiple in pairs)
        if (width, height) != size:
            self.notes.append(
                f"{self._output.name} needs even sizes: {size[0]}x{size[1]} is cropped to "
                f"{width}x{height}"
            )
        return width, height

    def _field_order(self, source: ClipInfo | None) -> bool | None:
        """Top field first, bottom field first, or None for progressive pictures."""
        if source is None or source.top_field_first is None:
            return None
        if source.orientation not in (Orientation.UPRIGHT, Orientation.MIRROR_X):
            self.notes.append("the picture is turned, so the interlaced flag is not kept")
            return None
        if not self._output.interlaced:
            self.notes.append(f"{self._output.name} can't keep the interlaced flag")
            return None
        return source.top_field_first

    def _video(self, rate: Fraction, aspect: Fraction, timecode: str | None) -> VideoStream:
        output = self._output
        options = dict(output.options)
        if self._field is not None and output.encoder == "libx264":
            options["x264-params"] = "tff=1" if self._field else "bff=1"
        stream = self._container.add_stream(output.encoder, rate=rate, options=options)
        assert isinstance(stream, VideoStream)
        context = stream.codec_context
        context.width, context.height = self._size
        context.pix_fmt = output.encoded_as
        context.time_base = stream.time_base = self._time_base
        context.sample_aspect_ratio = aspect
        context.color_primaries = self._tags.primaries
        context.color_trc = self._tags.transfer
        context.colorspace = self._tags.matrix_coefficients
        context.color_range = 2 if self._full_range else 1
        if output.codec_tag and output.muxer != "matroska":
            context.codec_tag = output.codec_tag
        if self._field is not None:
            context.field_order = _FIELD_ORDER[self._field]
            if output.encoder != "ffv1":
                context.flags |= Flags.interlaced_dct
        if output.muxer == "matroska" and aspect != 1 and output.encoder[:4] != "libx":
            # PyAV can't set the container's aspect; H.264 and H.265 state it in the stream.
            self.notes.append(f"{output.name} in mkv can't keep the pixel aspect {aspect}")
        if timecode is not None:
            stream.metadata["timecode"] = timecode
        return stream

    @property
    def _full_range(self) -> bool:
        said = self._tags.full_range
        return self._output.full_range if said is None else said

    def write(self, planes: tuple[Plane, ...], pts: int, duration: int) -> None:
        """Encodes a picture, and copies the sound up to it."""
        try:
            picture = self._picture(planes)
            picture.pts = pts - self._shift
            picture.time_base = self._time_base
            self._durations[picture.pts] = duration
            if self._audio is not None:
                self._audio.advance(pts * self._time_base)
            self._mux(self._stream.encode(picture))
        except (av.error.FFmpegError, OSError) as error:
            raise self._failure(error) from error

    def _picture(self, planes: tuple[Plane, ...]) -> VideoFrame:
        """The planes as FFmpeg's picture, cropped, tagged, and flagged if interlaced."""
        pixels = self._output.pixel_format
        cropped = []
        for k, plane in enumerate(planes):
            width, height = pixels.plane_size(k, *self._size)
            cropped.append(plane[:height, :width])
        picture = picture_from(tuple(cropped), pixels, self._output.encoded_as)
        if self._field is not None:
            picture = self._flagged(picture)
        picture.color_primaries = self._tags.primaries
        picture.color_trc = self._tags.transfer
        picture.colorspace = self._tags.matrix_coefficients
        picture.color_range = 2 if self._full_range else 1
        return picture

    def _flagged(self, picture: VideoFrame) -> VideoFrame:
        """The same picture with its field order set, which PyAV can do by a filter only."""
        if self._graph is None:
            self._graph = graph = av.filter.Graph()
            buffer = graph.add_buffer(
                width=self._size[0],
                height=self._size[1],
                format=picture.format,
                time_base=self._time_base,
            )
            order = graph.add("setfield", "tff" if self._field else "bff")
            graph.link_nodes(buffer, order, graph.add("buffersink")).configure()
        self._graph.vpush(picture)
        return self._graph.vpull()

    def _mux(self, packets: list[Packet[VideoStream]]) -> None:
        for packet in packets:
            # Encoders that reorder lose the durations; the last frame's is known only here.
            if packet.pts is not None:
                packet.duration = self._durations.pop(packet.pts, packet.duration or 0)
            self._container.mux(packet)

    def finish(self) -> None:
        """Drains the encoder, writes the rest of the sound and the index, and names the file."""
        try:
            self._mux(self._stream.encode(None))
            if self._audio is not None:
                self._audio.finish()
                self._audio.close()
            self._container.close()
        except (av.error.FFmpegError, OSError) as error:
            raise self._failure(error) from error
        self._file.commit()

    def abort(self) -> None:
        """Drops everything and removes the file."""
        if self._audio is not None:
            self._audio.close()
        # A closed file tells PyAV to leave out the index, which could only fail again.
        self._file.close()
        self._container.close()
        self._file.abort()

    def _failure(self, error: Exception) -> MediaError:
        """The user's error: the file system's where it refused a write, else the encoder's."""
        if isinstance(error, MediaError):
            return error
        if self._file.error is not None:
            return write_error(self._file.final, self._file.error)
        return MediaError(f"{self._file.final}: {self._output.name} failed ({reason(error)})")


def _placement(
    source: ClipInfo | None, frames: tuple[int, int] | None
) -> tuple[Fraction, tuple[Fraction, Fraction] | None]:
    """(seconds to take from every time stamp, span of the source in seconds or None for all).

    A whole clip keeps its time stamps; a range starts at 0; so does the earliest stream of a
    transport stream.
    """
    if source is None:
        return Fraction(0), None
    tick = source.time_base
    if frames is None or frames == (0, source.frame_count):
        if source.container in _FREE_RUNNING:
            with open_container(source.path) as container:
                return Fraction(container.start_time, 1_000_000), None
        return Fraction(0), None
    first, last = frames
    start = source.pts[first] * tick
    end = (source.pts[last - 1] + source.durations[last - 1]) * tick
    return start, (start, end)


def later_timecode(timecode: str, frames: int, rate: Fraction) -> str | None:
    """The time code `frames` later, None for text that is no time code.

    Counts at the rounded rate; "hh:mm:ss;ff" counts drop-frame (SMPTE ST 12-1), where each minute
    but every tenth skips 2 numbers for each 30 frames a second.
    """
    drop = ";" in timecode or "." in timecode
    parts = timecode.replace(";", ":").replace(".", ":").split(":")
    if len(parts) != 4 or not all(part.isdigit() for part in parts):
        return None
    base = max(1, math.floor(rate + Fraction(1, 2)))
    hours, minutes, seconds, number = map(int, parts)
    skipped = 2 * (base // 30) if drop else 0
    total = ((hours * 60 + minutes) * 60 + seconds) * base + number
    passed = hours * 60 + minutes
    count = total - skipped * (passed - passed // 10) + frames
    if skipped:
        in_ten, in_one = 600 * base - 9 * skipped, 60 * base - skipped
        tens, rest = divmod(count, in_ten)
        ones = 0 if rest < 60 * base else 1 + (rest - 60 * base) // in_one
        count += skipped * (9 * tens + ones)
    minutes_total, frame_in_minute = divmod(count, base * 60)
    seconds, number = divmod(frame_in_minute, base)
    hours, minutes = divmod(minutes_total, 60)
    mark = ";" if drop else ":"
    return f"{hours % 24:02}:{minutes:02}:{seconds:02}{mark}{number:02}"
