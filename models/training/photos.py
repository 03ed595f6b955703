"""The photos: which ones may train, random crops of them, and photometric augmentation.

Only `photos/a_open` is read. Two groups of it are left out: `elementary` (licence text not
readable) and `liveportrait` (the people's consent and the pictures' origin are not stated).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

Picture = NDArray[np.uint8]
Box = tuple[int, int, int, int]  # left, top, right, bottom
LEFT_OUT = ("elementary", "liveportrait")


@dataclass(frozen=True, slots=True)
class Photo:
    """One training photo: where it came from and its pixels (h, w, 3)."""

    name: str
    licence: str
    rgb: Picture


def training_photos(material: Path) -> list[Photo]:
    """Every photo of `photos/a_open` that we answer for, in the order of the index."""
    with (material / "photos" / "index.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    photos = []
    for row in rows:
        folder, name = row["file"].split("/")
        if folder == "a_open" and not name.startswith(LEFT_OUT):
            with Image.open(material / "photos" / row["file"]) as image:
                pixels = np.asarray(image.convert("RGB"))
            photos.append(Photo(name, row["licence"], pixels))
    return photos


def random_box(rng: np.random.Generator, width: int, height: int) -> Box:
    """A crop (left, top, right, bottom) of 20 to 100 % of the area with aspect 0.6 to 2.3."""
    aspect = float(np.exp(rng.uniform(np.log(0.6), np.log(2.3))))
    w = min(1.0, aspect * height / width)
    h = min(1.0, width / height / aspect)
    shrink = float(np.sqrt(rng.uniform(0.2, 1.0))) if rng.random() < 0.7 else 1.0
    cw, ch = max(64, round(w * shrink * width)), max(64, round(h * shrink * height))
    left, top = int(rng.integers(0, width - cw + 1)), int(rng.integers(0, height - ch + 1))
    return left, top, left + cw, top + ch


def moved(box: Box, rng: np.random.Generator, width: int, height: int) -> Box:
    """The box shifted and scaled by up to 5 % of its size, inside the photo."""
    left, top, right, bottom = box
    w, h, zoom = right - left, bottom - top, float(np.exp(rng.uniform(-0.05, 0.05)))
    x, y = left + rng.uniform(-0.05, 0.05) * w, top + rng.uniform(-0.05, 0.05) * h
    w, h = min(width, round(w * zoom)), min(height, round(h * zoom))
    x, y = int(np.clip(round(x), 0, width - w)), int(np.clip(round(y), 0, height - h))
    return x, y, x + w, y + h


def mirrored(box: Box, flip: int) -> Box:
    """The box in the coordinates of the photo seen in a mirror, if `flip` is -1."""
    left, top, right, bottom = box
    return box if flip > 0 else (-right, top, -left, bottom)


def crop(rgb: Picture, box: Box, size: tuple[int, int]) -> Picture:
    """The box squashed to (width, height) with an antialiased bilinear filter."""
    return np.asarray(Image.fromarray(rgb).resize(size, Image.Resampling.BILINEAR, box=box))


def augment(rgb: Picture, rng: np.random.Generator, strength: float = 1.0) -> NDArray[np.float32]:
    """One photometric variant, (3, h, w) float32 in 0..1; `strength` 1 is the full range, 0 none.

    Exposure, gamma, contrast, log-like flattening, casts, saturation, blur, noise, JPEG.
    """
    image = Image.fromarray(rgb)
    if rng.random() < 0.25 * strength:
        image = image.filter(ImageFilter.GaussianBlur(float(rng.uniform(0.3, 1.8))))
    if rng.random() < 0.3 * strength:
        buffer = io.BytesIO()
        image.save(buffer, "JPEG", quality=int(rng.integers(15, 80)))
        image = Image.open(buffer)
    # Everything that acts on one code value at a time goes into one table per channel.
    s, x = strength, np.repeat(np.linspace(0.0, 1.0, 256)[:, None], 3, axis=1)
    if rng.random() < 0.8:
        x = x ** np.exp(rng.uniform(-0.6, 0.6) * s) * np.exp(rng.uniform(-0.6, 0.4) * s)
    if rng.random() < 0.5:  # colour cast
        x = x * np.exp(rng.uniform(-0.25, 0.25, 3) * s)
    if rng.random() < 0.25 * s:  # log-like: lifted black, low contrast, pale
        black, white = rng.uniform(0.05, 0.2), rng.uniform(0.6, 0.85)
        k = np.exp(rng.uniform(1.0, 3.5))
        x = black + (white - black) * np.log1p(k * np.clip(x, 0.0, 1.0)) / np.log1p(k)
    elif rng.random() < 0.3:
        x = 0.5 + np.exp(rng.uniform(-0.5, 0.4) * s) * (x - 0.5)
    codes, table = np.asarray(image), np.clip(x, 0.0, 1.0).astype(np.float32)
    out = np.stack([table[:, c].take(codes[..., c]) for c in range(3)])
    if rng.random() < 0.5:  # saturation, down to none
        luma = 0.2126 * out[0] + 0.7152 * out[1] + 0.0722 * out[2]
        out = luma + np.float32(1.0 + rng.uniform(-1.0, 0.6) * s) * (out - luma)
    if rng.random() < 0.4 * s:
        sigma = np.float32(np.exp(rng.uniform(np.log(0.004), np.log(0.06))))
        grain = rng.standard_normal((1, *codes.shape[:2]), np.float32)  # the same in all channels
        out = out + sigma * grain * rng.uniform(0.5, 1.0, (3, 1, 1)).astype(np.float32)
    return np.clip(out, 0.0, 1.0, dtype=np.float32)


def shuffled(count: int, rng: np.random.Generator) -> Iterator[int]:
    """Endless indices; every index once per round."""
    while True:
        yield from rng.permutation(count).tolist()
