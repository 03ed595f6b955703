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
_PART = SIZE[0]  # of the width: only lanes of the same part are compared

Spans = list[tuple[float, float]]
_Lane = tuple[float, float, float, tuple[str, str]]  # left, right, height and the pin it comes from


def routes(places: Places, ends: Mapping[Wire, tuple[Point, Point]]) -> dict[Wire, list[Point]]:
    """The points every wire passes, its two pins (ends) among them.

    places: the top left of every node. A curve that is level at all points, and does not leave the
    width between two of them, touches no node of a graph laid out in columns.
    """
    lanes: dict[int, dict[_Lane, None]] = {}  # by the part of the width; sets in order
    found: dict[Wire, list[Point]] = {}
    for wire in sorted(ends, key=lambda wire: ends[wire][1][0] - ends[wire][0][0]):
        pin = wire.start, wire.port
        (x, y), (end_x, end_y) = ends[wire]
        way = [(x, y)]
        for left, right, nodes in _columns(places, x, end_x):
            parts = range(int(left // _PART), int(right // _PART) + 1)
            others = [
                (lane - _APART, lane + _APART)
                for part in parts
                for start, stop, lane, of in lanes.get(part, ())
                if of != pin and start < right and stop > left
            ]
            y = _lane(nodes + others, y, end_y)
            for part in parts:
                lanes.setdefault(part, {})[left, right, y, pin] = None
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
    taken: Spans = []
    for low, high in sorted(spans):
        if taken and low < taken[-1][1]:
            taken[-1] = taken[-1][0], max(high, taken[-1][1])
        else:
            taken.append((low, high))
    free = [edge for span in taken for edge in span]
    if not any(low < y < high for low, high in taken):
        free.append(y)
    return min(free, key=lambda each: abs(each - y) + 0.5 * abs(each - end))
