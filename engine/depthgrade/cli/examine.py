"""The commands that look without writing: `info`, `explain` and `check`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from depthgrade.cli import options
from depthgrade.cli.terminal import bars, error, note, output, pairs, print_json, table
from depthgrade.errors import EngineError, ProjectError

if TYPE_CHECKING:
    from depthgrade.frames import ClipInfo
    from depthgrade.project import Project

_PANEL = "Examine"


def register(app: typer.Typer) -> None:
    """Adds the commands to the program."""
    for command in (info, explain, check):
        options.add(app, command, _PANEL)


def info(
    clip: Annotated[
        str,
        typer.Argument(
            metavar="CLIP",
            help="A clip, a picture, a sequence or a project .toml.",
            show_default=False,
        ),
    ],
    *,
    shots: Annotated[
        bool,
        typer.Option(
            "--shots",
            metavar=options.FLAG,
            help="Find the cuts and the automatic limits of each shot.",
        ),
    ] = False,
    json: Annotated[bool, typer.Option("--json", metavar=options.FLAG, help="Print JSON.")] = False,
    track: options.Track = None,
    rate: options.Rate = None,
    input: options.InputSpace = None,
    model: options.Model = None,
    depth: options.DepthFolder = None,
) -> None:
    """Say what a clip holds, and what is assumed where it is silent.

    Examples:
      depthgrade info clip.mov
      depthgrade info clip.mov --shots --model tcmonodepth-small
    """
    from depthgrade.media import open_clip  # noqa: PLC0415 - see the package's docstring
    from depthgrade.session.describe import describe_clip, describe_shots  # noqa: PLC0415
    from depthgrade.session.suggestion import suggest_input  # noqa: PLC0415

    project = options.Changes(input=input, track=track, depth=depth, model=model).project(clip)
    assert project.clip is not None
    speed = options.parse_rate(rate)
    with open_clip(project.clip, track=project.track, rate=speed) as reader:
        found = reader.info
        likely = suggest_input(reader) if project.input == "auto" else None
    rows = describe_clip(found, project)
    if likely is not None:
        rows["it may be"] = f"{likely.reason}; if so, give --input {likely.space}"
    limits: list[dict[str, str]] = []
    if shots:
        with bars() as progress:
            limits = describe_shots(project, rate=speed, progress=progress)
    if json:
        print_json({"path": str(found.path), **rows, "notes": list(found.notes), "shots": limits})
        return
    output().print(pairs(rows))
    for each in found.notes:
        note(each)
    if limits:
        shown = table(*limits[0], right=tuple(limits[0]))
        for row in limits:
            shown.add_row(*row.values())
        output().print(shown)


def explain(
    source: Annotated[
        str | None,
        typer.Argument(
            metavar="[INPUT]",
            help="A clip, a project .toml or a look .toml; without a clip, Rec.709 is assumed.",
            show_default=False,
        ),
    ] = None,
    *,
    glsl: Annotated[
        bool, typer.Option("--glsl", metavar=options.FLAG, help="Print the shader that draws it.")
    ] = False,
    changes: options.Changes,
) -> None:
    """Say in words what a look or project does to a clip, or print it as GLSL.

    Examples:
      depthgrade explain --look studio-light
      depthgrade explain clip.mov --look studio-light --glsl
    """
    from depthgrade.session.explain import compile_plan  # noqa: PLC0415
    from depthgrade.session.explain import explain as explained  # noqa: PLC0415

    if source is None and changes.look is None:
        raise ProjectError("explain: nothing to explain; give a clip, a project or --look NAME")
    project, clip = _project_and_clip(changes, source)
    if glsl:
        print(compile_plan(project, clip).text, end="")
        return
    found = explained(project, clip)
    output().print(pairs(found.facts))
    if found.nodes:
        nodes = table("node", "kind", "works on", "values")
        for node in found.nodes:
            nodes.add_row(node.name, node.title, node.reads, node.values)
        output().print("", nodes)


def check(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE...", help="Project or look .toml files.", show_default=False),
    ],
) -> None:
    """Say whether project and look files are valid; exit code 1 if one is not.

    Examples:
      depthgrade check looks/*.toml
    """
    from depthgrade.project import Project  # noqa: PLC0415

    failed = False
    for file in files:
        try:
            project = Project.load(file)
            if project.clip is not None and not options.is_there(project.clip):
                raise ProjectError(f"{file.name}: clip = {project.clip} is not there")
        except EngineError as problem:
            error(str(problem))
            failed = True
            continue
        nodes = len(project.look.nodes)
        kind = "project" if project.clip else "look"
        words = f'{kind} "{project.look.title}", {nodes} node{"s"[: nodes != 1]}'
        output().print(f"{file}: ok, {words}", markup=False)
        unused = project.look.graph.unused()
        if unused:
            note(f"{file}: not wired to the output: {', '.join(unused)}")
    if failed:
        raise typer.Exit(1)


def _project_and_clip(
    changes: options.Changes, source: str | None
) -> tuple["Project", "ClipInfo | None"]:
    """What is to be explained: a project, and its clip where it names one."""
    from depthgrade.media import open_clip  # noqa: PLC0415

    project = changes.project(source, clip_needed=False)
    if project.clip is None:
        return project, None
    with open_clip(project.clip, track=project.track) as reader:
        return project, reader.info
