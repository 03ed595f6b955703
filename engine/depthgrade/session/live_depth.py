"""Depth for a player: whatever is there now, while a process of its own makes what is missing.

A frame is drawn with its own map if that has come, else with the nearest map of the same shot, and
the caller is told which. Maps are kept within a budget, so that a second pass over a clip is exact.

While the clip plays maps are asked for before they are due, of every frame, every second or every
fourth as the process keeps up, and they are drafts: steadying one over time takes the maps of all
frames around it, by when the playhead is elsewhere. A standing frame gets a draft at once and then
the map of a render.
"""

from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import replace

from depthgrade.errors import DepthError
from depthgrade.frames import Frame
from depthgrade.gl.textures import Texture
from depthgrade.nodes.picked import PickedPoint
from depthgrade.project import Look, Project
from depthgrade.session.background import (
    Background,
    Depth,
    Failed,
    Found,
    Progress,
    Target,
    Wanted,
    estimate_depth,
)
from depthgrade.session.clip_depth import Map, ShotDepth
from depthgrade.session.picked import Place, depth_at
from depthgrade.session.renderer import Renderer

Points = tuple[tuple[str, PickedPoint], ...]  # picked targets and the quality of their depth
Kind = tuple[str, PickedPoint | None]  # a map of a quality, or the depth under a point in it
Want = tuple[str, int, PickedPoint | None]  # the same of a frame

_KEPT_BYTES = 384 << 20
_AHEAD = 16  # frames asked for before they are due
CADENCES = (1, 2, 4)  # every which frame gets a map of its own while the clip plays
_LEARNT = 24  # frames that pass before the cadence is chosen anew
_FARTHEST = 48  # frames: a map from farther away says nothing about a picture


class LiveDepth:
    """The depth of one clip for one player; belongs to the thread that draws.

    progress      what the process is busy with before the first map, or None
    error         why there is no depth, one line, or None
    cadence       of CADENCES
    """

    def __init__(self, frame_count: int) -> None:
        self._count = frame_count
        self._maps: OrderedDict[tuple[str, int], Depth] = OrderedDict()
        self._shots: dict[str, list[ShotDepth]] = {}
        self._targets: dict[tuple[str, PickedPoint], dict[int, Target]] = {}
        self._allowed = 2 * _AHEAD  # maps to keep; known better once the first has come
        self._process: Background | None = None
        self._sent: Wanted | None = None
        self._project: Project | None = None
        self.guided = True
        self.description = "not used"
        self.progress: Progress | None = None
        self.error: str | None = None
        self.made = 0  # maps that have come, for reports
        self.cadence = CADENCES[1]
        self._before = 0  # the frame at the last request
        self._passed, self._arrived = 0, 0  # frames and maps since the cadence was chosen
        self.took: deque[float] = deque(maxlen=24)  # seconds that the last maps took to make

    def attach(self, renderer: Renderer, frame_at: Callable[[int], Frame]) -> None:
        """Becomes this renderer's source of depth."""
        renderer.be_fed(self, frame_at, self._shot_of)

    def close(self) -> None:
        """Ends the process."""
        if self._process is not None:
            self._process.close()
            self._process = None

    def ask(
        self,
        project: Project,
        index: int,
        step: int,
        qualities: tuple[str, ...],
        points: Points = (),
    ) -> None:
        """Says which frame is shown and where playback goes; what is missing there is made."""
        bare = replace(project, look=Look())
        if bare != self._project:
            self._project = bare
            self._maps.clear()
            self._shots.clear()
            self._targets.clear()
            self.error = None
        if not qualities or self.error is not None:
            return
        missing, draft = self._missing(index, step, qualities, points)
        wanted = Wanted(bare, missing, draft)
        if missing and wanted != self._sent:
            if self._process is None:
                self._process = Background(estimate_depth)
            self._process.send(wanted)
            self._sent = wanted

    def _missing(
        self, index: int, step: int, qualities: tuple[str, ...], points: Points
    ) -> tuple[tuple[Want, ...], bool]:
        """What to make, most urgent first, and whether drafts of maps will do."""
        kinds = _kinds(qualities, points)
        if not step:
            if own := self._without([index], kinds, final=False):
                return own, True  # soon something to see; what it took is of use to the map
            near = [(index + offset) % self._count for offset in range(_AHEAD)]
            # Sampling a shot takes a second: those to come are ready before they are played.
            shots = self._next_shots(qualities)
            soon = [first for first in shots if index < first < index + _FARTHEST]
            whole = len(self._maps) < self._allowed  # the rest of the clip, too
            rest = [(index + offset) % self._count for offset in range(self._count if whole else 0)]
            return self._without([index, *soon, *near, *shots, *rest], kinds, final=True), False
        self._learn(index, step)
        lead = 2 * self.cadence if self._maps else 0  # what is due sooner would come too late
        span = min(_AHEAD * self.cadence, self._count)
        frames = [(index + step * (lead + offset)) % self._count for offset in range(span)]
        frames.sort(key=lambda frame: frame // abs(step) % self.cadence > 0)  # stable: then others
        # Points after maps: following one takes the finished maps of all frames on its way.
        drafts = self._without(frames, _kinds(qualities, ()), final=False)
        return (drafts, True) if drafts else (self._without(frames, kinds, final=True), False)

    def _without(self, frames: list[int], kinds: list[Kind], *, final: bool) -> tuple[Want, ...]:
        """What is not there of these frames, a draft being nothing where final is asked."""
        wanted = dict.fromkeys((quality, i, point) for i in frames for quality, point in kinds)
        return tuple(want for want in wanted if not self._has(*want, final=final))[:_AHEAD]

    def _learn(self, index: int, step: int) -> None:
        """The cadence that the process keeps up with."""
        passed, self._before = (index - self._before) // step, index
        if not 0 <= passed < _LEARNT:  # a jump, or round again
            self._passed = self._arrived = 0
            return
        self._passed += passed
        if self._passed >= _LEARNT:
            needed = self._passed / max(1, self._arrived)
            fitting = (each for each in CADENCES if needed < 1.2 * each)
            self.cadence = next(fitting, CADENCES[-1])
            self._passed = self._arrived = 0

    def pump(self) -> bool:
        """Takes what the process has made; whether there is anything new."""
        answers = self._process.poll() if self._process is not None else []
        for answer in answers:
            match answer:
                case Progress():
                    self.progress = answer
                case Found():
                    self._shots.setdefault(answer.quality, []).append(answer.shot)
                    self.guided, self.description = answer.guided, answer.description
                case Depth():
                    self.progress = None
                    self.made += 1
                    self._arrived += 1
                    self.took.append(answer.seconds)
                    self._keep(answer)
                case Target():
                    self.progress = None
                    known = self._targets.setdefault((answer.quality, answer.point), {})
                    known[answer.index] = answer
                case Failed():
                    self.error, self.progress = answer.error, None
        return bool(answers)

    def ready(self, index: int, qualities: tuple[str, ...], points: Points = ()) -> bool:
        """Whether a frame can be drawn, if only with the map and the targets of another."""
        return all(
            self._known_shot(index, quality) is not None and self._nearest(index, quality)
            for quality in qualities
        ) and all(self._target(index, *each) is not None for each in points)

    def exact(self, index: int, qualities: tuple[str, ...], points: Points = ()) -> bool:
        """Whether a frame is drawn with its own maps, no drafts, and targets."""
        kinds = _kinds(qualities, points)
        return all(self._has(quality, index, point, final=True) for quality, point in kinds)

    def target(
        self, index: int, quality: str, point: PickedPoint, progress: object = None
    ) -> float:
        """The depth under a picked point: the frame's own, or the nearest known.

        Raises DepthError while none has come.
        """
        found = self._target(index, quality, point)
        if found is None:
            raise DepthError("depth: the picked point is not followed yet; wait for it")
        return found

    def place(self, index: int, quality: str, point: PickedPoint) -> Place | None:
        """Where a picked point is at a frame, once that is known; None in other shots."""
        found = self._targets.get((quality, point), {}).get(index)
        return None if found is None else found.place

    def map_of(self, index: int, quality: str) -> Map | None:
        """A frame's map if it is there, for histograms and probes."""
        found = self._maps.get((quality, index))
        return None if found is None else found.map

    @property
    def _final(self) -> set[int]:
        return {index for (_, index), made in self._maps.items() if made.final}

    @property
    def count(self) -> int:
        """How many frames have a map of their own, no draft."""
        return len(self._final)

    def spans(self) -> list[tuple[int, int]]:
        """The stretches of frames (first, one past the last) whose own map is here."""
        found: list[tuple[int, int]] = []
        for index in sorted(self._final):
            if found and found[-1][1] == index:
                found[-1] = found[-1][0], index + 1
            else:
                found.append((index, index + 1))
        return found

    def cuts(self) -> list[int]:
        """The first frames of the shots that are known, but for the first shot."""
        starts = {each.shot.start for shots in self._shots.values() for each in shots}
        stops = {each.shot.stop for shots in self._shots.values() for each in shots}
        return sorted((starts | stops) - {0, self._count})

    @property
    def map_size(self) -> tuple[int, int] | None:
        """(width, height) of the maps so far."""
        newest = next(reversed(self._maps.values()), None)
        return None if newest is None else (newest.map.shape[1], newest.map.shape[0])

    def shot(self, index: int, quality: str, progress: object = None) -> ShotDepth:
        """The shot of a frame. Raises DepthError while it is not sampled."""
        found = self._known_shot(index, quality)
        if found is None:
            raise DepthError("depth: this shot is not sampled yet; wait for it")
        return found

    def map(
        self, frame: Frame, planes: tuple[Texture, ...], quality: str
    ) -> tuple[Map, Texture | None]:
        """The nearest map there is; guided-filter lines where edges come from the picture."""
        return self.finished(frame.index, quality), None

    def finished(self, index: int, quality: str) -> Map:
        """What a grade reads at a frame: the map, or the lines. Raises DepthError without one."""
        nearest = self._nearest(index, quality)
        if nearest is None:
            raise DepthError("depth: no map has come yet; wait for it")
        found = self._maps[nearest]
        return found.map if found.lines is None else found.lines

    def _shot_of(self, index: int) -> tuple[int, int]:
        """The frames of a frame's shot; the whole clip while shots are not known."""
        found = (self._known_shot(index, quality) for quality in self._shots)
        shot = next((each.shot for each in found if each is not None), None)
        return (shot.start, shot.stop) if shot is not None else (0, self._count)

    def _keep(self, depth: Depth) -> None:
        there = self._maps.get((depth.quality, depth.index))
        if there is not None and there.final and not depth.final:
            return
        self._maps[depth.quality, depth.index] = depth
        lines = 0 if depth.lines is None else depth.lines.nbytes
        self._allowed = max(2 * _AHEAD, _KEPT_BYTES // max(1, depth.map.nbytes + lines))
        while len(self._maps) > self._allowed:
            self._maps.popitem(last=False)

    def _has(self, quality: str, index: int, point: PickedPoint | None, *, final: bool) -> bool:
        """Whether a frame's own map is there, a draft not counting if final, or a point's depth."""
        if point is None:
            made = self._maps.get((quality, index))
            return made is not None and (made.final or not final)
        return index in self._targets.get((quality, point), ())

    def _target(self, index: int, quality: str, point: PickedPoint) -> float | None:
        known = self._targets.get((quality, point), {})
        if known:
            return known[min(known, key=lambda each: abs(each - index))].depth
        map = self.map_of(point.frame, quality)  # as when it was picked just now
        return None if map is None else depth_at(map, *point.at)

    def _known_shot(self, index: int, quality: str) -> ShotDepth | None:
        return next((s for s in self._shots.get(quality, ()) if index in s.shot), None)

    def _next_shots(self, qualities: tuple[str, ...]) -> list[int]:
        """The first frames of shots that follow a known one and are not sampled yet."""
        found: set[int] = set()
        for quality in qualities:
            shots = [each.shot for each in self._shots.get(quality, ())]
            found |= {shot.stop for shot in shots} - {shot.start for shot in shots}
        return sorted(found - {self._count})

    def _nearest(self, index: int, quality: str) -> tuple[str, int] | None:
        if (quality, index) in self._maps:
            return quality, index
        shot = self._known_shot(index, quality)
        for distance in range(1, _FARTHEST):
            for other in (index - distance, index + distance):
                if shot is not None and other in shot.shot and (quality, other) in self._maps:
                    return quality, other
        return None


def _kinds(qualities: tuple[str, ...], points: Points) -> list[Kind]:
    return [*((quality, None) for quality in qualities), *points]
