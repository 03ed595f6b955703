"""Decoded frames ahead of a playhead, from a thread that owns the clip's reader.

The consumer never waits: it asks for a frame and gets it or nothing. Every order carries an epoch;
what was decoded for an older one is dropped.
"""

import threading
from collections import deque
from dataclasses import dataclass
from time import perf_counter

from depthgrade.closing import Closing
from depthgrade.errors import EngineError
from depthgrade.frames import Frame
from depthgrade.media import ClipReader

_AHEAD, _AHEAD_BYTES = 12, 256 << 20  # frames decoded before they are due, within this memory
_BACKWARDS = 12  # frames decoded at once when playing backwards: decoders only go forwards


@dataclass(frozen=True)
class Order:
    """What to decode: from a frame on, in steps, inside start..stop-1, round and round or not."""

    index: int
    step: int = 0
    start: int = 0
    stop: int = 1
    loop: bool = True


class Feed(Closing):
    """The decode thread of one clip. A context manager; `close` ends the thread and the reader."""

    def __init__(self, reader: ClipReader) -> None:
        self._reader = reader
        self._changed = threading.Condition()
        self._order = Order(0)
        self._epoch = 0
        self._ready: dict[int, Frame] = {}
        self._sequence: list[int] = []  # the order's frames that are decoded, in playing order
        self._closed = False
        self._around = 0
        self.error: str | None = None  # what went wrong with the newest frame tried
        self.latest: Frame | None = None  # decoded last, for whatever order: shown while scrubbing
        self.spans: deque[float] = deque(maxlen=24)  # seconds that frames took after one another
        self._thread = threading.Thread(target=self._run, name="depthgrade-feed", daemon=True)
        self._thread.start()

    def order(self, order: Order) -> None:
        """Decodes from here on; what is ready stays where it fits the new order."""
        with self._changed:
            self._order = order
            self._epoch += 1
            self._sequence.clear()
            self.error = None
            self._changed.notify()

    def keep_around(self, frames: int) -> None:
        """Has this many frames before and after the one on the screen decoded as well."""
        with self._changed:
            if frames != self._around:
                self._around = frames
                self._changed.notify()

    def take(self, index: int) -> Frame | None:
        """A frame if it is decoded; those before it in the order are done with."""
        with self._changed:
            frame = self._ready.get(index)
            if index in self._sequence:
                passed = self._sequence[: max(0, self._sequence.index(index) - self._around)]
                del self._sequence[: len(passed)]
                for each in set(passed) - set(self._sequence):
                    self._ready.pop(each, None)
                self._changed.notify()
            return frame

    def peek(self, index: int) -> Frame | None:
        """A frame if it is decoded."""
        with self._changed:
            return self._ready.get(index)

    def nearest(self, index: int, step: int) -> Frame | None:
        """The frame itself, or the latest before it (in playing order) that is decoded."""
        frame = self.take(index)
        if frame is not None:
            return frame
        with self._changed:
            behind = [i for i in self._sequence if (index - i) * step > 0]
            due = max(behind, key=lambda i: i * step) if behind else None
            return None if due is None else self._ready.get(due)

    def ahead(self) -> tuple[Frame, ...]:
        """What is decoded, in playing order, the frame on the screen first."""
        with self._changed:
            return tuple(self._ready[index] for index in self._sequence if index in self._ready)

    def close(self) -> None:
        """Ends the thread, then closes the reader."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._thread.join()
        self._reader.close()

    def _room(self) -> int:
        count = len(self._sequence) - self._around
        if count > 0 and (frame := self._ready.get(self._sequence[-1])) is not None:
            size = sum(plane.nbytes for plane in frame.planes)
            return min(_AHEAD, max(2, _AHEAD_BYTES // max(1, size))) - count
        return _AHEAD - count

    def _next(self) -> list[int]:
        """The indices to decode now, in decoding order; none when all is done that fits."""
        order, sequence = self._order, self._sequence
        if not sequence:
            return [order.index]
        if order.step == 0:
            return self._neighbours(order.index)
        if self._room() <= 0:
            return []
        last = sequence[-1]
        index = last + order.step
        inside = order.start <= last < order.stop
        if inside and not order.start <= index < order.stop:
            if not order.loop or order.stop - order.start <= 1:
                return []
            index = order.start if order.step > 0 else order.stop - 1
        low = index
        if order.step == -1:
            low = max(order.start if inside else 0, index - min(_BACKWARDS, self._room()) + 1)
        return list(range(low, index + 1)) if 0 <= index < self._reader.info.frame_count else []

    def _neighbours(self, index: int) -> list[int]:
        """The next frame around a standing one that is not decoded yet."""
        near = [index + sign * far for far in range(1, self._around + 1) for sign in (1, -1)]
        count = self._reader.info.frame_count
        return [i for i in near if 0 <= i < count and i not in self._sequence][:1]

    def _run(self) -> None:
        while True:
            with self._changed:
                indices = self._next() if self.error is None else []
                while not indices and not self._closed:
                    self._changed.wait()
                    indices = self._next() if self.error is None else []
                if self._closed:
                    return
                epoch, known = self._epoch, dict(self._ready)
                # The first after a seek says nothing: it waits for threads to start, a key frame,
                # and programs that are being compiled.
                follows = bool(self._sequence) and not any(index in known for index in indices)
            frames: list[Frame] = []
            began = perf_counter()
            problem = None
            for index in indices:
                if epoch != self._epoch:  # a seek meanwhile: what is left is not wanted
                    break
                try:
                    frames.append(known.get(index) or self._reader.frame(index))
                except EngineError as error:
                    problem = str(error)
                    break
            with self._changed:
                if frames and follows:
                    self.spans.append((perf_counter() - began) / len(frames))
                self.latest = frames[-1] if frames else self.latest
                if epoch == self._epoch:
                    self._keep(frames, indices, problem)

    def _keep(self, frames: list[Frame], indices: list[int], problem: str | None) -> None:
        """Hands over what was decoded for the order that is still in force."""
        if len(indices) > 1:
            frames.reverse()
        for frame in frames:
            self._sequence.append(frame.index)
            self._ready[frame.index] = frame
        self.error = problem
        for index in [i for i in self._ready if i not in self._sequence]:
            del self._ready[index]
