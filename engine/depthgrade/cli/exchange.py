"""The commands that bring looks in and out: `cdl`, `bake`, `schema`; and `diff`."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from depthgrade.cli import options
from depthgrade.cli.terminal import bars, note, output
from depthgrade.errors import ProjectError

_PANEL = "Exchange"

Target = Annotated[
    Path, typer.Option("-o", "--out", metavar="FILE", help="The file to write.", show_default=False)
]


def register(app: typer.Typer) -> None:
    """Adds the commands to the program."""
    group = typer.Typer(
        name="cdl",
        help="Bring ASC CDL files (.cc, .ccc, .cdl) in as looks, and write looks as them.",
        rich_markup_mode="rich",
        no_args_is_help=True,
    )
    options.add(group, import_cdl, "", "import")
    options.add(group, export_cdl, "", "export")
    app.add_typer(group, rich_help_panel=_PANEL)
    options.add(app, bake, _PANEL, without=("model", "depth", "track"))
    options.add(app, schema, _PANEL)
    options.add(app, diff, _PANEL)


def import_cdl(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A .cc, .ccc or .cdl file.")],
    out: Target,
    *,
    correction: Annotated[
        str | None,
        typer.Option("--id", metavar="ID", help="Which correction, by id or number from 0."),
    ] = None,
    overwrite: options.Overwrite = False,
) -> None:
    """Write a look with the correction of a CDL file; it works on the DaVinci Intermediate signal.

    Examples:
      depthgrade cdl import shot.cc -o shot.toml
      depthgrade cdl import scene.ccc --id sh010 -o sh010.toml
    """
    from depthgrade.interchange import look_of_cdl, look_text  # noqa: PLC0415

    look = look_of_cdl(file, correction)
    if out.suffix.lower() != ".toml":
        raise ProjectError(f"{out}: is no look; allowed: a name that ends in .toml")
    check_target(out, overwrite=overwrite)
    write_text(out, look_text(look))
    output().print(f'{out}: look "{look.title}", one cdl node', markup=False)


def export_cdl(
    source: options.Input,
    out: Target,
    *,
    node: Annotated[
        str | None, typer.Option("--node", metavar="NODE", help="One cdl node; without it, all.")
    ] = None,
    look: options.LookName = None,
    values: options.Values = None,
    overwrite: options.Overwrite = False,
) -> None:
    """Write the cdl nodes of a look or project as a .cc (one node), .ccc or .cdl file.

    What a CDL can't hold is named and left out.

    Examples:
      depthgrade cdl export look.toml -o look.ccc
    """
    from depthgrade.color.cdl import write_corrections  # noqa: PLC0415
    from depthgrade.interchange import cdls_of, left_out_of_cdl  # noqa: PLC0415

    changes = options.Changes(look, tuple(values or ()))
    found = changes.project(source, clip_needed=False).look
    corrections = cdls_of(found, node)
    check_target(out, overwrite=overwrite)
    write_corrections(out, corrections)
    names = ", ".join(each.id for each in corrections)
    output().print(f"{out}: {names}", markup=False)
    for left in left_out_of_cdl(found):
        note(f"not in {out.name}: {left}")


def bake(
    source: Annotated[
        str | None,
        typer.Argument(metavar="[INPUT]", help="A project or look .toml.", show_default=False),
    ] = None,
    *,
    out: Target,
    size: Annotated[
        int, typer.Option("--size", metavar="N", help="Points along an edge, 17 to 129.")
    ] = 33,
    frame: Annotated[
        int, typer.Option("--frame", "-f", metavar="N", help="Whose values keyframes have.")
    ] = 0,
    changes: options.Changes,
    overwrite: options.Overwrite = False,
) -> None:
    """Write a look as a LUT, .cube or .clf, from the input space to the output space.

    What needs depth, a place in the picture or neighbouring pixels can't be in a LUT: it is named
    and left out.

    Examples:
      depthgrade bake warm.toml -o warm.cube
      depthgrade bake --look teal-orange --input davinci_intermediate -o teal.clf --size 65
    """
    from depthgrade.session.bake import bake as write_lut  # noqa: PLC0415

    if source is None and changes.look is None:
        raise ProjectError("bake: nothing to bake; give a project, a look .toml or --look NAME")
    project = changes.project(source, clip_needed=False)
    if project.input == "auto":
        note("the input space is not said; rec709 is assumed, --input names another")
    if project.look.keyframes:
        note(f"values with keyframes are those of frame {frame}")
    done = write_lut(project, out, size=size, frame=frame, overwrite=overwrite)
    most, greatest = done.most * 255, done.greatest * 255
    output().print(
        f"{done.path}: {done.reads} to {done.writes}, {size}x{size}x{size}; 99 % of random colours"
        f" within {most:.2f} codes of 255 of the look, the worst {greatest:.1f}",
        markup=False,
    )
    if not done.graded:
        note(f"{done.path.name} grades nothing: no node is wired to the output")
    for name, reason in done.left_out.items():
        note(f"not in {done.path.name}: {name}, {reason}")


def schema(
    out: Annotated[
        Path | None,
        typer.Option("-o", "--out", metavar="FILE", help="The file to write; without it, print."),
    ] = None,
    *,
    overwrite: options.Overwrite = False,
) -> None:
    """Write the JSON schema of project and look files, with which editors complete and check them.

    Put a line such as "#:schema depthgrade.schema.json" at the top of a TOML file.

    Examples:
      depthgrade schema -o depthgrade.schema.json
    """
    from depthgrade.schema import project_schema  # noqa: PLC0415

    text = json.dumps(project_schema(), indent=2, ensure_ascii=False) + "\n"
    if out is None:
        print(text, end="")
        return
    check_target(out, overwrite=overwrite)
    write_text(out, text)


def diff(
    first: Annotated[
        str,
        typer.Argument(
            metavar="A", help="A project or look .toml, or a look's name.", show_default=False
        ),
    ],
    second: Annotated[
        str, typer.Argument(metavar="B", help="The one to compare with it.", show_default=False)
    ],
    *,
    frame: Annotated[
        list[int] | None,
        typer.Option("--frame", "-f", metavar="N", help="Compare this frame too; repeatable."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("-o", "--out", metavar="FILE", help="The .png with both and the difference."),
    ] = None,
    clip: Annotated[
        str | None,
        typer.Option("--clip", metavar="CLIP", help="The clip for looks that name none."),
    ] = None,
    model: options.Model = None,
    depth: options.DepthFolder = None,
    overwrite: options.Overwrite = False,
) -> None:
    """Say in words what differs between two projects or looks, and show it on frames of a clip.

    Examples:
      depthgrade diff monday.toml tuesday.toml
      depthgrade diff studio-light mine.toml
      depthgrade diff warm.toml cold.toml --clip clip.mov --frame 120 -o difference.png
    """
    from depthgrade import looks  # noqa: PLC0415
    from depthgrade.comparison import differences  # noqa: PLC0415
    from depthgrade.project import Project  # noqa: PLC0415

    def read(which: str) -> "Project":
        known = {*looks.names(), *looks.saved_names()}
        return Project(look=looks.load(which)) if which in known else Project.load(which)

    if bool(frame) != bool(out):
        raise ProjectError("diff: --frame N and -o FILE go together")
    old, new = read(first), read(second)
    if (old.look.title, new.look.title) == (Path(first).stem, Path(second).stem):
        new = replace(new, look=replace(new.look, title=old.look.title))  # neither says its title
    for line in differences(old, new) or ("no difference",):
        output().print(line, markup=False)
    if not frame or out is None:
        return
    from depthgrade.session.difference import write_difference  # noqa: PLC0415

    def shown(project: "Project") -> "Project":
        """The project with its clip and its depth."""
        return replace(
            project,
            clip=project.clip or clip or old.clip or new.clip,
            model=model or project.model,
            depth=depth or project.depth,
        )

    with bars() as progress:
        found = write_difference(
            shown(old),
            shown(new),
            out,
            frame,
            names=(first, second),
            overwrite=overwrite,
            progress=progress,
        )
    for each in found:
        output().print(
            f"{out}: frame {each.frame}: {each.greatest * 255:.1f} codes of 255 at most,"
            f" {each.mean * 255:.2f} on average, {each.share:.1%} of pixels differ",
            markup=False,
        )


def check_target(path: Path, *, overwrite: bool) -> None:
    """Refuses a file that is there, unless it may be replaced. Raises ProjectError."""
    if path.exists() and not overwrite:
        raise ProjectError(f"{path}: is there already; allowed: another name, or --overwrite")


def write_text(path: Path, text: str) -> None:
    """Writes a file that appears under its name only when complete. Raises ProjectError."""
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_text(text, encoding="utf-8")
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise ProjectError(f"{path}: can't be written: {error.strerror}") from error
