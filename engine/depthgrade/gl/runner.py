"""Runs compiled programs: compiles each text once, binds what it reads, draws or dispatches it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import moderngl
import numpy as np
from numpy.typing import NDArray

from depthgrade.compiler import Program
from depthgrade.compiler.program import WORK_GROUP, Sampler
from depthgrade.errors import DeviceError
from depthgrade.gl.device import Device
from depthgrade.gl.flat import flattened
from depthgrade.gl.powers import quick_powers
from depthgrade.gl.textures import TextureStore
from depthgrade.nodes.base import Argument

VERTEX = """#version 330 core
void main()
{
    // One triangle that covers the picture, without any buffer.
    gl_Position = vec4(gl_VertexID == 1 ? 3.0 : -1.0, gl_VertexID == 2 ? 3.0 : -1.0, 0.0, 1.0);
}
"""


@dataclass
class _Built:
    program: moderngl.Program | moderngl.ComputeShader
    triangle: moderngl.VertexArray | None
    renamed: Mapping[str, str]  # live values that the vertex hands on, by their name in the text


@dataclass(frozen=True)
class Inputs:
    """What a program may read: planes and pictures by number, depth textures by quality, and
    what other programs of its plan made, by sampler name."""

    planes: Sequence[moderngl.Texture] = ()
    depths: Mapping[str, moderngl.Texture] | None = None
    pictures: Sequence[moderngl.Texture] = ()
    passes: Mapping[str, moderngl.Texture] | None = None


class Runner:
    """The programs of one device and the pictures they draw into.

    A picture is kept by its label and drawn over the next time the label is used.
    """

    def __init__(self, device: Device, *, computing: bool = False) -> None:
        """computing: run every program under a compute main, where that is faster."""
        self.device, self.computing = device, computing
        self.compiled = 0  # how many texts were compiled: a drag must not raise it
        self._built: dict[tuple[str, str], _Built] = {}
        self._targets: dict[object, tuple[moderngl.Texture, moderngl.Framebuffer]] = {}
        self._tables = TextureStore(device)
        self._unfinished: set[int] = set()  # textures that may still be drawn into

    def run(
        self,
        program: Program,
        inputs: Inputs,
        values: Mapping[str, Argument] | None = None,
        *,
        label: object = "picture",
    ) -> moderngl.Texture:
        """The picture a program makes. Raises DeviceError when its text does not compile."""
        if self.computing:
            program = program.dispatched
        built = self._build(program)
        texture, framebuffer = self._target(program, label)
        # Looked up before any is bound: filling a table binds it to the first unit.
        sources = [self._source(sampler, inputs) for sampler in program.samplers]
        if any(source.glo in self._unfinished for source in sources):
            self.finish()
        for unit, (sampler, source) in enumerate(zip(program.samplers, sources, strict=True)):
            if sampler.name in built.program:
                source.use(unit)
                built.program[sampler.name] = unit
        for said, value in (values or {}).items():
            name = built.renamed.get(said, said)
            if name in built.program:
                uniform = built.program[name]
                assert isinstance(uniform, moderngl.Uniform)
                uniform.write(_column_major(value))
        if isinstance(built.program, moderngl.ComputeShader):
            texture.bind_to_image(0, read=False, write=True)
            width, height = program.size
            built.program.run(-(-width // WORK_GROUP[0]), -(-height // WORK_GROUP[1]), 1)
            self.device.context.memory_barrier()
        else:
            assert built.triangle is not None
            framebuffer.use()
            built.triangle.render(moderngl.TRIANGLES, vertices=3)
        if self.device.software:  # which waits for a picture it samples, with Python standing still
            self._unfinished.add(texture.glo)
        return texture

    def has(self, program: Program) -> bool:
        """Whether a program is compiled, so that running it does not wait."""
        made = program.dispatched if self.computing else program
        return (made.entry, made.identity) in self._built

    def _source(self, sampler: Sampler, inputs: Inputs) -> moderngl.Texture | moderngl.Texture3D:
        match sampler.role:
            case "plane":
                return inputs.planes[sampler.index]
            case "depth":
                return (inputs.depths or {})[sampler.quality]
            case "picture":
                return inputs.pictures[sampler.index]
            case "pass":
                return (inputs.passes or {})[sampler.name]
            case _:
                assert sampler.table is not None
                return self._tables.table(sampler.table)

    def read(self, texture: moderngl.Texture) -> NDArray[Any]:
        """A texture's values: (height, width) or (height, width, channels)."""
        shape = (texture.height, texture.width, texture.components)
        values = np.empty(shape, dtype_of(texture))
        self.finish()
        texture.read_into(values, alignment=1)
        return values[..., 0] if texture.components == 1 else values

    def finish(self) -> None:
        """Waits until everything asked for is done; other Python threads run meanwhile."""
        self.device.finish()
        self._unfinished.clear()

    def _build(self, program: Program) -> _Built:
        key = (program.entry, program.identity)
        if key not in self._built:
            context = self.device.context
            text = quick_powers(program.text) if self.device.software else program.text
            try:
                if program.entry == "compute":
                    self._built[key] = _Built(context.compute_shader(text), None, {})
                else:
                    vertex, fragment, renamed = VERTEX, text, dict[str, str]()
                    if self.device.software:
                        vertex, fragment, renamed = flattened(vertex, fragment)
                    linked = context.program(vertex, fragment)
                    self._built[key] = _Built(linked, context.vertex_array(linked, []), renamed)
            except moderngl.Error as error:
                raise DeviceError(f"shader: {_first_error(str(error), text)}") from error
            self.compiled += 1
        return self._built[key]

    def _target(
        self, program: Program, label: object
    ) -> tuple[moderngl.Texture, moderngl.Framebuffer]:
        key = (label, program.size, program.channels, program.storage)
        if key not in self._targets:
            context = self.device.context
            texture = context.texture(program.size, program.channels, dtype=program.storage)
            texture.filter = (moderngl.NEAREST, moderngl.NEAREST)
            texture.repeat_x = texture.repeat_y = False
            self._targets[key] = texture, context.framebuffer([texture])
        return self._targets[key]


def dtype_of(texture: moderngl.Texture) -> np.dtype[Any]:
    """The numpy type of a texture's values."""
    return np.dtype({"f1": np.uint8, "nu2": np.uint16, "f4": np.float32}[texture.dtype])


def _column_major(value: Argument) -> bytes:
    """A uniform's value as OpenGL takes it: float32, matrices by columns."""
    values = np.array(value, np.float32)
    return (values.T if values.shape == (3, 3) else values).tobytes()


def _first_error(message: str, text: str) -> str:
    """The driver's first complaint with the line it is about."""
    for line in message.splitlines():
        parts = line.replace("(", ":").split(":")
        if "error" in line and len(parts) > 2 and parts[1].strip().isdigit():
            number = int(parts[1])
            source = text.splitlines()
            if 0 < number <= len(source):
                return f"{line.strip()} in: {source[number - 1].strip()}"
    return message.strip().splitlines()[-1] if message.strip() else "does not compile"
