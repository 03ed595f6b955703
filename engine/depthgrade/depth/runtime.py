"""ONNX Runtime sessions: which provider really works here, and nothing on the user's terminal.

ONNX Runtime lists CUDA as available wherever its wheel was built with it, and falls back to the CPU
with a red message when it can't load it. So a device is looked for first, and what the session got
is read back afterwards.
"""

import contextlib
import ctypes
import io
import math
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import DTypeLike

from depthgrade.depth.onnx_header import check_onnx
from depthgrade.errors import DepthError

Provider = Literal["auto", "cuda", "cpu"]

_FATAL = 4  # ONNX Runtime's log severity at which it prints nothing a user could meet
_DTYPES: dict[str, DTypeLike] = {"tensor(float)": np.float32, "tensor(float16)": np.float16}
_NEEDED = "CUDA 13 and cuDNN 9 are needed"
_LIBRARY = re.compile(r"\blib[\w-]+\.so[.\d]*|\b[\w-]+\.dll")
_LINE = 160  # characters kept of a library's message


@dataclass(frozen=True)
class NetworkInput:
    """The picture input of a network; a None in (height, width) takes any size."""

    name: str
    dtype: DTypeLike
    picture_size: tuple[int | None, int | None]


@dataclass(frozen=True)
class Opened:
    """A session, its picture input, the provider it runs on and why it is not the better one."""

    session: Any
    picture: NetworkInput
    provider: Literal["CUDA", "CPU"]
    note: str


def cuda_device_count() -> int:
    """How many CUDA devices the driver of this machine offers; 0 without a driver."""
    try:
        # Optional extra; imported here because the driver is looked for only when it is asked.
        from cuda.bindings import runtime  # noqa: PLC0415

        status, count = runtime.cudaGetDeviceCount()
        return int(count) if int(status) == 0 else 0
    except ImportError:
        pass
    try:
        driver = ctypes.CDLL("libcuda.so.1" if os.name == "posix" else "nvcuda.dll")
    except OSError:
        return 0
    found = ctypes.c_int(0)
    if driver.cuInit(0) != 0 or driver.cuDeviceGetCount(ctypes.byref(found)) != 0:
        return 0
    return found.value


def describe(path: Path) -> NetworkInput:
    """The picture input of an ONNX file. Raises DepthError if it is no network of one picture."""
    return open_session(path, "cpu").picture


def open_session(path: Path, provider: Provider) -> Opened:
    """A session for an ONNX file.

    "auto" takes CUDA where a device is there and ONNX Runtime can use it, else the CPU with a note;
    "cuda" raises DepthError instead of falling back. Raises DepthError for a file that is not an
    ONNX network taking one picture.
    """
    note = ""
    wanted: list[Any] = ["CPUExecutionProvider"]
    if provider != "cpu":
        if cuda_device_count() > 0:
            wanted.insert(0, ("CUDAExecutionProvider", {"cudnn_conv_algo_search": "HEURISTIC"}))
        else:
            note = "no CUDA device on this machine: depth runs on the CPU"

    session, missing = new_session(path, wanted)
    on_cuda = "CUDAExecutionProvider" in session.get_providers()
    if len(wanted) > 1 and not on_cuda:
        note = (
            f"a CUDA device is there but ONNX Runtime can't use it ({missing or _NEEDED}; "
            "depthgrade's extra cuda): depth runs on the CPU"
        )
    if provider == "cuda" and not on_cuda:
        raise DepthError(f"{path}: CUDA was asked for; {note}")
    return Opened(session, picture_input(path, session), "CUDA" if on_cuda else "CPU", note)


def new_session(path: Path, providers: list[Any]) -> tuple[Any, str]:
    """A session with ONNX Runtime's providers in order of preference, and which libraries of CUDA
    it missed ("" where none). Raises DepthError for a file that is no network it can run.

    What the session really got is in its get_providers(): ONNX Runtime leaves out what it can't
    load instead of failing.
    """
    # Before ONNX Runtime sees it: it would follow paths in the file and set memory aside.
    check_onnx(path)
    # Importing it takes 0.3 s, which commands that need no depth should not pay.
    import onnxruntime  # noqa: PLC0415

    # The providers' loader speaks through the default logger and through print; the outcome is
    # read back from the session instead.
    onnxruntime.set_default_logger_severity(_FATAL)
    said = io.StringIO()
    try:
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(io.StringIO()):
            if len(providers) > 1:
                onnxruntime.preload_dlls()
            session = onnxruntime.InferenceSession(
                str(path), _options(onnxruntime), providers=providers
            )
    except Exception as error:  # ONNX Runtime's errors have no common base below Exception
        raise DepthError(f"{path}: not a usable ONNX network: {one_line(error)}") from error
    return session, missing_libraries(said.getvalue())


def missing_libraries(said: str) -> str:
    """What onnxruntime.preload_dlls printed of libraries it could not load, as half a sentence."""
    found = dict.fromkeys(
        name
        for line in said.splitlines()
        if "ailed to load" in line
        for name in _LIBRARY.findall(line)
    )
    return f"missing: {', '.join(found)}" if found else ""


def one_line(error: BaseException) -> str:
    """A library's message cut to one short line."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    text = lines[0] if lines else type(error).__name__
    return text if len(text) <= _LINE else text[: _LINE - 1] + "…"


def _options(onnxruntime: Any) -> Any:
    options = onnxruntime.SessionOptions()
    options.log_severity_level = _FATAL
    # One core is left to the decoder, and idle workers sleep: spinning ones made the network two to
    # six times slower beside a busy decoder or software rasteriser (measured on two cores).
    options.intra_op_num_threads = max(1, _usable_cores() - 1)
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return options


def _usable_cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def map_size(shape: tuple[int, ...], picture: tuple[int, int]) -> tuple[int, int]:
    """(width, height) of an answer of a shape to a picture of a size (width, height).

    Raises DepthError if it is not one map of about the picture's shape.
    """
    width, height = shape[-1:-3:-1] if len(shape) > 1 else (0, 0)
    beside = width * picture[1], height * picture[0]
    if (
        min(width, height) < 2
        or max(beside) > 2 * min(beside)
        or math.prod(shape) != width * height
    ):
        raise DepthError(
            f"the network answers {picture[0]}x{picture[1]} with {shape}; one depth map is needed"
        )
    return width, height


def picture_input(path: Path, session: Any) -> NetworkInput:
    """The picture input of an open session. Raises DepthError if it has none, or more inputs."""
    inputs = session.get_inputs()
    if len(inputs) != 1:
        raise DepthError(f"{path}: has {len(inputs)} inputs; a depth network takes one picture")
    only = inputs[0]
    dtype = _DTYPES.get(only.type)
    if dtype is None:
        raise DepthError(f"{path}: input {only.name} is {only.type}; allowed: {', '.join(_DTYPES)}")
    shape = list(only.shape)
    # A free dimension is a name or None; the batch may be free or 1, the channels must be 3.
    known = [side if isinstance(side, int) and side > 0 else None for side in shape]
    if len(shape) != 4 or known[1] not in {3, None} or known[0] not in {1, None}:
        text = "x".join(str(side) for side in shape) or "a scalar"
        raise DepthError(
            f"{path}: input {only.name} is {text}; a depth network takes 1 x 3 x height x width"
        )
    return NetworkInput(only.name, dtype, (known[2], known[3]))
