"""Stills for depth_quality.py: whether our input pass costs accuracy, and how edges come out."""

from __future__ import annotations

import json
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
from depth_metrics import Map, depth_errors, scale_and_shift
from depthgrade import Look, Project, Renderer
from depthgrade.depth import Estimator, load_card, suggest_limits, write_depth_frame
from depthgrade.depth.estimator import resize
from depthgrade.nodes.registry import make_node
from depthgrade.resources import material
from numpy.typing import NDArray
from PIL import Image

# Groups whose measured depth is dense and follows the picture's outlines.
SHARP = ("middlebury", "icl_nuim", "lensblur", "iphone_portrait")
BAND = 0.02  # of the height: beside an outline, on either side
JUMP = 0.08  # of the range of depth, from which a step is an outline


def _entries() -> list[dict[str, Any]]:
    path = material() / "open" / "depth" / "index.json"
    found: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return [each for each in found if each["type"] == "gt"]


def _read(entry: dict[str, Any]) -> tuple[Path, Map]:
    root = material() / "open" / "depth"
    truth = np.asarray(Image.open(root / entry["gt"])).astype(np.float64) * entry["scale"]
    return root / entry["rgb"], truth


def handling_figures(model: str) -> list[dict[str, Any]]:
    """AbsRel and delta-1 of the network on the pictures as Pillow shrinks them, and through ours."""
    card = load_card(model)
    found: dict[str, list[tuple[float, ...]]] = defaultdict(list)
    with Estimator(card, "better") as estimator:
        for entry in _entries():
            if not entry["metric"]:
                continue
            path, truth = _read(entry)
            far = 80.0 if entry["scene"] == "street" else 10.0
            mask = (truth > 0.1) & (truth < far)
            picture = Image.open(path).convert("RGB")
            size = estimator.input_size(*picture.size)
            small = picture.resize(size, Image.Resampling.BILINEAR)
            plain = estimator.infer(np.asarray(small, np.float32) / np.float32(255))
            with Renderer(Project(clip=path, model=model, input="rec709")) as renderer:
                ours = renderer.depth.raw(0, "better")
            errors = []
            for raw in (plain, ours):
                near = resize(raw, truth.shape[1], truth.shape[0]).astype(np.float64)[mask]
                scale, shift = scale_and_shift(near, 1 / truth[mask])
                errors += depth_errors(scale * near + shift, truth[mask], far)
            found[entry["group"]].append(tuple(errors))
    names = ("AbsRel alone", "delta1 alone", "AbsRel ours", "delta1 ours")
    rows = [
        {"group": group, "pictures": len(values)}
        | dict(zip(names, (float(v) for v in np.mean(values, axis=0)), strict=True))
        for group, values in found.items()
    ]
    every = np.mean([value for values in found.values() for value in values], axis=0)
    total = {"group": "all", "pictures": sum(len(v) for v in found.values())}
    return [*rows, total | dict(zip(names, (float(v) for v in every), strict=True))]


def boundary_figures(model: str) -> list[dict[str, Any]]:
    """Mean error of a depth key within BAND of outlines: small map enlarged, and with edges.

    Once with the network's map (fitted to the truth), once with the truth reduced to that size,
    which shows the enlarging alone.
    """
    rows = []
    for entry in _entries():
        if entry["group"] not in SHARP:
            continue
        path, truth = _read(entry)
        disparity = np.where(truth > 0, 1 / np.maximum(truth, 1e-9), 0.0)
        if not entry["metric"]:
            disparity = truth  # relative already
        valid = truth > 0
        low, high = np.percentile(disparity[valid], [1, 99])
        target = np.clip((disparity - low) / (high - low), 0, 1).astype(np.float32)
        band = _band(target, valid)
        if band.sum() < 200:
            continue
        limits = suggest_limits([target])
        with Renderer(Project(clip=path, model=model, input="rec709")) as renderer:
            raw = renderer.depth.raw(0, "better")
            size = renderer.info.size
        full = resize(target, *size)
        inside = resize(band.astype(np.float32), *size) > 0.5
        wanted = _levels(full, limits.far, limits.near)
        enlarged = resize(raw, *size).astype(np.float64)
        known = resize(valid.astype(np.float32), *size) > 0.99
        scale, shift = scale_and_shift(enlarged[known], full[known].astype(np.float64))
        row: dict[str, Any] = {"picture": entry["id"]}
        reduced = np.asarray(
            Image.fromarray(full).resize(raw.shape[::-1], Image.Resampling.BOX), np.float32
        )
        fitted = (scale * raw + shift).astype(np.float32)
        for name, small in (("network", fitted), ("truth reduced", reduced)):
            plain = _levels(resize(small, *size), limits.far, limits.near)
            guided = _guided(path, small, limits.far, limits.near)
            errors = [float(np.abs(each - wanted)[inside].mean()) for each in (plain, guided)]
            row |= {f"{name}, enlarged": errors[0], f"{name}, edges": errors[1]}
            row[f"{name}, less"] = f"{100 * (1 - errors[1] / max(errors[0], 1e-9)):.0f} %"
        rows.append(row)
    mean: dict[str, Any] = {"picture": "mean"}
    for name in ("network", "truth reduced"):
        errors = [
            float(np.mean([row[f"{name}, {how}"] for row in rows])) for how in ("enlarged", "edges")
        ]
        mean |= {f"{name}, enlarged": errors[0], f"{name}, edges": errors[1]}
        mean[f"{name}, less"] = f"{100 * (1 - errors[1] / errors[0]):.0f} %"
    return [*rows, mean]


def _levels(depth: NDArray[np.float32], far: float, near: float) -> NDArray[np.float32]:
    return np.clip((depth - far) / (near - far), 0, 1)


def _band(target: NDArray[np.float32], valid: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The pixels within BAND of a jump of depth, where depth is known on both sides."""
    jump = np.zeros(target.shape, bool)
    across = (np.abs(target[:, 2:] - target[:, :-2]) > JUMP) & valid[:, 2:] & valid[:, :-2]
    down = (np.abs(target[2:] - target[:-2]) > JUMP) & valid[2:] & valid[:-2]
    jump[:, 1:-1] |= across
    jump[1:-1] |= down
    reach = max(2, round(BAND * target.shape[0]))
    for axis in (0, 1):
        counts = np.cumsum(
            np.pad(jump.astype(np.int32), [(reach + 1, reach), (0, 0)][:: 1 - 2 * axis]), axis
        )
        upper = np.take(counts, range(2 * reach + 1, counts.shape[axis]), axis)
        lower = np.take(counts, range(counts.shape[axis] - 2 * reach - 1), axis)
        jump = (upper - lower) > 0
    return jump & valid


def _guided(path: Path, small: NDArray[np.float32], far: float, near: float) -> NDArray[np.float32]:
    """The key a render makes of a small depth map, with edges taken from the picture."""
    node = make_node("depth", {"type": "depth_map"})
    with tempfile.TemporaryDirectory() as folder:
        write_depth_frame(Path(folder) / "depth.0000.exr", near=small)
        project = Project(clip=path, depth=folder, look=Look(nodes={"depth": node}), input="rec709")
        with Renderer(project) as renderer:
            mapping = renderer.shot(0).mapping
            limits = mapping.apply(np.float32([far, near]))
            for name, value in zip(("far_limit", "near_limit"), limits, strict=True):
                renderer.project = renderer.project.with_value(
                    f"depth.{name}", float(np.clip(value, -1, 2))
                )
            return renderer.key("depth", 0)
