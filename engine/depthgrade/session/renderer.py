"""Any frame of a project, graded: the one renderer that stills, renders, benchmarks and views use.

with Renderer(project) as renderer:
    picture = renderer.frame(120)        # H x W x 3, float32, output-encoded
    key = renderer.key("depth", 120)     # H x W, 0..1
"""

from dataclasses import dataclass, replace
from fractions import Fraction
from types import TracebackType
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray

from depthgrade.color import Assumption, space, tags_to_space
from depthgrade.compiler import Entry, Program, Request, Source, compile_grade
from depthgrade.compiler.proxy import compile_proxy, proxy_source
from depthgrade.errors import ProjectError
from depthgrade.frames import ClipInfo, ColorTags, Frame, PixelFormat, Plane
from depthgrade.gl.device import Device
from depthgrade.gl.textures import Texture
from depthgrade.media import ClipReader, open_clip
from depthgrade.nodes.depth_map import DepthMap
from depthgrade.project import Look, Project
from depthgrade.session.clip_depth import ClipDepth, Progress, ShotDepth
from depthgrade.session.engine import Engine, Stages

Picture = NDArray[np.float32]


class DepthSource(Protocol):
    """What a renderer asks of depth; `ClipDepth` is the one of files and networks."""

    @property
    def guided(self) -> bool:
        """Whether maps are smaller than the picture, so that edges are taken from the picture."""

    @property
    def description(self) -> str:
        """Where depth comes from, for reports."""

    def shot(self, index: int, quality: str, progress: Progress | None = None) -> ShotDepth:
        """The shot a frame belongs to."""

    def map(
        self, frame: Frame, planes: tuple[Texture, ...], quality: str
    ) -> tuple[Picture, Texture | None]:
        """A frame's depth, near = 1, not clipped, and the guide for its edges if it is small."""

    def close(self) -> None:
        """Frees what is behind it."""


@dataclass(frozen=True, eq=False)
class _Drawn:
    """What a program's text follows from."""

    look: Look
    live: frozenset[str]
    proxy: int
    project: Project

    def __eq__(self, other: object) -> bool:
        """Looks are compared by identity: comparing every value costs more than it saves."""
        return (
            isinstance(other, _Drawn)
            and self.look is other.look
            and (self.live, self.proxy) == (other.live, other.proxy)
            and self.project.output == other.project.output
            and self.project.rendering == other.project.rendering
        )


class Renderer:
    """Renders frames of one project's clip. Belongs to the thread that made it.

    info          the clip
    input_space   its colour space and why
    project       may be replaced by one of the same clip; values of live parameters change nothing
                  but uniforms, everything else a new program on the next frame
    """

    def __init__(
        self,
        project: Project,
        *,
        device: Device | None = None,
        live: frozenset[str] = frozenset(),
        entry: Entry = "fragment",
        cancel: bool = True,
        rate: Fraction | int | None = None,
        progress: Progress | None = None,
        reader: ClipReader | None = None,
        depth: DepthSource | None = None,
    ) -> None:
        """Opens the clip and, when none is given, a headless device.

        live: addresses ("sky.gain") that become uniforms; reader: the project's clip, opened
        before; depth: where maps come from instead of a pass or network of its own. Raises ProjectError without a clip,
        MediaError, ColorError, DepthError and DeviceError.
        """
        if project.clip is None:
            raise ProjectError('project: names no clip; add clip = "..." or give one')
        self.live, self.entry, self.cancel = live, entry, cancel
        self._progress = progress
        self.proxy = 1  # pictures are drawn at 1/proxy of the clip's size, averaged
        self.reader = reader or open_clip(project.clip, track=project.track, rate=rate)
        self._engine: Engine | None = None
        self._depth = depth
        self._programs: dict[str | None, tuple[_Drawn, Program]] = {}  # by key; for what
        try:
            self.info: ClipInfo = self.reader.info
            self.input_space: Assumption = input_space(project, self.info)
            self.source = Source.of(self.info)
            self.project = _shown(project)
            self._engine = Engine(device)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Closes the clip, the networks and the device if this renderer opened it."""
        if self._depth is not None:
            self._depth.close()
        if self._engine is not None:
            self._engine.close()
        self.reader.close()

    @property
    def engine(self) -> Engine:
        """The device with its programs."""
        assert self._engine is not None
        return self._engine

    @property
    def stages(self) -> Stages:
        """Where time goes; set `measured` before rendering."""
        return self.engine.stages

    @property
    def depth(self) -> DepthSource:
        """The clip's depth, opened on first use."""
        if self._depth is None:
            self._depth = ClipDepth(
                self.project, self.reader, self.engine, self.source, self.input_space.space
            )
        return self._depth

    def use_depth(self, depth: DepthSource) -> None:
        """Takes depth from another source, which the caller keeps and closes."""
        self._depth = depth

    def frame(self, index: int) -> Picture:
        """The graded picture of a frame: (height, width, 3) float32, upright, output-encoded."""
        return self._read(self.draw(self.reader.frame(index)))

    def source_frame(self, index: int) -> Picture:
        """The ungraded picture of a frame, through the same colour management."""
        return self._read(self.draw(self.reader.frame(index), look=Look()))

    def key(self, node: str, index: int) -> Picture:
        """The key of a node at a frame: (height, width) float32, 0..1, 1 = affected."""
        return self._read(self.draw(self.reader.frame(index), key=node))[..., 0]

    def depth_map(self, index: int, quality: str = "better") -> Picture:
        """The depth of a frame as keys read it: (h, w) float32, near = 1, not clipped."""
        frame = self.reader.frame(index)
        return self.depth.map(frame, self.engine.upload(frame), quality)[0]

    @property
    def depth_description(self) -> str:
        """Where depth came from, or that none was needed so far."""
        return self._depth.description if self._depth else "not used"

    def prepare(self, start: int, stop: int) -> None:
        """Compiles the program and samples the shots of a range, so that drawing does not wait."""
        for node in self.project.look.used().values():
            index = start
            while isinstance(node, DepthMap) and index < stop:
                index = self.shot(index, node.quality).shot.stop
        self.program(start)

    def shot(self, index: int, quality: str = "better") -> ShotDepth:
        """The shot of a frame: its range, depth mapping and automatic limits."""
        return self.depth.shot(index, quality, self._progress)

    def draw(
        self,
        frame: Frame,
        *,
        key: str | None = None,
        look: Look | None = None,
        label: str = "graded",
    ) -> Texture:
        """The graded picture of a decoded frame as an RGBA32F texture, drawn over the next time.

        key: show that node's key instead; look: another than the project's; label: what is drawn
        over is the last picture of the same label.
        """
        program, settled = self.program(frame.index, key=key, look=look)
        return self.draw_program(program, settled, frame, label=label)

    def draw_program(
        self, program: Program, settled: Look, frame: Frame, *, label: str = "graded"
    ) -> Texture:
        """What `draw` draws, with the program and the look that `program` gave."""
        depths: dict[str, Texture] = {}
        planes = self.engine.upload(frame)
        for sampler in program.samplers:
            if sampler.role == "depth":
                depth, guide = self.depth.map(frame, planes, sampler.quality)
                depths[sampler.quality] = self.engine.depth_texture(sampler.quality, depth, guide)
        factor = max(1, round(self.source.size[1] / program.size[1]))
        if factor > 1:
            planes = (self.engine.proxy(compile_proxy(self.source, factor), planes),)
        return self.engine.grade(program, planes, depths, settled.nodes, label=label)

    def program(
        self, index: int, *, key: str | None = None, look: Look | None = None
    ) -> tuple[Program, Look]:
        """The program that draws a frame, and the look with the limits of the frame's shot.

        Automatic limits are uniforms, so that a clip of many shots is drawn by one program.
        """
        look = look or self.project.look
        settled, automatic = self._for_shot(look, index, key)
        known = self._programs.get(key)
        drawn = _Drawn(look, self.live, self.proxy, self.project)
        if known is None or known[0] != drawn:
            needs_depth = key is not None or any(
                isinstance(node, DepthMap) for node in look.used().values()
            )
            request = Request(
                replace(self.project, look=settled),
                proxy_source(self.source, self.proxy) if self.proxy > 1 else self.source,
                self.input_space.space,
                self.live | automatic,
                key,
                guided=needs_depth and self.depth.guided,
                cancel=self.cancel,
                entry=self.entry,
            )
            known = self._programs[key] = drawn, compile_grade(request)
        return known[1], settled

    def planes(
        self,
        picture: Texture,
        format: PixelFormat,
        tags: ColorTags,
        *,
        dither: bool = True,
    ) -> tuple[Plane, ...]:
        """A drawn picture as the planes an encoder takes."""
        return self.engine.pack(picture, format, tags, dither=dither)

    def explain(self, index: int = 0) -> str:
        """The text of the shader that draws a frame."""
        return self.program(index)[0].text

    def _for_shot(self, look: Look, index: int, key: str | None) -> tuple[Look, frozenset[str]]:
        """The look with the automatic limits of a frame's shot filled in, and their addresses.

        They are uniforms, so that a clip of many shots is drawn by one program.
        """
        needed = dict(look.used())
        if key is not None and key in look.nodes:
            needed[key] = look.nodes[key]
        changed, automatic = {}, set()
        for name, node in needed.items():
            if isinstance(node, DepthMap) and node.automatic:
                limits = self.shot(index, node.quality).limits
                known = {"far_limit": limits.far, "near_limit": limits.near}
                update = {limit: known[limit] for limit in node.automatic}
                changed[name] = node.model_copy(update=update)
                automatic |= {f"{name}.{limit}" for limit in node.automatic}
        return (look.with_nodes(changed) if changed else look), frozenset(automatic)

    def _read(self, texture: Texture) -> Picture:
        return np.ascontiguousarray(self.engine.read(texture)[..., :3])


def _shown(project: Project) -> Project:
    """The project with its output space settled for a display."""
    return replace(project, output="rec709") if project.output == "auto" else project


def input_space(project: Project, info: ClipInfo) -> Assumption:
    """The clip's colour space and why: the project's word, else what its tags say."""
    if project.input != "auto":
        return Assumption(space(project.input).name, "said by the project or --input")
    size = (info.width, info.height)
    return tags_to_space(info.tags, info.format.model, size, info.format.floating)
