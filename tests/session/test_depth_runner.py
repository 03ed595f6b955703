"""Where a network runs: through shared memory it answers what it answers through main memory."""

from pathlib import Path
from typing import Any

import moderngl
import numpy as np
import pytest
from depthgrade.depth import Estimator, load_card
from depthgrade.depth.bound import CPU, BoundNetwork
from depthgrade.errors import DeviceError
from depthgrade.gl.device import Device
from depthgrade.gl.interop import CudaSharing
from depthgrade.session import depth_runner
from depthgrade.session.depth_runner import HostRunner, SharedRunner, open_runner
from depthgrade.session.engine import Engine

SIZE = (64, 48)


@pytest.fixture
def engine(gl: moderngl.Context) -> Engine:
    return Engine(Device(gl))


@pytest.fixture
def picture(gl: moderngl.Context) -> moderngl.Texture:
    values = np.random.default_rng(3).random((48, 64, 4), np.float32)
    return gl.texture(SIZE, 4, values.tobytes(), dtype="f4")


@pytest.fixture
def estimator(network: Path) -> Estimator:
    return Estimator(load_card(network), provider="cpu")


def test_shared_memory_and_main_memory_give_one_nearness(
    engine: Engine, picture: moderngl.Texture, estimator: Estimator, cuda_on_cpu: Any
) -> None:
    with CudaSharing(cuda_on_cpu, engine.device, 0) as sharing:
        bound = BoundNetwork(estimator.path, SIZE, CPU)
        shared = SharedRunner(engine, sharing, estimator.card, bound)
        ours = engine.read(shared.begin(picture, "ours")())
        theirs = engine.read(HostRunner(engine, estimator).begin(picture, "theirs")())
        assert ours.shape == (48, 64)
        assert np.ptp(theirs) > 1  # a picture of depth, not of nothing
        np.testing.assert_allclose(ours, theirs, atol=1e-6)  # float32 sums of three, up to 1.5
        # a label keeps its picture until it is used again
        again = shared.begin(picture, "again")()
        assert again.glo != shared.begin(picture, "ours")().glo


def test_a_frame_passes_through_no_call_that_waits(
    engine: Engine, picture: moderngl.Texture, estimator: Estimator, cuda_on_cpu: Any
) -> None:
    with CudaSharing(cuda_on_cpu, engine.device, 0) as sharing:
        bound = BoundNetwork(estimator.path, SIZE, CPU)
        shared = SharedRunner(engine, sharing, estimator.card, bound)
        cuda_on_cpu.asked.clear()
        shared.begin(picture, "ours")()
        assert set(cuda_on_cpu.asked) == {
            "cudaGraphicsMapResources",
            "cudaGraphicsResourceGetMappedPointer",
            "cudaMemcpyAsync",
            "cudaGraphicsUnmapResources",
        }


def test_on_the_cpu_nothing_is_said_of_sharing(engine: Engine, estimator: Estimator) -> None:
    runner = open_runner(engine, estimator, SIZE)
    assert (runner.place, runner.notes) == ("CPU", ())


def test_without_sharing_cuda_is_used_through_main_memory_and_a_line_says_why(
    engine: Engine, estimator: Estimator, monkeypatch: pytest.MonkeyPatch
) -> None:
    estimator.provider = "CUDA"

    def refuse(*_: object) -> CudaSharing:
        raise DeviceError("CUDA: OpenGL draws on another device (llvmpipe)")

    monkeypatch.setattr("depthgrade.session.engine.open_sharing", refuse)
    runner = open_runner(engine, estimator, SIZE)
    assert isinstance(runner, HostRunner)
    assert runner.notes == (
        "CUDA: OpenGL draws on another device (llvmpipe): depth passes through main memory",
    )
    with pytest.raises(DeviceError, match="another device"):
        engine.sharing()  # the same reason the next time, without trying again


def test_with_sharing_the_plain_session_is_freed(
    engine: Engine,
    estimator: Estimator,
    cuda_on_cpu: Any,
    picture: moderngl.Texture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    estimator.provider = "CUDA"
    sharing = CudaSharing(cuda_on_cpu, engine.device, 0)
    monkeypatch.setattr("depthgrade.session.engine.open_sharing", lambda *_: sharing)
    opened = BoundNetwork(estimator.path, SIZE, CPU)
    monkeypatch.setattr(depth_runner, "open_bound", lambda *_, **__: (opened, ("a line",)))
    runner = open_runner(engine, estimator, SIZE)
    assert (runner.place, runner.notes) == ("CPU", ("a line",))
    assert runner.begin(picture, "x")().size == SIZE
    assert estimator._session is None
    engine.close()
    assert cuda_on_cpu.asked[-1] == "cudaStreamDestroy"
