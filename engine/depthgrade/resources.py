"""Where the packaged shaders and models are: beside the checkout, or inside the installed package.

The checkout wins, because an editable install can leave a stale packaged copy behind.
"""

import os
from contextlib import suppress
from functools import cache
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def directory(kind: str) -> Path:
    """The folder of a kind of resource ("shaders" or "models").

    Raises FileNotFoundError if the installation lacks it.
    """
    checkout = _PACKAGE.parents[1]
    for candidate in (checkout / kind, _PACKAGE / kind):
        ours = candidate.parent == _PACKAGE or (checkout / "pyproject.toml").is_file()
        if ours and candidate.is_dir():
            return candidate
    raise FileNotFoundError(f"{_PACKAGE}: the packaged folder {kind} is missing; reinstall")


@cache
def shader(name: str) -> str:
    """The GLSL text of shaders/<name>.glsl, for example shader("node/primary")."""
    return (directory("shaders") / f"{name}.glsl").read_text(encoding="utf-8")


def user_cache() -> Path:
    """The folder for things that can be made again: $XDG_CACHE_HOME/depthgrade."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "depthgrade"


def user_settings() -> Path:
    """The folder for what the user keeps: $XDG_CONFIG_HOME/depthgrade."""
    base = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    return Path(base) / "depthgrade"


def material() -> Path:
    """The folder of test material, never shipped: $DEPTHGRADE_MATERIAL or ../shared/material."""
    return Path(
        os.environ.get("DEPTHGRADE_MATERIAL") or _PACKAGE.parents[2] / "shared" / "material"
    )


@cache
def shader_names(folder: str) -> tuple[str, ...]:
    """The names, for `shader`, of the GLSL files in a folder of shaders."""
    root = directory("shaders")
    return tuple(sorted(f"{folder}/{file.stem}" for file in (root / folder).glob("*.glsl")))


def shader_stamp() -> tuple[tuple[str, int, int], ...]:
    """What tells two states of the folder of shaders apart: names, times and sizes of its files."""
    found = []
    for file in sorted(directory("shaders").rglob("*.glsl")):
        with suppress(OSError):  # it went away in between
            status = file.stat()
            found.append((str(file), status.st_mtime_ns, status.st_size))
    return tuple(found)
