"""How right, sharp, steady and fast a depth network is: a table, a JSON file and a contact sheet.

    python bench/depth_accuracy.py [--model NAME|CARD|ONNX ...] [--size 320x192 ...]
                                   [--json FILE] [--sheet FILE] [--parts ...]

Without --model it compares the bundled network with the teacher. Needs the test material (see
depthgrade.resources.material); pictures are stretched to the input size, as the figures the
material was first measured with were. The parts: `open` measured depth and hand-marked pairs,
`agreement` with the teacher on photos that nobody trains on, `scenes` our own demo scene in motion,
`speed` CPU milliseconds, `sheet` pictures. Trivial guesses are printed with `open`.
"""

from __future__ import annotations

import argparse
import json
import resource
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from depth_metrics import (
    INDOOR_M,
    STREET_M,
    Map,
    affine_figures,
    agreement,
    edge_figures,
    metric_figures,
    sequence_figures,
    warped_change,
)
from depthgrade.depth import Estimator, ModelCard, load_card
from depthgrade.errors import DepthError
from depthgrade.gl.scene import SceneRenderer
from depthgrade.resources import material
from depthgrade.session.machine import machine
from numpy.typing import NDArray
from PIL import Image

Picture = NDArray[np.uint8]
Network = Callable[[Picture], Map]
PARTS = ("open", "agreement", "scenes", "speed", "sheet")


def network(card: ModelCard, size: tuple[int, int] | None) -> Network:
    """A function from an 8-bit picture to nearness, stretched to `size` or the card's faster."""
    estimator = Estimator(card, "faster", provider="cpu")
    width, height = size if size and not card.fixed_size else card.nominal_size("faster")

    def run(rgb: Picture) -> Map:
        small = Image.fromarray(rgb).resize((width, height), Image.Resampling.BILINEAR)
        return estimator.infer(np.asarray(small, np.float32) / np.float32(255)).astype(np.float64)

    return run


def trivial_guesses() -> dict[str, Network]:
    """What anyone can guess without looking: near at the bottom, near in the middle."""
    y, x = np.mgrid[0:96, 0:160] / np.array([96, 160]).reshape(2, 1, 1)
    ramp, blob = y + 1e-3 * x, -((x - 0.5) ** 2 + (y - 0.5) ** 2)
    return {"guess: vertical": lambda _: ramp, "guess: centre": lambda _: blob}


def resized(near: Map, size: tuple[int, int]) -> Map:
    """Bilinear to (width, height)."""
    image = Image.fromarray(near.astype(np.float32))
    return np.asarray(image.resize(size, Image.Resampling.BILINEAR), np.float64)


def picture(path: Path) -> Picture:
    """8-bit RGB."""
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"))


def mean(rows: list[dict[str, float]], key: str) -> float:
    """Over the rows that have the figure and where it is a number."""
    values = [r[key] for r in rows if key in r and np.isfinite(r[key])]
    return float(np.mean(values)) if values else float("nan")


def measured_depth(run: Network, root: Path) -> dict[str, float]:
    """Every figure on pictures with measured depth, hand-marked pairs and sequences."""
    metric, affine, edges = [], [], []
    out: dict[str, float] = {}
    right = {"pairs": [0, 0], "pairs_hard": [0, 0]}
    for entry in json.loads((root / "index.json").read_text(encoding="utf-8")):
        if entry.get("evaluate") is False:
            continue
        far = STREET_M if entry["scene"] == "street" else INDOOR_M
        rng = np.random.default_rng(sum(map(ord, entry["id"])))
        if entry["type"] == "seq":
            near, depth = [], []
            for frame in entry["frames"]:
                z = ground_truth(root / frame["gt"], entry["scale"])
                near.append(resized(run(picture(root / frame["rgb"])), z.shape[::-1]))
                depth.append(z)
            step = 4 if entry.get("dense") else 1
            thin = [[m[::step, ::step] for m in maps] for maps in (near, depth)]
            found = sequence_figures(thin[0], thin[1], far)
            out |= {f"{entry['id']} {k}": v for k, v in found.items()}
            continue
        rgb = picture(root / entry["rgb"])
        near_map = run(rgb)
        if entry["type"] == "ordinal":
            near_map = resized(near_map, (rgb.shape[1], rgb.shape[0]))
            for key, count in right.items():
                for a, b in entry.get(key, []):
                    count[0] += value_at(near_map, a) > value_at(near_map, b)
                    count[1] += 1
        elif entry["type"] == "gt":
            truth = ground_truth(root / entry["gt"], entry["scale"])
            near_map = resized(near_map, truth.shape[::-1])
            if entry["metric"]:
                metric.append(metric_figures(near_map, truth, far, rng))
            else:
                affine.append(affine_figures(near_map, truth, rng))
            if entry["dense"]:
                valid = (truth > 0.1) & (truth < far) if entry["metric"] else truth > 0
                disparity = 1.0 / np.where(valid, truth, far) if entry["metric"] else truth
                edges.append(edge_figures(near_map, disparity, valid))
    out |= {k: mean(metric, k) for k in ("absrel", "delta1", "order")}
    out |= {"affine error": mean(affine, "affine error"), "affine order": mean(affine, "order")}
    out |= {k: mean(edges, k) for k in ("edge order", "edge sharpness")}
    out["easy pairs"], out["hard pairs"] = (a / b for a, b in right.values())
    return out


def ground_truth(path: Path, scale: float) -> Map:
    """16-bit PNG times scale; 0 stays 0 (unknown)."""
    with Image.open(path) as image:
        return np.asarray(image).astype(np.float64) * scale


def value_at(near: Map, place: list[float]) -> float:
    """Median of 3x3 at (x, y) in fractions of the picture."""
    height, width = near.shape
    i = min(height - 2, max(1, int(place[1] * height)))
    j = min(width - 2, max(1, int(place[0] * width)))
    return float(np.median(near[i - 1 : i + 2, j - 1 : j + 2]))


def teacher_agreement(run: Network, teacher: Network, folder: Path) -> dict[str, float]:
    """Against the teacher's mean of the picture and its mirror image, on held-out photos."""
    rows: list[dict[str, float]] = []
    for path in sorted(folder.glob("*.jpg")):
        rgb = picture(path)
        both = 0.5 * (teacher(rgb) + teacher(rgb[:, ::-1].copy())[:, ::-1])
        own = resized(run(rgb), both.shape[::-1])
        rows.append(agreement(own, both, np.random.default_rng(len(rows))))
    return {f"teacher {k}": mean(rows, k) for k in ("order", "error")}


def demo_shots(frames: int) -> list[list[tuple[Picture, Map, NDArray[np.float32]]]]:
    """Moving shots of the demo scene: picture, distance (inf = sky) and motion per frame."""
    import moderngl  # noqa: PLC0415  (the other parts need no OpenGL)

    context = moderngl.create_context(standalone=True, backend="egl")  # type: ignore[arg-type]
    shots = []
    for seed in (11, 12):
        with SceneRenderer(context, (480, 270), seed) as scene:
            shot = []
            for t in range(frames):
                f = scene.frame(float(t))
                linear = np.clip(f.rgb / (0.6 + f.rgb) * 1.4, 0.0, 1.0)
                code = (255.0 * linear ** (1 / 2.2) + 0.5).astype(np.uint8)
                shot.append((code, f.distance.astype(np.float64), f.motion))
            shots.append(shot)
    context.release()
    return shots


def scene_figures(run: Network, shots: list[list[Any]]) -> dict[str, float]:
    """Accuracy, edges and steadiness on moving scenes with exact depth and motion."""
    rows = []
    for shot in shots:
        near = [resized(run(rgb), (rgb.shape[1], rgb.shape[0])) for rgb, _, _ in shot]
        depth = [np.where(np.isfinite(d), d, 0.0) for _, d, _ in shot]
        row = sequence_figures(near, depth, STREET_M)
        inverse = [1.0 / d for _, d, _ in shot]
        row |= edge_figures(near[0], inverse[0], np.ones(inverse[0].shape, bool))
        changes = []
        for i, (_, distance, motion) in enumerate(shot[:-1]):
            known = np.isfinite(distance) & (np.abs(motion).max(axis=2) < 40)
            # The same shift of inverse depth at both ends: not hidden, not another surface.
            y, x = np.mgrid[0 : distance.shape[0], 0 : distance.shape[1]]
            to = np.rint(np.stack([x, y], 2) + motion).astype(int)
            inside = (to >= 0).all(2) & (to[..., 0] < x.shape[1]) & (to[..., 1] < x.shape[0])
            to = np.clip(to, 0, np.array(x.shape[::-1]) - 1)
            there = inverse[i + 1][to[..., 1], to[..., 0]]
            known &= inside & (np.abs(there - inverse[i]) < 0.05 * inverse[i])
            changes.append(warped_change(near[i], near[i + 1], motion, known))
        row["flicker"] = float(np.mean(changes))
        rows.append(row)
    return {f"scene {k}": mean(rows, k) for k in rows[0]}


def speed(
    cards: dict[str, tuple[ModelCard, tuple[int, int] | None]],
) -> dict[str, dict[str, float]]:
    """Wall and CPU milliseconds per picture, networks interleaved, medians of 25."""
    runs, rng = {}, np.random.default_rng(0)
    for name, (card, size) in cards.items():
        width, height = size if size and not card.fixed_size else card.nominal_size("faster")
        pixels = rng.random((height, width, 3), np.float32)
        runs[name] = (Estimator(card, "faster", provider="cpu"), pixels)
    wall: dict[str, list[float]] = {name: [] for name in runs}
    cpu: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(27):
        for name, (estimator, pixels) in runs.items():
            used, start = cpu_seconds(), time.perf_counter()
            estimator.infer(pixels)
            wall[name].append(1e3 * (time.perf_counter() - start))
            cpu[name].append(1e3 * (cpu_seconds() - used))
    return {
        name: {"ms": float(np.median(wall[name][2:])), "cpu ms": float(np.median(cpu[name][2:]))}
        for name in runs
    }


def cpu_seconds() -> float:
    """User and system time of this process."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def contact_sheet(runs: dict[str, Network], root: Path, target: Path) -> int:
    """One row per picture: the picture, then every network's map stretched to its 2 to 98 %.

    Returns the number of pictures.
    """
    index = json.loads((root / "depth" / "index.json").read_text(encoding="utf-8"))
    paths = [root / "depth" / e["rgb"] for e in index if e["type"] == "ordinal"][::2]
    paths += sorted((root / "stills_da2").glob("*.jpg"))
    rows = []
    for path in paths:
        rgb = picture(path)
        size = (256, max(32, round(256 * rgb.shape[0] / rgb.shape[1])))
        cells = [np.asarray(Image.fromarray(rgb).resize(size, Image.Resampling.BILINEAR))]
        for run in runs.values():
            near = resized(run(rgb), size)
            low, high = np.percentile(near, (2, 98))
            code = (255 * np.clip((near - low) / max(high - low, 1e-9), 0, 1)).astype(np.uint8)
            cells.append(np.repeat(code[..., None], 3, axis=2))
        rows.append(np.concatenate(cells, axis=1))
    target.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.concatenate(rows)).save(target)
    return len(paths)


def parse_size(text: str) -> tuple[int, int]:
    """ "320x192" to (320, 192)."""
    width, height = (int(v) for v in text.split("x"))
    return width, height


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--model", action="append", help="card name, card or ONNX file")
    parser.add_argument("--size", action="append", type=parse_size, help="for example 320x192")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--json", type=Path)
    parser.add_argument("--sheet", type=Path, default=Path("out/depth_sheet.png"))
    parser.add_argument("--frames", type=int, default=10, help="of each demo shot")
    args = parser.parse_args()
    cards: dict[str, tuple[ModelCard, tuple[int, int] | None]] = {}
    for name in args.model or ["depthgrade-small", "tcmonodepth-small"]:
        try:
            card = load_card(name)
        except DepthError as error:
            parser.error(str(error))
        sizes = [None] if card.fixed_size else args.size or [card.faster, card.better]
        for size in sizes:
            width, height = size or card.faster
            cards[f"{Path(name).stem} {width}x{height}"] = (card, size)
    facts = machine()
    table = measure(cards, args.parts, args.frames)
    if "sheet" in args.parts:
        runs = {name: network(*value) for name, value in cards.items()}
        count = contact_sheet(runs, material() / "open", args.sheet)
        print(f"{args.sheet}: {count} pictures; columns: picture, {', '.join(runs)}")
    print_table(table)
    if args.json:
        report = {"workload": "depth accuracy", "machine": facts, "figures": table}
        args.json.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")


def measure(
    cards: dict[str, tuple[ModelCard, tuple[int, int] | None]], parts: list[str], frames: int
) -> dict[str, dict[str, float]]:
    """Every figure of the parts asked for, per network."""
    root, runs = material(), {name: network(*value) for name, value in cards.items()}
    table: dict[str, dict[str, float]] = {name: {} for name in runs}
    if "open" in parts:
        for name, run in (runs | trivial_guesses()).items():
            table.setdefault(name, {}).update(measured_depth(run, root / "open" / "depth"))
    if "agreement" in parts:
        teacher = network(load_card("tcmonodepth-small"), None)
        for name, run in runs.items():
            table[name] |= teacher_agreement(run, teacher, root / "photos" / "validation_only")
    if "scenes" in parts:
        shots = demo_shots(frames)
        for name, run in runs.items():
            table[name] |= scene_figures(run, shots)
    if "speed" in parts:
        for name, figures in speed(cards).items():
            table[name] |= figures
    return table


def print_table(table: dict[str, dict[str, float]]) -> None:
    """Figures down, networks across."""
    widths = {name: max(12, len(name)) for name in table}
    print("figure".ljust(24), *(name.rjust(width) for name, width in widths.items()), sep="  ")
    for key in dict.fromkeys(k for row in table.values() for k in row):
        cells = (f"{row[key]:.4f}" if key in row else "" for row in table.values())
        row = (cell.rjust(width) for cell, width in zip(cells, widths.values(), strict=True))
        print(key.ljust(24), *row, sep="  ")


if __name__ == "__main__":
    main()
