"""The pass that makes a clip smaller for a quick preview.

Code values are averaged, so that nothing flickers, and the result stands in for the planes: the
grading program reads it as a smaller clip and knows of no proxy. Parameters are in percent of the
picture's height, so the small picture looks like the large one.
"""

from functools import cache

from depthgrade.compiler.grade import plane_samplers
from depthgrade.compiler.library import Library
from depthgrade.compiler.program import Program, assemble
from depthgrade.compiler.source import Source
from depthgrade.compiler.text import number
from depthgrade.frames import Orientation, PixelFormat

_FORMAT = PixelFormat("rgbaf32le", "rgb", 32, ("RGBA",), floating=True)


def proxy_source(source: Source, factor: int) -> Source:
    """How a shader reads the small picture: upright R'G'B' code values in one texture."""
    width, height = (max(1, -(-side // factor)) for side in source.size)
    return Source(_FORMAT, source.tags, width, height, Orientation.UPRIGHT)


@cache
def compile_proxy(source: Source, factor: int) -> Program:
    """RGB: the code values of factor x factor pixels, averaged; edges are repeated."""
    width, height = source.size
    lines = [
        f"    // average of {factor} x {factor} texels of {source.format.name}",
        "    vec3 samples = vec3(0.0);",
        f"    for (int j = 0; j < {factor}; ++j)",
        f"        for (int i = 0; i < {factor}; ++i)",
        "        {",
        f"            ivec2 p = min({factor} * q + ivec2(i, j),"
        f" ivec2({width - 1}, {height - 1}));",
        f"            ivec2 s = {source.stored('p')};",
        f"            samples += {source.samples('s', nearest=True)};",
        "        }",
        f"    vec4 result = vec4({source.to_rgb(f'(samples / {number(factor * factor)})')}, 1.0);",
    ]
    samplers = plane_samplers(source)
    declared = [f"uniform sampler2D {sampler.name};" for sampler in samplers]
    functions = Library().texts("\n".join(lines))
    size = proxy_source(source, factor).size
    text = assemble("fragment", size, declared, functions, lines)
    return Program(text, "fragment", size, tuple(samplers))
