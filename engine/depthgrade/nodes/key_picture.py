"""A key as a grey picture, so that it can be graded as one; `picture_key` leads back."""

from typing import ClassVar

from depthgrade.nodes.base import KeyPictureNode, Step


class KeyPicture(KeyPictureNode):
    """A grey picture whose signal is the key; white everywhere when disabled or unwired."""

    type: ClassVar[str] = "key_picture"
    title: ClassVar[str] = "Key to picture"

    def steps(self) -> tuple[Step, ...]:
        """One call."""
        return (Step("key_picture"),)
