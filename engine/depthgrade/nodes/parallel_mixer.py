"""The parallel mixer: several gradings of the same picture side by side, joined into one."""

from collections.abc import Sequence
from typing import ClassVar, Literal

from pydantic import Field

from depthgrade.nodes.base import Branch, MixerNode


class ParallelMixer(MixerNode):
    """Joins branches that part from one picture `in` and are each limited by a key `k`.

    sum       in + (f1 - in) + (f2 - in) + ...
    average   (f1 + f2 + ...) / n
    keyed     in + ((f1 - in) + (f2 - in) + ...) / max(1, k1 + k2 + ...)

    f is what a branch hands on, so its key is already in it. Resolve does not publish the
    arithmetic of its own mixer; no parity is claimed.
    """

    type: ClassVar[str] = "parallel_mixer"
    title: ClassVar[str] = "Parallel mixer"

    mode: Literal["sum", "average", "keyed"] = Field(
        default="sum", description="How the branches are joined."
    )

    @property
    def reads_keys(self) -> bool:
        """Only where branches share by their keys."""
        return self.mode == "keyed"

    def expression(self, base: str, branches: Sequence[Branch]) -> str:
        """The branches joined as the mode says."""
        if self.mode == "average":
            return f"({' + '.join(b.rgb for b in branches)}) / {len(branches)}.0"
        changes = " + ".join(f"({b.rgb} - {base})" for b in branches)
        if self.mode == "sum":
            return f"{base} + {changes}"
        return f"{base} + ({changes}) / max(1.0, {' + '.join(b.key for b in branches)})"
