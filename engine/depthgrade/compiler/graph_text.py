"""A graph as GLSL statements: each picture and key is one variable, written on first use.

Pictures and keys that an earlier pass drew are read from its texture instead.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol, TypeVar

from depthgrade.color import GlslFunction
from depthgrade.compiler.program import CallList, Calls, Sampler, Uniform
from depthgrade.compiler.text import kind, literal, vector
from depthgrade.errors import ProjectError
from depthgrade.graph import SOURCE, Graph
from depthgrade.nodes.base import (
    Branch,
    ColorNode,
    KeyMixerNode,
    KeyNode,
    KeyPictureNode,
    MixerNode,
    Node,
    Pass,
    Step,
)

GUIDE_LUMA = (0.21, 0.70, 0.09)  # the luma that guides depth edges: saturation's, on the DI signal
PASSED = ":passed"  # marks, after a node's id, what its passes made

Call = TypeVar("Call", Step, Pass)


class Context(Protocol):
    """What every pass of a plan shares."""

    nodes: Mapping[str, Node]
    places: Mapping[str, int]  # of the nodes in the look, which tell their uniforms apart
    graph: Graph
    live: frozenset[str]
    guided: bool


@dataclass
class Textures:
    """Which pictures and keys, by node id, the programs of a plan have drawn: program numbers."""

    pictures: dict[str, int] = field(default_factory=dict)
    keys: dict[str, int] = field(default_factory=dict)


@dataclass
class GraphText:
    """The statements of one pass."""

    context: Context
    textures: Textures
    lines: list[str] = field(default_factory=list)
    samplers: list[Sampler] = field(default_factory=list)
    uniforms: list[tuple[Uniform, str]] = field(default_factory=list)
    brought: list[GlslFunction] = field(default_factory=list)
    _ungated: dict[str, str] = field(default_factory=dict)
    _pictures: dict[str, str] = field(default_factory=dict)
    _keys: dict[str, str] = field(default_factory=dict)

    def picture(self, name: str) -> str:
        """The variable of a node's picture; that of its input where the node does nothing."""
        if name not in self._pictures:
            if name in self.textures.pictures:
                self._pictures[name] = self._fetched(self.textures.pictures[name], "vec3")
            elif name == SOURCE:
                self._pictures[name] = "rgb0"
            elif isinstance(node := self.context.nodes[name], MixerNode):
                self._pictures[name] = self._mixer(name, node)
            elif isinstance(node, KeyPictureNode):
                source = self.context.graph.key_input(name)
                key = self.key(source) if source and node.enabled else "1.0"
                self._pictures[name] = self._written(name, node, "steps", "vec3", key)
            else:
                assert isinstance(node, ColorNode)
                self._pictures[name] = self._color(name, node)
        return self._pictures[name]

    def key(self, name: str) -> str:
        """The variable of a node's key output; of a disabled node the key it reads, else "1.0".

        Raises ProjectError when the node makes no key.
        """
        node = self.context.nodes.get(name)
        if not isinstance(node, KeyNode | KeyMixerNode | ColorNode):
            raise ProjectError(f"{name}: is not a node that makes a key")
        if isinstance(node, ColorNode):
            return self._key_of(name, node)
        if not node.enabled:
            source = self.context.graph.key_input(name)
            passes_on = isinstance(node, KeyNode) and node.reads == "key"
            return self.key(source) if passes_on and source else "1.0"
        if name not in self._keys:
            if isinstance(node, KeyMixerNode):
                self._keys[name] = self._key_mixer(name, node)
            elif f"{name}{PASSED}" in self.textures.keys:
                passed = self._fetched(self.textures.keys[f"{name}{PASSED}"], "float")
                self._keys[name] = self._written(name, node, "last_steps", "float", passed)
            else:
                value = self.stepped(name)
                self._keys[name] = self._written(name, node, "last_steps", "float", value)
        return self._keys[name]

    def stepped(self, name: str) -> str:
        """The variable of a node's picture or key after its steps, before its passes."""
        node = self.context.nodes[name]
        if isinstance(node, ColorNode):
            before = self.picture(self.context.graph.rgb_inputs(name)[0])
            return self._written(name, node, "steps", "vec3", before)
        assert isinstance(node, KeyNode)
        return self._written(name, node, "steps", "float", self._read_by(name, node))

    def fetched_from(self, value: str) -> int | None:
        """The program that drew a value, where the text does nothing but fetch it."""
        if len(self.lines) == 1 and len(self.samplers) == 1 and value in self.lines[0].split():
            return self.samplers[0].index
        return None

    def uses(self, variable: str) -> bool:
        """Whether a statement reads a variable such as "at"."""
        return any(
            f"({variable}," in line
            or f" {variable}," in line
            or f" {variable})" in line
            or f"({variable})" in line
            for line in self.lines
        )

    def _color(self, name: str, node: ColorNode) -> str:
        source = self.context.graph.rgb_inputs(name)[0]
        if not self._acts(name, node):
            return self.picture(source)
        passed = self.textures.pictures.get(f"{name}{PASSED}")
        before = self.picture(source) if passed is None else ""
        key = self._key_of(name, node)
        if passed is None:
            value = self._written(name, node, "steps", "vec3", before)
        else:  # the picture before is read again only to be mixed with
            before = self.picture(source) if key != "1.0" else ""
            value = self._fetched(passed, "vec3")
        value = self._written(name, node, "last_steps", "vec3", value)
        if key == "1.0":
            return value
        if self._layered(name):
            self._ungated[name] = value
            value = self._new("rgb")
            self.lines.append(f"    vec3 {value} = mix({before}, {self._ungated[name]}, {key});")
        else:
            self.lines.append(f"    {value} = mix({before}, {value}, {key});")
        return value

    def _layered(self, name: str) -> bool:
        """Whether a mixer asks for what the node makes before its key limits it."""
        ends = (self.context.nodes.get(w.end) for w in self.context.graph.wires if w.start == name)
        return any(isinstance(end, MixerNode) and end.layered for end in ends)

    def _mixer(self, name: str, node: MixerNode) -> str:
        graph = self.context.graph
        base = self.picture(graph.branch_point(name))
        if not node.enabled:
            return base
        branches = []
        for end in graph.rgb_inputs(name):
            last = self.context.nodes.get(end)
            picture = self.picture(end)
            key = "1.0"
            if isinstance(last, ColorNode) and node.reads_keys:
                key = self._key_of(end, last) if last.enabled else "0.0"
            branches.append(Branch(picture, key, self._ungated.get(end, picture)))
        variable = self._new("rgb")
        self.lines.append(f"    // {name} [{node.type}]")
        self.lines.append(f"    vec3 {variable} = {node.expression(base, branches)};")
        return variable

    def _key_mixer(self, name: str, node: KeyMixerNode) -> str:
        keys = [self.key(source) for source in self.context.graph.key_inputs(name)]
        variable = self._new("key")
        self.lines.append(f"    // {name} [{node.type}]")
        self.lines.append(f"    float {variable} = {node.expression(keys) if keys else '1.0'};")
        return variable

    def _acts(self, name: str, node: ColorNode) -> bool:
        """Whether a node may change its picture."""
        off = node.key_gain == 0 and f"{name}.key_gain" not in self.context.live
        passed = f"{name}{PASSED}" in self.textures.pictures
        steps = kept(self.context, name, [*node.steps(), *node.last_steps()])
        return node.enabled and not off and (passed or bool(steps))

    def _key_of(self, name: str, node: ColorNode) -> str:
        """The variable of the key a colour node is limited by, through its own key controls."""
        if name not in self._keys:
            source = self.context.graph.key_input(name)
            if name in self.textures.keys:
                start = self._fetched(self.textures.keys[name], "float")
            else:
                start = self.key(source) if source else "1.0"
            self._keys[name] = self._written(name, node, "key_steps", "float", start)
        return self._keys[name]

    def _read_by(self, name: str, node: KeyNode) -> str:
        """The expression a key node's first step takes."""
        graph = self.context.graph
        match node.reads:
            case "picture":
                return self.picture(graph.rgb_inputs(name)[0])
            case "position":
                return "position"
            case "key":
                source = graph.key_input(name)
                return self.key(source) if source else "1.0"
        quality = str(getattr(node, "quality", "better"))
        sampler = self._sampled(Sampler(f"depth_{quality}", "depth", quality=quality))
        if not self.context.guided:
            return f"depth_plain({sampler}, at)"
        return f"depth_guided({sampler}, at, dot({self.picture(SOURCE)}, {vector(GUIDE_LUMA)}))"

    def _fetched(self, program: int, glsl: Literal["vec3", "float"]) -> str:
        """A new variable with what an earlier program of the plan drew."""
        sampler = self._sampled(Sampler(f"pass{program + 1}", "pass", program))
        variable = self._new("rgb" if glsl == "vec3" else "key")
        channels = "rgb" if glsl == "vec3" else "r"
        self.lines.append(f"    {glsl} {variable} = texelFetch({sampler}, q, 0).{channels};")
        return variable

    def _sampled(self, sampler: Sampler) -> str:
        if sampler not in self.samplers:
            self.samplers.append(sampler)
        return sampler.name

    def _new(self, prefix: Literal["rgb", "key"]) -> str:
        declared = {"rgb": "    vec3 rgb", "key": "    float key"}[prefix]
        return f"{prefix}{1 + sum(line.startswith(declared) for line in self.lines)}"

    def _written(
        self, name: str, node: Node, calls: CallList, glsl: Literal["vec3", "float"], start: str
    ) -> str:
        """A variable with a value sent through a list of a node's steps; the value if none acts."""
        steps: Sequence[Step] = getattr(node, calls)()
        acting = kept(self.context, name, steps)
        if not acting:
            return start
        about = {"key_steps": " key", "last_steps": ", after its passes"}.get(calls, "")
        self.lines.append(f"    // {name} [{node.type}]{about}")
        variable = self._new("rgb" if glsl == "vec3" else "key")
        target, value = f"{glsl} {variable}", start
        for index, step in acting:
            self.brought += [each for each in step.brought if each not in self.brought]
            place = Calls(name, calls, index)
            given = [value, *arguments(self.context, self.uniforms, place, step)]
            self.lines.append(f"    {target} = {step.function}({', '.join(given)});")
            target = value = variable
        return variable


def kept(context: Context, name: str, steps: Sequence[Call]) -> list[tuple[int, Call]]:
    """The calls that do something now, or may while their parameters are live."""
    return [
        (index, step)
        for index, step in enumerate(steps)
        if not step.identity or any(f"{name}.{p}" in context.live for p in step.parameters)
    ]


def arguments(
    context: Context, uniforms: list[tuple[Uniform, str]], calls: Calls, call: Step | Pass
) -> list[str]:
    """A call's arguments: uniforms if one of its parameters is live, else literals."""
    if not any(f"{calls.node}.{parameter}" in context.live for parameter in call.parameters):
        return [literal(value) for value in call.arguments]
    order = context.places[calls.node]
    known = {uniform for uniform, _ in uniforms}
    names = []
    for place, value in enumerate(call.arguments):
        name = f"{call.function}_{order}_{calls.name}{calls.index}_{place}"
        uniform = Uniform(name, calls.node, calls.name, calls.index, place)
        if uniform not in known:
            uniforms.append((uniform, kind(value)))
        names.append(name)
    return names
