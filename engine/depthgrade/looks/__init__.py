"""Looks by name: those that come with depthgrade, beside this module, and the user's own.

Each is one small TOML file, what it needs lies beside it. A user's look takes no shipped name.
"""

from pathlib import Path

from depthgrade.errors import ProjectError, suggest
from depthgrade.graph import NODE_ID
from depthgrade.project import Look, load_look
from depthgrade.resources import user_settings

# Those to show what depthgrade is for; the others are specimens.
MAIN = ("recover-highlights", "studio-light", "teal-orange")

_FOLDER = Path(__file__).parent


def names() -> tuple[str, ...]:
    """The names of the shipped looks."""
    return _names_in(_FOLDER)


def saved_names() -> tuple[str, ...]:
    """The names of the user's own looks."""
    return tuple(name for name in _names_in(saved_folder()) if name not in names())


def saved_path(name: str) -> Path:
    """Where the user's look of a name lies, or would. Raises ProjectError for an unfit name."""
    if not NODE_ID.fullmatch(name):
        raise ProjectError(f'"{name}": is not a look\'s name; use letters, digits, _ and -')
    if name in names():
        raise ProjectError(f"{name}: is a look that comes with depthgrade; choose another name")
    return saved_folder() / f"{name}.toml"


def load(name: str | Path) -> Look:
    """A look by name, or the look in a file. Raises ProjectError, naming the nearest."""
    path = Path(name)
    if path.suffix == ".toml":
        return load_look(path)
    if str(name) in names():
        return load_look(_FOLDER / f"{name}.toml")
    known = (*names(), *saved_names())
    if str(name) not in known:
        raise ProjectError(f'there is no look "{name}"; {suggest(str(name), known)}')
    return load_look(saved_path(str(name)))


def saved_folder() -> Path:
    """Where the user's own looks lie; it may not exist yet."""
    return user_settings() / "looks"


def _names_in(folder: Path) -> tuple[str, ...]:
    return tuple(sorted(file.stem for file in folder.glob("*.toml")))
