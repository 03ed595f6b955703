"""A depth network of Depth Anything V2's shape with random weights, and what it costs to run.

Shape: a vision transformer (ViT-S: 12 blocks of 384 channels, patches of 14) whose blocks 3, 6, 9
and 12 feed a convolutional head that grows to the picture's size (Ranftl et al., "Vision
Transformers for Dense Prediction", 2021). Its answers mean nothing; its time is that of the real
one. Written with the `onnx` package for one fixed size, in float32 or float16.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

PATCH = 14
OPSET = 17


@dataclass(frozen=True)
class Shape:
    """Sizes of the network: S as published, and one that runs in a moment."""

    channels: int = 384
    blocks: int = 12
    heads: int = 6
    features: int = 64
    head: tuple[int, int, int, int] = (48, 96, 192, 384)


SMALL = Shape()
TINY = Shape(channels=48, blocks=4, heads=3, features=16, head=(12, 24, 48, 96))


@dataclass
class _Graph:
    """Nodes and weights as they are written, and the multiply-adds they take."""

    onnx: Any
    dtype: Any
    rng: np.random.Generator
    nodes: list[Any] = field(default_factory=list)
    weights: list[Any] = field(default_factory=list)
    mads: int = 0

    def constant(self, values: NDArray[Any]) -> str:
        name = f"w{len(self.weights)}"
        self.weights.append(self.onnx.numpy_helper.from_array(values, name))
        return name

    def random(self, *shape: int, scale: float) -> str:
        values = self.rng.standard_normal(shape, np.float32) * scale
        return self.constant(values.astype(self.dtype))

    def ints(self, *values: int) -> str:
        return self.constant(np.array(values, np.int64))

    def node(self, kind: str, *inputs: str, **attributes: Any) -> str:
        name = f"t{len(self.nodes)}"
        self.nodes.append(self.onnx.helper.make_node(kind, list(inputs), [name], **attributes))
        return name

    def linear(self, x: str, rows: int, inside: int, outside: int) -> str:
        self.mads += rows * inside * outside
        weight = self.random(inside, outside, scale=inside**-0.5)
        return self.node("Add", self.node("MatMul", x, weight), self.random(outside, scale=0.02))

    def normal(self, x: str, channels: int) -> str:
        one = self.constant(np.ones(channels, self.dtype))
        return self.node("LayerNormalization", x, one, self.random(channels, scale=0.02), axis=-1)

    def conv(
        self,
        x: str,
        inside: int,
        outside: int,
        size: tuple[int, int],
        *,
        kernel: int = 3,
        stride: int = 1,
    ) -> str:
        """size: (height, width) of what comes out."""
        self.mads += size[0] * size[1] * inside * outside * kernel**2
        weight = self.random(outside, inside, kernel, kernel, scale=(inside * kernel**2) ** -0.5)
        bias = self.random(outside, scale=0.02)
        pad = [(kernel - 1) // 2] * 4 if kernel != PATCH else [0] * 4
        return self.node(
            "Conv", x, weight, bias, kernel_shape=[kernel] * 2, strides=[stride] * 2, pads=pad
        )

    def grown(self, x: str, channels: int, factor: int, size: tuple[int, int]) -> str:
        """A transposed convolution whose taps do not overlap; size is of what goes in."""
        self.mads += size[0] * size[1] * channels**2 * factor**2
        weight = self.random(channels, channels, factor, factor, scale=channels**-0.5)
        return self.node(
            "ConvTranspose", x, weight, kernel_shape=[factor] * 2, strides=[factor] * 2
        )

    def resized(self, x: str, channels: int, size: tuple[int, int]) -> str:
        sizes = self.ints(1, channels, *size)
        return self.node("Resize", x, "", "", sizes, mode="linear")


def write_network(
    path: Path, size: tuple[int, int], *, half: bool, shape: Shape = SMALL
) -> tuple[float, float]:
    """Writes the network and returns (operations of one run, weights): a multiply-add is two.

    size: (width, height), multiples of 14. Raises ImportError without the onnx package.
    """
    import onnx  # noqa: PLC0415 - an optional package of this benchmark

    dtype = np.float16 if half else np.float32
    g = _Graph(onnx, dtype, np.random.default_rng(7))
    rows, columns = size[1] // PATCH, size[0] // PATCH
    tapped = _backbone(g, shape, rows, columns)
    answer = _head(g, shape, tapped, (rows, columns))
    kind = onnx.TensorProto.FLOAT16 if half else onnx.TensorProto.FLOAT
    value = onnx.helper.make_tensor_value_info
    graph = onnx.helper.make_graph(
        g.nodes,
        "synthetic",
        [value("picture", kind, [1, 3, size[1], size[0]])],
        [value(answer, kind, [1, 1, rows * PATCH, columns * PATCH])],
        g.weights,
    )
    opset = onnx.helper.make_opsetid("", OPSET)
    onnx.save(onnx.helper.make_model(graph, opset_imports=[opset], ir_version=9), str(path))
    return 2.0 * g.mads, float(sum(np.prod(each.dims) for each in g.weights))


def _backbone(g: _Graph, shape: Shape, rows: int, columns: int) -> list[str]:
    """The tokens after a third, two thirds ... of the blocks: (1, rows * columns, channels)."""
    c, count = shape.channels, rows * columns
    x = g.conv("picture", 3, c, (rows, columns), kernel=PATCH, stride=PATCH)
    x = g.node("Transpose", g.node("Reshape", x, g.ints(1, c, count)), perm=[0, 2, 1])
    x = g.node("Add", x, g.random(1, count, c, scale=0.02))
    tapped = []
    for block in range(1, shape.blocks + 1):
        x = g.node("Add", x, _attention(g, shape, g.normal(x, c), count))
        y = g.linear(g.normal(x, c), count, c, 4 * c)
        x = g.node("Add", x, g.linear(_gelu(g, y), count, 4 * c, c))
        if block % (shape.blocks // 4) == 0:
            tapped.append(g.normal(x, c))
    return tapped


def _attention(g: _Graph, shape: Shape, x: str, count: int) -> str:
    c, each = shape.channels, shape.channels // shape.heads
    parts = []
    for _ in range(3):
        heads = g.node("Reshape", g.linear(x, count, c, c), g.ints(1, count, shape.heads, each))
        parts.append(heads)
    query = g.node("Transpose", parts[0], perm=[0, 2, 1, 3])
    key = g.node("Transpose", parts[1], perm=[0, 2, 3, 1])
    value = g.node("Transpose", parts[2], perm=[0, 2, 1, 3])
    g.mads += 2 * count * count * c
    scale = g.constant(np.array(each**-0.5, g.dtype))
    scores = g.node("Softmax", g.node("Mul", g.node("MatMul", query, key), scale), axis=-1)
    mixed = g.node("Transpose", g.node("MatMul", scores, value), perm=[0, 2, 1, 3])
    return g.linear(g.node("Reshape", mixed, g.ints(1, count, c)), count, c, c)


def _gelu(g: _Graph, x: str) -> str:
    root, one, half = (g.constant(np.array(v, g.dtype)) for v in (2**-0.5, 1.0, 0.5))
    inside = g.node("Add", g.node("Erf", g.node("Mul", x, root)), one)
    return g.node("Mul", g.node("Mul", x, inside), half)


def _head(g: _Graph, shape: Shape, tapped: list[str], tokens: tuple[int, int]) -> str:
    """From tokens to one map of the picture's size."""
    rows, columns = tokens
    c, f = shape.channels, shape.features
    levels: list[tuple[str, tuple[int, int]]] = []
    for number, x in enumerate(tapped):
        out = shape.head[number]
        flat = g.node("Transpose", x, perm=[0, 2, 1])
        y = g.node("Reshape", flat, g.ints(1, c, rows, columns))
        y = g.conv(y, c, out, tokens, kernel=1)
        size = tokens
        if number < 2:
            factor = 4 >> number
            y, size = g.grown(y, out, factor, tokens), (rows * factor, columns * factor)
        elif number == 3:
            size = -(-rows // 2), -(-columns // 2)
            y = g.conv(y, out, out, size, stride=2)
        levels.append((g.conv(y, out, f, size), size))
    x, size = levels[-1]
    x = _refined(g, x, f, size)
    for y, larger in reversed(levels[:-1]):
        x = g.node("Add", g.resized(x, f, larger), _refined(g, y, f, larger))
        x, size = _refined(g, x, f, larger), larger
    full = rows * PATCH, columns * PATCH
    x = g.conv(x, f, f // 2, size)
    x = g.node("Relu", g.conv(g.resized(x, f // 2, full), f // 2, 32, full))
    return g.node("Relu", g.conv(x, 32, 1, full, kernel=1))


def _refined(g: _Graph, x: str, features: int, size: tuple[int, int]) -> str:
    """A residual unit of two convolutions."""
    y = g.conv(g.node("Relu", x), features, features, size)
    return g.node("Add", x, g.conv(g.node("Relu", y), features, features, size))
