"""A network bound to fixed memory of a device: pictures are written there, answers read there.

Nothing passes through main memory. Three ways are tried, the fastest first, each left with one line
of explanation: TensorRT where it is installed, CUDA with a graph, CUDA.

What ONNX Runtime documents (docs/execution-providers/CUDA and TensorRT; "Using CUDA Graphs in the
CUDA EP"): `user_compute_stream` is the stream all work goes to; a CUDA graph asks for inputs and
outputs bound to device memory whose addresses and shapes stay, and for a network without control
flow whose nodes all run on the provider; the run option `gpu_graph_id` = -1 runs without capturing;
`disable_synchronize_execution_providers` = 1 returns without waiting for the stream. The capture is
made here, at opening, because it is global to the process: work that another thread gives to CUDA
meanwhile makes it fail, and then the next way is taken.
"""

import ctypes
import importlib.util
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from depthgrade.depth.runtime import map_size, new_session, one_line, picture_input
from depthgrade.errors import DepthError
from depthgrade.resources import user_cache

_TENSORRT = "libnvinfer.so.10"  # what the TensorRT provider of ONNX Runtime 1.31 links to
# Of the answer's range: the same kernels on the same numbers, in float16 perhaps in another order;
# a graph that reads or writes elsewhere is off by the range itself.
_SAME = 1e-2


@dataclass(frozen=True)
class Way:
    """One way to run a network.

    name       for people: "TensorRT", "CUDA with a graph", "CUDA"
    provider   ONNX Runtime's name of it, and options its options beside device and stream
    graph      whether the work is captured once and replayed
    half       whether float16 is used inside for a float32 network
    memory     where the bound memory is: "cuda", or "cpu" to run the same without a device
    """

    name: str
    provider: str
    options: dict[str, str] = field(default_factory=dict)
    graph: bool = False
    half: bool = False
    memory: Literal["cuda", "cpu"] = "cuda"


CUDA = Way("CUDA", "CUDAExecutionProvider", {"cudnn_conv_algo_search": "HEURISTIC"})
CUDA_GRAPH = Way(
    "CUDA with a graph",
    "CUDAExecutionProvider",
    {"cudnn_conv_algo_search": "HEURISTIC", "enable_cuda_graph": "1"},
    graph=True,
)
CPU = Way("CPU", "CPUExecutionProvider", memory="cpu")


def tensorrt() -> Way:
    """TensorRT with float16, a graph, and engines kept in the user's cache.

    Raises DepthError where its library is not installed.
    """
    spec = importlib.util.find_spec("tensorrt_libs")
    folders = [*(spec.submodule_search_locations or ())] if spec is not None else []
    for name in (*(f"{folder}/{_TENSORRT}" for folder in folders), _TENSORRT):
        try:
            # Global, so that ONNX Runtime's provider finds it by name afterwards.
            ctypes.CDLL(name, mode=ctypes.RTLD_GLOBAL)
            break
        except OSError:
            continue
    else:
        raise DepthError(f"TensorRT is not installed ({_TENSORRT})")
    cache = user_cache() / "tensorrt"
    cache.mkdir(parents=True, exist_ok=True)
    options = {
        "trt_fp16_enable": "1",
        "trt_cuda_graph_enable": "1",
        "trt_engine_cache_enable": "1",
        "trt_engine_cache_path": str(cache),
        "trt_timing_cache_enable": "1",
        "trt_timing_cache_path": str(cache),
    }
    return Way("TensorRT", "TensorrtExecutionProvider", options, graph=True, half=True)


class BoundNetwork:
    """A network, the memory it reads and the memory it answers in.

    Belongs to the thread that made it: ONNX Runtime keeps a captured graph with its thread.

    way, size    how it runs; (width, height) of its input
    input        address of 1 x 3 x height x width elements, contiguous; output: of the answer
    half         whether the input's elements are float16; half_answer: the output's
    answered     (width, height) of the answer
    """

    def __init__(
        self, path: Path, size: tuple[int, int], way: Way, *, device: int = 0, stream: int = 0
    ) -> None:
        """size: (width, height) of the input; stream: address of a CUDA stream, 0 for none.

        Runs the network on noise, plainly and then bound: it must answer the same, also when what
        is in the input has changed since a graph was captured.
        Raises DepthError where this way does not work, in one line.
        """
        self.way, self.size = way, size
        self._path = path
        self._session = self._opened(way, device, stream)
        picture = picture_input(path, self._session)
        width, height = size
        self.half = picture.dtype == np.float16
        rng = np.random.default_rng(1)
        noise = rng.standard_normal((2, 1, 3, height, width), np.float32).astype(picture.dtype)
        try:
            self._bind(picture.name, noise, way, device)
        except DepthError:
            raise
        except Exception as error:  # ONNX Runtime's errors have no common base below Exception
            raise DepthError(f"{way.name} refuses the network: {one_line(error)}") from error

    @property
    def input(self) -> int:
        """The address the picture is written to."""
        return int(self._input.data_ptr())

    @property
    def output(self) -> int:
        """The address the answer is read from, once the stream has come to it."""
        return int(self._output.data_ptr())

    def run(self) -> None:
        """Asks for the answer to what is in the input; the stream orders what follows.

        Raises DepthError where the network fails.
        """
        try:
            self._session.run_with_iobinding(self._binding, self._queued)
        except Exception as error:  # as above
            raise DepthError(f"{self._path}: the network fails: {one_line(error)}") from error

    def run_and_wait(self) -> None:
        """As `run`, and returns when the answer is there. Raises DepthError."""
        try:
            self._session.run_with_iobinding(self._binding)
        except Exception as error:  # as above
            raise DepthError(f"{self._path}: the network fails: {one_line(error)}") from error

    def answer_to(self, picture: NDArray[np.float32]) -> NDArray[Any]:
        """The answer to a tensor in main memory, in main memory: to compare ways with each other.

        picture: (1, 3, height, width). Raises DepthError.
        """
        self._input.update_inplace(picture.astype(np.float16 if self.half else np.float32))
        self.run_and_wait()
        return np.array(self._output.numpy())

    def _opened(self, way: Way, device: int, stream: int) -> Any:
        place = {"device_id": str(device)} if way.memory == "cuda" else {}
        if stream:
            place["user_compute_stream"] = str(stream)
        providers: list[Any] = [(way.provider, way.options | place)]
        if way.provider == "TensorrtExecutionProvider":
            # For nodes TensorRT does not know, on the same stream.
            providers.append((CUDA.provider, CUDA.options | place))
        if way.memory == "cuda":
            providers.append("CPUExecutionProvider")
        session, missing = new_session(self._path, providers)
        if way.provider not in session.get_providers():
            reason = missing or "its libraries can't be loaded"
            raise DepthError(f"{way.name} can't be used by ONNX Runtime ({reason})")
        return session

    def _bind(self, name: str, noise: NDArray[Any], way: Way, device: int) -> None:
        import onnxruntime  # noqa: PLC0415 - see runtime.new_session

        value, place = onnxruntime.OrtValue, (way.memory, device)
        answer = self._session.get_outputs()[0].name
        plain = onnxruntime.RunOptions()
        plain.add_run_config_entry("gpu_graph_id", "-1")
        # A copy: on the CPU the value is the array itself, and it is written to.
        self._input = value.ortvalue_from_numpy(noise[0].copy(), *place)
        self._binding = self._session.io_binding()
        self._binding.bind_ortvalue_input(name, self._input)
        expected = []
        for picture in noise:
            self._input.update_inplace(picture)
            self._binding.bind_output(answer, *place)  # of a shape not known yet
            self._session.run_with_iobinding(self._binding, plain)
            expected.append(np.array(self._binding.get_outputs()[0].numpy()))
            self._binding.clear_binding_outputs()
        first = expected[0]
        if first.dtype not in (np.float16, np.float32):
            raise DepthError(f"{way.name}: the network answers {first.dtype}; floats are needed")
        self.answered = map_size(first.shape, self.size)
        self.half_answer = first.dtype == np.float16

        self._output = value.ortvalue_from_shape_and_type(first.shape, first.dtype, *place)
        self._binding.bind_ortvalue_output(answer, self._output)
        for picture, right in zip(noise, expected, strict=True):  # captured once, then replayed
            self._input.update_inplace(picture)
            self._session.run_with_iobinding(self._binding)
            apart = np.abs(self._output.numpy().astype(np.float64) - right).max()
            if not apart <= _SAME * max(float(np.ptp(right.astype(np.float64))), 1e-30):
                raise DepthError(f"{way.name}: the answer changes by {apart:.2g} when it is bound")
        self._queued = onnxruntime.RunOptions()
        self._queued.add_run_config_entry("disable_synchronize_execution_providers", "1")


def ways() -> Iterator[Way | DepthError]:
    """The ways to run on a CUDA device, the fastest first, or why one is not there."""
    try:
        yield tensorrt()
    except DepthError as error:
        yield error
    yield CUDA_GRAPH
    yield CUDA


def open_bound(
    path: Path, size: tuple[int, int], *, device: int, stream: int
) -> tuple[BoundNetwork, tuple[str, ...]]:
    """The network the fastest way that works, and why faster ones do not, a line each.

    Raises DepthError, with all reasons in one line, where none works.
    """
    reasons: list[str] = []
    for way in ways():
        if isinstance(way, DepthError):
            reasons.append(str(way))
            continue
        try:
            return BoundNetwork(path, size, way, device=device, stream=stream), tuple(reasons)
        except DepthError as error:
            reasons.append(str(error))
    raise DepthError("; ".join(reasons))
