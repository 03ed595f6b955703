"""The `sheet` command: what looks do to a clip, side by side in one picture."""

from pathlib import Path
from typing import Annotated

import typer

from depthgrade.cli import options
from depthgrade.cli.terminal import bars, output


def register(app: typer.Typer) -> None:
    """Adds the command to the program."""
    options.add(app, sheet, "Write", without=("look", "values"))


def sheet(
    source: options.Input,
    *,
    out: Annotated[
        Path,
        typer.Option("--out", "-o", metavar="OUT", help="The .png to write.", show_default=False),
    ],
    names: Annotated[
        list[str] | None,
        typer.Option(
            "--look",
            metavar="NAME|FILE",
            help="A look to show; may be given again. Without it: the project's, or all shipped.",
            rich_help_panel="Grade",
        ),
    ] = None,
    frames: Annotated[
        list[int] | None,
        typer.Option(
            "--frame",
            "-f",
            metavar="N",
            help="A frame to show; may be given again. Without it: the middle one.",
        ),
    ] = None,
    overwrite: options.Overwrite = False,
    changes: options.Changes,
    rate: options.Rate = None,
) -> None:
    """Write a contact sheet: source, depth, key and graded picture of each look.

    Examples:
      depthgrade sheet clip.mov -o sheet.png
      depthgrade sheet clip.mov --look studio-light -f 0 -f 100 -o sheet.png
    """
    from depthgrade import looks  # noqa: PLC0415 - see the package's docstring
    from depthgrade.session.contact_sheet import write_contact_sheet  # noqa: PLC0415

    project = changes.project(source)
    choice = [looks.load(name) for name in names or ()]
    if not choice:
        own = project.look
        choice = [own] if own.nodes else [looks.load(name) for name in looks.MAIN]
    with bars() as progress:
        write_contact_sheet(
            project,
            choice,
            out,
            frames=frames,
            rate=options.parse_rate(rate),
            overwrite=overwrite,
            progress=progress,
        )
    output().print(str(out))
