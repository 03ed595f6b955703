"""The key mixer: several keys joined into one."""

from collections.abc import Sequence
from typing import ClassVar, Literal

from pydantic import Field

from depthgrade.nodes.base import KeyMixerNode


class KeyMixer(KeyMixerNode):
    """Joins keys in the order of their wires; one key alone passes as it is.

    union       the greatest of all
    intersect   their product
    subtract    the first, less each of the others: a (1 - b) (1 - c) ...

    Disabled, or without a wire, the key is 1.
    """

    type: ClassVar[str] = "key_mixer"
    title: ClassVar[str] = "Key mixer"

    mode: Literal["union", "intersect", "subtract"] = Field(
        default="union", description="How the keys are joined."
    )

    def expression(self, keys: Sequence[str]) -> str:
        """The keys joined as the mode says."""
        first, *others = keys
        if self.mode == "union":
            joined = first
            for key in others:
                joined = f"max({joined}, {key})"
            return joined
        if self.mode == "intersect":
            return " * ".join(keys)
        return " * ".join([first, *(f"(1.0 - {key})" for key in others)])
