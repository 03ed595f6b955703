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
    """The mean of `read` over a line of 2 * radius + 1 texels; edges are repeated.

    Written out, because llvmpipe pays for each turn of a loop and for each sum of an address.
    """
    radius = guided_radius(size[1])
    names = [f"picture{index}" for index in range(pictures)]
    lines = ["    vec4 sum = vec4(0.0);"]
    for step in range(-radius, radius + 1):
        moved = _moved(f"q.{'xy'[axis]}", step, size[axis] - 1)
        at = f"ivec2({moved}, q.y)" if axis == 0 else f"ivec2(q.x, {moved})"
        lines.append(f"    sum += {read.format(p=at)};")
    lines += [f"    sum /= {number(2 * radius + 1)};", f"    vec4 result = {result};"]
    functions = Library().texts("\n".join(lines))
    declared = [f"uniform sampler2D {name};" for name in names]
    text = assemble("fragment", size, declared, functions, lines)
    samplers = tuple(Sampler(name, "picture", index) for index, name in enumerate(names))
    return Program(text, "fragment", size, samplers, channels=channels)


def _moved(place: str, step: int, last: int) -> str:
    """A coordinate some texels on, held within the picture."""
    if step < 0:
        return f"max({place} - {-step}, 0)"
    return f"min({place} + {step}, {last})" if step else place
