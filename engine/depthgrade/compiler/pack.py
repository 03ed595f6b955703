"""The passes that turn a finished picture into the planes an encoder takes.

Matrix, range, bit depth, chroma siting and dither are decided here and not by a converter, so what
is written is what was graded. Chroma is averaged from R'G'B', which is the same as averaging chroma
because the matrix is linear.
"""

from functools import cache

import numpy as np

from depthgrade.color import resolved_full_range, resolved_matrix, rgb_to_ycbcr
from depthgrade.compiler.library import Library
from depthgrade.compiler.program import Program, Sampler, Storage, assemble
from depthgrade.compiler.text import matrix, number, vector
from depthgrade.frames import ColorTags, PixelFormat

DITHERED_BITS = 10  # up to here dither shows less than the steps it hides


@cache
def compile_pack(
    format: PixelFormat, tags: ColorTags, size: tuple[int, int], *, dither: bool = True
) -> tuple[Program, ...]:
    """One program a plane, reading the finished picture (Sampler role "picture" 0).

    size is (width, height) of the picture. Alpha is written opaque. Integer planes hold code
    values in the format's own storage, float planes the values as they are.
    """
    return tuple(
        _pack_plane(format, tags, size, plane, dither and format.bits <= DITHERED_BITS)
        for plane in range(len(format.components))
    )


def _pack_plane(
    format: PixelFormat, tags: ColorTags, size: tuple[int, int], plane: int, dither: bool
) -> Program:
    held = format.components[plane]
    plane_size = format.plane_size(plane, *size)
    shift_x, shift_y = format.chroma_shift if plane_size != size else (0, 0)
    if (shift_x, shift_y) == (0, 0):
        read = "texelFetch(picture0, q, 0).rgb"
    else:
        read = f"chroma_source(picture0, q, ivec2({shift_x}, {shift_y}))"
    coefficients = resolved_matrix(tags, "ycbcr", *size)
    full_range = resolved_full_range(format, tags)
    to_samples, offset = rgb_to_ycbcr(format, coefficients, full_range)
    order = {"ycbcr": "YUV", "rgb": "RGB", "gray": "YYY"}[format.model]
    places = [f"v.{'rgb'[order.index(letter)]}" if letter != "A" else "1.0" for letter in held]
    filled = ", ".join([*places, "0.0", "0.0", "0.0"][:4])
    lines = [f"    // {format.name} plane {plane}: {held}", f"    vec3 rgb = {read};"]
    if np.array_equal(to_samples, np.eye(3)) and not offset.any():
        lines.append("    vec3 v = rgb;")
    else:
        lines.append(
            f"    vec3 v = {matrix(to_samples.tolist())} * rgb + {vector(offset.tolist())};"
        )
    wide = format.bits + format.shift > 8
    if format.floating:
        lines.append(f"    vec4 result = vec4({filled});")
    else:
        peak = (1 << format.bits) - 1
        step = (1 << format.shift) / (65535 if wide else 255)
        noise = f"dither_noise(q, {number(plane)})" if dither else "0.0"
        lines.append(
            f"    vec4 result = quantised(vec4({filled}), {number(peak)}, {number(step)}, {noise});"
        )
    functions = Library().texts("\n".join(lines))
    text = assemble("fragment", ["uniform sampler2D picture0;"], functions, lines)
    storage: Storage = "f4" if format.floating else "nu2" if wide else "f1"
    samplers = (Sampler("picture0", "picture"),)
    return Program(text, "fragment", plane_size, samplers, channels=len(held), storage=storage)
