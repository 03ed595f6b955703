"""B2: the chain against OpenColorIO, on the CPU by default and lossless, and as its shader text.

One OpenColorIO transform does what the shader does after Y'CbCr: mirrored gamma, matrix, DaVinci
Intermediate, twelve CDLs without clamps, and back.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import w12
from measure import QUICK_ROUNDS, ROUNDS, Canvas, checked, compared, error_of, rounds, stated, table

Progress = Callable[[str, int, int], None]

TITLE = "B2: W12 without keys against OpenColorIO, 960x540, CPU-ms a frame"
NODES = 12
MOST = 2e-3


def run(*, frames: int | None, quick: bool, progress: Progress) -> dict[str, Any]:
    """OpenColorIO's ways over ours."""
    import PyOpenColorIO as ocio  # noqa: N813, PLC0415

    count = frames or (QUICK_ROUNDS if quick else ROUNDS)
    rgb = w12.rgb(w12.planes(), sited=True)
    exact = w12.reference(rgb, NODES, None)
    pixels = np.ascontiguousarray(rgb, np.float32)
    processor = _processor(ocio)
    works: dict[str, Callable[[], object]] = {}
    notes = {}
    with Canvas() as canvas:
        works["ours"] = canvas.program(w12.plan(NODES, keys=False).programs[0])
        notes["ours"] = checked("ours", canvas.read(), exact, MOST)
        for name, flags in (
            ("OCIO CPU default", ocio.OPTIMIZATION_DEFAULT),
            ("OCIO CPU lossless", ocio.OPTIMIZATION_LOSSLESS),
        ):
            cpu = processor.getOptimizedCPUProcessor(flags)
            answer = pixels.copy()
            cpu.applyRGB(answer)
            notes[name] = stated(error_of(answer, exact))
            works[name] = _on_cpu(cpu, pixels)
        works["OCIO GPU text"] = canvas.shader(shader_text(ocio))
        notes["OCIO GPU text"] = checked("OCIO GPU text", canvas.read(), exact, MOST)
        found = rounds(works, count, repeat=1)
        progress("B2", 1, 1)
    rows = [
        compared(found, "OCIO CPU default", "ours", ">= 1.6", notes["OCIO CPU default"]),
        compared(found, "OCIO CPU lossless", "ours", ">= 3.8", notes["OCIO CPU lossless"]),
        compared(found, "OCIO GPU text", "ours", ">= 0.95", notes["OCIO GPU text"]),
        compared(found, "ours", "OCIO CPU default", "", notes["ours"]),
    ]
    return {"tables": [table(TITLE, rows)]}


def _on_cpu(cpu: Any, pixels: Any) -> Callable[[], object]:
    def work() -> None:
        cpu.applyRGB(pixels.copy())

    return work


def _chain(ocio: Any) -> Any:
    matrix = np.eye(4)
    matrix[:3, :3] = w12.to_dwg()
    forward = [
        ocio.ExponentTransform([2.4, 2.4, 2.4, 1.0], ocio.NEGATIVE_MIRROR),
        ocio.MatrixTransform(matrix.reshape(-1).tolist()),
        _intermediate(ocio, ocio.TRANSFORM_DIR_FORWARD),
    ]
    nodes = [
        ocio.CDLTransform(
            slope=node.slope, offset=node.offset, power=node.power, sat=node.saturation
        )
        for node in w12.nodes(NODES)
    ]
    for node in nodes:
        node.setStyle(ocio.CDL_NO_CLAMP)
    back = [
        _intermediate(ocio, ocio.TRANSFORM_DIR_INVERSE),
        ocio.MatrixTransform(np.linalg.inv(matrix).reshape(-1).tolist()),
        ocio.ExponentTransform(
            [2.4, 2.4, 2.4, 1.0], ocio.NEGATIVE_MIRROR, ocio.TRANSFORM_DIR_INVERSE
        ),
    ]
    return ocio.GroupTransform([*forward, *nodes, *back])


def _intermediate(ocio: Any, direction: Any) -> Any:
    return ocio.LogCameraTransform(
        base=2.0,
        logSideSlope=[w12.DI_C] * 3,
        logSideOffset=[w12.DI_B * w12.DI_C] * 3,
        linSideSlope=[1.0] * 3,
        linSideOffset=[w12.DI_A] * 3,
        linSideBreak=[w12.DI_LIN_CUT] * 3,
        linearSlope=[w12.DI_M] * 3,
        direction=direction,
    )


def _processor(ocio: Any) -> Any:
    return ocio.Config.CreateRaw().getProcessor(_chain(ocio))


def shader_text(ocio: Any) -> str:
    """OpenColorIO's shader text behind our reading of the planes."""
    description = ocio.GpuShaderDesc.CreateShaderDesc(
        language=ocio.GPU_LANGUAGE_GLSL_4_0, functionName="chain"
    )
    _processor(ocio).getDefaultGPUProcessor().extractGpuShaderInfo(description)
    head, _, rest = w12.by_hand(0, keys=False, sited=True).partition("void main()")
    body = rest[: rest.index("    c = encode")]
    call = "    pixel = vec4(chain(vec4(c, 1.0)).rgb, 1.0);\n}\n"
    return f"{head}{description.getShaderText()}\nvoid main(){body}{call}"


def tables(result: dict[str, Any]) -> list[dict[str, Any]]:
    """What to print."""
    found: list[dict[str, Any]] = result["tables"]
    return found
