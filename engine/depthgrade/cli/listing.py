"""The reference commands: `nodes`, `spaces` and `looks`."""

from pathlib import Path
from typing import Annotated

import typer

from depthgrade.cli import options
from depthgrade.cli.terminal import note, output, table
from depthgrade.errors import ColorError, ProjectError

_PANEL = "Reference"


def register(app: typer.Typer) -> None:
    """Adds the commands to the program."""
    options.add(app, nodes, _PANEL)
    options.add(app, spaces, _PANEL)
    options.add(app, ocio, _PANEL)
    group = typer.Typer(
        name="looks", help=list_looks.__doc__, rich_markup_mode="rich", no_args_is_help=True
    )
    group.command("list")(list_looks)
    options.add(group, save_look, "", "save")
    app.add_typer(group, rich_help_panel=_PANEL)


def nodes(
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="One node type.", show_default=False)
    ] = None,
    *,
    markdown: Annotated[
        bool,
        typer.Option("--markdown", metavar=options.FLAG, help="Print all of them as Markdown."),
    ] = False,
) -> None:
    """List the node types, or the parameters of one: ranges, units and defaults.

    Examples:
      depthgrade nodes
      depthgrade nodes primary
    """
    from depthgrade.nodes.base import shown  # noqa: PLC0415 - see the package's docstring
    from depthgrade.nodes.registry import node_type, node_types, parameters  # noqa: PLC0415

    if markdown:
        from depthgrade.reference import nodes_page  # noqa: PLC0415

        print(nodes_page(), end="")
        return
    if name is None:
        listed = table("node", "what it is", "takes", "gives")
        for each, kind in node_types().items():
            ports = kind.ports
            pictures = {None: "pictures", 0: ""}.get(ports.rgb_in, "picture")
            takes = [word for word in (pictures, "key" if ports.key_in else "") if word]
            gives = "picture" if ports.rgb_out else "key"
            reads = str(getattr(kind, "reads", ""))
            listed.add_row(each, _first_line(kind.__doc__), ", ".join(takes) or reads, gives)
        output().print(listed)
        return
    kind = node_type(name)
    output().print(f"{kind.title} ({kind.type}): {_first_line(kind.__doc__)}", "", markup=False)
    listed = table("parameter", "default", "allowed", "what it does", right=("default",))
    own = vars(kind).get("__annotations__", {})
    for parameter in sorted(parameters(kind).values(), key=lambda each: each.name not in own):
        unit = f" {parameter.unit}" if parameter.unit else ""
        listed.add_row(
            parameter.name, shown(parameter.default), f"{parameter.allowed}{unit}", parameter.about
        )
    output().print(listed)


def spaces(configuration: options.Configuration = None) -> None:
    """List the colour spaces that --input and --output take.

    Besides those listed, file:LUT takes any table OpenColorIO reads; of your own configuration
    ($OCIO or --ocio) ocio:NAME names a space and, as output, view:DISPLAY/VIEW a view.
    """
    from depthgrade.color import config_from  # noqa: PLC0415 - see the package's docstring
    from depthgrade.color import spaces as all_spaces  # noqa: PLC0415

    listed = table("space", "title", "light", "source")
    listed.columns[0].no_wrap = True  # a name that goes on in the next line can't be copied
    for space in all_spaces():
        listed.add_row(space.name, space.title, space.kind, space.source)
    user = config_from(configuration)
    if user is not None:
        for name in user.spaces():
            listed.add_row(f"ocio:{name}", name, "", user.name)
        for view in user.views():
            listed.add_row(f"view:{view}", "output only", "display", user.name)
    output().print(listed)


def ocio(
    source: Annotated[
        str | None,
        typer.Argument(
            metavar="[PROJECT]", help="A project, whose rendering views have.", show_default=False
        ),
    ] = None,
    *,
    out: Annotated[
        Path, typer.Option("--out", "-o", metavar="FILE", help="The file to write (.ocio).")
    ],
    overwrite: options.Overwrite = False,
) -> None:
    """Write our colour configuration, so that Nuke, Blender and others can use the same one.

    The view "davinci" has the white and mid-grey of the project, or ours without one.

    Examples:
      depthgrade ocio -o depthgrade.ocio
      depthgrade ocio project.toml -o project.ocio
    """
    from depthgrade.color import write_config  # noqa: PLC0415 - see the package's docstring

    if out.exists() and not overwrite:
        raise ColorError(f"{out}: exists; give another name, or allow it with --overwrite")
    project = options.Changes().project(source, clip_needed=False)
    write_config(out, project.rendering)
    output().print(str(out), markup=False)
    if project.rendering.gamut_compression:
        note(f"not in {out.name}: gamut compression")


def list_looks() -> None:
    """List the looks that come with depthgrade, and your own."""
    from depthgrade import looks  # noqa: PLC0415

    listed = table("look", "what it does", "nodes")
    for name in (*looks.names(), *looks.saved_names()):
        look = looks.load(name)
        listed.add_row(name, look.about, ", ".join(look.nodes))
    output().print(listed)


def save_look(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="What to call it.", show_default=False)
    ],
    source: Annotated[
        str, typer.Argument(metavar="INPUT", help="A project or look .toml.", show_default=False)
    ],
    *,
    values: options.Values = None,
    overwrite: options.Overwrite = False,
) -> None:
    """Keep a look under a name that --look takes.

    Examples:
      depthgrade looks save evening project.toml
    """
    from depthgrade import looks  # noqa: PLC0415
    from depthgrade.project_file import save_look as write_look  # noqa: PLC0415

    path = looks.saved_path(name)
    if path.exists() and not overwrite:
        raise ProjectError(f"{path}: is there already; allowed: another name, or --overwrite")
    changes = options.Changes(values=tuple(values or ()))
    write_look(changes.project(source, clip_needed=False).look, path)
    output().print(str(path), markup=False)


def _first_line(text: str | None) -> str:
    return (text or "").strip().splitlines()[0] if text else ""
