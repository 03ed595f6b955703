"""What of a look a LUT can hold: what makes a pixel's colour from that pixel's colour alone."""

from collections.abc import Sequence

from depthgrade.look import Look
from depthgrade.nodes.base import ColorNode, KeyNode, KeyPictureNode, Node, Pass

_SIZE = (1920, 1080)  # any picture: what reads around a pixel in one does so in all
_READS = {
    "depth": "it is made of the depth",
    "position": "it depends on the place in the picture",
}


def unbakeable(look: Look) -> dict[str, str]:
    """The nodes on the way to the output that a LUT can't hold, with the reason.

    Keys made of colours can be baked, those made of depth or place can't, nor what they limit. The
    look is that of one frame, its automatic limits settled.
    """
    found: dict[str, str] = {}
    for name, node in look.used().items():
        if node.enabled and (reason := _reason(look, name, node, found)):
            found[name] = reason
    return found


def _reason(look: Look, name: str, node: Node, found: dict[str, str]) -> str:
    if isinstance(node, KeyNode) and node.reads in _READS:
        return _READS[node.reads]
    if isinstance(node, ColorNode | KeyNode) and (around := _around(node.passes(_SIZE))):
        return around
    if isinstance(node, ColorNode) and node.key_gain == 0:
        return ""
    for key in look.graph.key_inputs(name):
        if isinstance(node, ColorNode) and _around(node.key_passes(_SIZE)):
            return f"its key {key} is blurred, which reads neighbouring pixels"
        if key in found:
            return f"its key {key} can't be baked"
    before = next((each for each in look.graph.rgb_inputs(name) if _lost(look, each, found)), None)
    return f"its picture {before} can't be baked" if before else ""


def _around(passes: Sequence[Pass]) -> str:
    """Why passes can't be baked; "" for none that do something."""
    acting = [each for each in passes if not each.identity]
    if any(read.later for each in acting for read in each.reads):
        return "it reads neighbouring frames"
    return "it reads neighbouring pixels" if acting else ""


def _lost(look: Look, name: str, found: dict[str, str]) -> bool:
    """Whether a picture has nothing to stand in for it: a grade is left out, a key is not."""
    return name in found and isinstance(look.nodes.get(name), KeyPictureNode)


def baked_look(look: Look) -> Look:
    """The look without what a LUT can't hold: those nodes pass their picture as it comes in."""
    left = {
        name: look.nodes[name].model_copy(update={"enabled": False}) for name in unbakeable(look)
    }
    return look.with_nodes(left)
