"""Values that change over a clip: keyframes by frame number, and the value of any frame.

A keyframe says how its value goes over to that of the next: `hold` keeps it, `linear` goes
straight, `smooth` begins and ends gently and runs through keyframes on the way without overshoot
(monotone cubics after F. N. Fritsch and J. Butland, SIAM J. Sci. Stat. Comput. 5 (1984)). Before
the first and after the last keyframe the value stays. Words and switches are always held.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal, get_args

from depthgrade.errors import ProjectError, suggest

LAST_FRAME = 100_000_000  # 48 days at 24 frames a second
MOST_KEYFRAMES = 20_000  # of a look; every one is checked when it is read

Ease = Literal["hold", "linear", "smooth"]
EASES: tuple[Ease, ...] = get_args(Ease)


@dataclass(frozen=True)
class Keyframe:
    """A value at a frame (from 0), and how it goes over to the next."""

    frame: int
    value: Any
    ease: Ease = "linear"


@dataclass(frozen=True)
class Track:
    """The keyframes of one parameter, at least one, their frames rising."""

    keys: tuple[Keyframe, ...]

    def at(self, frame: int) -> Any:
        """The value at a frame: a number, numbers of the keyframes' shape, a word or a switch."""
        place = bisect_right(self.keys, frame, key=lambda key: key.frame) - 1
        if place < 0:
            return self.keys[0].value
        key = self.keys[place]
        if place == len(self.keys) - 1 or key.ease == "hold" or key.frame == frame:
            return key.value
        after = self.keys[place + 1]
        if not _is_numeric(key.value):
            return key.value
        share = (frame - key.frame) / (after.frame - key.frame)
        if key.ease == "linear":
            return _mapped(lambda a, b: a + share * (b - a), key.value, after.value)
        width = after.frame - key.frame
        slopes = self._slopes(place), self._slopes(place + 1)
        return _mapped(
            lambda a, b, before, then: _cubic(share, a, b, width * before, width * then),
            key.value,
            after.value,
            *slopes,
        )

    @property
    def moves(self) -> bool:
        """Whether the values are numbers; words and switches are held."""
        return _is_numeric(self.keys[0].value)

    def _slopes(self, place: int) -> Any:
        """The change a frame at a keyframe, of the shape of its value."""
        key = self.keys[place]
        still = _mapped(lambda value: 0.0, key.value)
        inside = 0 < place < len(self.keys) - 1
        if not inside or self.keys[place - 1].ease != "smooth" or key.ease != "smooth":
            return still
        before, after = self.keys[place - 1], self.keys[place + 1]
        left, right = key.frame - before.frame, after.frame - key.frame

        def slope(a: float, b: float, c: float) -> float:
            to, on = (b - a) / left, (c - b) / right
            if to * on <= 0:
                return 0.0  # a peak: anything else would overshoot it
            weights = 2 * right + left, right + 2 * left
            return sum(weights) / (weights[0] / to + weights[1] / on)

        return _mapped(slope, before.value, key.value, after.value)


def parse_track(where: str, rows: Any) -> Track:
    """The track written as [[frame, value], [frame, value, "smooth"], ...].

    Raises ProjectError, naming `where`: another form, frames that do not rise, values of different
    shapes.
    """
    form = 'write [[0, 1.0], [24, 0.8, "smooth"]]'
    if not isinstance(rows, list) or not rows:
        raise ProjectError(f"{where}: has no keyframes; {form}")
    keys = [_parse_key(where, row, form) for row in rows]
    for key, after in pairwise(keys):
        if after.frame <= key.frame:
            raise ProjectError(
                f"{where}: frame {after.frame} comes after frame {key.frame}; frames must rise"
            )
        if _shape(after.value) != _shape(key.value):
            raise ProjectError(
                f"{where}: the values at frames {key.frame} and {after.frame} are of different"
                " kinds or lengths; they must be alike"
            )
    return Track(tuple(keys))


def _parse_key(where: str, row: Any, form: str) -> Keyframe:
    if not isinstance(row, list) or not 2 <= len(row) <= 3:
        raise ProjectError(f"{where}: {row} is no keyframe; {form}")
    frame, value, *ease = row
    whole = isinstance(frame, int) and not isinstance(frame, bool)
    if not whole or not 0 <= frame <= LAST_FRAME:
        allowed = f"whole numbers from 0 to {LAST_FRAME}"
        raise ProjectError(f"{where}: {frame} is no frame; allowed: {allowed}")
    if ease and ease[0] not in EASES:
        raise ProjectError(f'{where}: "{ease[0]}" is no transition; {suggest(str(ease[0]), EASES)}')
    return Keyframe(frame, _plain(value), *ease)


def written(track: Track) -> list[list[Any]]:
    """The track as a file writes it."""
    return [
        [key.frame, _listed(key.value), *([key.ease] if key.ease != "linear" else [])]
        for key in track.keys
    ]


def _plain(value: Any) -> Any:
    """Lists as tuples and numbers as floats."""
    if isinstance(value, list | tuple):
        return tuple(_plain(each) for each in value)
    if isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    return value


def _listed(value: Any) -> Any:
    return [_listed(each) for each in value] if isinstance(value, tuple) else value


def _is_numeric(value: Any) -> bool:
    if isinstance(value, tuple):
        return all(_is_numeric(each) for each in value)
    return isinstance(value, float)


def _shape(value: Any) -> Any:
    """What must be alike for two values to meet half-way."""
    if isinstance(value, tuple):
        return tuple(_shape(each) for each in value)
    return type(value)


def _mapped(function: Callable[..., float], *values: Any) -> Any:
    """A function of numbers over numbers of one shape."""
    if isinstance(values[0], tuple):
        return tuple(_mapped(function, *each) for each in zip(*values, strict=True))
    return function(*values)


def _cubic(t: float, a: float, b: float, slope: float, after: float) -> float:
    """The cubic from a to b over t of 0..1 with the given slopes at the ends (Hermite's form)."""
    s = 1 - t
    return a * s * s * (1 + 2 * t) + b * t * t * (3 - 2 * t) + slope * t * s * s - after * t * t * s


def frames_of(tracks: Iterable[Track]) -> tuple[int, ...]:
    """The frames that have a keyframe, in order."""
    return tuple(sorted({key.frame for track in tracks for key in track.keys}))
