"""Edges at depth resolution: full-resolution outlines for the price of a small map.

A network draws outlines several pixels soft. First depth is drawn to the colours of the picture the
network saw, which makes its edges lie on the picture's and as sharp. Then around each pixel of the
small map depth becomes a line over luma, which the grade pass evaluates against full-resolution
luma. Maps from elsewhere, which may be exact, go through the second step alone.
"""

from functools import cache

from depthgrade.compiler.library import Library
from depthgrade.compiler.program import Program, Sampler, assemble
from depthgrade.compiler.text import number

REACH = 0.042  # of the map's height: the width of a network's soft edge (8 pixels of 192)
ROUNDS = 2  # of drawing, each along and across: 34 % less error beside outlines, one round 27 %
UNLIKE = 0.3  # sum of the differences of R, G and B (display code values) of another thing
EPSILON = 4e-4  # variance of luma (DI code values) that counts as an edge: about 0.02 squared


@cache
def compile_guided(size: tuple[int, int], *, soft: bool) -> tuple[Program, ...]:
    """Programs run in order, each reading as picture 0 the guide and as picture 1 the one before.

    The first reads as picture 1 the depth map (near = 1). The guide, the network input (luma in
    alpha), and the map are of `size` (width, height). The last makes the lines that `depth_guided`
    evaluates. soft: the map is a network's, whose edges are drawn to the picture's.
    """
    reach = max(2, round(REACH * size[1]) // 2 * 2)
    made = [_program(size, "guided_pixel(picture0, picture1, q)")]
    for along in ("ivec2(1, 0)", "ivec2(0, 1)") * ROUNDS if soft else ():
        call = f"guided_draw(picture1, q, {along}, {reach}, {number(UNLIKE)})"
        made.append(_program(size, call))
    made.append(_program(size, f"guided_line(picture0, picture1, q, {number(EPSILON)})"))
    return tuple(made)


def _program(size: tuple[int, int], result: str) -> Program:
    lines = [f"    vec4 result = {result};"]
    samplers = tuple(Sampler(f"picture{index}", "picture", index) for index in range(2))
    declared = [f"uniform sampler2D {sampler.name};" for sampler in samplers]
    functions = Library().texts("\n".join(lines))
    return Program(assemble("fragment", declared, functions, lines), "fragment", size, samplers)
