"""Makes docs/nodes.md and its pictures: the demo's scene before and after each node.

python docs/make_node_pictures.py
"""

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from depthgrade import Look, Project, resources
from depthgrade.graph import parse_wires
from depthgrade.nodes.base import ColorNode, KeyNode, Node
from depthgrade.nodes.registry import make_node, node_types
from depthgrade.reference import nodes_page
from depthgrade.session.demo_clip import make_demo_clip
from depthgrade.session.renderer import Renderer
from PIL import Image

FOLDER = Path(__file__).parent
SIZE, FRAME, FRAMES = (480, 270), 2, 5
SHOWN = (320, 180)
PRINT = resources.directory("shaders").parent / "engine/depthgrade/looks/everything.cube"
# Values at which a node is plainly seen, none of them a recommendation.
VALUES: dict[str, dict[str, Any]] = {
    "blur": {"radius": 1.5},
    "cdl": {"slope": [1.05, 1.0, 0.96], "power": [1.1, 1.1, 1.05]},
    "curves": {"master": [[0.0, 0.0], [0.25, 0.17], [0.5, 0.54], [1.0, 1.0]]},
    "depth_map": {"far_limit": 0.1, "near_limit": 0.6},
    "key_mixer": {"mode": "intersect"},
    "key_noise_reduction": {"temporal_luma": 30.0, "spatial_luma": 30.0},
    "lut": {"file": str(PRINT)},
    "noise_reduction": {"temporal_luma": 20.0, "spatial_luma": 20.0},
    "primary": {"exposure": 0.7, "temperature": 25.0, "contrast": 1.15},
    "qualifier": {"hue": 230.0, "hue_width": 90.0, "hue_softness": 30.0},
    "sharpen": {"amount": 2.0, "radius": 0.4},
    "tone": {"shadows": 1.4, "highlights": 0.6},
    "window": {"softness": 25.0},
}


def look(name: str, kind: type[Node]) -> Look:
    """A look that shows a node called "node"; keys start from depth."""
    nodes = {
        "node": make_node("node", {"type": name, **VALUES.get(name, {})}),
        "depth": make_node("depth", {"type": "depth_map", "far_limit": 0.1, "near_limit": 0.6}),
        "frame": make_node("frame", {"type": "window", "softness": 25.0}),
        "warm": make_node("warm", {"type": "primary", "gain_rgb": [1.1, 1.0, 0.9]}),
        "dark": make_node("dark", {"type": "primary", "gain": 0.8, "key_invert": True}),
    }
    wires = ["source -> output"]
    if issubclass(kind, ColorNode):
        wires = ["source -> node -> output"]
    elif kind.ports.rgb_in is None:
        wires = ["source -> warm -> node", "source -> dark -> node -> output"]
        wires += ["depth.key -> warm.key", "depth.key -> dark.key"]
    elif kind.ports.rgb_out:
        wires = ["node -> output"]
    wires += ["source -> node"] if kind.ports.rgb_in == 1 and not kind.ports.rgb_out else []
    if kind.ports.key_in and not issubclass(kind, ColorNode):
        wires += ["depth.key -> node.key"]
        wires += ["frame.key -> node.key"] if kind.ports.many_keys else []
    return Look(nodes=nodes, wires=parse_wires(wires))


def main() -> None:
    """Writes the page and one picture for each type."""
    (FOLDER / "nodes.md").write_text(nodes_page(), encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder:
        clip = make_demo_clip(Path(folder), frames=FRAMES, size=SIZE)
        for name, kind in node_types().items():
            project = Project(clip=clip.clip, depth=clip.depth, look=look(name, kind))
            with Renderer(project) as renderer:
                before = renderer.source_frame(FRAME)
                keyed = issubclass(kind, KeyNode) or not kind.ports.rgb_out
                after = renderer.key("node", FRAME) if keyed else renderer.frame(FRAME)
            pair = [np.asarray(each) for each in (before, after)]  # a key has no channels
            codes = [np.rint(np.clip(each, 0, 1) * 255).astype(np.uint8) for each in pair]
            joined = Image.new("RGB", (2 * SHOWN[0] + 4, SHOWN[1]), "white")
            for place, each in enumerate(codes):
                small = Image.fromarray(each).resize(SHOWN, Image.Resampling.LANCZOS)
                joined.paste(small, (place * (SHOWN[0] + 4), 0))
            (FOLDER / "nodes").mkdir(exist_ok=True)
            joined.save(FOLDER / "nodes" / f"{name}.jpg", quality=82, optimize=True)


if __name__ == "__main__":
    main()
