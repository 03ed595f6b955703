"""The pass that makes a clip smaller for a quick preview.

Code values are averaged, so that little flickers, and the result stands in for the planes: the
grading program reads it as a smaller clip and knows of no proxy. Parameters are in percent of the
picture's height, so the small picture looks like the large one.
"""

from functools import cache

from depthgrade.compiler.grade import plane_samplers
from depthgrade.compiler.library import Library
from depthgrade.compiler.program import Program, assemble
from depthgrade.compiler.source import Source
from depthgrade.frames import Orientation, PixelFormat

_FORMAT = PixelFormat("rgbaf32le", "rgb", 32, ("RGBA",), floating=True)


def proxy_source(source: Source, factor: int) -> Source:
    """How a shader reads the small picture: upright R'G'B' code values in one texture."""
    width, height = (max(1, -(-side // factor)) for side in source.size)
    return Source(_FORMAT, source.tags, width, height, Orientation.UPRIGHT)


@cache
def compile_proxy(source: Source, factor: int) -> Program:
    """RGB: the code values of each factor x factor block's four middle pixels, averaged.

    factor is even. Colour differences that are stored at fewer places are read at two of the four.
    """
    width, height = source.size
    middle = factor // 2 - 1
    lines = [f"    // every {factor} x {factor} pixels of {source.format.name} become one"]
    for number_, (x, y) in enumerate(((0, 0), (1, 0), (0, 1), (1, 1))):
        offset = f"ivec2({middle + x}, {middle + y})"
        lines += [
            f"    ivec2 p{number_} = min({factor} * q + {offset},"
            f" ivec2({width - 1}, {height - 1}));",
            f"    ivec2 s{number_} = {source.stored(f'p{number_}')};",
        ]
    reads = [source.samples(f"s{number_}", nearest=True) for number_ in range(4)]
    if source.format.chroma_shift == (0, 0):
        lines.append(f"    vec3 samples = ({' + '.join(reads)}) * 0.25;")
    else:
        lines += [
            f"    float luma = {' + '.join(f'{read}.x' for read in reads)};",
            f"    vec3 samples = vec3(luma * 0.25, ({reads[0]} + {reads[3]}).yz * 0.5);",
        ]
    lines.append(f"    vec4 result = vec4({source.to_rgb('samples')}, 1.0);")
    samplers = plane_samplers(source)
    declared = [f"uniform sampler2D {sampler.name};" for sampler in samplers]
    functions = Library().texts("\n".join(lines))
    size = proxy_source(source, factor).size
    text = assemble("fragment", declared, functions, lines)
    return Program(text, "fragment", size, tuple(samplers))
