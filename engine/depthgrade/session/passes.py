"""Draws a plan: each pass once, those of neighbouring frames kept while they are in reach.

A pass that others read at other frames (noise reduction) keeps a ring of pictures by frame number;
everything before it is drawn again for a frame that is not in the ring yet. So a picture depends on
its frame alone, whichever was drawn before.
"""

from collections.abc import Callable, Mapping
from typing import Protocol

from depthgrade.compiler import Plan, Program
from depthgrade.frames import Frame
from depthgrade.gl.runner import Inputs
from depthgrade.gl.textures import Texture
from depthgrade.nodes.base import Node
from depthgrade.session.clip_depth import Map
from depthgrade.session.engine import Engine


class DepthMaps(Protocol):
    """Where the depth of a frame comes from."""

    def map(
        self, frame: Frame, planes: tuple[Texture, ...], quality: str
    ) -> tuple[Map | Texture, Texture | None]:
        """A frame's depth, near = 1, not clipped, and the guide for its edges if it is small."""


class PassRunner:
    """Draws plans on an engine. Belongs to the engine's thread.

    frame_at   decodes a frame by its index
    depth      the clip's depth, opened when a pass asks for it
    label      tells the pictures of two runners of one engine apart
    shot_of    (first, one past the last) frame of the shot of a frame; neighbours stay within
    """

    def __init__(
        self,
        engine: Engine,
        frame_at: Callable[[int], Frame],
        depth: Callable[[], DepthMaps],
        shot_of: Callable[[int], tuple[int, int]],
        label: str = "graded",
    ) -> None:
        self._engine, self._frame_at = engine, frame_at
        self._depth, self._shot_of = depth, shot_of
        self._label = label
        self._proxy: Program | None = None
        self._plan = Plan(())
        self._nodes: Mapping[str, Node] = {}
        self._frame: Frame | None = None
        self._remembered: dict[int, int] = {}
        self._made: dict[tuple[int, int], tuple[int, Texture]] = {}  # by pass and place in its ring
        self._uploaded: tuple[int, tuple[Texture, ...]] | None = None

    def draw(
        self,
        plan: Plan,
        nodes: Mapping[str, Node],
        frame: Frame,
        proxy: Program | None = None,
    ) -> Texture:
        """The picture of a frame, drawn over the next time.

        proxy: makes the clip as small as the plan's source is.
        """
        kept: dict[tuple[int, int], tuple[int, Texture]] = {}
        if plan is self._plan and dict(nodes) == dict(self._nodes):
            kept = {key: made for key, made in self._made.items() if key[0] in self._remembered}
        else:
            self._remembered = plan.remembered
        self._plan, self._nodes, self._frame, self._proxy = plan, nodes, frame, proxy
        self._made, self._uploaded = kept, None
        for number, frames in sorted(self._needed(frame.index).items()):
            # Once all that is read at other frames is there, no pass is drawn for two frames in
            # turn, so one texture for each of the others will do.
            if number in self._remembered:
                for index in sorted(frames):
                    self._picture(number, index)
        return self._picture(len(plan.programs) - 1, frame.index)

    def _needed(self, index: int) -> dict[int, set[int]]:
        """The frames each pass is needed of, to draw a frame."""
        last = len(self._plan.programs) - 1
        needed: dict[int, set[int]] = {last: {index}}
        for number in range(last, -1, -1):
            for sampler in self._plan.programs[number].samplers:
                if sampler.role == "pass":
                    needed.setdefault(sampler.index, set()).update(
                        self._within_shot(each, sampler.offset) for each in needed[number]
                    )
        return needed

    def _picture(self, number: int, index: int) -> Texture:
        """What a pass makes of a frame."""
        place = index % self._remembered.get(number, 1)
        made = self._made.get((number, place))
        if made is not None and made[0] == index:
            return made[1]
        program = self._plan.programs[number]
        passes = {}
        for sampler in program.samplers:
            if sampler.role == "pass":
                passes[sampler.name] = self._picture(
                    sampler.index, self._within_shot(index, sampler.offset)
                )
        planes, depths = self._inputs(number, index)
        texture = self._engine.run(
            program.sized(self._nodes),
            Inputs(planes, depths, (), passes),
            program.values(self._nodes),
            (self._label, number, place),
            number,
        )
        self._made[number, place] = index, texture
        return texture

    def _within_shot(self, index: int, offset: int) -> int:
        if offset == 0:
            return index
        start, stop = self._shot_of(index)
        if not start <= index + offset < stop:
            offset = -offset
        return min(max(index + offset, start), stop - 1)

    def _inputs(self, number: int, index: int) -> tuple[tuple[Texture, ...], dict[str, Texture]]:
        """The planes and depth textures a pass reads of a frame."""
        samplers = self._plan.programs[number].samplers
        qualities = [sampler.quality for sampler in samplers if sampler.role == "depth"]
        if not qualities and not any(sampler.role == "plane" for sampler in samplers):
            return (), {}
        assert self._frame is not None
        frame = self._frame if index == self._frame.index else self._frame_at(index)
        if self._uploaded is None or self._uploaded[0] != index:
            self._uploaded = index, self._engine.upload(frame)
        planes = self._uploaded[1]
        depths = {}
        for quality in qualities:
            depth, guide = self._depth().map(frame, planes, quality)
            depths[quality] = self._engine.depth_texture(quality, depth, guide)
        if self._proxy is not None:
            planes = (self._engine.proxy(self._proxy, planes),)
        return planes, depths
