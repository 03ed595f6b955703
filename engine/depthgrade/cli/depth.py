"""The commands about depth: `analyze` writes a depth pass, `depth` reports on a clip's depth."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from depthgrade.cli import options
from depthgrade.cli.terminal import bars, note, output, print_json, table
from depthgrade.errors import ProjectError

if TYPE_CHECKING:
    from depthgrade.session.analysis import Kind

_BARS = " ▁▂▃▄▅▆▇█"
_QUALITIES = ("faster", "better")

Quality = Annotated[
    str,
    typer.Option(
        metavar="NAME",
        help="faster or better: the size of the picture the network sees.",
        rich_help_panel="Depth",
    ),
]


def register(app: typer.Typer) -> None:
    """Adds the commands to the program."""
    options.add(app, analyze, "Write", without=("look", "values", "output", "depth"))
    options.add(app, depth, "Examine", without=("look", "values", "output"))


def analyze(
    source: options.Input,
    *,
    out: Annotated[
        Path,
        typer.Option(
            "--out", "-o", metavar="DIR", help="The folder of the depth pass.", show_default=False
        ),
    ],
    frames: options.Frames = None,
    quality: Quality = "better",
    kind: Annotated[
        str,
        typer.Option(
            "--as",
            metavar="near|z",
            help="near: what renders take again, near = 1. z: distance in channel Z, larger is"
            " farther, for compositors.",
            rich_help_panel="Depth",
        ),
    ] = "near",
    distances: Annotated[
        str | None,
        typer.Option(
            metavar="NEAR:FAR",
            help="With --as z: metres of the nearest and of the farthest things; without it a"
            " network in metres says them, others give 1 to 100 without a unit.",
            rich_help_panel="Depth",
            show_default=False,
        ),
    ] = None,
    overwrite: options.Overwrite = False,
    changes: options.Changes,
    rate: options.Rate = None,
    json: Annotated[bool, typer.Option("--json", metavar=options.FLAG, help="Print JSON.")] = False,
) -> None:
    """Estimate the depth of a clip once and write it as OpenEXR files, the depth pass.

    Channel depth.near is the finished depth (near = 1), depth.raw the network's own output; with
    --as z it is distance in channel Z instead, which --depth reads as well. Stopped and started
    again it goes on; `render` takes the pass where it is of the same clip, network and colour.

    Examples:
      depthgrade analyze clip.mov -o clip.depth
      depthgrade analyze clip.mov --frames 100:200 -o clip.depth
      depthgrade analyze clip.mov --as z --distances 1.5:40 -o clip.z
    """
    from depthgrade.session.analysis import analyze as write_pass  # noqa: PLC0415

    project = changes.project(source)
    speed = options.parse_rate(rate)
    with bars() as progress:
        report = write_pass(
            project,
            out,
            frames=_range(frames, project.clip, project.track, speed),
            quality=_quality(quality),
            overwrite=overwrite,
            kind=_kind(kind),
            distances=_distances(distances),
            rate=speed,
            progress=progress,
        )
    if json:
        print_json(
            {
                "output": str(report.directory),
                "estimated": report.estimated,
                "kept": report.kept,
                "shots": report.shots,
                "depth": report.depth,
                "notes": list(report.notes),
            }
        )
        return
    kept = f", {report.kept} were there" if report.kept else ""
    output().print(
        f"{report.directory}  {report.estimated} frames estimated{kept}; {report.shots} shots,"
        f" {report.depth}",
        markup=False,
    )
    for each in report.notes:
        note(each)


def depth(
    source: options.Input,
    *,
    frames: options.Frames = None,
    quality: Quality = "better",
    changes: options.Changes,
    rate: options.Rate = None,
    json: Annotated[bool, typer.Option("--json", metavar=options.FLAG, help="Print JSON.")] = False,
) -> None:
    """Report on a clip's depth: each shot's histogram, suggested limits, and how still a key holds.

    Instability is the mean change of the key along the motion from frame to frame, in percent of
    the key's spread: with every frame normalised by itself, and steadied.

    Examples:
      depthgrade depth clip.mov
      depthgrade depth clip.mov --frames 0:100 --model tcmonodepth-small --json
    """
    from dataclasses import asdict  # noqa: PLC0415

    from depthgrade.session.depth_report import MEASURED, report_depth  # noqa: PLC0415

    project = changes.project(source)
    speed = options.parse_rate(rate)
    with bars() as progress:
        report = report_depth(
            project,
            frames=_range(frames, project.clip, project.track, speed),
            quality=_quality(quality),
            rate=speed,
            progress=progress,
        )
    if json:
        print_json({"clip": str(project.clip), **asdict(report)})
        return
    shown = table(
        *("shot", "far_limit", "near_limit", "depth, far to near", "instability", "steadied"),
        right=("far_limit", "near_limit", "instability", "steadied"),
    )
    for each in report.shots:
        shown.add_row(
            f"{each.frames[0]}:{each.frames[1]}",
            f"{each.far:.3f}",
            f"{each.near:.3f}",
            _histogram(each.histogram),
            _percent(each.before),
            _percent(each.after),
        )
    output().print(shown)
    if any(each.measured < each.frames[1] - each.frames[0] for each in report.shots):
        note(f"measured on the {MEASURED} middle frames of longer shots")
    for said in report.notes:
        note(said)


def _range(text: str | None, clip: object, track: int, rate: object) -> tuple[int, int] | None:
    """The frames asked for; the clip is opened where an end is left open."""
    count = None
    if options.open_ended(text) and clip is not None:
        from depthgrade.media import open_clip  # noqa: PLC0415

        with open_clip(clip, track=track, rate=rate) as reader:  # type: ignore[arg-type]
            count = reader.info.frame_count
    return options.parse_frames(text, count)


def _kind(name: str) -> "Kind":
    if name not in ("near", "z"):
        raise ProjectError(f"--as {name}: is no kind of pass; allowed: near, z")
    return name  # type: ignore[return-value]


def _distances(text: str | None) -> tuple[float, float] | None:
    if text is None:
        return None
    near, _, far = text.partition(":")
    try:
        return float(near), float(far)
    except ValueError:
        raise ProjectError(
            f"--distances {text}: is no pair; write NEAR:FAR in metres, such as 1.5:40"
        ) from None


def _quality(name: str) -> str:
    if name not in _QUALITIES:
        raise ProjectError(f"--quality {name}: is no quality; allowed: {', '.join(_QUALITIES)}")
    return name


def _percent(value: float | None) -> str:
    return "" if value is None else f"{100 * value:.2f} %"


def _histogram(shares: tuple[float, ...]) -> str:
    most = max(shares) or 1.0
    # The square root shows the small hill of a subject beside the large one of its background.
    return "".join(_BARS[round((share / most) ** 0.5 * (len(_BARS) - 1))] for share in shares)
