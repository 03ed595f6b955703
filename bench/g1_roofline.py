"""G1: the fused chain against the arithmetic it can't do without, fragment and compute.

The floor is measured in the same run: a kernel that does, for each pixel and node, the powers and
multiply-adds of W12 on values of its own and reads nothing. Its fixed part stands for the colour
conversions at both ends. What the chain takes beyond it is texture reads, and what the compiler
wrote badly. A copy of the planes shows that memory is not the limit.
"""

from collections.abc import Callable
from typing import Any

import moderngl
import numpy as np
import w12
from depthgrade.compiler import Program
from depthgrade.compiler.program import Entry, assemble
from depthgrade.gl.device import headless
from depthgrade.gl.runner import Inputs, Runner
from depthgrade.gl.textures import TextureStore, interpolated
from measure import Row, checked, compared, table
from wall import middle, wall_rounds

Progress = Callable[[str, int, int], None]

TITLE = "G1: W12 against its arithmetic floor, wall ms a frame"
SIZES = {"1080p": (1920, 1080), "4K": (3840, 2160)}
QUICK_SIZES = {"270p": (480, 270)}
COUNTS, QUICK_COUNTS = (0, 10, 20, 40), (0, 10, 20)
ENTRIES: tuple[Entry, ...] = ("compute", "fragment")
NEUTRAL = 8
MOST = 2e-2  # 40 nodes in a row amplify float32 rounding; by 20 it is below 2e-3
CHECKED_ROWS = 64
# Multiply-adds of three channels. A node: slope and offset, the guard and choice around the power,
# luma, saturation, the key's ramp and the mix, counted in the hand-written shader of w12. The ends:
# Y'CbCr with interpolated chroma, two matrices, and the log curve there and back.
NODE_MADS, ENDS_MADS, ENDS_POWERS = 10, 40, 6


def run(*, frames: int | None, quick: bool, progress: Progress) -> dict[str, Any]:
    """A table for each size; frames: rounds to measure."""
    sizes = QUICK_SIZES if quick else SIZES
    counts = QUICK_COUNTS if quick else COUNTS
    tables = []
    for step, (name, size) in enumerate(sizes.items(), 1):
        rows = _rows(name, size, counts, frames=frames, quick=quick)
        tables.append(table(f"{TITLE}, {name} {size[0]}x{size[1]}", rows))
        progress("G1", step, len(sizes))
    return {"tables": tables}


def _rows(
    name: str, size: tuple[int, int], counts: tuple[int, ...], *, frames: int | None, quick: bool
) -> list[Row]:
    planes, depth = w12.planes(size), w12.depth(size)
    rows: list[Row] = []
    with headless() as device, device.current():
        runner, store = Runner(device), TextureStore(device)
        inputs = Inputs(
            store.planes(planes),
            {"better": interpolated(store.fill("depth", depth, linear=True))},
        )

        def drawn(program: Program) -> Callable[[], moderngl.Texture]:
            return lambda: runner.run(program, inputs)

        works: dict[str, Callable[[], moderngl.Texture]] = {}
        notes = {}
        for entry in ENTRIES:
            works[f"{entry} copy"] = drawn(_copy(size, entry))
            for count in counts:
                made = w12.plan(count, keys=True, size=size, entry=entry, cancel=False).programs[0]
                works[f"{entry} N={count}"] = drawn(made)
                notes[f"{entry} N={count}"] = _checked(
                    f"{name} {entry} N={count}", runner.read(runner.run(made, inputs)), count, size
                )
                works[f"{entry} floor {count}"] = drawn(_floor(size, count, entry))
            longer = w12.plan(10, keys=True, neutral=NEUTRAL, size=size, entry=entry).programs[0]
            works[f"{entry} N=10 and {NEUTRAL} neutral"] = drawn(longer)
        found = wall_rounds(works, device.context.finish, quick=quick, count=frames)
        for entry in ENTRIES:
            rows.append(Row(f"{entry} copy of the planes", middle(found, f"{entry} copy")))
            for count in counts:
                goal = "<= 1.5" if count == 20 else ""
                own = f"{entry} N={count}"
                rows.append(compared(found, own, f"{entry} floor {count}", goal, notes[own]))
            rows.append(
                compared(
                    found,
                    f"{entry} N=10 and {NEUTRAL} neutral",
                    f"{entry} N=10",
                    "<= 1.02",
                    "the same text",
                )
            )
        rows.append(
            compared(found, "fragment N=20", "compute N=20", "", "above 1.5 compute is worth it")
        )
    return rows


def _checked(name: str, picture: np.ndarray, count: int, size: tuple[int, int]) -> str:
    """The first rows against float64; the last of them borrows chroma from rows not read."""
    rows = min(CHECKED_ROWS, size[1])
    y, u, v = w12.planes(size)
    top = y[:rows], u[: rows // 2], v[: rows // 2]
    exact = w12.reference(w12.rgb(top, sited=True), count, w12.depth(size)[:rows])
    return checked(name, picture[: rows - 2, :, :3], exact[: rows - 2], MOST)


def _copy(size: tuple[int, int], entry: Entry) -> Program:
    """Reads what the chain reads and writes what it writes."""
    plan = w12.plan(0, keys=False, size=size, entry=entry).programs[0]
    reads = " + ".join(
        f"texelFetch({s.name}, {'q' if s.index == 0 else 'q >> 1'}, 0).r" for s in plan.samplers
    )
    declared = [f"uniform sampler2D {sampler.name};" for sampler in plan.samplers]
    text = assemble(entry, declared, "", [f"    vec4 result = vec4({reads});"])
    return Program(text, entry, size, plan.samplers)


def _floor(size: tuple[int, int], count: int, entry: Entry) -> Program:
    """The powers and multiply-adds of a chain, none of which a compiler can leave out."""
    lines = [
        "    vec3 x = vec3(0.4, 0.5, 0.6) + vec3(q.xyx) * 1e-5;",
        "    vec3 a = vec3(1.0) + vec3(q.yxy) * 1e-7, b = vec3(q.xyy) * 1e-7;",
    ]
    powers = ENDS_POWERS + count
    mads = ENDS_MADS + count * NODE_MADS
    for step in range(powers):
        lines.append(f"    x = pow(x, vec3({0.97 + 0.002 * (step % 30):.3f}));")
        lines += ["    x = x * a + b;"] * (mads * (step + 1) // powers - mads * step // powers)
    lines.append("    vec4 result = vec4(x, 1.0);")
    return Program(assemble(entry, [], "", lines), entry, size)


def tables(result: dict[str, Any]) -> list[dict[str, Any]]:
    """What to print."""
    found: list[dict[str, Any]] = result["tables"]
    return found
