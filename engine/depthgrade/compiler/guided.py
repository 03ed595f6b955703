"""Edges at depth resolution: full-resolution outlines for the price of a small map.

A network draws outlines several pixels soft. Its depth is drawn to the colours of the picture it
saw, which makes its edges lie on the picture's and as sharp: that is the last step of what a depth
pass stores. Then around each pixel of any small map depth becomes a line over luma, which the grade
pass evaluates against full-resolution luma. Maps from elsewhere may be exact and are not drawn.
"""

import math
from collections.abc import Sequence
from functools import cache

from depthgrade.compiler.library import Library
from depthgrade.compiler.program import Program, Sampler, assemble
from depthgrade.compiler.text import number

# How far each round of drawing looks, in pixels of the map, since a network's edges are as soft in
# any size: the first from the middle of a soft edge to beyond it, the last to the next pixels. On
# stills with true depth rounds as wide as one another left more of the error, and so did taps along
# rows and columns alone; farther than 16, other things were drawn in.
RADII = (16, 8, 8, 4, 2)
TAPS = 11  # of a round
# Of a tap: what a pixel's own depth counts, which decides where nothing is like it. In the last
# round it is a tap besides.
OWN = 0.1
UNLIKE = 0.2  # sum of the differences of luma, R - Y and B - Y (code values) of another thing
UNSURE = 0.01  # change of depth (0..1 of the shot) a pixel at which it is half sure
_GOLDEN = math.pi * (3 - math.sqrt(5))  # the golden angle
EPSILON = 4e-4  # variance of luma (DI code values) that counts as an edge: about 0.02 squared


@cache
def compile_drawn(size: tuple[int, int]) -> tuple[Program, ...]:
    """Programs that draw the edges of a network's depth (0..1) to those of its picture.

    The first makes of the picture (display code values in RGB) and the depth, both of `size`
    (width, height), what pixels are told by. Of that and the depth so far each of the others makes
    the next depth, in order: a cross bilateral filter whose taps count as they are sure.
    Source: Petschnigg et al., "Digital photography with flash and no-flash image pairs", 2004.
    """
    made = [_program(size, 2, f"guided_pixel(picture0, picture1, q, {number(UNSURE)})")]
    for order, radius in enumerate(RADII):
        lines = [
            "    vec4 here = nearest_texel(picture0, q);",
            "    vec2 texel = 1.0 / vec2(textureSize(picture0, 0));",
            "    vec2 at = (vec2(q) + 0.5) * texel;",
            f"    vec2 sum = {number(OWN)} * here.a * vec2(nearest_texel(picture1, q).r, 1.0);",
        ]
        lines += [
            f"    sum += guided_draw(picture0, picture1, here, at + vec2({x}, {y}) * texel,"
            f" {number(UNLIKE)});"
            for x, y in _taps(radius, 2.0 * order)
        ]
        made.append(_program(size, 2, "vec4(sum.x / sum.y)", channels=1, lines=lines))
    return tuple(made)


def _taps(radius: int, turn: float) -> list[tuple[int, int]]:
    """Whole pixels spread evenly over a disc: the spiral of a sunflower, turned by radians.

    Source: Vogel, "A better way to construct the sunflower head", 1979.
    """
    found = set()
    for tap in range(TAPS):
        distance = radius * math.sqrt((tap + 0.5) / TAPS)
        angle = (tap + 0.5) * _GOLDEN + turn
        found.add((round(distance * math.cos(angle)), round(distance * math.sin(angle))))
    return sorted(found)


@cache
def compile_lines(size: tuple[int, int]) -> Program:
    """The lines that `depth_guided` evaluates, of a guide and a depth map of `size`.

    The guide has the luma of the network input in alpha.
    """
    call = f"guided_line(picture0, picture1, q, {number(EPSILON)})"
    return _program(size, 2, call, channels=2)


def _program(
    size: tuple[int, int], pictures: int, result: str, channels: int = 4, lines: Sequence[str] = ()
) -> Program:
    lines = [*lines, f"    vec4 result = {result};"]
    samplers = tuple(Sampler(f"picture{index}", "picture", index) for index in range(pictures))
    declared = [f"uniform sampler2D {sampler.name};" for sampler in samplers]
    functions = Library().texts("\n".join(lines))
    text = assemble("fragment", declared, functions, lines)
    return Program(text, "fragment", size, samplers, channels=channels)
