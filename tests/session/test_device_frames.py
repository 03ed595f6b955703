"""Frames decoded on the device draw the same pictures, and where they can't be the CPU decodes.

The device is main memory here: the CPU's decoder, its pictures laid out as a device's.
"""

from pathlib import Path
from typing import Any

import av
import moderngl
import numpy as np
import pytest
from depthgrade.errors import DeviceError
from depthgrade.gl.device import Device
from depthgrade.gl.interop import CudaSharing
from depthgrade.media import on_device, open_clip
from depthgrade.media.container import open_container
from depthgrade.media.pixels import pixel_format
from depthgrade.project import Project
from depthgrade.session import device_frames, engine
from depthgrade.session.renderer import Renderer

SIZE, COUNT = (96, 54), 4


@pytest.fixture(params=["yuv420p", "yuv420p10le"])
def clip(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """A few frames of noise, lossless, so that every sample says where it went."""
    path = tmp_path / "clip.mkv"
    top = 1023 if "10" in request.param else 255
    rng = np.random.default_rng(1)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25, options={"qp": "0"})
        stream.width, stream.height, stream.pix_fmt = *SIZE, request.param
        for _ in range(COUNT):
            noise = rng.integers(0, top, (81, 96)).astype(np.uint16 if top > 255 else np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(noise, request.param)))
        container.mux(stream.encode(None))
    return path


@pytest.fixture
def device(gl: moderngl.Context, cuda_on_cpu: Any, monkeypatch: pytest.MonkeyPatch) -> CudaSharing:
    """A device that decodes: `DeviceSource` on the CPU, CUDA on main memory."""

    def planes(source: on_device.DeviceSource, picture: av.VideoFrame) -> Any:
        name = "p010le" if "10" in picture.format.name else "nv12"
        held = picture.reformat(format=name)
        return (), pixel_format(name), on_device.device_planes(held, pixel_format(name), 0)

    sharing = CudaSharing(cuda_on_cpu, Device(gl), 0)
    monkeypatch.setattr(on_device.DeviceSource, "planes", planes)
    monkeypatch.setattr(on_device.DeviceSource, "open", lambda each: open_container(each.path))
    monkeypatch.setattr(device_frames, "cuda_device_count", lambda: 1)
    monkeypatch.setattr(engine, "open_sharing", lambda _: sharing)
    return sharing


def test_the_pictures_are_those_of_the_cpu(
    clip: Path, device: CudaSharing, gl: moderngl.Context
) -> None:
    project = Project(clip=clip)
    with Renderer(project, device=Device(gl)) as renderer:
        expected = [renderer.frame(index) for index in range(COUNT)]
    with Renderer(project, device=Device(gl), on_device=True) as renderer:
        assert renderer.notes == ()
        assert renderer.pictures is not renderer.reader
        assert renderer.source.format.name in ("nv12", "p010le")
        assert all(not frame.planes for frame in renderer.pictures.frames())
        for index in range(COUNT):
            # the same samples by another route: the arithmetic after them is the same
            np.testing.assert_allclose(renderer.frame(index), expected[index], atol=2e-6)
        assert np.ptp(expected[0]) > 0.5


def test_depth_is_noted_to_follow_from_the_file_whatever_decoded_it(
    clip: Path, device: CudaSharing, gl: moderngl.Context, network: Path
) -> None:
    project = Project(clip=clip, model=str(network))
    notes = []
    for where in (False, True):
        with Renderer(project, device=Device(gl), on_device=where) as renderer:
            notes.append(renderer.clip_depth.analysis("better").input)
            raw = renderer.clip_depth.raw(2, "better")
            if not where:
                expected = raw
    assert notes[0] == notes[1]
    np.testing.assert_allclose(raw, expected, atol=1e-5)  # float32 sums, values up to 1.5


def test_a_device_that_decodes_something_else_is_not_believed(
    clip: Path, device: CudaSharing, gl: moderngl.Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = device_frames.as_on_device
    monkeypatch.setattr(device_frames, "as_on_device", lambda frame: [p ^ 1 for p in right(frame)])
    with Renderer(Project(clip=clip), device=Device(gl), on_device=True) as renderer:
        assert renderer.pictures is renderer.reader
        assert "decodes other samples than the CPU" in renderer.notes[0]


def test_without_sharing_the_cpu_decodes_and_says_why(
    clip: Path, gl: moderngl.Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: Device) -> CudaSharing:
        raise DeviceError("CUDA: OpenGL draws on the CPU here (llvmpipe), not on the GPU")

    monkeypatch.setattr(engine, "open_sharing", refuse)
    monkeypatch.setattr(device_frames, "cuda_device_count", lambda: 1)
    with Renderer(Project(clip=clip), device=Device(gl), on_device=True) as renderer:
        assert renderer.pictures is renderer.reader
        assert renderer.notes == ("CUDA: OpenGL draws on the CPU here (llvmpipe), not on the GPU",)


def test_without_a_device_nothing_is_said(clip: Path, gl: moderngl.Context) -> None:
    with Renderer(Project(clip=clip), device=Device(gl), on_device=True) as renderer:
        if renderer.pictures is renderer.reader and not renderer.notes:
            return
        pytest.skip("a CUDA device is there")


def test_planes_are_compared_in_the_device_s_layout(clip: Path) -> None:
    with open_clip(clip) as reader:
        frame = reader.frame(0)
        luma, chroma = device_frames.as_on_device(frame)
    shift = 6 if frame.format.bits == 10 else 0
    np.testing.assert_array_equal(luma >> shift, frame.planes[0])
    np.testing.assert_array_equal(chroma[..., 1] >> shift, frame.planes[2])
