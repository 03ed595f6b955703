"""The depth of a clip: its shots, one mapping each, automatic limits, and the map of any frame.

What a limit means is settled before a frame is drawn and is the same whichever frame comes first:
the clip is looked through once for cuts, each shot is sampled, and the result is kept in the user's
cache for the next time.
"""

from contextlib import ExitStack
from dataclasses import asdict, dataclass
from typing import Literal, cast

import numpy as np
from numpy.typing import NDArray

from depthgrade import depth
from depthgrade.compiler import Source, compile_network_input
from depthgrade.errors import DepthError
from depthgrade.frames import Frame
from depthgrade.gl.textures import Texture
from depthgrade.media import ClipReader
from depthgrade.project import Project
from depthgrade.session.engine import Engine
from depthgrade.session.shots import (
    Progress,
    cache_file,
    find_shots,
    fingerprint,
    load,
    store,
)

Map = NDArray[np.float32]
Quality = Literal["faster", "better"]


@dataclass(frozen=True)
class ShotDepth:
    """What holds for every frame of a shot: how raw nearness maps to 0..1, and the auto limits."""

    shot: depth.Shot
    mapping: depth.Mapping
    limits: depth.Limits


class ClipDepth:
    """Depth maps of one clip, near = 1, from a depth pass on disk or a network.

    Belongs to the engine's thread. Raises DepthError when there is neither pass nor network.
    """

    def __init__(
        self,
        project: Project,
        reader: ClipReader,
        engine: Engine,
        source: Source,
        input_space: str,
    ) -> None:
        """project: says which depth and rendering; its look is not read."""
        self._reader, self._engine = reader, engine
        self._source, self._input_space, self._rendering = source, input_space, project.rendering
        self._user = project.configuration
        self._stack = ExitStack()
        self._estimators: dict[str, depth.Estimator] = {}
        self._shots: tuple[depth.Shot, ...] = ()
        self._analysed: dict[tuple[str, int], ShotDepth] = {}
        self._pass = depth.DepthPass(project.depth) if project.depth else None
        self._card: depth.ModelCard | None = None
        if self._pass is None:
            self._card = depth.load_card(project.model) if project.model else depth.default_card()
            if self._card is None:
                raise DepthError(
                    "depth: no network is installed; give one with --model FILE|NAME,"
                    " or a depth pass with --depth DIR"
                )

    def close(self) -> None:
        """Frees the networks."""
        self._stack.close()

    @property
    def description(self) -> str:
        """Where depth comes from, for reports."""
        if self._pass is not None:
            return f"depth pass {self._pass.directory.name}"
        assert self._card is not None
        provider = {estimator.provider for estimator in self._estimators.values()}
        return f"{self._card.name} on {', '.join(provider) or 'demand'}"

    def shot(self, index: int, quality: str, progress: Progress | None = None) -> ShotDepth:
        """The shot a frame belongs to, sampled on first use."""
        if not self._shots:
            self._shots = find_shots(self._reader, progress)
        number = next(i for i, shot in enumerate(self._shots) if index in shot)
        if (quality, number) not in self._analysed:
            self._analysed[quality, number] = self._stored_analysis(number, quality, progress)
        return self._analysed[quality, number]

    def map(
        self, frame: Frame, planes: tuple[Texture, ...], quality: str
    ) -> tuple[Map, Texture | None]:
        """A frame's depth, near = 1, not clipped, and the guide for its edges if it is small."""
        mapping = self.shot(frame.index, quality).mapping
        raw, guide = self._raw(frame, planes, quality)
        return mapping.apply(raw), guide

    @property
    def guided(self) -> bool:
        """Whether maps are smaller than the picture, so that edges are taken from the picture."""
        if self._pass is None:
            return True
        return self._pass.size != self._source.size

    def _raw(
        self, frame: Frame, planes: tuple[Texture, ...], quality: str
    ) -> tuple[Map, Texture | None]:
        if self._pass is not None:
            with self._engine.stages.timed("depth"):
                raw = self._pass.raw(frame.index)
            if not self.guided:
                return raw, None
            height, width = raw.shape
            guide, _ = self._network_input(planes, (width, height))
            return raw, guide
        estimator = self._estimator(quality)
        size = estimator.input_size(*self._displayed_size())
        guide, picture = self._network_input(planes, size)
        with self._engine.stages.timed("depth"):
            raw = estimator.infer(picture)
        if raw.shape != (size[1], size[0]):
            raise DepthError(f"{estimator.card.name}: answers {raw.shape}, asked for {size[::-1]}")
        return raw, guide

    def _network_input(
        self, planes: tuple[Texture, ...], size: tuple[int, int]
    ) -> tuple[Texture, Map]:
        program = compile_network_input(
            self._source, self._input_space, self._rendering, self._user, size
        )
        return self._engine.network_input(program, planes)

    def _displayed_size(self) -> tuple[int, int]:
        """The picture's size with square pixels, which is what a network knows."""
        width, height = self._reader.info.size
        return max(1, round(width * self._reader.info.upright_pixel_aspect)), height

    def _estimator(self, quality: str) -> depth.Estimator:
        if quality not in self._estimators:
            assert self._card is not None
            made = depth.Estimator(self._card, cast(Quality, quality))
            self._estimators[quality] = self._stack.enter_context(made)
        return self._estimators[quality]

    def _stored_analysis(self, number: int, quality: str, progress: Progress | None) -> ShotDepth:
        shot = self._shots[number]
        path = cache_file("depth", self._depth_fingerprint(quality, shot))
        if (stored := load(path)) is not None:
            return ShotDepth(
                shot, depth.Mapping(**stored["mapping"]), depth.Limits(**stored["limits"])
            )
        raws = []
        samples = depth.sample_frames(shot)
        for done, index in enumerate(samples, 1):
            frame = self._reader.frame(index)
            raws.append(self._raw(frame, self._engine.upload(frame), quality)[0])
            if progress:
                progress(f"sampling depth of shot {number + 1}", done, len(samples))
        mapping = depth.fit_mapping(raws)
        limits = depth.suggest_limits([mapping.apply(raw) for raw in raws])
        store(path, {"mapping": asdict(mapping), "limits": asdict(limits)})
        return ShotDepth(shot, mapping, limits)

    def _depth_fingerprint(self, quality: str, shot: depth.Shot) -> str:
        """Everything the analysis of a shot follows from."""
        if self._pass is not None:
            directory = self._pass.directory
            files = sorted(
                (f.name, f.stat().st_size, f.stat().st_mtime_ns) for f in directory.iterdir()
            )
            origin = f"{directory.resolve()} {files}"
        else:
            estimator = self._estimator(quality)
            size = estimator.input_size(*self._displayed_size())
            stat = estimator.path.stat()
            origin = f"{estimator.path} {stat.st_size} {stat.st_mtime_ns} {estimator.card} {size}"
        color = f"{self._input_space} {self._source} {self._rendering}"
        return f"{fingerprint(self._reader.info)} {origin} {color} {shot}"
