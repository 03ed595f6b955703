"""Phase B: the decoder, and upper stages with it if asked for, learn the teacher's answer itself.

What is below stays as it is, so its maps of some hundred views are made once and a step costs less
than one of the whole network. The views come in pairs, as from a camera that moves a little; the
two answers are compared where both see the photo. The target is the mean of the teacher's answers
to the unchanged view and to its mirror image, which is steadier than one answer; the network sees
the view under a photometric change, the same for both of a pair.

    OMP_WAIT_POLICY=passive python decode.py --material DIR --start FILE --out DIR [--stage 2]
"""

from __future__ import annotations

import numpy as np
import torch
from loop import Run, arguments, teacher_file
from losses import gradient_matching, view_consistency
from network import DepthNet
from photos import Box, augment, crop, mirrored, moved, random_box, shuffled, training_photos
from teacher import HEIGHT, WIDTH, Array, Teacher
from torch import Tensor

ENCODER = ("f1", "f2", "f3", "f4")
SIZE = (WIDTH, HEIGHT)


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
    parser = arguments(__doc__, minutes=5.0, rate=8e-4, seed=8)
    parser.add_argument(
        "--stage", type=int, default=4, choices=(1, 2, 3, 4), help="the lowest that learns, 4: none"
    )
    parser.add_argument("--pairs", type=int, default=400)
    parser.add_argument("--batch", type=int, default=2, help="pairs")
    parser.add_argument("--edge-weight", type=float, default=4.0)
    parser.add_argument("--view-weight", type=float, default=0.5)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    rng = np.random.default_rng(args.seed)

    photos = training_photos(args.material)
    teacher = Teacher(teacher_file(args.material), args.threads, with_features=False)
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
        targets.append(np.stack([teacher.mirrored(v) for v in views]).astype(np.float16))
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
