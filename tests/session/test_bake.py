"""Looks baked into LUTs: what comes out is the look, and what can't be baked is named."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from depthgrade import Look, Project, ProjectError, Renderer
from depthgrade.color import DisplayRendering, evaluate_file
from depthgrade.compiler.baking import unbakeable
from depthgrade.graph import parse_wires
from depthgrade.nodes.registry import make_node
from depthgrade.session.bake import bake


def look(wires: list[str], **nodes: dict[str, object]) -> Look:
    made = {name: make_node(name, values) for name, values in nodes.items()}
    return Look("Test", nodes=made, wires=parse_wires(wires))


WARM = look(
    ["source -> a -> b -> output", "skin.key -> b.key", "a -> skin"],
    a={"type": "primary", "gain": 0.9, "gain_rgb": [1.05, 1.0, 0.95]},
    b={"type": "tone", "shadows": 1.2},
    skin={"type": "qualifier", "luma_high": 0.6, "luma_softness": 0.4},
)
KEYED = look(
    [
        "source -> a -> b -> c -> output",
        "near.key -> both.key",
        "shape.key -> both.key",
        "both.key -> b.key",
        "b.key -> out.key",
        "out.key -> c.key",
    ],
    a={"type": "primary", "gain": 0.9},
    b={"type": "primary", "gain": 0.5},
    c={"type": "cdl", "saturation": 0.5},
    near={"type": "depth_map"},
    shape={"type": "window"},
    both={"type": "key_mixer"},
    out={"type": "outside"},
)


@pytest.mark.parametrize("ending", ["cube", "clf"])
def test_a_lut_makes_the_picture_the_look_makes(clip: Path, tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"warm.{ending}"
    done = bake(Project(look=WARM), path, size=33)
    assert done.left_out == {}
    with Renderer(Project(clip=clip, look=WARM)) as renderer:
        source, graded = renderer.source_frame(1), renderer.frame(1)
    # a LUT ends at 0 and 1, and 33 points are too few where a pure colour falls to black
    muted = (source >= 0.05).all(-1) & (source <= 1).all(-1) & (np.ptp(source, axis=-1) < 0.3)
    assert muted.mean() > 0.2
    assert np.abs(evaluate_file(path, source) - graded)[muted].max() < 1 / 255
    assert done.most < 12 / 255  # over all colours; measured 9.7, near black and at pure colours


def test_more_points_come_nearer(tmp_path: Path) -> None:
    errors = [
        bake(Project(look=WARM), tmp_path / f"{size}.cube", size=size).most for size in (17, 65)
    ]
    assert errors[1] < errors[0] / 4  # between points the error falls with the square


def test_what_needs_depth_place_or_neighbours_is_named() -> None:
    assert unbakeable(KEYED) == {
        "near": "it is made of the depth",
        "shape": "it depends on the place in the picture",
        "both": "its key near can't be baked",
        "b": "its key both can't be baked",
        "out": "its key b can't be baked",
        "c": "its key out can't be baked",
    }
    blurred = WARM.with_value("b.key_blur", 1.0)
    assert unbakeable(blurred) == {"b": "its key skin is blurred, which reads neighbouring pixels"}


def test_what_is_left_out_passes_its_picture(tmp_path: Path) -> None:
    done = bake(Project(look=KEYED), tmp_path / "a.cube", size=17)
    alone = look(["source -> a -> output"], a={"type": "primary", "gain": 0.9})
    bake(Project(look=alone), tmp_path / "b.cube", size=17)
    assert set(done.left_out) == {"near", "shape", "both", "b", "out", "c"}
    tables = [(tmp_path / name).read_text().splitlines()[2:] for name in ("a.cube", "b.cube")]
    assert tables[0] == tables[1]


def test_the_values_of_a_frame_are_baked(tmp_path: Path) -> None:
    moving = WARM.with_keyframe("a.gain", 0, 0.5).with_keyframe("a.gain", 10, 1.0)
    for frame, gain in ((0, 0.5), (5, 0.75)):
        bake(Project(look=moving), tmp_path / "a.cube", size=17, frame=frame, overwrite=True)
        still = WARM.with_value("a.gain", gain)
        bake(Project(look=still), tmp_path / "b.cube", size=17, overwrite=True)
        assert (tmp_path / "a.cube").read_text() == (tmp_path / "b.cube").read_text()


def test_a_lut_leads_from_the_input_to_the_output_space(tmp_path: Path) -> None:
    project = Project(look=Look(), input="logc3_awg3", output="davinci_intermediate")
    done = bake(project, tmp_path / "a.cube", size=33)
    assert (done.reads, done.writes) == ("logc3_awg3", "davinci_intermediate")
    grey = evaluate_file(tmp_path / "a.cube", [[0.39101] * 3])  # ALEXA LogC3 EI 800
    np.testing.assert_allclose(grey, 0.336043, atol=1e-3)  # DaVinci Intermediate


@pytest.mark.parametrize(
    ("project", "name", "size", "words"),
    [
        (Project(look=WARM), "a.png", 33, "a.png: is no LUT; allowed: .cube or .clf"),
        (Project(look=WARM), "a.cube", 16, "size 16 is outside 17 to 129"),
        (Project(look=WARM, input="linear_rec709"), "a.cube", 33, "is scene linear"),
        (
            Project(look=KEYED.with_value("a.enabled", False)),
            "a.cube",
            33,
            "no grade of Test fits a LUT: ",
        ),
    ],
)
def test_what_can_not_be_baked_is_refused(
    tmp_path: Path, project: Project, name: str, size: int, words: str
) -> None:
    with pytest.raises(ProjectError, match=words):
        bake(project, tmp_path / name, size=size)
    assert not list(tmp_path.iterdir())


def test_a_lut_ends_in_the_rendering_of_the_project(tmp_path: Path) -> None:
    """Scene grey comes out where each rendering puts it: mid_grey of the display's light."""
    grey = np.full((1, 3), 0.336043)  # 0.18 in DaVinci Intermediate
    for mid_grey in (0.101, 0.14):
        rendering = DisplayRendering(mid_grey=mid_grey)
        project = Project(look=look(["source -> output"]), input="davinci_intermediate")
        project = replace(project, rendering=rendering)
        bake(project, tmp_path / "grey.cube", size=65, overwrite=True)
        light = evaluate_file(tmp_path / "grey.cube", grey) ** 2.4
        np.testing.assert_allclose(light, mid_grey, rtol=2e-3)  # between points of the table
