"""How near the fused chain comes to what the device can do: powers a second by powers a byte.

Two kernels of the same run give the roof: one that only copies a picture and one that only raises
to powers. Under it stand the chains of W12 without keys, 1 to 40 nodes: three powers of each node
and nine of the transforms for each pixel, against the bytes that are read and written.
"""

from collections.abc import Callable
from typing import Any

import w12
from depthgrade.compiler.program import assemble
from measure import QUICK_ROUNDS, Canvas, Row, checked, rounds, table

Progress = Callable[[str, int, int], None]

TITLE = "roofline of W12 without keys, 960x540, CPU-ms a frame"
COUNTS = (1, 4, 12, 20, 40)
POWERS = 48  # of a vec3 in a row in the kernel
ENDS = 9  # powers of the transforms at both ends: two pow, a log2 and an exp2 of a vec3, in halves
READ, WRITTEN = 1.5, 16.0  # bytes of a pixel: Y'CbCr 4:2:0 in 8 bits, RGBA in float32
MOST = 2e-2


def run(*, frames: int | None, quick: bool, progress: Progress) -> dict[str, Any]:
    """The roof and the points under it, by CPU time: it is about rasterisers on a CPU."""
    count = frames or (3 if quick else QUICK_ROUNDS)
    rgb = w12.rgb(w12.planes(), sited=True)
    with Canvas() as canvas:
        works = {
            "copy": canvas.quick_shader(_COPY, target=1),
            "powers": canvas.quick_shader(_powers(POWERS)),
            "no powers": canvas.quick_shader(_powers(0)),
        }
        for step, number in enumerate(COUNTS, 1):
            name = f"{number} nodes"
            works[name] = canvas.program(w12.plan(number, keys=False).programs[0])
            checked(name, canvas.read(), w12.reference(rgb, number, None), MOST)
            progress("roofline", step, len(COUNTS) + 1)
        found = {name: min(spent) for name, spent in rounds(works, count).items()}
    pixels = w12.SIZE[0] * w12.SIZE[1]
    peak = 3 * POWERS * pixels / (found["powers"] - found["no powers"]) / 1e6
    bandwidth = 2 * WRITTEN * pixels / found["copy"] / 1e6
    rows = [
        Row("copy of RGBA in float32, GB/s of a core", found["copy"], bandwidth),
        Row("powers, 10^9 a second of a core", found["powers"], peak),
    ]
    points = []
    for number in COUNTS:
        powers = 3 * number + ENDS
        intensity = powers / (READ + WRITTEN)
        reached = powers * pixels / found[f"{number} nodes"] / 1e6
        roof = min(peak, bandwidth * intensity)
        points.append({"name": str(number), "intensity": intensity, "reached": reached})
        rows.append(
            Row(f"{number} nodes: reached / roof", found[f"{number} nodes"], reached / roof)
        )
    roofline = {"peak": peak, "bandwidth": bandwidth, "points": points}
    return {"tables": [{**table(TITLE, rows), "roofline": roofline}]}


_COPY = """#version 330
uniform sampler2D picture;
out vec4 pixel;
void main() { pixel = texelFetch(picture, ivec2(gl_FragCoord.xy), 0); }
"""


def _powers(count: int) -> str:
    """Powers that are of no use to each other's result, each of what the one before made."""
    lines = ["    vec3 x = vec3(0.4, 0.5, 0.6) + vec3(q.xyx) * 1e-5;"]
    lines += [f"    x = pow(x, vec3({0.97 + 0.001 * step:.3f}));" for step in range(count)]
    return assemble("fragment", [], "", [*lines, "    vec4 result = vec4(x, 1.0);"])


def tables(result: dict[str, Any]) -> list[dict[str, Any]]:
    """What to print."""
    found: list[dict[str, Any]] = result["tables"]
    return found
