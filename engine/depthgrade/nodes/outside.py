"""The outside node: the same key the other way round."""

from typing import ClassVar

from depthgrade.graph import Ports
from depthgrade.nodes.base import KeyNode, Step


class Outside(KeyNode):
    """A key of what another leaves out, 1 - key; so it changes its key as it is.

    Disabled it is 1 everywhere; without a wire it is 0.
    """

    type: ClassVar[str] = "outside"
    title: ClassVar[str] = "Outside"
    ports: ClassVar[Ports] = Ports(rgb_in=0, key_in=True, rgb_out=False, key_out=True)
    reads = "key"

    def steps(self) -> tuple[Step, ...]:
        """One call."""
        return (Step("key_invert"),)
