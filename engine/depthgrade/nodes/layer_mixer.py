"""The layer mixer: pictures laid over one another, each limited by the key of its last node."""

from collections.abc import Sequence
from typing import ClassVar, Literal, get_args

from pydantic import Field

from depthgrade.nodes.base import Branch, MixerNode

Blend = Literal[
    "normal",
    "add",
    "subtract",
    "multiply",
    "screen",
    "overlay",
    "soft_light",
    "hard_light",
    "lighten",
    "darken",
    "difference",
]
BLENDS: tuple[Blend, ...] = get_args(Blend)


class LayerMixer(MixerNode):
    """Lays each branch over those wired before it: out = mix(out, blend(out, f), k).

    f is what the branch's last node makes at a key of 1, k that node's key; the lowest branch is
    taken as it is handed on. A disabled last node takes its layer away. On the DI signal,
    u under and f over:

    normal f; add u + f; subtract u - f; multiply u f; screen u + f - u f; overlay 2 u f where
    u < 0.5, else 1 - 2 (1-u)(1-f); hard_light the same with u and f exchanged; soft_light
    u (u + 2 f (1 - u)); lighten max; darken min; difference |u - f|
    """

    type: ClassVar[str] = "layer_mixer"
    title: ClassVar[str] = "Layer mixer"
    layered: ClassVar[bool] = True

    mode: Blend = Field(default="normal", description="How each layer meets what lies under it.")

    def expression(self, base: str, branches: Sequence[Branch]) -> str:
        """The layers as nested calls."""
        lowest, *layers = branches
        joined = lowest.rgb
        for layer in layers:
            joined = f"layer_{self.mode}({joined}, {layer.ungated}, {layer.key})"
        return joined
