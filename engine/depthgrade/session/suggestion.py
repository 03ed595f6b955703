"""A likely colour space for flat, untagged footage: shown to the user, never applied."""

import numpy as np

from depthgrade.color import Suggestion, suggest_space, ycbcr_to_rgb
from depthgrade.errors import MediaError
from depthgrade.frames import UNSPECIFIED, ClipInfo, Frame
from depthgrade.media import ClipReader
from depthgrade.session.shots import THUMBNAIL, Map, thumbnail

_LOOKED_AT = 5  # frames: one dark or faded frame decides nothing


def suggest_input(reader: ClipReader) -> Suggestion | None:
    """The log a clip may be in, by its words and a few of its frames; None for an ordinary one.

    Also None where the tags say a transfer, or a frame can't be decoded: a guess is no reason to
    refuse a clip.
    """
    info = reader.info
    if info.tags.transfer != UNSPECIFIED:
        return None
    last = info.frame_count - 1
    places = sorted({round(last * (i + 0.5) / _LOOKED_AT) for i in range(_LOOKED_AT)})
    try:
        frames = [small_picture(reader.frame(min(place, last)), info) for place in places]
    except MediaError:
        return None
    return suggest_space(frames, dict(info.metadata), info.tags)


def small_picture(frame: Frame, info: ClipInfo) -> Map:
    """A frame as R'G'B' code values, 0..1, (36, 64, 3): averaged, not transformed."""
    letters = {"ycbcr": "YUV", "rgb": "RGB", "gray": "YYY"}[frame.format.model]
    samples = np.stack([thumbnail(frame, THUMBNAIL, letter) for letter in letters], -1)
    to_rgb, offset = ycbcr_to_rgb(frame.format, info.tags, info.width, info.height)
    return np.asarray(samples @ to_rgb.T + offset, np.float32)
