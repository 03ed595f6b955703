"""Charts as a PNG: a bar for each look with its stages side by side, and rooflines."""

import math
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont

_WIDTH, _ROW, _LEFT, _RIGHT = 1100, 34, 190, 120
# One for each stage a render may have.
_COLORS = (
    *("#8c9eb5", "#5b7fb4", "#3f8f8b", "#6aa84f", "#d9902f", "#b5566e", "#7a5ea8", "#555555"),
    "#c9a98b",
)
_INK, _PAPER = "#202428", "#ffffff"


def draw_charts(path: Path, tables: list[dict[str, Any]]) -> None:
    """Draws the stages of all tables that have them and each roofline, one under the other.

    Raises OSError or ValueError where the file can't be written.
    """
    stages = [each for each in tables if "stages" in each]
    images = [_stage_chart(stages)] if stages else []
    images += [_roofline(each["title"], each["roofline"]) for each in tables if "roofline" in each]
    whole = Image.new("RGB", (_WIDTH, sum(image.height for image in images)), _PAPER)
    top = 0
    for image in images:
        whole.paste(image, (0, top))
        top += image.height
    whole.save(path)


def _roofline(title: str, given: dict[str, Any]) -> Image.Image:
    """Powers a second by powers a byte, both by powers of ten; points named by their nodes."""
    peak, bandwidth, points = given["peak"], given["bandwidth"], given["points"]
    height, bottom, right = 460, 410, _WIDTH - 100
    image = Image.new("RGB", (_WIDTH, height), _PAPER)
    draw = ImageDraw.Draw(image)
    font = ImageFont.load_default(15)
    low, high = 0.1, 10.0 * math.ceil(points[-1]["intensity"] / 10)
    least, most = min(each["reached"] for each in points) / 4, 2 * peak

    def place(intensity: float, rate: float) -> tuple[float, float]:
        x = math.log(intensity / low) / math.log(high / low)
        y = math.log(rate / least) / math.log(most / least)
        return 80 + x * (right - 80), bottom - y * (bottom - 60)

    draw.text((20, 20), title, _INK, font)
    draw.line((80, 60, 80, bottom, right, bottom), fill=_INK)
    draw.text((right - 130, bottom + 16), "powers a byte", _INK, font)
    draw.text((90, 56), "10^9 powers a second of a core", _INK, font)
    for tick in (0.1, 0.3, 1, 3, 10):
        x, _ = place(tick, least)
        draw.line((x, bottom, x, bottom + 5), fill=_INK)
        draw.text((x - 8, bottom + 16), f"{tick:g}", _INK, font)
    start, knee = max(low, least / bandwidth), peak / bandwidth
    roof = [place(start, bandwidth * start), place(knee, peak), place(high, peak)]
    draw.line(roof, fill=_COLORS[1], width=3)
    x, y = place(knee, peak)
    draw.text((x + 8, y - 24), f"{peak:.2f} (powers alone)", _COLORS[1], font)
    for number, each in enumerate(points):
        x, y = place(each["intensity"], each["reached"])
        draw.ellipse((x - 5, y - 5, x + 5, y + 5), fill=_COLORS[4])
        label = f"{each['name']} nodes {each['reached']:.2f}"
        draw.text((x - 20, y + 8 - 34 * (number % 2)), label, _INK, font)
    return image


def _stage_chart(tables: list[dict[str, Any]]) -> Image.Image:
    """Milliseconds a frame by stage for each size and look.

    tables: with `title` and `stages`, milliseconds by look and stage.
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
    return image
