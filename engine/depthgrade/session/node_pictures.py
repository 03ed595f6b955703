"""Small pictures of what every node makes, from a process beside the player.

A node's picture needs a program of its own; were it compiled and drawn here, the screen would wait.
The process has a low priority, so that playback does not feel it, and on a software device
compiles quickly rather than well: its pictures are small.
"""

import os
from contextlib import suppress
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection

import numpy as np
from numpy.typing import NDArray

from depthgrade.editing import seen_at
from depthgrade.errors import DepthError, EngineError
from depthgrade.frames import Frame
from depthgrade.gl.textures import Texture
from depthgrade.graph import OUTPUT, SOURCE
from depthgrade.nodes.base import KeyNode
from depthgrade.nodes.picked import PickedPoint
from depthgrade.project import Look, Project
from depthgrade.session.background import Inbox, without_look
from depthgrade.session.clip_depth import Map, ShotDepth
from depthgrade.session.renderer import Renderer

_ROWS = 60  # at least, of a picture of a clip that has them
_NICE = 10


@dataclass(frozen=True)
class GivenDepth:
    """A frame's depth as the player has it: finished maps by quality, their shots, and targets."""

    maps: dict[str, Map] = field(default_factory=dict)
    shots: dict[str, ShotDepth] = field(default_factory=dict)
    targets: dict[tuple[str, PickedPoint], float] = field(default_factory=dict)
    guided: bool = True


@dataclass(frozen=True)
class NodesWanted:
    """The pictures to make of a frame, in this order; none: stop making any."""

    token: int
    project: Project
    index: int
    names: tuple[str, ...]
    depth: GivenDepth


@dataclass(frozen=True)
class NodePicture:
    """What a node makes: (height, width, 4) uint8, output-encoded; a key in grey."""

    token: int
    name: str
    picture: NDArray[np.uint8]


@dataclass(frozen=True)
class NodesDone:
    """All pictures of an order that can be made have been."""

    token: int


class _Given:
    """The player's depth of one frame, as a renderer asks for it."""

    description = "given"

    def __init__(self, depth: GivenDepth) -> None:
        self._depth, self.guided = depth, depth.guided

    def shot(self, index: int, quality: str, progress: object = None) -> ShotDepth:
        """The shot of the frame. Raises DepthError where the player had none."""
        if quality not in self._depth.shots:
            raise DepthError("depth: has not come yet")
        return self._depth.shots[quality]

    def map(
        self, frame: Frame, planes: tuple[Texture, ...], quality: str
    ) -> tuple[Map, Texture | None]:
        """Its map, with its edges already taken from the picture."""
        return self._depth.maps[quality], None

    def target(
        self, index: int, quality: str, point: PickedPoint, progress: object = None
    ) -> float:
        """The depth under a picked point. Raises DepthError where the player had none."""
        if (quality, point) not in self._depth.targets:
            raise DepthError("depth: the picked point is not followed yet")
        return self._depth.targets[quality, point]

    def close(self) -> None:
        """Nothing to free."""


def draw_nodes(pipe: Connection) -> None:
    """The child that draws them (orders: NodesWanted)."""
    if hasattr(os, "nice"):
        os.nice(_NICE)
    os.environ["GALLIVM_PERF"] = "nopt"  # llvmpipe keeps such programs apart in its cache
    inbox = Inbox(pipe, newest_only=True)
    renderer: Renderer | None = None
    opened: Project | None = None
    while (order := inbox.take()) is not None:
        if not order.names:
            continue
        try:
            bare = without_look(order.project)
            if renderer is None or bare != opened:
                if renderer is not None:
                    renderer.close()
                renderer, opened = None, bare
                renderer = Renderer(order.project)
            for name in order.names:
                with suppress(EngineError):  # a node that can't be drawn has no picture
                    pipe.send(NodePicture(order.token, name, node_picture(renderer, order, name)))
                if inbox.waiting:
                    break
            else:
                pipe.send(NodesDone(order.token))
        except EngineError:  # the player says what is wrong with the clip
            with suppress(OSError):
                pipe.send(NodesDone(order.token))
        except OSError:
            return


def node_picture(renderer: Renderer, order: NodesWanted, name: str) -> NDArray[np.uint8]:
    """The picture of a node, the source or the output. Raises what drawing raises."""
    look, count = order.project.look, renderer.info.frame_count
    renderer.be_fed(_Given(order.depth), renderer.reader.frame, lambda index: (0, count))
    node = look.nodes.get(name)
    key = name if isinstance(node, KeyNode) else None
    if key is None and name != OUTPUT:
        look = Look() if name == SOURCE else seen_at(look, name)
    renderer.project = replace(
        order.project, output="rec709" if order.project.output == "auto" else order.project.output
    )
    renderer.proxy = _factor(renderer.source.size[1])
    texture = renderer.draw(renderer.reader.frame(order.index), key=key, look=look, label=name)
    values = np.clip(renderer.engine.read(texture)[..., :3], 0.0, 1.0)
    picture = np.full((*values.shape[:2], 4), 255, np.uint8)
    picture[..., :3] = np.round(np.nan_to_num(values) * 255)
    return picture


def _factor(rows: int) -> int:
    """How many times smaller the picture is: even, or 1."""
    return max(1, rows // _ROWS // 2 * 2)
