"""The depth of a clip: its shots, one mapping each, automatic limits, and the map of any frame.

What a limit means is settled before a frame is drawn and is the same whichever frame comes first:
the clip is looked through once for cuts, each shot is sampled, and the result is kept in the user's
cache for the next time.
"""

from dataclasses import asdict, dataclass

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
from depthgrade.session.network_depth import NetworkDepth
from depthgrade.session.shots import (
    Progress,
    cache_file,
    find_shots,
    fingerprint,
    load,
    store,
)

Map = NDArray[np.float32]


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
        *,
        past_only: bool = False,
    ) -> None:
        """project: says which depth and rendering; its look is not read.

        past_only: the temporal filter waits for no later frame (see NetworkDepth).
        """
        self._reader, self._engine = reader, engine
        self._source, self._input_space, self._rendering = source, input_space, project.rendering
        self._shots: tuple[depth.Shot, ...] = ()
        self._analysed: dict[tuple[str, int], ShotDepth] = {}
        self._pass = depth.DepthPass(project.depth) if project.depth else None
        self._network: NetworkDepth | None = None
        if self._pass is None:
            self._network = NetworkDepth(
                *(_card(project), reader, engine, source),
                input_space=input_space,
                rendering=project.rendering,
                past_only=past_only,
            )

    def close(self) -> None:
        """Frees the networks."""
        if self._network is not None:
            self._network.close()

    @property
    def description(self) -> str:
        """Where depth comes from, for reports."""
        if self._pass is not None:
            return f"depth pass {self._pass.directory.name}"
        assert self._network is not None
        return f"{self._network.card.name} on {self._network.providers}"

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
        found = self.shot(frame.index, quality)
        mapping = found.mapping
        if self._network is not None:
            span = mapping.high - mapping.low
            finished, picture = self._network.finished(frame, quality, found.shot, span)
            return mapping.apply(finished), picture
        assert self._pass is not None
        with self._engine.stages.timed("depth"):
            raw = self._pass.raw(frame.index)
        if not self.guided:
            return mapping.apply(raw), None
        height, width = raw.shape
        size = width, height
        program = compile_network_input(self._source, self._input_space, self._rendering, size)
        return mapping.apply(raw), self._engine.network_input(program, planes)[0]

    @property
    def guided(self) -> bool:
        """Whether maps are smaller than the picture, so that edges are taken from the picture."""
        if self._pass is None:
            return True
        return self._pass.size != self._source.size

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
            raws.append(self._raw(index, quality))
            if progress:
                progress(f"sampling depth of shot {number + 1}", done, len(samples))
        mapping = depth.fit_mapping(raws)
        limits = depth.suggest_limits([mapping.apply(raw) for raw in raws])
        store(path, {"mapping": asdict(mapping), "limits": asdict(limits)})
        return ShotDepth(shot, mapping, limits)

    def _raw(self, index: int, quality: str) -> Map:
        if self._pass is not None:
            return self._pass.raw(index)
        assert self._network is not None
        return self._network.raw(index, quality)

    def _depth_fingerprint(self, quality: str, shot: depth.Shot) -> str:
        """Everything the analysis of a shot follows from."""
        if self._pass is not None:
            directory = self._pass.directory
            files = sorted(
                (f.name, f.stat().st_size, f.stat().st_mtime_ns) for f in directory.iterdir()
            )
            origin = f"{directory.resolve()} {files}"
        else:
            assert self._network is not None
            estimator = self._network.estimator(quality)
            size = self._network.input_size(quality)
            stat = estimator.path.stat()
            origin = f"{estimator.path} {stat.st_size} {stat.st_mtime_ns} {estimator.card} {size}"
        color = f"{self._input_space} {self._source} {self._rendering}"
        return f"{fingerprint(self._reader.info)} {origin} {color} {shot}"


def _card(project: Project) -> depth.ModelCard:
    card = depth.load_card(project.model) if project.model else depth.default_card()
    if card is None:
        raise DepthError(
            "depth: no network is installed; give one with --model FILE|NAME,"
            " or a depth pass with --depth DIR"
        )
    return card
