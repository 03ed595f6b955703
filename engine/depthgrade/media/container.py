"""Clips in containers: opened, described and decoded frame by frame, exactly.

A clip promises the frames that its scan lists. The decoder hands out each of them under its index
or raises; a packet that fails inside FFmpeg is an error only if a promised frame is then missing,
because decoders conceal what they can.
"""

from collections.abc import Iterator
from contextlib import suppress
from fractions import Fraction
from itertools import chain
from pathlib import Path

import av
from av.codec.codec import Capabilities
from av.container import InputContainer
from av.stream import Disposition
from av.video.stream import VideoStream

from ..closing import Closing
from ..errors import MediaError
from ..frames import (
    AudioInfo,
    ClipInfo,
    ColorTags,
    DevicePlane,
    Frame,
    Orientation,
    PixelFormat,
    Plane,
)
from .describe import (
    color_tags,
    nominal_rate,
    orientation_of,
    pixel_aspect,
    timecode,
    top_field_first,
)
from .pixels import is_lossless_layout, pixel_format, planes_of
from .scan import FrameList, count_by_decoding, scan
from .source import decode_error, reason

# A frame at most this far ahead is reached by decoding on: cheaper than a seek (feasibility, 2).
_NEAR_FRAMES = 24
# Frames that have to be spared by a seek, which empties the decoder's threads, to be worth it.
_SEEK_FRAMES = 4
# If a seek lands too late, it is tried again this many seconds earlier, then from the start.
_SEEK_MARGINS_SECONDS = (0, 1, 5)


def open_container(path: Path) -> InputContainer:
    """Opens a file by FFmpeg; raises MediaError that says what is wrong with it."""
    if not path.exists():
        raise MediaError(f"{path}: does not exist; give a clip, a picture or a numbered sequence")
    if path.is_dir():
        raise MediaError(f"{path}: is a folder; give a clip, a picture or a numbered sequence")
    try:
        if path.is_file() and path.stat().st_size == 0:
            raise MediaError(f"{path}: is empty (0 bytes); give a clip or a picture")
        # The prefix keeps FFmpeg from reading "a:b.mp4" as a protocol.
        return av.open(f"file:{path}", metadata_errors="replace")
    except PermissionError as error:
        raise MediaError(f"{path}: may not be read; check its permissions") from error
    except (av.error.FFmpegError, OSError, ValueError) as error:
        if isinstance(error, MediaError):
            raise
        raise MediaError(f"{path}: {_why_unreadable(path, error)}") from error


def _why_unreadable(path: Path, error: Exception) -> str:
    """What is wrong with a file that FFmpeg refuses, by a look at its boxes."""
    with path.open("rb") as file:
        head = file.read(1 << 16)
    if head[4:8] == b"ftyp":
        if b"encv" in head or b"pssh" in head:
            return "is encrypted; give a clip without copy protection"
        if b"moov" not in _top_boxes(path):
            return "is cut short (its index, the moov box, is missing); copy or repair the clip"
    return f"is not a clip or picture that FFmpeg can read ({reason(error)})"


def _top_boxes(path: Path) -> set[bytes]:
    """The types of the top-level boxes of an ISO base media file (ISO/IEC 14496-12, 4.2)."""
    kinds: set[bytes] = set()
    at, end = 0, path.stat().st_size
    with path.open("rb") as file:
        while at + 8 <= end:
            file.seek(at)
            head = file.read(16)
            size = int.from_bytes(head[:4], "big")
            if size == 1:
                size = int.from_bytes(head[8:16], "big")
            kinds.add(head[4:8])
            if size < 8:
                break
            at += size
    return kinds


def video_streams(container: InputContainer) -> list[VideoStream]:
    """The video tracks, without cover art."""
    art = Disposition.attached_pic
    return [s for s in container.streams.video if not s.disposition & art]


class ContainerSource:
    """A clip in a container."""

    def __init__(self, path: Path, track: int) -> None:
        """Scans the clip and decodes its first frame.

        Raises MediaError for what can't be read, for a missing track and a track without pictures.
        """
        self.path, self.track = path, track
        self.damaged: set[int] = set()
        self.threads: int | None = None  # as many as FFmpeg likes
        with open_container(path) as container:
            tracks = video_streams(container)
            if not tracks:
                raise MediaError(f"{path}: has no video track; give a clip with pictures")
            if not 0 <= track < len(tracks):
                last = len(tracks) - 1
                raise MediaError(f"{path}: has no track {track}; allowed: 0 to {last}")
            try:
                self.list = scan(container, tracks[track])
            except av.error.FFmpegError as error:
                raise MediaError(f"{path}: {_why_unreadable(path, error)}") from error
        if self.list.counted:
            self.list = self._count()
        if not self.list.pts:
            others = [k for k in range(len(tracks)) if k != track]
            hint = f"; try another track: {', '.join(map(str, others))}" if others else ""
            raise MediaError(f"{path}: track {track} holds no pictures{hint}")
        with self._first() as first:
            self.info = first.describe()

    def _count(self) -> FrameList:
        with open_container(self.path) as container:
            stream = video_streams(container)[self.track]
            stream.thread_type = "AUTO"
            try:
                return count_by_decoding(container, stream)
            except av.error.FFmpegError as error:
                raise MediaError(
                    f"{self.path}: can't be decoded ({reason(error)}); repair the clip"
                ) from error

    def _first(self) -> "ContainerDecoder":
        return ContainerDecoder(self)

    def decoder(self) -> "ContainerDecoder":
        """A decoder at frame 0."""
        return ContainerDecoder(self)

    def open(self) -> InputContainer:
        """The container, opened anew. Raises MediaError."""
        return open_container(self.path)

    def planes(
        self, picture: av.VideoFrame
    ) -> tuple[tuple[Plane, ...], PixelFormat, tuple[DevicePlane, ...]]:
        """A picture's planes in main memory, how they hold it, and those on a device: none."""
        return (*planes_of(picture), ())


class ContainerDecoder(Closing):
    """One open container that decodes the pictures of a track in presentation order."""

    def __init__(self, source: ContainerSource) -> None:
        self._source = source
        self._list = source.list
        self._error: av.error.FFmpegError | None = None
        self._one_thread = False
        self._open()

    def _open(self) -> None:
        self._error = None
        self._container = self._source.open()
        self._stream = video_streams(self._container)[self._source.track]
        self._stream.thread_type = "SLICE" if _has_slices(self._stream, self._list) else "AUTO"
        threads = 1 if self._one_thread else self._source.threads
        if threads is not None:
            self._stream.thread_count = threads
        self._pictures = self._decode()
        self._next = 0

    def between(self, index: int) -> int | None:
        """How many frames lie between the next one and another, None if a seek is quicker."""
        frames = index - self._next
        if not 0 <= frames <= _NEAR_FRAMES:
            return None
        if self._list.counted or self._one_thread:
            return frames  # a seek would begin at the start
        key = self._list.key_before(self._list.pts[index])
        spared = self._list.index[key] - self._next if key is not None else 0
        return None if spared > _SEEK_FRAMES else frames

    def close(self) -> None:
        """Closes the container."""
        self._pictures = iter(())
        self._container.close()

    def frames(self, start: int, stop: int) -> Iterator[Frame]:
        """The frames start..stop-1; raises MediaError naming a frame that can't be decoded."""
        if self.between(start) is None:
            self._seek(start)
        while self._next < stop:
            index = self._next
            picture = self._take()
            if index >= start:
                yield self._frame(picture, index)

    def describe(self) -> ClipInfo:
        """What the container and its first picture say."""
        picture = self._take()
        source, stream, context = self._source, self._stream, self._stream.codec_context
        container, tracks = self._container, len(video_streams(self._container))
        name = picture.format.name
        orientation, turned = _safe_orientation(picture, context.codec.canonical_name)
        field = top_field_first(picture, context)
        notes = [turned] if turned else []
        if not is_lossless_layout(name):
            notes.append(f"{name} pictures are converted to {planes_of(picture)[1].name}")
        if field is not None:
            order = "top" if field else "bottom"
            notes.append(f"interlaced, {order} field first: graded as whole frames, flag kept")
        if source.list.counted:
            notes.append("the time stamps are not usable, so seeking decodes from the start")
        assert stream.time_base is not None
        return ClipInfo(
            path=source.path,
            container=container.format.name,
            codec=context.codec.canonical_name,
            width=picture.width,
            height=picture.height,
            format=_layout(picture),
            tags=color_tags(picture, context),
            pts=source.list.pts,
            durations=source.list.durations,
            time_base=Fraction(stream.time_base),
            rate=nominal_rate(stream, source.list.pts, source.list.durations),
            pixel_aspect=pixel_aspect(stream),
            orientation=orientation,
            timecode=timecode(container, stream),
            top_field_first=field,
            audio=tuple(
                AudioInfo(s.codec_context.codec.canonical_name, s.channels, s.sample_rate)
                for s in container.streams.audio
                if s.codec_context is not None  # a codec that FFmpeg does not know
            ),
            track=source.track,
            tracks=tracks,
            metadata=tuple({**container.metadata, **stream.metadata}.items()),
            notes=tuple(notes),
        )

    def _frame(self, picture: av.VideoFrame, index: int) -> Frame:
        info = self._source.info
        if (picture.width, picture.height) != (info.width, info.height):
            raise MediaError(
                f"{info.path.name}: frame {index} is {picture.width}x{picture.height}; the clip "
                f"began at {info.width}x{info.height}, and one size is allowed"
            )
        planes, pixels, on_device = self._source.planes(picture)
        if picture.is_corrupt:
            self._source.damaged.add(index)
        return Frame(
            planes=planes,
            format=pixels,
            tags=self._tags(picture),
            index=index,
            pts=self._list.pts[index],
            time_base=info.time_base,
            top_field_first=top_field_first(picture, self._stream.codec_context),
            keep_alive=picture,
            on_device=on_device,
        )

    def _tags(self, picture: av.VideoFrame) -> ColorTags:
        return color_tags(picture, self._stream.codec_context)

    def _take(self) -> av.VideoFrame:
        """The next promised picture; raises MediaError if the decoder skips it."""
        index, name = self._next, self._source.path.name
        for picture in self._pictures:
            if (picture.is_corrupt or self._error is not None) and not self._one_thread:
                return self._take_alone(index)
            found = index if self._list.counted else self._found(picture)
            if found < index:
                continue  # outside the edit list, or already handed out
            if found > index:
                self._pictures = chain([picture], self._pictures)
                self._next = found  # so that whoever reads on can skip the damage
                raise decode_error(name, index, self._error) from self._error
            self._next = index + 1
            return picture
        if self._error is not None and not self._one_thread:
            return self._take_alone(index)
        self._next = len(self._list.pts)
        raise decode_error(name, index, self._error) from self._error

    def _take_alone(self, index: int) -> av.VideoFrame:
        """The same picture by one thread from the start of the clip, from now on.

        How a decoder conceals damage depends on its threads' timing and on the pictures before;
        so decoded, a damaged clip is the same every time.
        """
        self._one_thread = True
        self.close()
        self._open()
        while self._next < index:
            with suppress(MediaError):
                self._take()
        if self._next > index:
            raise decode_error(self._source.path.name, index, self._error) from self._error
        return self._take()

    def _found(self, picture: av.VideoFrame) -> int:
        """Which promised frame a picture is, -1 for none."""
        return -1 if picture.pts is None else self._list.index.get(picture.pts, -1)

    def _decode(self, key: int | None = None) -> Iterator[av.VideoFrame]:
        """Pictures as the decoder gives them; after a seek, from the first key frame on that is
        shown at or after `key`.

        Pictures shown before that key frame but stored after it (open GOPs) refer to pictures we
        have not read, so they are dropped.
        """
        first_shown: int | None = None
        for packet in self._container.demux(self._stream):
            if key is not None and first_shown is None and packet.size:
                if not packet.is_keyframe or packet.pts is None or packet.pts < key:
                    continue
                first_shown = packet.pts
            try:
                pictures = packet.decode()
            except av.error.FFmpegError as error:
                self._error = self._error or error
                continue
            for picture in pictures:
                if first_shown is None or (picture.pts or 0) >= first_shown:
                    yield picture

    def _seek(self, index: int) -> None:
        """Places the decoder so that _take reaches frame `index` exactly."""
        exact = not self._list.counted and not self._one_thread
        key = self._list.key_before(self._list.pts[index]) if exact else None
        for margin in _SEEK_MARGINS_SECONDS if key is not None else ():
            assert key is not None and self._stream.time_base is not None
            at = key - round(margin / self._stream.time_base)
            if at < self._list.pts[0]:
                break
            try:
                self._container.seek(at, stream=self._stream, backward=True)
            except av.error.FFmpegError:
                break
            pictures = self._decode(at)
            for picture in pictures:
                found = self._found(picture)
                if 0 <= found <= index:
                    self._pictures = chain([picture], pictures)
                    self._next = found
                    return
                if found > index:
                    break
        self.close()
        self._open()


def _has_slices(stream: VideoStream, frames: FrameList) -> bool:
    """Whether all threads can decode parts of one frame, of a clip whose frames need no others.

    So decoded, a frame comes as soon as it can after a seek, and a clip as quickly as by threads
    that take a frame each (measured: FFV1 and ProRes). FFV1 has slices since version 2, whose
    header stands in the container.
    """
    context = stream.codec_context
    codec = context.codec
    shares = bool(codec.capabilities & Capabilities.slice_threads)
    sliced = codec.intra_only or (codec.canonical_name == "ffv1" and bool(context.extradata))
    return shares and sliced and not frames.counted and len(frames.keys) == len(frames.pts)


def _layout(picture: av.VideoFrame) -> PixelFormat:
    """The format planes_of hands out for a picture."""
    try:
        return pixel_format(picture.format.name)
    except ValueError:
        return planes_of(picture)[1]


def _safe_orientation(picture: av.VideoFrame, codec: str) -> tuple[Orientation, str | None]:
    """The orientation, without touching the side data of PNG pictures (see orientation_of)."""
    if codec in ("png", "apng"):
        return Orientation.UPRIGHT, None
    return orientation_of(picture)
