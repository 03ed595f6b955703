"""The passes that turn a finished picture into the planes an encoder takes.

Matrix, range, bit depth, chroma siting and dither are decided here and not by a converter, so what
is written is what was graded. Chroma is averaged from R'G'B', which is the same as averaging chroma
because the matrix is linear.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np

from depthgrade.color import resolved_full_range, resolved_matrix, rgb_to_ycbcr
from depthgrade.compiler.library import Library
from depthgrade.compiler.program import Program, Sampler, Storage, assemble
from depthgrade.compiler.text import matrix, number, vector
from depthgrade.frames import ColorTags, PixelFormat

DITHERED_BITS = 10  # up to here dither shows less than the steps it hides


@dataclass(frozen=True)
class Pack:
    """A pass that makes planes of one size: each is a channel of its picture, or all of them are.

    planes     their numbers in the format; a single one has all channels of the picture
    program    reads the finished picture (Sampler role "picture" 0)
    """

    planes: tuple[int, ...]
    program: Program


@cache
def compile_pack(
    format: PixelFormat, tags: ColorTags, size: tuple[int, int], *, dither: bool = True
) -> tuple[Pack, ...]:
    """The passes, each making all planes of one size, so that the picture is averaged once.

    size is (width, height) of the picture. Alpha is written opaque. Integer planes hold code
    values in the format's own storage, float planes the values as they are.
    """
    groups: dict[tuple[int, ...], list[int]] = {}
    for plane, held in enumerate(format.components):
        alone = () if len(held) == 1 else (plane,)
        groups.setdefault((*format.plane_size(plane, *size), *alone), []).append(plane)
    return tuple(
        Pack(
            tuple(planes),
            _pack_planes(format, tags, size, planes, dither and format.bits <= DITHERED_BITS),
        )
        for planes in groups.values()
    )


def _pack_planes(
    format: PixelFormat, tags: ColorTags, size: tuple[int, int], planes: list[int], dither: bool
) -> Program:
    held = "".join(format.components[plane] for plane in planes)
    plane_size = format.plane_size(planes[0], *size)
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
    filled = f"vec4({', '.join([*places, '0.0', '0.0', '0.0'][:4])})"
    names = " ".join(format.components[plane] for plane in planes)
    lines = [f"    // {format.name}: {names}", f"    vec3 rgb = {read};"]
    if np.array_equal(to_samples, np.eye(3)) and not offset.any():
        lines.append("    vec3 v = rgb;")
    else:
        lines.append(
            f"    vec3 v = {matrix(to_samples.tolist())} * rgb + {vector(offset.tolist())};"
        )
    wide = format.bits + format.shift > 8
    if format.floating:
        lines.append(f"    vec4 result = {filled};")
    else:
        peak = (1 << format.bits) - 1
        step = (1 << format.shift) / (65535 if wide else 255)
        noise = _noise(planes) if dither else "vec4(0.0)"
        lines.append(
            f"    vec4 result = quantised({filled}, {number(peak)}, {number(step)}, {noise});"
        )
    functions = Library().texts("\n".join(lines))
    text = assemble("fragment", ["uniform sampler2D picture0;"], functions, lines)
    storage: Storage = "f4" if format.floating else "nu2" if wide else "f1"
    samplers = (Sampler("picture0", "picture"),)
    # Three planes come in four channels: three are read back four times as slowly.
    channels = 4 if len(planes) == 3 else len(held)
    return Program(text, "fragment", plane_size, samplers, channels=channels, storage=storage)


def _noise(planes: list[int]) -> str:
    """The dither of each channel: another pattern for each plane."""
    each = [f"dither_noise(q, {number(plane)})" for plane in planes]
    if len(each) == 1:
        return f"vec4({each[0]})"
    return f"vec4({', '.join([*each, '0.0', '0.0'][:4])})"
