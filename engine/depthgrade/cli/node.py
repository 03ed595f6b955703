"""The `node` commands: change the graph of a project or look file, its comments kept."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from depthgrade.cli import options
from depthgrade.cli.terminal import note, output
from depthgrade.errors import ProjectError

if TYPE_CHECKING:
    from depthgrade.look import Look

_PANEL = "Exchange"

File = Annotated[
    Path, typer.Argument(metavar="FILE", help="A project or look .toml.", show_default=False)
]
NodeName = Annotated[
    str, typer.Argument(metavar="NODE", help="A node of the file.", show_default=False)
]
TypeName = Annotated[
    str,
    typer.Argument(metavar="TYPE", help="A node type, see `depthgrade nodes`.", show_default=False),
]
NewName = Annotated[
    str | None, typer.Option("--name", metavar="NAME", help="What to call the new node.")
]
Wires = Annotated[
    list[str],
    typer.Argument(metavar="WIRE...", help='Such as "source -> sky" or "depth.key -> sky.key".'),
]


def register(app: typer.Typer) -> None:
    """Adds the commands to the program."""
    group = typer.Typer(
        name="node",
        help="Add, wire and change the nodes of a project or look file; its comments stay.",
        rich_markup_mode="rich",
        no_args_is_help=True,
    )
    commands = (add, insert, duplicate, rename, remove, wire, unwire, set_values)
    for command in commands:
        options.add(group, command, "", command.__name__.removesuffix("_values"))
    app.add_typer(group, rich_help_panel=_PANEL)


def add(file: File, kind: TypeName, name: NewName = None) -> None:
    """Add a node, wired to nothing yet.

    Examples:
      depthgrade node add look.toml depth_map --name depth
    """
    from depthgrade import editing  # noqa: PLC0415 - see the package's docstring

    _change(file, lambda look: _named(*editing.add(look, kind), name))


def insert(
    file: File,
    kind: TypeName,
    *,
    after: Annotated[
        str | None, typer.Option("--after", metavar="NODE", help="Serial: after it, or source.")
    ] = None,
    beside: Annotated[
        str | None, typer.Option("--beside", metavar="NODE", help="Parallel to it, with a mixer.")
    ] = None,
    outside: Annotated[
        str | None, typer.Option("--outside", metavar="NODE", help="Where its key is not.")
    ] = None,
    mixer: Annotated[
        str, typer.Option("--mixer", metavar="TYPE", help="What joins nodes side by side.")
    ] = "parallel_mixer",
    name: NewName = None,
) -> None:
    """Put a node in the way of the picture: after another, beside it, or outside its key.

    Examples:
      depthgrade node insert look.toml primary --after sky
      depthgrade node insert look.toml primary --beside sky --mixer layer_mixer
    """
    from depthgrade import editing  # noqa: PLC0415

    if sum(each is not None for each in (after, beside, outside)) != 1:
        raise ProjectError("node insert: where? give one of --after, --beside and --outside")

    def made(look: "Look") -> tuple["Look", str]:
        if after is not None:
            return editing.insert_serial(look, after, kind)
        if beside is not None:
            return editing.insert_parallel(look, beside, kind, mixer)
        return editing.insert_outside(look, outside or "", kind)

    _change(file, lambda look: _named(*made(look), name))


def duplicate(file: File, node: NodeName, name: NewName = None) -> None:
    """Copy a node: the same values, keyframes and key, no picture wired yet.

    Examples:
      depthgrade node duplicate look.toml sky --name sky_night
    """
    from depthgrade import editing  # noqa: PLC0415

    _change(file, lambda look: _named(*editing.duplicate(look, node), name))


def rename(
    file: File,
    node: NodeName,
    new: Annotated[str, typer.Argument(metavar="NEW", help="Its new name.", show_default=False)],
) -> None:
    """Call a node otherwise, in its wires and keyframes too.

    Examples:
      depthgrade node rename look.toml primary_2 sky
    """
    from depthgrade import editing  # noqa: PLC0415

    _change(file, lambda look: (editing.rename(look, node, new), new), {node: new})


def remove(file: File, node: NodeName) -> None:
    """Take a node out; its picture goes on to where the node's went.

    Examples:
      depthgrade node remove look.toml sky
    """
    from depthgrade import editing  # noqa: PLC0415

    _change(file, lambda look: (editing.remove(look, node), node))


def wire(file: File, wires: Wires) -> None:
    """Wire nodes; a wire takes the place of the one an input for a single wire had.

    Examples:
      depthgrade node wire look.toml "depth.key -> sky.key"
    """
    from depthgrade import editing  # noqa: PLC0415
    from depthgrade.graph import parse_wires  # noqa: PLC0415

    def made(look: "Look") -> tuple["Look", str]:
        for each in parse_wires(wires):
            look = editing.connect(look, each.start, each.end, each.port)
        return look, ", ".join(wires)

    _change(file, made)


def unwire(file: File, wires: Wires) -> None:
    """Take wires out.

    Examples:
      depthgrade node unwire look.toml "depth.key -> sky.key"
    """
    from depthgrade import editing  # noqa: PLC0415
    from depthgrade.graph import parse_wires  # noqa: PLC0415

    def made(look: "Look") -> tuple["Look", str]:
        for each in parse_wires(wires):
            if each not in look.wires:
                known = ", ".join(f'"{one}"' for one in look.wires)
                raise ProjectError(f'there is no wire "{each}"; allowed: {known}')
            look = editing.disconnect(look, each)
        return look, ", ".join(wires)

    _change(file, made)


def set_values(
    file: File,
    values: Annotated[
        list[str],
        typer.Argument(
            metavar="NODE.PARAM=VALUE...",
            help="Values as --set takes them; NODE.PARAM@FRAME=VALUE sets a keyframe.",
            show_default=False,
        ),
    ],
) -> None:
    """Set parameters in the file, as --set does for one command.

    Examples:
      depthgrade node set look.toml sky.gain=0.8 sky.gain_rgb="[1, 0.98, 0.95]"
    """
    changes = options.Changes(values=tuple(values))

    def made(look: "Look") -> tuple["Look", str]:
        return changes.project(str(file), clip_needed=False).look, ", ".join(values)

    _change(file, made)


def _named(look: "Look", made: str, name: str | None) -> tuple["Look", str]:
    """A look whose new node has the name asked for."""
    from depthgrade import editing  # noqa: PLC0415

    return (look, made) if name is None else (editing.rename(look, made, name), name)


def _change(
    file: Path,
    change: Callable[["Look"], tuple["Look", str]],
    renamed: dict[str, str] | None = None,
) -> None:
    """Loads the file, changes its look, saves it and says what was done."""
    from depthgrade.project import Project  # noqa: PLC0415
    from depthgrade.project_file import save  # noqa: PLC0415

    project = Project.load(file)
    look, made = change(project.look)
    save(replace(project, look=look), file, renamed=renamed)
    output().print(f"{file}: {made}", markup=False)
    unused = look.graph.unused()
    if unused:
        note(f"{file}: not wired to the output: {', '.join(unused)}")
