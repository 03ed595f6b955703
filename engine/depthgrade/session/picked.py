"""The depth under a picked point, frame by frame through its shot.

The point is followed from the frame it was picked at, forwards and backwards, always by the same
steps, so that the depth of a frame does not depend on which frames were asked for. What was found
is kept in the user's cache.
"""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from depthgrade.depth import Shot
from depthgrade.depth.following import (
    Pyramid,
    find,
    follow,
    likeness,
    pyramid,
    without_drift,
)
from depthgrade.nodes.picked import PickedPoint
from depthgrade.session.shots import Progress, load, store

Map = NDArray[np.float32]

VERSION = 3  # of what is followed and how; raised when targets change
_RADIUS = 0.012  # of the map's height, around the point: its depth is the median there
# Depth that a point may differ by from its mean over the last frames it was seen in; more is
# something before it. It may differ by a little more for every frame that it was out of sight.
_PAST, _JUMP, _JUMP_HIDDEN = 8, 0.15, 0.02
# Where it no longer looks as it did, something may be coming slowly, so less is enough; a point
# that was found farther away could be another that looks the same.
_JUMP_UNLIKE, _JUMP_FOUND = 0.06, 0.1
_ALIKE = 0.5  # least likeness to the picture it was picked in
_SPEED = 4  # frames of the speed by which a lost point is thought to go on, and that it does so
_SMOOTHING = 4.0  # standard deviation in frames of the average over time
_REACH = 12  # frames to either side that the average takes in
_STRIDE = 24  # frames followed at once, so that drawing and following do not take turns


@dataclass(frozen=True)
class Place:
    """The point at a frame: position 0..1 from the picture's upper left corner, its depth, and
    whether it was seen or these are held.
    """

    x: float
    y: float
    depth: float
    seen: bool


@dataclass(frozen=True)
class Sight:
    """What there is of a frame: luma to follow points in, and depth, near = 1, if it is known."""

    luma: Map
    depth: Map | None


class PickedTarget:
    """One point in its shot. Belongs to the thread of what shows it frames."""

    def __init__(
        self, point: PickedPoint, shot: Shot, sight: Callable[[int], Sight], file: Path
    ) -> None:
        """sight: what there is of a frame of the shot, depth at the point's own frame in any case;
        file: where what was found is kept.
        """
        self._point, self._shot, self._sight, self._file = point, shot, sight, file
        stored = (load(file) or {}).get("places", {})
        self._places = {int(index): Place(**each) for index, each in stored.items()}

    def depth(self, index: int, progress: Progress | None = None) -> float:
        """The depth of the target at a frame, averaged over time; near = 1, not clipped.

        Outside the shot it is that of the frame the point was picked at.
        """
        index = index if index in self._shot else self._point.frame
        first = max(self._shot.start, index - _REACH)
        last = min(self._shot.stop - 1, index + _REACH)
        self._follow(first, last, progress)
        frames = np.clip(np.arange(index - _REACH, index + _REACH + 1), first, last)
        held = np.array([self._places[frame].depth for frame in frames.tolist()])
        weights = np.exp(-0.5 * ((np.arange(len(frames)) - _REACH) / _SMOOTHING) ** 2)
        return float((weights * held).sum() / weights.sum())

    def place(self, index: int) -> Place | None:
        """Where the point is at a frame that its depth was asked for; None outside the shot."""
        return self._places.get(index)

    @property
    def lost(self) -> tuple[int, ...]:
        """The frames, of those followed so far, at which the point was not seen."""
        return tuple(index for index, place in sorted(self._places.items()) if not place.seen)

    def _follow(self, first: int, last: int, progress: Progress | None) -> None:
        """Follows the point to both frames, and on to a whole number of strides from its own."""
        origin, shot = self._point.frame, self._shot
        if first in self._places and last in self._places:
            return
        ahead = origin + -(-max(0, last - origin) // _STRIDE) * _STRIDE
        behind = origin - -(-max(0, origin - first) // _STRIDE) * _STRIDE
        wanted = [
            *range(origin, min(ahead, shot.stop - 1) + 1),
            *range(origin - 1, max(behind, shot.start) - 1, -1),
        ]
        missing = [index for index in wanted if index not in self._places]
        walk = _Walk(self._places, self._point, self._sight)
        for done, index in enumerate(missing, 1):
            self._places[index] = walk.place(index)
            if progress:
                progress("following the picked point", done, len(missing))
        store(self._file, {"places": {i: asdict(place) for i, place in self._places.items()}})


class _Walk:
    """One way or the other from the picked frame: each place follows from those before it."""

    def __init__(
        self,
        places: dict[int, Place],
        point: PickedPoint,
        sight: Callable[[int], Sight],
    ) -> None:
        self._places, self._point, self._sight = places, point, sight
        self._pictures: dict[int, Pyramid] = {}  # of the point's frame, and where it was seen last

    def place(self, index: int) -> Place:
        """The place at a frame, all those on the way to it being known."""
        now, origin = self._sight(index), self._point.frame
        if index == origin:
            assert now.depth is not None
            return Place(*self._point.at, depth_at(now.depth, *self._point.at), seen=True)
        past = self._past(index)
        before, picture = self._places[past[0]], pyramid(now.luma, now.depth)
        hidden = replace(before, seen=False)
        if now.depth is None:
            return hidden
        expected = float(np.mean([self._places[each].depth for each in past]))
        for (x, y), allowed in self._candidates(past, index, picture):
            depth = depth_at(now.depth, x, y)
            if abs(depth - expected) <= allowed:
                self._pictures = {origin: self._picture(origin), index: picture}
                return Place(x, y, depth, seen=True)
        return hidden

    def _past(self, index: int) -> list[int]:
        """The last frames before one, on its way, at which the point was seen; the last first."""
        step = 1 if index > self._point.frame else -1
        way = range(index - step, self._point.frame - step, -step)
        return list(itertools.islice((i for i in way if self._places[i].seen), _PAST))

    def _candidates(
        self, past: list[int], index: int, picture: Pyramid
    ) -> Iterator[tuple[tuple[float, float], float]]:
        """Where the point may be, 0..1, and how far its depth may be there from what it was."""
        origin, before = self._picture(self._point.frame), self._places[past[0]]
        size = picture.levels[0].shape[1], picture.levels[0].shape[0]
        start, last = _pixels(self._point.at, size), _pixels((before.x, before.y), size)
        found = follow(self._picture(past[0]), last, picture)
        if found is not None:
            found = without_drift(origin, start, picture, found)
            alike = likeness(origin, start, picture, found) >= _ALIKE
            held = _JUMP_HIDDEN * (abs(index - past[0]) - 1)
            yield _share(found, size), _JUMP + held if alike else _JUMP_UNLIKE
        earlier = past[min(_SPEED, len(past) - 1)]
        then = _pixels((self._places[earlier].x, self._places[earlier].y), size)
        frames = min(abs(index - past[0]), _SPEED) / max(abs(past[0] - earlier), 1)
        ahead = (last[0] + (last[0] - then[0]) * frames, last[1] + (last[1] - then[1]) * frames)
        for near in (ahead, last):
            found = find(origin, start, picture, near)
            if found is not None:
                yield _share(found, size), _JUMP_FOUND

    def _picture(self, index: int) -> Pyramid:
        if index not in self._pictures:
            sight = self._sight(index)
            self._pictures[index] = pyramid(sight.luma, sight.depth)
        return self._pictures[index]


def depth_at(depth: Map, x: float, y: float) -> float:
    """The median of a map around a point, 0..1 from its upper left corner."""
    height, width = depth.shape
    radius = max(1, round(_RADIUS * height))
    column = min(int(x * width), width - 1)
    row = min(int(y * height), height - 1)
    rows = slice(max(0, row - radius), row + radius + 1)
    columns = slice(max(0, column - radius), column + radius + 1)
    return float(np.median(depth[rows, columns]))


def _pixels(at: tuple[float, float], size: tuple[int, int]) -> tuple[float, float]:
    """A place 0..1 in pixels whose centres are at integers."""
    return at[0] * size[0] - 0.5, at[1] * size[1] - 0.5


def _share(at: tuple[float, float], size: tuple[int, int]) -> tuple[float, float]:
    """A place in pixels whose centres are at integers, 0..1 of the picture."""
    return (at[0] + 0.5) / size[0], (at[1] + 0.5) / size[1]
