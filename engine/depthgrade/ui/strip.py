"""The pictures of the timeline: made by a thread, uploaded here, kept while their clip is open."""

import numpy as np
from imgui_bundle import ImVec2, imgui
from numpy.typing import NDArray

from depthgrade.color import Suggestion
from depthgrade.gl.device import Device
from depthgrade.gl.textures import Texture, TextureStore, interpolated
from depthgrade.project import Project
from depthgrade.session.player import Player
from depthgrade.session.thumbnails import Thumbnails
from depthgrade.ui import theme
from depthgrade.ui.theme import u32

_PICTURES = 16


class Strip:
    """A row of thumbnails. Belongs to the thread of the device."""

    def __init__(self) -> None:
        self._maker: Thumbnails | None = None
        self._store: TextureStore | None = None
        self._textures: dict[int, Texture] = {}

    def open(self, project: Project, player: Player, device: Device) -> None:
        """Begins the pictures of a clip."""
        self.close()
        space = player.preview.renderer.input_space.space
        self._maker = Thumbnails(project, space, min(_PICTURES, player.info.frame_count))
        self._store, self._device = TextureStore(device), device

    def close(self) -> None:
        """Ends the thread and forgets the pictures."""
        if self._maker is not None:
            self._maker.close()
        self._maker, self._textures = None, {}

    @property
    def busy(self) -> bool:
        """Whether pictures are still to come."""
        return self._maker is not None and self._maker.running

    @property
    def suggestion(self) -> Suggestion | None:
        """The colour space the clip may be in, found on the way."""
        return None if self._maker is None else self._maker.suggestion

    def draw(self, start: ImVec2, end: ImVec2) -> None:
        """Fills a rectangle of the window with the pictures there are."""
        if self._maker is None or self._store is None:
            return
        for number, picture in self._maker.take().items():
            rgba = self._store.fill(number, _opaque(picture))
            self._textures[number] = interpolated(rgba)
        draw = imgui.get_window_draw_list()
        width = (end.x - start.x) / self._maker.count
        for number, texture in self._textures.items():
            left, right = start.x + number * width, start.x + (number + 1) * width
            shape = (end.y - start.y) / width * texture.width / texture.height
            if shape < 1:  # the slot is wider than the picture: its middle is cut out
                low, high = ImVec2(0, 0.5 - shape / 2), ImVec2(1, 0.5 + shape / 2)
            else:
                low, high = ImVec2(0.5 - 0.5 / shape, 0), ImVec2(0.5 + 0.5 / shape, 1)
            draw.add_image(
                imgui.ImTextureRef(texture.glo),
                ImVec2(left, start.y),
                ImVec2(right - 1, end.y),
                low,
                high,
                u32(theme.grey(0.62)),
            )


def _opaque(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """With an alpha of 1: three channels are slow to upload."""
    alpha = np.full((*picture.shape[:2], 1), 255, np.uint8)
    return np.concatenate([picture, alpha], -1)
