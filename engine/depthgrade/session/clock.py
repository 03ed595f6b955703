"""Playback time: which frame is due now, at which speed and within which range.

Pure arithmetic on times that the caller gives, so that it is tested without waiting. The clock
keeps to real time whatever is shown; a frame that comes too late is not shown, never delayed.
"""

from bisect import bisect_right
from dataclasses import dataclass

from depthgrade.frames import ClipInfo

SPEEDS = (1, 2, 4, 8)  # what pressing L (or J) again and again steps through


@dataclass(frozen=True)
class Timeline:
    """The frames of a clip in seconds from its first.

    starts    of each frame, ascending
    seconds   when the last frame ends
    """

    starts: tuple[float, ...]
    seconds: float

    @classmethod
    def of(cls, info: ClipInfo) -> "Timeline":
        """The timeline of a clip by its own time stamps, variable rates included."""
        first = info.pts[0] if info.pts else 0
        starts = tuple(float((pts - first) * info.time_base) for pts in info.pts)
        return cls(starts, max(info.seconds, starts[-1] if starts else 0.0))

    def index(self, seconds: float) -> int:
        """The frame that is on the screen at a time."""
        return max(0, min(len(self.starts), bisect_right(self.starts, seconds + 1e-9)) - 1)

    def end(self, index: int) -> float:
        """When a frame gives way to the next."""
        return self.starts[index + 1] if index + 1 < len(self.starts) else self.seconds


class Clock:
    """A playhead. `now` is any clock in seconds that never goes back.

    speed   0 is paused; 1 is real time; below 0 plays backwards
    loop    play the range round and round, else stop at its end
    """

    def __init__(self, timeline: Timeline) -> None:
        self.timeline = timeline
        self.speed = 0
        self.loop = True
        self.start, self.stop = 0, len(timeline.starts)  # the range that is played: in and out
        self._at, self._since = 0.0, 0.0

    def play(self, speed: int, now: float) -> None:
        """Plays from where the playhead is; from the other end where it is at the end."""
        if not self.timeline.starts:
            return
        here = self._position(now)
        if speed > 0 and self.timeline.index(here) >= self.stop - 1 and self.stop - self.start > 1:
            here = self.timeline.starts[self.start]
        elif speed < 0 and self.timeline.index(here) <= self.start:
            here = self._range_end() - 1e-6
        self.speed, self._at, self._since = speed, here, now

    def pause(self, now: float) -> None:
        """Stops on the frame that is due."""
        self.seek(self.index(now), now)

    def seek(self, index: int, now: float) -> None:
        """Stops on a frame; the nearest of the clip."""
        index = max(0, min(index, len(self.timeline.starts) - 1))
        self.speed = 0
        self._at, self._since = self.timeline.starts[index], now

    def faster(self, direction: int, now: float) -> None:
        """What L (1) and J (-1) do: play that way, and twice as fast each time more."""
        speed = direction
        if self.speed * direction > 0:
            place = SPEEDS.index(abs(self.speed))
            speed = direction * SPEEDS[min(place + 1, len(SPEEDS) - 1)]
        self.play(speed, now)

    def set_range(self, start: int, stop: int) -> None:
        """Plays only frames start..stop-1. An empty range is widened to one frame."""
        count = len(self.timeline.starts)
        self.start = max(0, min(start, count - 1))
        self.stop = max(self.start + 1, min(stop, count))

    def index(self, now: float) -> int:
        """The frame that is due."""
        if not self.timeline.starts:
            return 0
        return self.timeline.index(self._position(now))

    def _range_end(self) -> float:
        return self.timeline.end(self.stop - 1)

    def _position(self, now: float) -> float:
        """Seconds on the timeline, looped or stopped at the ends of the range."""
        if self.speed == 0:
            return self._at
        first, last = self.timeline.starts[self.start], self._range_end()
        at = self._at + (now - self._since) * self.speed
        if first <= at < last or not first <= self._at < last:
            # a playhead outside the range plays on until it enters it, or the clip ends
            inside = 0 <= at < self.timeline.seconds
            return at if inside else self._stopped(0.0 if at < 0 else self.timeline.seconds)
        if self.loop and last > first:
            at = first + (at - first) % (last - first)
            self._at, self._since = at, now
            return at
        return self._stopped(first if at < first else last)

    def _stopped(self, at: float) -> float:
        self.speed = 0
        self._at = self.timeline.starts[self.timeline.index(at - 1e-6)]
        return self._at
