"""Reading a clip: frames in order from a thread of their own, and any frame by its index."""

from __future__ import annotations

import queue
import threading
from collections import OrderedDict, deque
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from ..closing import Closing
from ..errors import MediaError
from ..frames import ClipInfo, Frame
from .container import ContainerSource
from .on_device import device_decoder
from .pictures import PictureSource, is_picture, is_sequence
from .source import Decoder, Source

# Decoded frames waiting for the consumer, and frames kept around the last one asked for. Bytes
# bound both, so that 8K clips do not fill the memory.
_QUEUE_FRAMES, _QUEUE_BYTES = 8, 256 << 20
_CACHE_FRAMES, _CACHE_BYTES = 32, 384 << 20  # 8-bit 4K as far ahead as depth looks


def open_clip(
    path: Path | str, *, track: int = 0, rate: Fraction | int | None = None
) -> ClipReader:
    """Opens a clip, a still, or a numbered sequence of pictures.

    path    a file; for sequences a pattern ("shot.%04d.exr"), a glob or a folder of pictures
    track   which video track to read, from 0 (cover art does not count)
    rate    frames per second of a sequence (24 unless given); refused for clips that know theirs
    Raises MediaError, one line, for everything that can't be read.
    """
    path = Path(path)
    if is_sequence(path) or is_picture(path):
        if track:
            raise MediaError(f"{path}: pictures have no track {track}; allowed: 0")
        return ClipReader(PictureSource(path, Fraction(24 if rate is None else rate)))
    if rate is not None:
        raise MediaError(f"{path}: has its own frame rate; a rate is allowed for sequences only")
    return ClipReader(ContainerSource(path, track))


class ClipReader(Closing):
    """An open clip. A context manager; use `info`, `frames` and `frame` from one thread."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._decoders: list[Decoder] = []  # of `frame`; the one used last at the end
        self._cache: OrderedDict[int, Frame] = OrderedDict()
        self._streams: set[_Stream] = set()
        self._closed = False

    def on_device(self, device: int) -> ClipReader:
        """A reader of the same clip whose frames stay in the memory of a CUDA device.

        Raises MediaError, one line, where that device's decoder does not take the clip.
        """
        if not isinstance(self._source, ContainerSource):
            name = self._source.info.path.name
            raise MediaError(f"{name}: pictures can't be decoded on the GPU; the CPU decodes them")
        return ClipReader(device_decoder(self._source, device))

    @property
    def info(self) -> ClipInfo:
        """What the clip says of itself; notes grow when damage is met while decoding."""
        info = self._source.info
        damaged = sorted(self._source.damaged)
        if not damaged:
            return info
        note = f"damaged: the decoder concealed errors in {len(damaged)} frames from {damaged[0]}"
        return replace(info, notes=(*info.notes, note))

    def frames(self, start: int = 0, stop: int | None = None) -> Iterator[Frame]:
        """The frames start..stop-1 in order, decoded ahead on a thread of their own.

        Closing the generator (or the reader) stops the thread and waits for it. Raises MediaError
        for a range outside the clip and for a frame that can't be decoded.
        """
        count = self.info.frame_count
        stop = count if stop is None else stop
        if not 0 <= start <= stop <= count:
            raise MediaError(
                f"{self.info.path.name}: frames {start}:{stop} are not in it; allowed: 0:{count}"
            )
        self._check_open()
        return self._run(start, stop)

    def _run(self, start: int, stop: int) -> Iterator[Frame]:
        stream = _Stream(self._source, start, stop, _queue_length(self._source.info))
        self._streams.add(stream)
        try:
            yield from stream
        finally:
            stream.close()
            self._streams.discard(stream)

    def frame(self, index: int) -> Frame:
        """One frame exactly; raises MediaError if it is not in the clip or can't be decoded.

        One that `frames` will give a little later is taken from there and decoded once only.
        """
        count = self.info.frame_count
        if not 0 <= index < count:
            raise MediaError(
                f"{self.info.path.name}: has no frame {index}; allowed: 0 to {count - 1}"
            )
        self._check_open()
        if index in self._cache:
            self._cache.move_to_end(index)
            return self._cache[index]
        for stream in self._streams:
            if (coming := stream.coming(index)) is not None:
                return coming
        decoder = self._decoder(index)
        # Frames that are decoded on the way are likely to be wanted next: keep them too.
        for frame in decoder.frames(index - (decoder.between(index) or 0), index + 1):
            self._keep(frame)
        return self._cache[index]

    def _decoder(self, index: int) -> Decoder:
        """The decoder for a frame that is not kept.

        Where few frames can be kept there are two, so that who reads here and further on in turn,
        as depth that is steadied over time does, need not seek each time.
        """
        found = next((each for each in self._decoders if each.between(index) is not None), None)
        if found is None:
            few = any(_kept_frames(frame) < _CACHE_FRAMES for frame in self._cache.values())
            full = len(self._decoders) == (2 if few else 1)
            found = self._decoders[0] if full else self._source.decoder()
        self._decoders = [each for each in self._decoders if each is not found] + [found]
        return found

    def _keep(self, frame: Frame) -> None:
        self._cache[frame.index] = frame
        while len(self._cache) > _kept_frames(frame):
            self._cache.popitem(last=False)

    def _check_open(self) -> None:
        if self._closed:
            raise MediaError(f"{self._source.info.path.name}: is closed; open it again to read")

    def close(self) -> None:
        """Stops all decoding and frees the cache; frames handed out stay valid."""
        self._closed = True
        for stream in tuple(self._streams):
            stream.close()
        self._cache.clear()
        for decoder in self._decoders:
            decoder.close()
        self._decoders.clear()


class _Stream:
    """One decode thread and the bounded queue it fills; what is asked for early waits in order."""

    def __init__(self, source: Source, start: int, stop: int, length: int) -> None:
        self._next, self._stop = start, stop  # of the frames that have not left the queue
        self._waiting: deque[Frame] = deque()
        self._end: BaseException | None = None  # what ended the thread early
        self._queue: queue.Queue[Frame | BaseException | None] = queue.Queue(length)
        self._stopped = threading.Event()
        self._name = source.info.path.name
        self._thread = threading.Thread(
            target=self._decode, args=(source, start, stop), name="depthgrade-decode", daemon=True
        )
        self._thread.start()

    def _decode(self, source: Source, start: int, stop: int) -> None:
        """The thread: puts frames, then None or the exception that ended it."""
        end: BaseException | None = None
        try:
            decoder = source.decoder()
            try:
                for frame in decoder.frames(start, stop):
                    if not self._put(frame):
                        return
            finally:
                decoder.close()
        except BaseException as error:  # handed to the consumer, who raises it
            end = error
        self._put(end)

    def _put(self, item: Frame | BaseException | None) -> bool:
        """Waits for room; False once the consumer has gone."""
        while not self._stopped.is_set():
            try:
                self._queue.put(item, timeout=0.05)
                return True
            except queue.Full:
                continue
        return False

    def __iter__(self) -> Iterator[Frame]:
        while self._waiting or self._fetched():
            yield self._waiting.popleft()
        if isinstance(self._end, MediaError):
            raise self._end
        if self._end is not None:
            why = f"{type(self._end).__name__}: {self._end}"
            raise MediaError(f"{self._name}: decoding failed ({why})") from self._end

    def coming(self, index: int) -> Frame | None:
        """A frame that is still to be handed out, if it is no farther than may be kept."""
        while self._next <= index < self._stop:
            first = self._waiting[0] if self._waiting else None
            too_far = first is not None and index - first.index >= _kept_frames(first)
            if too_far or not self._fetched():
                return None
        return next((frame for frame in self._waiting if frame.index == index), None)

    def _fetched(self) -> bool:
        """Waits for a frame and puts it with those waiting; False once there are no more."""
        while not self._stopped.is_set() and self._next < self._stop:
            try:
                item = self._queue.get(timeout=0.5)
            except queue.Empty:
                continue
            if isinstance(item, Frame):
                self._waiting.append(item)
                self._next = item.index + 1
                return True
            self._end, self._stop = item, self._next
        return False

    def close(self) -> None:
        """Stops the thread, waits for it and drops what it decoded ahead."""
        self._stopped.set()
        self._thread.join()
        while not self._queue.empty():
            self._queue.get_nowait()


def _frame_bytes(frame: Frame) -> int:
    on_device = sum(plane.pitch * plane.shape[0] for plane in frame.on_device)
    return sum(plane.nbytes for plane in frame.planes) + on_device


def _kept_frames(frame: Frame) -> int:
    """How many frames like this one may be kept."""
    return min(_CACHE_FRAMES, max(1, _CACHE_BYTES // _frame_bytes(frame)))


def _queue_length(info: ClipInfo) -> int:
    """Frames to decode ahead, within the byte budget."""
    words = 4 if info.format.bits == 32 else 2 if info.format.bits > 8 else 1
    frame_bytes = info.width * info.height * 3 * words
    return max(2, min(_QUEUE_FRAMES, _QUEUE_BYTES // frame_bytes))
