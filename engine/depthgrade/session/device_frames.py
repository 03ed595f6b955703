"""Frames that are decoded where they are drawn: asked for, compared once, or left to the CPU."""

import numpy as np
from numpy.typing import NDArray

from depthgrade.depth.runtime import cuda_device_count
from depthgrade.errors import DeviceError, MediaError
from depthgrade.frames import Frame
from depthgrade.media import ClipReader
from depthgrade.session.engine import Engine

_WORD = 16  # bits; decoders on a device keep 10 and 12 of them at the top


def decoder_on_device(engine: Engine, reader: ClipReader) -> tuple[ClipReader, str]:
    """A reader whose frames stay on the engine's device and "", or the same reader and why not.

    The first frame must hold the samples the CPU decodes: H.264, HEVC, VP9 and AV1 are exact.
    Nothing is said where there is no CUDA device.
    """
    if not cuda_device_count():
        return reader, ""
    try:
        found = reader.on_device(engine.sharing().number)
    except (DeviceError, MediaError) as error:
        return reader, str(error)
    try:
        with engine.device.current():
            textures = engine.upload(found.frame(0), "check")
            there = [engine.read(texture) for texture in textures]
        same = all(
            np.array_equal(ours, theirs)
            for ours, theirs in zip(there, as_on_device(reader.frame(0)), strict=True)
        )
    except (DeviceError, MediaError, ValueError) as error:
        found.close()
        return reader, f"{error}: the CPU decodes"
    if not same:
        found.close()
        name = reader.info.path.name
        return reader, f"{name}: the GPU decodes other samples than the CPU; the CPU decodes it"
    return found, ""


def as_on_device(frame: Frame) -> list[NDArray[np.generic]]:
    """The planes of a 4:2:0 frame as a device's decoder lays them out: Y, then U and V in turn."""
    if frame.format.components == ("Y", "UV"):
        return list(frame.planes)
    if frame.format.components != ("Y", "U", "V"):
        raise ValueError(f"{frame.format.name} is not 4:2:0")
    shift = _WORD - frame.format.bits if frame.format.bits > 8 else 0
    y, u, v = (np.left_shift(plane, shift) for plane in frame.planes)
    return [y, np.stack([u, v], axis=-1)]
