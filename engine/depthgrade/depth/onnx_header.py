"""What an ONNX file declares, read without ONNX Runtime, so that a hostile one is never opened.

An ONNX file is a protobuf message; only the few fields that say where weights are and how large
tensors are get read. Refused: weights kept in other files (a path in a download could name any file
of the user's), more memory than a depth network needs, and files that end early.
"""

import math
import mmap
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from depthgrade.errors import DepthError

LARGEST_FILE = 2 << 30  # protobuf's own limit for a message
LARGEST_TENSORS = 2 << 30  # bytes of all declared weights; the largest public networks have 1.3 GB
LARGEST_PICTURE = 1 << 28  # values of one declared input or output
_DEEPEST = 16  # graphs in graphs

# onnx.proto3: bytes of an element by TensorProto.DataType; 0 for strings, which no network needs
_BYTES = {1: 4, 2: 1, 3: 1, 4: 2, 5: 2, 6: 4, 7: 8, 8: 0, 9: 1, 10: 2, 11: 8, 12: 4, 13: 8, 14: 8}
_BYTES |= {15: 16, 16: 2, 17: 1, 18: 1, 19: 1, 20: 1, 21: 1, 22: 1, 23: 1}
_EXTERNAL = 1  # TensorProto.DataLocation

# Field numbers of onnx.proto3.
_MODEL_GRAPH, _MODEL_FUNCTION = 7, 25
_GRAPH_NODE, _GRAPH_INITIALIZER, _GRAPH_VALUES, _GRAPH_SPARSE = 1, 5, (11, 12, 13), 15
_FUNCTION_NODE, _FUNCTION_ATTRIBUTE = 7, 11
_NODE_ATTRIBUTE = 5
_ATTRIBUTE_TENSOR, _ATTRIBUTE_GRAPH, _ATTRIBUTE_TENSORS, _ATTRIBUTE_GRAPHS = 5, 6, 10, 11
_ATTRIBUTE_SPARSE = 22, 23
_TENSOR_DIMS, _TENSOR_TYPE, _TENSOR_NAME, _TENSOR_RAW = 1, 2, 8, 9
_TENSOR_EXTERNAL, _TENSOR_LOCATION = 13, 14
_VALUE_TYPE, _TYPE_TENSOR, _TYPE_SHAPE, _SHAPE_DIM, _DIM_VALUE = 2, 1, 2, 1, 1

_Data = mmap.mmap | bytes


@dataclass
class _Found:
    path: Path
    tensor_bytes: int = 0
    graphs: int = field(default=0)


class _DamagedError(ValueError):
    """The bytes are no protobuf message."""


def check_onnx(path: Path) -> None:
    """Refuses an ONNX file that is damaged, reads other files or declares too much.

    Raises DepthError with one line.
    """
    try:
        size = path.stat().st_size
        if size > LARGEST_FILE:
            raise DepthError(
                f"{path}: has {size / 2**30:.1f} GiB; networks of up to 2 GiB are opened"
            )
        if size == 0:
            raise DepthError(f"{path}: is empty; not an ONNX network")
        with (
            path.open("rb") as stream,
            mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as data,
        ):
            found = _Found(path)
            for number, start, stop in _fields(data, 0, size):
                if number == _MODEL_GRAPH and start < stop:
                    found.graphs += 1
                    _graph(data, start, stop, found, 0)
                elif number == _MODEL_FUNCTION:
                    _function(data, start, stop, found)
    except OSError as error:
        raise DepthError(f"{path}: {error.strerror or error}; a readable file is needed") from error
    except _DamagedError:
        raise DepthError(f"{path}: not a usable ONNX network: it is damaged or cut short") from None
    if found.graphs != 1:
        raise DepthError(f"{path}: not a usable ONNX network: it holds no graph")


def _graph(data: _Data, start: int, stop: int, found: _Found, depth: int) -> None:
    if depth > _DEEPEST:
        raise DepthError(f"{found.path}: nests graphs more than {_DEEPEST} deep; not a network")
    for number, begin, end in _fields(data, start, stop):
        if number == _GRAPH_INITIALIZER:
            _tensor(data, begin, end, found)
        elif number in _GRAPH_VALUES:
            _value(data, begin, end, found)
        elif number == _GRAPH_SPARSE:
            raise _sparse(found)
        elif number == _GRAPH_NODE:
            _node(data, begin, end, found, depth)


def _function(data: _Data, start: int, stop: int, found: _Found) -> None:
    for number, begin, end in _fields(data, start, stop):
        if number == _FUNCTION_NODE:
            _node(data, begin, end, found, 0)
        elif number == _FUNCTION_ATTRIBUTE:
            _attribute(data, begin, end, found, 0)


def _node(data: _Data, start: int, stop: int, found: _Found, depth: int) -> None:
    for number, begin, end in _fields(data, start, stop):
        if number == _NODE_ATTRIBUTE:
            _attribute(data, begin, end, found, depth)


def _sparse(found: _Found) -> DepthError:
    # A few numbers may declare a tensor of any size; no depth network needs them.
    return DepthError(f"{found.path}: holds sparse weights; allowed: plain ones")


def _attribute(data: _Data, start: int, stop: int, found: _Found, depth: int) -> None:
    for number, begin, end in _fields(data, start, stop):
        if begin == end:
            continue
        if number in {_ATTRIBUTE_TENSOR, _ATTRIBUTE_TENSORS}:
            _tensor(data, begin, end, found)
        elif number in {_ATTRIBUTE_GRAPH, _ATTRIBUTE_GRAPHS}:
            _graph(data, begin, end, found, depth + 1)
        elif number in _ATTRIBUTE_SPARSE:
            raise _sparse(found)


def _tensor(data: _Data, start: int, stop: int, found: _Found) -> None:
    dims: list[int] = []
    kind, raw, name, outside = 1, None, "", False
    for number, begin, end in _fields(data, start, stop):
        if number == _TENSOR_DIMS:
            dims += _numbers(data, begin, end)
        elif number == _TENSOR_TYPE:
            kind = _numbers(data, begin, end)[0]
        elif number == _TENSOR_NAME:
            name = bytes(data[begin:end])[:60].decode("utf-8", "replace")
        elif number == _TENSOR_RAW:
            raw = end - begin
        elif number == _TENSOR_EXTERNAL:
            outside = True
        elif number == _TENSOR_LOCATION:
            outside |= _numbers(data, begin, end)[0] == _EXTERNAL
    if outside:
        raise DepthError(
            f"{found.path}: keeps weights ({name}) in another file; allowed: a network in one file"
        )
    if any(dim < 0 for dim in dims):
        raise DepthError(f"{found.path}: weights {name} have a negative size; not a network")
    wanted = math.prod(dims) * _BYTES.get(kind, 1)
    found.tensor_bytes += wanted
    if found.tensor_bytes > LARGEST_TENSORS:
        raise DepthError(
            f"{found.path}: declares {found.tensor_bytes / 2**30:.1f} GiB of weights; "
            f"up to {LARGEST_TENSORS / 2**30:.0f} GiB are opened"
        )
    if raw is not None and kind in _BYTES and kind not in {21, 22, 23} and raw != wanted:
        raise DepthError(
            f"{found.path}: weights {name} hold {raw} bytes, their shape needs {wanted}; damaged"
        )


def _value(data: _Data, start: int, stop: int, found: _Found) -> None:
    """A declared input, output or intermediate result."""
    sides = [1]
    for path in _nested(data, start, stop, (_VALUE_TYPE, _TYPE_TENSOR, _TYPE_SHAPE, _SHAPE_DIM)):
        for number, begin, end in _fields(data, *path):
            if number == _DIM_VALUE:
                sides += [max(1, side) for side in _numbers(data, begin, end)]
    if math.prod(sides) > LARGEST_PICTURE:
        text = "x".join(str(side) for side in sides[1:])
        raise DepthError(f"{found.path}: declares a tensor of {text}; too large for a depth map")


def _nested(
    data: _Data, start: int, stop: int, numbers: tuple[int, ...]
) -> Iterator[tuple[int, int]]:
    if not numbers:
        yield start, stop
        return
    for number, begin, end in _fields(data, start, stop):
        if number == numbers[0]:
            yield from _nested(data, begin, end, numbers[1:])


def _fields(data: _Data, start: int, stop: int) -> Iterator[tuple[int, int, int]]:
    """(number, begin, end) of each field of the message in data[start:stop]."""
    at = start
    while at < stop:
        tag, at = _varint(data, at, stop)
        number, wire = tag >> 3, tag & 7
        if number == 0:
            raise _DamagedError
        if wire == 2:
            length, at = _varint(data, at, stop)
            end = at + length
        elif wire == 0:
            _, end = _varint(data, at, stop)
        elif wire in {1, 5}:
            end = at + (8 if wire == 1 else 4)
        else:
            raise _DamagedError
        if end > stop:
            raise _DamagedError
        yield number, at, end
        at = end


def _numbers(data: _Data, start: int, stop: int) -> list[int]:
    """The integers of a field, packed or single; negative ones as such."""
    found = []
    at = start
    while at < stop:
        value, at = _varint(data, at, stop)
        found.append(value - (1 << 64) if value >= 1 << 63 else value)
    if not found:
        raise _DamagedError
    return found


def _varint(data: _Data, at: int, stop: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        if at >= stop:
            raise _DamagedError
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
    raise _DamagedError
