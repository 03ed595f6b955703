"""Phase B: the decoder, and then upper stages with it, learn the sharpened labels.

What is below stays as it is, so its maps of some hundred views are made once and a step costs less
than one of the whole network. The label of a view is the sharpened whole-photo label, fitted to the
teacher's answer to the view; the teacher's inner maps stay a target beside it.

    OMP_WAIT_POLICY=passive python decode.py --material DIR --labels DIR --start FILE --out DIR \
        [--stage 2]
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from imitate import HELD_OUT, View, random_views
from loop import Run, arguments, teacher_file
from losses import gradient_matching
from network import DepthNet
from photos import shuffled, training_photos
from teacher import HEIGHT, STAGES, WIDTH, Array, Teacher, fit_scale_shift, photo_labels, seen_label
from torch import Tensor
from torch.nn import functional

ENCODER = ("f1", "f2", "f3", "f4")


def view_label(view: View, label: Array, own: Array, share: float) -> Array:
    """(192, 320): `share` of the sharpened label, fitted to the teacher's answer `own`, and own."""
    fine = seen_label(label, view.box, view.flip, (WIDTH, HEIGHT))
    scale, shift = fit_scale_shift(fine, own)
    # A label that contradicts the teacher's answer says nothing.
    share = share if scale > 0.0 else 0.0
    return (1.0 - share) * own + share * (scale * fine + shift)


@torch.no_grad()
def encoded(net: DepthNet, planes: Array, keys: tuple[str, ...]) -> dict[str, Tensor]:
    """The encoder's maps of every picture in half precision."""
    rows = []
    for i in range(0, len(planes), 8):
        maps = net.encode({"rgb": torch.from_numpy(planes[i : i + 8])})
        rows.append({key: maps[key].half() for key in keys})
    return {key: torch.cat([row[key] for row in rows]) for key in keys}


def main() -> None:
    """Trains for a time budget; the result is checkpoint.pt."""
    parser = arguments(__doc__, minutes=4.0, rate=2e-3, seed=8)
    parser.add_argument("--stage", type=int, default=4, help="the lowest that learns; 4: none")
    parser.add_argument("--labels", type=Path, required=True, help="cache of whole-photo labels")
    parser.add_argument("--share", type=float, default=0.8, help="of the label in the target")
    parser.add_argument("--crops", type=int, default=440)
    parser.add_argument("--batch", type=int, default=4)
    parser.add_argument("--edge-weight", type=float, default=2.0)
    parser.add_argument("--hint-weight", type=float, default=0.1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    rng = np.random.default_rng(args.seed)

    photos = training_photos(args.material)
    teacher = Teacher(teacher_file(args.material), args.threads)
    labels = photo_labels(teacher, photos, args.labels)
    views = random_views(photos, args.crops, rng)
    planes = np.stack([v.plane for v in views])
    known = ENCODER[: args.stage]
    hints = (*ENCODER[args.stage :], "d3", "d2")
    maps = teacher.features(planes, [STAGES[key] for key in hints], dtype=np.float16)
    near = maps["nearness"].astype(np.float32)
    target = torch.from_numpy(
        np.stack(
            [
                view_label(v, labels[v.index], o[0], args.share)
                for v, o in zip(views, near, strict=True)
            ]
        )[:, None]
    )
    start = torch.load(args.start, weights_only=True)
    net, scales = DepthNet(), start["scales"]
    net.load_state_dict(start["average"])
    net.eval()
    below = encoded(net, planes, known)
    for module in (net.stem, net.stage1, net.stage2, net.stage3)[: args.stage]:
        module.requires_grad_(False)
    run, order = Run(net, args, {"scales": scales}), shuffled(len(views) - HELD_OUT, rng)
    while run.progress < 1.0:
        chosen = torch.tensor([next(order) for _ in range(args.batch)])
        own = net.encode({key: values[chosen].float() for key, values in below.items()})
        own |= net.decode(own)
        error = own["nearness"] - target[chosen]
        losses = {"label": error.abs().mean(), "edges": gradient_matching(error)}
        for key in hints:
            name = STAGES[key]
            hint = torch.from_numpy(maps[name][chosen.numpy()]).float() * scales[name]
            losses[key] = functional.smooth_l1_loss(own[key], hint)
        total = losses["label"] + args.edge_weight * losses["edges"]
        hinted = torch.stack([losses[key] for key in hints]).mean()
        run.step(total + args.hint_weight * hinted, losses, clip=2.0)
    run.save()


if __name__ == "__main__":
    main()
