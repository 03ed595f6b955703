"""Stills for depth_quality.py: whether our input pass costs accuracy, and how edges come out."""

from __future__ import annotations

import json
import tempfile
from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from depth_metrics import Map, depth_errors, scale_and_shift
from depthgrade import Look, Project, Renderer
from depthgrade.depth import Estimator, load_card, write_depth_frame
from depthgrade.depth.estimator import resize
from depthgrade.nodes.registry import make_node
from depthgrade.resources import material
from numpy.typing import NDArray
from PIL import Image

# Groups whose measured depth is dense and follows the picture's outlines.
SHARP = ("middlebury", "icl_nuim", "lensblur", "iphone_portrait")
BAND = 0.02  # of the longer side: looked at on either side of an outline
JUMP = 0.1  # of the range of depth, from which a step is an outline
FAR, NEAR = -1.0, 2.0  # limits that clip nothing: the key is depth at full size, as rendered


def _entries() -> list[dict[str, Any]]:
    path = material() / "open" / "depth" / "index.json"
    found: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return [each for each in found if each["type"] == "gt"]


def _read(entry: dict[str, Any]) -> tuple[Path, Map]:
    root = material() / "open" / "depth"
    truth = np.asarray(Image.open(root / entry["gt"])).astype(np.float64) * entry["scale"]
    return root / entry["rgb"], truth


def handling_figures(model: str) -> list[dict[str, Any]]:
    """AbsRel and delta-1 of the network on pictures as Pillow shrinks them, and through ours."""
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
                ours = renderer.clip_depth.raw(0, "better")
            errors: list[float] = []
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


def boundary_figures(model: str, quality: str) -> list[dict[str, Any]]:
    """How far depth at full size is from a clean cut across outlines: enlarged, and with edges.

    Once with the network's map, once with the truth reduced to its size, which shows what the edges
    do to a map that is right already.
    """
    rows = []
    for entry in _entries():
        if entry["group"] not in SHARP:
            continue
        path, truth = _read(entry)
        valid = truth > 0
        disparity = np.where(valid, 1 / np.maximum(truth, 1e-9), 0.0) if entry["metric"] else truth
        low, high = np.percentile(disparity[valid], [1, 99])
        target = np.clip((disparity - low) / (high - low), 0, 1).astype(np.float32)
        node = {"type": "depth_map", "quality": quality, "far_limit": FAR, "near_limit": NEAR}
        look = Look(nodes={"depth": make_node("depth", node)})
        project = Project(clip=path, model=model, input="rec709", look=look)
        with Renderer(project) as renderer:
            mapping = renderer.shot(0, quality).mapping
            raw = mapping.apply(renderer.clip_depth.raw(0, quality))
            size = renderer.info.size
            network = resize(raw, *size), _depth(renderer)
        target = resize(target, *size)
        known = resize(valid.astype(np.float32), *size) > 0.99
        small = Image.fromarray(target).resize(raw.shape[::-1], Image.Resampling.BOX)
        reduced = np.asarray(small, np.float32)
        with tempfile.TemporaryDirectory() as folder:
            write_depth_frame(Path(folder) / "depth.0000.exr", near=reduced)
            with Renderer(replace(project, model=None, depth=folder)) as renderer:
                exact = resize(reduced, *size), _depth(renderer)
        row: dict[str, Any] = {"picture": entry["id"]}
        for name, maps in (("network", network), ("truth reduced", exact)):
            errors, shown = outline_errors(maps, target, known)
            row |= {f"{name}, enlarged": errors[0], f"{name}, edges": errors[1]}
            if name == "network":
                row |= {"shown, enlarged": shown[0], "shown, edges": shown[1]}
        if all(np.isfinite(value) for value in list(row.values())[1:]):
            rows.append(row)
    mean: dict[str, Any] = {"picture": "mean"}
    for name in list(rows[0])[1:]:
        mean[name] = float(np.mean([row[name] for row in rows]))
    for row in (*rows, mean):
        row["network, less"] = (
            f"{100 * (1 - row['network, edges'] / row['network, enlarged']):.0f} %"
        )
    return [*rows, mean]


def _depth(renderer: Renderer) -> NDArray[np.float32]:
    """Depth of the first frame at full size, in the unit of the map: 0..1 of the shot."""
    return FAR + (NEAR - FAR) * renderer.key("depth", 0)


def outline_errors(
    maps: tuple[NDArray[np.float32], ...], truth: NDArray[np.float32], known: NDArray[np.bool_]
) -> tuple[list[float], list[float]]:
    """Of each map: mean difference of its profiles to the truth's across outlines; outlines shown.

    An outline is a jump of the truth by more than JUMP that is nearly all there is within BAND of
    the longer side, along rows or columns. Each profile is put to 0 and 1 at its ends, so that
    wrong depth beside an outline does not count, only where and how softly it passes from one to
    the other. Judged are the outlines that every map shows, and the right way round; what share of
    all each map shows is the second list. nan where there are none.
    """
    differences, shown = [], []
    for depth in maps:
        found = [_across(*sides) for sides in ((depth, truth, known), (depth.T, truth.T, known.T))]
        differences.append(np.concatenate([each[0] for each in found]))
        shown.append(np.concatenate([each[1] for each in found]))
    common = np.logical_and.reduce(shown)
    errors = [float(each[common].mean()) if common.any() else float("nan") for each in differences]
    return errors, [float(each.mean()) if each.size else float("nan") for each in shown]


def _across(
    depth: NDArray[np.float32], truth: NDArray[np.float32], known: NDArray[np.bool_]
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Of up to 4000 outlines that cross rows: the difference of the profiles, and what is shown."""
    width = truth.shape[1]
    reach, step = max(6, round(BAND * max(truth.shape))), max(1, round(0.003 * width))
    columns = np.arange(reach, width - reach)
    jump = np.abs(truth[:, columns + step] - truth[:, columns - step])
    whole = np.abs(truth[:, columns + reach] - truth[:, columns - reach])
    outline = (jump > JUMP) & (jump > 0.8 * whole)
    offsets = np.arange(-reach, reach + 1)
    for offset in offsets:
        outline &= known[:, columns + offset]
    y, x = np.nonzero(outline)
    chosen = np.random.default_rng(0).permutation(len(y))[:4000]
    y, x = y[chosen, None], columns[x[chosen], None] + offsets
    rises, profiles = [], []
    for each in (depth[y, x], truth[y, x]):
        rise = each[:, -1:] - each[:, :1]
        rises.append(rise[:, 0])
        steep = np.where(rise == 0.0, 1.0, rise)  # what does not rise is not shown
        profiles.append(np.clip((each - each[:, :1]) / steep, 0, 1))
    shown = (rises[0] * rises[1] > 0) & (np.abs(rises[0]) > 0.02)
    return np.abs(profiles[0] - profiles[1]).mean(axis=1), shown
