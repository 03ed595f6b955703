"""Projects and looks: which clip, how its colour is read and shown, and the graph that grades it.

Both are TOML and the same file format; a look is the part without a clip, so that it fits any.
Only what differs from the defaults is written; unknown keys are errors that name the nearest.
A file may have 4 MiB, 16 levels of nesting, 256 nodes, 4096 wires and 20,000 keyframes.

    clip = "interview.mov"              wires = [
    input = "slog3_sgamut3cine"             "source -> sky -> output",
                                            "depth.key -> sky.key",
    [nodes.sky]                         ]
    type = "primary"
    gain = 0.8

    [keyframes]                         # [frame, value], and "hold" or "smooth" to the next
    "sky.offset" = [[0, 25], [24, 30, "smooth"], [48, 28]]
"""

import os
import tomllib
from dataclasses import dataclass, field, replace
from functools import lru_cache
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
from depthgrade.errors import EngineError, ProjectError, one_line, suggest
from depthgrade.graph import NODE_ID, check_size, parse_wires
from depthgrade.keyframes import MOST_KEYFRAMES, Ease, parse_track
from depthgrade.look import Look
from depthgrade.nodes.base import Node, shown
from depthgrade.nodes.depth_map import DepthMap
from depthgrade.nodes.registry import make_node, parameters
from depthgrade.plain_toml import read_toml

__all__ = ["Look", "Project", "file_schema", "load_look", "parse_value"]


@dataclass(frozen=True)
class Project:
    """A clip, its colour, its depth and the look on it.

    clip        a video file, an image sequence pattern or a picture; None only while editing
    track       which video track of the clip
    input       the clip's colour space, or "auto": from its tags, by the policy `info` prints
    output      the colour space written, or "auto": rec709, and aces2065_1 in EXR files
    rendering   how scene light becomes display light
    model       a depth model: the name of a card, a card file or an .onnx file; two with a comma
                between, of quality faster and of better; None: the default
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

    def with_keyframe(self, address: str, frame: int, value: object, ease: Ease = "linear") -> Self:
        """This project with a node parameter that has a value at a frame, see `keyframes`."""
        return replace(self, look=self.look.with_keyframe(address, frame, value, ease))

    @property
    def configuration(self) -> UserConfig | None:
        """The user's OpenColorIO configuration, read once while its file stays the same."""
        source = str(self.ocio or os.environ.get("OCIO") or "")
        changed = Path(source).stat().st_mtime_ns if source and Path(source).is_file() else 0
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
            raise ProjectError(one_line(f"{path.name}: {error}")) from error


@lru_cache(maxsize=8)
def _configuration(source: str, _changed: int) -> UserConfig | None:
    return config_from(source or None)


class _File(BaseModel):
    """The keys a project or look file may hold."""

    model_config = ConfigDict(extra="forbid", strict=True)

    title: str = Field(default="", description="What the look is called.")
    about: str = Field(default="", description="What the look is for, in a sentence.")
    clip: str | None = Field(
        default=None, description="The clip, a picture or a sequence, relative to this file."
    )
    track: int = Field(default=0, ge=0, description="Which video track of the clip, from 0.")
    input: str = Field(default="auto", description="The clip's colour space; auto: from its tags.")
    output: str = Field(default="auto", description="The colour space written; auto: rec709.")
    rendering: Rendering = Field(
        default=DisplayRendering.kind, description="How scene light becomes display light."
    )
    white: float = Field(
        default=DisplayRendering.white, description="Scene light shown as display white."
    )
    mid_grey: float = Field(
        default=DisplayRendering.mid_grey, description="Display light of 18 % grey; 1 is 100 nits."
    )
    gamut_compression: bool = Field(
        default=DisplayRendering.gamut_compression,
        description="Bring colours outside the display's gamut into it.",
    )
    model: str | None = Field(
        default=None, description="The depth network: a name or a file; or two, FASTER,BETTER."
    )
    depth: str | None = Field(default=None, description="A folder with a depth pass to use.")
    ocio: str | None = Field(default=None, description="Your own OpenColorIO configuration.")
    nodes: dict[str, dict[str, Any]] = Field(
        default_factory=dict, description="The nodes by id, each with its type."
    )
    keyframes: dict[str, Any] = Field(
        default_factory=dict,
        description='By address such as "sky.gain": [[frame, value], [frame, value, "smooth"]].',
    )
    wires: list[str] = Field(
        default_factory=lambda: ["source -> output"],
        description='The wires: "source -> sky -> output", "depth.key -> sky.key".',
    )


def file_schema() -> dict[str, Any]:
    """The keys of a project file as JSON schema, their nodes and wires in general terms."""
    return _File.model_json_schema()


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
    table = read_toml(path)
    for key in table:
        if key not in _File.model_fields:
            nearest = suggest(key, _File.model_fields)
            raise ProjectError(one_line(f'{path.name}: unknown key "{key}"; {nearest}'))
    try:
        return _File.model_validate(table)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        message = f"{where} = {shown(first['input'])} is not allowed: {first['msg'].lower()}"
        raise ProjectError(one_line(f"{path.name}: {message}")) from error


def _beside(path: Path, node: Node) -> Node:
    """The node with the files it names taken from beside the file that names them."""
    files = {
        each.name: str(path.parent / getattr(node, each.name))
        for each in parameters(type(node)).values()
        if each.kind == "file" and getattr(node, each.name)
    }
    return node.model_copy(update=files) if files else node


def _rows(rows: Any) -> int:
    """How many keyframes a track may turn out to have."""
    return len(rows) if isinstance(rows, list) else 1


def _look(path: Path, data: _File) -> Look:
    try:
        check_size(len(data.nodes))
        if sum(_rows(rows) for rows in data.keyframes.values()) > MOST_KEYFRAMES:
            raise ProjectError(f"keyframes: there are more than {MOST_KEYFRAMES}; use fewer")
        nodes = {}
        for name, values in data.nodes.items():
            if not NODE_ID.fullmatch(name):
                raise ProjectError(f'"{name}": is not a node id; use letters, digits, _ and -')
            nodes[name] = _beside(path, make_node(name, values))
        tracks = {
            address: parse_track(f"keyframes of {address}", rows)
            for address, rows in data.keyframes.items()
        }
        title = data.title or path.stem
        return Look(title, data.about, nodes, parse_wires(data.wires), tracks)
    except EngineError as error:
        raise ProjectError(one_line(f"{path.name}: {error}")) from error
