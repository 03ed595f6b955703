"""The same pass as fragment and as compute shader: pixels are identical, whatever it writes."""

import moderngl
import numpy as np
import pytest
from depthgrade.compiler import compile_pack
from depthgrade.compiler.program import Program, assemble
from depthgrade.frames import ColorTags
from depthgrade.gl import entries
from depthgrade.gl.device import Device
from depthgrade.gl.runner import Inputs, Runner
from depthgrade.media.pixels import pixel_format

SIZE = (34, 18)
TAGS = ColorTags(1, 1, 1, False)


@pytest.fixture
def runners(gl: moderngl.Context) -> tuple[Runner, Runner]:
    return Runner(Device(gl)), Runner(Device(gl), computing=True)


@pytest.mark.parametrize("storage", ["f4", "f1", "nu2"])
@pytest.mark.parametrize("channels", [1, 2, 4])
def test_every_kind_of_picture_can_be_written(
    runners: tuple[Runner, Runner], storage: str, channels: int
) -> None:
    lines = ["    vec4 result = fract(vec4(q.x, q.y, q.x + q.y, q.x * q.y) * 0.137);"]
    text = assemble("fragment", [], "", lines)
    program = Program(text, "fragment", SIZE, channels=channels, storage=storage)
    drawn, computed = (each.read(each.run(program, Inputs())) for each in runners)
    np.testing.assert_array_equal(computed, drawn)
    assert np.ptp(drawn.astype(np.float64)) > 0.5


@pytest.mark.parametrize("name", ["yuv420p", "yuv422p10le", "nv12", "gbrp16le"])
def test_planes_for_encoders_are_the_same(
    gl: moderngl.Context, runners: tuple[Runner, Runner], name: str
) -> None:
    values = np.random.default_rng(8).random((SIZE[1], SIZE[0], 4), np.float32)
    picture = gl.texture(SIZE, 4, values.tobytes(), dtype="f4")
    for pack in compile_pack(pixel_format(name), TAGS, SIZE, dither=True):
        inputs = Inputs(pictures=(picture,))
        drawn, computed = (each.read(each.run(pack.program, inputs)) for each in runners)
        np.testing.assert_array_equal(computed, drawn)


def test_a_program_is_known_by_the_main_it_runs_under(runners: tuple[Runner, Runner]) -> None:
    lines = ["    vec4 result = vec4(q, 0.0, 1.0);"]
    program = Program(assemble("fragment", [], "", lines), "fragment", SIZE)
    for runner in runners:
        assert not runner.has(program)
        runner.run(program, Inputs())
        assert runner.has(program)
        assert runner.compiled == 1


def test_software_is_not_measured_and_a_device_is(
    gl: moderngl.Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    device = Device(gl)
    monkeypatch.setattr(entries, "_SIZE", (64, 32))  # the CPU takes seconds for a whole one
    ratio = entries.measured(device)
    assert 0.05 < ratio < 20  # the same arithmetic on the same cores
    monkeypatch.setattr(entries, "measured", lambda _: 30.0)
    assert not entries.compute_pays(device)
    device.software = False
    assert entries.compute_pays(device)
    monkeypatch.setattr(entries, "measured", lambda _: 1.2)
    assert not entries.compute_pays(device)
