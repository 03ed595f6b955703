"""Any frame of a project, graded: the one renderer that stills, renders, benchmarks and views use.

with Renderer(project) as renderer:
    picture = renderer.frame(120)        # H x W x 3, float32, output-encoded
    key = renderer.key("depth", 120)     # H x W, 0..1
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from depthgrade.closing import Closing
from depthgrade.color import Assumption, tags_to_space
from depthgrade.compiler import Entry, Plan, Request, Source, compile_grade, held_values
from depthgrade.compiler.proxy import compile_proxy, proxy_source
from depthgrade.depth import Shot
from depthgrade.errors import ProjectError, suggest
from depthgrade.frames import ClipInfo, ColorTags, Frame, PixelFormat, Plane
from depthgrade.gl.device import Device
from depthgrade.gl.textures import Texture
from depthgrade.media import ClipReader, open_clip
from depthgrade.nodes.picked import PickedPoint
from depthgrade.project import Look, Project
from depthgrade.session.clip_depth import ClipDepth, ShotDepth
from depthgrade.session.depth_source import DepthSource
from depthgrade.session.device_frames import decoder_on_device
from depthgrade.session.drawn import Drawn
from depthgrade.session.engine import Engine, Stages
from depthgrade.session.passes import PassRunner
from depthgrade.session.shots import Progress, find_shots

Picture = NDArray[np.float32]


class Renderer(Closing):
    """Renders frames of one project's clip. Belongs to the thread that made it.

    info          the clip
    pictures      reads the frames that are drawn, in the layout of `source`
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
        past_only: bool = False,
        on_device: bool = False,
    ) -> None:
        """Opens the clip and, when none is given, a headless device.

        live: addresses ("sky.gain") that become uniforms; reader: the project's clip, opened
        before; past_only: depth is steadied by frames drawn before alone, for playing, otherwise
        also by those after, and the same whichever frame was drawn before; on_device: frames are
        decoded where they are drawn if that can be, and `pictures` reads them. Raises ProjectError
        without a clip, MediaError, ColorError, DepthError and DeviceError.
        """
        if project.clip is None:
            raise ProjectError('project: names no clip; add clip = "..." or give one')
        self.live, self.entry, self.cancel = live, entry, cancel
        self._progress, self._past_only = progress, past_only
        self.proxy = 1  # pictures are drawn at 1/proxy of the clip's size
        self.reader = reader or open_clip(project.clip, track=project.track, rate=rate)
        self.pictures, self._decoding = self.reader, ""
        self._engine: Engine | None = None
        self._depth: DepthSource | None = None
        self._shots: tuple[Shot, ...] = ()
        # for what; by label, key and what keyframes hold
        self._plans: dict[tuple[str, str | None, tuple[object, ...]], tuple[Drawn, Plan]] = {}
        self._passes: dict[str, PassRunner] = {}  # by label
        self._frame_at: Callable[[int], Frame] = self.reader.frame
        self._shot_of: Callable[[int], tuple[int, int]] = self._shot_range
        try:
            self.info: ClipInfo = self.reader.info
            self.input_space: Assumption = input_space(project, self.info)
            self.project = _shown(project)
            self._engine = Engine(device)
            if on_device:
                self.pictures, self._decoding = decoder_on_device(self._engine, self.reader)
            self.source = Source.of(self.pictures.info)
            self._frame_at = self.pictures.frame
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Closes the clip, the networks and the device if this renderer opened it."""
        if self._depth is not None:
            self._depth.close()
        self.pictures.close()
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
                *(self.project, self.reader, self.engine, self.source, self.input_space.space),
                pictures=self.pictures,
                past_only=self._past_only,
            )
        return self._depth

    @property
    def clip_depth(self) -> ClipDepth:
        """The clip's depth from files or a network, for those who analyse it."""
        assert isinstance(self.depth, ClipDepth)
        return self.depth

    def be_fed(
        self,
        depth: "DepthSource",
        frame_at: Callable[[int], Frame],
        shot_of: Callable[[int], tuple[int, int]],
    ) -> None:
        """Takes depth, neighbouring frames and shots from elsewhere instead of from the clip.

        The caller keeps and closes what is behind them.
        """
        self._depth, self._frame_at, self._shot_of = depth, frame_at, shot_of

    def frame(self, index: int) -> Picture:
        """The graded picture of a frame: (height, width, 3) float32, upright, output-encoded."""
        return self._read(self.draw(self.pictures.frame(index)))

    def source_frame(self, index: int) -> Picture:
        """The ungraded picture of a frame, through the same colour management."""
        return self._read(self.draw(self.pictures.frame(index), look=Look()))

    def key(self, node: str, index: int) -> Picture:
        """The key of a node at a frame: (height, width) float32, 0..1, 1 = affected."""
        return self._read(self.draw(self.pictures.frame(index), key=node))[..., 0]

    def depth_map(self, index: int, quality: str = "better") -> Picture:
        """The depth of a frame as keys read it: (h, w) float32, near = 1, not clipped."""
        self.shot(index, quality)  # sampling it uploads other frames, so it comes first
        frame = self.pictures.frame(index)
        found, _ = self.depth.map(frame, self.engine.upload(frame), quality)
        return self.engine.values(found)

    @property
    def depth_description(self) -> str:
        """Where depth came from, or that none was needed so far."""
        return self._depth.description if self._depth else "not used"

    @property
    def notes(self) -> tuple[str, ...]:
        """What is doubtful of depth, and why it and decoding do not run on something faster."""
        depth = self._depth.notes if isinstance(self._depth, ClipDepth) else ()
        return (*filter(None, [self._decoding]), *depth)

    def target_notes(self, start: int, stop: int) -> tuple[str, ...]:
        """A sentence for each picked target that was out of sight in a range that was drawn."""
        found = []
        if isinstance(self._depth, ClipDepth):
            for node, (quality, point) in self.project.look.picked.items():
                lost = [i for i in self._depth.lost(quality, point) if start <= i < stop]
                if lost:
                    found.append(
                        f"{node}.target: the point is hidden or lost in {len(lost)} frames"
                        f" ({spans(lost)}); its last depth is held there"
                    )
        return tuple(found)

    def prepare(self, start: int, stop: int) -> None:
        """Compiles the program and samples the shots of a range, so that drawing does not wait."""
        plan, _ = self.plan(start)
        for quality in plan.qualities:
            if isinstance(self.depth, ClipDepth):
                self.depth.open(quality)
            index = start
            while index < stop:
                end = self.shot(index, quality).shot.stop
                if self.project.look.picked:  # known between the ends once followed to both
                    self.plan(index)
                    self.plan(min(end, stop) - 1)
                index = end

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
        """The graded picture of a decoded frame as an RGBA32F texture.

        key: show that node's key instead; look: another than the project's; label: the texture is
        drawn over by the next picture of the same label.
        """
        plan, settled = self.plan(frame.index, key=key, look=look, label=label)
        return self.draw_plan(plan, settled, frame, label=label)

    def draw_plan(
        self, plan: Plan, settled: Look, frame: Frame, *, label: str = "graded"
    ) -> Texture:
        """What `draw` draws, of a plan and a look that `plan` gave."""
        if label not in self._passes:
            self._passes[label] = PassRunner(
                self.engine, self._frame_at, lambda: self.depth, self._shot_of, label
            )
        factor = self._factor(plan.programs[-1].size)
        small = compile_proxy(self.source, factor) if factor > 1 else None
        return self._passes[label].draw(plan, settled.nodes, frame, small)

    def _factor(self, size: tuple[int, int]) -> int:
        """How many times smaller than the clip's a plan's picture is."""
        if size == proxy_source(self.source, self.proxy).size:
            return self.proxy
        return max(1, round(self.source.size[1] / size[1]))

    def forget_programs(self) -> None:
        """Has every program written anew: the texts of shaders have changed."""
        self._plans.clear()

    def forget(self, label: str) -> None:
        """Drops what a label's passes keep of other frames: one of them was not what it should."""
        self._passes.pop(label, None)

    def plan(
        self,
        index: int,
        *,
        key: str | None = None,
        look: Look | None = None,
        label: str = "graded",
    ) -> tuple[Plan, Look]:
        """The passes that draw a frame, and its look: keyframes, limits of the shot and picked
        targets settled.

        The plan of each label is kept, so that two looks may be drawn in turn.

        What moves is a uniform, automatic limits and picked targets too, so that a clip of many
        shots is drawn by one set of programs; only words and switches with keyframes need one for
        each of their values.
        """
        look = look or self.project.look
        moment = look.at(index)
        settled = moment.with_stand_ins()
        state = label, key, held_values(look, settled)
        known = self._plans.get(state)
        drawn = Drawn(look, self.project, self.live, self.proxy)
        if known is None or not known[0].same(drawn):
            live = self.live | moment.automatic | look.animated
            known = self._plans[state] = drawn, self._compiled(settled, live, key)
        plan = known[1]
        if not plan.qualities:
            return plan, settled
        for quality in plan.qualities:
            self.shot(index, quality)  # sampled before a frame is uploaded, whatever the limits

        def limits(quality: str) -> tuple[float, float]:
            found = self.shot(index, quality).limits
            return found.far, found.near

        def target(quality: str, point: PickedPoint) -> float:
            return self.depth.target(index, quality, point, self._progress)

        return plan, moment.with_limits(limits).with_targets(target)

    def _compiled(self, look: Look, live: frozenset[str], key: str | None) -> Plan:
        if key is not None and key not in look.nodes:
            raise ProjectError(f'there is no node "{key}"; {suggest(key, look.nodes)}')
        request = Request(
            replace(self.project, look=look),
            proxy_source(self.source, self.proxy) if self.proxy > 1 else self.source,
            self.input_space.space,
            live,
            key,
            pixel_aspect=self.info.upright_pixel_aspect,
            cancel=self.cancel,
            entry=self.entry,
        )
        plan = compile_grade(request)
        if plan.qualities and self.depth.guided:
            return compile_grade(replace(request, guided=True))
        return plan

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
        return self.plan(index)[0].text

    def _shot_range(self, index: int) -> tuple[int, int]:
        """The frames of the shot a frame belongs to."""
        self._shots = self._shots or find_shots(self.reader, self._progress)
        shot = next(each for each in self._shots if index in each)
        return shot.start, shot.stop

    def _read(self, texture: Texture) -> Picture:
        return np.ascontiguousarray(self.engine.read(texture)[..., :3])


def spans(frames: Sequence[int]) -> str:
    """Rising frame numbers as "3, 5 to 9"."""
    starts = [i for i in frames if i - 1 not in frames]
    stops = [i for i in frames if i + 1 not in frames]
    return ", ".join(
        f"{a}" if a == b else f"{a} to {b}" for a, b in zip(starts, stops, strict=True)
    )


def _shown(project: Project) -> Project:
    """The project with its output space settled for a display."""
    return replace(project, output="rec709") if project.output == "auto" else project


def input_space(project: Project, info: ClipInfo) -> Assumption:
    """The clip's colour space and why: the project's word, else what its tags say."""
    if project.input != "auto":
        return Assumption(project.input, "said by the project or --input")
    size = (info.width, info.height)
    return tags_to_space(info.tags, info.format.model, size, info.format.floating)
