"""Phase B: the joined network learns better labels, moving views and exact scenes.

Each step takes some photos of a_open under strong photometric changes, labelled from the unchanged
photo: by the teacher's answer to the view and by the sharpened whole-photo label of Teacher.label,
fitted to it. The first photo is seen twice, as by a camera that moves a little: both views get one
fit of the label, and the two answers are compared where both see the photo. Every few steps moving
shots of our own scenes with exact inverse depth come too; the frames of a shot share one scale and
shift. The teacher's inner maps stay a target with falling weight.

    OMP_WAIT_POLICY=passive python train.py --material DIR --scenes DIR --labels DIR \
        --start FILE --out DIR [--minutes 70]
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from loop import Run, arguments, teacher_file
from losses import gradient_matching, order_loss, scene_loss, view_consistency
from network import DepthNet
from numpy.typing import NDArray
from photos import (
    Box,
    Photo,
    augment,
    crop,
    mirrored,
    moved,
    random_box,
    shuffled,
    training_photos,
)
from PIL import Image
from teacher import (
    HEIGHT,
    STAGES,
    WIDTH,
    Teacher,
    fit_scale_shift,
    photo_labels,
    resize_map,
    seen_label,
)
from torch import Tensor
from torch.nn import functional

Array = NDArray[np.float32]
Maps = dict[str, Tensor]
LABEL_SHARE = 0.7  # of the whole-photo label; the rest is the teacher's answer to the view
SCENES_EVERY = 3  # steps
HINTS = ("f2", "f3", "f4", "d3", "d2")
# (width, height, share): most steps at the size of `faster`, some larger, some upright.
SIZES = ((320, 192, 0.8), (448, 256, 0.06), (384, 224, 0.06), (192, 320, 0.08))


@dataclass
class Batch:
    """Pictures (n, 3, h, w) in 0..1 with their targets (n, 1, h, w)."""

    planes: Array
    target: Array
    maps: dict[str, Array]  # the teacher's, of the unchanged pictures at its own size
    pair: tuple[Box, Box] | None = None  # where the first two lie in their photo


class PhotoSource:
    """Endless photo batches; the whole-photo labels are made once and kept in the cache folder."""

    def __init__(self, photos: list[Photo], teacher: Teacher, cache: Path, seed: int) -> None:
        self._photos, self._teacher = photos, teacher
        self._rng = np.random.default_rng(seed)
        self._order = shuffled(len(photos), self._rng)
        self._labels = photo_labels(teacher, photos, cache)

    def batch(self, count: int, size: tuple[int, int], strength: float) -> Batch:
        """`count` augmented views with labels and clean versions; the first two of one photo."""
        rng, views, clean, boxes = self._rng, [], [], []
        labels: list[Array] = []
        chosen = [next(self._order) for _ in range(count - 1)]
        for index in [chosen[0], *chosen]:
            rgb = self._photos[index].rgb
            if len(boxes) == 1:
                box = moved(boxes[0], rng, rgb.shape[1], rgb.shape[0])
            else:
                box = random_box(rng, rgb.shape[1], rgb.shape[0])
                flip = 1 if rng.random() < 0.5 else -1
            boxes.append(box)
            views.append(np.ascontiguousarray(crop(rgb, box, size)[:, ::flip]))
            small = crop(rgb, box, (WIDTH, HEIGHT))[:, ::flip]
            clean.append(small.transpose(2, 0, 1).astype(np.float32) / 255.0)
            labels.append(seen_label(self._labels[index], box, flip, size))
            if len(boxes) == 2:
                flips = flip
        stack = np.stack(clean)
        maps = self._teacher.features(stack, [STAGES[key] for key in HINTS])
        own = np.stack([resize_map(m[0], *size) for m in maps["nearness"]])
        fine = np.stack(labels)
        for group in (slice(0, 2), *(slice(i, i + 1) for i in range(2, count))):
            scale, shift = fit_scale_shift(fine[group], own[group])
            weight = LABEL_SHARE if scale > 0.0 else 0.0
            fine[group] = (1.0 - weight) * own[group] + weight * (scale * fine[group] + shift)
        seed = int(rng.integers(2**31))  # the first two under the same light
        seeds = [seed, seed, *(int(v) for v in rng.integers(2**31, size=count - 2))]
        planes = np.stack(
            [
                augment(v, np.random.default_rng(k), strength)
                for v, k in zip(views, seeds, strict=True)
            ]
        )
        pair = (mirrored(boxes[0], flips), mirrored(boxes[1], flips))
        return Batch(planes, fine[:, None], maps, pair)


class SceneSource:
    """Endless batches of moving shots; both frames of a shot get the same photometric change."""

    def __init__(self, folder: Path, seed: int) -> None:
        self._rgb = np.load(folder / "rgb.npy", mmap_mode="r")
        self._near = np.load(folder / "disparity.npy", mmap_mode="r")
        self._rng = np.random.default_rng(seed)
        filled = int((self._near[:, 0, ::96, ::96].reshape(len(self._near), -1).max(1) > 0).sum())
        self._order = shuffled(filled, self._rng)

    def batch(self, shots: int, size: tuple[int, int], strength: float) -> Batch:
        """2 x `shots` pictures, frames of a shot next to each other."""
        rng, planes, target = self._rng, [], []
        for _ in range(shots):
            i = next(self._order)
            height, width = self._near.shape[2:]
            box = random_box(rng, width, height) if rng.random() < 0.5 else (0, 0, width, height)
            flip = 1 if rng.random() < 0.5 else -1
            seed = int(rng.integers(2**31))
            for j in range(2):
                view = np.ascontiguousarray(crop(self._rgb[i, j], box, size)[:, ::flip])
                planes.append(augment(view, np.random.default_rng(seed), strength))
                near = Image.fromarray(np.asarray(self._near[i, j], np.float32))
                # Nearest: a mean of both sides of an edge would be a depth that is not there.
                near = near.resize(size, Image.Resampling.NEAREST, box=box)
                target.append(np.asarray(near)[:, ::flip])
        return Batch(np.stack(planes), np.stack(target)[:, None], {})


def photo_losses(own: Maps, taken: Batch, scales: Maps, *, hints: bool) -> Maps:
    """The label, its edges, the agreement of the two views and, if asked for, the inner maps."""
    device, count = own["nearness"].device, len(taken.planes)
    near = own["nearness"][:count]
    error = near - torch.from_numpy(taken.target).to(device)
    losses = {"label": error.abs().mean(), "label edges": gradient_matching(error)}
    losses["views"] = view_consistency(near[:1], near[1:2], taken.pair)
    if hints:
        errors = []
        for key in HINTS:
            hint = torch.from_numpy(taken.maps[STAGES[key]]).to(device) * scales[STAGES[key]]
            errors.append(functional.smooth_l1_loss(own[key][:count], hint))
        losses["hints"] = torch.stack(errors).mean()
    return losses


def scene_losses(near: Tensor, drawn: Batch) -> Maps:
    """Value, edges and order against the exact inverse depth of our own scenes."""
    exact = torch.from_numpy(drawn.target).to(near.device)
    value, edges = scene_loss(near, exact)
    return {"scene": value, "scene edges": edges, "order": order_loss(near, exact)}


def main() -> None:
    """Trains for a time budget; the result is checkpoint.pt."""
    parser = arguments(__doc__, minutes=70.0, rate=5e-5, seed=2)
    parser.add_argument("--scenes", type=Path, required=True, help="folder of render_scenes.py")
    parser.add_argument("--labels", type=Path, required=True, help="cache of whole-photo labels")
    parser.add_argument("--photos", type=int, default=4, help="photo views per step")
    parser.add_argument("--shots", type=int, default=1, help="two-frame shots per scene step")
    parser.add_argument("--scene-weight", type=float, default=0.12, help="0: no scenes")
    parser.add_argument("--edge-weight", type=float, default=6.0)
    parser.add_argument("--view-weight", type=float, default=1.0)
    parser.add_argument("--hint-weight", type=float, default=2.0, help="at the start; falls to 0")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    rng = np.random.default_rng(args.seed)

    photos = training_photos(args.material)
    teacher = Teacher(teacher_file(args.material), args.threads)
    source = PhotoSource(photos, teacher, args.labels, args.seed)
    scenes = SceneSource(args.scenes, args.seed + 1)
    net = DepthNet().to(device)
    start = torch.load(args.start, map_location=device, weights_only=True)
    net.load_state_dict(start["average"])
    net.eval()  # batch statistics stay fixed, see imitate.py
    scales, shares = start["scales"], np.array([share for *_, share in SIZES])
    weights = {"label": 4.0, "label edges": args.edge_weight, "views": args.view_weight}
    weights |= {"scene": args.scene_weight, "scene edges": 2.0 * args.scene_weight}
    run = Run(net, args, {"scales": scales})
    while (progress := run.progress) < 1.0:
        pick = int(rng.choice(len(SIZES), p=shares)) if progress > 0.3 else 0
        size, strength = SIZES[pick][:2], float(rng.random())
        taken = source.batch(args.photos, size, strength)
        planes = [taken.planes]
        if args.scene_weight and run.steps % SCENES_EVERY == 0:
            drawn = scenes.batch(args.shots, size, strength)
            planes.append(drawn.planes)
        own = net.features(torch.from_numpy(np.concatenate(planes)).to(device))
        # The teacher's maps exist at its own size only.
        losses = photo_losses(own, taken, scales, hints=pick == 0)
        if len(planes) == 2:
            losses |= scene_losses(own["nearness"][args.photos :], drawn)
        now = weights | {"order": args.scene_weight, "hints": args.hint_weight * (1.0 - progress)}
        run.step(sum(now[key] * loss for key, loss in losses.items()), losses, clip=2.0)
    run.save()


if __name__ == "__main__":
    main()
