"""Shader text: what is left out, what becomes a uniform, and what a reader sees."""

import os
from pathlib import Path

import pytest
from depthgrade import Look, Project, ProjectError, looks
from depthgrade.compiler import Program, Request, Source, compile_grade
from depthgrade.compiler.library import split_functions, without_comments
from depthgrade.compiler.text import matrix, number
from depthgrade.frames import ColorTags, Orientation, PixelFormat
from depthgrade.graph import parse_wires
from depthgrade.nodes.registry import make_node

YUV420 = PixelFormat("yuv420p", "ycbcr", 8, ("Y", "U", "V"), (1, 1))
SOURCE = Source(YUV420, ColorTags(1, 1, 1, False), 160, 90)
GOLDEN = Path(__file__).parents[1] / "golden" / "compiler"


def look(name: str = "node", kind: str = "primary", **values: object) -> Look:
    node = make_node(name, {"type": kind, **values})
    return Look(nodes={name: node}, wires=parse_wires([f"source -> {name} -> output"]))


def program(look: Look, source: Source = SOURCE, **options: object) -> Program:
    project = Project(look=look, output="rec709")
    plan = compile_grade(Request(project, source, "rec709", **options))  # type: ignore[arg-type]
    (made,) = plan.programs  # what is pointwise is one pass
    return made


def main_of(text: str) -> str:
    return text[text.index("void main") :]


def test_steps_that_do_nothing_are_not_in_the_text() -> None:
    text = main_of(program(look(gain=0.8)).text)
    assert "primary_balance" in text
    assert "primary_power" not in text and "primary_saturation" not in text


def test_only_called_functions_are_in_the_text() -> None:
    text = program(look(gain=0.8)).text
    assert "vec3 primary_balance(" in text and "primary_power" not in text


def test_an_ungraded_clip_in_its_own_space_is_not_transformed() -> None:
    text = main_of(program(Look()).text)
    assert "davinci" not in text and "pow" not in text


def test_without_cancelling_both_transforms_are_in_the_text() -> None:
    text = main_of(program(Look(), cancel=False).text)
    assert "davinci_inverse(" in text and "davinci(" in text


def test_a_disabled_node_and_what_only_it_reads_are_not_in_the_text() -> None:
    disabled = looks.load("recover-highlights").with_value("sky.enabled", False)
    made = program(disabled)
    assert "depth" not in main_of(made.text)
    assert [sampler.role for sampler in made.samplers] == ["plane"] * 3


def test_a_live_parameter_is_a_uniform_and_its_value_no_part_of_the_text() -> None:
    live = frozenset({"node.gain"})
    one, other = (program(look(gain=gain), live=live) for gain in (0.8, 0.9))
    assert one.identity == other.identity
    assert one.values(look(gain=0.8).nodes) == {
        "primary_balance_0_steps1_0": (0.8, 0.8, 0.8),
        "primary_balance_0_steps1_1": (0.0, 0.0, 0.0),
    }


def test_dragging_to_neutral_and_back_keeps_the_text() -> None:
    live = frozenset({"node.gamma"})
    texts = {program(look(gamma=gamma), live=live).identity for gamma in (-0.1, 0.0, 0.1)}
    assert len(texts) == 1


def test_node_ids_are_in_comments_only() -> None:
    """GLSL words as ids must compile, and a renamed node must not."""
    one, other = program(look("out", gain=0.8)), program(look("vec3", gain=0.8))
    assert "// out [primary]" in one.text
    assert one.identity == other.identity


def test_both_entry_points_hold_the_same_body() -> None:
    made = [program(look(gain=0.8), entry=entry) for entry in ("fragment", "compute")]
    bodies = [text.text[text.text.index("    // source") :].splitlines() for text in made]
    assert bodies[0][:-2] == bodies[1][:-2]


def test_a_key_wired_to_two_nodes_is_evaluated_once() -> None:
    depth = looks.load("teal-orange")
    for limit, value in (("near_limit", 0.6), ("far_limit", 0.4)):
        depth = depth.with_value(f"depth.{limit}", value)
    text = main_of(program(depth).text)
    assert text.count("depth_levels(") == 1


def test_a_rotated_clip_is_read_turned() -> None:
    turned = Source(YUV420, ColorTags(1, 1, 1, False), 160, 90, Orientation.ROTATE_90)
    made = program(Look(), turned)
    assert made.size == (90, 160)
    assert "ivec2 s = ivec2(q.y, 89 - q.x);" in made.text


def test_showing_a_mixer_as_a_key_is_refused() -> None:
    with pytest.raises(ProjectError, match="mix: is not a node that makes a key"):
        program(look("mix", "parallel_mixer"), key="mix")


@pytest.mark.parametrize("name", looks.MAIN)
def test_the_shipped_looks_read_as_their_graph(name: str) -> None:
    """Golden: the part of the text a person reads. Refresh with DEPTHGRADE_REFRESH_GOLDEN=1."""
    settled = looks.load(name).with_value("depth.far_limit", 0.4)
    text = main_of(program(settled.with_value("depth.near_limit", 0.6), guided=True).text)
    path = GOLDEN / f"{name}.glsl"
    if os.environ.get("DEPTHGRADE_REFRESH_GOLDEN"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


def test_literals_read_back_as_the_same_float32() -> None:
    assert [number(v) for v in (1.0, 0.1, 3.4e38, -2.5)] == ["1.0", "0.1", "3.4e+38", "-2.5"]
    assert matrix([[1, 2, 3], [4, 5, 6], [7, 8, 9]]).startswith("mat3(1.0, 4.0, 7.0,")


def test_a_file_is_split_into_functions_with_their_comments() -> None:
    one = "// one\nfloat one(float x)\n{\n    return x;\n}\n"
    text = f"// about\n\n{one}\nvec3 two()\n{{\n    {{\n    }}\n}}\n"
    parts = split_functions(text)
    assert list(parts) == ["one", "two"] and parts["one"].startswith("// one\nfloat one")
    assert without_comments(parts["one"]).startswith("float one")
