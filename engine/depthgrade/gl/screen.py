"""A framebuffer that stands in for a window's."""

import moderngl
import numpy as np
from numpy.typing import NDArray

from depthgrade.gl.device import Device


class Screen:
    """An RGBA8 picture to draw an interface on; its first row is the lowest, as a window's is."""

    def __init__(self, device: Device, size: tuple[int, int]) -> None:
        self._context, self._size = device.context, size
        self._framebuffer: moderngl.Framebuffer = self._context.framebuffer(
            [self._context.texture(size, 4, dtype="f1")]
        )

    def use(self) -> None:
        """Draws go here from now on."""
        self._framebuffer.use()

    def clear(self, box: tuple[int, int, int, int] | None = None) -> None:
        """Makes it black, all of it or (left, top, right, bottom), the last two outside."""
        left, top, right, bottom = box or (0, 0, *self._size)
        place = left, self._size[1] - bottom, right - left, bottom - top
        self._framebuffer.clear(0.0, 0.0, 0.0, 1.0, viewport=place)

    def show(self) -> None:
        """Copies it to the window."""
        self._context.copy_framebuffer(self._context.screen, self._framebuffer)

    def read(self) -> NDArray[np.uint8]:
        """(height, width, 3), top row first."""
        width, height = self._size
        data = self._framebuffer.read(components=3, alignment=1)
        return np.frombuffer(data, np.uint8).reshape(height, width, 3)[::-1].copy()
