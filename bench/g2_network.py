"""G2: one depth network by every way ONNX Runtime has, against the operations it can't do without.

The network has Depth Anything V2 S's shape and random weights. The floor is its operations at the
rate at which the same runtime multiplies large float16 matrices in the same run. Each way must give
the answer of the CPU in float32 before it gives a number.
"""

import importlib.util
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
from depthgrade import EngineError
from depthgrade.depth.bound import CPU, CUDA, CUDA_GRAPH, BoundNetwork, Way, tensorrt
from depthgrade.depth.runtime import cuda_device_count, new_session
from measure import Row, absent, table
from numpy.typing import NDArray
from synthetic_vit import SMALL, TINY, Shape, write_network
from wall import middle, wall_rounds

Progress = Callable[[str, int, int], None]

TITLE = "G2: Depth Anything V2 S's shape, random weights, wall ms a picture"
SIZES, QUICK_SIZES = ((546, 308), (924, 518)), ((112, 70),)
# ||answer - reference|| / ||reference||: float32 with TF32 products, and float16
FLOAT_ERROR, HALF_ERROR = 1e-2, 3e-2
MATRIX = 8192, 4096  # rows, and columns of both: 0.27 TFLOP


def run(*, frames: int | None, quick: bool, progress: Progress) -> dict[str, Any]:
    """A table for each size; frames: rounds to measure."""
    sizes = QUICK_SIZES if quick else SIZES
    if importlib.util.find_spec("onnx") is None:
        return {"tables": [table(TITLE, [absent("the network", "pip install onnx")])]}
    shape = TINY if quick else SMALL
    tables = []
    with tempfile.TemporaryDirectory() as folder:
        rate, how = _rate(Path(folder), quick=quick)
        for step, size in enumerate(sizes, 1):
            made = _Measured(Path(folder), size, shape, frames=frames, quick=quick)
            tables.append(table(made.title(rate, how), made.rows(rate)))
            progress("G2", step, len(sizes))
    return {"tables": tables}


class _Measured:
    """The network of one size in both precisions, and its answer on the CPU."""

    def __init__(
        self, folder: Path, size: tuple[int, int], shape: Shape, *, frames: int | None, quick: bool
    ) -> None:
        self._size, self._frames, self._quick = size, frames, quick
        self._paths = {half: folder / f"{size[0]}-{half}.onnx" for half in (False, True)}
        for half, path in self._paths.items():
            self.operations, self.weights = write_network(path, size, half=half, shape=shape)
        width, height = size
        rng = np.random.default_rng(3)
        self._picture = rng.standard_normal((1, 3, height, width), np.float32)
        session, _ = new_session(self._paths[False], ["CPUExecutionProvider"])
        began = perf_counter()
        self._exact = session.run(None, {"picture": self._picture})[0].astype(np.float64)
        self._cpu = 1000 * (perf_counter() - began)

    def title(self, rate: float | None, how: str) -> str:
        """The table's title: sizes, operations, and the floor's rate."""
        width, height = self._size
        floor = f"floor at {rate / 1e12:.0f} TFLOP/s {how}" if rate else f"no floor: {how}"
        return (
            f"{TITLE}, {width}x{height}, {self.weights / 1e6:.1f} M weights,"
            f" {self.operations / 1e9:.1f} GFLOP; {floor}"
        )

    def rows(self, rate: float | None) -> list[Row]:
        """A row for each way; figures are times the floor."""
        found = [Row("CPU, float32 (the reference, once)", self._cpu)]
        found.append(self._bound("CPU, float32, bound memory", False, CPU, rate))
        for half in (False, True):
            kind = "float16" if half else "float32"
            found.append(self._plain(f"CUDA, {kind}, arrays of the CPU", half, rate))
            found.append(self._bound(f"CUDA, {kind}, bound memory", half, CUDA, rate))
            found.append(self._bound(f"CUDA with a graph, {kind}", half, CUDA_GRAPH, rate))
        try:
            found.append(self._bound("TensorRT, float16 inside", False, tensorrt(), rate))
        except EngineError as error:
            found.append(absent("TensorRT", str(error)))
        return found

    def _plain(self, name: str, half: bool, rate: float | None) -> Row:
        """Arrays in, arrays out: the host's way, with both transfers."""
        if not cuda_device_count():
            return absent(name, "no CUDA device")
        try:
            providers = [(CUDA.provider, CUDA.options), "CPUExecutionProvider"]
            session, missing = new_session(self._paths[half], providers)
            if CUDA.provider not in session.get_providers():
                return absent(name, missing or "ONNX Runtime can't use CUDA")
            given = {"picture": self._picture.astype(np.float16 if half else np.float32)}
            note = self._note(session.run(None, given)[0], half)
            return self._timed(name, lambda: session.run(None, given), rate, note)
        except Exception as error:  # ONNX Runtime's errors have no common base below Exception
            return absent(name, _line(error))

    def _bound(self, name: str, half: bool, way: Way, rate: float | None) -> Row:
        if way.memory == "cuda" and not cuda_device_count():
            return absent(name, "no CUDA device")
        try:
            network = BoundNetwork(self._paths[half], self._size, way)
            answer = network.answer_to(self._picture)
            note = self._note(answer, half or way.half)
            return self._timed(name, network.run_and_wait, rate, note)
        except EngineError as error:
            return absent(name, _line(error))

    def _note(self, answer: NDArray[Any], half: bool) -> str:
        """The error as a note. Raises EngineError above what the precision explains."""
        apart = np.linalg.norm(answer.astype(np.float64).reshape(-1) - self._exact.reshape(-1))
        error = float(apart / np.linalg.norm(self._exact))
        most = HALF_ERROR if half else FLOAT_ERROR
        if not error <= most:
            raise EngineError(f"off by {error:.2g}; allowed: {most:g}")
        return f"error {error:.1e}"

    def _timed(self, name: str, work: Callable[[], Any], rate: float | None, note: str) -> Row:
        found = wall_rounds({name: work}, lambda: None, quick=self._quick, count=self._frames)
        ms = middle(found, name)
        if rate is None:
            return Row(name, ms, note=note)
        floor = 1000 * self.operations / rate
        low, high = (bound(found[name]) / floor for bound in (min, max))
        return Row(name, ms, ms / floor, low, high, note=f"{note}, {1000 / ms:.0f} a second")


def _rate(folder: Path, *, quick: bool) -> tuple[float | None, str]:
    """Operations a second of a large float16 matrix product by CUDA, or None and why not."""
    if not cuda_device_count():
        return None, "no CUDA device"
    import onnx  # noqa: PLC0415 - see synthetic_vit

    rows, side = (64, 32) if quick else MATRIX
    rng = np.random.default_rng(1)
    weight = (rng.standard_normal((side, side), np.float32) / side**0.5).astype(np.float16)
    kind, value = onnx.TensorProto.FLOAT16, onnx.helper.make_tensor_value_info
    graph = onnx.helper.make_graph(
        [onnx.helper.make_node("MatMul", ["a", "b"], ["c"])],
        "product",
        [value("a", kind, [rows, side])],
        [value("c", kind, [rows, side])],
        [onnx.numpy_helper.from_array(weight, "b")],
    )
    path = folder / "product.onnx"
    opset = [onnx.helper.make_opsetid("", 17)]
    onnx.save(onnx.helper.make_model(graph, opset_imports=opset, ir_version=9), str(path))
    session, missing = new_session(path, [(CUDA.provider, CUDA.options), "CPUExecutionProvider"])
    if CUDA.provider not in session.get_providers():
        return None, missing or "ONNX Runtime can't use CUDA"
    import onnxruntime  # noqa: PLC0415 - slow to load

    binding = session.io_binding()
    noise = rng.standard_normal((rows, side), np.float32).astype(np.float16)
    binding.bind_ortvalue_input("a", onnxruntime.OrtValue.ortvalue_from_numpy(noise, "cuda", 0))
    binding.bind_output("c", "cuda", 0)
    found = wall_rounds(
        {"c": lambda: session.run_with_iobinding(binding)}, lambda: None, quick=quick
    )
    return 2.0 * rows * side * side / (min(found["c"]) / 1000), "of float16 products here"


def _line(error: BaseException) -> str:
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[0][:160]


def tables(result: dict[str, Any]) -> list[dict[str, Any]]:
    """What to print."""
    found: list[dict[str, Any]] = result["tables"]
    return found
