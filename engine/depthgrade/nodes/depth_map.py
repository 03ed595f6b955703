"""The depth key, with the controls and the order of Resolve's Depth Map.

Levels, isolate, finesse (filter, contract or expand, blur), invert; near = 1 and far = 0. Invert
acts last, so that "invert, then lower the near limit until the subject is masked out" works.
"""

import math
from dataclasses import replace
from typing import ClassVar, Literal

from pydantic import Field

from depthgrade.nodes.base import (
    GUIDE,
    START,
    KeyNode,
    Pass,
    Read,
    Step,
    gaussian,
    parameter,
)
from depthgrade.nodes.picked import PickedPoint

LEAST_SPAN = 1e-4  # limits closer than this act as a hard step
LEAST_SOFTNESS = 1e-5  # smoothstep is undefined between equal edges
FILTER_LEVELS = 5  # each looks twice as far as the one before
FILTER_UNIT = 1 / 540  # picture heights between the pixels the first compares
FARTHEST = 0.03  # picture heights that edges move by at 1
LINES = ((1.0, 0.0), (0.0, 1.0), (1.0, 1.0), (1.0, -1.0))  # steps, in pixels

Quality = Literal["faster", "better"]
Limit = float | Literal["auto"]


class DepthMap(KeyNode):
    """A key from the depth of the picture.

    A limit of "auto" is the edge of the valley between subject and background in the histogram of
    the shot's depth; it is resolved for each shot before anything is drawn.

    The target of isolate is a depth, or a point picked at a frame: that point is followed through
    its shot, and the target is the depth under it, held where it is hidden or lost. In other shots
    the target is the depth of the point when it was picked. A picked target has no keyframes.
    """

    type: ClassVar[str] = "depth_map"
    title: ClassVar[str] = "Depth map"

    quality: Quality = Field(
        default="better", description="The input size and network depth is estimated with."
    )
    preview: bool = Field(default=False, description="Show the key instead of the graded picture.")
    invert: bool = Field(default=False, description="White is far. Acts last.")
    adjust_levels: bool = Field(
        default=True, description="Off: the limits and gamma below are ignored."
    )
    far_limit: Limit = parameter(
        0.0, -1, 2, "depth", 'What becomes black, or "auto"; above near_limit the ramp turns round.'
    )
    near_limit: Limit = parameter(1.0, -1, 2, "depth", 'What becomes white, or "auto".')
    gamma: float = parameter(1.0, 0.1, 10, "", "Bends the levels; above 1 is brighter.")
    isolate: bool = Field(default=False, description="Keep only a slice of the adjusted depth.")
    target: float | PickedPoint = parameter(
        *(1.0, 0, 1, "depth"),
        "Middle of the slice, in adjusted depth: 1 is the foreground; or a point to follow.",
    )
    tolerance: float = parameter(0.1, 0, 1, "depth", "Half the width of the slice.")
    softness: float = parameter(0.1, 0, 1, "depth", "Width of the slice's soft edge.")
    post_processing: bool = Field(
        default=False, description="Off: filter, contract_expand and blur below are ignored."
    )
    post_filter: float = parameter(
        0.0, 0, 1, "", "Lets the key follow the edges of the picture's colours; 1 is fully."
    )
    contract_expand: float = parameter(
        0.0, -1, 1, "", "Moves the key's edges, in by up to 3 % of the picture's height or out."
    )
    blur: float = parameter(0.0, 0, 20, "% of height", "Softens the key.")
    key_gain: float = parameter(1.0, 0, 2, "", "Key output gain.")

    @property
    def picked(self) -> PickedPoint | None:
        """The point the target follows, where there is one and the slice is wanted."""
        return self.target if self.isolate and isinstance(self.target, PickedPoint) else None

    @property
    def automatic(self) -> frozenset[str]:
        """The limits that wait for the shot's histogram."""
        if not self.adjust_levels:
            return frozenset()
        return frozenset(n for n in ("far_limit", "near_limit") if getattr(self, n) == "auto")

    def steps(self) -> tuple[Step, ...]:
        """Levels, gamma, isolate; invert and gain too where no passes come between.

        Raises ValueError while a limit is still "auto" or the target a point.
        """
        calls: list[Step] = []
        if self.adjust_levels:
            limits = frozenset({"far_limit", "near_limit"})
            calls += [
                Step("depth_levels", self._levels(), limits),
                Step("depth_gamma", (1 / self.gamma,), frozenset({"gamma"}), self.gamma == 1),
            ]
        if self.isolate:
            if isinstance(self.target, PickedPoint):
                raise ValueError("the picked target of a depth map is followed first")
            edge = (self.target, self.tolerance, max(self.softness, LEAST_SOFTNESS))
            calls.append(
                Step("depth_isolate", edge, frozenset({"target", "tolerance", "softness"}))
            )
        if not calls:
            calls.append(Step("depth_clamp"))
        return (*calls, *(() if self.post_processing else self._ending()))

    def passes(self, size: tuple[int, int]) -> tuple[Pass, ...]:
        """The finesse: filter, contract or expand, blur."""
        if not self.post_processing:
            return ()
        return (
            *_followed(self.post_filter, size),
            *_moved(self.contract_expand, size),
            *gaussian(self.blur, size, "blur"),
        )

    def last_steps(self) -> tuple[Step, ...]:
        """Invert and gain after the passes."""
        return self._ending() if self.post_processing else ()

    def adjusted(self, depth: float) -> float:
        """A depth after levels and gamma, 0..1: the scale of `target`. Raises as `steps` does."""
        if not self.adjust_levels:
            return min(max(depth, 0.0), 1.0)
        scale, shift = self._levels()
        level: float = min(max(depth * scale + shift, 0.0), 1.0) ** (1 / self.gamma)
        return level

    def _levels(self) -> tuple[float, float]:
        """Scale and shift that put the far limit at 0 and the near limit at 1."""
        far, near = self.far_limit, self.near_limit
        if isinstance(far, str) or isinstance(near, str):
            raise ValueError("the auto limits of a depth map are resolved by shot first")
        span = near - far
        if abs(span) < LEAST_SPAN:
            span = LEAST_SPAN if span >= 0 else -LEAST_SPAN
        return 1 / span, -far / span

    def _ending(self) -> tuple[Step, ...]:
        turned = (Step("depth_invert"),) if self.invert else ()
        gained = Step("key_gain", (self.key_gain,), frozenset({"key_gain"}), self.key_gain == 1)
        return (*turned, gained)


def _followed(amount: float, size: tuple[int, int]) -> tuple[Pass, ...]:
    """The key averaged with that of pixels of like colour, ever farther apart, and mixed in.

    Source: Dammertz, Sewtz, Hanika, Lensch, "Edge-avoiding a-trous wavelet transform", 2010.
    """
    follows, idle = frozenset({"post_filter"}), amount == 0
    unit = max(1, round(FILTER_UNIT * size[1]))
    averaged = tuple(
        Pass(
            "key_follow",
            (float(unit * 2**level),),
            follows,
            (Read(level - 1), Read(GUIDE)),
            identity=idle,
        )
        for level in range(FILTER_LEVELS)
    )
    mixed = Pass("key_mixed", (amount,), follows, (Read(START), Read(FILTER_LEVELS - 1)))
    return (*averaged, replace(mixed, identity=idle))


def _moved(amount: float, size: tuple[int, int]) -> tuple[Pass, ...]:
    """The greatest (or, contracting, least) key within an octagon, by four lines one after another.

    With lines of half lengths a across and down and b on the diagonals, in steps, the octagon
    reaches a + 2 b and is regular where a = b sqrt(2).
    """
    reach = abs(amount) * FARTHEST * size[1]
    diagonal = reach / (2 + math.sqrt(2))
    lengths = (math.sqrt(2) * diagonal,) * 2 + (diagonal,) * 2
    way = math.copysign(1.0, amount)
    return tuple(
        Pass(
            "key_extreme",
            (x, y, length, way),
            frozenset({"contract_expand"}),
            identity=amount == 0,
        )
        for (x, y), length in zip(LINES, lengths, strict=True)
    )
