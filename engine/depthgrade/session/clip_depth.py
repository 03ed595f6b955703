"""The depth of a clip: its shots, one mapping each, automatic limits, and the map of any frame.

What a limit means is settled before a frame is drawn and is the same whichever frame comes first:
the clip is looked through once for cuts, each shot is sampled, and the result is kept in the user's
cache for the next time.
"""

from dataclasses import asdict, dataclass
from functools import cached_property, partial

import numpy as np
from numpy.typing import NDArray

from depthgrade import depth
from depthgrade.compiler import Source
from depthgrade.compiler.temporal import compile_mapped
from depthgrade.depth import following
from depthgrade.depth.mapping import FAR_PERCENTILE, NEAR_PERCENTILE
from depthgrade.errors import DepthError
from depthgrade.frames import Frame
from depthgrade.gl.runner import Inputs
from depthgrade.gl.textures import Texture
from depthgrade.media import ClipReader
from depthgrade.nodes.picked import PickedPoint
from depthgrade.project import Project
from depthgrade.session.ahead import Ahead
from depthgrade.session.engine import Engine
from depthgrade.session.network_depth import NetworkDepth, NetworkView, networks_of
from depthgrade.session.picked import VERSION as PICKED_VERSION
from depthgrade.session.picked import PickedTarget, Place, Sight
from depthgrade.session.provenance import (
    filter_note,
    model_note,
    remembered_pass,
    source_note,
)
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
        pictures: ClipReader | None = None,
        past_only: bool = False,
    ) -> None:
        """project: says which depth and rendering; its look is not read.

        source: the planes of the frames that are drawn; pictures: a reader that decodes them
        elsewhere than `reader`, which is used for what looks at numbers;
        past_only: the temporal filter waits for no later frame (see NetworkDepth).
        """
        self._reader, self._engine = reader, engine
        self._source, self._pictures = source, pictures or reader
        stored = Source.of(reader.info)
        self._view = NetworkView(
            source, stored, input_space, project.rendering, project.configuration
        )
        self._shots: tuple[depth.Shot, ...] = ()
        self._analysed: dict[tuple[str, int], ShotDepth] = {}
        self._targets: dict[tuple[str, PickedPoint], PickedTarget] = {}
        self._network: NetworkDepth | None = None
        self._read = 0  # frames taken from the pass
        self._reading = Ahead[Map]("depthgrade-depth")
        self._same: dict[str, bool] = {}  # by quality: whether the pass holds the same depth
        self._stretch = ""  # what there is to say of the shape of a given pass
        if project.depth:
            self._pass: depth.DepthPass | None = depth.DepthPass(project.depth)
            self._check_pass(self._pass, project)
            self._stretch = self._pass.stretch(reader.info.size, reader.info.upright_pixel_aspect)
            return
        self._network = NetworkDepth(
            networks_of(project), self._pictures, engine, self._view, past_only=past_only
        )
        # Playing shows one kind of depth, not two kinds in one clip.
        self._pass = None if past_only else remembered_pass(reader.info)

    def close(self) -> None:
        """Frees the networks and stops reading."""
        self._reading.close()
        if self._network is not None:
            self._network.close()

    @property
    def description(self) -> str:
        """Where depth comes from, for reports."""
        stored = f'pass "{self._pass.directory.name}"' if self._pass is not None else ""
        if self._network is None:
            matches = self._pass is not None and self._pass.analysis is not None
            return f"{stored}, made of this clip" if matches else stored
        network = self._network
        estimated = f"{network.names} on {network.providers}"
        made = f"{stored}, reused, of {network.names}" if self._read else estimated
        return f"{made}, far taken for near?" if network.reversed else made

    def shot(self, index: int, quality: str, progress: Progress | None = None) -> ShotDepth:
        """The shot a frame belongs to, sampled on first use."""
        if not self._shots:
            self._shots = find_shots(self._reader, progress)
        number = next(i for i, shot in enumerate(self._shots) if index in shot)
        if (quality, number) not in self._analysed:
            self._analysed[quality, number] = self._stored_analysis(number, quality, progress)
        return self._analysed[quality, number]

    def open(self, quality: str) -> None:
        """Opens the network if frames will need it.

        Before the decoder's thread gives the device work, because a CUDA graph that is captured
        meanwhile is lost (see depth.bound).
        """
        if self._network is not None and self._usable_pass(quality) is None:
            self._network.open(quality)

    def map(
        self, frame: Frame, planes: tuple[Texture, ...], quality: str
    ) -> tuple[Map | Texture, Texture | None]:
        """A frame's depth, near = 1, not clipped, and the guide for its edges if it is small.

        What a network made is a texture, drawn over by the next map.
        """
        return self._stored(frame, planes, quality) or self._estimated(frame, quality)

    def approach(self, index: int, quality: str) -> bool:
        """Does a part of what `map` has to do for a frame; False if only little is left."""
        known, shot = self._usable_pass(quality), self.shot(index, quality).shot
        if self._network is None or (known is not None and known.holds(index, self._shots)):
            return False
        return self._network.approach(index, quality, shot)

    def draft(
        self, frame: Frame, planes: tuple[Texture, ...], quality: str
    ) -> tuple[Map | Texture, Texture | None, bool]:
        """As `map`, but what a network says of the frame alone; and whether `map` says the same."""
        if (stored := self._stored(frame, planes, quality)) is not None:
            return *stored, True
        assert self._network is not None
        raw, picture = self._network.draft(frame, quality)
        mapping = self.shot(frame.index, quality).mapping
        return self._mapped(raw, picture, mapping, quality), picture, False

    def _stored(
        self, frame: Frame, planes: tuple[Texture, ...], quality: str
    ) -> tuple[Map, Texture | None] | None:
        """What files hold of a frame, and the guide; None if it has to be estimated."""
        stored = self._stored_map(frame.index, quality, self.shot(frame.index, quality).mapping)
        if stored is None or not self.guided:
            return None if stored is None else (stored, None)
        height, width = stored.shape
        return stored, self._engine.guide(self._view.guide((width, height)), planes)

    def finished(self, frame: Frame, quality: str) -> Map:
        """A frame's depth from files or the network, without a guide."""
        stored = self._stored_map(frame.index, quality, self.shot(frame.index, quality).mapping)
        return self.estimated(frame, quality) if stored is None else stored

    def target(
        self, index: int, quality: str, point: PickedPoint, progress: Progress | None = None
    ) -> float:
        """The depth under a picked point at a frame, near = 1, not clipped.

        The same whichever frames were asked for before. Raises DepthError for a point picked at a
        frame that the clip, or a given pass, does not have.
        """
        if point.frame >= self._reader.info.frame_count:
            raise DepthError(
                f"target: was picked at frame {point.frame}; allowed: 0 to"
                f" {self._reader.info.frame_count - 1}, the frames of the clip"
            )
        if (quality, point) not in self._targets:
            shot = self.shot(point.frame, quality, progress).shot
            origin = f"{self._depth_fingerprint(quality, shot)} {filter_note()} {point}"
            file = cache_file("target", f"{PICKED_VERSION} {origin}")
            made = PickedTarget(point, shot, lambda i: self._sight(i, quality, point), file)
            self._targets[quality, point] = made
        return self._targets[quality, point].depth(index, progress)

    def place(self, index: int, quality: str, point: PickedPoint) -> Place | None:
        """Where a picked point is at a frame whose target was asked for; None outside its shot."""
        known = self._targets.get((quality, point))
        return None if known is None else known.place(index)

    def lost(self, quality: str, point: PickedPoint) -> tuple[int, ...]:
        """The frames at which a picked point was not seen, of those it was followed through."""
        return self._targets[quality, point].lost if (quality, point) in self._targets else ()

    def _sight(self, index: int, quality: str, point: PickedPoint) -> Sight:
        """What a point is followed in: the picture as networks see it, and depth if it is there."""
        frame = self._pictures.frame(index)
        width, height = self._reader.info.size
        shape = width * float(self._reader.info.upright_pixel_aspect) / height
        size = max(8, round(following.HEIGHT * shape)), following.HEIGHT
        texture = self._engine.network_input(
            self._view.program(size), self._engine.upload(frame), "followed"
        )
        picture = self._engine.read(texture)[..., :3]
        luma = np.asarray(picture @ np.array(following.LUMA, np.float32), np.float32)
        known = self._network is not None or (self._pass is not None and index in self._pass)
        # A pass without the point's own frame is refused, as for a frame that is drawn.
        return Sight(luma, self.finished(frame, quality) if known or index == point.frame else None)

    def estimated(self, frame: Frame, quality: str) -> Map:
        """A frame's depth from the network, whatever files there are: near = 1, not clipped."""
        return self._engine.read(self._estimated(frame, quality)[0])

    def _estimated(self, frame: Frame, quality: str) -> tuple[Texture, Texture]:
        found = self.shot(frame.index, quality)
        assert self._network is not None
        span = found.mapping.high - found.mapping.low
        finished, picture = self._network.finished(frame, quality, found.shot, span)
        return self._mapped(finished, picture, found.mapping, quality), picture

    def _mapped(
        self, nearness: Texture, picture: Texture, mapping: depth.Mapping, quality: str
    ) -> Texture:
        """As Mapping.apply, with the picture's edges; drawn over by the next map of a quality."""
        constant = mapping.high == mapping.low
        values = {"low": mapping.low, "scale": mapping.scale, "base": 0.5 if constant else 0.0}
        program, inputs = compile_mapped(nearness.size), Inputs(pictures=(nearness,))
        with self._engine.stage("depth in time"):
            mapped = self._engine.runner.run(program, inputs, values, label=("mapped", quality))
        return self._engine.drawn(quality, mapped, picture)

    def raw(self, index: int, quality: str) -> Map:
        """Nearness of a frame as the network or the pass says it, without mapping or filter."""
        if self._network is not None:
            return self._network.raw(index, quality)
        assert self._pass is not None
        return self._pass.raw(index)

    def analysis(self, quality: str) -> depth.Analysis:
        """What depth estimated here follows from, as a manifest says it, without frames and shots.

        Raises DepthError where depth comes from files.
        """
        if self._network is None:
            raise DepthError("depth: comes from files; leave out --depth to analyse the clip")
        estimator, size = self._network.estimator(quality), self._network.input_size(quality)
        return depth.Analysis(
            frames=(0, 0),
            source=source_note(self._reader.info),
            model=model_note(estimator.card, estimator.path, quality, size),
            input=self._view.note(size),
            filter=filter_note(),
            shots=(),
        )

    @property
    def notes(self) -> tuple[str, ...]:
        """What is doubtful of the depth, and why its network does not run on something faster."""
        network = self._network.notes if self._network is not None else ()
        return (*filter(None, [self._stretch]), *network)

    @property
    def network(self) -> NetworkDepth | None:
        """The network depth is estimated with; None where it comes from files alone."""
        return self._network

    @property
    def guided(self) -> bool:
        """Whether maps are smaller than the picture, so that edges are taken from the picture."""
        if self._network is not None or self._pass is None:
            return True
        return self._pass.size != self._source.size

    def _stored_map(self, index: int, quality: str, mapping: depth.Mapping) -> Map | None:
        """The depth of a frame from files, near = 1; None if it has to be estimated."""
        known = self._usable_pass(quality)
        if known is None or (self._network is not None and not known.holds(index, self._shots)):
            return None
        with self._engine.stages.timed("depth"):
            values = self._reading.result(index, partial(known.raw, index))
        self._read += 1
        if index + 1 in known:
            self._reading.begin(index + 1, partial(known.raw, index + 1))
        # Finished maps are as they are; distances and maps from elsewhere have the shot's mapping.
        return values if known.finished else mapping.apply(values)

    def _usable_pass(self, quality: str) -> depth.DepthPass | None:
        """The pass asked for, or one that holds what would be estimated."""
        if self._network is None or self._pass is None:
            return self._pass
        if quality not in self._same:
            analysis = self._pass.analysis
            here = self.analysis(quality)
            self._same[quality] = analysis is not None and not analysis.difference(here)
        return self._pass if self._same[quality] else None

    def _check_pass(self, given: depth.DepthPass, project: Project) -> None:
        """Refuses an analysis of another clip, another model or other colour than asked for."""
        if given.analysis is None:
            return
        made = given.analysis
        here = made.model_copy(
            update={
                "source": source_note(self._reader.info),
                "input": self._view.note(made.model.input_size),
                "filter": filter_note(),
            }
        )
        if project.model is not None:
            card = networks_of(project)(made.model.quality)
            note = model_note(card, card.verify(), made.model.quality, made.model.input_size)
            here = here.model_copy(update={"model": note})
        if different := made.difference(here):
            raise DepthError(
                f"{given.directory}: was made with another {different} than this; analyze again, "
                "or delete its manifest.json to use it as depth from elsewhere"
            )

    def _stored_analysis(self, number: int, quality: str, progress: Progress | None) -> ShotDepth:
        shot = self._shots[number]
        if (noted := self._noted(shot, quality)) is not None:
            return noted
        path = cache_file("depth", self._depth_fingerprint(quality, shot))
        if (stored := load(path)) is not None:
            return ShotDepth(
                shot, depth.Mapping(**stored["mapping"]), depth.Limits(**stored["limits"])
            )
        raws = []
        samples = depth.sample_frames(shot)
        for done, index in enumerate(samples, 1):
            raws.append(self.raw(index, quality))
            if progress:
                progress(f"sampling depth of shot {number + 1}", done, len(samples))
        mapping = depth.fit_mapping(raws)
        limits = depth.suggest_limits([mapping.apply(raw) for raw in raws])
        store(path, {"mapping": asdict(mapping), "limits": asdict(limits)})
        return ShotDepth(shot, mapping, limits)

    def _noted(self, shot: depth.Shot, quality: str) -> ShotDepth | None:
        """What the manifest of the pass says of a shot."""
        known = self._usable_pass(quality)
        if known is None or known.analysis is None:
            return None
        for note in known.analysis.shots:
            noted = ShotDepth(*note.parts)
            if noted.shot == shot:
                return noted
        if self._network is None:
            raise DepthError(
                f"{known.directory}: holds no depth of frames {shot.start}:{shot.stop}; "
                "analyze them too"
            )
        return None

    def _depth_fingerprint(self, quality: str, shot: depth.Shot) -> str:
        """Everything the analysis of a shot follows from."""
        if self._network is not None:  # a pass found beside it may be another network's
            estimator = self._network.estimator(quality)
            size = self._network.input_size(quality)
            stat = estimator.path.stat()
            origin = f"{estimator.path} {stat.st_size} {stat.st_mtime_ns} {estimator.card} {size}"
        else:
            assert self._pass is not None
            directory = self._pass.directory
            files = sorted(
                (f.name, f.stat().st_size, f.stat().st_mtime_ns) for f in directory.iterdir()
            )
            origin = f"{directory.resolve()} {files}"
        shader = self._view.identity((64, 36))
        rule = f"{FAR_PERCENTILE} {NEAR_PERCENTILE}"
        return f"{self._pictures_fingerprint} {origin} {shader} {shot} {rule}"

    @cached_property
    def _pictures_fingerprint(self) -> str:
        """Asked of every file of a sequence, so once and not for each shot."""
        return fingerprint(self._reader.info)
