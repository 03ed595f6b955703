"""Tables of colour transforms on their way to a shader: 2D and 3D, beside a frame's planes."""

from pathlib import Path

import moderngl
import numpy as np
from depthgrade.color import GlslFunction, evaluate_file, file_transform
from depthgrade.compiler.program import Program, Sampler, assemble
from depthgrade.gl.device import Device, headless
from depthgrade.gl.runner import Inputs, Runner
from depthgrade.gl.textures import TextureStore


def _program(functions: tuple[GlslFunction, ...], size: tuple[int, int]) -> Program:
    """Plane 0 as it is through the functions; the plane is bound before the tables."""
    calls = [f"    c = {function.name}(c);" for function in functions]
    tables = [t for function in functions for t in function.textures]
    return Program(
        text=assemble(
            "fragment",
            ["uniform sampler2D plane0;"],
            "\n".join(function.text for function in functions),
            [
                "    vec3 c = texelFetch(plane0, q, 0).rgb;",
                *calls,
                "    vec4 result = vec4(c, 1.0);",
            ],
        ),
        entry="fragment",
        size=size,
        samplers=(
            Sampler("plane0", "plane"),
            *(Sampler(table.name, "table", table=table) for table in tables),
        ),
    )


def test_curves_and_cubes_are_bound_beside_the_picture(
    gl: moderngl.Context, tmp_path: Path
) -> None:
    cube, curve = tmp_path / "cube.cube", tmp_path / "curve.cube"
    corners = "\n".join(f"{b} {r} {g}" for b in (0.1, 0.9) for g in (0.2, 0.8) for r in (0.0, 1.0))
    cube.write_text(f"LUT_3D_SIZE 2\n{corners}\n")
    curve.write_text("LUT_1D_SIZE 3\n0 0 0\n0.3 0.5 0.7\n1 1 1\n")
    functions = file_transform(curve) + file_transform(cube)
    assert [t.dimension for f in functions for t in f.textures] == [2, 3]
    picture = np.random.default_rng(1).uniform(0.0, 1.0, (6, 8, 3)).astype(np.float32)
    expected = evaluate_file(cube, evaluate_file(curve, picture))

    runner = Runner(Device(gl))
    plane = gl.texture((8, 6), 3, picture.tobytes(), dtype="f4")
    program = _program(functions, (8, 6))
    for _ in range(2):  # the first run fills the tables, the second finds them
        shown = runner.read(runner.run(program, Inputs(planes=(plane,))))
        np.testing.assert_allclose(shown[..., :3], expected, atol=1e-5)
    plane.release()


def test_a_texture_of_another_shape_takes_the_place_of_the_one_before() -> None:
    with headless() as device, device.current():
        store = TextureStore(device)
        store.fill("map", np.zeros((4, 6), np.float32))
        values = np.arange(10, dtype=np.float32).reshape(2, 5)
        texture = store.fill("map", values)
        device.collect()  # frees the first, once
        assert texture.size == (5, 2)
        assert np.array_equal(np.frombuffer(texture.read(alignment=1), np.float32), values.ravel())
