"""The guided filter at depth resolution: full-resolution edges for the price of a small map.

Around each pixel of the small map depth is fitted as a line over the picture's luma. The grade pass
evaluates the smoothed lines against full-resolution luma, so a soft network edge snaps to the
picture's edge. Box means are separable: two passes for the moments, two for the lines.
Source: He, Sun, Tang, "Guided Image Filtering", 2013; He and Sun, "Fast Guided Filter", 2015.
"""

from functools import cache
from typing import Literal

from depthgrade.compiler.library import Library
from depthgrade.compiler.program import Program, Sampler, assemble
from depthgrade.compiler.text import number

RADIUS = 0.02  # of the map's height: about the width of a network's soft edge
EPSILON = 4e-4  # variance of luma (DI code values) that counts as an edge: about 0.02 squared


def guided_radius(height: int) -> int:
    """The radius of the filter's boxes, in pixels of a map of a height."""
    return max(1, round(RADIUS * height))


@cache
def compile_guided(size: tuple[int, int]) -> tuple[Program, ...]:
    """Four programs, run in order, each reading the one before as picture 0.

    The first reads picture 0, the network input (luma in alpha), and picture 1, the depth map
    (0..1, near = 1), both of `size` (width, height). The last makes the coefficients that
    `depth_guided` evaluates.
    """
    moments = "guided_moments(picture0, picture1, {p})"
    texel = "texelFetch(picture0, {p}, 0)"
    line = f"guided_line(sum, {number(EPSILON)})"
    return (
        _box(size, 0, moments, "sum", pictures=2),
        _box(size, 1, texel, line, channels=2),
        _box(size, 0, texel, "sum", channels=2),
        _box(size, 1, texel, "sum", channels=2),
    )


def _box(
    size: tuple[int, int],
    axis: Literal[0, 1],
    read: str,
    result: str,
    *,
    pictures: int = 1,
    channels: int = 4,
) -> Program:
    """The mean of `read` over a line of 2 * radius + 1 texels; edges are repeated."""
    radius = guided_radius(size[1])
    names = [f"picture{index}" for index in range(pictures)]
    step = f"i * ivec2({1 - axis}, {axis})"
    inside = f"clamp(q + {step}, ivec2(0), ivec2({size[0] - 1}, {size[1] - 1}))"
    lines = [
        "    vec4 sum = vec4(0.0);",
        f"    for (int i = -{radius}; i <= {radius}; ++i)",
        f"        sum += {read.format(p=inside)};",
        f"    sum /= {number(2 * radius + 1)};",
        f"    vec4 result = {result};",
    ]
    functions = Library().texts("\n".join(lines))
    declared = [f"uniform sampler2D {name};" for name in names]
    text = assemble("fragment", declared, functions, lines)
    samplers = tuple(Sampler(name, "picture", index) for index, name in enumerate(names))
    return Program(text, "fragment", size, samplers, channels=channels)
