"""CUDA beside OpenGL: the order of calls, layouts, and one line for each thing that is missing.

There is no device here: the runtime's calls are carried out on main memory.
"""

import builtins
from types import SimpleNamespace
from typing import Any

import moderngl
import numpy as np
import pytest
from depthgrade.errors import DeviceError
from depthgrade.frames import DevicePlane
from depthgrade.gl import interop
from depthgrade.gl.device import Device
from depthgrade.gl.interop import CudaSharing, open_sharing

GPU = {"software": False, "renderer": "A GPU"}


def device_of(gl: moderngl.Context, **said: Any) -> Any:
    return SimpleNamespace(context=gl, **(GPU | said))


def test_a_buffer_goes_out_and_in_between_map_and_unmap(
    gl: moderngl.Context, cuda_on_cpu: Any
) -> None:
    with CudaSharing(cuda_on_cpu, Device(gl), 0) as sharing:
        source, target = gl.buffer(b"depthgrade12"), gl.buffer(reserve=12)
        shared = sharing.share(source), sharing.share(target)
        memory = sharing.allocate(12)
        cuda_on_cpu.asked.clear()
        sharing.copy_out(shared[0], memory, 12)
        sharing.copy_in(memory, shared[1], 5)
    assert target.read(5) == b"depth"
    step = ["MapResources", "ResourceGetMappedPointer", "cudaMemcpyAsync", "UnmapResources"]
    asked = [name.removeprefix("cudaGraphics") for name in cuda_on_cpu.asked]
    assert asked[:8] == step * 2
    # given back in this order, after the stream has come to its end
    freed = ["UnregisterResource", "UnregisterResource", "cudaFree"]
    assert asked[8:] == ["cudaStreamSynchronize", *freed, "cudaStreamDestroy"]


def test_a_buffer_that_is_too_small_is_refused_and_unmapped(
    gl: moderngl.Context, cuda_on_cpu: Any
) -> None:
    with CudaSharing(cuda_on_cpu, Device(gl), 0) as sharing:
        shared = sharing.share(gl.buffer(reserve=8))
        with pytest.raises(DeviceError, match="holds 8 bytes; 9 are needed"):
            sharing.copy_out(shared, sharing.allocate(16), 9)
        assert cuda_on_cpu.asked[-1] == "cudaGraphicsUnmapResources"


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])  # NV12, P010
@pytest.mark.parametrize("channels", [1, 2])  # Y, UV
def test_a_padded_plane_becomes_a_texture_without_its_padding(
    gl: moderngl.Context, cuda_on_cpu: Any, dtype: type, channels: int
) -> None:
    rows = np.random.default_rng(1).integers(0, 256, (6, 64)).astype(np.uint8)  # pitch 64
    plane = plane_on(rows, (6, 10, channels), dtype)
    with CudaSharing(cuda_on_cpu, Device(gl), 0) as sharing:
        (texture,) = sharing.planes((plane,))
        found = np.frombuffer(texture.read(alignment=1), dtype).reshape(6, 10, channels)
        expected = rows[:, : plane.row_bytes].copy().view(dtype).reshape(6, 10, channels)
        np.testing.assert_array_equal(found, expected)
        assert sharing.planes((plane,))[0] is texture
        assert cuda_on_cpu.asked.count("cudaGraphicsGLRegisterImage") == 1
        sharing.planes((plane_on(rows, (4, 8, channels), dtype),))
        assert cuda_on_cpu.asked.count("cudaGraphicsUnregisterResource") == 1


def plane_on(rows: np.ndarray, shape: tuple[int, int, int], dtype: type) -> DevicePlane:
    kept = shape if shape[2] > 1 else shape[:2]
    return DevicePlane(rows.ctypes.data, rows.strides[0], kept, np.dtype(dtype), keep_alive=rows)


def test_sharing_opens_where_the_pattern_comes_through(
    gl: moderngl.Context, cuda_on_cpu: Any
) -> None:
    sharing = open_sharing(device_of(gl), cuda_on_cpu)
    assert (sharing.number, sharing.stream) == (0, 77)
    sharing.close()
    sharing.close()  # a second time nothing happens
    assert cuda_on_cpu.asked.count("cudaStreamDestroy") == 1


@pytest.mark.parametrize(
    ("refused", "said", "message"),
    [
        ({"cudaGetDeviceCount": 35}, {}, r"^CUDA: no device on this machine \(.*error 35 \(35\)\)"),
        ({}, {"software": True}, r"^CUDA: OpenGL draws on the CPU here \(A GPU\)"),
        ({"cudaGLGetDevices": 100}, {}, r"^CUDA: OpenGL draws on another device \(A GPU\)"),
        ({"cudaStreamCreate": 2}, {}, r"^CUDA: cudaStreamCreate failed: error 2 \(2\)$"),
        ({"cudaGraphicsGLRegisterBuffer": 304}, {}, r"^CUDA: cudaGraphicsGLRegisterBuffer failed"),
        ({"cudaMemcpyAsync": 700}, {}, r"^CUDA: cudaMemcpyAsync failed"),
    ],
)
def test_each_thing_that_is_missing_is_one_line(
    gl: moderngl.Context,
    cuda_on_cpu: Any,
    refused: dict[str, int],
    said: dict[str, Any],
    message: str,
) -> None:
    cuda_on_cpu.refused = refused
    with pytest.raises(DeviceError, match=message) as caught:
        open_sharing(device_of(gl, **said), cuda_on_cpu)
    assert "\n" not in str(caught.value)


def test_bytes_that_do_not_come_through_are_noticed(gl: moderngl.Context, cuda_on_cpu: Any) -> None:
    cuda_on_cpu.answers["cudaMemcpyAsync"] = lambda *_: ()
    with pytest.raises(DeviceError, match="does not hold what was written"):
        open_sharing(device_of(gl), cuda_on_cpu)
    assert cuda_on_cpu.asked[-1] == "cudaStreamDestroy"


def test_the_bindings_take_the_calls_as_they_are_made(
    gl: moderngl.Context, cuda_on_cpu: Any
) -> None:
    """Each call goes to NVIDIA's bindings too, which here know no driver but do check arguments."""
    runtime = pytest.importorskip("cuda.bindings.runtime")
    if int(runtime.cudaGetDeviceCount()[0]) == 0:
        pytest.skip("a CUDA device is there: these calls would be carried out")

    class Both:
        def __getattr__(self, name: str) -> Any:
            real, ours = getattr(runtime, name), getattr(cuda_on_cpu, name)
            if not callable(real) or isinstance(real, type) or name == "cudaGetErrorString":
                return real

            def called(*arguments: Any) -> Any:
                status, *results = real(*arguments)
                answer = ours(*arguments)
                assert int(status) == 35  # no driver; not a TypeError
                # as many results, or all of them in one
                assert len(results) == len(answer) - 1 or results in ([], [None])
                return answer

            return called

    rows = np.arange(512, dtype=np.uint8).reshape(8, 64)
    with open_sharing(device_of(gl), Both()) as sharing:
        sharing.planes((plane_on(rows, (6, 10, 2), np.uint8),))
        sharing.planes((plane_on(rows, (4, 8, 2), np.uint8),))


def test_without_a_device_the_package_is_not_missed(
    gl: moderngl.Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(interop, "cuda_device_count", lambda: 0)
    with pytest.raises(DeviceError, match=r"^CUDA: no device on this machine$"):
        open_sharing(device_of(gl))


def test_without_the_package_the_extra_is_named(
    gl: moderngl.Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    load = builtins.__import__

    def absent(name: str, *rest: Any) -> Any:
        if name.startswith("cuda"):
            raise ImportError(name)
        return load(name, *rest)

    monkeypatch.setattr(interop, "cuda_device_count", lambda: 1)
    monkeypatch.setattr(builtins, "__import__", absent)
    with pytest.raises(DeviceError, match=r"cuda-bindings is not installed \(.*extra cuda\)"):
        open_sharing(device_of(gl))
