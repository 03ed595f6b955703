"""B6: the chain in one pass against a pass for each node, its growth, and nodes at neutral.

Both sides have their values as literals and get the powers the device runs best, so that only the
pictures between the passes tell them apart.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import w12
from depthgrade.compiler.text import number, vector
from measure import (
    QUICK_ROUNDS,
    ROUNDS,
    Canvas,
    Row,
    checked,
    compared,
    rounds,
    table,
)

Progress = Callable[[str, int, int], None]

TITLE = "B6: fused against a pass for each node, 960x540, CPU-ms a frame"
COUNTS, QUICK_COUNTS = (1, 4, 12, 20, 40), (4, 12, 20)
NEUTRAL = 8
MOST = 2e-2  # 40 nodes in a row amplify float32 rounding; by 12 it is below 2e-3


def run(*, frames: int | None, quick: bool, progress: Progress) -> dict[str, Any]:
    """Passes over fused for several lengths of chain, slope and neutral nodes."""
    repeats = frames or (3 if quick else QUICK_ROUNDS)
    counts = QUICK_COUNTS if quick else COUNTS
    rgb = w12.rgb(w12.planes(), sited=True)
    rows: list[Row] = []
    cost: dict[int, float] = {}
    with Canvas() as canvas:
        for step, count in enumerate(counts, 1):
            fused = canvas.program(w12.plan(count, keys=False).programs[0])
            exact = w12.reference(rgb, count, None)
            checked(f"fused, {count} nodes", canvas.read(), exact, MOST)
            passes = _passes(canvas, count)
            passes()
            note = checked(f"passes, {count} nodes", canvas.read(_target(count)), exact, MOST)
            found = rounds({"passes": passes, "fused": fused}, repeats)
            goal = ">= 2.2" if count == 12 else ""
            made = compared(found, "passes", "fused", goal, note)
            cost[count] = float(np.median(found["fused"]))
            rows.append(
                Row(
                    f"{count} nodes: passes / fused",
                    cost[count],
                    made.ratio,
                    made.low,
                    made.high,
                    made.goal,
                    made.note,
                )
            )
            progress("B6", step, len(counts) + 1)
        neutral = canvas.program(w12.plan(12, keys=False, neutral=NEUTRAL).programs[0])
        plain = canvas.program(w12.plan(12, keys=False).programs[0])
        found = rounds({"12 nodes and 8 neutral": neutral, "12 nodes": plain}, max(ROUNDS, repeats))
        rows.append(compared(found, "12 nodes and 8 neutral", "12 nodes", "<= 1.02"))
    rows.append(_linearity(cost))
    return {"tables": [table(TITLE, rows)]}


def _linearity(cost: dict[int, float]) -> Row:
    """The slope of the second half of the chain over that of the first: 1 is linear."""
    counts = sorted(cost)
    low, middle, high = counts[0], counts[len(counts) // 2], counts[-1]
    first = (cost[middle] - cost[low]) / (middle - low)
    second = (cost[high] - cost[middle]) / (high - middle)
    note = f"{first:.2f} ms a node from {low} to {middle}, {second:.2f} from there to {high}"
    return Row("slope of the second half / the first", None, second / first, note=note)


def _target(count: int) -> int:
    """Which of the two pictures the last of count + 2 passes draws into."""
    return (count + 1) % 2


def _passes(canvas: Canvas, count: int) -> Callable[[], None]:
    """The same chain with every step a pass of its own: in, each node, out."""
    head, _, _ = w12.by_hand(0, keys=False, sited=True).partition("void main()")
    whole = w12.by_hand(0, keys=False, sited=True)
    reads = whole[whole.index("void main()") : whole.index("    pixel =")]
    final = whole[whole.index("    pixel =") :]
    into = canvas.quick_shader(f"{head}{reads}    pixel = vec4(c, 1.0);\n}}\n", target=0)
    read = "    vec3 c = texelFetch(picture, ivec2(gl_FragCoord.xy), 0).rgb;\n"
    head = f"{head}uniform sampler2D picture;\n"
    draws = [into]
    for index, node in enumerate(w12.nodes(count), 1):
        call = (
            f"cdl(c, {vector(node.slope)}, {vector(node.offset)}, {vector(node.power)},"
            f" {number(node.saturation)})"
        )
        text = f"{head}void main()\n{{\n{read}    pixel = vec4({call}, 1.0);\n}}\n"
        draws.append(canvas.quick_shader(text, target=index % 2))
    draws.append(
        canvas.quick_shader(f"{head}void main()\n{{\n{read}{final}", target=_target(count))
    )

    def draw() -> None:
        for each in draws:
            each()

    return draw


def tables(result: dict[str, Any]) -> list[dict[str, Any]]:
    """What to print."""
    found: list[dict[str, Any]] = result["tables"]
    return found
