"""Projects and looks: which clip, how its colour is read and shown, and the graph that grades it.

Both are TOML and the same file format; a look is the part without a clip, so that it fits any.
Only what differs from the defaults is written; unknown keys are errors that name the nearest.

    clip = "interview.mov"              wires = [
    input = "slog3_sgamut3cine"             "source -> sky -> output",
                                            "depth.key -> sky.key",
    [nodes.sky]                         ]
    type = "primary"
    gain = 0.8
"""

import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from depthgrade.color import (
    DisplayRendering,
    Rendering,
    UserConfig,
    config_from,
    input_title,
    output_title,
)
from depthgrade.errors import EngineError, ProjectError, suggest
from depthgrade.graph import NODE_ID, Graph, Wire, parse_wires
from depthgrade.nodes.base import Node, Value, shown
from depthgrade.nodes.depth_map import DepthMap
from depthgrade.nodes.registry import change_node, make_node, parameters


@dataclass(frozen=True)
class Look:
    """A grading graph that fits any clip: nodes by id and the wires between them.

    Raises ProjectError when the wires are not a valid graph.
    """

    title: str = "No grade"
    about: str = ""
    nodes: Mapping[str, Node] = field(default_factory=dict)
    wires: tuple[Wire, ...] = parse_wires(["source -> output"])

    def __post_init__(self) -> None:
        self.graph  # noqa: B018 - made now, so that a wrong wire is refused now

    @cached_property
    def graph(self) -> Graph:
        """The wiring of the nodes."""
        return Graph({name: node.ports for name, node in self.nodes.items()}, self.wires)

    def used(self) -> dict[str, Node]:
        """The nodes that reach the output, in the order they run."""
        return {name: self.nodes[name] for name in self.graph.order()}

    def value(self, address: str) -> Value:
        """The value at an address such as "sky.gain". Raises ProjectError for an unknown one."""
        node, name = self._resolve(address)
        value: Value = getattr(self.nodes[node], name)
        return value

    def with_value(self, address: str, value: object) -> Self:
        """This look with one value set. Raises ProjectError as the project file would."""
        node, name = self._resolve(address)
        return self.with_nodes({node: change_node(node, self.nodes[node], {name: value})})

    def with_nodes(self, nodes: Mapping[str, Node]) -> Self:
        """This look with some nodes replaced."""
        return replace(self, nodes={**self.nodes, **nodes})

    @property
    def automatic(self) -> frozenset[str]:
        """The addresses of limits that wait for the shot's depth."""
        return frozenset(
            f"{name}.{limit}"
            for name, node in self.nodes.items()
            if isinstance(node, DepthMap)
            for limit in node.automatic
        )

    def with_limits(self, limits: Callable[[str], tuple[float, float]]) -> Self:
        """This look with automatic limits filled in; limits(quality) is a shot's (far, near)."""
        settled = {}
        for name, node in self.nodes.items():
            if isinstance(node, DepthMap) and node.automatic:
                known = dict(zip(("far_limit", "near_limit"), limits(node.quality), strict=True))
                settled[name] = node.model_copy(update={n: known[n] for n in node.automatic})
        return self.with_nodes(settled) if settled else self

    def _resolve(self, address: str) -> tuple[str, str]:
        node, dot, name = address.partition(".")
        if not dot:
            raise ProjectError(f'"{address}": is not an address; write node.parameter')
        if node not in self.nodes:
            raise ProjectError(f'{address}: there is no node "{node}"; {suggest(node, self.nodes)}')
        known = parameters(type(self.nodes[node]))
        if name not in known:
            raise ProjectError(f'{node} has no parameter "{name}"; {suggest(name, known)}')
        return node, name


@dataclass(frozen=True)
class Project:
    """A clip, its colour, its depth and the look on it.

    clip        a video file, an image sequence pattern or a picture; None only while editing
    track       which video track of the clip
    input       the clip's colour space, or "auto": from its tags, by the policy `info` prints
    output      the colour space written, or "auto": rec709, and aces2065_1 in EXR files
    rendering   how scene light becomes display light
    model       a depth model: the name of a card, a card file or an .onnx file; None: the default
    depth       a folder with a depth pass to use instead of a model
    ocio        an OpenColorIO configuration whose spaces and views may be named besides ours;
                None: that of $OCIO, if any
    Spaces may also be "ocio:NAME", "file:LUT" and, as output, "view:DISPLAY/VIEW". Raises
    ColorError for one that does not exist.
    """

    clip: Path | str | None = None
    look: Look = field(default_factory=Look)
    track: int = 0
    input: str = "auto"
    output: str = "auto"
    rendering: DisplayRendering = field(default_factory=DisplayRendering)
    model: str | None = None
    depth: Path | str | None = None
    ocio: Path | str | None = None

    def __post_init__(self) -> None:
        if self.input != "auto":
            input_title(self.input, self.configuration)
        if self.output != "auto":
            output_title(self.output, self.configuration)

    def with_value(self, address: str, value: object) -> Self:
        """This project with one node parameter set, for example ("sky.gain", 0.8)."""
        return replace(self, look=self.look.with_value(address, value))

    @property
    def configuration(self) -> UserConfig | None:
        """The user's OpenColorIO configuration, read once while its file stays the same."""
        source = str(self.ocio or os.environ.get("OCIO") or "")
        changed = Path(source).stat().st_mtime_ns if Path(source).is_file() else 0
        return _configuration(source, changed)

    @property
    def qualities(self) -> tuple[str, ...]:
        """The depth qualities that nodes on the way to the output ask for, each once."""
        used = self.look.used().values()
        return tuple(dict.fromkeys(n.quality for n in used if isinstance(n, DepthMap)))

    @classmethod
    def load(cls, path: Path | str) -> Self:
        """The project of a TOML file; paths in it are relative to its folder.

        Raises ProjectError naming the file.
        """
        path = Path(path)
        data = _read(path)
        look = _look(path, data)
        try:
            return cls(
                clip=path.parent / data.clip if data.clip else None,
                look=look,
                track=data.track,
                input=_placed(data.input, path.parent),
                output=_placed(data.output, path.parent),
                rendering=DisplayRendering(
                    data.rendering, data.white, data.mid_grey, data.gamut_compression
                ),
                model=data.model,
                depth=path.parent / data.depth if data.depth else None,
                ocio=path.parent / data.ocio if data.ocio else None,
            )
        except EngineError as error:
            raise ProjectError(f"{path.name}: {error}") from error


@lru_cache(maxsize=8)
def _configuration(source: str, _changed: int) -> UserConfig | None:
    return config_from(source or None)


class _File(BaseModel):
    """The keys a project or look file may hold."""

    model_config = ConfigDict(extra="forbid", strict=True)

    title: str = ""
    about: str = ""
    clip: str | None = None
    track: int = Field(default=0, ge=0)
    input: str = "auto"
    output: str = "auto"
    rendering: Rendering = DisplayRendering.kind
    white: float = DisplayRendering.white
    mid_grey: float = DisplayRendering.mid_grey
    gamut_compression: bool = DisplayRendering.gamut_compression
    model: str | None = None
    depth: str | None = None
    ocio: str | None = None
    nodes: dict[str, dict[str, Any]] = Field(default_factory=dict)
    wires: list[str] = Field(default_factory=lambda: ["source -> output"])


def _placed(space: str, folder: Path) -> str:
    """A space's name; a file's path in it is made relative to the project's folder."""
    kind, colon, rest = space.partition(":")
    return f"file:{folder / rest}" if (kind, colon) == ("file", ":") else space


def load_look(path: Path) -> Look:
    """The look of a TOML file. Raises ProjectError naming the file."""
    return _look(path, _read(path))


def parse_value(text: str) -> object:
    """A value as `--set` writes it: TOML (0.8, true, [1, 1, 0.9], "auto"), or a bare word."""
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def _read(path: Path) -> _File:
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise ProjectError(f"{path}: can't be read: {reason}") from error
    except tomllib.TOMLDecodeError as error:
        raise ProjectError(f"{path.name}: is not valid TOML: {error}") from error
    for key in table:
        if key not in _File.model_fields:
            raise ProjectError(
                f'{path.name}: unknown key "{key}"; {suggest(key, _File.model_fields)}'
            )
    try:
        return _File.model_validate(table)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ProjectError(
            f"{path.name}: {where} = {shown(first['input'])} is not allowed: {first['msg'].lower()}"
        ) from error


def _beside(path: Path, node: Node) -> Node:
    """The node with the files it names taken from beside the file that names them."""
    files = {
        each.name: str(path.parent / getattr(node, each.name))
        for each in parameters(type(node)).values()
        if each.kind == "file" and getattr(node, each.name)
    }
    return node.model_copy(update=files) if files else node


def _look(path: Path, data: _File) -> Look:
    try:
        nodes = {}
        for name, values in data.nodes.items():
            if not NODE_ID.fullmatch(name):
                raise ProjectError(f'"{name}": is not a node id; use letters, digits, _ and -')
            nodes[name] = _beside(path, make_node(name, values))
        return Look(data.title or path.stem, data.about, nodes, parse_wires(data.wires))
    except EngineError as error:
        raise ProjectError(f"{path.name}: {error}") from error
