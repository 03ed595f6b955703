"""The teacher: TCMonoDepth small (MIT) run by ONNX Runtime, its inner features and better labels.

The teacher takes 320x192 only. Its answer is improved by test-time augmentation: mirrored and
cropped views, each fitted to the whole-picture answer by scale and shift, are averaged. Crops see
more pixels per object, so they sharpen the label; the whole picture keeps the layout.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import torch
from numpy.typing import NDArray
from photos import Box, Photo
from PIL import Image

Array = NDArray[np.float32]
WIDTH, HEIGHT = 320, 192

# Post-activation maps of the teacher's graph, in the order of computation: the stem (f1), the 16
# blocks of the encoder (b0 .. b15), the decoder's maps at 1/8 and 1/4 (d3, d2).
FEATURES = {
    "f1": "/encoder/first_conv/first_conv.2/Relu_output_0",
    **{
        f"b{k}": f"/encoder/stage{1 + (k > 3) + (k > 11)}/features.{k}/Concat_output_0"
        for k in range(16)
    },
    "d3": "/decoder/decoder3/last_conv/last_conv.2/Relu_output_0",
    "d2": "/decoder/decoder2/last_conv/last_conv.2/Relu_output_0",
}
# What the network's own stages are called among them.
STAGES = {"f1": "f1", "f2": "b3", "f3": "b11", "f4": "b15", "d3": "d3", "d2": "d2"}


def fit_scale_shift(x: Array, target: Array) -> tuple[float, float]:
    """Least-squares scale and shift that bring `x` to `target`; any equal shapes."""
    xm, tm = float(x.mean()), float(target.mean())
    variance = float(((x - xm) ** 2).mean())
    scale = float(((x - xm) * (target - tm)).mean()) / max(variance, 1e-9)
    return scale, tm - scale * xm


def resize_map(values: Array, width: int, height: int) -> Array:
    """Bilinear resize of one float map."""
    return np.asarray(
        Image.fromarray(values).resize((width, height), Image.Resampling.BILINEAR), np.float32
    )


def box_mean(values: NDArray[np.float64], radius: int) -> NDArray[np.float64]:
    """Mean over (2 radius + 1) squared of the first two axes, edges repeated."""
    side = 2 * radius + 1
    pads = ((radius + 1, radius), (radius + 1, radius), *((0, 0),) * (values.ndim - 2))
    sums = np.pad(values, pads, mode="edge").cumsum(0).cumsum(1)
    return (
        sums[side:, side:] - sums[:-side, side:] - sums[side:, :-side] + sums[:-side, :-side]
    ) / side**2


def guided(rgb: NDArray[np.uint8], near: Array, radius: int = 8, smooth: float = 1e-3) -> Array:
    """The guided filter of He, Sun and Tang (2010): moves edges of `near` onto those of `rgb`."""
    guide, values = rgb.astype(np.float64) / 255.0, near.astype(np.float64)
    mean, centre = box_mean(guide, radius), box_mean(values, radius)
    covariance = box_mean(guide * values[..., None], radius) - mean * centre[..., None]
    products = box_mean(guide[..., :, None] * guide[..., None, :], radius)
    spread = products - mean[..., :, None] * mean[..., None, :] + smooth * np.eye(3)
    slope = np.linalg.solve(spread, covariance[..., None])[..., 0]
    offset = centre - (slope * mean).sum(-1)
    result = (box_mean(slope, radius) * guide).sum(-1) + box_mean(offset, radius)
    return result.astype(np.float32)


def photo_labels(teacher: Teacher, photos: list[Photo], cache: Path) -> list[Array]:
    """The label of every whole photo, made once and kept in `cache`."""
    labels = []
    for photo in photos:
        file = cache / f"{Path(photo.name).stem}.npy"
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            np.save(file, teacher.label(photo.rgb).astype(np.float16))
        labels.append(np.asarray(np.load(file), np.float32))
    return labels


def seen_label(label: Array, box: Box, flip: int, size: tuple[int, int]) -> Array:
    """(h, w) for `size` (w, h): the box of a whole-photo label, mirrored if `flip` is -1, sharper.

    It is sharpened at twice the size: a shock filter leaves stairs, which the halving smooths.
    """
    double = (2 * size[0], 2 * size[1])
    part = Image.fromarray(label).resize(double, Image.Resampling.BILINEAR, box=box)
    return resize_map(sharpened(np.array(part, np.float32)), *size)[:, ::flip]


def sharpened(near: Array, radius: int = 3, rounds: int = 2) -> Array:
    """(h, w) with its steps made steeper: every value moves to the nearer of the local extremes.

    A shock filter that acts only where the map changes within 4 `radius` by more than a share of
    its whole range (0.05: not at all, 0.15: fully), so that slopes stay slopes.
    """
    x = torch.from_numpy(near)[None, None]
    spread = float(np.percentile(near, 98) - np.percentile(near, 2))
    for _ in range(rounds):
        wide = _highest(x, 2 * radius) + _highest(-x, 2 * radius)
        share = ((wide / max(spread, 1e-6) - 0.05) / 0.1).clamp(0.0, 1.0)
        top, bottom = _highest(x, radius), -_highest(-x, radius)
        half = 0.5 * (top - bottom)
        steep = ((x - top + half) / (0.5 * half).clamp_min(1e-6)).clamp(-1.0, 1.0)
        x = x + share * (top - half + steep * half - x)
    return np.asarray(x[0, 0], np.float32)


def _highest(x: torch.Tensor, radius: int) -> torch.Tensor:
    pool, side = torch.nn.functional.max_pool2d, 2 * radius + 1  # rows, then columns: less work
    return pool(pool(x, (1, side), 1, (0, radius)), (side, 1), 1, (radius, 0))


class Teacher:
    """Runs the teacher; not thread-safe, one per worker."""

    def __init__(self, path: Path, threads: int = 2, *, with_features: bool = True) -> None:
        model = onnx.load(str(path))
        if with_features:
            model.graph.output.extend(onnx.ValueInfoProto(name=name) for name in FEATURES.values())
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 3
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session = ort.InferenceSession(
            model.SerializeToString(), options, providers=["CPUExecutionProvider"]
        )
        self._input = self._session.get_inputs()[0].name
        self._output = self._session.get_outputs()[0].name

    def nearness(self, rgb: NDArray[np.uint8]) -> Array:
        """(h, w, 3) uint8 of any size, squashed to 320x192, to (192, 320) nearness."""
        picture = Image.fromarray(rgb).resize((WIDTH, HEIGHT), Image.Resampling.BILINEAR)
        planes = np.asarray(picture, np.float32).transpose(2, 0, 1)[None]
        (out,) = self._session.run([self._output], {self._input: planes})
        return np.asarray(out, np.float32).reshape(HEIGHT, WIDTH)

    def features(
        self, planes: Array, keys: Iterable[str] = FEATURES, dtype: type = np.float32
    ) -> dict[str, Array]:
        """(n, 3, 192, 320) in 0..1 to the maps of FEATURES named and `nearness`: (n, c, h, w)."""
        keys = ["nearness", *keys]
        names = [FEATURES.get(key, self._output) for key in keys]
        rows = []
        for p in planes:
            row = self._session.run(names, {self._input: np.ascontiguousarray(p[None] * 255.0)})
            rows.append([values.astype(dtype) for values in row])
        return {key: np.concatenate([row[i] for row in rows]) for i, key in enumerate(keys)}

    def label(
        self, rgb: NDArray[np.uint8], *, grids: tuple[int, ...] = (2, 3), detail: float = 2.0
    ) -> Array:
        """Nearness of a whole picture at (h, w), improved by test-time augmentation.

        `grids` gives overlapping crop layouts: n means n x n crops, each 2 / (n + 1) of a side.
        `detail` is the weight of a crop's answer at its centre against the whole picture's 1. The
        mean is filtered with the picture as guide, so that its edges lie where the picture's do.
        """
        height, width = rgb.shape[:2]
        whole = resize_map(self.mirrored(rgb), width, height)
        total, weight = whole.copy(), np.ones_like(whole)
        for n in grids:
            h, w = round(height * 2 / (n + 1)), round(width * 2 / (n + 1))
            window = np.outer(np.hanning(h + 2)[1:-1], np.hanning(w + 2)[1:-1]).astype(np.float32)
            for i in range(n):
                for j in range(n):
                    y, x = round(i * (height - h) / (n - 1)), round(j * (width - w) / (n - 1))
                    part = (slice(y, y + h), slice(x, x + w))
                    crop = resize_map(self.mirrored(rgb[part]), w, h)
                    scale, shift = fit_scale_shift(crop, whole[part])
                    if scale > 0.0:  # a crop that contradicts the whole picture says nothing
                        total[part] += detail * window * (scale * crop + shift)
                        weight[part] += detail * window
        return guided(rgb, total / weight)

    def mirrored(self, rgb: NDArray[np.uint8]) -> Array:
        """The mean of the answers to the picture and to its mirror image, (192, 320)."""
        flipped = self.nearness(np.ascontiguousarray(rgb[:, ::-1]))[:, ::-1]
        return 0.5 * (self.nearness(rgb) + flipped)
