"""An OpenGL context and what moderngl leaves out of it.

A device belongs to the thread that made it. Without a window it is EGL, which runs the same on an
NVIDIA server and on Mesa's software rasteriser.
"""

import ctypes
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import moderngl

from depthgrade.closing import Closing
from depthgrade.errors import DeviceError

_UNPACK_ROW_LENGTH, _UNPACK_ALIGNMENT, _TEXTURE_2D, _TEXTURE0 = 0x0CF2, 0x0CF5, 0x0DE1, 0x84C0
_MOST_THREADS = 16  # llvmpipe's own limit
_FORMATS = {1: 0x1903, 2: 0x8227, 3: 0x1907, 4: 0x1908}  # GL_RED, GL_RG, GL_RGB, GL_RGBA
_UNPACK_BUFFER, _STREAM_DRAW = 0x88EC, 0x88E0
RING = 3  # transfers in flight on a GPU; a software rasteriser shares the memory and has none
_TYPES = {"f1": 0x1401, "nu2": 0x1403, "f2": 0x140B, "f4": 0x1406}


class Device(Closing):
    """A current OpenGL 4.3 context.

    renderer   the driver's name for the device
    software   whether pixels are computed on the CPU (Mesa llvmpipe or softpipe)
    """

    def __init__(self, context: moderngl.Context, *, software: bool | None = None) -> None:
        """Takes over a context; `headless` makes one. software: other than its name says."""
        self.context = context
        self.renderer = str(context.info["GL_RENDERER"])
        self.version = str(context.info["GL_VERSION"])
        self._entered = False
        named = "llvmpipe" in self.renderer or "softpipe" in self.renderer
        self.software = named if software is None else software
        quick, slow = ctypes.PYFUNCTYPE, ctypes.CFUNCTYPE
        unsigned, size = ctypes.c_uint, ctypes.c_ssize_t
        pointer, whole = ctypes.c_void_p, ctypes.c_int
        self._bind = self._function(quick, "glBindTexture", unsigned, unsigned)
        self._active = self._function(quick, "glActiveTexture", unsigned)
        self._pixel_store = self._function(quick, "glPixelStorei", unsigned, whole)
        place = (unsigned, whole, whole, whole, whole, whole)
        self._sub_image = self._function(
            slow, "glTexSubImage2D", *place, unsigned, unsigned, pointer
        )
        self._bind_buffer = self._function(quick, "glBindBuffer", unsigned, unsigned)
        self._buffer_data = self._function(slow, "glBufferData", unsigned, size, pointer, unsigned)
        self._finish = self._function(slow, "glFinish")
        self._staging = [context.buffer(reserve=4) for _ in range(0 if self.software else RING)]
        self._uploads = 0

    def _function(
        self, kind: Callable[..., Any], name: str, *arguments: Any
    ) -> Callable[..., None]:
        """An OpenGL function; a slow one gives up Python's lock, so that other threads run."""
        address = self.context.mglo._context.load_opengl_function(name)
        made: Callable[..., None] = kind(None, *arguments)(address)
        return made

    def finish(self) -> None:
        """Waits until everything asked for is done; other Python threads run meanwhile."""
        self._finish()

    def upload(self, texture: moderngl.Texture, address: int, row_length: int) -> None:
        """Fills a texture from memory whose rows are row_length texels apart.

        Without a copy in software; a GPU fetches it later from one of a ring of buffers.
        """
        if self._staging:
            self._uploads += 1
            texel = texture.components * int(texture.dtype[-1])
            size = ((texture.height - 1) * row_length + texture.width) * texel
            self._bind_buffer(_UNPACK_BUFFER, self._staging[self._uploads % RING].glo)
            self._buffer_data(_UNPACK_BUFFER, size, address, _STREAM_DRAW)
            address = 0
        self._active(_TEXTURE0)
        self._bind(_TEXTURE_2D, texture.glo)
        self._pixel_store(_UNPACK_ALIGNMENT, 1)
        self._pixel_store(_UNPACK_ROW_LENGTH, row_length)
        self._sub_image(
            *(_TEXTURE_2D, 0, 0, 0, texture.width, texture.height),
            *(_FORMATS[texture.components], _TYPES[texture.dtype], address),
        )
        self._pixel_store(_UNPACK_ROW_LENGTH, 0)
        if self._staging:
            self._bind_buffer(_UNPACK_BUFFER, 0)

    @contextmanager
    def current(self) -> Iterator[None]:
        """The context made current for the block; blocks may be nested, which contexts can't."""
        if self._entered:
            yield
            return
        self._entered = True
        try:
            with self.context:
                yield
        finally:
            self._entered = False

    def keep_current(self) -> None:
        """Says that the context is current and stays so, as a window's does."""
        self._entered = True

    def screen(self) -> None:
        """Draws go to the window from now on, on black."""
        self.context.screen.use()
        self.context.screen.clear(0.0, 0.0, 0.0, 1.0)

    def collect(self) -> None:
        """Frees what Python has dropped since; the context must be current."""
        self.context.gc()

    def close(self) -> None:
        """Releases the context and everything made in it."""
        self.context.release()


def headless() -> Device:
    """A device without a window. Raises DeviceError saying which packages are missing."""
    # Mesa starts a thread for each core; of two, one waits for the other at the end of each pass.
    os.environ.setdefault("LP_NUM_THREADS", str(min(2 * (os.cpu_count() or 1), _MOST_THREADS)))
    try:
        context = moderngl.create_context(standalone=True, backend="egl", require=430)  # type: ignore[arg-type]
    except Exception as error:  # moderngl and glcontext raise bare exceptions
        raise DeviceError(
            f"OpenGL: no EGL context with OpenGL 4.3 ({error}); on Debian or Ubuntu:"
            " apt-get install libegl1 libgl1"
        ) from error
    # Python may drop an object while another context is current; freed there, its number would hit
    # an object of that one. So objects wait for `Device.collect`.
    context.gc_mode = "context_gc"
    return Device(context)


def windowed() -> Device:
    """The device of the window whose context is current. Raises DeviceError if it is too old."""
    try:
        context = moderngl.create_context(require=430)
    except Exception as error:
        raise DeviceError(f"OpenGL: 4.3 is needed for a window ({error})") from error
    context.gc_mode = "context_gc"
    device = Device(context)
    device.keep_current()
    return device
