"""Depth for a player: whatever is there now, while a process of its own makes what is missing.

A frame is drawn with its own map if that has come, else with the nearest map of the same shot, and
the caller is told which. Maps are kept within a budget, so that a second pass over a clip is exact.
"""

from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import replace

from depthgrade.errors import DepthError
from depthgrade.frames import Frame
from depthgrade.gl.textures import Texture
from depthgrade.project import Look, Project
from depthgrade.session.background import (
    Background,
    Depth,
    Failed,
    Found,
    Progress,
    Wanted,
    estimate_depth,
)
from depthgrade.session.clip_depth import Map, ShotDepth
from depthgrade.session.renderer import Renderer

_KEPT_BYTES = 384 << 20
_AHEAD = 16  # frames asked for before they are due
_FARTHEST = 48  # frames: a map from farther away says nothing about a picture


class LiveDepth:
    """The depth of one clip for one player; belongs to the thread that draws.

    progress      what the process is busy with before the first map, or None
    error         why there is no depth, one line, or None
    """

    def __init__(self, frame_count: int) -> None:
        self._count = frame_count
        self._maps: OrderedDict[tuple[str, int], Depth] = OrderedDict()
        self._shots: dict[str, list[ShotDepth]] = {}
        self._allowed = 2 * _AHEAD  # maps to keep; known better once the first has come
        self._process: Background | None = None
        self._sent: Wanted | None = None
        self._project: Project | None = None
        self.guided = True
        self.soft = False  # maps come with their edges drawn already
        self.description = "not used"
        self.progress: Progress | None = None
        self.error: str | None = None
        self.made = 0  # maps that have come, for reports
        self.took: deque[float] = deque(maxlen=24)  # seconds that the last maps took to make

    def attach(self, renderer: Renderer, frame_at: Callable[[int], Frame]) -> None:
        """Becomes this renderer's source of depth."""
        renderer.be_fed(self, frame_at, self._shot_of)

    def close(self) -> None:
        """Ends the process."""
        if self._process is not None:
            self._process.close()
            self._process = None

    def ask(self, project: Project, index: int, step: int, qualities: tuple[str, ...]) -> None:
        """Says which frame is shown and where playback goes; what is missing there is made."""
        bare = replace(project, look=Look())
        if bare != self._project:
            self._project = bare
            self._maps.clear()
            self._shots.clear()
            self.error = None
        if not qualities or self.error is not None:
            return
        near = [(index + offset * (step or 1)) % self._count for offset in range(_AHEAD)]
        rest: list[int] = []
        if not step and len(self._maps) < self._allowed:  # standing: the rest of the clip, too
            rest = [(index + offset) % self._count for offset in range(self._count)]
        missing = tuple(
            (q, i) for i in [*near, *rest] for q in qualities if (q, i) not in self._maps
        )[:_AHEAD]
        wanted = Wanted(bare, missing)
        if missing and wanted != self._sent:
            if self._process is None:
                self._process = Background(estimate_depth)
            self._process.send(wanted)
            self._sent = wanted

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
                    self.took.append(answer.seconds)
                    self._keep(answer)
                case Failed():
                    self.error, self.progress = answer.error, None
        return bool(answers)

    def ready(self, index: int, qualities: tuple[str, ...]) -> bool:
        """Whether a frame can be drawn, if only with the map of another."""
        return all(
            self._known_shot(index, quality) is not None and self._nearest(index, quality)
            for quality in qualities
        )

    def exact(self, index: int, qualities: tuple[str, ...]) -> bool:
        """Whether a frame is drawn with its own map."""
        return all((quality, index) in self._maps for quality in qualities)

    def map_of(self, index: int, quality: str) -> Map | None:
        """A frame's map if it is there, for histograms and probes."""
        found = self._maps.get((quality, index))
        return None if found is None else found.map

    @property
    def count(self) -> int:
        """How many frames have a map of their own."""
        return len({index for _, index in self._maps})

    def spans(self) -> list[tuple[int, int]]:
        """The stretches of frames (first, one past the last) whose own map is here."""
        found: list[tuple[int, int]] = []
        for index in sorted({index for _, index in self._maps}):
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
        self._maps[depth.quality, depth.index] = depth
        lines = 0 if depth.lines is None else depth.lines.nbytes
        self._allowed = max(2 * _AHEAD, _KEPT_BYTES // max(1, depth.map.nbytes + lines))
        while len(self._maps) > self._allowed:
            self._maps.popitem(last=False)

    def _known_shot(self, index: int, quality: str) -> ShotDepth | None:
        return next((s for s in self._shots.get(quality, ()) if index in s.shot), None)

    def _nearest(self, index: int, quality: str) -> tuple[str, int] | None:
        if (quality, index) in self._maps:
            return quality, index
        shot = self._known_shot(index, quality)
        for distance in range(1, _FARTHEST):
            for other in (index - distance, index + distance):
                if shot is not None and other in shot.shot and (quality, other) in self._maps:
                    return quality, other
        return None
