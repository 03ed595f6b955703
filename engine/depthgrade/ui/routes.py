"""The ways of the wires: past every node between their ends, never underneath one.

Where columns of nodes lie between, a wire crosses each of them on a level lane that is free there:
on its own height as long as it can, else on the nearest. From lane to lane it turns in the gap
between two columns. Wires of one pin share lanes, those of others keep apart.
"""

from collections.abc import Iterator, Mapping

from depthgrade.graph import Wire
from depthgrade.ui.layout_graph import SIZE, Places, Point

_BESIDE = 4.0  # of a column: where a lane across it begins and ends
_CLEAR = 5.0  # between a lane and a node
_APART = 5.0  # between two lanes

Spans = list[tuple[float, float]]


def routes(places: Places, ends: Mapping[Wire, tuple[Point, Point]]) -> dict[Wire, list[Point]]:
    """The points every wire passes, its two pins (ends) among them.

    places: the top left of every node. A curve that is level at all points, and does not leave the
    width between two of them, touches no node of a graph laid out in columns.
    """
    lanes: list[tuple[float, float, float, tuple[str, str]]] = []
    found: dict[Wire, list[Point]] = {}
    for wire in sorted(ends, key=lambda wire: ends[wire][1][0] - ends[wire][0][0]):
        pin = wire.start, wire.port
        (x, y), (end_x, end_y) = ends[wire]
        way = [(x, y)]
        for left, right, nodes in _columns(places, x, end_x):
            others = [
                (lane - _APART, lane + _APART)
                for start, stop, lane, of in lanes
                if of != pin and start < right and stop > left
            ]
            y = _lane(nodes + others, y, end_y)
            lanes.append((left, right, y, pin))
            way += (max(left, x), y), (min(right, end_x), y)
        way.append((end_x, end_y))
        found[wire] = (
            way[:1]
            + [
                here
                for before, here, after in zip(way, way[1:], way[2:], strict=False)
                if not before[1] == here[1] == after[1]
            ]
            + way[-1:]
        )
    return found


def _columns(places: Places, start: float, stop: float) -> Iterator[tuple[float, float, Spans]]:
    """From left to right, what stands between two pins: left, right and the heights it takes."""
    between = sorted(at for at in places.values() if start - SIZE[0] + 1 < at[0] < stop - 1)
    while between:
        left = right = between[0][0]
        spans: Spans = []
        while between and between[0][0] <= right:
            right, top = between.pop(0)
            right += SIZE[0]
            spans.append((top - _CLEAR, top + SIZE[1] + _CLEAR))
        yield left - _BESIDE, right + _BESIDE, spans


def _lane(spans: Spans, y: float, end: float) -> float:
    """The nearest free height, rather towards the end of the way."""
    free = (
        each
        for each in (y, *(edge for span in spans for edge in span))
        if not any(low < each < high for low, high in spans)
    )
    return min(free, key=lambda each: abs(each - y) + 0.5 * abs(each - end))
