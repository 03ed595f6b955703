"""The user's networks: fetched by their card, checked, or added from a file.

They lie in the models folder of the cache, each beside its card if it has one of its own. A
download goes on where it was cut, and a file gets its name only after its size and hash were right.
"""

import shutil
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path

from depthgrade.depth.card import ModelCard, Quality, cards, file_sha256, load_card
from depthgrade.depth.estimator import Estimator
from depthgrade.depth.polarity import polarity, reversal, turned
from depthgrade.errors import DepthError
from depthgrade.resources import user_cache

Progress = Callable[[int, int], None]  # bytes there, bytes in all

_PIECE = 1 << 18  # bytes read at once
_SECONDS = 30.0  # without an answer


@dataclass(frozen=True)
class Checked:
    """What is known of a network after it was run.

    agreement   correlation of its answer with the depth of the drawn test picture
    notes       what the user should know, one sentence each
    """

    card: ModelCard
    path: Path
    agreement: float
    notes: tuple[str, ...] = ()


def folder() -> Path:
    """Where fetched and added networks are."""
    return user_cache() / "models"


def fetch(card: ModelCard, progress: Progress | None = None) -> Path:
    """Downloads a network, or finds it there; its path. progress: called with bytes.

    Raises DepthError if the card names no address, on any failure of the connection (what came so
    far is kept for the next time) and if the file is not the card's.
    """
    if card.available and not _replaceable(card):
        return card.verify()
    if card.url is None or card.sha256 is None or card.size_bytes is None:
        raise DepthError(f"model {card.name}: has no address to fetch it from; see {card.source}")
    if Path(card.file).name != card.file or Path(card.file).suffix.lower() != ".onnx":
        # A card says where to put what its address sends: anywhere, if it may name folders.
        raise DepthError(f"model {card.name}: file is {card.file}; a plain name ending in .onnx")
    target = folder() / card.file
    part = target.with_name(target.name + ".part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        there = part.stat().st_size if part.is_file() else 0
        if there > card.size_bytes:
            part.unlink()
            there = 0
        if there < card.size_bytes:
            _download(card, part, there, progress)
    except (OSError, HTTPException, ValueError) as error:
        reason = getattr(error, "reason", None) or error
        raise DepthError(
            f"{card.url}: can't be fetched ({reason}); fetch again, it goes on where it stopped"
        ) from error
    found = part.stat().st_size
    if found != card.size_bytes:
        raise DepthError(
            f"{card.url}: {found} of {card.size_bytes} bytes came; fetch again, it goes on there"
        )
    digest = file_sha256(part)
    if digest != card.sha256:
        part.unlink()
        raise DepthError(
            f"{card.url}: SHA-256 is {digest[:12]}…; model {card.name} has {card.sha256[:12]}…; "
            "the download was deleted"
        )
    part.replace(target)
    return target


def _replaceable(card: ModelCard) -> bool:
    """Whether the file that is there was fetched before and is damaged."""
    try:
        card.verify()
    except DepthError:
        return card.url is not None and card.path().parent == folder()
    return False


def _download(card: ModelCard, part: Path, there: int, progress: Progress | None) -> None:
    assert card.url is not None and card.size_bytes is not None
    request = urllib.request.Request(card.url, headers={"User-Agent": "depthgrade"})
    if not card.url.startswith(("https://", "http://")):
        raise ValueError("only http and https addresses are fetched")
    if there:
        request.add_header("Range", f"bytes={there}-")
    with urllib.request.urlopen(request, timeout=_SECONDS) as answer:
        if there and answer.status != 206:  # the server begins anew
            there = 0
        with part.open("ab" if there else "wb") as stream:
            while piece := answer.read(_PIECE):
                there += len(piece)
                if there > card.size_bytes:
                    raise ValueError(f"more than {card.size_bytes} bytes came")
                stream.write(piece)
                if progress:
                    progress(there, card.size_bytes)


def check(card: ModelCard, quality: Quality = "better") -> Checked:
    """Compares a network with its card and runs it on the drawn test picture.

    Raises DepthError for another file than the card's, one that can't run, and for near and far the
    wrong way round.
    """
    with Estimator(card, quality, provider="cpu") as estimator:
        verdict, agreement = polarity(estimator)
    notes: tuple[str, ...] = ()
    if verdict == "wrong":
        raise DepthError(reversal(card, agreement))
    if verdict == "unclear":
        notes = (
            f"says little of the depth of the test picture (correlation {agreement:.2f}): "
            "colour range, mean and std of its card may be wrong",
        )
    return Checked(card, estimator.path, agreement, notes)


def add(source: Path) -> Checked:
    """Copies a network, and its card if it has one, into the user's folder; checks it first.

    source is an .onnx file (with a .toml of the same name beside it, or without) or a card. Without
    a card one is written: what is assumed, with near and far as the test picture shows them; a card
    that was written so before is kept. The file of a shipped card is put where that looks for it.
    Raises DepthError, and leaves nothing behind then.
    """
    card = load_card(source)
    own = source.suffix.lower() == ".toml" or source.with_suffix(".toml").is_file()
    notes: tuple[str, ...] = ()
    try:
        checked = check(card)
    except DepthError:
        other = turned(card)
        if own or other is None:
            raise
        checked = check(other)
        notes = ("its larger values are far; its card says so",)
    path, card = checked.path, checked.card
    shipped = next((each for each in cards() if each.shipped and each.name == card.name), None)
    if shipped is not None and _facts(shipped) != _facts(card):
        raise DepthError(
            f"{source}: a network of the name {card.name} has a card already; rename this one"
        )
    target = folder() / (shipped.file if shipped is not None else f"{card.name}.onnx")
    if target.exists() and file_sha256(target) != file_sha256(path):
        raise DepthError(
            f"{target}: another network of the name {card.name} is there; rename this one"
        )
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.exists():
            part = target.with_name(target.name + ".part")
            shutil.copyfile(path, part)
            part.replace(target)
        if shipped is not None:
            return Checked(shipped, target, checked.agreement, checked.notes)
        card_file = target.with_suffix(".toml")
        if card_file.is_file() and not own:
            notes = ("was there already; its card is kept",)
        else:
            card_file.write_text(card_text(card, target), encoding="utf-8")
    except OSError as error:
        raise DepthError(f"{target}: can't be written: {error.strerror or error}") from error
    return Checked(load_card(card_file), target, checked.agreement, (*notes, *checked.notes))


def _facts(card: ModelCard) -> dict[str, object]:
    return card.model_dump(exclude={"file"})


def card_text(card: ModelCard, path: Path) -> str:
    """A card as a TOML file for the network at a path."""
    values = card.model_dump(exclude_none=True) | {
        "file": path.name,
        "size_bytes": path.stat().st_size,
        "sha256": file_sha256(path),
    }
    return "".join(f"{key} = {_toml(value)}\n" for key, value in values.items())


def _toml(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case str():
            escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")
            return f'"{escaped}"'
        case tuple() | list():
            return f"[{', '.join(_toml(each) for each in value)}]"
    return str(value)
