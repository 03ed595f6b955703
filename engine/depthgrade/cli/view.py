"""The `view` command."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from depthgrade.cli import options
from depthgrade.cli.terminal import output
from depthgrade.errors import MediaError, ProjectError
from depthgrade.project import Project


def register(app: typer.Typer) -> None:
    """Adds the command to the program."""
    options.add(app, view, "Start here", without=("output",))


def view(
    source: Annotated[
        str | None,
        typer.Argument(
            metavar="[CLIP|PROJECT]",
            help="What to open; it can be opened later.",
            show_default=False,
        ),
    ] = None,
    *,
    changes: options.Changes,
    screenshot: Annotated[
        Path | None,
        typer.Option(
            metavar="PNG", help="Write a picture of the window, without a display, and end."
        ),
    ] = None,
    size: Annotated[
        str, typer.Option(metavar="WxH", help="The size of the screenshot.")
    ] = "1600x900",
    frame: Annotated[
        int, typer.Option(metavar="N", min=0, help="The frame of the screenshot, from 0.")
    ] = 0,
    select: Annotated[
        str | None, typer.Option(metavar="NODE", help="The node the screenshot shows selected.")
    ] = None,
) -> None:
    """Open the live player and grading panel.

    Examples:
      depthgrade view clip.mov
      depthgrade view project.toml
      depthgrade view clip.mov --look studio-light --screenshot window.png --frame 24
    """
    from depthgrade.ui import files  # noqa: PLC0415 - see the package's docstring

    path = Path(source) if source is not None and source.lower().endswith(".toml") else None
    problem = None
    try:
        project = changes.project(source, clip_needed=False)
    except ProjectError as error:
        if path is None or not path.is_file():
            raise
        project, problem = Project(), str(error)  # said in the window, until the file is mended
    if path is None and changes.look is None:
        project = replace(project, look=files.first_look())
    if screenshot is None:
        from depthgrade.ui.window import view as open_window  # noqa: PLC0415

        open_window(project, path, problem)
        return
    from depthgrade.ui.stage import Opened, take_screenshot  # noqa: PLC0415

    if screenshot.suffix.lower() != ".png":
        raise MediaError(f"{screenshot}: a screenshot is a .png")
    opened = Opened(project, path, problem, select)
    take_screenshot(opened, screenshot, size=_parse_size(size), frame=frame)
    output().print(str(screenshot), markup=False)


def _parse_size(text: str) -> tuple[int, int]:
    """Width and height. Raises ProjectError for another form or a size nobody has."""
    width, cross, height = text.lower().partition("x")
    if cross and width.isdigit() and height.isdigit():
        found = int(width), int(height)
        if 640 <= found[0] <= 7680 and 360 <= found[1] <= 4320:
            return found
    raise ProjectError(
        f"--size {text}: is no size; allowed: such as 1280x720, 640x360 to 7680x4320"
    )
