"""Charts of stages and rooflines: one picture, as wide as said, with something drawn in it."""

from pathlib import Path

import pytest
from depthgrade import ProjectError
from depthgrade.cli import bench
from PIL import Image

STAGES = {"title": "540p", "stages": {"a look": {"decode": 2.0, "grade": 9.0}}}
ROOFLINE = {
    "title": "roofline",
    "roofline": {
        "peak": 2.0,
        "bandwidth": 3.0,
        "points": [
            {"name": "1", "intensity": 0.7, "reached": 0.3},
            {"name": "40", "intensity": 7.4, "reached": 0.9},
        ],
    },
}


def test_charts_stand_under_one_another(tmp_path: Path) -> None:
    draw = bench._module("charts").draw_charts
    draw(tmp_path / "one.png", [ROOFLINE])
    draw(tmp_path / "both.png", [STAGES, ROOFLINE])
    with Image.open(tmp_path / "one.png") as one, Image.open(tmp_path / "both.png") as both:
        assert both.width == one.width and both.height > one.height + 60
        lower = both.crop((0, both.height - one.height, both.width, both.height))
        assert lower.tobytes() == one.tobytes()
        assert len(set(one.convert("L").tobytes())) > 20


def test_workloads_without_a_chart_are_named() -> None:
    with pytest.raises(ProjectError, match="allowed: stages, roofline"):
        bench._drawn(Path("chart.png"), [])
