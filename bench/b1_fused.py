"""B1: the chain as the graph compiler writes it, against the same chain written by hand.

Settled every value is a literal; while dragging, all values of one node and of its key are live;
with all live, those of all twelve nodes and keys are.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import w12
from depthgrade.nodes.base import Node
from depthgrade.nodes.registry import parameters
from measure import QUICK_ROUNDS, ROUNDS, Canvas, checked, compared, rounds, table

Progress = Callable[[str, int, int], None]

TITLE = "B1: W12 generated against hand-written, 960x540, CPU-ms a frame"
NODES = 12
MOST = 2e-3  # from float64: float32 powers of a log signal near its break, decoded again
GRABBED = ("n5", "d5")
_STILL = {"enabled", "key_blur", "quality", "preview", "invert", "adjust_levels", "isolate"}
_STILL |= {"key_invert", "style"}


def run(*, frames: int | None, quick: bool, progress: Progress) -> dict[str, Any]:
    """The rows, with and without keys; frames: rounds to measure."""
    count = frames or (QUICK_ROUNDS if quick else ROUNDS)
    planes, depth = w12.planes(), w12.depth()
    tables = []
    with Canvas() as canvas:
        for step, keys in enumerate((True, False), 1):
            exact = w12.reference(w12.rgb(planes, sited=True), NODES, depth if keys else None)
            works, notes = {}, {}
            works["by hand"] = canvas.shader(w12.by_hand(NODES, keys=keys, sited=True))
            notes["by hand"] = checked("by hand", canvas.read(), exact, MOST)
            works["settled"] = canvas.program(w12.plan(NODES, keys=keys).programs[0])
            notes["settled"] = checked("settled", canvas.read(), exact, MOST)
            nodes = w12.look(NODES, keys=keys).nodes
            for name, grabbed in (("dragging", GRABBED), ("all live", tuple(nodes))):
                made = w12.plan(NODES, keys=keys, live=_live(nodes, grabbed)).programs[0]
                works[name] = canvas.program(made, made.values(nodes))
                notes[name] = checked(name, canvas.read(), exact, MOST)
            works["by hand, nearest chroma"] = canvas.shader(
                w12.by_hand(NODES, keys=keys, sited=False)
            )
            found = rounds(works, count)
            rows = [
                compared(found, "settled", "by hand", "<= 1.10", notes["settled"]),
                compared(found, "dragging", "settled", "<= 1.6", notes["dragging"]),
                compared(found, "all live", "settled", "", notes["all live"]),
                compared(found, "settled", "by hand, nearest chroma", "", "another picture"),
            ]
            tables.append(table(f"{TITLE}{'' if keys else ', without keys'}", rows))
            progress("B1", step, 2)
    return {"tables": tables}


def _live(nodes: Mapping[str, Node], grabbed: Sequence[str]) -> frozenset[str]:
    return frozenset(
        f"{name}.{parameter}"
        for name in grabbed
        if name in nodes
        for parameter in parameters(type(nodes[name]))
        if parameter not in _STILL
    )


def tables(result: dict[str, Any]) -> list[dict[str, Any]]:
    """What to print."""
    found: list[dict[str, Any]] = result["tables"]
    return found
