"""What the compiler hands on: shader text, and what has to be bound to it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from depthgrade.color import GlslTexture
from depthgrade.compiler.library import without_comments
from depthgrade.nodes.base import Argument, ColorNode, KeyNode, Node

Storage = Literal["f4", "f1", "nu2"]
Entry = Literal["fragment", "compute"]
WORK_GROUP = (64, 4)  # of a compute entry: the fastest found on llvmpipe, good on GPUs


@dataclass(frozen=True)
class Sampler:
    """A texture the text reads.

    role   "plane" (number `index` of the frame), "depth" (of the quality `quality`), "table" or
           "picture" (what a pass before made, number `index`)
    """

    name: str
    role: Literal["plane", "depth", "table", "picture"]
    index: int = 0
    quality: str = ""
    table: GlslTexture | None = None


@dataclass(frozen=True)
class Uniform:
    """A live argument: the node, step and argument its value comes from, or of its key steps."""

    name: str
    node: str
    step: int
    argument: int
    of_key: bool = False


@dataclass(frozen=True)
class Program:
    """One pass: its GLSL, its entry point, and what it reads.

    size       (width, height) of the picture it makes
    channels   of that picture: 4 for pictures, fewer for packed planes
    storage    "f4" (float32), "f1" or "nu2" (8 and 16 bits that stand for 0..1)
    """

    text: str
    entry: Entry
    size: tuple[int, int]
    samplers: tuple[Sampler, ...] = ()
    uniforms: tuple[Uniform, ...] = ()
    channels: int = 4
    storage: Storage = "f4"

    @cached_property
    def identity(self) -> str:
        """What tells two programs apart: the text as the driver sees it."""
        return without_comments(self.text)

    def values(self, nodes: Mapping[str, Node]) -> dict[str, Argument]:
        """The values of the uniforms for the nodes as they are now."""
        found: dict[str, Argument] = {}
        for uniform in self.uniforms:
            node = nodes[uniform.node]
            assert isinstance(node, ColorNode | KeyNode)
            steps = node.key_steps() if uniform.of_key else node.steps()  # type: ignore[union-attr]
            found[uniform.name] = steps[uniform.step].arguments[uniform.argument]
        return found


def assemble(
    entry: Entry, size: tuple[int, int], declarations: list[str], functions: str, body: list[str]
) -> str:
    """The whole shader: the body computes `vec4 result` at the upright pixel `ivec2 q`.

    The same body runs under a fragment or a compute main; pixels are identical.
    """
    width, height = size
    if entry == "compute":
        head = [
            "#version 430 core",
            f"layout(local_size_x = {WORK_GROUP[0]}, local_size_y = {WORK_GROUP[1]}) in;",
            "layout(rgba32f, binding = 0) writeonly uniform image2D picture;",
        ]
        opening = [
            "    ivec2 q = ivec2(gl_GlobalInvocationID.xy);",
            f"    if (q.x >= {width} || q.y >= {height})",
            "        return;",
        ]
        closing = ["    imageStore(picture, q, result);"]
    else:
        head = ["#version 330 core", "out vec4 picture;"]
        opening = ["    ivec2 q = ivec2(gl_FragCoord.xy);"]
        closing = ["    picture = result;"]
    lines = [*head, *declarations, "", *([functions, ""] if functions else []), "void main()", "{"]
    return "\n".join([*lines, *opening, *body, *closing, "}"]) + "\n"
