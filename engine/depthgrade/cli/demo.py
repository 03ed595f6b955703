"""The `demo` command: a clip of its own, graded with each look, and what it cost."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from depthgrade.cli import options
from depthgrade.cli.terminal import Bars, bars, output, pairs, stage_table
from depthgrade.errors import MediaError

if TYPE_CHECKING:
    from depthgrade.project import Project
    from depthgrade.session.demo_clip import DemoClip
    from depthgrade.session.offline import RenderReport


def register(app: typer.Typer) -> None:
    """Adds the command to the program."""
    options.add(app, demo, "Start here")


def demo(
    *,
    out: Annotated[
        Path, typer.Option("--out", "-o", metavar="DIR", help="The folder to write to.")
    ] = Path("out/demo"),
    model: Annotated[
        str | None,
        typer.Option(
            metavar="FILE|NAME",
            help="Estimate depth with this network instead of the default one.",
        ),
    ] = None,
    exact_depth: Annotated[
        bool,
        typer.Option("--exact-depth", help="Take the scene's own depth instead of a network's."),
    ] = False,
    seed: Annotated[
        int, typer.Option(min=0, metavar="N", help="Another number, another scene.")
    ] = 0,
    frames: Annotated[int, typer.Option(min=1, metavar="N", help="Length of the clip.")] = 48,
) -> None:
    """Draw a clip, grade it with three looks, and write movies and a contact sheet.

    Needs no footage and no download: the clip is a ray-marched scene of its own, its depth is
    estimated by the network in the box, and its exact depth is written beside it.

    Examples:
      depthgrade demo
      depthgrade demo --exact-depth -o out/exact
    """
    from depthgrade import looks  # noqa: PLC0415 - see the package's docstring
    from depthgrade.session.contact_sheet import write_contact_sheet  # noqa: PLC0415
    from depthgrade.session.demo_clip import make_demo_clip  # noqa: PLC0415

    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise MediaError(
            f"-o {out}: the folder can't be made ({problem.strerror}); choose another"
        ) from problem
    choice = {name: looks.load(name) for name in looks.MAIN}
    sheet = out / "contact-sheet.png"
    with bars() as progress:
        made = make_demo_clip(
            out / "clip",
            frames=frames,
            seed=seed,
            progress=lambda done, total: progress("drawing the clip", done, total),
        )
        project = _project(made, model, exact=exact_depth)
        reports = {}
        for name, look in choice.items():
            progress.label(name)
            movie = out / f"{name}.mp4"
            reports[name] = _render(replace(project, look=look), movie, progress)
        progress.label("")
        write_contact_sheet(
            project, list(choice.values()), sheet, overwrite=True, progress=progress
        )
    _tell(made, sheet, reports)


def _project(made: "DemoClip", model: str | None, *, exact: bool) -> "Project":
    """The project of the demo's clip: the one place that says where its depth comes from."""
    from depthgrade.depth import default_card  # noqa: PLC0415 - see the package's docstring
    from depthgrade.project import Project  # noqa: PLC0415

    network = not exact and (model is not None or default_card() is not None)
    return Project(clip=made.clip, depth=None if network else made.depth, model=model)


def _render(project: "Project", movie: Path, progress: Bars) -> "RenderReport":
    from depthgrade.session.offline import render  # noqa: PLC0415

    return render(project, movie, overwrite=True, measured=True, progress=progress)


def _tell(made: "DemoClip", sheet: Path, reports: dict[str, "RenderReport"]) -> None:
    from depthgrade.session.timing import decode_milliseconds  # noqa: PLC0415

    screen = output()
    written = {"the clip": made.clip, "its depth": made.depth, "contact sheet": sheet}
    written |= {name: report.path for name, report in reports.items()}
    screen.print(pairs({name: str(path) for name, path in written.items()}))
    first = next(iter(reports.values()))
    screen.print("", f"Milliseconds a frame and frames a second; depth: {first.depth}", sep="\n")
    decode = {"decode": decode_milliseconds(made.clip)}
    screen.print(
        "",
        stage_table(
            {name: decode | report.stages for name, report in reports.items()},
            {name: report.frames_per_second for name, report in reports.items()},
        ),
    )
