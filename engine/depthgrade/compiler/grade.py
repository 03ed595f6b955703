"""The fused grading pass: planes in, one picture out, everything between as one readable shader.

Values that nobody is moving are literals, so steps that do nothing vanish and nothing is spent on a
power of 1; live ones are uniforms and their steps stay in their general form. Node ids appear in
comments only. What the picture asked for does not need is not in the text.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from depthgrade.color import (
    GlslFunction,
    cancel,
    from_linear_working,
    input_transform,
    output_transform,
    to_linear_working,
)
from depthgrade.compiler.library import Library
from depthgrade.compiler.program import Entry, Program, Sampler, Uniform, assemble
from depthgrade.compiler.source import Source
from depthgrade.compiler.text import kind, literal, number
from depthgrade.errors import ProjectError
from depthgrade.graph import OUTPUT, SOURCE, Graph
from depthgrade.nodes.base import Branch, ColorNode, KeyNode, MixerNode, Node, Step
from depthgrade.nodes.depth_map import DepthMap
from depthgrade.project import Project

GUIDE_LUMA = (0.21, 0.70, 0.09)  # the luma that guides depth edges: saturation's, on the DI signal


@dataclass(frozen=True)
class Request:
    """What to make of a project.

    input_space   the clip's colour space, "auto" resolved
    live          addresses ("sky.gain") whose values may change without a new program
    key           show the key of this node instead of the graded picture
    guided        depth textures hold guided-filter coefficients instead of depth
    cancel        where nothing is graded, leave out transforms that undo each other
    """

    project: Project
    source: Source
    input_space: str
    live: frozenset[str] = frozenset()
    key: str | None = None
    guided: bool = False
    cancel: bool = True
    entry: Entry = "fragment"


def compile_grade(request: Request) -> Program:
    """The fused pass of a project. Raises ProjectError when `key` names no key node."""
    project, source = request.project, request.source
    graph = _GraphText(project.look.nodes, project.look.graph, request.live, request.guided)
    shown = request.key or _previewed(project)
    if shown:
        result = f"vec3({graph.shown_key(shown)})"
    else:
        result = graph.picture(project.look.graph.rgb_inputs(OUTPUT)[0])

    reads_picture = any("rgb0" in line for line in [*graph.lines, result])
    inward = input_transform(request.input_space, project.rendering) if reads_picture else ()
    outward = () if shown else output_transform(project.output, project.rendering)
    if request.cancel and result == "rgb0" and outward:
        inward, outward = cancel((*inward, *outward)), ()

    lines: list[str] = []
    samplers: list[Sampler] = []
    if reads_picture:
        lines += source_lines(source)
        samplers += plane_samplers(source)
    lines += chain_lines("rgb0", f"input: {request.input_space}", inward)
    if graph.depths:
        width, height = source.size
        lines.append(f"    vec2 at = (vec2(q) + 0.5) / vec2({number(width)}, {number(height)});")
    lines += graph.lines
    lines.append(f"    vec3 shown = {result};")
    lines += chain_lines("shown", f"output: {project.output}", outward)
    lines.append("    vec4 result = vec4(shown, 1.0);")

    library = Library([*inward, *outward, *to_linear_working(), *from_linear_working()])
    declared = [f"uniform sampler2D {sampler.name};" for sampler in [*samplers, *graph.depths]]
    declared += [f"uniform {glsl} {uniform.name};" for uniform, glsl in graph.uniforms]
    tables = [
        Sampler(table.name, "table", table=table)
        for function in (*inward, *outward)
        for table in function.textures
    ]
    functions = library.texts("\n".join(lines))
    return Program(
        text=assemble(request.entry, source.size, declared, functions, lines),
        entry=request.entry,
        size=source.size,
        samplers=(*samplers, *graph.depths, *tables),
        uniforms=tuple(uniform for uniform, _ in graph.uniforms),
    )


def source_lines(source: Source) -> list[str]:
    """The statements that set `vec3 rgb0` to the clip's code values at the upright pixel q."""
    turned = source.orientation.name.lower().replace("_", " ")
    lines = [f"    // source: {source.format.name}, {source.width}x{source.height}, {turned}"]
    at = source.stored("q")
    if at != "q":
        lines.append(f"    ivec2 s = {at};")
        at = "s"
    return [*lines, f"    vec3 rgb0 = {source.to_rgb(source.samples(at))};"]


def plane_samplers(source: Source) -> list[Sampler]:
    """The planes of the frame, one texture each; an alpha plane of its own is not read."""
    planes = enumerate(source.format.components)
    return [Sampler(f"plane{i}", "plane", i) for i, held in planes if held != "A"]


def chain_lines(name: str, title: str, chain: Sequence[GlslFunction]) -> list[str]:
    """The statements that send a picture through colour transforms."""
    calls = [f"    {name} = {function.name}({name});" for function in chain]
    return [f"    // {title}", *calls] if calls else []


def _previewed(project: Project) -> str | None:
    """The depth map that asks to be seen instead of the picture."""
    for name, node in project.look.used().items():
        if isinstance(node, DepthMap) and node.preview:
            return name
    return None


@dataclass
class _GraphText:
    """The statements of a graph: each picture and key is one variable, written on first use."""

    nodes: Mapping[str, Node]
    graph: Graph
    live: frozenset[str]
    guided: bool
    lines: list[str] = field(default_factory=list)
    depths: list[Sampler] = field(default_factory=list)
    uniforms: list[tuple[Uniform, str]] = field(default_factory=list)
    _pictures: dict[str, str] = field(default_factory=lambda: {SOURCE: "rgb0"})
    _keys: dict[str, str] = field(default_factory=dict)

    def picture(self, name: str) -> str:
        """The variable of a node's picture; that of its input where the node does nothing."""
        if name not in self._pictures:
            node = self.nodes[name]
            if isinstance(node, MixerNode):
                self._pictures[name] = self._mixer(name, node)
            else:
                assert isinstance(node, ColorNode)
                self._pictures[name] = self._color(name, node)
        return self._pictures[name]

    def key(self, name: str) -> str:
        """The variable of a node's key; "1.0" where the node is disabled.

        Raises ProjectError when the node makes no key.
        """
        node = self.nodes.get(name)
        if not isinstance(node, KeyNode):
            raise ProjectError(f"{name}: is not a node that makes a key")
        if not node.enabled:
            return "1.0"
        if name not in self._keys:
            variable = f"key{len(self._keys) + 1}"
            start = self._depth(getattr(node, "quality", "better"))
            self._write(name, node, f"float {variable}", start, node.steps(), of_key=False)
            self._keys[name] = variable
        return self._keys[name]

    def shown_key(self, name: str) -> str:
        """The variable of the key a node makes, or is limited by. Raises ProjectError for others."""
        node = self.nodes.get(name)
        return self._key_of(name, node) if isinstance(node, ColorNode) else self.key(name)

    def _color(self, name: str, node: ColorNode) -> str:
        before = self.picture(self.graph.rgb_inputs(name)[0])
        if not self._acts(name, node):
            return before
        key = self._key_of(name, node)
        variable = self._new_picture()
        self._write(name, node, f"vec3 {variable}", before, node.steps(), of_key=False)
        if key != "1.0":
            self.lines.append(f"    {variable} = mix({before}, {variable}, {key});")
        return variable

    def _mixer(self, name: str, node: MixerNode) -> str:
        base = self.picture(self.graph.branch_point(name))
        if not node.enabled:
            return base
        branches = []
        for end in self.graph.rgb_inputs(name):
            last = self.nodes.get(end)
            picture = self.picture(end)
            key = "1.0"
            if isinstance(last, ColorNode):
                key = self._key_of(end, last) if self._acts(end, last) else "0.0"
            branches.append(Branch(picture, key))
        variable = self._new_picture()
        self.lines.append(f"    // {name} [{node.type}]")
        self.lines.append(f"    vec3 {variable} = {node.expression(base, branches)};")
        return variable

    def _acts(self, name: str, node: ColorNode) -> bool:
        """Whether a node may change its picture."""
        off = node.key_gain == 0 and f"{name}.key_gain" not in self.live
        return node.enabled and not off and bool(self._kept(name, node.steps()))

    def _key_of(self, name: str, node: ColorNode) -> str:
        """The variable of the key a colour node is limited by, through its own key controls."""
        if name not in self._keys:
            source = self.graph.key_input(name)
            start = self.key(source) if source else "1.0"
            if not self._kept(name, node.key_steps()):
                return start
            variable = f"key{len(self._keys) + 1}"
            self._write(name, node, f"float {variable}", start, node.key_steps(), of_key=True)
            self._keys[name] = variable
        return self._keys[name]

    def _depth(self, quality: str) -> str:
        """The call that samples the depth of a quality at full resolution."""
        name = f"depth_{quality}"
        if name not in [sampler.name for sampler in self.depths]:
            self.depths.append(Sampler(name, "depth", quality=quality))
        if self.guided:
            weights = ", ".join(number(weight) for weight in GUIDE_LUMA)
            return f"depth_guided({name}, at, dot(rgb0, vec3({weights})))"
        return f"depth_plain({name}, at)"

    def _new_picture(self) -> str:
        return f"rgb{len(set(self._pictures.values()))}"

    def _kept(self, name: str, steps: Sequence[Step]) -> list[tuple[int, Step]]:
        """The steps that do something now, or may while their parameters are live."""
        return [
            (index, step)
            for index, step in enumerate(steps)
            if not step.identity or any(f"{name}.{p}" in self.live for p in step.parameters)
        ]

    def _write(
        self,
        name: str,
        node: Node,
        variable: str,
        start: str,
        steps: Sequence[Step],
        *,
        of_key: bool,
    ) -> None:
        """Declares a variable and sends it through a node's steps."""
        self.lines.append(f"    // {name} [{node.type}]{' key' if of_key else ''}")
        value, target = start, variable
        for index, step in self._kept(name, steps):
            arguments = [
                self._argument(name, index, number_, step, of_key)
                for number_ in range(len(step.arguments))
            ]
            self.lines.append(f"    {target} = {step.function}({', '.join([value, *arguments])});")
            value = target = variable.rpartition(" ")[2]
        if value == start:
            self.lines.append(f"    {variable} = {start};")

    def _argument(self, name: str, index: int, number_: int, step: Step, of_key: bool) -> str:
        """A step's argument: a uniform if one of its parameters is live, else a literal."""
        value = step.arguments[number_]
        if not any(f"{name}.{parameter}" in self.live for parameter in step.parameters):
            return literal(value)
        order = list(self.nodes).index(name)
        uniform = Uniform(f"{step.function}_{order}_{number_}", name, index, number_, of_key)
        self.uniforms.append((uniform, kind(value)))
        return uniform.name
