"""Where nodes go: from left to right by what feeds them, and below the picture's line the rest."""

from collections.abc import Iterable
from functools import cache

from depthgrade.graph import OUTPUT, SOURCE, Graph, Ports
from depthgrade.graph.wiring import Port
from depthgrade.project import Look
from depthgrade.ui.theme import NODE_PADDING

INSIDE = 156.0, 36.0  # of a node, within its padding
_LEFT, _TOP, _RIGHT, _BOTTOM = NODE_PADDING
SIZE = _LEFT + INSIDE[0] + _RIGHT, _TOP + INSIDE[1] + _BOTTOM
COLUMN, ROW = SIZE[0] + 30.0, SIZE[1] + 20.0  # room for wires between: see `routes`

Point = tuple[float, float]
Places = dict[str, Point]


def positions(look: Look) -> Places:
    """The top left of every node, the source and the output."""
    graph = look.graph
    line = _line(graph)
    columns: dict[int, list[str]] = {}
    for name, at in _columns(look, line).items():
        columns.setdefault(at, []).append(name)
    found: Places = {}
    for at, names in columns.items():
        pictures = sum(name in line for name in names)
        names.sort(key=lambda name: name not in line)  # what is not of the line goes below it
        for row, name in enumerate(names):
            # branches lie evenly about the line through source and output
            found[name] = at * COLUMN, (row - max(pictures - 1, 0) / 2) * ROW
    return found


def beside(places: Places, place: Point) -> Point:
    """A place, or the nearest free one below it."""
    x, y = place
    while any(abs(x - left) < COLUMN and abs(y - top) < ROW for left, top in places.values()):
        y += ROW
    return x, y


def has_pin(ports: Ports, port: Port, *, out: bool) -> bool:
    """Whether a node has a pin."""
    if port == "rgb":
        return ports.rgb_out if out else ports.rgb_in != 0
    return ports.key_out if out else ports.key_in


def pin(place: Point, ports: Ports, port: Port, *, out: bool) -> Point:
    """Where a node's pin is; place: the node's top left."""
    both = has_pin(ports, "rgb", out=out) and has_pin(ports, "key", out=out)
    aside = 0.0 if not both else -8.0 if port == "rgb" else 9.0
    return place[0] + (SIZE[0] if out else 0.0), place[1] + _TOP + INSIDE[1] / 2 + aside


def _line(graph: Graph) -> set[str]:
    """What the output's picture passes: keys and what only serves them lie beside it."""
    line, ahead = {SOURCE, OUTPUT}, [OUTPUT]
    while ahead:
        new = set(graph.rgb_inputs(ahead.pop())) - line
        line |= new
        ahead += new
    return line


def _columns(look: Look, line: Iterable[str]) -> dict[str, int]:
    """The column of every node, right of all that it reads.

    The line's nodes are as far left as that allows, the others just before the first they feed.
    """
    graph = look.graph
    ends: dict[str, list[str]] = {}
    for wire in look.wires:
        ends.setdefault(wire.start, []).append(wire.end)

    @cache
    def first(name: str) -> int:
        before = (*graph.rgb_inputs(name), *graph.key_inputs(name))
        return max((first(each) + 1 for each in before), default=0)

    @cache
    def column(name: str) -> int:
        if name in line or name not in ends:
            return first(name)
        return min(column(each) for each in ends[name]) - 1

    names = (SOURCE, *graph.order(), *graph.unused(), OUTPUT)
    return {name: column(name) for name in names}
