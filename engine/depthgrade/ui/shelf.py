"""The looks that may be laid on a clip: shipped ones, the user's own, those beside the project."""

from dataclasses import dataclass
from pathlib import Path

from depthgrade import looks
from depthgrade.errors import EngineError
from depthgrade.project import Look, load_look

_AGAIN = 1.0  # seconds between looks at the folders
_MOST = 60  # looks of a folder


@dataclass(frozen=True)
class Card:
    """A look on the shelf; group is "shipped", "saved" or the name of a folder."""

    name: str
    look: Look
    group: str


class Shelf:
    """Cards by group; a folder is read again when it has changed."""

    def __init__(self) -> None:
        self._looked = float("-inf")
        self._stamp: object = None
        self._cards: tuple[Card, ...] = ()

    def cards(self, folder: Path | None, now: float) -> tuple[Card, ...]:
        """What there is, shipped first. folder: the project's or clip's; files in it that are no
        looks are passed over.
        """
        if now - self._looked < _AGAIN and self._cards:
            return self._cards
        self._looked = now
        files = [*_files(looks.saved_folder()), *(_files(folder) if folder else ())]
        stamp = tuple((str(file), file.stat().st_mtime_ns) for file in files if file.exists())
        if stamp != self._stamp or not self._cards:
            self._stamp = stamp
            shipped = [*looks.MAIN, *(name for name in looks.names() if name not in looks.MAIN)]
            found = [Card(name, looks.load(name), "shipped") for name in shipped]
            for name in looks.saved_names():
                found += _card(looks.saved_path(name), "saved")
            for file in _files(folder) if folder else ():
                found += _card(file, file.parent.name or str(file.parent))
            self._cards = tuple(found)
        return self._cards


def _files(folder: Path) -> list[Path]:
    try:
        return sorted(folder.glob("*.toml"))[:_MOST]
    except OSError:
        return []


def _card(file: Path, group: str) -> list[Card]:
    try:
        look = load_look(file)
    except EngineError:
        return []
    return [Card(file.stem, look, group)] if look.nodes else []
