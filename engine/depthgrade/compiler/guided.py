"""Edges at depth resolution: full-resolution outlines for the price of a small map.

A network draws outlines several pixels soft. Its depth is drawn to the colours of the picture it
saw, which makes its edges lie on the picture's and as sharp: that is the last step of what a depth
pass stores. Then around each pixel of any small map depth becomes a line over luma, which the grade
pass evaluates against full-resolution luma. Maps from elsewhere may be exact and are not drawn.
"""

from functools import cache

from depthgrade.compiler.library import Library
from depthgrade.compiler.program import Program, Sampler, assemble
from depthgrade.compiler.text import number

REACH = 0.042  # of the map's height: the width of a network's soft edge (8 pixels of 192)
ROUNDS = 2  # of drawing, each along and across
UNLIKE = 0.3  # sum of the differences of R, G and B (display code values) of another thing
EPSILON = 4e-4  # variance of luma (DI code values) that counts as an edge: about 0.02 squared


@cache
def compile_drawn(size: tuple[int, int]) -> tuple[Program, ...]:
    """Programs run in order that draw the edges of a network's depth to those of its picture.

    The first reads the picture (display code values in RGB) and the depth, both of `size` (width,
    height), the others what the one before made. The last makes depth alone.
    """
    reach = max(2, round(REACH * size[1]) // 2 * 2)
    made = [_program(size, 2, "guided_pixel(picture0, picture1, q)")]
    for along in ("ivec2(1, 0)", "ivec2(0, 1)") * ROUNDS:
        call = f"guided_draw(picture0, q, {along}, {reach}, {number(UNLIKE)})"
        made.append(_program(size, 1, call))
    made[-1] = _program(size, 1, f"{call}.aaaa", channels=1)
    return tuple(made)


@cache
def compile_lines(size: tuple[int, int]) -> Program:
    """The lines that `depth_guided` evaluates, of a guide and a depth map of `size`.

    The guide has the luma of the network input in alpha.
    """
    call = f"guided_line(picture0, picture1, q, {number(EPSILON)})"
    return _program(size, 2, call, channels=2)


def _program(size: tuple[int, int], pictures: int, result: str, channels: int = 4) -> Program:
    lines = [f"    vec4 result = {result};"]
    samplers = tuple(Sampler(f"picture{index}", "picture", index) for index in range(pictures))
    declared = [f"uniform sampler2D {sampler.name};" for sampler in samplers]
    functions = Library().texts("\n".join(lines))
    text = assemble("fragment", declared, functions, lines)
    return Program(text, "fragment", size, samplers, channels=channels)
