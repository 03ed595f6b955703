"""The pass that shows the clip to a depth network: ungraded, display-rendered, small.

Networks were trained on finished SDR pictures, so log and HDR footage goes through the display
rendering first. Code values are averaged over each small pixel's area before they are transformed,
which costs a fraction of transforming every source pixel and is free of aliasing.
"""

import math
from functools import cache

from depthgrade.color import DisplayRendering, UserConfig, input_transform, output_transform
from depthgrade.compiler.grade import chain_lines, plane_samplers
from depthgrade.compiler.graph_text import GUIDE_LUMA
from depthgrade.compiler.library import Library
from depthgrade.compiler.program import Program, Sampler, assemble
from depthgrade.compiler.source import Source
from depthgrade.compiler.text import number, vector

MOST_TAPS = 8  # a side: beyond that the average changes by less than a code value
NETWORK_SPACE = "rec709"


@cache
def compile_network_input(
    source: Source,
    input_space: str,
    rendering: DisplayRendering,
    user: UserConfig | None,
    size: tuple[int, int],
    *,
    luma_only: bool = False,
) -> Program:
    """RGB: Rec.709 gamma 2.4 code values, 0..1; alpha: the luma that guides depth edges.

    size is (width, height) of the network's input; the picture is stretched to it.
    luma_only: for a map that is there already; the luma is the only channel.
    """
    scale = [full / small for full, small in zip(source.size, size, strict=True)]
    across, down = (min(MOST_TAPS, max(1, math.ceil(each))) for each in scale)
    width, height = source.size
    lines = [
        f"    // average of {across} x {down} texels of {source.format.name}",
        "    vec3 samples = vec3(0.0);",
        f"    for (int j = 0; j < {down}; ++j)",
        f"        for (int i = 0; i < {across}; ++i)",
        "        {",
        f"            ivec2 p = tap_texel(q, ivec2(i, j), ivec2({across}, {down}),"
        f" vec2({number(scale[0])}, {number(scale[1])}), ivec2({width - 1}, {height - 1}));",
        f"            ivec2 s = {source.stored('p')};",
        f"            samples += {source.samples('s', nearest=True)};",
        "        }",
        f"    vec3 rgb0 = {source.to_rgb(f'(samples / {number(across * down)})')};",
    ]
    to_working = input_transform(input_space, rendering, user)
    to_network = () if luma_only else output_transform(NETWORK_SPACE, rendering)
    luma = f"dot(rgb0, {vector(GUIDE_LUMA)})"
    result = f"vec4({luma})" if luma_only else f"vec4(clamp(shown, 0.0, 1.0), {luma})"
    if not luma_only:
        lines.append("    vec3 shown = rgb0;")
    lines += chain_lines("rgb0", f"input: {input_space}", to_working)
    if input_space != NETWORK_SPACE and not luma_only:
        lines.append("    shown = rgb0;")
        lines += chain_lines("shown", f"rendered: {NETWORK_SPACE}", to_network)
    lines.append(f"    vec4 result = {result};")
    samplers = plane_samplers(source)
    declared = [f"uniform sampler2D {sampler.name};" for sampler in samplers]
    tables = [
        Sampler(table.name, "table", table=table)
        for function in (*to_working, *to_network)
        for table in function.textures
        if function.name in "\n".join(lines)
    ]
    functions = Library([*to_working, *to_network]).texts("\n".join(lines))
    text = assemble("fragment", declared, functions, lines)
    channels = 1 if luma_only else 4
    return Program(text, "fragment", size, (*samplers, *tables), channels=channels)
