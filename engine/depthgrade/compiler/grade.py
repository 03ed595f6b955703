"""The grading passes: planes in, one picture out; everything pointwise in one readable shader.

Values that nobody is moving are literals, so steps that do nothing vanish and nothing is spent on a
power of 1; live ones are uniforms and their steps stay in their general form. Node ids appear in
comments only. What the picture asked for does not need is not in the text. Only a node that reads
neighbouring pixels or frames ends a pass, and only what it reads is drawn into a texture.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal

from depthgrade.color import (
    GlslFunction,
    cancel,
    from_linear_working,
    input_transform,
    output_transform,
    to_linear_working,
)
from depthgrade.compiler.graph_text import PASSED, GraphText, Textures, arguments, kept
from depthgrade.compiler.library import Library
from depthgrade.compiler.program import (
    Calls,
    Entry,
    Plan,
    Program,
    Sampler,
    Uniform,
    assemble,
    scaled,
)
from depthgrade.compiler.source import Source
from depthgrade.compiler.text import number
from depthgrade.graph import OUTPUT, SOURCE
from depthgrade.look import Look
from depthgrade.nodes.base import GUIDE, START, ColorNode, KeyNode, Node, Pass, Read, Step
from depthgrade.nodes.depth_map import DepthMap
from depthgrade.project import Project

PassList = Literal["passes", "key_passes"]
GREY = "vec3({})"  # a key as a picture


@dataclass(frozen=True)
class Request:
    """What to make of a project.

    input_space   the clip's colour space, "auto" resolved
    live          addresses ("sky.gain") whose values may change without a new program
    key           show the key of this node instead of the graded picture
    guided        depth textures hold guided-filter coefficients instead of depth
    pixel_aspect  width over height of an upright pixel
    cancel        where nothing is graded, leave out transforms that undo each other
    """

    project: Project
    source: Source
    input_space: str
    live: frozenset[str] = frozenset()
    key: str | None = None
    guided: bool = False
    pixel_aspect: Fraction = Fraction(1)
    cancel: bool = True
    entry: Entry = "fragment"


def compile_grade(request: Request) -> Plan:
    """The passes of a project. Raises ProjectError when `key` names no key node."""
    look = request.project.look
    shown = request.key or _previewed(request.project)
    made = _Passes(request)
    for name in look.graph.order(shown or OUTPUT):
        made.draw_neighbourhood(name)
    text = GraphText(made, made.textures)
    if shown:
        made.finish(text, f"vec3({text.key(shown)})", f"the key of {shown}", graded=False)
    else:
        result = text.picture(look.graph.rgb_inputs(OUTPUT)[0])
        made.finish(text, result, "the picture", graded=True)
    return Plan(tuple(made.programs)).pruned


class _Passes:
    """The programs of a plan as they are found, and which pictures and keys are in textures."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.graph = request.project.look.graph
        self.nodes = request.project.look.nodes
        self.places: Mapping[str, int] = {name: place for place, name in enumerate(self.nodes)}
        self.live, self.guided = request.live, request.guided
        self.programs: list[Program] = []
        self.textures = Textures()

    def draw_neighbourhood(self, name: str) -> None:
        """Draws what a node's passes read, and the passes; nothing for a pointwise node."""
        node, size = self.nodes[name], self.request.source.size
        if not node.enabled:
            return
        source = self.graph.key_input(name) if isinstance(node, ColorNode) else None
        key_passes = node.key_passes(size) if isinstance(node, ColorNode) and source else ()
        if source and (passes := self._acting(name, key_passes)):
            text = GraphText(self, self.textures)
            about = f"the key of {source}, because {name} reads around each pixel of it"
            start = self._start(text, text.key(source), about, GREY)
            self.textures.keys[name] = self._run(name, "key_passes", passes, start)
        if not isinstance(node, ColorNode | KeyNode) or self._is_off(name, node):
            return
        if passes := self._acting(name, node.passes(size)):
            text = GraphText(self, self.textures)
            before = text.stepped(name)
            far = any(read.later for each in passes for read in each.reads)
            kind = "key" if isinstance(node, KeyNode) else "picture"
            about = (
                f"the {kind} before {name}, because {name} [{node.type}] reads"
                f" around each pixel{' and the frames around it' if far else ''}"
            )
            if isinstance(node, ColorNode):
                start = self._start(text, before, about, "bounded({})")
                if not node.steps():
                    self.textures.pictures[self.graph.rgb_inputs(name)[0]] = start
                self.textures.pictures[f"{name}{PASSED}"] = self._run(name, "passes", passes, start)
            else:
                start = self._start(text, before, about, GREY)
                self.textures.keys[f"{name}{PASSED}"] = self._run(name, "passes", passes, start)

    def _start(self, text: GraphText, value: str, about: str, shown: str) -> int:
        """The program that draws what passes read first: a known one that drew just that, or a
        new one."""
        known = text.fetched_from(value)
        return self._draw(text, shown.format(value), about) if known is None else known

    def _is_off(self, name: str, node: Node) -> bool:
        """Whether a colour node's key output gain takes it out altogether."""
        gain = node.key_gain if isinstance(node, ColorNode) else 1.0
        return gain == 0 and f"{name}.key_gain" not in self.live

    def _acting(self, name: str, passes: Sequence[Pass]) -> Sequence[Pass]:
        """The passes, or none where they would do nothing."""
        return passes if kept(self, name, passes) else ()

    def finish(self, text: GraphText, result: str, about: str, *, graded: bool) -> None:
        """The last pass: the result through the output transform."""
        project = self.request.project
        user = project.configuration
        outward = output_transform(project.output, project.rendering, user) if graded else ()
        self._draw(text, result, about, outward)

    def _draw(
        self,
        text: GraphText,
        result: str,
        about: str,
        outward: tuple[GlslFunction, ...] = (),
    ) -> int:
        """Adds the program that draws a result of a graph text; its number."""
        request = self.request
        project, source = request.project, request.source
        reads_picture = any("rgb0" in line for line in [*text.lines, result])
        inward: tuple[GlslFunction, ...] = ()
        if reads_picture:
            user = project.configuration
            inward = input_transform(request.input_space, project.rendering, user)
        if request.cancel and result == "rgb0" and outward:
            inward, outward = cancel((*inward, *outward)), ()
        lines: list[str] = []
        samplers: list[Sampler] = []
        if reads_picture:
            lines += source_lines(source)
            samplers += plane_samplers(source)
        lines += chain_lines("rgb0", f"input: {request.input_space}", inward)
        if text.uses("at"):
            width, height = source.size
            size = f"vec2({number(width)}, {number(height)})"
            lines.append(f"    vec2 at = (vec2(q) + 0.5) / {size};")
        if text.uses("position"):
            lines += _position_lines(request)
        lines += text.lines
        lines.append(f"    vec3 shown = {result};")
        lines += chain_lines("shown", f"output: {project.output}", outward)
        lines.append("    vec4 result = vec4(shown, 1.0);")
        samplers += text.samplers
        functions = (*inward, *outward, *text.brought)
        tables = {
            table.name: Sampler(table.name, "table", table=table)
            for function in functions
            for table in function.textures
        }
        program = self._program(lines, samplers, text.uniforms, about, functions)
        self.programs.append(replace(program, samplers=(*program.samplers, *tables.values())))
        return len(self.programs) - 1

    def _run(self, name: str, calls: PassList, passes: Sequence[Pass], start: int) -> int:
        """Adds the programs of a node's passes; the number of the last."""
        made = {START: start}
        acting = {index for index, _ in kept(self, name, passes)}
        if any(read.made_by == GUIDE for index in acting for read in passes[index].reads):
            text = GraphText(self, self.textures)
            about = f"the picture, because {name} follows its edges"
            made[GUIDE] = self._start(text, text.picture(SOURCE), about, "bounded({})")
        for index, each in enumerate(passes):
            reads = each.reads or (Read(index - 1),)
            if index not in acting:
                made[index] = made[reads[0].made_by]
                continue
            samplers = [
                Sampler(f"read{place}", "pass", made[read.made_by], read.later)
                for place, read in enumerate(reads)
            ]
            uniforms: list[tuple[Uniform, str]] = []
            place = Calls(name, calls, index)
            given = arguments(self, uniforms, place, each)
            called = ", ".join([*(sampler.name for sampler in samplers), "q", *given])
            lines = [f"    vec4 result = {each.function}({called});"]
            about = f"{name} [{self.nodes[name].type}]: {each.function.replace('_', ' ')}"
            if each.scale > 1:
                about += f", at 1/{each.scale} of the size"
            program = self._program(lines, samplers, uniforms, about, ())
            self.programs.append(
                replace(
                    program,
                    size=scaled(program.size, each.scale),
                    full=program.size,
                    drawn_for=place,
                    # A compute entry names the format it writes, so there it is the same for all.
                    channels=each.channels if self.request.entry == "fragment" else 4,
                )
            )
            made[index] = len(self.programs) - 1
        return made[len(passes) - 1]

    def _program(
        self,
        lines: list[str],
        samplers: list[Sampler],
        uniforms: list[tuple[Uniform, str]],
        about: str,
        functions: Sequence[GlslFunction],
    ) -> Program:
        request = self.request
        library = Library([*functions, *to_linear_working(), *from_linear_working()])
        declared = [f"uniform sampler2D {sampler.name};" for sampler in samplers]
        declared += [f"uniform {glsl} {uniform.name};" for uniform, glsl in uniforms]
        texts = library.texts("\n".join(lines))
        size = request.source.size
        return Program(
            assemble(request.entry, declared, texts, lines),
            request.entry,
            size,
            tuple(samplers),
            tuple(uniform for uniform, _ in uniforms),
            about=about,
        )


def held_values(look: Look, settled: Look) -> tuple[object, ...]:
    """The values of keyframes that decide the text of the passes: each needs a plan of its own.

    settled is the look of a frame. What only reaches the passes as arguments is left out.
    """
    return tuple(
        settled.value(address)
        for address in look.keyframes
        for node, _, name in [address.partition(".")]
        if address not in look.animated or name not in _arguments_of(settled.nodes[node])
    )


def _arguments_of(node: Node) -> frozenset[str]:
    """The parameters that only reach the passes as arguments of calls, whatever they are."""
    size = (1920, 1080)
    calls: list[Step | Pass] = []
    if isinstance(node, ColorNode | KeyNode):
        calls += [*node.steps(), *node.passes(size), *node.last_steps()]
    if isinstance(node, ColorNode):
        calls += [*node.key_steps(), *node.key_passes(size)]
    return frozenset(name for call in calls for name in call.parameters)


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


def _position_lines(request: Request) -> list[str]:
    """Sets `vec2 position`: picture heights from the centre, x right, y down."""
    width, height = request.source.size
    aspect = float(request.pixel_aspect)
    return [
        f"    vec2 position = (vec2(q) + 0.5 - vec2({number(width / 2)}, {number(height / 2)}))"
        f" * vec2({number(aspect / height)}, {number(1 / height)});"
    ]
