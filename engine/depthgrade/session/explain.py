"""What a project does, in words and as the shader that does it; nothing is drawn and no GL opened.

Without a clip, a common one is assumed. Limits that wait for the shot's depth are uniforms, as
when rendering, so the text is the one that draws.
"""

from dataclasses import dataclass, replace
from itertools import groupby
from typing import cast

from depthgrade import depth
from depthgrade.color import input_title, output_title, spaces
from depthgrade.compiler import Plan, Request, Source, compile_grade
from depthgrade.frames import ClipInfo, ColorTags, PixelFormat
from depthgrade.nodes.base import Node, shown
from depthgrade.nodes.registry import parameters
from depthgrade.project import Project
from depthgrade.session.renderer import input_space

ASSUMED = Source(
    PixelFormat("yuv420p", "ycbcr", 8, ("Y", "U", "V"), (1, 1)),
    ColorTags(1, 1, 1, False),  # ITU-T H.273: Rec.709, limited range
    1920,
    1080,
)


@dataclass(frozen=True)
class ExplainedNode:
    """One node in the order they run; `values` holds only what differs from the defaults."""

    name: str
    title: str
    reads: str
    values: str


@dataclass(frozen=True)
class Explanation:
    """A project in words: facts by name, then its nodes."""

    facts: dict[str, str]
    nodes: tuple[ExplainedNode, ...]


def explain(project: Project, info: ClipInfo | None = None) -> Explanation:
    """The project in words; info is that of its clip. Raises ProjectError and ColorError."""
    look = project.look
    facts = {"look": look.title}
    if look.about:
        facts["what for"] = look.about
    facts |= _colour(project, info)
    qualities = project.qualities
    if qualities:
        facts["depth"] = _depth(project)
    if look.picked:
        facts["followed"] = "; ".join(
            f"{node}.target, from frame {point.frame} through its shot, held while it is lost"
            for node, (_, point) in look.picked.items()
        )
    unused = look.graph.unused()
    if unused:
        facts["unused"] = f"{', '.join(unused)}: not wired to the output"
    plan = compile_plan(project, info)
    count = len(plan.programs)
    uniforms = sum(len(program.uniforms) for program in plan.programs)
    facts["shader"] = (
        f"{count} pass{'es'[: 2 * (count != 1)]}, {len(plan.text.splitlines())} lines of GLSL,"
        f" reads {len(plan.samplers)} textures, {uniforms or 'no'} uniform{'s'[: uniforms != 1]};"
        " see it with --glsl"
    )
    if count > 1:
        facts["passes"] = "; ".join(_passes(plan)) + ", with all that is left"
    nodes = [_node(project, name, node) for name, node in look.used().items()]
    return Explanation(facts, tuple(nodes))


def compile_plan(project: Project, info: ClipInfo | None = None) -> Plan:
    """The passes that draw the project; their text is what `explain --glsl` prints."""
    source = Source.of(info) if info else ASSUMED
    look = project.look
    live = look.automatic | look.animated
    look = look.at(0)
    output = "rec709" if project.output == "auto" else project.output
    project = replace(project, look=look.with_stand_ins(), output=output)
    # A network's map is small, so edges are taken from the picture; a depth pass may be as large.
    guided = bool(project.qualities) and project.depth is None
    read = input_space(project, info).space if info else _assumed_input(project)
    return compile_grade(Request(project, source, read, live, guided=guided))


def _assumed_input(project: Project) -> str:
    return "rec709" if project.input == "auto" else project.input


def _colour(project: Project, info: ClipInfo | None) -> dict[str, str]:
    """What is read, how it is brought in, and what goes out."""
    rendering = project.rendering.kind
    if info:
        width, height = info.size
        clip = f"{info.path.name}, {width}x{height}, {info.format.name}"
        read = input_space(project, info)
        name, reason = read.space, read.reason
    else:
        clip = "none given; 1920x1080, yuv420p assumed"
        name = _assumed_input(project)
        reason = "assumed" if project.input == "auto" else "said by the project or --input"
    user = project.configuration
    output = "rec709" if project.output == "auto" else project.output
    display = {space.name for space in spaces() if space.kind == "display"}
    way = f", through the inverse of {rendering}" if name in display else ""
    shows = f", through {rendering}" if output in display else ""
    return {
        "clip": clip,
        "comes in as": f"{input_title(name, user)} ({name}){way}; {reason}",
        "graded in": "DaVinci Intermediate, DaVinci Wide Gamut",
        "goes out as": f"{output_title(output, user)} ({output}){shows}",
    }


def _depth(project: Project) -> str:
    if project.depth:
        return f"read from {project.depth}"
    cards = depth.chosen_cards(project.model)
    if not cards:
        return "no network is installed; give --model or --depth"
    said: dict[str, list[str]] = {}
    for quality in project.qualities:
        said.setdefault(cards[cast(depth.Quality, quality)].title, []).append(quality)
    return "; ".join(
        f"estimated by {title}, quality {', '.join(qualities)}" for title, qualities in said.items()
    )


def _passes(plan: Plan) -> list[str]:
    """The passes with their reasons; those a node draws in a row are counted."""
    rows = groupby((each.about for each in plan.programs), key=lambda a: a.partition(": ")[0])
    said = []
    for node, row in rows:
        first, *rest = row
        said.append(f"{node}: {1 + len(rest)} passes" if rest else first)
    return said


def _node(project: Project, name: str, node: Node) -> ExplainedNode:
    """A node in words: what is wired to it and what was changed of it."""
    graph = project.look.graph
    reads = ", ".join(graph.rgb_inputs(name)) or str(getattr(node, "reads", ""))
    key = graph.key_input(name)
    if not reads or reads == "key":
        reads = " and ".join(f"the key of {each}" for each in graph.key_inputs(name))
    elif key:
        inverted = "inverse " if getattr(node, "key_invert", False) else ""
        reads += f", where the {inverted}key of {key} is"
    changed = []
    for each in parameters(type(node)).values():
        value, track = getattr(node, each.name), project.look.keyframes.get(f"{name}.{each.name}")
        if track:
            frames = ", ".join(f"{shown(key.value)} at {key.frame}" for key in track.keys)
            changed.append(f"{each.name}: {frames}")
        elif value != each.default and each.name != "key_invert":
            changed.append(f"{each.name} = {shown(value)}")
    return ExplainedNode(name, node.title, reads, "\n".join(changed) or "as by default")
