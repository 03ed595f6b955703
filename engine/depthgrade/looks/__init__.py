"""The looks that come with depthgrade: one small TOML file each, beside this module."""

from pathlib import Path

from depthgrade.errors import ProjectError, suggest
from depthgrade.project import Look, load_look

_FOLDER = Path(__file__).parent


def names() -> tuple[str, ...]:
    """The names of the shipped looks."""
    return tuple(sorted(file.stem for file in _FOLDER.glob("*.toml")))


def load(name: str | Path) -> Look:
    """A shipped look by name, or the look in a file. Raises ProjectError, naming the nearest."""
    path = Path(name)
    if path.suffix == ".toml":
        return load_look(path)
    if str(name) not in names():
        raise ProjectError(f'there is no look "{name}"; {suggest(str(name), names())}')
    return load_look(_FOLDER / f"{name}.toml")
