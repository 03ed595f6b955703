"""B3: the chain against numpy in float32 and against colour-science."""

from collections.abc import Callable
from typing import Any

import numpy as np
import w12
from measure import (
    QUICK_ROUNDS,
    Canvas,
    Row,
    absent,
    checked,
    compared,
    error_of,
    rounds,
    stated,
    table,
)
from numpy.typing import NDArray

Progress = Callable[[str, int, int], None]
Picture = NDArray[Any]

TITLE = "B3: W12 without keys against numpy and colour-science, 960x540, CPU-ms a frame"
NODES = 12
MOST = 2e-3


def run(*, frames: int | None, quick: bool, progress: Progress) -> dict[str, Any]:
    """The Python ways over ours, from R'G'B' on."""
    count = frames or (3 if quick else QUICK_ROUNDS)
    rgb = w12.rgb(w12.planes(), sited=True)
    exact = w12.reference(rgb, NODES, None)
    single = rgb.astype(np.float32)
    rows: list[Row] = []
    with Canvas() as canvas:
        works: dict[str, Callable[[], object]] = {}
        works["ours"] = canvas.program(w12.plan(NODES, keys=False).programs[0])
        checked("ours", canvas.read(), exact, MOST)
        works["numpy float32"] = lambda: _numpy(single)
        notes = {"numpy float32": checked("numpy", _numpy(single), exact, MOST)}
        science = _science()
        if science is not None:
            chain = science
            works["colour-science"] = lambda: chain(rgb)
            notes["colour-science"] = stated(error_of(chain(rgb), exact))
        found = rounds(works, count, repeat=1)
        progress("B3", 1, 1)
    rows.append(compared(found, "numpy float32", "ours", ">= 5", notes["numpy float32"]))
    if science is None:
        rows.append(absent("colour-science", "pip install colour-science"))
    else:
        rows.append(compared(found, "colour-science", "ours", ">= 9", notes["colour-science"]))
    return {"tables": [table(TITLE, rows)]}


def _numpy(rgb: Picture) -> Picture:
    """The chain as one writes it in numpy, all in float32."""
    into = w12.to_dwg().astype(np.float32)
    light = np.sign(rgb) * np.abs(rgb) ** np.float32(2.4) @ into.T
    curve = (np.log2(np.maximum(light, 0) + np.float32(w12.DI_A)) + w12.DI_B) * w12.DI_C
    x: Picture = np.where(light > w12.DI_LIN_CUT, curve, light * w12.DI_M).astype(np.float32)
    for node in w12.nodes(NODES):
        slope, offset, power = (
            np.array(each, np.float32) for each in (node.slope, node.offset, node.power)
        )
        y = x * slope + offset
        y = np.where(y > 0, np.maximum(y, np.float32(1e-30)) ** power, y)
        luma = (y @ w12.LUMA.astype(np.float32))[..., None]
        x = luma + (y - luma) * np.float32(node.saturation)
    curve = np.exp2(x / np.float32(w12.DI_C) - np.float32(w12.DI_B)) - np.float32(w12.DI_A)
    shown = np.where(x > w12.DI_LOG_CUT, curve, x / np.float32(w12.DI_M))
    shown = shown @ np.linalg.inv(into).T
    return np.asarray(np.sign(shown) * np.abs(shown) ** np.float32(1 / 2.4))


def _science() -> Callable[[Picture], Picture] | None:
    """The chain in colour-science's own functions, or None where it is not installed."""
    import warnings  # noqa: PLC0415

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            import colour  # noqa: PLC0415
        except ImportError:
            return None
    into = w12.to_dwg()
    out = np.linalg.inv(into)

    def chain(rgb: Picture) -> Picture:
        light = colour.algebra.vecmul(into, colour.algebra.spow(rgb, 2.4))
        x = colour.models.oetf_DaVinciIntermediate(light)
        for node in w12.nodes(NODES):
            y = x * np.array(node.slope) + np.array(node.offset)
            y = np.where(y > 0, colour.algebra.spow(y, np.array(node.power)), y)
            luma = colour.algebra.vecmul(np.tile(w12.LUMA, (3, 1)), y)
            x = luma + (y - luma) * node.saturation
        light = colour.algebra.vecmul(out, colour.models.oetf_inverse_DaVinciIntermediate(x))
        return np.asarray(colour.algebra.spow(light, 1 / 2.4))

    return chain


def tables(result: dict[str, Any]) -> list[dict[str, Any]]:
    """What to print."""
    found: list[dict[str, Any]] = result["tables"]
    return found
