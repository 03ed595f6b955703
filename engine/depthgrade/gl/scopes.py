"""Scopes on the device: every sampled pixel is counted where it belongs, then counts are drawn.

Counting is a compute shader with atomics on one image of 256 x 768 cells; drawing is a fragment
shader. On a software device some tens of thousands of pixels are counted, spread over the picture,
which looks nearly the same and keeps the picture's frame rate.
"""

import moderngl

from depthgrade.gl.device import Device
from depthgrade.gl.runner import VERTEX
from depthgrade.resources import shader

_Programs = tuple[moderngl.ComputeShader, moderngl.Program, moderngl.VertexArray]
KINDS = ("Parade", "Waveform", "Vector", "Histogram")
_SIZE = (256, 3 * 256)
_SAMPLES = 40_000  # pixels that are enough on a software device


class Scopes:
    """The scopes of one device. Belongs to its thread; programs are made on first use."""

    def __init__(self, device: Device) -> None:
        self._context, self._software = device.context, device.software
        self._programs: dict[str, _Programs] = {}
        self._counts: moderngl.Texture | None = None
        self._zeros = bytes(4 * _SIZE[0] * _SIZE[1])
        self._targets: dict[tuple[int, int], tuple[moderngl.Texture, moderngl.Framebuffer]] = {}

    def draw(
        self, kind: str, picture: moderngl.Texture, size: tuple[int, int], *, quick: bool = True
    ) -> moderngl.Texture:
        """A scope of a picture (display code values) as an RGBA8 texture of a size.

        quick: on a software device count fewer pixels, for pictures that move.
        """
        if self._counts is None:
            self._counts = self._context.texture(_SIZE, 1, dtype="u4")
            self._counts.filter = (moderngl.NEAREST, moderngl.NEAREST)
        counter, program, triangle = self._made(kind)
        size = max(size[0], 1), max(size[1], 1)
        if size not in self._targets:
            self._targets.clear()
            texture = self._context.texture(size, 4, dtype="f1")
            self._targets[size] = texture, self._context.framebuffer([texture])
        texture, framebuffer = self._targets[size]
        pixels = picture.width * picture.height
        every = 1
        while quick and self._software and pixels / every**2 > _SAMPLES:
            every += 1
        self._counts.write(self._zeros)
        self._counts.bind_to_image(0, read=True, write=True)
        picture.use(0)
        across, down = -(-picture.width // every), -(-picture.height // every)
        self._set(counter, picture=0, every=every)
        counter.run(-(-across // 64), -(-down // 4), 1)
        self._context.memory_barrier()
        self._counts.use(0)
        strength = 2.0e4 * every**2 / pixels
        self._set(program, counts=0, strength=strength, size=size)
        framebuffer.use()
        triangle.render(moderngl.TRIANGLES, vertices=3)
        return texture

    def _made(self, kind: str) -> _Programs:
        """The programs of a kind, which is a constant of theirs: a software device goes through
        all branches on a value.
        """
        if kind not in self._programs:
            known = f"const int kind = {KINDS.index(kind)};"
            count, paint = (
                shader(name).replace("//! kind", f"{known}  //")
                for name in ("scope/count", "scope/paint")
            )
            program = self._context.program(VERTEX, paint)
            triangle = self._context.vertex_array(program, [])
            self._programs[kind] = self._context.compute_shader(count), program, triangle
        return self._programs[kind]

    def _set(self, program: moderngl.Program | moderngl.ComputeShader, **values: object) -> None:
        for name, value in values.items():
            if name in program:
                program[name] = value
