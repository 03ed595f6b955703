"""The pictures on the nodes of the graph: asked for when all is still, shown when they come."""

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from depthgrade.errors import EngineError
from depthgrade.gl.device import Device
from depthgrade.gl.textures import Texture, TextureStore, interpolated
from depthgrade.graph import OUTPUT, SOURCE
from depthgrade.project import Look
from depthgrade.session.background import Background, Failed
from depthgrade.session.node_pictures import (
    GivenDepth,
    NodePicture,
    NodesDone,
    NodesWanted,
    draw_nodes,
)
from depthgrade.session.player import Player

if TYPE_CHECKING:
    from depthgrade.ui.app import App


@dataclass(frozen=True)
class _Asked:
    """What pictures follow from."""

    clip: object
    look: Look
    index: int


class NodePictures:
    """The textures by node id, "source" and "output". Belongs to the thread of the device."""

    def __init__(self) -> None:
        self._process: Background | None = None
        self._store: TextureStore | None = None
        self._textures: dict[str, Texture] = {}
        self._asked: _Asked | None = None
        self._token = 0
        self.busy = False  # pictures are still to come

    def close(self) -> None:
        """Ends the process; the pictures stay until others come."""
        if self._process is not None:
            self._process.close()
        self._process, self._asked, self.busy = None, None, False

    def clear(self) -> None:
        """Forgets the pictures: another clip is opened."""
        self._textures, self._asked = {}, None

    def get(self, name: str) -> Texture | None:
        """The picture of a node if there is one."""
        return self._textures.get(name)

    def update(self, app: "App") -> None:
        """Takes what has come; asks for new pictures when the viewer's own is settled."""
        self._take(app.device)
        player = app.player
        if player is None or player.frame is None:
            return
        if player.playing or app.held:
            if self.busy and self._process is not None:
                self._send(app, player, ())
            self._asked, self.busy = None, False
            return
        if not app.complete and app.problem is None:
            return
        asked = _Asked(player, app.look, player.frame.index)
        if asked == self._asked:
            return
        self._asked = asked
        graph = app.look.graph
        self._send(app, player, (SOURCE, *graph.order(), *graph.unused(), OUTPUT))

    def _send(self, app: "App", player: Player, names: tuple[str, ...]) -> None:
        if self._process is None:
            self._process = Background(draw_nodes)
        self._token += 1
        self.busy = bool(names)
        assert player.frame is not None
        index = player.frame.index
        depth = _depth(player, app.look, index) if names else GivenDepth()
        self._process.send(NodesWanted(self._token, app.project, index, names, depth))

    def _take(self, device: Device) -> None:
        for answer in self._process.poll() if self._process is not None else ():
            match answer:
                case NodePicture():
                    with device.current():
                        self._store = self._store or TextureStore(device)
                        texture = self._store.fill(answer.name, answer.picture)
                        self._textures[answer.name] = interpolated(texture)
                case NodesDone():
                    self.busy = self.busy and answer.token != self._token
                case Failed():
                    self.busy = False


def _depth(player: Player, look: Look, index: int) -> GivenDepth:
    """What the player has of the depth that the nodes read at a frame."""
    depth, given = player.preview.depth, GivenDepth(guided=player.preview.depth.guided)
    for quality in player.preview.qualities(look):
        try:
            shot, found = depth.shot(index, quality), depth.finished(index, quality)
        except EngineError:
            continue
        given.shots[quality], given.maps[quality] = shot, found
    for quality, point in look.picked.values():
        with suppress(EngineError):
            given.targets[quality, point] = depth.target(index, quality, point)
    return given
