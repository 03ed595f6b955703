"""Arrays in main memory to textures, each texture kept and filled anew while its shape stays."""

from collections.abc import Sequence
from typing import Any

import moderngl
import numpy as np
from numpy.typing import NDArray

from depthgrade.color import GlslTexture
from depthgrade.frames import Plane
from depthgrade.gl.device import Device

Texture = moderngl.Texture

_STORAGE = {"uint8": "f1", "uint16": "nu2", "float16": "f2", "float32": "f4"}


def interpolated(texture: Texture) -> Texture:
    """The texture, read between its texels from now on."""
    texture.filter = (moderngl.LINEAR, moderngl.LINEAR)
    return texture


class TextureStore:
    """The textures of one kind (a frame's planes, depth maps), by key; refilled in place."""

    def __init__(self, device: Device) -> None:
        self._device = device
        self._textures: dict[object, moderngl.Texture] = {}
        self._cubes: dict[object, moderngl.Texture3D] = {}

    def fill(self, key: object, values: NDArray[Any], *, linear: bool = False) -> moderngl.Texture:
        """The texture that holds an array of (height, width) or (height, width, channels).

        uint8 and uint16 become 0..1, floats stay. Padded rows are read as they lie.
        """
        height, width = values.shape[:2]
        channels = 1 if values.ndim == 2 else values.shape[2]
        storage = _STORAGE[values.dtype.name]
        texture = self._textures.get(key)
        shape = ((width, height), channels, storage)
        if texture is None or (texture.size, texture.components, texture.dtype) != shape:
            # The one before waits for `Device.collect`: released here as well, it could not be.
            texture = self._device.context.texture((width, height), channels, dtype=storage)
            self._textures[key] = texture
        mode = moderngl.LINEAR if linear else moderngl.NEAREST
        texture.filter = (mode, mode)
        texture.repeat_x = texture.repeat_y = False
        texel = values.dtype.itemsize * channels
        rows = values.strides[0]
        tight = values.strides[1] == texel and values.strides[-1] == values.dtype.itemsize
        if not tight or rows < width * texel or rows % texel:
            values = np.ascontiguousarray(values)
        self._device.upload(texture, values.ctypes.data, values.strides[0] // texel)
        return texture

    def planes(self, planes: Sequence[Plane]) -> tuple[moderngl.Texture, ...]:
        """The textures of a frame's planes."""
        return tuple(self.fill(index, plane) for index, plane in enumerate(planes))

    def table(self, table: GlslTexture) -> moderngl.Texture | moderngl.Texture3D:
        """The texture of a colour transform's table, 2D or 3D; filled once, unfiltered."""
        key = (table.name, table.values.ctypes.data)
        if table.dimension == 2:
            return self._textures.get(key) or self.fill(key, table.values)
        if key not in self._cubes:
            width, height, depth = table.size
            cube = self._device.context.texture3d(
                (width, height, depth), table.channels, table.values.tobytes(), dtype="f4"
            )
            cube.filter = (moderngl.NEAREST, moderngl.NEAREST)
            cube.repeat_x = cube.repeat_y = cube.repeat_z = False
            self._cubes[key] = cube
        return self._cubes[key]
