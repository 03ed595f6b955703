"""Times of what a render does on threads of its own, measured apart."""

from fractions import Fraction
from pathlib import Path
from statistics import median
from time import perf_counter

from depthgrade.media import open_clip


def decode_milliseconds(
    clip: Path | str, *, track: int = 0, rate: Fraction | None = None, frames: int = 48
) -> float:
    """Median milliseconds to decode a frame of a clip, up to `frames` in order, nothing else going.

    Decoding ahead hides in a render, so it is measured alone: frames are taken as fast as they
    come. Raises MediaError.
    """
    with open_clip(clip, track=track, rate=rate) as reader:
        count = min(frames, reader.info.frame_count)
        spans = []
        began = perf_counter()
        for _ in reader.frames(0, count):
            ended = perf_counter()
            spans.append(ended - began)
            began = ended
    return 1000 * median(spans)
