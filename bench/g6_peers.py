"""G6: the chain beside the same maths by others on the same GPU.

OpenColorIO's shader text runs in our context, so only the text differs. libplacebo runs the chain
as a user shader on Vulkan in FFmpeg: its time is the difference of two lengths of a raw clip, so it
holds the transfers up and down, and ours beside it holds them too.
"""

import tempfile
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import b2_ocio
import b4_libplacebo
import w12
from depthgrade import EngineError
from depthgrade.frames import Frame
from depthgrade.gl.device import headless
from depthgrade.session.engine import Engine
from depthgrade.session.passes import PassRunner
from ffmpeg import binary, spent
from measure import Canvas, Row, absent, checked, compared, table
from wall import wall_rounds

Progress = Callable[[str, int, int], None]

TITLE = "G6: W12 without keys beside others, wall ms a frame"
SIZE, QUICK_SIZE = (3840, 2160), (320, 180)
NODES = 12
MOST = 2e-3
FEW, MANY, QUICK_MANY = 4, 40, 12


def run(*, frames: int | None, quick: bool, progress: Progress) -> dict[str, Any]:
    """OpenColorIO's text and libplacebo over ours; frames: rounds to measure."""
    rows = [_ocio(frames, quick=quick)]
    progress("G6", 1, 2)
    try:
        rows.append(_libplacebo(quick=quick))
    except EngineError as problem:
        rows.append(absent("libplacebo on Vulkan", str(problem)))
    progress("G6", 2, 2)
    return {"tables": [table(f"{TITLE}, {'x'.join(map(str, _size(quick)))}", rows)]}


def _size(quick: bool) -> tuple[int, int]:
    return QUICK_SIZE if quick else SIZE


def _ocio(frames: int | None, *, quick: bool) -> Row:
    """The text of OpenColorIO over ours, both as fragment shaders and checked at 540p first."""
    import PyOpenColorIO as ocio  # noqa: N813, PLC0415

    text = b2_ocio.shader_text(ocio)
    exact = w12.reference(w12.rgb(w12.planes(), sited=True), NODES, None)
    with Canvas() as canvas:
        canvas.shader(text)
        note = checked("OCIO GPU text", canvas.read(), exact, MOST)
        canvas.program(w12.plan(NODES, keys=False).programs[0])
        checked("ours", canvas.read(), exact, MOST)
    with Canvas(_size(quick)) as canvas:
        works = {
            "OCIO GPU text": canvas.shader(text),
            "ours": canvas.program(w12.plan(NODES, keys=False, size=_size(quick)).programs[0]),
        }
        found = wall_rounds(works, canvas.device.context.finish, quick=quick, count=frames)
    return compared(found, "OCIO GPU text", "ours", ">= 0.95", note)


def _libplacebo(*, quick: bool) -> Row:
    where = binary()
    if where is None:
        return absent("libplacebo on Vulkan", "FFmpeg is not installed")
    size, many = _size(quick), QUICK_MANY if quick else MANY
    planes = w12.planes(size)
    found: dict[str, list[float]] = {"ours": [], "libplacebo": []}
    with tempfile.TemporaryDirectory() as folder, headless() as device:
        clip, shader = Path(folder) / "clip.yuv", Path(folder) / "chain.hook"
        clip.write_bytes(b"".join(plane.tobytes() for plane in planes) * many)
        shader.write_text(b4_libplacebo.hook(), encoding="utf-8")
        engine = Engine(device)
        frame = Frame(planes, w12.FORMAT, w12.TAGS, 0, 0, Fraction(1, 25))
        runner = PassRunner(engine, lambda _: frame, b4_libplacebo.no_depth, lambda _: (0, 1))
        nodes = w12.look(NODES, keys=False).nodes
        plan = w12.plan(NODES, keys=False, size=size)
        inputs, graph = b4_libplacebo.command(clip, shader, size)

        def ours() -> None:
            engine.pack(runner.draw(plan, nodes, frame), w12.FORMAT, w12.TAGS, dither=True)

        ours()
        for _ in range(3):
            began = perf_counter()
            for _ in range(many - FEW):
                ours()
            found["ours"].append(1000 * (perf_counter() - began) / (many - FEW))
            long = spent(where, inputs, graph, many, perf_counter)
            short = spent(where, inputs, graph, FEW, perf_counter)
            found["libplacebo"].append(1000 * (long - short) / (many - FEW))
    note = f"ours {median(found['ours']):.2f} ms; both with upload and read-back"
    return compared(found, "libplacebo", "ours", "", note)


def tables(result: dict[str, Any]) -> list[dict[str, Any]]:
    """What to print."""
    found: list[dict[str, Any]] = result["tables"]
    return found
