"""Graph edits: serial, parallel and outside structures, renames, removals, what is refused."""

import pytest
from depthgrade import Look, ProjectError, editing, looks
from depthgrade.graph import Wire


def wires(look: Look) -> set[str]:
    return {str(wire) for wire in look.wires}


def graded() -> Look:
    """source -> primary -> output."""
    return editing.insert_serial(Look(), "source")[0]


def test_a_serial_node_takes_over_what_its_picture_went_to() -> None:
    look, name = editing.insert_serial(graded(), "primary")
    assert name == "primary_2"
    assert wires(look) == {
        "source -> primary",
        "primary -> primary_2",
        "primary_2 -> output",
    }


def test_a_serial_node_after_the_source_goes_before_every_branch() -> None:
    look, name = editing.insert_serial(looks.load("studio-light"), "source")
    assert {f"{name} -> shade", f"{name} -> spill", f"source -> {name}"} <= wires(look)


def test_a_parallel_node_grades_the_same_picture_through_a_mixer() -> None:
    look, name = editing.insert_parallel(graded(), "primary")
    assert wires(look) == {
        "source -> primary",
        "primary -> parallel_mixer",
        f"source -> {name}",
        f"{name} -> parallel_mixer",
        "parallel_mixer -> output",
    }


def test_a_third_branch_joins_the_mixer_that_is_there() -> None:
    two, _ = editing.insert_parallel(graded(), "primary")
    three, name = editing.insert_parallel(two, "primary")
    assert f"{name} -> parallel_mixer" in wires(three)
    assert sum("mixer" in each for each in three.nodes) == 1


def test_an_outside_node_has_the_same_key_the_other_way_round() -> None:
    look, name = editing.insert_outside(looks.load("recover-highlights"), "sky")
    assert {"sky -> sky_outside", f"{name} -> calm", f"depth.key -> {name}.key"} <= wires(look)
    assert look.value(f"{name}.key_invert") is True


def test_an_outside_node_needs_a_key() -> None:
    with pytest.raises(ProjectError, match="has no key"):
        editing.insert_outside(graded(), "primary")


def test_removing_a_node_rejoins_the_picture_and_drops_its_keys() -> None:
    look = editing.remove(looks.load("teal-orange"), "teal")
    assert "source -> warm" in wires(look)
    assert "depth.key -> teal.key" not in wires(look)
    assert "teal" not in look.nodes


def test_removing_a_branch_of_a_mixer_does_not_wire_the_source_into_it_twice() -> None:
    one = editing.remove(looks.load("studio-light"), "spill")
    none = editing.remove(one, "shade")
    assert [w for w in none.wires if w.end == "join"] == [Wire("source", "join")]


def test_a_rename_keeps_wires_keys_and_keyframes() -> None:
    look = looks.load("teal-orange").with_keyframe("warm.gain", 3, 1.2)
    look = editing.rename(editing.rename(look, "depth", "key"), "warm", "subject")
    assert {"key.key -> teal.key", "key.key -> subject.key", "teal -> subject"} <= wires(look)
    assert set(look.keyframes) == {"subject.gain"}


@pytest.mark.parametrize("name", ["sky lark", "source", "depth", "9th"])
def test_a_name_that_can_t_be_is_refused(name: str) -> None:
    with pytest.raises(ProjectError):
        editing.rename(looks.load("recover-highlights"), "sky", name)


def test_a_copy_has_the_values_and_the_key_and_no_picture() -> None:
    look, name = editing.duplicate(looks.load("recover-highlights"), "sky")
    assert look.nodes[name] == look.nodes["sky"]
    assert [str(w) for w in look.wires if name in (w.start, w.end)] == [f"depth.key -> {name}.key"]


def test_a_new_wire_takes_the_place_of_the_one_before() -> None:
    look = looks.load("teal-orange")
    moved = editing.connect(look, "source", "warm")
    assert "source -> warm" in wires(moved) and "teal -> warm" not in wires(moved)


def test_a_mixer_takes_one_more_wire_instead() -> None:
    look, _name = editing.insert_parallel(graded(), "primary")
    more = editing.connect(look, "source", "parallel_mixer")
    assert len([w for w in more.wires if w.end == "parallel_mixer"]) == 3


def test_a_circle_is_refused() -> None:
    with pytest.raises(ProjectError, match="circle"):
        editing.connect(looks.load("teal-orange"), "blend", "teal")


def test_the_output_keeps_its_picture() -> None:
    with pytest.raises(ProjectError, match="output"):
        editing.disconnect(Look(), Wire("source", "output"))
