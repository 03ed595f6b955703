"""A likely camera log for flat, untagged footage, to offer to the user and never to apply silently.

Cameras seldom tag their logs. What gives them away is words in the metadata, and a picture whose
blacks are lifted, whose whites are low and whose colours are pale: a log keeps black near 0.09 and
leaves room for six stops above grey. Which log it is, a picture alone can't tell.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from depthgrade.color.spaces import space
from depthgrade.frames import UNSPECIFIED, ColorTags

# Bounds of a flat picture in code values, over the frames. The blacks of logs lie at 0.09 to 0.13
# and their 90 % white at 0.56 to 0.75. Of 665 ordinary photographs one meets all bounds; a faded
# or hazy picture is told from a log only by a little, so the bounds rather miss a log.
_DARKEST = (0.085, 0.32)  # of the smallest channel, but for 0.5 % of pixels
_BRIGHTEST = 0.80  # at most: of the luma, but for 0.5 %
_SPREAD = 0.50  # at most: of the luma, between its 0.5 % and 99.5 %
_SATURATION = 0.07  # at most: the mean of largest less smallest channel
_TAIL = 0.005

# Names of logs as cameras and tools write them, the more telling ones first.
_LOGS: tuple[tuple[str, str], ...] = (
    (r"s-?log-?\s?3.*s-?gamut-?3\.?\s?cine.*venice", "slog3_sgamut3cine_venice"),
    (r"s-?log-?\s?3.*s-?gamut-?3.*venice", "slog3_sgamut3_venice"),
    (r"s-?gamut-?3\.?\s?cine", "slog3_sgamut3cine"),
    (r"s-?gamut-?3\b", "slog3_sgamut3"),
    (r"\bs-?log-?\s?3\b", "slog3_sgamut3cine"),
    (r"\bs-?log-?\s?2\b", "slog2_sgamut"),
    (r"\blog-?\s?c-?\s?4\b", "logc4_awg4"),
    (r"\blog-?\s?c(-?\s?3)?\b", "logc3_awg3"),
    (r"\b(canon|c)-?\s?log-?\s?2\b", "clog2_cgamut"),
    (r"\b(canon|c)-?\s?log-?\s?3\b", "clog3_cgamut"),
    (r"\bv-?log\b", "vlog_vgamut"),
    (r"\blog3g10\b", "log3g10_rwg"),
    (r"\bblackmagic.*film.*gen\w*\s?5\b", "bmdfilm5_bwg"),
    (r"\bapple\s?log\s?2\b", "apple_log2"),
    (r"\bapple\s?log\b", "apple_log"),
    (r"\bd-?log\b", "dlog_dgamut"),
    (r"\bf-?log-?\s?2\b", "flog2_fgamut"),
    (r"\bf-?log\b", "flog_fgamut"),
    (r"\bn-?log\b", "nlog_ngamut"),
    (r"\bl-?log\b", "llog_lgamut"),
    (r"\bprotune\b|\bgp-?log\b", "protune"),
    (r"\bdavinci\s(intermediate|wide)", "davinci_intermediate"),
)
# What a maker's cameras record when the picture is flat and nothing says more.
_MAKERS: tuple[tuple[str, str], ...] = (
    (r"\bsony\b", "slog3_sgamut3cine"),
    (r"\barri\b|\balexa\b", "logc3_awg3"),
    (r"\bcanon\b", "clog3_cgamut"),
    (r"\bpanasonic\b|\blumix\b", "vlog_vgamut"),
    (r"\bred\b", "log3g10_rwg"),
    (r"\bblackmagic\b", "bmdfilm5_bwg"),
    (r"\bapple\b|\biphone\b", "apple_log"),
    (r"\bdji\b", "dlog_dgamut"),
    (r"\bfuji(film)?\b", "flog2_fgamut"),
    (r"\bnikon\b", "nlog_ngamut"),
    (r"\bleica\b", "llog_lgamut"),
    (r"\bgopro\b", "protune"),
)
# Only these keys name a camera: an encoder called "Apple ProRes" does not.
_CAMERA_KEY = re.compile(r"make|model|manufactur|camera|device", re.IGNORECASE)
_MOST_COMMON = "slog3_sgamut3cine"


@dataclass(frozen=True)
class Suggestion:
    """A space a clip may be in.

    reason       one sentence that says what was seen
    confidence   0 to 1: 0.9 where the file names the log and the picture is flat, 0.3 where the
                 picture alone speaks
    """

    space: str
    reason: str
    confidence: float


@dataclass(frozen=True)
class Flatness:
    """What makes a picture look like a log, in code values; see the bounds above."""

    darkest: float
    brightest: float
    spread: float
    saturation: float

    @property
    def flat(self) -> bool:
        """Whether all four bounds are met."""
        return (
            _DARKEST[0] <= self.darkest <= _DARKEST[1]
            and self.brightest <= _BRIGHTEST
            and self.spread <= _SPREAD
            and self.saturation <= _SATURATION
        )


def flatness(frames: Sequence[ArrayLike]) -> Flatness:
    """The four numbers over small R'G'B' pictures, each (..., 3) with code values 0 to 1.

    One dark or faded frame decides nothing, so take several over the clip. Pixels that are not
    finite don't count; with none at all the picture is not flat.
    """
    parts = [np.asarray(frame, dtype=np.float64).reshape(-1, 3) for frame in frames]
    pixels: NDArray[np.float64] = np.concatenate(parts) if parts else np.zeros((0, 3))
    pixels = pixels[np.isfinite(pixels).all(axis=1)]
    if not len(pixels):
        return Flatness(0.0, 1.0, 1.0, 1.0)
    luma = pixels @ np.array([0.2126, 0.7152, 0.0722])  # ITU-R BT.709-6, item 3.2
    low, high = np.quantile(luma, [_TAIL, 1.0 - _TAIL])
    smallest, largest = pixels.min(axis=1), pixels.max(axis=1)
    return Flatness(
        darkest=float(np.quantile(smallest, _TAIL)),
        brightest=float(high),
        spread=float(high - low),
        saturation=float((largest - smallest).mean()),
    )


def suggest_space(
    frames: Sequence[ArrayLike],
    metadata: Mapping[str, str],
    tags: ColorTags | None = None,
) -> Suggestion | None:
    """A likely log of a clip, None for an ordinary picture and for one whose tags say a transfer.

    frames are small R'G'B' pictures as for flatness(), metadata the words of the file and its
    stream. The words count first; a maker's name only together with a flat picture.
    """
    if tags is not None and tags.transfer != UNSPECIFIED:
        return None
    seen = flatness(frames)
    looks = (
        f"blacks at {seen.darkest:.2f}, whites at {seen.brightest:.2f}, pale colours"
        if seen.flat
        else "the picture does not look flat"
    )
    for key, value in metadata.items():
        for pattern, name in _LOGS:
            if re.search(pattern, value, re.IGNORECASE):
                return Suggestion(
                    name, f'{key} says "{value.strip()[:60]}"; {looks}', 0.9 if seen.flat else 0.5
                )
    if not seen.flat:
        return None
    for key, value in metadata.items():
        for pattern, name in _MAKERS:
            if _CAMERA_KEY.search(key) and re.search(pattern, value, re.IGNORECASE):
                title = space(name).title
                reason = f'{looks}, and {key} says "{value.strip()[:60]}", whose log is {title}'
                return Suggestion(name, reason, 0.6)
    title = space(_MOST_COMMON).title
    reason = f"{looks}: a camera log; which one the picture can't tell, {title} is the most common"
    return Suggestion(_MOST_COMMON, reason, 0.3)
