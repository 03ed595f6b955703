"""Decoding on a device: the layout its planes are handed out in, and the lines that refuse."""

import ctypes
from pathlib import Path

import av
import numpy as np
import pytest
from depthgrade.depth.runtime import cuda_device_count
from depthgrade.errors import MediaError
from depthgrade.frames import DevicePlane
from depthgrade.media import open_clip
from depthgrade.media.on_device import device_planes
from depthgrade.media.pixels import pixel_format, planes_of


def read(plane: DevicePlane) -> np.ndarray:
    """The plane's samples by its address and pitch, which here are main memory's."""
    rows = [
        ctypes.string_at(plane.address + y * plane.pitch, plane.row_bytes)
        for y in range(plane.shape[0])
    ]
    return np.frombuffer(b"".join(rows), plane.dtype).reshape(plane.shape)


@pytest.mark.parametrize("name", ["nv12", "p010le"])
@pytest.mark.parametrize("size", [(98, 54), (97, 53)])
def test_planes_by_address_and_pitch_are_those_of_the_cpu(name: str, size: tuple[int, int]) -> None:
    picture = av.VideoFrame(*size, name)
    pixels = pixel_format(name)
    for number, plane in enumerate(picture.planes):
        noise = np.random.default_rng(number).integers(0, 256, plane.buffer_size, np.uint8)
        plane.update(noise.tobytes())
    theirs, _ = planes_of(picture)
    ours = device_planes(picture, pixels, 0)
    assert [plane.shape for plane in ours] == [(size[1], size[0]), theirs[1].shape]
    assert any(plane.pitch > plane.row_bytes for plane in ours)  # padded, or nothing is proven
    for plane, expected in zip(ours, theirs, strict=True):
        np.testing.assert_array_equal(read(plane), expected)


def test_planes_keep_their_picture(tmp_path: Path) -> None:
    picture = av.VideoFrame(64, 48, "nv12")
    (luma, _) = device_planes(picture, pixel_format("nv12"), 0)
    assert luma.keep_alive is picture


def write(path: Path) -> Path:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        frame = av.VideoFrame.from_ndarray(np.full((72, 64), 90, np.uint8), "yuv420p")
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def test_without_a_device_one_line_says_so_and_the_clip_is_still_read(tmp_path: Path) -> None:
    if cuda_device_count():
        pytest.skip("a CUDA device is there")
    with open_clip(write(tmp_path / "clip.mp4")) as reader:
        with pytest.raises(MediaError, match=r"^clip\.mp4: can't be decoded on the GPU \(.+\)"):
            reader.on_device(0)
        assert reader.frame(0).planes[0][0, 0] == 90


def test_pictures_are_left_to_the_cpu(tmp_path: Path) -> None:
    av.VideoFrame.from_ndarray(np.zeros((48, 64, 3), np.uint8), "rgb24").save(tmp_path / "a.png")
    with (
        open_clip(tmp_path / "a.png") as reader,
        pytest.raises(MediaError, match="pictures can't be decoded on the GPU"),
    ):
        reader.on_device(0)
