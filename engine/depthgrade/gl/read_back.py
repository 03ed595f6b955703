"""Pictures back from the device, some frames late: they travel while the next ones are drawn.

Reading a texture waits until it is drawn and copied, with nothing asked of the device meanwhile.
Copied to a pixel buffer first, and taken two pictures later, the copy is over when it is taken
(glReadPixels and glGetTexImage into a GL_PIXEL_PACK_BUFFER return at once). On a software
rasteriser a buffer is one copy more and nothing travels, so the texture is read there and then.
"""

from collections.abc import Callable, Sequence
from typing import Any

import moderngl
import numpy as np
from numpy.typing import NDArray

from depthgrade.gl.runner import Runner, dtype_of

LATE = 3  # pictures asked for before the first of them is taken: as many as there are buffers

Values = tuple[NDArray[Any], ...]


class ReadBack:
    """The buffers of one runner's device. Belongs to its thread."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner
        self._buffers: dict[tuple[int, int, int], moderngl.Buffer] = {}  # by turn, place and size
        self._turn = 0

    def ask(self, textures: Sequence[moderngl.Texture]) -> Callable[[], Values]:
        """What gives the textures' values, as `Runner.read` does.

        To be called before LATE more are asked for; the textures may be drawn over at once.
        """
        if self._runner.device.software:
            values = tuple(self._runner.read(texture) for texture in textures)
            return lambda: values
        self._turn = (self._turn + 1) % LATE
        taken = []
        for place, texture in enumerate(textures):
            shape = (texture.height, texture.width, texture.components)
            dtype = dtype_of(texture)
            buffer = self._buffer(place, int(np.prod(shape)) * dtype.itemsize)
            texture.read_into(buffer, alignment=1)
            taken.append((buffer, dtype, shape))

        def values_of() -> Values:
            # A bytes object of its own for each: the encoder may hold it while the ring goes on.
            arrays = (np.frombuffer(b.read(), dtype).reshape(shape) for b, dtype, shape in taken)
            return tuple(each[..., 0] if each.shape[2] == 1 else each for each in arrays)

        return values_of

    def _buffer(self, place: int, size: int) -> moderngl.Buffer:
        key = (self._turn, place, size)
        if key not in self._buffers:
            self._buffers[key] = self._runner.device.context.buffer(reserve=size)
        return self._buffers[key]
