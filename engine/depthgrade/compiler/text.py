"""Numbers as GLSL writes them."""

from collections.abc import Sequence
from typing import TypeGuard

import numpy as np

from depthgrade.nodes.base import Argument, Quads


def number(value: float) -> str:
    """A float literal: the shortest that reads back as the same float32."""
    text = np.format_float_positional(np.float32(value), unique=True, trim="0")
    if len(text) > 14:
        text = np.format_float_scientific(np.float32(value), unique=True, trim="0")
    return text


def vector(values: Sequence[float]) -> str:
    """A vec3 literal, in its one-number form where the three are equal."""
    texts = [number(value) for value in values]
    return f"vec3({texts[0] if len(set(texts)) == 1 else ', '.join(texts)})"


def matrix(rows: Sequence[Sequence[float]]) -> str:
    """A mat3 literal of a matrix given by rows; GLSL takes columns."""
    columns = zip(*rows, strict=True)
    return f"mat3({', '.join(number(value) for column in columns for value in column)})"


def literal(value: Argument) -> str:
    """A step's argument as a literal."""
    if isinstance(value, float | int):
        return number(value)
    if is_array(value):
        texts = [f"vec4({', '.join(number(each) for each in quad)})" for quad in value]
        return f"vec4[{len(texts)}]({', '.join(texts)})"
    if isinstance(value[0], tuple):
        return matrix(value)
    return vector(value)


def kind(value: Argument) -> str:
    """The GLSL type of a step's argument."""
    if isinstance(value, float | int):
        return "float"
    if is_array(value):
        return f"vec4[{len(value)}]"
    return "mat3" if isinstance(value[0], tuple) else "vec3"


def is_array(value: Argument) -> TypeGuard[Quads]:
    """Whether an argument is an array of vec4."""
    return isinstance(value, tuple) and isinstance(value[0], tuple) and len(value[0]) == 4
