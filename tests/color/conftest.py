"""Runs chains of GLSL colour functions on llvmpipe, many chains in one shader."""

from collections.abc import Callable, Sequence
from typing import Any

import moderngl
import numpy as np
import pytest
from depthgrade.color import GlslFunction
from numpy.typing import NDArray

Chain = Sequence[GlslFunction]
RunGlsl = Callable[[Sequence[Chain], NDArray[np.float64]], NDArray[np.float32]]

_VERTEX = """#version 330 core
void main()
{
    vec2 corner = vec2(float((gl_VertexID & 1) * 4 - 1), float((gl_VertexID & 2) * 2 - 1));
    gl_Position = vec4(corner, 0.0, 1.0);
}
"""


def _fragment(chains: Sequence[Chain]) -> str:
    """Row y of the target shows chain y; functions of one name appear once."""
    texts = {function.name: function.text for chain in chains for function in chain}
    cases = []
    for row, chain in enumerate(chains):
        call = "c"
        for function in chain:
            call = f"{function.name}({call})"
        cases.append(f"    if (row == {row}) result = {call};")
    return "\n".join(
        [
            "#version 330 core",
            "uniform sampler2D pixels;",
            "out vec4 target;",
            *texts.values(),
            "void main()",
            "{",
            "    int row = int(gl_FragCoord.y);",
            "    vec3 c = texelFetch(pixels, ivec2(int(gl_FragCoord.x), 0), 0).rgb;",
            "    vec3 result = c;",
            *cases,
            "    target = vec4(result, 1.0);",
            "}",
        ]
    )


@pytest.fixture
def run_glsl(gl: moderngl.Context) -> RunGlsl:
    """A function of chains and pixels (N, 3) that gives (chains, N, 3) in float32."""

    def run(chains: Sequence[Chain], rgb: NDArray[np.float64]) -> NDArray[np.float32]:
        count = len(rgb)
        program = gl.program(vertex_shader=_VERTEX, fragment_shader=_fragment(chains))
        pixels = np.ones((1, count, 4), dtype=np.float32)
        pixels[0, :, :3] = rgb
        held: list[Any] = []
        source = gl.texture((count, 1), 4, pixels.tobytes(), dtype="f4")
        source.use(0)
        held.append(source)
        tables = {t.name: t for chain in chains for function in chain for t in function.textures}
        for unit, table in enumerate(tables.values(), start=1):
            make = gl.texture3d if table.dimension == 3 else gl.texture
            texture = make(table.size, table.channels, table.values.tobytes(), dtype="f4")  # type: ignore[operator]
            texture.filter = (moderngl.NEAREST, moderngl.NEAREST)
            texture.repeat_x = texture.repeat_y = False
            if table.dimension == 3:
                texture.repeat_z = False
            texture.use(unit)
            program[table.name] = unit
            held.append(texture)
        target = gl.texture((count, len(chains)), 4, dtype="f4")
        framebuffer = gl.framebuffer([target])
        triangle = gl.vertex_array(program, [])
        framebuffer.use()
        triangle.render(moderngl.TRIANGLES, vertices=3)
        result = np.frombuffer(framebuffer.read(components=4, dtype="f4"), dtype=np.float32)
        for owner in (triangle, framebuffer, target, program, *held):
            owner.release()
        return result.reshape(len(chains), count, 4)[:, :, :3]

    return run
