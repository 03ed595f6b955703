"""Playback of one clip: clock, decoded frames and a preview, joined without any waiting.

`tick` is called once a screen refresh by the thread that draws. It picks the newest frame that is
due and decoded; frames that came too late are counted as dropped.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from time import monotonic, perf_counter

from depthgrade.frames import ClipInfo, Frame
from depthgrade.gl.device import Device
from depthgrade.media import ClipReader, open_clip
from depthgrade.project import Project
from depthgrade.session.clock import Clock, Timeline
from depthgrade.session.feed import Feed, Order
from depthgrade.session.preview import Preview, Shown

PROXIES = (1, 2, 4)
_FULL, _ROOM = 0.95, 0.87  # of a frame's time may be spent; before and after a larger size
_BEARABLE = 4_000_000  # pixels of a first picture while playing on a software device
_TRIES = 6  # pictures timed before the automatic size changes
FASTEST = 60.0  # pictures a second that make sense on a screen
_STEP = 4.0  # times as long a picture of twice the sides takes, where that is not known better


@dataclass
class Counts:
    """What was shown since playback began."""

    shown: int = 0
    dropped: int = 0
    began: float = 0.0


class Player:
    """One open clip. Belongs to the thread of its device; `close` ends its threads and processes.

    frame      the frame on the screen; None until the first is decoded
    proxy      what pictures are drawn at: 1, 2 or 4; `choice` None chooses by measuring
    """

    def __init__(
        self,
        project: Project,
        device: Device,
        *,
        reader: ClipReader | None = None,
        patient: bool = False,
        now: Callable[[], float] = monotonic,
    ) -> None:
        """reader: the project's clip, to be closed by the player; None: it is opened here.

        Raises MediaError, ColorError and ProjectError.
        """
        assert project.clip is not None
        self.now = now
        reader = reader or open_clip(project.clip, track=project.track)
        try:
            self.preview = Preview(project, device, reader, self._frame_at, patient=patient)
        except BaseException:
            reader.close()
            raise
        self.info: ClipInfo = self.preview.renderer.info
        self.clock = Clock(Timeline.of(self.info))
        self.feed = Feed(reader)
        self.frame: Frame | None = None
        self.choice: int | None = None
        self.counts = Counts()
        self.shown_at: deque[float] = deque(maxlen=48)  # when the last frames came on
        self.milliseconds: dict[str, float] = {}  # of the last picture, by stage
        self.passes: dict[str, float] = {}  # of its parts, where they are measured
        self._auto = 1
        self._timed: deque[tuple[float, float]] = deque(maxlen=_TRIES)  # of picture and panel
        self._left: tuple[int, float] | None = None  # the size before this and how long it took
        self._steps = dict.fromkeys(PROXIES, _STEP)  # times as long as the next smaller size
        self.feed.order(Order(0, 0, 0, 1))
        if device.software:  # six pictures of 8K would have to be sat through to learn it
            self._auto = _bearable(self.info.width * self.info.height)

    def close(self) -> None:
        """Ends decoding, depth and compilation."""
        self.feed.close()
        self.preview.close()

    # ---- Transport

    @property
    def playing(self) -> bool:
        """Whether the clock runs."""
        return self.clock.speed != 0

    @property
    def index(self) -> int:
        """The frame that is due."""
        return self.clock.index(self.now())

    def play(self, direction: int = 1) -> None:
        """Plays at the clip's speed."""
        self.clock.play(direction, self.now())
        self._ordered()

    def faster(self, direction: int) -> None:
        """J (-1) and L (1): play, and faster each time more."""
        self.clock.faster(direction, self.now())
        self._ordered()

    def pause(self) -> None:
        """Stops on the frame on the screen, or the one that is due."""
        if self.playing and self.frame is not None:
            self.seek(self.frame.index)
        else:
            self.clock.pause(self.now())
            self._ordered()

    def seek(self, index: int) -> None:
        """Goes to a frame and stays there."""
        self.clock.seek(index, self.now())
        self._ordered()

    def step(self, frames: int) -> None:
        """Goes some frames on or back from the frame on the screen."""
        self.seek((self.frame.index if self.frame else self.index) + frames)

    def set_range(self, start: int, stop: int) -> None:
        """In and out: what is played."""
        self.clock.set_range(start, stop)
        if self.playing:
            self._ordered()

    def _ordered(self) -> None:
        clock = self.clock
        self.counts = Counts(began=self.now())
        self.shown_at.clear()
        order = Order(self.index, clock.speed, clock.start, clock.stop, clock.loop)
        self.feed.order(order)

    # ---- Pictures

    def tick(self) -> bool:
        """Takes the newest frame that is due; whether it is another than before."""
        was_playing = self.playing
        index = self.index
        if was_playing and not self.playing:  # the end of the range
            self._ordered()
        step = self.clock.speed
        frame = self.feed.nearest(index, step) if step else self.feed.take(index)
        if frame is None and not step:
            frame = self.feed.latest  # while scrubbing, what has come so far
        if step and frame is None and self.feed.latest is not None:
            self._catch_up(index)
        if frame is None or (self.frame is not None and frame.index == self.frame.index):
            return False
        if step and self.frame is not None:
            ahead = (frame.index - self.frame.index) * (1 if step > 0 else -1)
            self.counts.dropped += max(0, ahead // abs(step) - 1)
        self.frame = frame
        self.counts.shown += 1
        self.shown_at.append(self.now())
        return True

    def _catch_up(self, index: int) -> None:
        """Decoding that fell behind starts anew where playback is, unless it is about to come."""
        ahead = self.feed.ahead()
        span = 8 * abs(self.clock.speed)
        if ahead and abs(ahead[-1].index - index) > span and self.clock.speed:
            clock = self.clock
            self.feed.order(Order(index, clock.speed, clock.start, clock.stop, clock.loop))

    def ask_depth(self, project: Project, key: str | None = None) -> None:
        """Has the depth made that the frame on the screen and those after it need."""
        if self.frame is not None:
            qualities = self.preview.qualities(project.look, key)
            step = self.clock.speed
            points = tuple(project.look.picked.values())
            self.preview.depth.ask(project, self.frame.index, step, qualities, points)

    def draw(self, project: Project, *, live: frozenset[str], full: bool = False) -> Shown | None:
        """The picture of the frame on the screen; full: at full size."""
        if self.frame is None:
            return None
        began = perf_counter()
        proxy = 1 if full else self.proxy
        engine = self.preview.renderer.engine
        engine.collect()  # what keys and scopes took since
        shown = self.preview.draw(self.frame, project, live=live, proxy=proxy)
        engine.finish()
        self.passes = engine.collect() if engine.stages.measured else {}
        self.feed.keep_around(self.preview.reach)
        seconds = perf_counter() - began
        self.milliseconds["picture"] = 1000 * seconds
        if self.playing and shown is not None and shown.current:
            self._adapt(seconds)
        return shown

    def draw_key(
        self, project: Project, key: str, *, live: frozenset[str], full: bool = False
    ) -> Shown | None:
        """The key of a node at the frame on the screen."""
        if self.frame is None:
            return None
        proxy = 1 if full else self.proxy
        return self.preview.draw(self.frame, project, live=live, proxy=proxy, key=key, label="key")

    def draw_until(
        self, project: Project, node: str, *, live: frozenset[str], full: bool = False
    ) -> Shown | None:
        """The picture that a node makes of the frame on the screen, as scopes show it."""
        if self.frame is None:
            return None
        proxy = 1 if full else self.proxy
        return self.preview.draw(
            self.frame, project, live=live, proxy=proxy, until=node, label="until"
        )

    def ungraded(self, project: Project, *, full: bool) -> Shown | None:
        """The frame on the screen through colour management alone."""
        if self.frame is None:
            return None
        proxy = 1 if full else self.proxy
        return self.preview.ungraded(self.frame, project, proxy=proxy)

    def _frame_at(self, index: int) -> Frame:
        """A neighbour of the frame on the screen; that frame itself while it is not decoded."""
        assert self.frame is not None
        frame = self.feed.peek(index)
        self.preview.missed = self.preview.missed or frame is None
        return frame or self.frame

    @property
    def proxy(self) -> int:
        """What pictures are drawn at while playing."""
        return self.choice or self._auto

    @property
    def shown_per_second(self) -> float:
        """Frames that came on in each of the last seconds."""
        if len(self.shown_at) < 2:
            return 0.0
        span = self.shown_at[-1] - self.shown_at[0]
        return (len(self.shown_at) - 1) / span if span > 0 else 0.0

    def stages(self) -> dict[str, float]:
        """Milliseconds by stage: usual ones of decoding and depth, the last of the others."""
        beside = {"decode": tuple(self.feed.spans), "depth": tuple(self.preview.depth.took)}
        found = {name: 1000 * median(spans) for name, spans in beside.items() if spans}
        return {**found, **self.milliseconds}

    def measure(self, on: bool) -> None:
        """Whether the parts of pictures are timed from now on."""
        stages = self.preview.renderer.stages
        stages.measured = stages.by_pass = on

    def _adapt(self, seconds: float) -> None:
        """The automatic size: the largest at which picture and panel take no longer than a frame.

        How much longer a picture takes at the next size is learnt when the size changes.
        """
        self._timed.append((seconds, self.milliseconds.get("panel", 0.0) / 1000))
        if self.choice is not None or len(self._timed) < _TRIES:
            return
        picture = median(picture for picture, _ in self._timed)
        panel = median(panel for _, panel in self._timed)
        if self._left is not None:
            proxy, before = self._left
            larger, ratio = min(proxy, self._auto), before / max(picture, 1e-6)
            step = ratio if proxy < self._auto else 1 / ratio
            self._steps[larger] = min(max(step, 1.0), _STEP)
            self._left = None
        time = 1 / min(float(self.info.rate or 24) * max(1, abs(self.clock.speed)), FASTEST)
        place = PROXIES.index(self._auto)
        if picture + panel > _FULL * time and place + 1 < len(PROXIES):
            self._change(PROXIES[place + 1], picture)
        elif place:
            larger = PROXIES[place - 1]
            if picture * self._steps[larger] + panel < _ROOM * time:
                self._change(larger, picture)

    def _change(self, proxy: int, seconds: float) -> None:
        """Another automatic size; a picture took that long at the one before."""
        self._left, self._auto = (self._auto, seconds), proxy
        self._timed.clear()


def _bearable(pixels: int) -> int:
    """The size to begin with: the largest of some megapixels."""
    return next((proxy for proxy in PROXIES if pixels / proxy**2 <= _BEARABLE), PROXIES[-1])
