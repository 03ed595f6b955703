"""The depth of a clip: its shots, one mapping each, automatic limits, and the map of any frame.

What a limit means is settled before a frame is drawn and is the same whichever frame comes first:
the clip is looked through once for cuts, each shot is sampled, and the result is kept in the user's
cache for the next time.
"""

import hashlib
import json
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, cast

import numpy as np
from numpy.typing import NDArray

from depthgrade import depth
from depthgrade.compiler import Source, compile_network_input
from depthgrade.errors import DepthError
from depthgrade.frames import ClipInfo, Frame
from depthgrade.gl.textures import Texture
from depthgrade.media import ClipReader
from depthgrade.project import Project
from depthgrade.resources import user_cache
from depthgrade.session.engine import Engine

Map = NDArray[np.float32]
Progress = Callable[[str, int, int], None]  # what is being done, how many of how many
Quality = Literal["faster", "better"]

THUMBNAIL = (64, 36)  # width and height cuts are looked for at
_CACHE_VERSION = 1  # of the stored analysis; raised when cuts, sampling or limits change


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
            self._shots = self._stored_shots(progress)
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
        program = compile_network_input(self._source, self._input_space, self._rendering, size)
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

    def _stored_shots(self, progress: Progress | None) -> tuple[depth.Shot, ...]:
        info = self._reader.info
        path = _cache_file("shots", _fingerprint(info))
        if (stored := _load(path)) is not None:
            return depth.shots(stored["cuts"], info.frame_count)
        thumbnails = []
        for frame in self._reader.frames():
            thumbnails.append(thumbnail(frame, THUMBNAIL))
            if progress:
                progress("finding shots", frame.index + 1, info.frame_count)
        cuts = depth.cuts(np.stack(thumbnails))
        _store(path, {"cuts": list(cuts)})
        return depth.shots(cuts, info.frame_count)

    def _stored_analysis(self, number: int, quality: str, progress: Progress | None) -> ShotDepth:
        shot = self._shots[number]
        path = _cache_file("depth", self._depth_fingerprint(quality, shot))
        if (stored := _load(path)) is not None:
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
        _store(path, {"mapping": asdict(mapping), "limits": asdict(limits)})
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
        return f"{_fingerprint(self._reader.info)} {origin} {color} {shot}"


def thumbnail(frame: Frame, size: tuple[int, int]) -> Map:
    """The first component of a frame, luma mostly, 0..1, averaged down to (width, height)."""
    plane = frame.planes[0]
    luma = plane if plane.ndim == 2 else plane[..., 0]
    width, height = size
    rows, columns = luma.shape
    step_y, step_x = max(1, rows // (height * 2)), max(1, columns // (width * 2))
    small = luma[::step_y, ::step_x].astype(np.float32)
    y = np.linspace(0, small.shape[0], height + 1).astype(int)[:-1]
    x = np.linspace(0, small.shape[1], width + 1).astype(int)[:-1]
    sums = np.add.reduceat(np.add.reduceat(small, y, 0), x, 1)
    counts = np.add.reduceat(np.add.reduceat(np.ones_like(small), y, 0), x, 1)
    peak = (
        1.0
        if frame.format.floating
        else float(((1 << frame.format.bits) - 1) << frame.format.shift)
    )
    return np.asarray(sums / counts / peak, np.float32)


def _fingerprint(info: ClipInfo) -> str:
    files = [info.path] if info.path.is_file() else []
    stats = [(f.stat().st_size, f.stat().st_mtime_ns) for f in files]
    return f"{info.path.resolve()} {stats} {info.track} {info.frame_count} {info.size}"


def _cache_file(kind: str, fingerprint: str) -> Path:
    digest = hashlib.sha256(f"{_CACHE_VERSION} {fingerprint}".encode()).hexdigest()[:24]
    return user_cache() / "analysis" / f"{kind}-{digest}.json"


def _load(path: Path) -> dict[str, Any] | None:
    try:
        stored: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return stored


def _store(path: Path, value: dict[str, Any]) -> None:
    """Keeps a result for the next time; a cache that can't be written is no error."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        part.write_text(json.dumps(value), encoding="utf-8")
        part.replace(path)
    except OSError:
        return
