"""What a clip says of itself, translated from FFmpeg's terms into those of ClipInfo.

Tags are reported as read: what an untagged clip means is decided where colour is known.
"""

import struct
from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any

import av
from av.video.codeccontext import VideoCodecContext
from av.video.stream import VideoStream

from ..frames import UNSPECIFIED, ColorTags, Orientation

# Rates that equipment runs at; a rate measured from rounded time stamps snaps to one of them.
_STANDARD_RATES = tuple(
    Fraction(n * 1000, d) for n in (24, 25, 30, 48, 50, 60, 100, 120, 240) for d in (1000, 1001)
)


def color_tags(picture: av.VideoFrame, context: VideoCodecContext) -> ColorTags:
    """H.273 code points: the picture's, else the codec's, which FFmpeg fills from the container.

    RGB is full range unless the clip says otherwise, as FFmpeg holds too.
    """

    def first(*values: int) -> int:
        # 0 is "reserved" for primaries and transfer, 2 is "unspecified" for all three.
        return next((int(v) for v in values if v not in (0, UNSPECIFIED)), UNSPECIFIED)

    matrix = first(picture.colorspace, context.colorspace)
    if picture.format.is_rgb or (matrix == UNSPECIFIED and picture.colorspace == 0):
        matrix = 0
    ranges = (picture.color_range, context.color_range)
    full = next((value == 2 for value in ranges if value in (1, 2)), None)
    if picture.format.name.startswith("yuvj") or (full is None and picture.format.is_rgb):
        full = True
    return ColorTags(
        primaries=first(picture.color_primaries, context.color_primaries),
        transfer=first(picture.color_trc, context.color_trc),
        matrix_coefficients=matrix,
        full_range=full,
    )


def orientation_of_matrix(matrix: Sequence[int]) -> Orientation | None:
    """The orientation a display matrix asks for (FFmpeg's nine integers, row vectors).

    x' = a x + c y and y' = b x + d y take a stored to an upright position (ISO/IEC 14496-12,
    8.3.2.3). None for a turn that is not a multiple of 90 degrees.
    """
    a, b, c, d = matrix[0], matrix[1], matrix[3], matrix[4]
    if b == c == 0 and a and d:
        return Orientation((False, a < 0, d < 0))
    if a == d == 0 and b and c:
        return Orientation((True, b < 0, c < 0))
    return None


def orientation_of(picture: av.VideoFrame) -> tuple[Orientation, str | None]:
    """The orientation a decoded picture is tagged with, and a note where it can't be honoured."""
    # PNG pictures may carry an ICC profile with metadata, and reading side data then crashes
    # PyAV 18.1; pictures tell their orientation by EXIF instead.
    try:
        matrix: Any = picture.side_data.get("DISPLAYMATRIX")
    except ValueError:  # side data newer than PyAV's list hides the rest of it
        return _orientation_of_angle(picture.rotation)
    if matrix is None:
        return Orientation.UPRIGHT, None
    orientation = orientation_of_matrix(struct.unpack("=9i", bytes(matrix)))
    if orientation is None:
        return _orientation_of_angle(picture.rotation)
    return orientation, None


def _orientation_of_angle(counterclockwise: int) -> tuple[Orientation, str | None]:
    quarter = round(counterclockwise / 90) % 4
    orientation = (
        Orientation.UPRIGHT,
        Orientation.ROTATE_270,
        Orientation.ROTATE_180,
        Orientation.ROTATE_90,
    )[quarter]
    if counterclockwise % 90:
        return orientation, f"a turn of {-counterclockwise} degrees is rounded to a right angle"
    return orientation, None


def top_field_first(picture: av.VideoFrame, context: VideoCodecContext) -> bool | None:
    """Field order of an interlaced picture (top first where the codec does not say), else None."""
    if not picture.interlaced_frame:
        return None
    return context.field_order not in (3, 4)  # AV_FIELD_BB and AV_FIELD_TB show the bottom first


def pixel_aspect(stream: VideoStream) -> Fraction:
    """Width over height of a stored pixel, 1 where unsaid."""
    aspect = stream.sample_aspect_ratio or stream.codec_context.sample_aspect_ratio
    return Fraction(aspect) if aspect else Fraction(1)


def timecode(container: av.container.InputContainer, stream: VideoStream) -> str | None:
    """The time code of the first frame: of the stream, its time code track or the container."""
    places = [stream.metadata, *(s.metadata for s in container.streams.data), container.metadata]
    for place in places:
        for key, value in place.items():
            if key.lower() == "timecode" and value:
                return value
    return None


def nominal_rate(stream: VideoStream, pts: Sequence[int], durations: Sequence[int]) -> Fraction:
    """Nominal frames per second.

    The container's average where the time stamps, or most of them, bear it out; otherwise the
    rate measured from them (a wrong Matroska default duration, soft telecine), as the nearest
    standard rate if one is within 0.1 percent.
    """
    stated = stream.average_rate or stream.guessed_rate
    assert stream.time_base is not None
    span = pts[-1] - pts[0] + durations[-1]
    if len(pts) < 2 or span <= 0:
        return Fraction(stated) if stated else Fraction(25)
    measured = len(pts) / (span * stream.time_base)
    usual = 1 / (Counter(durations).most_common(1)[0][0] * stream.time_base)
    if len(set(durations[:-1])) == 1:
        return usual  # constant; an odd last duration would spoil the average
    if stated and (abs(measured / stated - 1) < 0.05 or abs(usual / stated - 1) < 0.01):
        return Fraction(stated)
    nearest = min(_STANDARD_RATES, key=lambda rate: abs(rate / measured - 1))
    if abs(nearest / measured - 1) < Fraction(1, 1000):
        return nearest
    return measured.limit_denominator(1001)


def durations_of(pts: Sequence[int], stated: Sequence[int]) -> tuple[int, ...]:
    """How long each frame shows, in time_base units.

    A frame shows until the next one. The last shows as long as its packet states, if packets
    state durations that the gaps bear out, else as long as the commonest gap.
    """
    if not pts:
        return ()
    gaps = [later - earlier for earlier, later in pairwise(pts)]
    if not gaps:
        return (max(stated[-1], 1),)
    agreeing = sum(abs(s - gap) <= max(1, gap // 20) for s, gap in zip(stated, gaps, strict=False))
    believable = stated[-1] > 0 and 2 * agreeing >= len(gaps)
    last = stated[-1] if believable else Counter(gaps).most_common(1)[0][0]
    return (*gaps, last)
