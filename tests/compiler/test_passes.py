"""What ends a pass and what does not: the passes of graphs with nodes that read neighbours."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from depthgrade import Look, Project
from depthgrade.compiler import Plan, Request, Source, compile_grade
from depthgrade.frames import ColorTags, PixelFormat
from depthgrade.graph import parse_wires
from depthgrade.nodes.registry import make_node
from numpy.typing import NDArray

Graded = Callable[..., NDArray[np.float32]]
YUV420 = PixelFormat("yuv420p", "ycbcr", 8, ("Y", "U", "V"), (1, 1))
SOURCE = Source(YUV420, ColorTags(1, 1, 1, False), 160, 90)


def look(nodes: dict[str, dict[str, Any]], *wires: str) -> Look:
    made = {name: make_node(name, values) for name, values in nodes.items()}
    return Look(nodes=made, wires=parse_wires(wires))


def plan(look: Look, **options: Any) -> Plan:
    project = Project(look=look, output="rec709")
    return compile_grade(Request(project, SOURCE, "rec709", **options))


def made(plan: Plan) -> list[str]:
    """What each pass is about, without reasons."""
    return [program.about.split(",")[0] for program in plan.programs]


def reads(plan: Plan) -> list[list[int]]:
    """The passes each pass reads."""
    return [[s.index for s in p.samplers if s.role == "pass"] for p in plan.programs]


GAIN = {"type": "primary", "gain": 0.8}
WARM = {"type": "primary", "gain_rgb": [1.1, 1.0, 0.9]}
BLUR = {"type": "blur", "radius": 2.0}
SHARP = {"type": "sharpen", "amount": 0.5, "radius": 1.0}


def test_a_blur_between_pointwise_nodes_adds_three_passes() -> None:
    found = plan(look({"a": GAIN, "soft": BLUR, "b": WARM}, "source -> a -> soft -> b -> output"))
    assert made(found) == [
        "the picture before soft",
        "soft [blur]: gaussian across",
        "soft [blur]: gaussian down",
        "the picture",
    ]
    assert reads(found) == [[], [0], [1], [2]]
    assert "primary_balance" in found.programs[0].text
    assert "plane" not in found.programs[3].text  # the clip is read once


def test_two_neighbourhoods_in_a_row_share_the_picture_between_them() -> None:
    found = plan(look({"soft": BLUR, "crisp": SHARP}, "source -> soft -> crisp -> output"))
    assert made(found) == [
        "the picture before soft",
        "soft [blur]: gaussian across",
        "soft [blur]: gaussian down",
        "crisp [sharpen]: gaussian across",
        "crisp [sharpen]: gaussian down",
        "crisp [sharpen]: sharpen",
        "the picture",
    ]
    assert reads(found) == [[], [0], [1], [2], [3], [2, 4], [5]]


def test_branches_share_the_picture_before_them() -> None:
    found = plan(
        look(
            {"soft": BLUR, "crisp": SHARP, "join": {"type": "parallel_mixer"}},
            "source -> soft -> join",
            "source -> crisp -> join",
            "join -> output",
        )
    )
    assert made(found).count("the picture before soft") == 1
    assert "the picture before crisp" not in made(found)
    assert sum("plane0" in program.text for program in found.programs) == 1


def test_a_key_is_softened_in_passes_of_its_own() -> None:
    found = plan(
        look(
            {"depth": {"type": "depth_map"}, "a": {**GAIN, "key_blur": 2.0}},
            "source -> a -> output",
            "depth.key -> a.key",
        )
    )
    assert made(found) == [
        "the key of depth",
        "a [primary]: gaussian across",
        "a [primary]: gaussian down",
        "the picture",
    ]
    assert "depth_plain" in found.programs[0].text
    assert "plane0" not in found.programs[0].text


@pytest.mark.parametrize(
    "off",
    [{"enabled": False}, {"key_gain": 0.0}, {"radius": 0.0}],
)
def test_a_neighbourhood_that_does_nothing_adds_no_pass(off: dict[str, Any]) -> None:
    found = plan(look({"soft": {**BLUR, **off}}, "source -> soft -> output"))
    assert made(found) == ["the picture"]


def test_a_key_that_is_shown_does_not_draw_the_picture() -> None:
    nodes = {"depth": {"type": "depth_map"}, "soft": {**BLUR, "key_blur": 2.0}}
    shown = look(nodes, "source -> soft -> output", "depth.key -> soft.key")
    assert not any("plane0" in p.text for p in plan(shown, key="soft").programs)


@pytest.mark.parametrize("name", ["radius", "key_blur"])
def test_a_live_radius_keeps_the_programs_however_wide(name: str) -> None:
    def found(value: float) -> Plan:
        nodes = {"depth": {"type": "depth_map"}, "soft": {**BLUR, name: value}}
        wires = ("source -> soft -> output", "depth.key -> soft.key")
        return plan(look(nodes, *wires), live=frozenset({f"soft.{name}"}))

    texts = [[program.identity for program in found(value).programs] for value in (0, 0.5, 20)]
    assert texts[0] == texts[1] == texts[2]


def test_a_plan_follows_a_live_radius_in_value_and_size() -> None:
    narrow, wide = (
        look({"soft": {**BLUR, "radius": r}}, "source -> soft -> output") for r in (2, 20)
    )
    found = plan(narrow, live=frozenset({"soft.radius"}))
    sizes = [[p.sized(each.nodes).size for p in found.programs] for each in (narrow, wide)]
    assert sizes == [[(160, 90)] * 6, [(160, 90), *[(40, 23)] * 3, (160, 90), (160, 90)]]
    (sigma,) = found.programs[2].values(wide.nodes).values()
    assert sigma == pytest.approx(np.sqrt((18**2 - 15 / 12) / 16 - 1 / 3))


def test_explain_names_the_node_that_asks_for_each_pass() -> None:
    found = plan(look({"a": GAIN, "soft": BLUR}, "source -> a -> soft -> output"))
    assert found.programs[0].about == (
        "the picture before soft, because soft [blur] reads around each pixel"
    )


def test_both_entry_points_draw_the_same_passes() -> None:
    wide = look({"soft": {**BLUR, "radius": 9.0}}, "source -> soft -> output")
    plans = [plan(wide, entry=entry) for entry in ("fragment", "compute")]
    assert made(plans[0]) == made(plans[1])
    assert [p.size for p in plans[0].programs] == [p.size for p in plans[1].programs]


def test_compute_passes_equal_fragment_passes(graded: Graded) -> None:
    x = np.random.default_rng(1).uniform(0, 1, (45, 70, 3)).astype(np.float32)
    wide = look({"soft": {**BLUR, "radius": 16.0}, "b": WARM}, "source -> soft -> b -> output")
    one, other = (graded(wide, x, entry=entry) for entry in ("fragment", "compute"))
    np.testing.assert_allclose(one, other, atol=2e-6)


def test_a_key_may_limit_a_neighbourhood_by_another(graded: Graded) -> None:
    """A key node upstream of a blur on a branch: every texture is the right one."""
    x = np.random.default_rng(1).uniform(0, 1, (40, 60, 3)).astype(np.float32)
    nodes = {
        "depth": {"type": "depth_map"},
        "soft": {**BLUR, "key_blur": 3.0},
        "crisp": {**SHARP, "key_blur": 3.0, "key_invert": True},
        "join": {"type": "parallel_mixer", "mode": "average"},
    }
    wires = ["source -> soft -> join", "source -> crisp -> join", "join -> output"]
    keys = ["depth.key -> soft.key", "depth.key -> crisp.key"]
    depth = np.tile(np.linspace(0, 1, 60, dtype=np.float32), (40, 1))
    result = graded(look(nodes, *wires, *keys), x, depth)

    def alone(name: str) -> NDArray[np.float32]:
        return graded(look(nodes, f"source -> {name} -> output", *keys), x, depth)

    np.testing.assert_allclose(result, (alone("soft") + alone("crisp")) / 2, atol=1e-6)


def test_a_frame_is_the_same_whatever_was_drawn_before(graded: Graded) -> None:
    frames: Sequence[NDArray[np.float32]] = [
        np.random.default_rng(n).uniform(0, 1, (30, 40, 3)).astype(np.float32) for n in range(4)
    ]
    chain = look({"soft": BLUR, "crisp": SHARP}, "source -> soft -> crisp -> output")
    fresh = graded(chain, frames, at=2)
    assert np.array_equal(graded(chain, frames, at=2, drawn=[0, 3, 1, 2, 3]), fresh)
