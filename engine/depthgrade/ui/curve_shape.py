"""The line a curve editor draws: the same spline the node folds for its shader."""

from depthgrade.nodes.spline import through

Points = tuple[tuple[float, float], ...]


def sampled(points: Points, count: int) -> list[tuple[float, float]]:
    """The curve at evenly spaced x from 0 to 1."""
    (knot, value, first, last), *pieces = through(points).pieces()
    places = [index / (count - 1) for index in range(count)]
    line: list[tuple[float, float]] = []
    for x in places:
        y, at = value, knot
        if x <= knot:
            line.append((x, value + (x - knot) * first))
            continue
        for start, width, slope, bend in pieces:
            step = min(x - start, width)
            if step <= 0:
                break
            y, at = y + (slope + bend * step) * step, start + step
        line.append((x, y + (x - at) * last))
    return line
