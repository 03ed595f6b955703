"""A framebuffer that stands in for a window's."""

import moderngl
import numpy as np
from numpy.typing import NDArray

from depthgrade.gl.device import Device


class Screen:
    """An RGBA8 picture to draw an interface on; its first row is the lowest, as a window's is."""

    def __init__(self, device: Device, size: tuple[int, int]) -> None:
        self._context = device.context
        self._framebuffer: moderngl.Framebuffer = self._context.framebuffer(
            [self._context.texture(size, 4, dtype="f1")]
        )

    def use(self) -> None:
        """Draws go here from now on, on black."""
        self._framebuffer.use()
        self._framebuffer.clear(0.0, 0.0, 0.0, 1.0)

    def read(self) -> NDArray[np.uint8]:
        """(height, width, 3), top row first."""
        width, height = self._framebuffer.size
        data = self._framebuffer.read(components=3, alignment=1)
        return np.frombuffer(data, np.uint8).reshape(height, width, 3)[::-1].copy()
