"""The `models` commands: which depth networks there are, fetching, checking and adding them."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from depthgrade.cli.terminal import bars, error, note, output, table
from depthgrade.errors import EngineError

if TYPE_CHECKING:
    from depthgrade.depth.collection import Checked

_PANEL = "Reference"


def register(app: typer.Typer) -> None:
    """Adds the commands to the program."""
    group = typer.Typer(
        name="models",
        help="List the depth networks; fetch, verify and add them.",
        rich_markup_mode="rich",
        no_args_is_help=True,
    )
    group.command("list")(list_models)
    for command in (fetch, verify, add):
        group.command(command.__name__)(command)
    app.add_typer(group, rich_help_panel=_PANEL)


def list_models() -> None:
    """List the depth networks there are cards for, and which are on this machine."""
    from depthgrade.depth import cards, default_card  # noqa: PLC0415

    default = default_card()
    listed = table("model", "title", "licence", "size", "on this machine", right=("size",))
    for card in cards():
        here = "yes" if card.available else "no"
        if default is not None and card.name == default.name:
            here = "yes, the default"
        size = f"{card.size_bytes / 1e6:.1f} MB" if card.size_bytes else ""
        listed.add_row(card.name, card.title, card.licence, size, here)
    output().print(listed)


def fetch(
    name: Annotated[str, typer.Argument(help="A name of `models list`.", show_default=False)],
) -> None:
    """Download a network, check it, and keep it in the cache; a cut download goes on."""
    from depthgrade.depth import collection, load_card  # noqa: PLC0415

    card = load_card(name)
    output().print(f"{card.title}: licence {card.licence}, from {card.source}")
    with bars() as progress:
        path = collection.fetch(card, lambda done, total: progress("fetching", done, total))
    output().print(f"{path}  {card.size_bytes} bytes, SHA-256 as its card says", markup=False)


def verify(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="[NAME|FILE]",
            help="One network; without it, all there are.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Compare networks with their cards and run them on a drawn picture; exits 1 if one fails."""
    from depthgrade.depth import cards, collection, load_card  # noqa: PLC0415

    chosen = [load_card(name)] if name is not None else [c for c in cards() if c.available]
    failed = False
    for card in chosen:
        try:
            _tell(collection.check(card))
        except EngineError as problem:
            error(str(problem))
            failed = True
    if not chosen:
        note("no network is on this machine; see `depthgrade models list`")
    if failed:
        raise typer.Exit(1)


def add(
    file: Annotated[
        Path,
        typer.Argument(help="A network .onnx, or its card .toml.", show_default=False),
    ],
) -> None:
    """Add a network of your own, after checking it; without a card one is made for it."""
    from depthgrade.depth import collection  # noqa: PLC0415

    added = collection.add(file)
    _tell(added)
    own = added.path.with_suffix(".toml")
    where = f"; its card: {own}" if own.is_file() else ""
    output().print(f"use it with --model {added.card.name}{where}")


def _tell(checked: "Checked") -> None:
    card = checked.card
    hashed = "SHA-256 as its card says" if card.sha256 else "its card has no SHA-256"
    output().print(
        f"{card.name}: ok, {hashed}; near and far are right (correlation {checked.agreement:.2f})"
    )
    for each in checked.notes:
        note(f"{card.name}: {each}")
