"""B4: decode, grade and make Y'CbCr, against FFmpeg with libplacebo running the same maths.

libplacebo runs the chain as a user shader on Mesa's Vulkan rasteriser, so both sides share the
machine, the driver's compiler and the arithmetic. The clip is raw, which leaves the two decoders
next to nothing to differ in.
"""

import tempfile
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import w12
from depthgrade import EngineError
from depthgrade.frames import Frame
from depthgrade.gl.device import headless
from depthgrade.session.engine import Engine
from depthgrade.session.passes import PassRunner
from ffmpeg import binary, frame_cost
from measure import (
    QUICK_ROUNDS,
    Canvas,
    absent,
    checked,
    compared,
    rounds,
    table,
)

Progress = Callable[[str, int, int], None]

TITLE = "B4: planes to graded planes against libplacebo on lavapipe, 960x540, CPU-ms a frame"
NODES = 12
MOST = 2e-3


def run(*, frames: int | None, quick: bool, progress: Progress) -> dict[str, Any]:
    """libplacebo's way over ours."""
    count = frames or (3 if quick else QUICK_ROUNDS)
    where = binary()
    if where is None:
        return {"tables": [table(TITLE, [absent("FFmpeg", "apt-get install ffmpeg")])]}
    planes = w12.planes()
    plan = w12.plan(NODES, keys=False)
    with Canvas() as canvas:
        canvas.program(plan.programs[0])
        exact = w12.reference(w12.rgb(planes, sited=True), NODES, None)
        note = checked("ours", canvas.read(), exact, MOST)
    found: dict[str, list[float]] = {"ours": [], "libplacebo": []}
    with tempfile.TemporaryDirectory() as folder, headless() as device:
        clip, shader = Path(folder) / "clip.yuv", Path(folder) / "chain.hook"
        few, many = (3, 12) if quick else (4, 24)
        clip.write_bytes(b"".join(plane.tobytes() for plane in planes) * many)
        shader.write_text(_hook(), encoding="utf-8")
        engine = Engine(device)
        frame = Frame(planes, w12.FORMAT, w12.TAGS, 0, 0, Fraction(1, 25))
        runner = PassRunner(engine, lambda _: frame, _no_depth, lambda _: (0, 1))
        nodes = w12.look(NODES, keys=False).nodes

        def ours() -> None:
            picture = runner.draw(plan, nodes, frame)
            engine.pack(picture, w12.FORMAT, w12.TAGS, dither=True)

        size = f"{w12.SIZE[0]}x{w12.SIZE[1]}"
        inputs = ["-init_hw_device", "vulkan=vk", "-filter_hw_device", "vk", "-f", "rawvideo"]
        inputs += ["-pix_fmt", "yuv420p", "-s", size, "-colorspace", "bt709", "-i", str(clip)]
        graph = f"hwupload,libplacebo=custom_shader_path={shader},hwdownload,format=yuv420p[out]"
        try:
            for step in range(1, count + 1):
                found["ours"] += rounds({"ours": ours}, 1, repeat=4)["ours"]
                found["libplacebo"].append(frame_cost(where, inputs, graph, few, many))
                progress("B4", step, count)
        except EngineError as problem:
            return {"tables": [table(TITLE, [absent("libplacebo", str(problem))])]}
    return {"tables": [table(TITLE, [compared(found, "libplacebo", "ours", ">= 2", note)])]}


def _no_depth() -> Any:
    raise EngineError("bench: a chain without keys reads no depth")


def _hook() -> str:
    """The chain after R'G'B' as a user shader of mpv's grammar."""
    text = w12.by_hand(NODES, keys=False, sited=True)
    functions = text[text.index("vec3 mirrored") : text.index("float chroma")]
    body = text[text.index("    c = encode") :].replace("    pixel =", "    return")
    head = "//!HOOK MAIN\n//!BIND HOOKED\n//!DESC W12\n"
    return f"{head}{functions}vec4 hook()\n{{\n    vec3 c = HOOKED_tex(HOOKED_pos).rgb;\n{body}"


def tables(result: dict[str, Any]) -> list[dict[str, Any]]:
    """What to print."""
    found: list[dict[str, Any]] = result["tables"]
    return found
