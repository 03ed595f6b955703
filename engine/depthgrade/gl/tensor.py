"""A picture to a network's input and its answer to nearness, without leaving the device.

The same arrays as the estimator makes on the CPU, in GL buffers whose memory CUDA can be given:
contiguous 1 x 3 x height x width in, height x width out, float32 or float16 by the network.
"""

from dataclasses import dataclass

import moderngl

from depthgrade.gl.device import Device
from depthgrade.resources import shader

_WORD = 4  # bytes
_GROUP, _TILE = 256, (64, 4)  # local sizes of the two shaders


@dataclass(frozen=True)
class TensorForm:
    """How a network's numbers are to be read and written.

    scale, offset   by channel of the tensor: element = code value * scale + offset
    bgr             the tensor's first channel is blue
    half            the tensor is float16; half_answer: the answer is
    distance        the answer is a distance; else it is affine in nearness
    sense           1 where the larger answer is nearer, -1 where it is farther
    nearest         least distance that counts
    """

    scale: tuple[float, float, float]
    offset: tuple[float, float, float]
    bgr: bool = False
    half: bool = False
    half_answer: bool = False
    distance: bool = False
    sense: float = 1.0
    nearest: float = 1e-3


def words_of(elements: int, *, half: bool) -> int:
    """Bytes of a buffer that holds so many elements, in whole words: GLSL has no smaller type."""
    return -(-elements * (2 if half else 4) // _WORD) * _WORD


class TensorPasses:
    """The two passes of one network and size. Belongs to the device's thread.

    input    the buffer `pack` writes; output: the one `unpack` reads
    """

    def __init__(
        self, device: Device, form: TensorForm, size: tuple[int, int], answered: tuple[int, int]
    ) -> None:
        """size: (width, height) of the picture; answered: of the network's answer."""
        context = device.context
        self._context, self._size = context, size
        self.input = context.buffer(reserve=words_of(3 * size[0] * size[1], half=form.half))
        elements = answered[0] * answered[1]
        self.output = context.buffer(reserve=words_of(elements, half=form.half_answer))
        self._pack = _compiled(context, "pack", HALF=form.half, BGR=form.bgr)
        self._unpack = _compiled(context, "unpack", HALF=form.half_answer, DISTANCE=form.distance)
        _set(self._pack, picture=0, scale=form.scale, offset=form.offset)
        _set(self._unpack, answered=answered, sense=form.sense, nearest=form.nearest)
        self._nearness: dict[object, moderngl.Texture] = {}

    def pack(self, picture: moderngl.Texture) -> None:
        """Writes a picture of the size, RGB display code values, into `input`."""
        picture.use(0)
        self.input.bind_to_storage_buffer(0)
        self._pack.run(-(-self.input.size // _WORD // _GROUP), 1, 1)
        self._context.memory_barrier()

    def unpack(self, label: object) -> moderngl.Texture:
        """Nearness from `output` as a float32 texture of the size, drawn over by its label."""
        texture = self._nearness.get(label)
        if texture is None:
            texture = self._nearness[label] = self._context.texture(self._size, 1, dtype="f4")
            texture.filter = (moderngl.NEAREST, moderngl.NEAREST)
            texture.repeat_x = texture.repeat_y = False
        texture.bind_to_image(0, read=False, write=True)
        self.output.bind_to_storage_buffer(0)
        width, height = self._size
        self._unpack.run(-(-width // _TILE[0]), -(-height // _TILE[1]), 1)
        self._context.memory_barrier()
        return texture


def _compiled(context: moderngl.Context, name: str, **said: bool) -> moderngl.ComputeShader:
    defined = [f"#define {each}" for each, there in said.items() if there]
    return context.compute_shader(
        "\n".join(["#version 430 core", *defined, shader(f"tensor/{name}")])
    )


def _set(program: moderngl.ComputeShader, **values: object) -> None:
    for name, value in values.items():
        if name in program:
            program[name] = value
