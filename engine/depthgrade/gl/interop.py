"""CUDA beside OpenGL: buffers and textures of one device that both may touch, on one stream.

The only door to CUDA's runtime. Everything is asked for, never assumed: `open_sharing` says in one
line why it can't be, and copies a pattern through a shared buffer before anything is trusted to it.

What orders the two is documented by NVIDIA (CUDA Runtime API, "Graphics Interoperability"):
graphics calls issued before `cudaGraphicsMapResources` complete before later work in its stream,
and work in the stream before `cudaGraphicsUnmapResources` completes before later graphics calls. So
nothing here waits on the CPU. The stream is a blocking one (`cudaStreamCreate`): FFmpeg leaves a
decoded picture on the device's null stream, and a blocking stream and the null stream wait for each
other ("Stream synchronization behavior"), in both directions.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import moderngl
import numpy as np

from depthgrade.closing import Closing
from depthgrade.depth.runtime import cuda_device_count
from depthgrade.errors import DeviceError
from depthgrade.frames import DevicePlane
from depthgrade.gl.device import Device

_TEXTURE_2D = 0x0DE1  # GL_TEXTURE_2D, the target cudaGraphicsGLRegisterImage asks for
_PATTERN = np.arange(256, dtype=np.uint8)
_STORAGE = {"uint8": "f1", "uint16": "nu2"}


@dataclass(frozen=True)
class SharedBuffer:
    """A GL buffer that CUDA can copy from and to. It belongs to `CudaSharing`, which keeps it."""

    buffer: moderngl.Buffer
    resource: Any


@dataclass(frozen=True)
class _SharedTexture:
    texture: moderngl.Texture
    resource: Any


class CudaSharing(Closing):
    """One stream of the CUDA device that draws the OpenGL context. Made by `open_sharing`.

    number   the CUDA device's
    Belongs to the device's thread, and the context must be current in every call. Raises
    DeviceError, naming the call, where CUDA refuses one.
    """

    def __init__(self, runtime: Any, device: Device, number: int) -> None:
        self._runtime, self._device = runtime, device
        self.number = number
        self._stream = self._call("cudaStreamCreate")[0]
        self._buffers: list[SharedBuffer] = []
        self._planes: dict[tuple[object, int], _SharedTexture] = {}
        self._memory: list[int] = []

    @property
    def stream(self) -> int:
        """The address of the stream; it lives as long as this object is open."""
        return int(self._stream)

    def close(self) -> None:
        """Waits for the stream, then gives back what was registered and allocated."""
        if self._stream is None:
            return
        self.wait()
        resources = [buffer.resource for buffer in self._buffers]
        resources += [shared.resource for shared in self._planes.values()]
        for resource in resources:
            self._call("cudaGraphicsUnregisterResource", resource)
        for address in self._memory:
            self._call("cudaFree", address)
        self._call("cudaStreamDestroy", self._stream)
        self._buffers.clear()
        self._planes.clear()
        self._memory.clear()
        self._stream = None

    def wait(self) -> None:
        """Returns when all work of the stream is done; for measuring and before freeing."""
        self._call("cudaStreamSynchronize", self._stream)

    def allocate(self, size: int) -> int:
        """The address of `size` bytes of device memory, freed by `close`.

        A network is bound to such memory and not to a mapped buffer, whose address "may change
        every time" it is mapped (cudaGraphicsResourceGetMappedPointer): a CUDA graph replays with
        the addresses it was captured with. The copy between the two costs microseconds.
        """
        address = int(self._call("cudaMalloc", size)[0])
        self._memory.append(address)
        return address

    def share(self, buffer: moderngl.Buffer) -> SharedBuffer:
        """A GL buffer made known to CUDA; registering is slow and is done once."""
        resource = self._call("cudaGraphicsGLRegisterBuffer", buffer.glo, self._flag("None"))[0]
        self._buffers.append(SharedBuffer(buffer, resource))
        return self._buffers[-1]

    def copy_out(self, shared: SharedBuffer, address: int, size: int) -> None:
        """The first `size` bytes of a GL buffer into device memory, after all drawing so far."""
        with self._mapped(shared.resource):
            self._copy(address, self._pointer(shared, size), size)

    def copy_in(self, address: int, shared: SharedBuffer, size: int) -> None:
        """`size` bytes of device memory into a GL buffer, before all drawing from here on."""
        with self._mapped(shared.resource):
            self._copy(self._pointer(shared, size), address, size)

    def planes(
        self, planes: tuple[DevicePlane, ...], key: object = "planes"
    ) -> tuple[moderngl.Texture, ...]:
        """The textures of a decoded frame's planes, drawn over the next time the key is used.

        The planes' memory must outlive this call only: what the decoder does with it later is
        ordered after the copy (see the module's docstring).
        """
        return tuple(self._filled((key, index), plane) for index, plane in enumerate(planes))

    def _filled(self, key: tuple[object, int], plane: DevicePlane) -> moderngl.Texture:
        shared = self._texture(key, plane)
        with self._mapped(shared.resource):
            array = self._call("cudaGraphicsSubResourceGetMappedArray", shared.resource, 0, 0)[0]
            kind = self._runtime.cudaMemcpyKind.cudaMemcpyDeviceToDevice
            # (array, x in bytes, y, source, bytes from row to row, bytes of a row, rows, ...)
            self._call(
                "cudaMemcpy2DToArrayAsync",
                *(array, 0, 0, plane.address, plane.pitch, plane.row_bytes, plane.shape[0]),
                *(kind, self._stream),
            )
        return shared.texture

    def _texture(self, key: tuple[object, int], plane: DevicePlane) -> _SharedTexture:
        shape = (plane.shape[1], plane.shape[0]), plane.channels, _STORAGE[plane.dtype.name]
        known = self._planes.get(key)
        if known is not None:
            texture = known.texture
            if (texture.size, texture.components, texture.dtype) == shape:
                return known
            self._call("cudaGraphicsUnregisterResource", known.resource)
            texture.release()
        texture = self._device.context.texture(shape[0], shape[1], dtype=shape[2])
        texture.filter = (moderngl.NEAREST, moderngl.NEAREST)
        texture.repeat_x = texture.repeat_y = False
        resource = self._call(
            "cudaGraphicsGLRegisterImage", texture.glo, _TEXTURE_2D, self._flag("WriteDiscard")
        )[0]
        self._planes[key] = _SharedTexture(texture, resource)
        return self._planes[key]

    def _flag(self, name: str) -> int:
        flags = self._runtime.cudaGraphicsRegisterFlags
        return int(getattr(flags, f"cudaGraphicsRegisterFlags{name}"))

    @contextmanager
    def _mapped(self, resource: Any) -> Iterator[None]:
        self._call("cudaGraphicsMapResources", 1, resource, self._stream)
        try:
            yield
        finally:
            self._call("cudaGraphicsUnmapResources", 1, resource, self._stream)

    def _pointer(self, shared: SharedBuffer, size: int) -> int:
        address, there = self._call("cudaGraphicsResourceGetMappedPointer", shared.resource)
        if there < size:
            raise DeviceError(f"CUDA: a shared buffer holds {there} bytes; {size} are needed")
        return int(address)

    def _copy(self, target: int, source: int, size: int) -> None:
        kind = self._runtime.cudaMemcpyKind.cudaMemcpyDeviceToDevice
        self._call("cudaMemcpyAsync", target, source, size, kind, self._stream)

    def _call(self, name: str, *arguments: Any) -> tuple[Any, ...]:
        return call(self._runtime, name, *arguments)


def call(runtime: Any, name: str, *arguments: Any) -> tuple[Any, ...]:
    """What a call of the runtime gives besides its status. Raises DeviceError for a bad status.

    The bindings never raise: they return (status, results...). A status may also be that of work
    asked for earlier ("may also return error codes from previous, asynchronous launches").
    """
    status, *results = getattr(runtime, name)(*arguments)
    if int(status) != 0:
        why = runtime.cudaGetErrorString(status)[1]
        text = why.decode() if isinstance(why, bytes) else str(why)
        raise DeviceError(f"CUDA: {name} failed: {text} ({int(status)})")
    return tuple(results)


def open_sharing(device: Device, runtime: Any = None) -> CudaSharing:
    """CUDA's side of an OpenGL device whose context is current.

    runtime: cuda.bindings.runtime, or what stands in for it. Raises DeviceError with the first
    reason that stands in the way: the package is missing, no CUDA device, OpenGL draws elsewhere
    (on the CPU, or on another card), or the pattern did not come through.
    """
    if runtime is None:
        if cuda_device_count() == 0:
            raise DeviceError("CUDA: no device on this machine")
        runtime = _bindings()
    try:
        count = int(call(runtime, "cudaGetDeviceCount")[0])
    except DeviceError as error:
        raise DeviceError(f"CUDA: no device on this machine ({_reason(error)})") from error
    if count == 0:
        raise DeviceError("CUDA: no device on this machine")
    if device.software:
        raise DeviceError(f"CUDA: OpenGL draws on the CPU here ({device.renderer}), not on the GPU")
    number = _number(runtime, device)
    # The runtime keeps the device by thread; streams and memory belong to the one set.
    call(runtime, "cudaSetDevice", number)
    sharing = CudaSharing(runtime, device, number)
    try:
        _check(sharing, device)
    except BaseException:
        sharing.close()
        raise
    return sharing


def _bindings() -> Any:
    try:
        # An optional extra, and slow to load: only where CUDA is asked for.
        from cuda.bindings import runtime  # noqa: PLC0415
    except ImportError as error:
        raise DeviceError(
            "CUDA: the package cuda-bindings is not installed (depthgrade's extra cuda)"
        ) from error
    return runtime


def _number(runtime: Any, device: Device) -> int:
    """The CUDA device that draws the current context: cudaGLGetDevices tells which."""
    everywhere = runtime.cudaGLDeviceList.cudaGLDeviceListAll
    try:
        count, devices = call(runtime, "cudaGLGetDevices", 1, everywhere)
    except DeviceError as error:
        raise DeviceError(
            f"CUDA: OpenGL draws on another device ({device.renderer}): {_reason(error)}"
        ) from error
    if not count:
        raise DeviceError(f"CUDA: OpenGL draws on another device ({device.renderer})")
    return int(devices[0])


def _check(sharing: CudaSharing, device: Device) -> None:
    """Sends bytes from one GL buffer through device memory to another."""
    source = device.context.buffer(_PATTERN.tobytes())
    target = device.context.buffer(reserve=_PATTERN.nbytes)
    memory = sharing.allocate(_PATTERN.nbytes)
    sharing.copy_out(sharing.share(source), memory, _PATTERN.nbytes)
    sharing.copy_in(memory, sharing.share(target), _PATTERN.nbytes)
    if target.read() != _PATTERN.tobytes():
        raise DeviceError("CUDA: a buffer shared with OpenGL does not hold what was written")


def _reason(error: DeviceError) -> str:
    return str(error).removeprefix("CUDA: ")
