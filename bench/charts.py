"""The stage chart: a bar for each look, its stages side by side, as a PNG."""

from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont

_WIDTH, _ROW, _LEFT, _RIGHT = 1100, 34, 190, 120
_COLORS = ("#8c9eb5", "#5b7fb4", "#3f8f8b", "#6aa84f", "#d9902f", "#b5566e", "#7a5ea8", "#555555")
_INK, _PAPER = "#202428", "#ffffff"


def stage_chart(path: Path, tables: list[dict[str, Any]]) -> None:
    """Draws milliseconds a frame by stage for each size and look.

    tables: with `title` and `stages`, milliseconds by look and stage. Raises OSError or ValueError
    where the file can't be written.
    """
    rows = [(each["title"], look, held) for each in tables for look, held in each["stages"].items()]
    stages = list(dict.fromkeys(stage for _, _, held in rows for stage in held))
    colors = {stage: _COLORS[index % len(_COLORS)] for index, stage in enumerate(stages)}
    longest = max(sum(held.values()) for _, _, held in rows)
    titles = len(tables)
    height = 70 + _ROW * (len(rows) + titles) + 30
    image = Image.new("RGB", (_WIDTH, height), _PAPER)
    draw = ImageDraw.Draw(image)
    font = ImageFont.load_default(15)
    left = 20
    for stage in stages:
        draw.rectangle((left, 22, left + 14, 36), fill=colors[stage])
        draw.text((left + 20, 20), stage, _INK, font)
        left += 40 + int(draw.textlength(stage, font))
    y, shown = 62, None
    scale = (_WIDTH - _LEFT - _RIGHT) / longest
    for title, look, held in rows:
        if title != shown:
            draw.text((20, y), title, _INK, font)
            y, shown = y + _ROW, title
        draw.text((20, y), look, _INK, font)
        x = float(_LEFT)
        for stage, milliseconds in held.items():
            draw.rectangle((x, y, x + milliseconds * scale, y + 20), fill=colors[stage])
            x += milliseconds * scale
        draw.text((x + 8, y), f"{sum(held.values()):.1f} ms", _INK, font)
        y += _ROW
    image.save(path)
