"""A picture as a key: what `key_picture` and grading made of one, or any channel of the clip."""

from typing import ClassVar, Literal

from pydantic import Field

from depthgrade.graph import Ports
from depthgrade.nodes.base import KeyNode, Step

_WEIGHTS = {
    "luma": (0.21, 0.70, 0.09),  # as saturation's
    "red": (1.0, 0.0, 0.0),
    "green": (0.0, 1.0, 0.0),
    "blue": (0.0, 0.0, 1.0),
}


class PictureKey(KeyNode):
    """The luma or a channel of the DI signal as a key, clamped to 0..1. Disabled it is 1."""

    type: ClassVar[str] = "picture_key"
    title: ClassVar[str] = "Picture to key"
    ports: ClassVar[Ports] = Ports(rgb_in=1, key_in=False, rgb_out=False, key_out=True)
    reads = "picture"

    channel: Literal["luma", "red", "green", "blue"] = Field(
        default="luma", description="What of the picture becomes the key."
    )

    def steps(self) -> tuple[Step, ...]:
        """One call."""
        return (Step("picture_key", (_WEIGHTS[self.channel],)),)
