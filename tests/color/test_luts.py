"""LUT, CLF and CDL files: the GPU against OpenColorIO's exact CPU path, and malformed files."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from depthgrade.color import (
    GlslFunction,
    evaluate_file,
    evaluate_input,
    evaluate_output,
    file_transform,
    input_title,
    input_transform,
    lut_extensions,
    output_transform,
)
from depthgrade.errors import ColorError
from numpy.typing import NDArray

RunGlsl = Callable[[Sequence[Sequence[GlslFunction]], NDArray[np.float64]], NDArray[np.float32]]


def _pixels() -> NDArray[np.float64]:
    """Greys and random colours from -0.5 to 1.5, and what is no number, as float32 holds them."""
    greys = np.repeat(np.linspace(-0.5, 1.5, 401)[:, None], 3, axis=1)
    colours = np.random.default_rng(11).uniform(-0.5, 1.5, (1500, 3))
    wrong = np.array([[np.nan, 0.5, 0.5], [0.5, np.inf, 0.5], [-np.inf, 0.2, 0.9]])
    return np.concatenate([greys, colours, wrong]).astype(np.float32).astype(np.float64)


def _cube(path: Path, edge: int) -> Path:
    """A cube with a gamma, a cross-talk of channels and a turn of colours, by the file's order."""
    axis = np.linspace(0.0, 1.0, edge)
    blue, green, red = np.meshgrid(axis, axis, axis, indexing="ij")
    rgb = np.stack([red**0.6, green + 0.2 * red * blue, blue**1.8 - 0.1 * green], axis=-1)
    rows = "\n".join(f"{r:.7f} {g:.7f} {b:.7f}" for r, g, b in rgb.reshape(-1, 3))
    path.write_text(f"LUT_3D_SIZE {edge}\n{rows}\n")
    return path


def _curve(path: Path, size: int) -> Path:
    """A 1D table of a gamma for each channel."""
    x = np.linspace(0.0, 1.0, size)
    rows = "\n".join(f"{r:.7f} {g:.7f} {b:.7f}" for r, g, b in zip(x**0.5, x, x**2, strict=True))
    path.write_text(f"LUT_1D_SIZE {size}\n{rows}\n")
    return path


CDL = """<ColorCorrection id="warm"><SOPNode><Slope>1.2 1.0 0.9</Slope><Offset>0.01 0 -0.02</Offset>
<Power>0.9 1 1.1</Power></SOPNode><SatNode><Saturation>0.8</Saturation></SatNode>
</ColorCorrection>"""


def _agree(run_glsl: RunGlsl, path: Path, tolerance: float, **how: object) -> None:
    pixels = _pixels()
    functions = file_transform(path, **how)  # type: ignore[arg-type]
    gpu = run_glsl([functions], pixels)[0]
    cpu = evaluate_file(path, pixels, **how)  # type: ignore[arg-type]
    assert np.isfinite(gpu).all(), path.name
    numbers = np.isfinite(pixels).all(axis=1)
    error = (np.abs(gpu - cpu) / np.maximum(1.0, np.abs(cpu)))[numbers]
    assert error.max() <= tolerance, f"{path.name}: {error.max():.3g}"


@pytest.mark.parametrize("interpolation", ["tetrahedral", "linear"])
@pytest.mark.parametrize("edge", [2, 17, 33])
def test_a_cube_on_the_gpu_agrees_with_the_cpu(
    run_glsl: RunGlsl, tmp_path: Path, edge: int, interpolation: str
) -> None:
    # A weight between texels is 33 times a code value whose last bit is 6e-8.
    _agree(run_glsl, _cube(tmp_path / "turn.cube", edge), 2e-5, interpolation=interpolation)


@pytest.mark.parametrize("size", [2, 1024, 5000])
def test_a_curve_on_the_gpu_agrees_with_the_cpu(
    run_glsl: RunGlsl, tmp_path: Path, size: int
) -> None:
    # 5000 entries take two rows of the texture, one of which starts anew within the table.
    path = _curve(tmp_path / "curve.cube", size)
    _agree(run_glsl, path, 1e-4)  # the root's first entry of 5000 is steep: 70 times an ulp of 1


def test_the_interpolations_differ_where_they_should(tmp_path: Path) -> None:
    path = _cube(tmp_path / "turn.cube", 5)
    at = np.array([[0.1, 0.15, 0.12]])
    tetrahedral = evaluate_file(path, at)
    linear = evaluate_file(path, at, interpolation="linear")
    assert np.abs(tetrahedral - linear).max() > 1e-3


def test_a_curve_undone_returns_its_input(run_glsl: RunGlsl, tmp_path: Path) -> None:
    path = _curve(tmp_path / "curve.cube", 1024)
    codes = np.random.default_rng(2).uniform(0.05, 1.0, (300, 3))
    chain = file_transform(path) + file_transform(path, inverse=True)
    np.testing.assert_allclose(run_glsl([chain], codes)[0], codes, atol=2e-5)


def test_a_cube_undone_is_exact_on_the_cpu_and_near_on_the_gpu(
    run_glsl: RunGlsl, tmp_path: Path
) -> None:
    path = _cube(tmp_path / "turn.cube", 17)
    codes = np.random.default_rng(2).uniform(0.2, 0.8, (300, 3))
    there = evaluate_file(path, codes)
    back = evaluate_file(path, there, inverse=True)
    np.testing.assert_allclose(back, codes, atol=1e-4)
    # OpenColorIO resamples the inverse on 48 points for a GPU.
    gpu = run_glsl([file_transform(path, inverse=True)], there)[0]
    np.testing.assert_allclose(gpu, codes, atol=0.01)


def test_a_cdl_is_its_formula(run_glsl: RunGlsl, tmp_path: Path) -> None:
    path = tmp_path / "warm.cc"
    path.write_text(CDL)
    rgb = np.array([[0.18, 0.4, 0.6], [0.5, 0.5, 0.5]])
    graded = (rgb * [1.2, 1.0, 0.9] + [0.01, 0.0, -0.02]) ** [0.9, 1.0, 1.1]
    luma = graded @ [0.2126, 0.7152, 0.0722]  # ASC CDL 1.2
    expected = luma[:, None] + 0.8 * (graded - luma[:, None])
    np.testing.assert_allclose(evaluate_file(path, rgb), expected, atol=1e-6)
    _agree(run_glsl, path, 1e-5)
    assert not file_transform(path)[0].textures


def test_a_collection_gives_the_correction_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "scene.ccc"
    cold = CDL.replace("warm", "cold").replace("1.2 1.0 0.9", "0.8 1.0 1.3")
    path.write_text(
        f'<ColorCorrectionCollection xmlns="urn:ASC:CDL:v1.01">{CDL}{cold}'
        "</ColorCorrectionCollection>"
    )
    grey = np.full((1, 3), 0.4)
    warm, cold_grey = (evaluate_file(path, grey, correction=each) for each in ("warm", "cold"))
    assert warm[0, 0] > warm[0, 2] and cold_grey[0, 0] < cold_grey[0, 2]
    with pytest.raises(ColorError, match=r"scene\.ccc: .*valid cccid"):
        file_transform(path, correction="hot")


def test_the_files_of_the_material_agree_with_the_cpu(run_glsl: RunGlsl, material: Path) -> None:
    files = sorted((material / "colour" / "lut").rglob("*.*"))
    assert len(files) >= 15
    for path in files:
        _agree(run_glsl, path, 5e-5)


def test_a_title_does_not_matter(tmp_path: Path) -> None:
    # OpenColorIO itself refuses a title where a file has ranges or two tables.
    body = "LUT_3D_INPUT_RANGE 0.0 1.0\n" + _cube(tmp_path / "a.cube", 3).read_text()
    plain, titled = tmp_path / "plain.cube", tmp_path / "titled.cube"
    plain.write_text(body)
    titled.write_text(f'TITLE "my look"\n{body}')
    at = np.array([[0.2, 0.5, 0.9]])
    np.testing.assert_array_equal(evaluate_file(titled, at), evaluate_file(plain, at))


def test_a_file_is_input_and_output(tmp_path: Path) -> None:
    path = _cube(tmp_path / "turn.cube", 17)
    codes = np.array([[0.4, 0.5, 0.3]])
    by_file = evaluate_file(path, codes)
    name = f"file:{path}"
    np.testing.assert_allclose(evaluate_input(name, None, codes), by_file, atol=1e-6)
    np.testing.assert_allclose(evaluate_output(name, None, codes), by_file, atol=1e-6)


def test_a_file_can_expect_or_lead_to_another_space(run_glsl: RunGlsl, tmp_path: Path) -> None:
    path = _cube(tmp_path / "turn.cube", 17)
    name = f"file:{path}@logc3_awg3"
    codes = np.array([[0.4, 0.5, 0.3], [0.5, 0.45, 0.42]])
    logc = evaluate_output("logc3_awg3", None, codes)
    expected = evaluate_file(path, logc)
    np.testing.assert_allclose(evaluate_output(name, None, codes), expected, atol=1e-6)
    landed = evaluate_input("logc3_awg3", None, evaluate_file(path, codes))
    np.testing.assert_allclose(evaluate_input(name, None, codes), landed, atol=1e-6)
    gpu = run_glsl([output_transform(name), input_transform(name)], codes)
    np.testing.assert_allclose(gpu[0], expected, atol=1e-5)
    np.testing.assert_allclose(gpu[1], landed, atol=1e-5)
    assert "LogC3" in input_title(name)


def test_a_changed_file_is_read_anew(tmp_path: Path) -> None:
    path = _curve(tmp_path / "look.cube", 2)
    first = file_transform(path)[0]
    _cube(path, 3)
    second = file_transform(path)[0]
    assert first.name != second.name
    assert second.textures[0].dimension == 3 and second.textures[0].size == (3, 3, 3)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("words.cube", "not a table"),
        ("short.cube", "LUT_3D_SIZE 2\n0 0 0\n1 1 1\n"),
        ("nan.cube", "LUT_1D_SIZE 2\n0 0 zero\n1 1 1\n"),
        ("empty.clf", ""),
        ("cut.clf", '<?xml version="1.0"?><ProcessList id="a"><Matrix>'),
        ("picture.png", "\x89PNG"),
        ("broken.cc", "<ColorCorrection><SOPNode></ColorCorrection>"),
        ("huge.cube", "LUT_3D_SIZE 100000\n0 0 0\n"),
    ],
)
def test_a_malformed_file_is_one_line(tmp_path: Path, name: str, content: str) -> None:
    path = tmp_path / name
    path.write_text(content)
    with pytest.raises(ColorError) as caught:
        file_transform(path)
    message = str(caught.value)
    assert message.startswith(f"{name}: ") and "; allowed: " in message
    assert "\n" not in message and len(message) < 500


def test_a_missing_file_and_a_folder_are_named(tmp_path: Path) -> None:
    with pytest.raises(ColorError, match=r"none\.cube: can't be read: No such file"):
        file_transform(tmp_path / "none.cube")
    with pytest.raises(ColorError, match="is no file"):
        file_transform(tmp_path)
    with pytest.raises(ColorError, match='interpolation: "cubic" is unknown; allowed: tetra'):
        file_transform(tmp_path, interpolation="cubic")  # type: ignore[arg-type]


def test_the_readable_types_are_listed() -> None:
    assert {"cube", "clf", "ctf", "cc", "ccc", "cdl", "3dl", "csp", "spi3d"} <= set(
        lut_extensions()
    )


@pytest.mark.parametrize(
    "name", ["夜.cube", "my look (v2).CUBE", "$HOME 100% %x%.cube", "a__b.cube"]
)
def test_any_file_name_serves(tmp_path: Path, name: str, run_glsl: RunGlsl) -> None:
    path = _cube(tmp_path / name, 3)
    (function,) = file_transform(path)
    assert "__" not in function.name  # reserved in GLSL
    at = np.array([[0.2, 0.5, 0.9]])
    gpu = run_glsl([(function,)], at)[0]
    np.testing.assert_allclose(gpu, evaluate_file(path, at), atol=1e-5)
