"""B5: twelve keyed nodes against FFmpeg's nearest: twelve times lutrgb and maskedmerge.

FFmpeg's chain is integer, works on the display signal and has no saturation; it is the grading an
FFmpeg user would write, not the same picture. At 16 bits it is measured against its own frames
passed through, so that neither decoding nor start-up counts.
"""

from collections.abc import Callable
from typing import Any

import w12
from ffmpeg import binary, frame_cost
from measure import QUICK_ROUNDS, ROUNDS, Canvas, Row, absent, checked, compared, rounds, table

Progress = Callable[[str, int, int], None]

TITLE = "B5: W12 with keys against 12 lutrgb and maskedmerge, 16 bit, 960x540, CPU-ms a frame"
NODES = 12
MOST = 2e-3


def run(*, frames: int | None, quick: bool, progress: Progress) -> dict[str, Any]:
    """FFmpeg's chain over ours."""
    count = frames or (QUICK_ROUNDS if quick else ROUNDS)
    where = binary()
    if where is None:
        return {"tables": [table(TITLE, [absent("FFmpeg", "apt-get install ffmpeg")])]}
    exact = w12.reference(w12.rgb(w12.planes(), sited=True), NODES, w12.depth())
    found: dict[str, list[float]] = {"ours": [], "FFmpeg": []}
    with Canvas() as canvas:
        draw = canvas.program(w12.plan(NODES, keys=True).programs[0])
        note = checked("ours", canvas.read(), exact, MOST)
        for step in range(1, count + 1):
            found["ours"] += rounds({"ours": draw}, 1, repeat=4)["ours"]
            found["FFmpeg"].append(_ffmpeg(where, quick=quick))
            progress("B5", step, count)
    rows: list[Row] = [
        compared(found, "FFmpeg", "ours", ">= 0.95", "no saturation, display signal, integers"),
        compared(found, "ours", "FFmpeg", "", note),
    ]
    return {"tables": [table(TITLE, rows)]}


def _ffmpeg(where: str, *, quick: bool) -> float:
    size = f"{w12.SIZE[0]}x{w12.SIZE[1]}"
    source = f"testsrc2=size={size}:rate=25,format=gbrp16le"
    mask = f"gradients=size={size}:rate=25:speed=0.00001,format=gbrp16le"
    chain = ["[0:v]null[c0]", "[1:v]split=" + str(NODES) + _labels("m", NODES)]
    for index, node in enumerate(w12.nodes(NODES)):
        curves = ":".join(
            f"{channel}=clip(65535*pow(clip(val/65535*{slope:.6f}{offset:+.6f}\\,0\\,1)"
            f"\\,{power:.6f})\\,0\\,65535)"
            for channel, slope, offset, power in zip(
                "rgb", node.slope, node.offset, node.power, strict=True
            )
        )
        chain.append(f"[c{index}]split[a{index}][b{index}]")
        chain.append(f"[b{index}]lutrgb={curves}[g{index}]")
        chain.append(f"[a{index}][g{index}][m{index}]maskedmerge[c{index + 1}]")
    chain.append(f"[c{NODES}]null[out]")
    plain = ["[0:v]null[out]", "[1:v]nullsink"]
    inputs = ["-f", "lavfi", "-i", source, "-f", "lavfi", "-i", mask]
    few, many = (4, 16) if quick else (6, 36)
    whole = frame_cost(where, inputs, ";".join(chain), few, many)
    return whole - frame_cost(where, inputs, ";".join(plain), few, many)


def _labels(name: str, count: int) -> str:
    return "".join(f"[{name}{index}]" for index in range(count))


def tables(result: dict[str, Any]) -> list[dict[str, Any]]:
    """What to print."""
    found: list[dict[str, Any]] = result["tables"]
    return found
