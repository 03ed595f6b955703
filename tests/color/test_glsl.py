"""The GLSL of every conversion on llvmpipe against OpenColorIO's CPU, and the text itself."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from depthgrade.color import (
    DisplayRendering,
    GlslFunction,
    cancel,
    conversion,
    evaluate_input,
    evaluate_output,
    from_linear_working,
    input_transform,
    output_transform,
    space,
    spaces,
    to_linear_working,
)
from depthgrade.color.steps import Convert
from depthgrade.errors import ColorError
from numpy.typing import NDArray

RunGlsl = Callable[[Sequence[Sequence[GlslFunction]], NDArray[np.float64]], NDArray[np.float32]]

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "color"
NAMES = [row.name for row in spaces()]
ENCODED = [row.name for row in spaces() if row.decode is not None]
PQ = ("pq", "pq_display")
NOT_NUMBERS = np.array([[np.nan, 0.5, 0.5], [0.5, np.inf, 0.5], [-np.inf, 0.2, 0.9]])


def _pixels(low: float, high: float) -> NDArray[np.float64]:
    """Greys and random colours, as float32 holds them, so that both sides see the same."""
    greys = np.repeat(np.linspace(low, high, 301)[:, None], 3, axis=1)
    colours = np.random.default_rng(7).uniform(low, high, (700, 3))
    return np.concatenate([greys, colours]).astype(np.float32).astype(np.float64)


def test_curves_on_the_gpu_agree_with_the_cpu_from_minus_one_to_two(run_glsl: RunGlsl) -> None:
    pixels = _pixels(-1.0, 1.9)  # PQ has its pole at 1.99
    got = run_glsl([conversion(name, space(name).linear) for name in ENCODED], pixels)
    for name, gpu in zip(ENCODED, got, strict=True):
        cpu = Convert(name, space(name).linear).evaluate(pixels)
        # Honest float32: 1e-5 for a curve; PQ near its pole divides by what is left of 18.85.
        rows = pixels.max(axis=1) <= 1.0 if name in PQ else np.full(len(pixels), True)
        tolerance = 4e-4 if name in PQ else 1e-5  # measured: 2e-4 and 3e-6
        error = np.abs(gpu - cpu)[rows] / np.maximum(1.0, np.abs(cpu[rows]))
        assert error.max() <= tolerance, f"{name}: {error.max():.3g}"


def test_encoding_on_the_gpu_agrees_with_the_cpu(run_glsl: RunGlsl) -> None:
    pixels = _pixels(-1.0, 2.0)
    got = run_glsl([conversion(space(name).linear, name) for name in ENCODED], pixels)
    for name, gpu in zip(ENCODED, got, strict=True):
        cpu = Convert(space(name).linear, name).evaluate(pixels)
        error = np.abs(gpu - cpu).max()
        # A root of 2.4 has no slope limit at 0; no pixel is nearer to 0 than 1e-4.
        assert error <= 2e-5, f"{name}: {error:.3g}"


def test_input_transforms_agree_with_the_cpu_and_stop_nan(run_glsl: RunGlsl) -> None:
    pixels = np.concatenate([_pixels(0.0, 1.0), NOT_NUMBERS])
    got = run_glsl([input_transform(name) for name in NAMES], pixels)
    assert np.isfinite(got).all()
    to_light = Convert("davinci_intermediate", "linear_dwg")
    for name, gpu in zip(NAMES, got, strict=True):
        cpu = to_light.evaluate(evaluate_input(name, None, pixels))[: -len(NOT_NUMBERS)]
        light = to_light.evaluate(gpu.astype(np.float64))[: -len(NOT_NUMBERS)]
        # A matrix carries the largest channel's rounding into the others: compare with that.
        scale = np.maximum(1.0, np.abs(cpu).max(axis=1, keepdims=True))
        error = (np.abs(light - cpu) / scale).max()
        assert error <= (4e-4 if name in PQ else 2e-5), f"{name}: {error:.3g}"


def test_output_transforms_agree_with_the_cpu_and_stop_nan(run_glsl: RunGlsl) -> None:
    pixels = np.concatenate([_pixels(0.05, 0.8), NOT_NUMBERS])
    outputs = [name for name in NAMES if name not in PQ]
    got = run_glsl([output_transform(name) for name in outputs], pixels)
    assert np.isfinite(got).all()
    for name, gpu in zip(outputs, got, strict=True):
        row = space(name)
        decode = Convert(name, row.linear)
        cpu = decode.evaluate(evaluate_output(name, None, pixels))[: -len(NOT_NUMBERS)]
        light = decode.evaluate(gpu.astype(np.float64))[: -len(NOT_NUMBERS)]
        scale = np.maximum(1.0, np.abs(cpu).max(axis=1, keepdims=True))
        error = (np.abs(light - cpu) / scale).max()
        assert error <= 2e-5, f"{name}: {error:.3g}"


def test_aces2_with_its_tables_agrees_with_the_cpu(run_glsl: RunGlsl) -> None:
    pixels = _pixels(0.1, 0.7)
    rendering = DisplayRendering("aces2")
    outputs = ["rec709", "srgb"]
    got = run_glsl([output_transform(name, rendering) for name in outputs], pixels)
    for name, gpu in zip(outputs, got, strict=True):
        cpu = evaluate_output(name, rendering, pixels)
        # Gamma near black magnifies; away from it the tables and powers agree to 5e-5.
        error = np.abs(gpu - cpu)[cpu > 0.02]
        assert error.max() <= 2e-4, f"{name}: {error.max():.3g}"


@pytest.mark.parametrize(
    "rendering",
    [DisplayRendering(), DisplayRendering("none"), DisplayRendering(gamut_compression=True)],
)
def test_no_transform_but_aces2_needs_a_texture_or_uniform(rendering: DisplayRendering) -> None:
    for name in NAMES:
        for function in input_transform(name, rendering) + output_transform(name, rendering):
            assert not function.textures, function.name
            assert "uniform" not in function.text, function.name
            assert "texture" not in function.text.replace("// ", ""), function.name


def test_aces2_hands_out_its_tables() -> None:
    textures = [
        t for f in output_transform("rec709", DisplayRendering("aces2")) for t in f.textures
    ]
    assert {(t.size, t.channels) for t in textures} == {((363, 1), 1), ((363, 1), 3)}
    text = output_transform("rec709", DisplayRendering("aces2"))[-1].text
    for texture in textures:
        assert f"uniform sampler2D {texture.name};" in text
    assert "sampler1D" not in text


def test_functions_of_one_name_have_one_text() -> None:
    seen: dict[str, str] = {}
    renderings = [
        DisplayRendering(),
        DisplayRendering(white=20.0),
        DisplayRendering(mid_grey=0.12),
        DisplayRendering("none"),
        DisplayRendering("aces2"),
    ]
    for rendering in renderings:
        for name in NAMES:
            for function in input_transform(name, rendering) + output_transform(name, rendering):
                assert seen.setdefault(function.name, function.text) == function.text
                assert f"vec3 {function.name}(vec3 c)" in function.text


def test_a_conversion_to_itself_is_no_function() -> None:
    assert conversion("srgb", "srgb") == ()


@pytest.mark.parametrize("name", NAMES)
def test_a_space_in_and_out_cancels_to_its_guard(name: str) -> None:
    # HLG and PQ clips are scene light, but a display's as outputs: without rendering they cancel.
    scene = space(name).rendered is not None
    rendering = DisplayRendering("none" if scene else "davinci", white=20.0)
    chain = cancel(input_transform(name, rendering) + output_transform(name, rendering))
    assert [function.guard for function in chain] == [True]


def test_different_ways_in_and_out_do_not_cancel() -> None:
    there, back = (
        input_transform("rec709"),
        output_transform("rec709", DisplayRendering(white=20.0)),
    )
    names = [function.name for function in cancel(there + back)]
    assert names == [
        "finite",
        "rec709_to_linear_rec709",
        "davinci_inverse",
        "davinci_white_20p0_grey_0p101",
        "linear_rec709_to_rec709",
    ]


def test_an_inverse_function_names_the_one_it_undoes() -> None:
    functions = {
        f.name: f
        for name in NAMES
        for rendering in (DisplayRendering(gamut_compression=True), DisplayRendering("none"))
        for f in input_transform(name, rendering) + output_transform(name, rendering)
    }
    named = [f for f in functions.values() if f.inverse is not None]
    assert len(named) > len(NAMES)
    for function in named:
        other = functions.get(str(function.inverse))
        assert other is not None and other.inverse == function.name


def test_the_working_space_has_its_short_names() -> None:
    assert [function.name for function in to_linear_working()] == ["di_decode"]
    assert [function.name for function in from_linear_working()] == ["di_encode"]


def test_an_unknown_space_names_the_nearest() -> None:
    with pytest.raises(ColorError, match='did you mean "rec709"'):
        conversion("rec907", "srgb")


@pytest.mark.parametrize(
    ("file", "functions"),
    [
        ("rec709_to_davinci_intermediate", input_transform("rec709")),
        ("slog3_sgamut3cine_to_davinci_intermediate", input_transform("slog3_sgamut3cine")),
        ("davinci_intermediate_to_rec709", output_transform("rec709")),
    ],
)
def test_the_text_is_the_golden_text(file: str, functions: tuple[GlslFunction, ...]) -> None:
    """DEPTHGRADE_REFRESH_GOLDEN=1 writes the files anew; read the difference before committing."""
    path = GOLDEN / f"{file}.glsl"
    text = "\n".join(function.text for function in functions)
    if os.environ.get("DEPTHGRADE_REFRESH_GOLDEN"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")
