"""What a viewer makes of a finished picture: keys over it, false colour, copies, single pixels."""

import moderngl
import numpy as np
from numpy.typing import NDArray

from depthgrade.gl.device import Device
from depthgrade.gl.runner import VERTEX
from depthgrade.resources import shader

_MODES = ("picture", "key", "overlay", "matte", "false colour")


class Monitor:
    """Draws viewer pictures on one device. Belongs to the device's thread."""

    def __init__(self, device: Device) -> None:
        self._device, self._context = device, device.context
        self._program: moderngl.Program | None = None
        self._triangle: moderngl.VertexArray | None = None
        self._targets: dict[tuple[int, int], tuple[moderngl.Texture, moderngl.Framebuffer]] = {}
        self._readers: dict[int, moderngl.Framebuffer] = {}

    def show(
        self, picture: moderngl.Texture, key: moderngl.Texture | None, mode: str
    ) -> moderngl.Texture:
        """The picture as a mode shows it; the picture itself where the mode adds nothing."""
        if mode == "picture" or (key is None and mode != "false colour"):
            return picture
        with self._device.current():
            return self._drawn(picture, key or picture, mode)

    def _drawn(
        self, picture: moderngl.Texture, key: moderngl.Texture, mode: str
    ) -> moderngl.Texture:
        if self._program is None:
            self._program = self._context.program(VERTEX, shader("scope/display"))
            self._triangle = self._context.vertex_array(self._program, [])
        if picture.size not in self._targets:
            texture = self._context.texture(picture.size, 4, dtype="f1")
            self._targets[picture.size] = texture, self._context.framebuffer([texture])
        texture, framebuffer = self._targets[picture.size]
        assert self._triangle is not None
        picture.use(0)
        key.use(1)
        for name, value in (("picture", 0), ("key", 1), ("mode", _MODES.index(mode))):
            self._program[name] = value
        framebuffer.use()
        self._triangle.render(moderngl.TRIANGLES, vertices=3)
        return texture

    def copy(self, picture: moderngl.Texture) -> moderngl.Texture:
        """A picture of its own, that the next frame does not draw over."""
        with self._device.current():
            copied = self._context.texture(picture.size, picture.components, dtype=picture.dtype)
            self._context.copy_framebuffer(
                self._context.framebuffer([copied]), self._context.framebuffer([picture])
            )
            return copied

    def pixel(self, picture: moderngl.Texture, x: int, y: int) -> NDArray[np.float32]:
        """RGBA of one pixel, from the top left."""
        with self._device.current():
            if picture.glo not in self._readers:
                self._readers[picture.glo] = self._context.framebuffer([picture])
            data = self._readers[picture.glo].read((x, y, 1, 1), 4, dtype="f4")
        return np.frombuffer(data, np.float32)
