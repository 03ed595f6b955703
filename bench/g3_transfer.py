"""G3: planes to the device and graded planes back, each way against the memory's own speed.

Up: the planes as they lie (what depthgrade does), through a ring of three pixel buffers, and as
RGBA. Back: the encoder's planes, through a ring of three, and as RGBA. The yardstick is a plain
copy in main memory, and where CUDA is there its copy from pinned memory.
"""

from collections.abc import Callable
from typing import Any

import moderngl
import numpy as np
import w12
from depthgrade import EngineError
from depthgrade.gl.device import headless
from depthgrade.gl.interop import call
from depthgrade.gl.textures import TextureStore
from measure import Row, absent, table
from wall import middle, wall_rounds

Progress = Callable[[str, int, int], None]

TITLE = "G3: transfers, wall ms a frame"
SIZES = {"1080p": (1920, 1080), "4K": (3840, 2160)}
QUICK_SIZES = {"270p": (480, 270)}
RING = 3


def run(*, frames: int | None, quick: bool, progress: Progress) -> dict[str, Any]:
    """A table for each size; the figure is gigabytes a second, frames: rounds to measure."""
    sizes = QUICK_SIZES if quick else SIZES
    tables = []
    for step, (name, size) in enumerate(sizes.items(), 1):
        rows = _rows(size, frames=frames, quick=quick)
        tables.append(table(f"{TITLE}; figure: GB/s, {name}", rows))
        progress("G3", step, len(sizes))
    return {"tables": tables}


def _rows(size: tuple[int, int], *, frames: int | None, quick: bool) -> list[Row]:
    planes = w12.planes(size)
    rgba = np.random.default_rng(1).integers(0, 256, (size[1], size[0], 4), np.uint8)
    with headless() as device, device.current():
        context, store = device.context, TextureStore(device)
        direct = store.planes(planes)
        ringed = tuple(context.texture(each.size, 1, dtype="f1") for each in direct)
        picture = store.fill("rgba", rgba)
        works: dict[str, tuple[Callable[[], object], int]] = {}
        total = sum(plane.nbytes for plane in planes)
        up, back = _UpRing(context, ringed, planes), _BackRing(context, direct)
        works["copy in main memory"] = (_copy(rgba), rgba.nbytes)
        works["up: planes as they lie"] = (lambda: store.planes(planes), total)
        works["up: planes, ring of 3"] = (up.run, total)
        works["up: RGBA as it lies"] = (lambda: store.fill("rgba", rgba), rgba.nbytes)
        works["back: planes"] = (lambda: [_read(each) for each in direct], total)
        works["back: planes, ring of 3"] = (back.run, total)
        works["back: RGBA"] = (lambda: _read(picture), rgba.nbytes)
        _check(works, direct, ringed, planes, back)
        found = wall_rounds(
            {name: work for name, (work, _) in works.items()},
            context.finish,
            quick=quick,
            count=frames,
        )
    rows = []
    for name, (_, size_bytes) in works.items():
        speeds = [size_bytes / 1e6 / ms for ms in found[name]]
        ms = middle(found, name)
        rows.append(
            Row(name, ms, size_bytes / 1e6 / ms, min(speeds), max(speeds), note="same data")
        )
    return [*rows, _pinned(quick=quick)]


class _UpRing:
    """Three buffers in turn: one is written while the device reads those before it."""

    def __init__(
        self,
        context: moderngl.Context,
        textures: tuple[moderngl.Texture, ...],
        planes: w12.Planes,
    ) -> None:
        self._textures, self._planes = textures, planes
        self._ring = [
            [context.buffer(reserve=plane.nbytes, dynamic=True) for plane in planes]
            for _ in range(RING)
        ]
        self._turn = 0

    def run(self) -> None:
        """Uploads the planes."""
        self._turn = (self._turn + 1) % RING
        for buffer, texture, plane in zip(
            self._ring[self._turn], self._textures, self._planes, strict=True
        ):
            buffer.orphan()
            buffer.write(plane)
            texture.write(buffer, alignment=1)


class _BackRing:
    """Three buffers in turn: the planes of two frames ago are taken while newer ones travel."""

    def __init__(self, context: moderngl.Context, textures: tuple[moderngl.Texture, ...]) -> None:
        self._textures = textures
        self._ring = [
            [context.buffer(reserve=each.width * each.height) for each in textures]
            for _ in range(RING)
        ]
        self._turn = 0
        self.taken: list[np.ndarray] = []

    def run(self) -> None:
        """Asks for this frame's planes and takes the oldest."""
        for buffer, texture in zip(self._ring[self._turn], self._textures, strict=True):
            texture.read_into(buffer, alignment=1)
        self._turn = (self._turn + 1) % RING
        self.taken = [
            np.frombuffer(buffer.read(), np.uint8).reshape(texture.height, texture.width)
            for buffer, texture in zip(self._ring[self._turn], self._textures, strict=True)
        ]


def _read(texture: moderngl.Texture) -> np.ndarray:
    values = np.empty((texture.height, texture.width, texture.components), np.uint8)
    texture.read_into(values, alignment=1)
    return values


def _copy(values: np.ndarray) -> Callable[[], object]:
    target = np.empty_like(values)
    return lambda: np.copyto(target, values)


def _check(
    works: dict[str, tuple[Callable[[], object], int]],
    direct: tuple[moderngl.Texture, ...],
    ringed: tuple[moderngl.Texture, ...],
    planes: w12.Planes,
    back: _BackRing,
) -> None:
    """What comes back is what went up. Raises EngineError where it is not."""
    for work, _ in works.values():
        for _ in range(RING):
            work()
    for one, other, third, plane in zip(direct, ringed, back.taken, planes, strict=True):
        for values in (_read(one)[..., 0], _read(other)[..., 0], third):
            if not np.array_equal(values, plane):
                raise EngineError("bench: a plane did not come back as it went up")


def _pinned(*, quick: bool) -> Row:
    """CUDA's own copy of 64 MB from pinned memory."""
    name = "CUDA: pinned memory to the device"
    try:
        from cuda.bindings import runtime  # noqa: PLC0415 - an optional package
    except ImportError:
        return absent(name, "cuda-bindings is not installed")
    size = 1 << (20 if quick else 26)
    try:
        call(runtime, "cudaSetDevice", 0)
        (host,) = call(runtime, "cudaHostAlloc", size, 0)
        (device,) = call(runtime, "cudaMalloc", size)
        kind = runtime.cudaMemcpyKind.cudaMemcpyHostToDevice
        found = wall_rounds(
            {name: lambda: call(runtime, "cudaMemcpyAsync", device, host, size, kind, 0)},
            lambda: call(runtime, "cudaDeviceSynchronize"),
            quick=quick,
        )
        call(runtime, "cudaFree", device)
        call(runtime, "cudaFreeHost", host)
    except EngineError as error:
        return absent(name, str(error))
    speeds = [size / 1e6 / ms for ms in found[name]]
    return Row(
        name, middle(found, name), size / 1e6 / middle(found, name), min(speeds), max(speeds)
    )


def tables(result: dict[str, Any]) -> list[dict[str, Any]]:
    """What to print."""
    found: list[dict[str, Any]] = result["tables"]
    return found
