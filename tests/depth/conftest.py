"""Networks of a few bytes and card files made on the spot, so that no test needs a download."""

import struct
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

# ONNX is a protobuf; these are the field numbers of onnx.proto3 that a one-layer network needs.
FLOAT, FLOAT16 = 1, 10  # TensorProto.DataType
ANY = "any"  # a dimension without a size

NetworkMaker = Callable[..., Path]


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _bytes(field: int, value: bytes | str) -> bytes:
    data = value.encode() if isinstance(value, str) else value
    return _varint(field << 3 | 2) + _varint(len(data)) + data


def _value(name: str, kind: int, shape: Sequence[int | str]) -> bytes:
    sides = b"".join(
        _bytes(1, _number(1, side) if isinstance(side, int) else _bytes(2, side)) for side in shape
    )
    return _bytes(1, name) + _bytes(2, _bytes(1, _number(1, kind) + _bytes(2, sides)))


def _node(operator: str, inputs: Sequence[str], output: str) -> bytes:
    return b"".join(_bytes(1, name) for name in inputs) + _bytes(2, output) + _bytes(4, operator)


def encode_network(
    shape: Sequence[int | str], kind: int, weights: Sequence[float], then: Sequence[str]
) -> bytes:
    """An ONNX model: a 1x1 convolution of the channels, followed by unary operators."""
    pack = "<3f" if kind == FLOAT else "<3e"
    tensor = b"".join(_number(1, side) for side in (1, 3, 1, 1))
    tensor += _number(2, kind) + _bytes(8, "weights") + _bytes(9, struct.pack(pack, *weights))
    names = [f"step{i}" for i in range(len(then))] + ["depth"]
    nodes = [_node("Conv", ["picture", "weights"], names[0])]
    nodes += [_node(operator, [names[i]], names[i + 1]) for i, operator in enumerate(then)]
    graph = b"".join(_bytes(1, node) for node in nodes) + _bytes(2, "network")
    graph += _bytes(5, tensor) + _bytes(11, _value("picture", kind, shape))
    graph += _bytes(12, _value("depth", kind, [ANY] * len(shape)))
    return _number(1, 8) + _bytes(8, _number(2, 13)) + _bytes(7, graph)


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def make_network(tmp_path: Path) -> NetworkMaker:
    """Writes network.onnx: weights . channels, then unary operators; returns its path."""

    def make(
        shape: Sequence[int | str] = (1, 3, 8, 16),
        *,
        half: bool = False,
        weights: Sequence[float] = (1.0, 2.0, 4.0),
        then: Sequence[str] = (),
        name: str = "network.onnx",
    ) -> Path:
        path = tmp_path / name
        path.write_bytes(encode_network(shape, FLOAT16 if half else FLOAT, weights, then))
        return path

    return make


@pytest.fixture
def make_card(tmp_path: Path) -> Callable[..., Path]:
    """Writes card.toml for network.onnx, 16x8 fixed, with lines changed or added by keyword."""

    def make(**lines: str) -> Path:
        standard = {
            "name": '"tiny"',
            "title": '"Tiny"',
            "file": '"network.onnx"',
            "source": '"this test"',
            "licence": '"CC0-1.0"',
            "faster": "[16, 8]",
            "better": "[16, 8]",
            "fixed_size": "true",
        }
        path = tmp_path / "card.toml"
        entries = (standard | lines).items()
        path.write_text("\n".join(f"{key} = {value}" for key, value in entries), encoding="utf-8")
        return path

    return make
