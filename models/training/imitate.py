"""Phase A: each stage of the network learns the teacher's stage, then the stages are joined.

A stage is fed with the teacher's map of the stage before with probability p, with the network's
own otherwise; p falls from 1 to 0 over the run. So all stages learn at once from the first step,
and none learns from the early errors of another. Photos of a_open only, seen through mild
photometric changes (the teacher sees the same pixels, its features are its answer to them).

    OMP_WAIT_POLICY=passive python imitate.py --material DIR --out DIR [--minutes 25]

Without the passive policy two threads on a shared machine spin for each other: four times slower.
"""

from __future__ import annotations

import numpy as np
import torch
from loop import Run, arguments, teacher_file
from network import Bottleneck, DepthNet
from photos import Photo, augment, crop, random_box, shuffled, training_photos
from teacher import FEATURES, HEIGHT, WIDTH, Array, Teacher
from torch import Tensor
from torch.nn import functional


def stages(
    net: DepthNet, rgb: Tensor, target: dict[str, Tensor], forced: float
) -> dict[str, Tensor]:
    """Every map of the network, each input taken from `target` with probability `forced`."""

    def pick(own: Tensor, key: str) -> Tensor:
        return target[key] if float(torch.rand(())) < forced else own

    out: dict[str, Tensor] = {}
    out["f1"] = torch.relu(net.stem(rgb * 2.0 - 1.0))
    out["f2"] = net.stage1(pick(out["f1"], "f1"))
    out["m3"] = net.stage2.first_half(pick(out["f2"], "f2"))
    out["f3"] = net.stage2.second_half(pick(out["m3"], "m3"))
    out["f4"] = net.stage3(pick(out["f3"], "f3"))
    coarse = net.context(pick(out["f4"], "f4"))
    out["d3"] = net.merge3(coarse, pick(out["f3"], "f3"))
    out["d2"] = net.merge2(pick(out["d3"], "d3"), pick(out["f2"], "f2"))
    out["nearness"] = net.head(pick(out["d2"], "d2"), pick(out["f1"], "f1"))
    return out


def channel_statistics(teacher: Teacher, photos: list[Photo]) -> dict[str, tuple[Tensor, Tensor]]:
    """Mean and standard deviation of each channel of the teacher's maps, each (1, c, 1, 1)."""
    views = [crop(p.rgb, (0, 0, p.rgb.shape[1], p.rgb.shape[0]), (WIDTH, HEIGHT)) for p in photos]
    planes = np.stack(views).transpose(0, 3, 1, 2).astype(np.float32) / 255.0
    result = {}
    for key, values in teacher.features(planes).items():
        maps = torch.from_numpy(values)
        mean, deviation = (f(maps, dim=(0, 2, 3), keepdim=True) for f in (torch.mean, torch.std))
        # Channels that hardly move carry no information; a floor keeps their noise small.
        result[key] = (mean, deviation.clamp_min(0.2 * float(deviation.median())))
    return result


@torch.no_grad()
def start_at_the_mean(net: DepthNet, means: dict[str, Tensor]) -> None:
    """Sets normalisation biases so that every stage begins at its target's mean.

    Adam moves a bias by at most the rate per step; channels with a large mean would take a
    thousand steps to arrive.
    """
    level = {key: mean.flatten() for key, mean in means.items()}
    for module in net.modules():
        if isinstance(module, Bottleneck):
            module.expand[1].weight.zero_()
    net.stem[1].bias.copy_(level["f1"])
    for stage, key in ((net.stage1, "f2"), (net.stage2, "m3"), (net.stage3, "f4")):
        stage.down[1].bias.copy_(level[key])
    second = net.stage2.blocks[len(net.stage2.blocks) // 2]
    second.expand[1].bias.copy_(level["f3"] - level["m3"])
    net.merge3.mix[1].bias.copy_(level["d3"])
    net.merge2.mix[1].bias.copy_(level["d2"])
    net.head.out.bias.fill_(float(level["nearness"]))


def main() -> None:
    """Trains for a time budget; the result is checkpoint.pt."""
    parser = arguments(__doc__, minutes=25.0, rate=3e-3, seed=1)
    parser.add_argument("--batch", type=int, default=6)
    parser.add_argument("--forced", type=float, default=1.0, help="p at the start")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    rng = np.random.default_rng(args.seed)
    device = "cuda" if torch.cuda.is_available() else "cpu"

    photos = training_photos(args.material)
    teacher = Teacher(teacher_file(args.material), args.threads)
    statistics = channel_statistics(teacher, photos[::8])
    scale = {key: (1.0 / std).to(device) for key, (_, std) in statistics.items()}
    scale["nearness"] = torch.ones(1, 1, 1, 1, device=device)  # stays in the teacher's units
    net = DepthNet().to(device)
    start_at_the_mean(net, {key: m.to(device) * scale[key] for key, (m, _) in statistics.items()})
    if args.start:
        net.load_state_dict(
            torch.load(args.start, map_location=device, weights_only=True)["average"]
        )
        # The teacher's function does not depend on the batch; with batch statistics ours would, and
        # that noise is a floor under every stage's error. So they are fixed once they are good.
        net.eval()
    run, order = Run(net, args), shuffled(len(photos), rng)
    while (progress := run.progress) < 1.0:
        planes = np.stack([view(photos[next(order)], rng) for _ in range(args.batch)])
        maps = teacher.features(planes)
        target = {k: torch.from_numpy(v).to(device) * scale[k] for k, v in maps.items()}
        forced = args.forced * max(0.0, 1.0 - 1.5 * progress)
        own = stages(net, torch.from_numpy(planes).to(device), target, forced)
        losses = {k: 4.0 * functional.smooth_l1_loss(own[k], target[k], beta=2.0) for k in FEATURES}
        losses["nearness"] = functional.l1_loss(own["nearness"], target["nearness"])
        total = torch.stack([*losses.values()]).sum() + 4.0 * losses["nearness"]
        run.step(total, losses, clip=5.0)
    run.save()


def view(photo: Photo, rng: np.random.Generator) -> Array:
    """A random crop at the teacher's size, perhaps mirrored, mildly changed: (3, 192, 320)."""
    height, width = photo.rgb.shape[:2]
    rgb = crop(photo.rgb, random_box(rng, width, height), (WIDTH, HEIGHT))
    if rng.random() < 0.5:
        rgb = np.ascontiguousarray(rgb[:, ::-1])
    return augment(rgb, rng, 0.6 * float(rng.random()))


if __name__ == "__main__":
    main()
