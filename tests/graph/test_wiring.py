"""Wires: their text, what makes a graph invalid, and the order and branch point that follow."""

import pytest
from depthgrade.errors import ProjectError
from depthgrade.graph import Graph, Ports, Wire, parse_wires

COLOR, KEY, MIXER = Ports(), Ports(0, False, False, True), Ports(None, False)


def graph(nodes: dict[str, Ports], *lines: str) -> Graph:
    return Graph(nodes, parse_wires(lines))


def test_a_chain_is_several_wires() -> None:
    assert parse_wires(["source -> sky -> output"]) == (
        Wire("source", "sky"),
        Wire("sky", "output"),
    )


def test_a_key_wire_names_its_ports_and_writes_itself_back() -> None:
    (wire,) = parse_wires(["depth.key -> sky.key"])
    assert (wire.port, str(wire)) == ("key", "depth.key -> sky.key")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("source", "no"),
        ("depth.key -> sky", "joins a key to a picture"),
        ("source -> 1sky", '"1sky" is no node'),
        ("source -> sky.mask", '"sky.mask" is no node'),
    ],
)
def test_a_line_of_another_form_is_refused(line: str, words: str) -> None:
    with pytest.raises(ProjectError, match=words):
        parse_wires([line])


def test_nodes_run_after_what_they_read() -> None:
    made = graph(
        {"b": COLOR, "depth": KEY, "a": COLOR},
        "source -> a -> b -> output",
        "depth.key -> b.key",
    )
    order = made.order()
    assert order.index("a") < order.index("b") and order.index("depth") < order.index("b")


def test_a_circle_is_named() -> None:
    with pytest.raises(ProjectError, match="a -> b -> a"):
        graph({"a": COLOR, "b": COLOR}, "a -> b -> a", "source -> output")


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (["source -> skyy", "source -> output"], 'did you mean "sky"'),
        (["source -> output", "source -> sky -> output"], "output: has 2 picture wires"),
        (["source -> sky"], "output: no picture"),
        (["sky -> output"], "sky: no picture"),
        (["source -> depth", "source -> output"], "depth has no picture input"),
        (["source -> sky -> output", "sky.key -> sky.key"], "sky has no key output"),
        (["source -> sky -> output", "depth.key -> sky.key", "depth.key -> sky.key"], "2 key"),
    ],
)
def test_wiring_that_can_not_be_drawn_is_refused(lines: list[str], words: str) -> None:
    with pytest.raises(ProjectError, match=words):
        graph({"sky": COLOR, "depth": KEY}, *lines)


def test_a_node_may_not_be_called_output() -> None:
    with pytest.raises(ProjectError, match="reserved"):
        graph({"output": COLOR}, "source -> output")


def test_a_mixer_grades_the_last_picture_its_branches_share() -> None:
    nodes = {"base": COLOR, "a1": COLOR, "a2": COLOR, "b": COLOR, "mix": MIXER}
    made = graph(nodes, "source -> base -> a1 -> a2 -> mix", "base -> b -> mix", "mix -> output")
    assert made.branch_point("mix") == "base"


def test_branches_with_nothing_else_in_common_share_the_source() -> None:
    made = graph({"a": COLOR, "mix": MIXER}, "source -> a -> mix", "source -> mix -> output")
    assert made.branch_point("mix") == "source"


def test_nodes_beside_the_way_to_the_output_are_unused() -> None:
    made = graph({"a": COLOR, "b": COLOR}, "source -> a -> output", "source -> b")
    assert (made.order(), made.unused()) == (("a",), ("b",))
