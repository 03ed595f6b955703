"""Where nodes go: pictures from left to right by what feeds them, keys below what they limit."""

from depthgrade.graph import OUTPUT, SOURCE
from depthgrade.project import Look

COLUMN, ROW = 204.0, 62.0

Places = dict[str, tuple[float, float]]


def positions(look: Look) -> Places:
    """The top left of every node, the source and the output."""
    graph = look.graph
    pictures = [name for name, node in look.nodes.items() if node.ports.rgb_out]
    column: dict[str, int] = {SOURCE: 0}

    def depth(name: str) -> int:
        """How many nodes a picture has passed at most."""
        if name not in column:
            before = [depth(each) for each in graph.rgb_inputs(name)]
            column[name] = 1 + max(before, default=0)
        return column[name]

    placed: Places = {SOURCE: (0.0, 0.0)}
    taken: dict[int, int] = {}
    for name in [*graph.order(), *graph.unused()]:
        if name in pictures:
            at = depth(name)
            row = taken.get(at, 0)
            taken[at] = row + 1
            placed[name] = (at * COLUMN, row * ROW)
    depth(OUTPUT)
    last = max(column.values())
    placed[OUTPUT] = (max(last, column[OUTPUT]) * COLUMN, 0.0)
    for at, count in taken.items():  # branches lie evenly about the line through source and output
        if count > 1:
            for name in [n for n in pictures if column[n] == at]:
                x, y = placed[name]
                placed[name] = (x, y - (count - 1) * ROW / 2)
    return placed | _below(look, placed)


def _below(look: Look, placed: Places) -> Places:
    """Keys: a column before what they limit, under the pictures there; then the next columns."""
    found: Places = {}
    for name in look.nodes:
        if name in placed:
            continue
        ends = [w.end for w in look.wires if w.start == name and w.end in placed]
        x = max(0.0, min((placed[end][0] for end in ends), default=0.0) - COLUMN)
        while (place := (x, _lowest(placed, x) + ROW)) in found.values():
            x += COLUMN
        found[name] = place
    return found


def _lowest(placed: Places, x: float) -> float:
    """Where the last row of a column is."""
    return max((y for at, y in placed.values() if at == x), default=0.0)
