"""Phase B: the joined network learns better labels, exact scenes and hard pictures.

Each step takes some photos of a_open under strong photometric changes, labelled from the unchanged
photo: by the teacher's answer to the crop and by the sharper whole-photo label of Teacher.label,
fitted to it. To them come moving shots of our own scenes with exact inverse depth; the frames of a
shot share one scale and shift. The teacher's inner maps stay a target with falling weight.

    OMP_WAIT_POLICY=passive python train.py --material DIR --scenes DIR --labels DIR \
        --start FILE --out DIR [--minutes 70]
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from loop import Run, arguments, teacher_file
from losses import gradient_matching, order_loss, scene_loss
from network import DepthNet
from numpy.typing import NDArray
from photos import Photo, augment, crop, random_box, shuffled, training_photos
from PIL import Image
from teacher import HEIGHT, STAGES, WIDTH, Teacher, fit_scale_shift, resize_map
from torch.nn import functional

Array = NDArray[np.float32]
HINTS = ("f2", "f3", "f4", "d3", "d2")
# (width, height, share): most steps at the size of `faster`, some larger, some upright.
SIZES = ((320, 192, 0.8), (448, 256, 0.06), (384, 224, 0.06), (192, 320, 0.08))


@dataclass
class Batch:
    """Pictures (n, 3, h, w) in 0..1 with their targets (n, 1, h, w)."""

    planes: Array
    target: Array
    clean: Array  # the unchanged pictures at the teacher's size, for the hints


class PhotoSource:
    """Endless photo batches; the whole-photo labels are made once and kept in the cache folder."""

    def __init__(self, photos: list[Photo], teacher: Teacher, cache: Path, seed: int) -> None:
        self._photos, self._teacher = photos, teacher
        self._rng = np.random.default_rng(seed)
        self._order = shuffled(len(photos), self._rng)
        self._labels = [self._label(p, cache / f"{Path(p.name).stem}.npy") for p in photos]

    def _label(self, photo: Photo, file: Path) -> Array:
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            np.save(file, self._teacher.label(photo.rgb).astype(np.float16))
        return np.asarray(np.load(file), np.float32)

    def batch(
        self, count: int, size: tuple[int, int], strength: float
    ) -> tuple[Batch, dict[str, Array]]:
        """`count` augmented crops, their labels, and the teacher's maps of the clean crops."""
        rng, views, boxes, clean = self._rng, [], [], []
        chosen = [next(self._order) for _ in range(count)]
        for index in chosen:
            rgb = self._photos[index].rgb
            box = random_box(rng, rgb.shape[1], rgb.shape[0])
            flip = 1 if rng.random() < 0.5 else -1
            boxes.append((box, flip))
            views.append(np.ascontiguousarray(crop(rgb, box, size)[:, ::flip]))
            small = crop(rgb, box, (WIDTH, HEIGHT))[:, ::flip]
            clean.append(small.transpose(2, 0, 1).astype(np.float32) / 255.0)
        stack = np.stack(clean)
        maps = self._teacher.features(stack, [STAGES[key] for key in HINTS])
        labels = []
        for i, (index, (box, flip)) in enumerate(zip(chosen, boxes, strict=True)):
            own = maps["nearness"][i, 0]
            own = resize_map(own, *size)
            whole = Image.fromarray(self._labels[index]).resize(
                size, Image.Resampling.BILINEAR, box=box
            )
            fine = np.asarray(whole, np.float32)[:, ::flip]
            scale, shift = fit_scale_shift(fine, own)
            weight = 0.6 if scale > 0.0 else 0.0
            labels.append((1.0 - weight) * own + weight * (scale * fine + shift))
        planes = np.stack([augment(v, rng, strength) for v in views])
        return Batch(planes, np.stack(labels)[:, None], stack), maps


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
        return Batch(np.stack(planes), np.stack(target)[:, None], np.zeros(0, np.float32))


def main() -> None:
    """Trains for a time budget; the result is checkpoint.pt."""
    parser = arguments(__doc__, minutes=70.0, rate=1.5e-3, seed=2)
    parser.add_argument("--scenes", type=Path, required=True, help="folder of render_scenes.py")
    parser.add_argument("--labels", type=Path, required=True, help="cache of whole-photo labels")
    parser.add_argument("--photos", type=int, default=4, help="photos per step")
    parser.add_argument("--shots", type=int, default=1, help="two-frame shots per step")
    parser.add_argument("--scene-weight", type=float, default=0.3)
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
    net, start = (
        DepthNet().to(device),
        torch.load(args.start, map_location=device, weights_only=True),
    )
    net.load_state_dict(start["average"])
    net.eval()  # batch statistics stay fixed, see imitate.py
    scales = start["scales"]
    run, shares = Run(net, args, {"scales": scales}), np.array([share for *_, share in SIZES])
    while (progress := run.progress) < 1.0:
        pick = int(rng.choice(len(SIZES), p=shares)) if progress > 0.3 else 0
        size, strength = SIZES[pick][:2], float(rng.random())
        taken, maps = source.batch(args.photos, size, strength)
        drawn = scenes.batch(args.shots, size, strength)
        planes = torch.from_numpy(np.concatenate([taken.planes, drawn.planes])).to(device)
        own, count = net.features(planes), len(taken.planes)
        near, exact = own["nearness"], torch.from_numpy(drawn.target).to(device)
        error = near[:count] - torch.from_numpy(taken.target).to(device)
        losses = {"label": error.abs().mean(), "label edges": gradient_matching(error)}
        losses["scene"], losses["scene edges"] = scene_loss(near[count:], exact)
        losses["order"] = order_loss(near[count:], exact)
        total = 4.0 * losses["label"] + 4.0 * losses["label edges"]
        exact_total = losses["scene"] + 2.0 * losses["scene edges"] + losses["order"]
        total = total + args.scene_weight * exact_total
        if pick == 0:  # the teacher's maps exist at its own size only
            errors = []
            for key in HINTS:
                hint = torch.from_numpy(maps[STAGES[key]]).to(device) * scales[STAGES[key]]
                errors.append(functional.smooth_l1_loss(own[key][:count], hint))
            losses["hints"] = torch.stack(errors).mean()
            total = total + args.hint_weight * (1.0 - progress) * losses["hints"]
        run.step(total, losses, clip=2.0)
    run.save()


if __name__ == "__main__":
    main()
