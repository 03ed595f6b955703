"""Clips decoded by a CUDA device's own decoder, whose pictures stay in its memory.

PyAV hands out the pictures as they are: with `HWAccel(..., is_hw_owned=True)` a frame's format is
"cuda", `sw_format` says how its planes are laid out, and each plane's `buffer_ptr` and `line_size`
are its device address and pitch. FFmpeg copies every picture out of the decoder's few surfaces
(unless AV_HWACCEL_FLAG_UNSAFE_OUTPUT is set, which PyAV does not), so that pictures may be kept;
both happen in the device's primary context, which is the one CUDA's runtime uses.
"""

from dataclasses import replace

import av
from av.codec.hwaccel import HWAccel
from av.container import InputContainer

from ..errors import MediaError
from ..frames import ClipInfo, DevicePlane, PixelFormat, Plane
from .container import ContainerSource
from .pixels import dtype_of, pixel_format
from .source import reason

# What the decoder makes of 4:2:0. Others (4:4:4, 16-bit words that hold 12) are left to the CPU.
_LAYOUTS = ("nv12", "p010le", "p012le")


class DeviceSource(ContainerSource):
    """A clip that was opened and scanned before, decoded on a CUDA device from now on.

    info: that of the clip, with the layout the device's decoder makes.
    """

    def __init__(self, source: ContainerSource, device: int) -> None:
        """Decodes the first picture. Raises MediaError where the device's decoder can't."""
        self.path, self.track, self.list = source.path, source.track, source.list
        self.damaged = source.damaged  # what either decoder meets is said once
        self.threads = 1  # the device decodes; threads would only hold its surfaces
        self._device = device
        self.info: ClipInfo = source.info
        with self.decoder() as first:
            (frame,) = first.frames(0, 1)
            self.info = replace(source.info, format=frame.format)

    def open(self) -> InputContainer:
        """The container, with the device's decoder for its streams."""
        hardware = HWAccel(
            "cuda", device=self._device, allow_software_fallback=False, is_hw_owned=True
        )
        try:
            return av.open(f"file:{self.path}", metadata_errors="replace", hwaccel=hardware)
        # Without a device PyAV says "permission denied"; without a decoder, RuntimeError.
        except (av.error.FFmpegError, OSError, RuntimeError, NotImplementedError) as error:
            raise _refused(self.path.name, reason(error)) from error

    def planes(
        self, picture: av.VideoFrame
    ) -> tuple[tuple[Plane, ...], PixelFormat, tuple[DevicePlane, ...]]:
        """The planes of a decoded picture where they are: none in main memory."""
        layout = picture.sw_format
        if picture.format.name != "cuda" or layout is None or layout.name not in _LAYOUTS:
            made = layout.name if layout is not None else picture.format.name
            raise _refused(self.path.name, f"the decoder makes {made}")
        pixels = pixel_format(layout.name)
        return (), pixels, device_planes(picture, pixels, self._device)


def device_planes(
    picture: av.VideoFrame, pixels: PixelFormat, device: int
) -> tuple[DevicePlane, ...]:
    """A picture's planes by address and pitch; they keep the picture alive."""
    found = []
    for number, plane in enumerate(picture.planes):
        width, height = pixels.plane_size(number, picture.width, picture.height)
        count = len(pixels.components[number])
        shape = (height, width) if count == 1 else (height, width, count)
        found.append(
            DevicePlane(
                *(plane.buffer_ptr, plane.line_size, shape, dtype_of(pixels)),
                *(device, picture),
            )
        )
    return tuple(found)


def device_decoder(source: ContainerSource, device: int) -> DeviceSource:
    """A source's pictures from a CUDA device's decoder. Raises MediaError in one line."""
    try:
        return DeviceSource(source, device)
    except MediaError as error:
        if "on the GPU" in str(error):
            raise
        why = str(error).removeprefix(f"{source.path.name}: ").partition(";")[0]
        raise _refused(source.path.name, why) from error


def _refused(name: str, why: str) -> MediaError:
    return MediaError(f"{name}: can't be decoded on the GPU ({why}); the CPU decodes it")
