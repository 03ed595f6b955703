"""How still, right and sharp depth is: prints tables and stores them as JSON.

    python bench/depth_quality.py [--model NAME|CARD|ONNX] [--parts demo sequences stills video]
                                  [--seeds 10] [--frames 24] [--clip-frames 48] [--quality faster]
                                  [--work DIR] [--json FILE]

Four ways to treat the same raw maps are compared: `per frame`, each normalised by its own least and
largest value, as most tools do; `averaged`, with those values averaged over time (0.9 of the one
before); `live` and `analysed`, ours with past frames only and with both. Instability is the change
of a depth key (limits 0 and 1) along the motion, over the key's interquartile range.

demo        drawn scenes with exact depth and motion and a moving camera
sequences   two filmed ones with measured depth, of the test material
stills      accuracy with and without our handling; error of a key beside outlines at full size
video       filmed clips: cuts, and instability along the flow of OpenCV (needs opencv-python)
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

from depth_steady import METHODS, demo_figures, sequence_figures, video_figures
from depth_still import boundary_figures, handling_figures
from depthgrade.depth import Quality, default_card, load_card
from depthgrade.resources import material, user_cache
from depthgrade.session.machine import machine

PARTS = ("demo", "sequences", "stills", "video")
RESULTS = Path(__file__).with_name("results")
Row = dict[str, Any]


def table(title: str, rows: list[Row]) -> None:
    """Prints rows under their keys."""
    print(f"\n{title}")
    if not rows:
        print("  nothing measured")
        return
    cells = [[_shown(value) for value in row.values()] for row in rows]
    names = list(rows[0])
    widths = [max(len(name), *(len(row[i]) for row in cells)) for i, name in enumerate(names)]
    for line in [names, *cells]:
        parts = [
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ]
        print("  " + "  ".join(parts))


def _shown(value: object) -> str:
    return f"{value:.4f}" if isinstance(value, float) else str(value)


def by_method(found: dict[str, dict[str, float]]) -> list[Row]:
    """A row for each method, and how many times steadier it is than `per frame`."""
    base = found["per frame"].get("instability")
    rows = []
    for method, figures in found.items():
        row: Row = {"method": method, **figures}
        if base is not None:
            row["times steadier"] = base / max(figures["instability"], 1e-9)
        rows.append(row)
    return rows


def demo(arguments: argparse.Namespace) -> Row:
    """The demo scenes, each and their mean."""
    scenes = {}
    for seed in range(arguments.seeds):
        scenes[seed] = demo_figures(
            arguments.model, arguments.work / f"demo-{seed}", seed, arguments.frames
        )
        rows = by_method(scenes[seed])
        print(f"  seed {seed}: " + ", ".join(f"{r['method']} {r['instability']:.4f}" for r in rows))
    mean = {
        method: {
            key: sum(scene[method][key] for scene in scenes.values()) / len(scenes)
            for key in scenes[0][method]
        }
        for method in METHODS
    }
    table(f"Demo scenes, mean of {len(scenes)}", by_method(mean))
    worst = [_worst(list(scenes.values()), method) for method in METHODS]
    table("The worst seed of each figure", worst)
    return {"mean": mean, "worst": worst, "scenes": scenes}


def _worst(scenes: list[dict[str, dict[str, float]]], method: str) -> Row:
    """The least times steadier than `per frame`, and the most its errors grow."""
    base = [scene["per frame"] for scene in scenes]
    ours = [scene[method] for scene in scenes]
    row: Row = {
        "method": method,
        "times steadier": min(
            b["instability"] / o["instability"] for b, o in zip(base, ours, strict=True)
        ),
    }
    for key in ("AbsRel", "key error", "key error / spread"):
        row[f"{key}, times"] = max(o[key] / b[key] for b, o in zip(base, ours, strict=True))
    return row


def sequences(arguments: argparse.Namespace) -> Row:
    """The filmed sequences with measured depth."""
    found = sequence_figures(arguments.model, arguments.work)
    for name, methods in found.items():
        table(name, by_method(methods))
    print(
        "  Scale jitter also follows how right the network is: a ramp that never changes has some."
    )
    return found


def stills(arguments: argparse.Namespace) -> Row:
    """The stills of the material."""
    handling = handling_figures(arguments.model)
    table("Stills: accuracy of the network alone and through our input pass", handling)
    edges = {}
    for quality in get_args(Quality):
        edges[quality] = boundary_figures(arguments.model, quality)
        table(f"Stills: error of a key beside outlines, at full size, {quality}", edges[quality])
    return {"handling": handling, "edges": edges}


def video(arguments: argparse.Namespace) -> Row:
    """The filmed clips without measured depth."""
    rows = video_figures(arguments.model, arguments.clip_frames, arguments.quality)
    table("Clips", rows)
    measured = [row for row in rows if isinstance(row.get("times steadier"), float)]
    if measured:
        times = sorted(row["times steadier"] for row in measured)
        print(f"  median {times[len(times) // 2]:.2f} times steadier, least {times[0]:.2f}")
    return {"quality": arguments.quality, "clip_frames": arguments.clip_frames, "clips": rows}


def main() -> None:
    """Measures what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", help="default: the network in the box")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--frames", type=int, default=24, help="of a demo scene")
    parser.add_argument("--clip-frames", type=int, default=48, help="of a filmed clip")
    parser.add_argument(
        "--quality", choices=("faster", "better"), default="better", help="for filmed clips"
    )
    parser.add_argument("--work", type=Path, default=user_cache() / "bench")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    if not material().is_dir() and set(arguments.parts) != {"demo"}:
        parser.error(f"no test material at {material()}; --parts demo needs none")
    card = load_card(arguments.model) if arguments.model else default_card()
    if card is None:
        parser.error("no network in the box; give one with --model")
    name = card.name
    arguments.model = arguments.model or name
    print(f"depth quality of {name}")
    made: dict[str, Callable[[argparse.Namespace], Row]] = {
        "demo": demo,
        "sequences": sequences,
        "stills": stills,
        "video": video,
    }
    path = arguments.json or RESULTS / f"depth-quality-{name}.json"
    before = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    result: Row = {**before, "model": name}
    for part in arguments.parts:
        result[part] = {"machine": machine(), **made[part](arguments)}
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(f"\nstored in {path}")


if __name__ == "__main__":
    main()
