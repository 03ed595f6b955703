"""Phase B: the decoder, and upper stages with it if asked for, learn better labels than phase A's.

What is below stays as it is, so its maps of some hundred views are made once and a step costs less
than one of the whole network. The views come in pairs, as from a camera that moves a little. The
label of a pair is the sharpened whole-photo label, with one scale and shift fitted to the teacher's
answers to both views and their mirror images: what is the same thing has the same nearness in both.

    OMP_WAIT_POLICY=passive python decode.py --material DIR --labels DIR --start FILE --out DIR \
        [--stage 2]
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from loop import Run, arguments, teacher_file
from losses import gradient_matching, view_consistency
from network import DepthNet
from photos import Box, augment, crop, mirrored, moved, random_box, shuffled, training_photos
from teacher import HEIGHT, WIDTH, Array, Teacher, fit_scale_shift, photo_labels, seen_label
from torch import Tensor

ENCODER = ("f1", "f2", "f3", "f4")
SIZE = (WIDTH, HEIGHT)


def pair_target(teacher: Teacher, views: list[Array], labels: list[Array], share: float) -> Array:
    """(2, 192, 320): `share` of the labels, fitted to the teacher's answers, and of the answers.

    `views` are (192, 320, 3) uint8, `labels` (192, 320).
    """
    own, fine = np.stack([teacher.mirrored(v) for v in views]), np.stack(labels)
    scale, shift = fit_scale_shift(fine, own)
    # A label that contradicts the teacher's answer says nothing.
    share = share if scale > 0.0 else 0.0
    return (1.0 - share) * own + share * (scale * fine + shift)


@torch.no_grad()
def encoded(net: DepthNet, planes: Array, keys: tuple[str, ...]) -> dict[str, Tensor]:
    """The encoder's maps of every picture in half precision."""
    rows = []
    for i in range(0, len(planes), 8):
        maps = net.encode({"rgb": torch.from_numpy(planes[i : i + 8]).float()})
        rows.append({key: maps[key].half() for key in keys})
    return {key: torch.cat([row[key] for row in rows]) for key in rows[0]}


def main() -> None:
    """Trains for a time budget; the result is checkpoint.pt."""
    parser = arguments(__doc__, minutes=15.0, rate=1e-3, seed=8)
    parser.add_argument("--stage", type=int, default=4, help="the lowest that learns; 4: none")
    parser.add_argument("--labels", type=Path, required=True, help="cache of whole-photo labels")
    parser.add_argument("--share", type=float, default=0.8, help="of the label in the target")
    parser.add_argument("--pairs", type=int, default=700)
    parser.add_argument("--batch", type=int, default=2, help="pairs")
    parser.add_argument("--edge-weight", type=float, default=4.0)
    parser.add_argument("--view-weight", type=float, default=0.5)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    rng = np.random.default_rng(args.seed)

    photos = training_photos(args.material)
    teacher = Teacher(teacher_file(args.material), args.threads, with_features=False)
    labels = photo_labels(teacher, photos, args.labels)
    planes, targets, boxes = [], [], []
    order = shuffled(len(photos), rng)
    for _ in range(args.pairs):
        index, flip, seed = next(order), int(rng.choice((-1, 1))), int(rng.integers(2**31))
        height, width = photos[index].rgb.shape[:2]
        first = random_box(rng, width, height)
        pair: tuple[Box, Box] = (first, moved(first, rng, width, height))
        views = [
            np.ascontiguousarray(crop(photos[index].rgb, box, SIZE)[:, ::flip]) for box in pair
        ]
        seen = [seen_label(labels[index], box, flip, SIZE) for box in pair]
        targets.append(pair_target(teacher, views, seen, args.share).astype(np.float16))
        strength = 0.6 * float(rng.random())
        for view in views:  # under the same light
            lit = augment(view, np.random.default_rng(seed), strength)
            planes.append(lit.astype(np.float16))
        boxes.append((mirrored(pair[0], flip), mirrored(pair[1], flip)))
    start = torch.load(args.start, weights_only=True)
    net = DepthNet()
    net.load_state_dict(start["average"])
    net.eval()
    below = encoded(net, np.stack(planes), ENCODER[: args.stage])
    below = {key: values.unflatten(0, (-1, 2)) for key, values in below.items()}
    target = torch.from_numpy(np.stack(targets))
    for module in (net.stem, net.stage1, net.stage2, net.stage3)[: args.stage]:
        module.requires_grad_(False)
    run, order = Run(net, args, {"scales": start["scales"]}), shuffled(args.pairs, rng)
    while run.progress < 1.0:
        chosen = [next(order) for _ in range(args.batch)]
        own = net.encode({k: values[chosen].flatten(0, 1).float() for k, values in below.items()})
        near = net.decode(own)["nearness"]
        error = near - target[chosen].flatten(0, 1)[:, None].float()
        views = near.unflatten(0, (-1, 2))[:, :, None]
        losses = {
            "label": error.abs().mean(),
            "edges": gradient_matching(error),
            "views": torch.stack(
                [view_consistency(*v, boxes[i]) for v, i in zip(views, chosen, strict=True)]
            ).mean(),
        }
        weights = {"label": 1.0, "edges": args.edge_weight, "views": args.view_weight}
        run.step(sum(weights[key] * loss for key, loss in losses.items()), losses, clip=2.0)
    run.save()


if __name__ == "__main__":
    main()
