"""The configuration as a file, read again by OpenColorIO alone."""

from pathlib import Path

import numpy as np
import PyOpenColorIO as ocio  # noqa: N813  modules are lower-case here
import pytest
from depthgrade.color import (
    DisplayRendering,
    config_from,
    evaluate_input,
    evaluate_output,
    output_transform,
    spaces,
    write_config,
)
from depthgrade.color.export import DISPLAYS
from depthgrade.color.steps import Convert, on_cpu
from depthgrade.errors import ColorError
from numpy.typing import NDArray


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> ocio.Config:
    """The default configuration as another program gets it."""
    path = tmp_path_factory.mktemp("ocio") / "config.ocio"
    write_config(path)
    return ocio.Config.CreateFromFile(str(path))


def _working() -> NDArray[np.float64]:
    """Greys and colours that every display has."""
    rng = np.random.default_rng(10)
    greys = np.repeat(np.geomspace(0.001, 9.9, 100)[:, None], 3, axis=1)
    light = np.concatenate([greys, rng.uniform(0.001, 9.9, (400, 3))])
    return evaluate_input("linear_rec709", None, light)


def test_it_is_valid_and_of_a_version_other_programs_read(written: ocio.Config) -> None:
    written.validate()
    assert (written.getMajorVersion(), written.getMinorVersion()) == (2, 4)
    assert not written.getSearchPath()  # no LUT beside it
    assert {row.name for row in spaces()} <= set(written.getColorSpaceNames())


def test_roles_say_what_programs_ask_for(written: ocio.Config) -> None:
    roles = dict(written.getRoles())
    assert roles["scene_linear"] == "linear_dwg"
    assert roles["aces_interchange"] == "aces2065_1"
    assert roles["color_timing"] == roles["compositing_log"] == "davinci_intermediate"
    assert written.getDefaultDisplay() == "Rec.709"
    assert written.getDefaultView("Rec.709") == "davinci"


@pytest.mark.parametrize("name", [row.name for row in spaces()])
def test_conversions_are_those_of_ours(name: str, written: ocio.Config) -> None:
    codes = _working()
    got = on_cpu(written.getProcessor(name, "linear_dwg"), codes)
    expected = Convert(name, "linear_dwg").evaluate(codes)
    # The file holds 15 digits; both sides then round to float32 the same way.
    np.testing.assert_allclose(got, expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("display", DISPLAYS)
@pytest.mark.parametrize(
    ("view", "kind"), [("davinci", "davinci"), ("ACES 2.0", "aces2"), ("none", "none")]
)
def test_views_are_our_renderings(display: str, view: str, kind: str, written: ocio.Config) -> None:
    working = _working()
    transform = ocio.DisplayViewTransform("davinci_intermediate", display, view)
    got = on_cpu(written.getProcessor(transform), working)
    expected = evaluate_output(DISPLAYS[display], DisplayRendering(kind), working)  # type: ignore[arg-type]
    shown = np.clip(expected, 0.0, 1.0)
    # The curve is a difference of near numbers at black, which a gamma of 2.4 or PQ magnifies.
    assert np.abs(np.clip(got, 0.0, 1.0) - shown)[shown > 0.1].max() <= 2e-4
    assert np.abs(np.clip(got, 0.0, 1.0) - shown).max() <= 2e-3


def test_davinci_views_have_the_numbers_asked_for(tmp_path: Path) -> None:
    path, rendering = tmp_path / "config.ocio", DisplayRendering(white=40.0, mid_grey=0.12)
    write_config(path, rendering)
    made = ocio.Config.CreateFromFile(str(path))
    transform = ocio.DisplayViewTransform("davinci_intermediate", "sRGB", "davinci")
    got = on_cpu(made.getProcessor(transform), _working())
    np.testing.assert_allclose(got, evaluate_output("srgb", rendering, _working()), atol=2e-3)


def test_views_have_their_inverse(written: ocio.Config) -> None:
    there = ocio.DisplayViewTransform("linear_rec709", "Rec.709", "davinci")
    chain = ocio.GroupTransform(
        [there, ocio.ColorSpaceTransform("davinci_rec709", "linear_rec709")]
    )
    light = np.random.default_rng(3).uniform(0.05, 5.0, (300, 3))
    np.testing.assert_allclose(on_cpu(written.getProcessor(chain), light), light, rtol=1e-4)


def test_our_own_file_serves_as_a_users_configuration(tmp_path: Path) -> None:
    write_config(tmp_path / "config.ocio")
    user = config_from(tmp_path / "config.ocio")
    working = _working()
    got = evaluate_output("view:Rec.709/davinci", None, working, user)
    np.testing.assert_allclose(got, evaluate_output("rec709", None, working), atol=2e-3)
    assert not output_transform("view:Rec.709/davinci", None, user)[-1].textures


def test_a_folder_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(ColorError, match=r"config\.ocio: can't be written: No such file"):
        write_config(tmp_path / "none" / "config.ocio")
