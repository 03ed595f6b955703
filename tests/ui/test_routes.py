"""Where the graph's wires run: past the nodes."""

from itertools import cycle, pairwise
from time import process_time

import numpy as np
import pytest
from depthgrade import editing, looks
from depthgrade.graph import MOST_NODES, OUTPUT, SOURCE, Ports, Wire
from depthgrade.project import Look
from depthgrade.ui.layout_graph import SIZE, Places, Point, pin, positions
from depthgrade.ui.routes import routes
from numpy.typing import NDArray


def ways(look: Look, places: Places) -> dict[Wire, list[Point]]:
    ports = {SOURCE: Ports(0, False, True, False), OUTPUT: Ports(1, False, False, False)}
    ports |= {name: node.ports for name, node in look.nodes.items()}
    return routes(
        places,
        {
            wire: (
                pin(places[wire.start], ports[wire.start], wire.port, out=True),
                pin(places[wire.end], ports[wire.end], wire.port, out=False),
            )
            for wire in look.wires
        },
    )


def curve(way: list[Point]) -> NDArray[np.float64]:
    """Points (n, 2) of the cubic curves the node editor draws from point to point of a way.

    Their ends are level, with handles of 60 (theme.py), eased where the points are near.
    """
    found = []
    t = np.linspace(0, 1, 64)[:, None]
    for start, end in pairwise(np.array(way)):
        half = np.linalg.norm(end - start) / 2
        reach = 60 * np.sin(np.pi / 2 * min(half / 60, 1))
        handle = np.array([reach, 0])
        parts = (start, 3 * (start + handle), 3 * (end - handle), end)
        found.append(sum((1 - t) ** (3 - n) * t**n * parts[n] for n in range(4)))
    return np.concatenate(found)


def covered(look: Look, places: Places, found: dict[Wire, list[Point]]) -> list[str]:
    """The wires that run underneath a node, with it."""
    return [
        f"{wire} under {name}"
        for wire, way in found.items()
        for name, place in places.items()
        # half a pixel inside, since pins lie on a node's edge
        if np.any(
            np.all(np.abs(curve(way) - place - np.divide(SIZE, 2)) < np.array(SIZE) / 2 - 0.5, 1)
        )
    ]


def serial_and_parallel(count: int) -> Look:
    """Branches of one and two nodes joined by a parallel mixer, then by a layer mixer, and so on;
    one key limits every first branch, another every second and the nodes before all of them.
    """
    look = looks.load("recover-highlights")
    look, frame = editing.add(look, "window")
    mixers = cycle(("parallel_mixer", "layer_mixer"))
    while len(look.nodes) < count:
        look, first = editing.insert_serial(look, look.graph.rgb_inputs(OUTPUT)[0])
        look, second = editing.insert_parallel(look, first, mixer=next(mixers))
        look, _ = editing.insert_serial(look, second)
        look = editing.connect(editing.connect(look, frame, first, "key"), "depth", second, "key")
    return look


GRAPHS = {name: looks.load(name) for name in looks.names()}
GRAPHS |= {f"{count} nodes": serial_and_parallel(count) for count in (12, 20)}


@pytest.mark.parametrize("name", GRAPHS)
def test_no_wire_runs_underneath_a_node(name: str) -> None:
    look = GRAPHS[name]
    places = positions(look)
    assert covered(look, places, ways(look, places)) == []


@pytest.mark.parametrize("name", GRAPHS)
def test_wires_of_different_pins_share_no_lane(name: str) -> None:
    look = GRAPHS[name]
    levels = [
        (wire, start[0], end[0], start[1])
        for wire, way in ways(look, positions(look)).items()
        for start, end in pairwise(way)
        if start[1] == end[1] and end[0] - start[0] > SIZE[0]
    ]
    for wire, left, right, y in levels:
        for other, start, stop, at in levels:
            if (wire.start, wire.port) != (other.start, other.port):
                assert abs(y - at) >= 5 or right <= start or stop <= left, (wire, other)


def test_a_straight_wire_would_run_underneath() -> None:
    """What is tested above can fail."""
    look = looks.load("teal-orange")
    places = positions(look)
    straight = {wire: [way[0], way[-1]] for wire, way in ways(look, places).items()}
    assert covered(look, places, straight) == ["depth.key -> warm.key under teal"]


def test_a_node_moved_into_the_way_is_led_past() -> None:
    look = looks.load("teal-orange")
    places = positions(look)
    key = Wire("depth", "warm", "key")
    before = ways(look, places)[key]
    places["blend"] = places["teal"][0], places["depth"][1]
    after = ways(look, places)[key]
    assert before != after
    assert covered(look, places, {key: after}) == []


def test_the_largest_graph_is_routed_while_a_node_is_dragged() -> None:
    look = serial_and_parallel(MOST_NODES - 4)
    places = positions(look)
    began = process_time()
    ways(look, places)
    assert process_time() - began < 1.0  # measured 0.1; comparing every lane with every other, 4.1


def test_every_wire_goes_from_left_to_right() -> None:
    for look in GRAPHS.values():
        places = positions(look)
        for wire in look.wires:
            assert places[wire.start][0] < places[wire.end][0], wire
