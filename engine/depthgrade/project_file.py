"""Saving projects and looks as TOML: only what differs from the defaults, comments kept.

An existing file is changed in place, key by key, so that what people wrote around the values stays
where it was. A file appears under its name only when it is complete and reads back as what was
saved.
"""

import os
import re
from collections import Counter
from collections.abc import Iterable, Mapping, MutableMapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError

from depthgrade.errors import ProjectError
from depthgrade.graph import Wire, parse_wires
from depthgrade.keyframes import Track, written
from depthgrade.nodes.base import Node
from depthgrade.nodes.picked import PickedPoint
from depthgrade.nodes.registry import parameters
from depthgrade.project import Look, Project, load_look

_KEYS = (
    *("title", "about", "clip", "track", "input", "output", "rendering", "white", "mid_grey"),
    *("gamut_compression", "model", "depth", "ocio"),
)


def save(project: Project, path: Path | str, *, renamed: Mapping[str, str] | None = None) -> None:
    """Writes a project; paths in it become relative to its folder.

    renamed   nodes that the file has under another name: {old: new}; their comments stay
    Raises ProjectError when the file can't be written or what is there is no TOML.
    """
    path = Path(path)
    _write(path, _project_values(project, path), project.look, renamed or {})
    _check(Project.load(path).look, project.look)


def save_look(look: Look, path: Path | str) -> None:
    """Writes a look alone, to be laid on any clip. Raises as `save` does."""
    path = Path(path)
    _write(path, _look_values(look, path), look)
    _check(load_look(path), look)


def _check(again: Look, look: Look) -> None:
    """A file that would come back as another look is a fault of this module, not of the user."""
    assert set(again.wires) == set(look.wires) and again.keyframes == look.keyframes
    assert {n: type(node) for n, node in again.nodes.items()} == {
        n: type(node) for n, node in look.nodes.items()
    }


def _project_values(project: Project, path: Path) -> dict[str, Any]:
    default = Project()
    values = _look_values(project.look, path)
    if project.clip is not None:
        values["clip"] = _relative(project.clip, path)
    for name in ("track", "model"):
        if getattr(project, name) != getattr(default, name):
            values[name] = getattr(project, name)
    for name in ("input", "output"):
        if (space := getattr(project, name)) != "auto":
            file = space.removeprefix("file:")
            values[name] = f"file:{_relative(file, path)}" if file != space else space
    rendering = project.rendering
    if rendering.kind != default.rendering.kind:
        values["rendering"] = rendering.kind
    for name in ("white", "mid_grey", "gamut_compression"):
        if getattr(rendering, name) != getattr(default.rendering, name):
            values[name] = getattr(rendering, name)
    for name in ("depth", "ocio"):
        if getattr(project, name) is not None:
            values[name] = _relative(getattr(project, name), path)
    return values


def _look_values(look: Look, path: Path) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if look.title and look.title not in (path.stem, Look().title):
        values["title"] = look.title
    if look.about:
        values["about"] = look.about
    return values


def _relative(target: Path | str, path: Path) -> str:
    """A path as the file names it: relative where it can be, with forward slashes."""
    full = Path(target).absolute()
    try:
        return Path(os.path.relpath(full, path.absolute().parent)).as_posix()
    except ValueError:  # another drive
        return full.as_posix()


def _write(
    path: Path, values: Mapping[str, Any], look: Look, renamed: Mapping[str, str] | None = None
) -> None:
    document = _existing(path, renamed or {})
    for key in _KEYS:
        _set(document, key, values.get(key))
    lines = _lines(look.wires)
    if [str(line) for line in document.get("wires", [])] != lines:
        _set(document, "wires", tomlkit.array(str(lines).replace("'", '"')).multiline(True))
    _write_nodes(document, look.nodes, path)
    _write_keyframes(document, look.keyframes)
    part = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(tomlkit.dumps(document), encoding="utf-8")
        part.replace(path)
    except OSError as error:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise ProjectError(f"{path}: can't be written: {error.strerror}") from error


def _existing(path: Path, renamed: Mapping[str, str]) -> tomlkit.TOMLDocument:
    """What is there. Where nodes are called otherwise by now, the heads of their tables are."""
    if not path.exists():
        return tomlkit.document()
    try:
        text = path.read_text(encoding="utf-8")
        for old, new in renamed.items():
            text = re.sub(rf"(?m)^(\s*\[\s*nodes\s*\.\s*){old}(\s*\])", rf"\g<1>{new}\2", text)
            text = re.sub(rf"(?m)^(\s*[\"']){old}(\.\w+[\"']\s*=)", rf"\g<1>{new}\2", text)
        return tomlkit.parse(text)
    except (OSError, UnicodeDecodeError, TOMLKitError) as error:
        raise ProjectError(
            f"{path}: is there and is no valid TOML, so it is not written over; {error}"
        ) from error


def _write_keyframes(document: tomlkit.TOMLDocument, tracks: Mapping[str, Track]) -> None:
    table = document.get("keyframes")
    if table is None:
        if not tracks:
            return
        table = document["keyframes"] = tomlkit.table()
        table = document["keyframes"]
    for address in [each for each in table if each not in tracks]:
        del table[address]
    for address, track in tracks.items():
        _set(table, address, written(track))


def _write_nodes(document: tomlkit.TOMLDocument, nodes: Mapping[str, Node], path: Path) -> None:
    tables = document.get("nodes")
    if tables is None:
        tables = tomlkit.table(is_super_table=True)
        if nodes:
            document["nodes"] = tables
    for name in [each for each in tables if each not in nodes]:
        del tables[name]
    for name, node in nodes.items():
        if name not in tables:
            tables[name] = tomlkit.table()
        table = tables[name]
        _set(table, "type", node.type)
        for parameter in parameters(type(node)).values():
            value = getattr(node, parameter.name)
            plain = _inline(value) if isinstance(value, PickedPoint) else _listed(value)
            if parameter.kind == "file" and value:
                plain = _relative(str(value), path)
            _set(table, parameter.name, None if value == parameter.default else plain)


def _inline(point: PickedPoint) -> tomlkit.items.InlineTable:
    """A point in one line, as people write it."""
    table = tomlkit.inline_table()
    table.update({"at": list(point.at), "frame": point.frame})
    return table


def _listed(value: Any) -> Any:
    """Tuples as lists, however deep."""
    return [_listed(each) for each in value] if isinstance(value, tuple) else value


def _set(table: MutableMapping[str, Any], key: str, value: Any) -> None:
    """Sets a key where its value is another, so that its comment stays; None removes it."""
    if value is None:
        table.pop(key, None)
    elif key not in table or table[key] != value:
        table[key] = value


def _lines(wires: tuple[Wire, ...]) -> list[str]:
    """Wires as a file writes them: pictures joined to chains, keys one by one."""
    pictures = [wire for wire in wires if wire.port == "rgb"]
    out, into = (Counter(getattr(wire, side) for wire in pictures) for side in ("start", "end"))
    inside = {node for node in out if out[node] == 1 == into[node]}  # one picture in, one out
    following = {wire.start: wire for wire in pictures if wire.start in inside}
    lines = []
    for wire in pictures:
        if wire.start in inside:
            continue
        chain = [wire.start, wire.end]
        while chain[-1] in following:
            chain.append(following[chain[-1]].end)
        lines.append(" -> ".join(chain))
    if _by_end(parse_wires(lines)) != _by_end(pictures):  # a mixer's branches keep their order
        lines = [str(wire) for wire in pictures]
    return [*lines, *(str(wire) for wire in wires if wire.port == "key")]


def _by_end(wires: Iterable[Wire]) -> dict[str, list[str]]:
    """The starts of the wires into each node."""
    found: dict[str, list[str]] = {}
    for wire in wires:
        found.setdefault(wire.end, []).append(wire.start)
    return found
