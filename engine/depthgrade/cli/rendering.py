"""The commands that write pictures: `render` and `still`."""

import re
from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from depthgrade.cli import options
from depthgrade.cli.terminal import Bars, bars, error, note, output, print_json
from depthgrade.errors import EngineError, ProjectError

if TYPE_CHECKING:
    from depthgrade.session.offline import RenderReport

_PANEL = "Write"
_CODEC = "h264"  # of a folder of outputs: plays everywhere


def register(app: typer.Typer) -> None:
    """Adds the commands to the program."""
    options.add(app, render, _PANEL)
    options.add(app, still, _PANEL)


def render(
    inputs: Annotated[
        list[str],
        typer.Argument(
            metavar="INPUT...",
            help="Clips, pictures, sequences (shot.%04d.exr) or project .toml files.",
            show_default=False,
        ),
    ],
    *,
    out: Annotated[
        Path,
        typer.Option(
            "--out",
            "-o",
            metavar="OUT|DIR",
            help="The file to write, shot.%04d.png for pictures; a folder for several inputs.",
            show_default=False,
        ),
    ],
    changes: options.Changes,
    frames: options.Frames = None,
    codec: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="h264, h265, prores422hq, prores4444, dnxhr, ffv1, png16, tiff16, exr ...;"
            " without it, the suffix of OUT decides.",
            rich_help_panel="Input and output",
        ),
    ] = None,
    overwrite: options.Overwrite = False,
    rate: options.Rate = None,
    no_dither: Annotated[
        bool,
        typer.Option(
            "--no-dither",
            metavar=options.FLAG,
            help="Round to code values plainly.",
            rich_help_panel="Input and output",
        ),
    ] = False,
    json: Annotated[
        bool,
        typer.Option(
            "--json",
            metavar=options.FLAG,
            help="Print a line of JSON per input.",
            rich_help_panel="Input and output",
        ),
    ] = False,
) -> None:
    """Grade clips and write them to files.

    The source's time stamps and audio are kept. A file appears under its name only when it is
    complete.

    Examples:
      depthgrade render clip.mov --look studio-light -o graded.mov
      depthgrade render clip.mov --look teal-orange --set warm.gain=1.1 -o warm.mp4
      depthgrade render shots/*.mp4 --look studio-light --codec h265 -o graded/
      depthgrade render clip.mov --input slog3_sgamut3cine --frames 0:48 -o part.mov
    """
    job = _Job(
        changes,
        frames,
        options.parse_rate(rate),
        {"codec": codec, "overwrite": overwrite, "dither": not no_dither},
    )
    targets = _targets(inputs, out, codec)
    failed = 0
    with bars() as progress:
        for source, target in targets:
            progress.label(Path(source).name)
            try:
                report = job.run(source, target, progress)
            except EngineError as problem:
                failed += 1
                _tell_failure(source, str(problem), json)
            else:
                _tell(source, report, json)
    if failed:
        raise typer.Exit(1)


def still(
    source: options.Input,
    *,
    frame: Annotated[
        int, typer.Option("--frame", "-f", help="Which frame, from 0.", show_default=False)
    ],
    out: Annotated[
        Path,
        typer.Option(
            "--out",
            "-o",
            metavar="OUT",
            help="The picture to write: .png, .tif, .exr or .jpg.",
            show_default=False,
        ),
    ],
    key: Annotated[
        str | None,
        typer.Option(
            metavar="NODE", help="Write the key of this node instead.", rich_help_panel="Grade"
        ),
    ] = None,
    changes: options.Changes,
    overwrite: options.Overwrite = False,
    rate: options.Rate = None,
) -> None:
    """Grade one frame and write it as a picture, or the key of a node at that frame.

    Examples:
      depthgrade still clip.mov --frame 120 --look studio-light -o frame.png
      depthgrade still clip.mov --frame 120 --look studio-light --key depth -o key.png
    """
    from depthgrade.session.offline import still as write_still  # noqa: PLC0415

    with bars() as progress:
        report = write_still(
            changes.project(source),
            out,
            frame,
            key=key,
            overwrite=overwrite,
            rate=options.parse_rate(rate),
            progress=progress,
        )
    output().print(f"{report.path}  frame {frame}, depth: {report.depth}", markup=False)
    for each in report.notes:
        note(each)


def _targets(inputs: list[str], out: Path, codec: str | None) -> list[tuple[str, Path]]:
    """Each input with the file it is written to: OUT, or one in the folder OUT named after it.

    Raises ProjectError if two would be written to one file, or a folder can't be made.
    """
    if out.suffix and not out.is_dir():
        if len(inputs) > 1:
            raise ProjectError(f"-o {out}: is a file; {len(inputs)} inputs need a folder")
        return [(inputs[0], out)]
    from depthgrade.media import usual_suffix  # noqa: PLC0415

    suffix = usual_suffix(codec or _CODEC)
    targets = [(each, out / f"{_stem(each)}{suffix}") for each in inputs]
    for target, count in Counter(target for _, target in targets).items():
        if count > 1:
            raise ProjectError(
                f"-o {out}: {count} inputs would be written to {target.name}; render them apart"
            )
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise ProjectError(
            f"-o {out}: the folder can't be made ({problem.strerror}); choose another"
        ) from problem
    return targets


def _stem(source: str) -> str:
    """What an output is named after: the input's name without suffix and frame number."""
    path = Path(source)
    return re.sub(r"[._-]?(%\d*d|\*+|#+)$", "", path.stem if path.suffix else path.name) or "out"


@dataclass(frozen=True)
class _Job:
    """What all inputs of one command line have in common."""

    changes: options.Changes
    frames: str | None
    rate: Fraction | None
    settings: dict[str, Any]

    def run(self, source: str, target: Path, progress: Bars) -> "RenderReport":
        """Renders one input. Raises EngineError."""
        from depthgrade.media import open_clip  # noqa: PLC0415
        from depthgrade.session.offline import render as write_movie  # noqa: PLC0415

        project = self.changes.project(source)
        count = None
        if options.open_ended(self.frames) and project.clip is not None:
            with open_clip(project.clip, track=project.track, rate=self.rate) as reader:
                count = reader.info.frame_count
        return write_movie(
            project,
            target,
            frames=options.parse_frames(self.frames, count),
            rate=self.rate,
            progress=progress,
            **self.settings,
        )


def _tell(source: str, report: "RenderReport", json: bool) -> None:
    if json:
        print_json(
            {
                "input": source,
                "output": str(report.path),
                "frames": report.frames,
                "seconds": round(report.seconds, 3),
                "frames_per_second": round(report.frames_per_second, 2),
                "depth": report.depth,
                "notes": list(report.notes),
            }
        )
        return
    output().print(
        f"{report.path}  {report.frames} frames in {report.seconds:.1f} s"
        f" ({report.frames_per_second:.1f} fps), depth: {report.depth}",
        markup=False,
    )
    for each in report.notes:
        note(f"{Path(source).name}: {each}")


def _tell_failure(source: str, problem: str, json: bool) -> None:
    if json:
        print_json({"input": source, "error": problem})
    else:
        error(problem)
