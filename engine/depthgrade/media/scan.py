"""The list of a clip's frames, made without decoding: which pictures it shows, and when.

Every packet that is shown counts once: packets before an edit list's start are discarded, hidden
VP8 and VP9 frames have no picture of their own. Where packets can't tell (no time stamps, two of
the same, AVI), the clip is decoded once, and then only counting from the start is exact.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from itertools import pairwise

import av
from av.container import InputContainer
from av.video.stream import VideoStream

from .describe import durations_of


@dataclass(frozen=True)
class FrameList:
    """Frames in presentation order.

    pts, durations    in units of the stream's time_base; pts ascend strictly
    keys              pts of frames that decoding can start at, ascending
    counted           frames are known by counting from the start only, not by their pts
    """

    pts: tuple[int, ...]
    durations: tuple[int, ...]
    keys: tuple[int, ...] = ()
    counted: bool = False
    index: dict[int, int] = field(default_factory=dict, compare=False, repr=False)

    def key_before(self, pts: int) -> int | None:
        """The latest key frame shown at or before pts."""
        at = bisect_right(self.keys, pts)
        return self.keys[at - 1] if at else None


def scan(container: InputContainer, stream: VideoStream) -> FrameList:
    """The frames of a stream; reads the container to its end.

    Raises av.error.FFmpegError where the container itself is broken.
    """
    indexed = _scan_index(container, stream)
    if indexed is not None:
        return indexed
    shown: list[tuple[int | None, int, bool]] = []
    codec = stream.codec_context.codec.canonical_name
    for packet in container.demux(stream):
        if packet.size and not packet.is_discard and _is_shown(codec, packet):
            shown.append((packet.pts, packet.duration or 0, packet.is_keyframe))
    # AVI states when packets are decoded, not when their pictures are shown.
    untold = container.format.name == "avi" and not stream.codec_context.codec.intra_only
    known = [(pts, duration, key) for pts, duration, key in shown if pts is not None]
    known.sort()
    if untold or len(known) < len(shown) or any(a[0] == b[0] for a, b in pairwise(known)):
        return FrameList((), (), counted=True)
    return _frame_list(known)


def _frame_list(known: list[tuple[int, int, bool]]) -> FrameList:
    pts = tuple(entry[0] for entry in known)
    return FrameList(
        pts,
        durations_of(pts, [entry[1] for entry in known]),
        tuple(entry[0] for entry in known if entry[2]),
        index={stamp: k for k, stamp in enumerate(pts)},
    )


def _scan_index(container: InputContainer, stream: VideoStream) -> FrameList | None:
    """The frames by the sample table of a MOV or MP4 of intra frames, so that 100 GB of ProRes
    need not be read; None for other files."""
    entries = stream.index_entries
    intra = stream.codec_context.codec.intra_only
    if not ("mov" in container.format.name and intra and stream.frames == len(entries) > 0):
        return None
    stamps = [entry.timestamp for entry in entries if not entry.is_discard]
    if any(later <= earlier for earlier, later in pairwise(stamps)):
        return None
    gaps = [later - earlier for earlier, later in pairwise(stamps)]
    end = (stream.start_time or 0) + (stream.duration or 0)
    last = end - stamps[-1] if stamps and end > stamps[-1] else 0
    return _frame_list([(t, d, True) for t, d in zip(stamps, [*gaps, last], strict=True)])


def _is_shown(codec: str, packet: av.Packet[VideoStream]) -> bool:
    """Whether a packet makes a picture of its own; only VP8 and VP9 can hide one."""
    if codec not in ("vp8", "vp9"):
        return True
    first = memoryview(packet)[0]
    if codec == "vp8":
        return bool(first & 0x10)  # RFC 6386, 9.1: show_frame is bit 4 of the frame tag
    # VP9 bitstream specification, 6.2: frame_marker (2 bits), profile low and high bit, a
    # reserved bit in profile 3, show_existing_frame, frame_type, show_frame. A superframe
    # (marker 0b110 in the last byte) always ends in a frame that is shown.
    last = memoryview(packet)[packet.size - 1]
    if last & 0xE0 == 0xC0:
        return True
    at = 3 - (first >> 4 & 3 == 3)
    return bool(first >> at & 1 or first >> (at - 2) & 1)


def count_by_decoding(container: InputContainer, stream: VideoStream) -> FrameList:
    """The frames by decoding all of them: for streams whose packets do not tell.

    Time stamps that are missing or do not ascend are replaced by ones that do, one nominal frame
    later each; so are all of an AVI, whose rate is constant and whose stamps are not of pictures.
    Raises av.error.FFmpegError as decoding does.
    """
    assert stream.time_base is not None
    rate = stream.average_rate or stream.guessed_rate or 25
    step = max(1, round(1 / (rate * stream.time_base)))
    pts: list[int] = []
    for picture in container.decode(stream):
        stamp = picture.pts
        if container.format.name == "avi" or stamp is None or (pts and stamp <= pts[-1]):
            stamp = pts[-1] + step if pts else 0
        pts.append(stamp)
    return FrameList(tuple(pts), durations_of(pts, [0] * len(pts)), counted=True)
