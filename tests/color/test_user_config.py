"""The user's own OpenColorIO configuration: its spaces and views, on the GPU and on the CPU."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import PyOpenColorIO as ocio  # noqa: N813  modules are lower-case here
import pytest
from depthgrade.color import (
    GlslFunction,
    UserConfig,
    cancel,
    config_from,
    evaluate_input,
    evaluate_output,
    input_title,
    input_transform,
    output_title,
    output_transform,
)
from depthgrade.errors import ColorError
from numpy.typing import NDArray

RunGlsl = Callable[[Sequence[Sequence[GlslFunction]], NDArray[np.float64]], NDArray[np.float32]]
STUDIO = "ocio://studio-config-v2.1.0_aces-v1.3_ocio-v2.3"


@pytest.fixture(scope="module")
def studio() -> UserConfig:
    """The studio configuration that comes with OpenColorIO."""
    found = config_from(STUDIO)
    assert found is not None
    return found


def _codes() -> NDArray[np.float64]:
    rng = np.random.default_rng(4)
    codes = rng.uniform(0.3, 0.6, (500, 1)) + rng.uniform(-0.08, 0.08, (500, 3))
    return codes.astype(np.float32).astype(np.float64)


def test_a_space_of_theirs_agrees_with_ours(studio: UserConfig, run_glsl: RunGlsl) -> None:
    codes = _codes()
    ours = evaluate_input("slog3_sgamut3", None, codes)
    theirs = evaluate_input("ocio:S-Log3 S-Gamut3", None, codes, studio)
    np.testing.assert_allclose(theirs, ours, atol=2e-3)  # CAT02 there, Bradford here
    gpu = run_glsl([input_transform("ocio:S-Log3 S-Gamut3", None, studio)], codes)[0]
    np.testing.assert_allclose(gpu, theirs, atol=2e-6)


def test_a_plain_name_is_ours_first_and_then_theirs(studio: UserConfig) -> None:
    codes = _codes()
    # ACEScg is an alias there and a row here; "Sony S-Log3" is neither here.
    for name, same in [("acescg", "acescg"), ("S-Log3 S-Gamut3", "ocio:S-Log3 S-Gamut3")]:
        np.testing.assert_array_equal(
            evaluate_input(name, None, codes, studio), evaluate_input(same, None, codes, studio)
        )
    assert "ocio" not in input_transform("acescg", None, studio)[1].name
    assert "ocio" in input_transform("ocio:acescg", None, studio)[1].name


def test_roles_and_aliases_are_names(studio: UserConfig) -> None:
    assert studio.find("scene_linear") == "ACEScg"
    assert studio.find("ACES - ACEScg") == "ACEScg"
    assert studio.find("nothing of the kind") is None


def test_a_space_of_theirs_comes_back_and_cancels(studio: UserConfig, run_glsl: RunGlsl) -> None:
    name, codes = "ocio:V-Log V-Gamut", _codes()
    there, back = input_transform(name, None, studio), output_transform(name, None, studio)
    np.testing.assert_allclose(run_glsl([there + back], codes)[0], codes, atol=3e-5)
    assert [function.guard for function in cancel(there + back)] == [True]


def test_a_view_is_an_output(studio: UserConfig, run_glsl: RunGlsl) -> None:
    name, codes = "view:Rec.1886 Rec.709 - Display/ACES 1.0 - SDR Video", _codes()
    cpu = evaluate_output(name, None, codes, studio)
    gpu = run_glsl([output_transform(name, None, studio)], codes)[0]
    np.testing.assert_allclose(gpu, cpu, atol=2e-4)
    grey = evaluate_output(name, None, np.full(3, 0.336043), studio)
    assert grey[1] ** 2.4 == pytest.approx(0.10, abs=0.01)  # ACES 1: 10 nits
    assert "ACES 1.0" in output_title(name, studio)


def test_a_display_space_of_theirs_is_unrendered(studio: UserConfig) -> None:
    # Their default view transform between scene and display is un-tone-mapped.
    white = evaluate_input("ocio:sRGB - Display", None, np.ones(3), studio)
    np.testing.assert_allclose(white, evaluate_input("linear_rec709", None, np.ones(3)), atol=1e-4)


def test_log_codes_without_measure_stay_finite(studio: UserConfig, run_glsl: RunGlsl) -> None:
    wrong = np.array([[np.nan, 9e9, -9e9], [np.inf, 0.5, 0.5], [3e38, -3e38, 1e5]])
    chains = [
        input_transform(name, None, studio)
        for name in ("ocio:S-Log3 S-Gamut3", "ocio:ACES2065-1", "ocio:sRGB - Display")
    ]
    chains.append(output_transform("view:sRGB - Display/ACES 1.0 - SDR Video", None, studio))
    assert np.isfinite(run_glsl(chains, wrong)).all()


def _own(path: Path, lut: str) -> Path:
    """A small configuration with one space that needs a LUT beside it and one that is broken."""
    made = ocio.Config()
    made.setVersion(2, 1)
    made.addColorSpace(ocio.ColorSpace(name="aces"))
    for name, file in (("house log", lut), ("broken", "missing.cube")):
        row = ocio.ColorSpace(name=name)
        row.setTransform(ocio.FileTransform(file), ocio.COLORSPACE_DIR_TO_REFERENCE)
        made.addColorSpace(row)
    made.setRole(ocio.ROLE_INTERCHANGE_SCENE, "aces")
    made.setRole(ocio.ROLE_DEFAULT, "aces")
    made.addDisplayView("screen/left", "raw/plain", "house log")
    path.write_text(made.serialize())
    return path


def test_a_space_with_a_table_is_read_from_beside_the_configuration(
    tmp_path: Path, run_glsl: RunGlsl
) -> None:
    (tmp_path / "square.cube").write_text(
        "LUT_1D_SIZE 3\n0 0 0\n0.25 0.25 0.25\n1 1 1\n",
    )
    user = config_from(_own(tmp_path / "house.ocio", "square.cube"))
    grey = np.full((1, 3), 0.5)
    there = input_transform("house log", None, user)
    expected = evaluate_input("aces2065_1", None, np.full((1, 3), 0.25))
    np.testing.assert_allclose(evaluate_input("house log", None, grey, user), expected, atol=1e-6)
    np.testing.assert_allclose(run_glsl([there], grey)[0], expected, atol=1e-5)
    assert user is not None and user.views() == ("screen/left/raw/plain",)
    assert output_transform("view:screen/left/raw/plain", None, user)
    with pytest.raises(ColorError, match=r"house\.ocio: .*missing\.cube"):
        input_transform("broken", None, user)


def test_the_environment_names_a_configuration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OCIO", raising=False)
    assert config_from() is None
    path = _own(tmp_path / "house.ocio", "square.cube")
    monkeypatch.setenv("OCIO", str(path))
    found = config_from()
    assert found is not None and found.name == "house.ocio"
    assert "house log" in found.spaces()
    monkeypatch.setenv("OCIO", str(tmp_path / "none.ocio"))
    with pytest.raises(ColorError, match=r"\$OCIO: .*none\.ocio: is no file"):
        config_from()


@pytest.mark.parametrize("content", ["", "nonsense", "ocio_profile_version: 9\n", "a: [1\n"])
def test_a_malformed_configuration_is_one_line(tmp_path: Path, content: str) -> None:
    path = tmp_path / "bad.ocio"
    path.write_text(content)
    with pytest.raises(ColorError, match=r"^bad\.ocio: .*; allowed: [^\n]*$"):
        config_from(path)


def test_unknown_names_are_refused_with_the_nearest(studio: UserConfig) -> None:
    with pytest.raises(ColorError, match='did you mean "ocio:S-Log3 S-Gamut3"'):
        input_title("ocio:S-Log3 SGamut3", studio)
    with pytest.raises(ColorError, match='did you mean "sRGB - Display/Raw"'):
        output_title("view:sRGB - Display/Row", studio)
    with pytest.raises(ColorError, match="a view is for output"):
        input_title("view:sRGB - Display/Raw", studio)
    with pytest.raises(ColorError, match=r"needs an OpenColorIO configuration; allowed: set \$O"):
        output_title("view:sRGB - Display/Raw")
    with pytest.raises(ColorError, match='did you mean "rec709"'):
        input_title("rec790", studio)


def test_a_configuration_without_the_interchange_role_is_told_so(tmp_path: Path) -> None:
    path = tmp_path / "old.ocio"
    path.write_text(
        "ocio_profile_version: 1\nroles: {default: a}\ndisplays: {d: [!<View> {name: v, "
        "colorspace: a}]}\ncolorspaces:\n  - !<ColorSpace> {name: a}\n"
        "  - !<ColorSpace> {name: b}\n"
    )
    user = config_from(path)
    with pytest.raises(ColorError, match=r"old\.ocio: .*role aces_interchange"):
        input_transform("b", None, user)
