"""A network bound to fixed memory: the same answers, and the next way where one does not work.

Run from main memory, which is what ONNX Runtime's CPU provider binds.
"""

import ctypes
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from depthgrade.depth import bound, runtime
from depthgrade.depth.bound import CPU, CUDA, CUDA_GRAPH, BoundNetwork, Way, open_bound
from depthgrade.errors import DepthError

MakeNetwork = Callable[..., Path]
SIZE = (16, 8)
PICTURE = np.random.default_rng(2).random((1, 3, 8, 16), np.float32)


def memory(address: int, dtype: type, *shape: int) -> np.ndarray:
    size = int(np.prod(shape)) * np.dtype(dtype).itemsize
    held = (ctypes.c_char * size).from_address(address)
    return np.frombuffer(held, dtype).reshape(shape)


def test_what_is_written_at_the_address_is_answered_at_the_other(
    make_network: MakeNetwork,
) -> None:
    network = BoundNetwork(make_network(), SIZE, CPU)
    assert (network.answered, network.half, network.half_answer) == (SIZE, False, False)
    answer = memory(network.output, np.float32, 8, 16)
    for picture in (PICTURE, 1 - PICTURE):  # the addresses stay
        memory(network.input, np.float32, 1, 3, 8, 16)[:] = picture
        network.run()
        expected = np.tensordot([1.0, 2.0, 4.0], picture[0], 1)
        np.testing.assert_allclose(answer, expected, atol=1e-5)  # float32, values up to 7


def test_half_floats_are_bound_as_such(make_network: MakeNetwork) -> None:
    network = BoundNetwork(make_network(half=True), SIZE, CPU)
    assert (network.half, network.half_answer) == (True, True)


def test_a_network_of_any_size_is_bound_to_one(make_network: MakeNetwork) -> None:
    path = make_network(("batch", 3, "height", "width"))
    assert BoundNetwork(path, (32, 24), CPU).answered == (32, 24)


def test_a_way_onnx_runtime_leaves_out_is_refused(make_network: MakeNetwork) -> None:
    """Here without a device ONNX Runtime silently takes the CPU instead."""
    if runtime.cuda_device_count():
        pytest.skip("a CUDA device is there")
    with pytest.raises(DepthError, match=r"^CUDA can't be used by ONNX Runtime \("):
        BoundNetwork(make_network(), SIZE, CUDA)


@pytest.mark.filterwarnings("ignore:Specified provider")
def test_the_next_way_is_taken_with_a_line_for_each_before(
    make_network: MakeNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    way = Way("bad options", "CPUExecutionProvider", {"no_such": "option"}, memory="cpu")
    first = DepthError("TensorRT is not installed (libnvinfer.so.10)")
    missing = Way("CUDA with a graph", "NoSuchExecutionProvider", memory="cpu")
    monkeypatch.setattr(bound, "ways", lambda: iter([first, missing, CPU, way]))
    network, notes = open_bound(make_network(), SIZE, device=0, stream=0)
    assert network.way is CPU
    assert notes[0] == str(first)
    assert len(notes) == 2 and "CUDA with a graph" in notes[1]
    monkeypatch.setattr(bound, "ways", lambda: iter([first, missing]))
    with pytest.raises(DepthError, match=r"^TensorRT is not installed.*; .*with a graph"):
        open_bound(make_network(), SIZE, device=0, stream=0)


def test_the_ways_go_from_fast_to_plain() -> None:
    *_, graph, plain = bound.ways()
    assert (graph, plain) == (CUDA_GRAPH, CUDA)
    assert CUDA_GRAPH.options["enable_cuda_graph"] == "1"


def test_an_answer_that_changes_when_it_is_bound_is_refused(
    make_network: MakeNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bound, "_SAME", -1.0)
    with pytest.raises(DepthError, match="the answer changes by 0 when it is bound"):
        BoundNetwork(make_network(), SIZE, CPU)


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("Failed to load /x/nvidia/cu13/lib/libcublasLt.so.13: cannot open", "libcublasLt.so.13"),
        ("Failed to load libcudnn.so.9: a\nFailed to load libcurand.so.10: b", "libcudnn.so.9, li"),
        ("\033[33mWARNING: something else\033[0m", ""),
    ],
)
def test_missing_libraries_are_named(said: str, found: str) -> None:
    assert runtime.missing_libraries(said).removeprefix("missing: ").startswith(found)
