"""Raw and finished depth of any frame of a clip from a network.

The network sees one frame at a time; the temporal filter then asks for the raw maps of the frames
around the one that is drawn, which are kept while they are in reach.
"""

import hashlib
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import cast, get_args

import numpy as np
from numpy.typing import NDArray

from depthgrade import depth
from depthgrade.color import DisplayRendering, UserConfig
from depthgrade.compiler import Program, Source, compile_network_input
from depthgrade.depth.manifest import InputNote
from depthgrade.depth.polarity import suspicion
from depthgrade.errors import DepthError
from depthgrade.frames import Frame
from depthgrade.gl.textures import Texture
from depthgrade.media import ClipReader
from depthgrade.project import Project
from depthgrade.session.depth_runner import DepthRunner, open_runner
from depthgrade.session.engine import Engine
from depthgrade.session.temporal import SCALES, SLOTS, TemporalFilter

Map = NDArray[np.float32]
Begun = tuple[str, int, Texture, Callable[[], Texture]]  # quality, frame, picture, nearness


@dataclass(frozen=True)
class NetworkView:
    """How a clip is shown to a network: its planes, their colour space, the display rendering.

    stored: the planes as the file has them, which is what a depth pass is noted to follow from,
    whatever decoder made those of `source`.
    """

    source: Source
    stored: Source
    input_space: str
    rendering: DisplayRendering
    user: UserConfig | None

    def program(self, size: tuple[int, int]) -> Program:
        """The pass that makes the picture of a size (width, height)."""
        return compile_network_input(self.source, self.input_space, self.rendering, self.user, size)

    def guide(self, size: tuple[int, int]) -> Program:
        """The pass that makes the luma of that picture alone."""
        about = self.source, self.input_space, self.rendering, self.user
        return compile_network_input(*about, size, luma_only=True)

    def identity(self, size: tuple[int, int]) -> str:
        """The text of that pass, the same whatever decoder makes the planes."""
        return replace(self, source=self.stored).program(size).identity

    def note(self, size: tuple[int, int]) -> InputNote:
        """What a depth pass records of it; the shader holds all that the picture depends on."""
        digest = hashlib.sha256(self.identity(size).encode()).hexdigest()
        return InputNote(
            space=self.input_space, rendering=self.rendering.kind, shader_sha256=digest
        )


class NetworkDepth:
    """Nearness of a clip's frames by the network of each quality. Belongs to the engine's thread.

    card_of     the network of a quality
    past_only   finished depth takes frames before the drawn one that were drawn already, and none
                after it: for playing, where the next frame is not there yet
    """

    def __init__(
        self,
        card_of: Callable[[str], depth.ModelCard],
        reader: ClipReader,
        engine: Engine,
        view: NetworkView,
        *,
        past_only: bool,
    ) -> None:
        self._card_of = card_of
        self._reader, self._engine, self._view = reader, engine, view
        self._past_only = past_only
        self._stack = ExitStack()
        self._estimators: dict[str, depth.Estimator] = {}
        self._doubts: list[str] = []  # of the opened networks
        self._runners: dict[str, DepthRunner] = {}
        self._filters: dict[str, TemporalFilter] = {}
        # by quality and slot: the frame, the network's picture and its raw nearness
        self._kept: dict[tuple[str, int], tuple[int, Texture, Texture]] = {}
        self._begun: Begun | None = None

    def close(self) -> None:
        """Frees the networks; those that share memory with CUDA before the sharing ends."""
        for runner in self._runners.values():
            runner.close()
        self._runners.clear()
        self._stack.close()

    @property
    def names(self) -> str:
        """What the opened networks are called, or those there will be."""
        opened = [each.card for each in self._estimators.values()]
        known = opened or [self._card_of(quality) for quality in get_args(depth.Quality)]
        return ", ".join(dict.fromkeys(card.name for card in known))

    @property
    def providers(self) -> str:
        """What they run on."""
        return ", ".join(dict.fromkeys(r.place for r in self._runners.values())) or "demand"

    @property
    def reversed(self) -> bool:
        """Whether one of the networks opened so far seems to take far for near."""
        return bool(self._doubts)

    @property
    def notes(self) -> tuple[str, ...]:
        """What is doubtful of them, and why they do not run on something faster, a line each."""
        said = (note for runner in self._runners.values() for note in runner.notes)
        return tuple(dict.fromkeys((*self._doubts, *said)))

    def estimator(self, quality: str) -> depth.Estimator:
        """The network of a quality, opened on first use."""
        if quality not in self._estimators:
            made = depth.Estimator(self._card_of(quality), cast(depth.Quality, quality))
            self._estimators[quality] = self._stack.enter_context(made)
            self._doubts += filter(None, [suspicion(made)])
        return self._estimators[quality]

    def open(self, quality: str) -> None:
        """Opens the network of a quality where it will run."""
        self._runner(quality, self.input_size(quality))

    def input_size(self, quality: str) -> tuple[int, int]:
        """(width, height) of the picture the network sees, which is that of its maps."""
        # Networks know square pixels only.
        width, height = self._reader.info.size
        width = max(1, round(width * self._reader.info.upright_pixel_aspect))
        return self.estimator(quality).input_size(width, height)

    def raw(self, index: int, quality: str, frame: Frame | None = None) -> Map:
        """Nearness of a frame as the network says it: float32 (h, w), larger is nearer."""
        return self._engine.read(self._known(index, quality, frame)[2])

    def picture(self, index: int, quality: str) -> Map:
        """What the network sees of a frame: float32 (h, w, 3), Rec.709 code values 0..1."""
        texture = self._known(index, quality, None)[1]
        return np.ascontiguousarray(self._engine.read(texture)[..., :3])

    def finished(
        self, frame: Frame, quality: str, shot: depth.Shot, span: float
    ) -> tuple[Texture, Texture]:
        """Filtered nearness of a frame, in the unit of raw, and the picture that guides edges.

        Both are drawn over by later frames.

        span: the shot's range of raw nearness. Frames of another shot are never read.
        """
        index = frame.index
        while self.approach(index, quality, shot, frame):
            pass
        _, picture, _ = self._known(index, quality, frame)
        ahead = index + SCALES + 1
        # Measured, each stage is on its own; then nothing is done ahead.
        if not self._past_only and ahead < shot.stop and not self._engine.stages.measured:
            self._begin(ahead, quality)
        stop = index + 1 if self._past_only else shot.stop
        return self._filters[quality].finished(index, shot.start, stop, span), picture

    def approach(
        self, index: int, quality: str, shot: depth.Shot, frame: Frame | None = None
    ) -> bool:
        """Takes in one more of the frames that `finished` needs; False if it has them all."""
        if quality not in self._filters:
            self._filters[quality] = TemporalFilter(self._engine, f"depth {quality}")
        filter_ = self._filters[quality]
        start, stop = (index, index + 1) if self._past_only else (shot.start, shot.stop)
        each = filter_.lacking(index, start, stop)
        if each is not None:
            _, picture, raw = self._known(each, quality, frame if each == index else None)
            filter_.add(each, picture, raw)
        return each is not None

    def draft(self, frame: Frame, quality: str) -> tuple[Texture, Texture]:
        """As `finished`, of the frame alone: unsteadied, in a fraction of the time."""
        _, picture, raw = self._known(frame.index, quality, frame)
        return raw, picture

    def trace(self, index: int, quality: str) -> tuple[Map, NDArray[np.bool_]]:
        """As TemporalFilter.trace, for a frame whose finished depth was asked for just now."""
        return self._filters[quality].trace(index)

    def _known(self, index: int, quality: str, frame: Frame | None) -> tuple[int, Texture, Texture]:
        slot = index % SLOTS
        known = self._kept.get((quality, slot))
        if known is None or known[0] != index:
            known = self._kept[quality, slot] = self._estimate(index, quality, frame)
        return known

    def _estimate(
        self, index: int, quality: str, frame: Frame | None
    ) -> tuple[int, Texture, Texture]:
        begun, self._begun = self._begun, None
        if begun is None or begun[:2] != (quality, index):
            begun = self._start(index, quality, frame)
        with self._engine.stages.timed("depth"):
            return index, begun[2], begun[3]()

    def _begin(self, index: int, quality: str) -> None:
        """Starts the network on a frame that will be asked for next."""
        known = self._kept.get((quality, index % SLOTS))
        if (known is None or known[0] != index) and self._begun is None:
            self._begun = self._start(index, quality, None)

    def _start(self, index: int, quality: str, frame: Frame | None) -> Begun:
        frame = frame or self._reader.frame(index)
        size = self.input_size(quality)
        # Under a key of its own: the frame that is being drawn keeps its planes.
        planes = self._engine.upload(frame, "network")
        label = ("network", quality, index % SLOTS)
        self._kept.pop(label[1:], None)  # drawn over
        picture = self._engine.network_input(self._view.program(size), planes, label)
        return quality, index, picture, self._runner(quality, size).begin(picture, label)

    def _runner(self, quality: str, size: tuple[int, int]) -> DepthRunner:
        if quality not in self._runners:
            self._runners[quality] = open_runner(self._engine, self.estimator(quality), size)
        return self._runners[quality]


def networks_of(project: Project) -> Callable[[str], depth.ModelCard]:
    """The network of a quality. Raises DepthError where there is none; so does what is returned."""
    cards = depth.chosen_cards(project.model)
    if not cards:
        raise DepthError(
            "depth: no network is installed; give one with --model FILE|NAME,"
            " or a depth pass with --depth DIR"
        )

    def of(quality: str) -> depth.ModelCard:
        if quality not in cards:
            raise DepthError(f'depth: has no quality "{quality}"; allowed: {", ".join(cards)}')
        return cards[quality]

    return of
