"""Times of what a render does on threads of its own, measured apart."""

from fractions import Fraction
from pathlib import Path
from time import perf_counter

from depthgrade.media import open_clip


def decode_milliseconds(
    clip: Path | str, *, track: int = 0, rate: Fraction | None = None, frames: int = 48
) -> float:
    """Milliseconds to decode a frame of a clip, up to `frames` in order, nothing else going.

    Decoding ahead hides in a render, so it is measured alone: frames are taken as fast as they
    come. The mean, because threads that decode a frame each hand out several at once; without the
    first, which waits for the file to be opened, unless it is the only one. Raises MediaError.
    """
    with open_clip(clip, track=track, rate=rate) as reader:
        count = min(frames, reader.info.frame_count)
        began = perf_counter()
        arrived = [perf_counter() for _ in reader.frames(0, count)]
    if count == 1:
        return 1000 * (arrived[0] - began)
    return 1000 * (arrived[-1] - arrived[0]) / (count - 1)
