"""What all tests share: one OpenGL context per process and the folder of test material.

The environment is set here as well as in ./dev, so that a bare `pytest` measures the same thing.
"""

import ctypes
import os
import struct
from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import MagicMock

import av
import moderngl
import numpy as np
import pytest
from depthgrade import resources
from depthgrade.compiler import Request, Source, compile_grade
from depthgrade.frames import ColorTags, Frame, PixelFormat
from depthgrade.gl.device import Device
from depthgrade.project import Look, Project
from depthgrade.session.engine import Engine
from depthgrade.session.passes import PassRunner
from numpy.typing import NDArray

_ROOT = Path(__file__).resolve().parents[1]

# Mesa reads these when the first context is made, which is after this file was imported.
_MESA_CACHE = _ROOT / ".cache" / "mesa"
_MESA_CACHE.mkdir(parents=True, exist_ok=True)
os.environ.setdefault("MESA_SHADER_CACHE_DIR", str(_MESA_CACHE))
os.environ.setdefault("GALLIVM_PERF", "nopt")  # compile shaders quickly: the pictures are small
os.environ.setdefault("LP_NUM_THREADS", "0")  # the test processes already fill the cores


@pytest.fixture(scope="session")
def gl() -> Iterator[moderngl.Context]:
    """The OpenGL context of this test process, headless through EGL and current in the test.

    It is required: without OpenGL the tests that ask for it fail.
    """
    context = moderngl.create_context(standalone=True, backend="egl")  # type: ignore[arg-type]
    yield context
    context.release()


@pytest.fixture(autouse=True)
def _gl_is_current(request: pytest.FixtureRequest) -> Iterator[None]:
    """Makes the shared context current again, whatever contexts an earlier test made."""
    if "gl" not in request.fixturenames:
        yield
        return
    with request.getfixturevalue("gl"):
        yield


@pytest.fixture(scope="session")
def material() -> Path:
    """The folder of test material that is never shipped; skips where it is absent."""
    folder = resources.material()
    if not folder.is_dir():
        pytest.skip(f"no test material at {folder}; DEPTHGRADE_MATERIAL names another folder")
    return folder


@pytest.fixture
def graded(gl: moderngl.Context) -> Callable[..., NDArray[np.float32]]:
    """A function that runs a look on the device: `graded(look, pixels, depth=None, **request)`.

    pixels: (height, width, 3) DaVinci Intermediate code values in -1.9..1.9; depth: (height, width)
    or one number. Nothing but the look's nodes touches them; the result has the same shape. A list
    of pixels (and of depths) is the frames of one shot: the result is that of frame `at`, after
    those of `drawn` were drawn; shot is (first, one past the last) where it is not all of them.
    """
    engine = Engine(Device(gl))
    space = "davinci_intermediate"
    format = PixelFormat("gbrpf32le", "rgb", 32, ("G", "B", "R"), floating=True)

    def frame_of(pixels: NDArray[np.float32], index: int) -> Frame:
        pixels = np.ascontiguousarray(pixels, np.float32)
        planes = tuple(np.ascontiguousarray(pixels[..., channel]) for channel in (1, 2, 0))
        return Frame(planes, format, ColorTags(), index, 0, Fraction(1, 24))

    def run(
        look: Look,
        pixels: NDArray[np.float32] | Sequence[NDArray[np.float32]],
        depth: object = 0.0,
        *,
        at: int = 0,
        drawn: Sequence[int] = (),
        shot: tuple[int, int] | None = None,
        **options: object,
    ) -> NDArray[np.float32]:
        given = [pixels] if isinstance(pixels, np.ndarray) else pixels
        frames = [frame_of(each, index) for index, each in enumerate(given)]
        height, width = frames[0].planes[0].shape
        source = Source(format, ColorTags(), width, height)
        project = Project(look=look, input=space, output=space)
        plan = compile_grade(Request(project, source, space, **options))
        maps = [
            np.ascontiguousarray(np.broadcast_to(np.asarray(each, np.float32), (height, width)))
            for each in (depth if isinstance(depth, list) else [depth] * len(frames))
        ]
        depths = SimpleNamespace(map=lambda frame, *_: (maps[frame.index], None))
        whole = shot or (0, len(frames))
        runner = PassRunner(engine, frames.__getitem__, lambda: depths, lambda _: whole)
        for index in (*drawn, at):
            picture = runner.draw(plan, look.nodes, frames[index])
        return np.ascontiguousarray(engine.read(picture)[..., :3])

    return run


class CudaOnCpu:
    """CUDA's runtime calls on main memory: what is mapped is copied out and back in.

    Stands in for cuda.bindings.runtime, so that everything around it runs without a device. Calls
    return (status, results...).
    asked     the names of the calls, in order; refused: calls that only give this status
    answers   what a call does and its results, by name; calls that are not here give none
    """

    def __init__(self, device: Device) -> None:
        self.asked: list[str] = []
        self.refused: dict[str, int] = {}
        self.answers: dict[str, Callable[..., tuple[object, ...]]] = {
            "cudaGetDeviceCount": lambda: (1,),
            "cudaGLGetDevices": lambda *_: (1, [0]),
            "cudaStreamCreate": lambda: (77,),
            "cudaMalloc": self._allocate,
            "cudaGraphicsGLRegisterBuffer": lambda number, _: (number,),
            "cudaGraphicsGLRegisterImage": lambda number, *_: (number + _TEXTURE,),
            "cudaGraphicsMapResources": self._map,
            "cudaGraphicsUnmapResources": self._unmap,
            "cudaGraphicsResourceGetMappedPointer": self._pointer,
            "cudaGraphicsSubResourceGetMappedArray": lambda resource, *_: (resource - _TEXTURE,),
            "cudaMemcpyAsync": self._copy,
            "cudaMemcpy2DToArrayAsync": self._copy_rows,
        }
        self._kept: list[object] = []
        self._mapped: dict[int, ctypes.Array[ctypes.c_char]] = {}
        number, signed, address = ctypes.c_uint, ctypes.c_int, ctypes.c_void_p
        part = (number, ctypes.c_ssize_t, ctypes.c_ssize_t, address)
        self._size = device._function(
            ctypes.CFUNCTYPE, "glGetNamedBufferParameteriv", number, number, address
        )
        self._read = device._function(ctypes.CFUNCTYPE, "glGetNamedBufferSubData", *part)
        self._write = device._function(ctypes.CFUNCTYPE, "glNamedBufferSubData", *part)
        self._kind = device._function(
            ctypes.CFUNCTYPE, "glGetTextureLevelParameteriv", number, signed, number, address
        )
        self._align = device._function(ctypes.CFUNCTYPE, "glPixelStorei", number, signed)
        image = (number, *(signed,) * 5, number, number, ctypes.c_char_p)
        self._draw = device._function(ctypes.CFUNCTYPE, "glTextureSubImage2D", *image)

    def __getattr__(self, name: str) -> object:
        if name in ("cudaMemcpyKind", "cudaGLDeviceList", "cudaGraphicsRegisterFlags"):
            return MagicMock(__int__=lambda _: 0)
        if name == "cudaGetErrorString":
            return lambda status: (0, f"error {status}".encode())
        return partial(self._called, name)

    def _called(self, name: str, *arguments: int) -> tuple[object, ...]:
        self.asked.append(name)
        if name in self.refused:
            return (self.refused[name], None, None)
        return (0, *self.answers.get(name, lambda *_: ())(*arguments))

    def _allocate(self, size: int) -> tuple[int]:
        memory = ctypes.create_string_buffer(size)
        self._kept.append(memory)
        return (ctypes.addressof(memory),)

    def _map(self, _: int, resource: int, stream: int) -> tuple[()]:
        if resource < _TEXTURE:
            size = ctypes.c_int()
            self._size(resource, 0x8764, ctypes.byref(size))  # GL_BUFFER_SIZE
            self._mapped[resource] = ctypes.create_string_buffer(size.value)
            self._read(resource, 0, size.value, ctypes.addressof(self._mapped[resource]))
        return ()

    def _unmap(self, _: int, resource: int, stream: int) -> tuple[()]:
        memory = self._mapped.pop(resource, None)
        if memory is not None:
            self._write(resource, 0, len(memory), ctypes.addressof(memory))
        return ()

    def _pointer(self, resource: int) -> tuple[int, int]:
        return ctypes.addressof(self._mapped[resource]), len(self._mapped[resource])

    def _copy(self, target: int, source: int, size: int, *_: int) -> tuple[()]:
        ctypes.memmove(target, source, size)
        return ()

    def _copy_rows(self, array: int, *copy: int) -> tuple[()]:
        _, _, source, pitch, row, rows = copy[:6]
        packed = b"".join(ctypes.string_at(source + y * pitch, row) for y in range(rows))
        kind = ctypes.c_int()
        self._kind(array, 0, 0x1003, ctypes.byref(kind))  # GL_TEXTURE_INTERNAL_FORMAT
        bytes_, *form = _TEXELS[kind.value]
        self._align(0x0CF5, 1)  # GL_UNPACK_ALIGNMENT
        self._draw(array, 0, 0, 0, row // bytes_, rows, *form, packed)
        return ()


_TEXTURE = 1_000_000  # above it resources are textures
# bytes, GL format and GL type of a texel of GL_R8, GL_RG8, GL_R16 and GL_RG16
_TEXELS = {
    0x8229: (1, 0x1903, 0x1401),
    0x822B: (2, 0x8227, 0x1401),
    0x822A: (2, 0x1903, 0x1403),
    0x822C: (4, 0x8227, 0x1403),
}


@pytest.fixture
def cuda_on_cpu(gl: moderngl.Context) -> CudaOnCpu:
    """CUDA's runtime on main memory, for the shared context."""
    return CudaOnCpu(Device(gl))


@pytest.fixture(scope="session")
def write_clip() -> Callable[..., Path]:
    """Writes RGB pictures, each (h, w, 3) uint8, as a lossless 4:2:0 clip of 24 frames a second.

    tagged: as limited Rec.709, which they are in either case.
    """

    def write(path: Path, pictures: Iterable[NDArray[np.uint8]], *, tagged: bool = False) -> Path:
        with av.open(str(path), "w") as container:
            stream = container.add_stream("ffv1", rate=24)
            stream.pix_fmt = "yuv420p"
            for index, picture in enumerate(pictures):
                rgb = av.VideoFrame.from_ndarray(picture, format="rgb24")
                frame = rgb.reformat(
                    format="yuv420p", dst_colorspace="ITU709", dst_color_range="MPEG"
                )
                described = [frame]
                if not index:  # the stream itself, before it is opened by its first picture
                    stream.width, stream.height = frame.width, frame.height
                    described.append(stream.codec_context)
                for each in described if tagged else ():
                    each.color_primaries = each.color_trc = each.colorspace = 1
                    each.color_range = 1
                frame.pts, frame.time_base = index, Fraction(1, 24)
                container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
        return path

    return write


@pytest.fixture(scope="session")
def network(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A card for a network of one convolution: nearness is a weighted sum of R, G and B."""

    def varint(value: int) -> bytes:
        out = bytearray()
        while value > 0x7F:
            out.append(value & 0x7F | 0x80)
            value >>= 7
        return bytes([*out, value])

    def number(field: int, value: int) -> bytes:
        return varint(field << 3) + varint(value)

    def part(field: int, value: bytes | str) -> bytes:
        data = value.encode() if isinstance(value, str) else value
        return varint(field << 3 | 2) + varint(len(data)) + data

    def value(name: str, shape: tuple[int, ...]) -> bytes:
        sides = b"".join(part(1, number(1, side)) for side in shape)
        return part(1, name) + part(2, part(1, number(1, 1) + part(2, sides)))

    weights = struct.pack("<3f", 1.0, 0.5, -0.5)
    tensor = b"".join(number(1, side) for side in (1, 3, 1, 1))
    tensor += number(2, 1) + part(8, "weights") + part(9, weights)
    node = part(1, "picture") + part(1, "weights") + part(2, "depth") + part(4, "Conv")
    graph = part(1, node) + part(2, "network") + part(5, tensor)
    graph += part(11, value("picture", (1, 3, 48, 64))) + part(12, value("depth", (1, 1, 48, 64)))
    folder = tmp_path_factory.mktemp("network")
    model = number(1, 8) + part(8, number(2, 13)) + part(7, graph)
    (folder / "tiny.onnx").write_bytes(model)
    card = folder / "tiny.toml"
    card.write_text(
        'name = "tiny"\ntitle = "Tiny"\nfile = "tiny.onnx"\nsource = "here"\nlicence = "CC0-1.0"\n'
        "faster = [64, 48]\nbetter = [64, 48]\nfixed_size = true\n",
        encoding="utf-8",
    )
    return card
