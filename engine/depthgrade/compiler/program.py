"""What the compiler hands on: shader text, and what has to be bound to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal

from depthgrade.color import GlslTexture
from depthgrade.compiler.library import without_comments
from depthgrade.nodes.base import Argument, Node

Storage = Literal["f4", "f1", "nu2"]
Entry = Literal["fragment", "compute"]
CallList = Literal["steps", "last_steps", "key_steps", "passes", "key_passes"]
WORK_GROUP = (64, 4)  # of a compute entry: the fastest found on llvmpipe, good on GPUs


@dataclass(frozen=True)
class Sampler:
    """A texture the text reads.

    role    "plane" (number `index` of the frame), "depth" (of the quality `quality`), "table",
            "picture" (number `index` of those handed in) or "pass" (what program `index` of the
            same plan made of the frame `offset` frames later)
    """

    name: str
    role: Literal["plane", "depth", "table", "picture", "pass"]
    index: int = 0
    offset: int = 0
    quality: str = ""
    table: GlslTexture | None = None


@dataclass(frozen=True)
class Uniform:
    """A live argument: the node, the list of calls, the call and argument its value comes from."""

    name: str
    node: str
    calls: CallList
    call: int
    argument: int


@dataclass(frozen=True)
class Calls:
    """One call in a list of a node's calls."""

    node: str
    name: CallList
    index: int


@dataclass(frozen=True)
class Program:
    """One pass: its GLSL, its entry point, and what it reads.

    size       (width, height) of the picture it makes
    channels   of that picture: 4 for pictures, fewer for packed planes
    storage    "f4" (float32), "f1" or "nu2" (8 and 16 bits that stand for 0..1)
    about      what it makes, for people
    full       (width, height) of the whole picture, where this pass may be smaller; else as size
    drawn_for  the node's pass it draws, whose scale follows live values
    """

    text: str
    entry: Entry
    size: tuple[int, int]
    samplers: tuple[Sampler, ...] = ()
    uniforms: tuple[Uniform, ...] = ()
    channels: int = 4
    storage: Storage = "f4"
    about: str = ""
    full: tuple[int, int] | None = None
    drawn_for: Calls | None = None

    @cached_property
    def identity(self) -> str:
        """What tells two programs apart: the text as the driver sees it."""
        return without_comments(self.text)

    @cached_property
    def dispatched(self) -> "Program":
        """The same pass under a compute main; its pixels are identical."""
        if self.entry == "compute":
            return self
        text = self.text
        for part in _MAIN:
            drawn, computed = ("\n".join(part[entry]) for entry in ("fragment", "compute"))
            text = text.replace(drawn, computed, 1)
        return replace(self, text=text, entry="compute")

    def values(self, nodes: Mapping[str, Node]) -> dict[str, Argument]:
        """The values of the uniforms for the nodes as they are now."""
        lists = {(uniform.node, uniform.calls) for uniform in self.uniforms}
        made = {place: self._calls(nodes, *place) for place in lists}
        return {
            each.name: made[each.node, each.calls][each.call].arguments[each.argument]
            for each in self.uniforms
        }

    def sized(self, nodes: Mapping[str, Node]) -> "Program":
        """The program with the size it has for the nodes as they are now; its text stays."""
        if self.drawn_for is None:
            return self
        place = self.drawn_for
        scale = self._calls(nodes, place.node, place.name)[place.index].scale
        size = scaled(self.full or self.size, scale)
        return self if size == self.size else replace(self, size=size)

    def _calls(self, nodes: Mapping[str, Node], node: str, name: CallList) -> Sequence[Any]:
        calls = getattr(nodes[node], name)
        made: Sequence[Any] = (
            calls(self.full or self.size) if name in ("passes", "key_passes") else calls()
        )
        return made


@dataclass(frozen=True)
class Plan:
    """The passes that make a picture, in order; the last makes the picture itself.

    Everything pointwise is in as few passes as there are neighbourhoods to read.
    """

    programs: tuple[Program, ...]

    @property
    def samplers(self) -> tuple[Sampler, ...]:
        """What all passes read."""
        return tuple(sampler for program in self.programs for sampler in program.samplers)

    @property
    def text(self) -> str:
        """All passes as one reads them."""
        return "\n".join(
            f"// pass {number} of {len(self.programs)}: {program.about}\n{program.text}"
            for number, program in enumerate(self.programs, 1)
        )

    @property
    def qualities(self) -> tuple[str, ...]:
        """The depth qualities the passes read."""
        read = (sampler.quality for sampler in self.samplers if sampler.role == "depth")
        return tuple(dict.fromkeys(read))

    @property
    def remembered(self) -> dict[int, int]:
        """The programs whose pictures of other frames are read, and how many frames are in reach.

        That many pictures of each are kept, so that the next frame adds one.
        """
        offsets: list[set[int]] = [set() for _ in self.programs]
        offsets[-1:] = [{0}]
        apart: set[int] = set()
        for number in reversed(range(len(self.programs))):
            for sampler in self.programs[number].samplers:
                if sampler.role == "pass":
                    offsets[sampler.index] |= {o + sampler.offset for o in offsets[number]}
                    if sampler.offset:
                        apart.add(sampler.index)
        return {n: max(offsets[n]) - min(offsets[n]) + 1 for n in sorted(apart)}

    @property
    def pruned(self) -> "Plan":
        """The plan without the passes that nothing reads."""
        read = {len(self.programs) - 1}
        for number in reversed(range(len(self.programs))):
            if number in read:
                samplers = self.programs[number].samplers
                read |= {sampler.index for sampler in samplers if sampler.role == "pass"}
        place = {number: new for new, number in enumerate(sorted(read))}
        programs = []
        for number in place:
            program = self.programs[number]
            samplers = tuple(
                replace(each, index=place[each.index]) if each.role == "pass" else each
                for each in program.samplers
            )
            programs.append(replace(program, samplers=samplers))
        return Plan(tuple(programs))


def scaled(size: tuple[int, int], scale: int) -> tuple[int, int]:
    """A size (width, height) that many times smaller, rounded up."""
    return -(-size[0] // scale), -(-size[1] // scale)


# What stands before the declarations, before the body and after it. An image that is only written
# needs no format (GLSL 4.30, 4.4.6.2), so that one main serves every kind of picture.
_MAIN: tuple[dict[Entry, list[str]], ...] = (
    {
        "fragment": ["#version 400 core", "out vec4 picture;"],
        "compute": [
            "#version 430 core",
            f"layout(local_size_x = {WORK_GROUP[0]}, local_size_y = {WORK_GROUP[1]}) in;",
            "layout(binding = 0) writeonly uniform image2D picture;",
        ],
    },
    {
        "fragment": ["    ivec2 q = ivec2(gl_FragCoord.xy);"],
        "compute": [
            "    ivec2 q = ivec2(gl_GlobalInvocationID.xy);",
            "    if (any(greaterThanEqual(q, imageSize(picture))))",
            "        return;",
        ],
    },
    {
        "fragment": ["    picture = result;"],
        "compute": ["    imageStore(picture, q, result);"],
    },
)


def assemble(entry: Entry, declarations: list[str], functions: str, body: list[str]) -> str:
    """The whole shader: the body computes `vec4 result` at the upright pixel `ivec2 q`.

    The same body runs under a fragment or a compute main; pixels are identical.
    """
    head, opening, closing = (part[entry] for part in _MAIN)
    lines = [*head, *declarations, "", *([functions, ""] if functions else []), "void main()", "{"]
    return "\n".join([*lines, *opening, *body, *closing, "}"]) + "\n"
