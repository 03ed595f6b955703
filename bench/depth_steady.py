"""Depth over time for depth_quality.py: the same raw maps treated in four ways, and how they do."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import numpy as np
from depth_metrics import Map, depth_errors, scale_and_shift
from depthgrade import EngineError, Project, Renderer
from depthgrade.depth import DepthPass, stability
from depthgrade.depth.estimator import resize
from depthgrade.frames import Frame
from depthgrade.resources import material
from depthgrade.session.demo_clip import make_demo_clip
from numpy.typing import NDArray
from PIL import Image

METHODS = ("per frame", "averaged", "live", "analysed")
FAR_M = {"7scenes": 10.0, "kitti": 80.0}  # farther is not judged, as in depth_metrics
Maps = dict[str, list[NDArray[np.float32]]]
Figures = dict[str, dict[str, float]]


def treated(project: Project, start: int, stop: int, quality: str = "better") -> Maps:
    """The depth maps of a range, at the network's size, by each method; the raw maps as `raw`."""
    found: Maps = {"live": [], "analysed": [], "raw": []}
    for method in ("analysed", "live"):
        with Renderer(project, past_only=method == "live") as renderer:
            for index in range(start, stop):
                frame = renderer.reader.frame(index)
                found[method].append(_steadied(renderer, frame, quality))
                if method == "analysed":
                    found["raw"].append(renderer.clip_depth.raw(index, quality))
    found["per frame"] = stability.per_frame(found["raw"])
    found["averaged"] = stability.averaged_range(found["raw"])
    return found


def _steadied(renderer: Renderer, frame: Frame, quality: str) -> NDArray[np.float32]:
    """Finished depth without the edges of the picture, which raw maps have not either."""
    found, network = renderer.shot(frame.index, quality), renderer.clip_depth.network
    assert network is not None
    mapping = found.mapping
    span = mapping.high - mapping.low
    nearness, _ = network.finished(frame, quality, found.shot, span)
    return mapping.apply(renderer.engine.read(nearness))


def key(depth: NDArray[np.float32], size: tuple[int, int]) -> NDArray[np.float32]:
    """The plain depth key at a size (width, height)."""
    return np.clip(resize(depth, *size), 0, 1)


def demo_figures(model: str, folder: Path, seed: int, frames: int) -> Figures:
    """Instability, accuracy and key error of each method on a drawn scene."""
    clip = make_demo_clip(folder, frames=frames, size=(480, 270), seed=seed)
    truth = DepthPass(clip.depth)
    near = [truth.raw(i) for i in range(frames)]  # 1/metres, 0 for the sky
    maps = treated(Project(clip=clip.clip, model=model), 0, frames)
    size = truth.size
    motions = [truth.motion(i) for i in range(frames - 1)]
    seen = [_seen(near[i], near[i + 1], motions[i]) for i in range(frames - 1)]
    found: Figures = {}
    disparity = np.stack(near).astype(np.float64)
    judged = disparity > 1 / FAR_M["kitti"]
    for method in METHODS:
        keys = [key(each, size) for each in maps[method]]
        # Motion leads to the next frame, so the scene is followed backwards in time.
        steady = stability.key_instability(keys[::-1], motions[::-1], seen[::-1])
        depth = np.stack([resize(each, *size) for each in maps[method]]).astype(np.float64)
        scale, shift = scale_and_shift(depth[judged], disparity[judged])
        errors = depth_errors(scale * depth[judged] + shift, 1 / disparity[judged], FAR_M["kitti"])
        # The truth in the key's terms, by the least squares of the whole shot.
        scale, shift = scale_and_shift(disparity.ravel()[::7], depth.ravel()[::7])
        wrong = np.abs(np.stack(keys) - np.clip(scale * disparity + shift, 0, 1)).mean()
        spread = np.mean([np.subtract(*np.percentile(each, [75, 25])) for each in keys])
        found[method] = {
            "instability": steady,
            "AbsRel": errors[0],
            "delta1": errors[1],
            "key error": float(wrong),
            "key error / spread": float(wrong / spread),
        }
    return found


def _seen(
    near: NDArray[np.float32], after: NDArray[np.float32], motion: NDArray[np.float32]
) -> NDArray[np.bool_]:
    """Where a point of a frame is still seen in the next: its distance there is the same."""
    height, width = near.shape
    y, x = np.mgrid[:height, :width]
    x, y = x + motion[..., 0], y + motion[..., 1]
    column = np.clip(np.rint(x), 0, width - 1).astype(np.intp)
    row = np.clip(np.rint(y), 0, height - 1).astype(np.intp)
    inside = (x >= 0) & (y >= 0) & (x <= width - 1) & (y <= height - 1)
    seen: NDArray[np.bool_] = inside & (np.abs(after[row, column] - near) <= 0.05 * near + 1e-6)
    return seen


def sequence_figures(model: str, work: Path) -> dict[str, Figures]:
    """Accuracy with one scale and shift for all frames, and scale jitter, of each method."""
    root = material() / "open" / "depth"
    index = json.loads((root / "index.json").read_text(encoding="utf-8"))
    found = {}
    for entry in (each for each in index if each["type"] == "seq"):
        name = entry["id"].removeprefix("seq_")
        frames = entry["frames"]
        folder = work / entry["id"]
        folder.mkdir(parents=True, exist_ok=True)
        for number, frame in enumerate(frames):
            link = folder / f"frame.{number:04d}.jpg"
            link.unlink(missing_ok=True)
            link.symlink_to((root / frame["rgb"]).resolve())
        maps = treated(
            Project(clip=folder / "frame.%04d.jpg", model=model, input="rec709"), 0, len(frames)
        )
        depths = [
            np.asarray(Image.open(root / each["gt"])).astype(np.float64) * entry["scale"]
            for each in frames
        ]
        raw = {"raw": maps["raw"]} | {method: maps[method] for method in METHODS}
        found[name] = {
            method: _against_truth(each, depths, FAR_M[name], bool(entry.get("dense")))
            for method, each in raw.items()
        }
    return found


def _against_truth(
    maps: list[NDArray[np.float32]], depths: list[Map], far: float, dense: bool
) -> dict[str, float]:
    near, metres = [], []
    for each, depth in zip(maps, depths, strict=True):
        mask = (depth > 0.1) & (depth < far)
        if dense:
            thin = np.zeros_like(mask)
            thin[::4, ::4] = True
            mask &= thin
        height, width = depth.shape
        near.append(resize(each, width, height).astype(np.float64)[mask])
        metres.append(depth[mask])
    scale, shift = scale_and_shift(np.concatenate(near), 1 / np.concatenate(metres))
    errors = [depth_errors(scale * n + shift, m, far) for n, m in zip(near, metres, strict=True)]
    scales = [scale_and_shift(n, 1 / m)[0] for n, m in zip(near, metres, strict=True)]
    return {
        "AbsRel": float(np.mean([each[0] for each in errors])),
        "delta1": float(np.mean([each[1] for each in errors])),
        "scale jitter": float(np.std(scales) / abs(np.mean(scales))),
        # From one frame to the next: slow drift is no flicker.
        "scale step": float(np.sqrt(np.mean(np.diff(scales) ** 2)) / abs(np.mean(scales))),
    }


def video_figures(model: str, frames: int, quality: str) -> list[dict[str, Any]]:
    """Cuts and instability of each clip of the material, along OpenCV's flow where it is there."""
    try:
        import cv2  # noqa: PLC0415 - optional: only this part needs it
    except ImportError:
        cv2 = None
    rows = []
    for path in sorted((material() / "open" / "video").glob("*.*")):
        if path.suffix.lower() not in {".mp4", ".mkv", ".mov", ".webm", ".ts"}:
            continue
        try:
            rows.append(_clip(path, model, frames, quality, cv2))
        except EngineError as error:
            rows.append(
                {
                    "clip": path.name,
                    "frames": "",
                    "cuts": str(error).replace(f"{path.parent}/", "")[:60],
                }
            )
        row = {"per frame": "", "live": "", "analysed": "", "times steadier": ""}
        rows[-1] = {**rows[-1], **{k: v for k, v in row.items() if k not in rows[-1]}}
        print("  " + ", ".join(str(value) for value in rows[-1].values()), flush=True)
    return rows


def _clip(path: Path, model: str, frames: int, quality: str, cv2: Any) -> dict[str, Any]:
    project = Project(clip=path, model=model)
    with Renderer(project) as renderer:
        count = renderer.info.frame_count
        shots = []
        index = 0
        while index < count:
            shots.append(renderer.shot(index, quality).shot)
            index = shots[-1].stop
        row: dict[str, Any] = {
            "clip": path.name,
            "frames": count,
            "cuts": " ".join(str(shot.start) for shot in shots[1:]) or "none",
        }
        longest = max(shots, key=lambda shot: shot.frame_count)
        length = min(frames, longest.frame_count)
        start = longest.start + (longest.frame_count - length) // 2
        if cv2 is None or length < 4:
            return row
        pictures = []
        network = renderer.clip_depth.network
        assert network is not None
        for index in range(start, start + length):
            pictures.append(network.picture(index, quality))
    maps = treated(project, start, start + length, quality)
    motions, seen = _flows(pictures, cv2)
    for method in ("per frame", "live", "analysed"):
        keys = [np.clip(each, 0, 1).astype(np.float32) for each in maps[method]]
        row[method] = stability.key_instability(keys, motions, seen)
    row["times steadier"] = row["per frame"] / max(row["analysed"], 1e-9)
    return row


def _flows(
    pictures: list[NDArray[np.float32]], cv2: Any
) -> tuple[list[NDArray[np.float32]], list[NDArray[np.bool_]]]:
    """Motion to the frame before by OpenCV's DIS, and where going back there agrees."""
    dis = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    weights = np.array([0.2126, 0.7152, 0.0722], np.float32)
    codes = (np.round(each @ weights * 255) for each in pictures)
    grey = [np.clip(each, 0, 255).astype(np.uint8) for each in codes]
    motions, seen = [], []
    for before, now in itertools.pairwise(grey):
        motion = dis.calc(now, before, None)
        back = dis.calc(before, now, None)
        y, x = np.mgrid[: now.shape[0], : now.shape[1]]
        x, y = x + motion[..., 0], y + motion[..., 1]
        returned = np.stack([stability.between(back[..., i], x, y) for i in range(2)], -1)
        inside = (x >= 0) & (y >= 0) & (x <= now.shape[1] - 1) & (y <= now.shape[0] - 1)
        motions.append(motion)
        seen.append(inside & (np.linalg.norm(returned + motion, axis=-1) < 1.0))
    return motions, seen
