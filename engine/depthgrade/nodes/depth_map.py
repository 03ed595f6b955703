"""The depth key, with the controls and the order of Resolve's Depth Map: levels, isolate, invert.

near = 1 and far = 0. Invert acts last, so that "invert, then lower the near limit until the
subject is masked out" works.
"""

from typing import ClassVar, Literal

from pydantic import Field

from depthgrade.nodes.base import KeyNode, Step, parameter

LEAST_SPAN = 1e-4  # limits closer than this act as a hard step
LEAST_SOFTNESS = 1e-5  # smoothstep is undefined between equal edges

Quality = Literal["faster", "better"]
Limit = float | Literal["auto"]


class DepthMap(KeyNode):
    """A key from the depth of the picture.

    A limit of "auto" is the edge of the valley between subject and background in the histogram of
    the shot's depth; it is resolved for each shot before anything is drawn.
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
    target_depth: float = parameter(1.0, 0, 1, "depth", "Middle of the slice; 1 is the foreground.")
    tolerance: float = parameter(0.1, 0, 1, "depth", "Half the width of the slice.")
    softness: float = parameter(0.1, 0, 1, "depth", "Width of the slice's soft edge.")
    key_gain: float = parameter(1.0, 0, 2, "", "Key output gain.")

    @property
    def automatic(self) -> frozenset[str]:
        """The limits that wait for the shot's histogram."""
        if not self.adjust_levels:
            return frozenset()
        return frozenset(n for n in ("far_limit", "near_limit") if getattr(self, n) == "auto")

    def steps(self) -> tuple[Step, ...]:
        """Levels, gamma, isolate, invert, gain; the last result is a key of 0..1.

        Raises ValueError while a limit is still "auto".
        """
        calls: list[Step] = []
        if self.adjust_levels:
            far, near = self.far_limit, self.near_limit
            if isinstance(far, str) or isinstance(near, str):
                raise ValueError("the auto limits of a depth map are resolved by shot first")
            span = near - far
            if abs(span) < LEAST_SPAN:
                span = LEAST_SPAN if span >= 0 else -LEAST_SPAN
            limits = frozenset({"far_limit", "near_limit"})
            calls += [
                Step("depth_levels", (1 / span, -far / span), limits),
                Step("depth_gamma", (1 / self.gamma,), frozenset({"gamma"}), self.gamma == 1),
            ]
        if self.isolate:
            edge = (self.target_depth, self.tolerance, max(self.softness, LEAST_SOFTNESS))
            calls.append(
                Step("depth_isolate", edge, frozenset({"target_depth", "tolerance", "softness"}))
            )
        if not calls:
            calls.append(Step("depth_clamp"))
        if self.invert:
            calls.append(Step("depth_invert"))
        calls.append(
            Step("key_gain", (self.key_gain,), frozenset({"key_gain"}), self.key_gain == 1)
        )
        return tuple(calls)
