"""Options that several commands share, and the project they come to."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from depthgrade.errors import ProjectError
from depthgrade.keyframes import EASES

if TYPE_CHECKING:
    from depthgrade.project import Project

_GRADE, _COLOUR, _DEPTH, _FILE = "Grade", "Colour", "Depth", "Input and output"
FLAG = " "  # shown in place of a type: a switch takes none

Input = Annotated[
    str,
    typer.Argument(
        metavar="INPUT",
        help="A clip, a picture, a sequence (shot.%04d.exr or a folder) or a project .toml.",
        show_default=False,
    ),
]
LookName = Annotated[
    str | None,
    typer.Option(
        "--look",
        metavar="NAME|FILE",
        help="A shipped look (see `depthgrade looks list`) or a look .toml.",
        rich_help_panel=_GRADE,
    ),
]
Values = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="NODE.PARAM=VALUE",
        help="Change one value; may be given again. `depthgrade nodes` lists what there is."
        " NODE.PARAM@FRAME=VALUE sets a keyframe; @FRAME:smooth or :hold says how it goes on.",
        rich_help_panel=_GRADE,
    ),
]
InputSpace = Annotated[
    str | None,
    typer.Option(
        "--input",
        metavar="SPACE",
        help="The clip's colour space; without it, its tags decide.",
        rich_help_panel=_COLOUR,
    ),
]
OutputSpace = Annotated[
    str | None,
    typer.Option(
        "--output",
        metavar="SPACE",
        help="The colour space written; rec709 if nothing is said, aces2065_1 in EXR files.",
        rich_help_panel=_COLOUR,
    ),
]
RenderingName = Annotated[
    str | None,
    typer.Option(
        "--rendering",
        metavar="NAME",
        help="How scene light becomes display light: davinci, aces2 or none.",
        rich_help_panel=_COLOUR,
    ),
]
Configuration = Annotated[
    Path | None,
    typer.Option(
        "--ocio",
        metavar="FILE",
        help="Your OpenColorIO configuration; without it, that of $OCIO.",
        rich_help_panel=_COLOUR,
    ),
]
Model = Annotated[
    str | None,
    typer.Option(
        "--model",
        metavar="FILE|NAME",
        help="The network that estimates depth: .onnx, card .toml or a name of `models list`; two"
        " with a comma between are those of quality faster and better.",
        rich_help_panel=_DEPTH,
    ),
]
DepthFolder = Annotated[
    Path | None,
    typer.Option(
        "--depth",
        metavar="DIR",
        help="A folder of depth EXR files, one a frame, to use instead of a network: of"
        " `analyze`, or from elsewhere with depth.near, Z or depth.Z, or the channel and polarity"
        " that its manifest.json names.",
        rich_help_panel=_DEPTH,
    ),
]
Track = Annotated[
    int | None,
    typer.Option(
        "--track",
        min=0,
        metavar="N",
        help="Which video track to read, from 0.",
        rich_help_panel=_FILE,
    ),
]
Rate = Annotated[
    str | None,
    typer.Option(
        "--rate",
        metavar="FPS",
        help="Frames a second of an image sequence, 24 unless given; 24000/1001 is fine.",
        rich_help_panel=_FILE,
    ),
]
Frames = Annotated[
    str | None,
    typer.Option(
        "--frames",
        metavar="A:B",
        help="From frame A up to, not including, B, from 0; A: and :B leave an end open.",
        rich_help_panel=_FILE,
    ),
]
Overwrite = Annotated[
    bool,
    typer.Option(
        "--overwrite",
        metavar=FLAG,
        help="Replace an output that is there.",
        rich_help_panel=_FILE,
    ),
]


@dataclass(frozen=True)
class Changes:
    """What a command line changes of a project; None leaves it as it is."""

    look: str | None = None
    values: tuple[str, ...] = ()
    input: str | None = None
    output: str | None = None
    rendering: str | None = None
    model: str | None = None
    depth: Path | None = None
    track: int | None = None
    ocio: Path | None = None

    def project(self, path: str | None, *, clip_needed: bool = True) -> "Project":
        """The project of an input with these changes.

        Raises ProjectError and ColorError; also where a clip is needed and none is named.
        """
        from depthgrade import looks  # noqa: PLC0415 - see the package's docstring
        from depthgrade.project import Project, parse_value  # noqa: PLC0415

        project = Project(clip=path)
        if path is not None and Path(path).suffix.lower() == ".toml":
            project = Project.load(path)
            if project.clip is None and clip_needed:
                raise ProjectError(
                    f"{path}: names no clip; give the clip, and this file as --look {path}"
                )
        plain = {
            name: getattr(self, name)
            for name in ("input", "output", "model", "depth", "track", "ocio")
            if getattr(self, name) is not None
        }
        project = replace(project, **plain)
        if self.look is not None:
            project = replace(project, look=looks.load(self.look))
        if self.rendering is not None:
            rendering = replace(project.rendering, kind=self.rendering)  # type: ignore[arg-type]
            project = replace(project, rendering=rendering)
        for each in self.values:
            address, equals, text = each.partition("=")
            if not equals:
                raise ProjectError(f"--set {each}: has no value; write node.param=value")
            project = _with_value(project, address.strip(), parse_value(text.strip()))
        return project


def _with_value(project: "Project", address: str, value: object) -> "Project":
    """The project with "node.param" set, or "node.param@24:smooth" to a keyframe at a frame."""
    address, at, place = address.partition("@")
    if not at:
        return project.with_value(address, value)
    frame, _, ease = place.partition(":")
    ease = ease or "linear"
    if not frame.isdigit() or ease not in EASES:
        raise ProjectError(
            f"--set {address}@{place}: is no keyframe; write {address}@24=0.8, with :hold, :linear"
            " or :smooth behind the frame"
        )
    return project.with_keyframe(address, int(frame), value, ease)


def parse_rate(text: str | None) -> Fraction | None:
    """Frames a second. Raises ProjectError unless it is a positive number."""
    if text is None:
        return None
    try:
        rate = Fraction(text)
    except (ValueError, ZeroDivisionError):
        rate = Fraction(0)
    if rate <= 0:
        raise ProjectError(f"--rate {text}: is no rate; allowed: such as 25 or 24000/1001")
    return rate


def parse_frames(text: str | None, count: int | None = None) -> tuple[int, int] | None:
    """The range "A:B", "A:", ":B" or "A" (one frame) names; an open end is `count`.

    None where the whole clip is meant. Raises ProjectError for another form.
    """
    if text is None or text == ":":
        return None
    first, colon, last = (part.strip() for part in text.partition(":"))
    try:
        start = int(first) if first else 0
        stop = (int(last) if last else count) if colon else start + 1
    except ValueError:
        raise ProjectError(
            f"--frames {text}: is no range; write A:B, A: or :B, counted from 0"
        ) from None
    assert stop is not None
    return start, stop


def open_ended(text: str | None) -> bool:
    """Whether the clip's length must be known to read a range."""
    return text is not None and text.strip().endswith(":") and text.strip() != ":"


# The option of each field of Changes, in the order the help lists them.
_SPELT = {
    "look": LookName,
    "values": Values,
    "input": InputSpace,
    "output": OutputSpace,
    "rendering": RenderingName,
    "ocio": Configuration,
    "model": Model,
    "depth": DepthFolder,
    "track": Track,
}


def add(
    app: typer.Typer,
    function: Callable[..., None],
    panel: str,
    name: str = "",
    *,
    without: tuple[str, ...] = (),
) -> None:
    """Adds a command whose help is its docstring: prose unwrapped, examples line by line.

    A parameter `changes: Changes` becomes one option a field, less the fields `without` names.
    """
    prose, _, examples = inspect.cleandoc(function.__doc__ or "").partition("\n\nExamples:\n")
    text = "\n\n".join(part.replace("\n", " ") for part in prose.split("\n\n"))
    if examples:
        text += f"\n\n[bold]Examples[/]\n{examples}"
    command = _spelt_out(function, without)
    needs_more = any(
        each.default is inspect.Parameter.empty
        for each in inspect.signature(command).parameters.values()
    )
    app.command(
        name or function.__name__, help=text, rich_help_panel=panel, no_args_is_help=needs_more
    )(command)


def _spelt_out(function: Callable[..., None], without: tuple[str, ...]) -> Callable[..., None]:
    """The function with its parameter `changes` as the options it is made of."""
    parameters: list[inspect.Parameter] = []
    fields = {field: option for field, option in _SPELT.items() if field not in without}
    for each in inspect.signature(function, eval_str=True).parameters.values():
        if each.annotation is not Changes:
            parameters.append(each)
            continue
        parameters += [
            inspect.Parameter(
                field, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=option
            )
            for field, option in fields.items()
        ]
    if len(parameters) == len(inspect.signature(function).parameters):
        return function

    def command(**given: Any) -> None:
        taken = {field: given.pop(field) for field in fields}
        taken["values"] = tuple(taken.get("values") or ())
        function(**given, changes=Changes(**taken))

    command.__annotations__ = {each.name: each.annotation for each in parameters}
    command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    return command


def is_there(clip: Path | str) -> bool:
    """Whether a clip's file or folder exists; a sequence counts by its folder."""
    path = Path(clip)
    return path.exists() or (any(c in path.name for c in "%*?[") and path.parent.is_dir())
