"""TOML files read in bounded time and memory, whatever they hold.

Python's own reader goes down one call a level of nesting and compares all the beginnings of a
dotted key, so the text is measured before it is read.
"""

import re
import tomllib
from pathlib import Path
from typing import Any

from depthgrade.errors import ProjectError

LARGEST_FILE = 4 * 2**20  # bytes; thousands of keyframes take a tenth of it
DEEPEST = 16  # brackets in brackets, and parts of a dotted key
_INTEGERS = range(-(2**63), 2**63)  # TOML 1.0.0, "Integer"

# Strings and comments, in which brackets and dots mean nothing; one without an end runs to the end
# of its line or of the file. What a part took it keeps, so that the search takes linear time.
_QUOTED = re.compile(
    r'"""(?:\\.|[^\\"]|"(?!""))*+(?:"""|\Z)'
    r"|'''(?:[^']|'(?!''))*+(?:'''|\Z)"
    r'|"(?:\\.|[^"\\\n])*+"?'
    r"|'[^'\n]*+'?"
    r"|#[^\n]*+",
    re.DOTALL,
)
_DOTTED = re.compile(rf"(?<![\w-])(?:[\w-]++[ \t]*+\.[ \t]*+){{{DEEPEST}}}")


def read_toml(path: Path) -> dict[str, Any]:
    """The tables of a TOML file.

    Raises ProjectError, naming the file and the place, for one that can't be read, is no TOML, or
    is beyond the limits above.
    """
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_FILE + 1)
        if len(data) > LARGEST_FILE:
            size = f"{LARGEST_FILE // 2**20} MiB"
            raise ProjectError(f"{path.name}: is larger than {size}, the most a project may be")
        text = data.decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise ProjectError(f"{path}: can't be read: {reason}") from error
    _check_depth(path, text)
    try:
        table = tomllib.loads(text + "\n")  # at its very end an error has no line number
    except ValueError as error:  # a number of thousands of digits is no TOMLDecodeError
        raise ProjectError(f"{path.name}: is not valid TOML: {error}") from error
    _check_values(path, table)
    return table


def _check_depth(path: Path, text: str) -> None:
    """Raises ProjectError where brackets or dotted keys are nested deeper than DEEPEST."""
    bare = _QUOTED.sub(lambda each: "_" + "\n" * each[0].count("\n"), text)
    depth, deep = 0, _DOTTED.search(bare)
    place = deep.start() if deep else None
    for bracket in re.finditer(r"[\[\]{}]", bare):
        depth += 1 if bracket[0] in "[{" else -1
        if depth > DEEPEST:
            place = bracket.start()
            break
    if place is not None:
        line = bare.count("\n", 0, place) + 1
        raise ProjectError(
            f"{path.name}: line {line}: is nested deeper than {DEEPEST} levels; write it flatter"
        )


def _check_values(path: Path, table: dict[str, Any]) -> None:
    """Raises ProjectError for a whole number beyond TOML's and text that no path may hold."""
    pending: list[tuple[str, Any]] = list(table.items())
    while pending:
        where, value = pending.pop()
        if isinstance(value, dict):
            pending += [(f"{where}.{name}", each) for name, each in value.items()]
        elif isinstance(value, list):
            pending += [(where, each) for each in value]
        elif isinstance(value, int) and value not in _INTEGERS:
            raise ProjectError(f"{path.name}: {where} is too large; whole numbers have 64 bits")
        elif isinstance(value, str) and "\0" in value:
            raise ProjectError(f"{path.name}: {where} holds a NUL character; remove it")
