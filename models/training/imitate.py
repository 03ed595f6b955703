"""Phase A: the blocks learn the teacher's maps one after the other, each on what lies below it.

The teacher's maps of some hundred crops are made once. Then each block of the network learns, on
small windows, to give the teacher's map at its place from what the blocks below it really give, and
is fixed. Every problem is shallow, nothing moves below a block while it learns, no gradient passes
through the rest, so a step costs a fiftieth of one of the whole network and the rate can be high.

    OMP_WAIT_POLICY=passive python imitate.py --material DIR --out DIR

Without the passive policy two threads on a shared machine spin for each other: four times slower.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from loop import arguments, teacher_file
from network import DepthNet, Down, Refresh
from photos import Photo, augment, crop, random_box, shuffled, training_photos
from soap import Soap
from teacher import HEIGHT, WIDTH, Array, Teacher
from torch import Tensor, nn
from torch.nn import functional

HELD_OUT = 16  # crops that no block learns from
WINDOW = (24, 40)  # cells of the block's output; four times that for the picture itself
RIDGE = 1e-5


@dataclass(frozen=True)
class Part:
    """A piece of the network: what it reads, what it must give, and its kernels' reach in cells."""

    target: str
    inputs: tuple[str, ...]
    forward: Callable[..., Tensor]
    modules: tuple[nn.Module, ...]
    reach: int


def parts(net: DepthNet) -> list[Part]:
    """Every piece in the order of computation."""
    found = [Part("f1", ("rgb",), lambda x: functional.relu(net.stem(x)), (net.stem,), 1)]
    for index, block in enumerate((*net.stage1, *net.stage2, *net.stage3)):
        found.append(Part(f"b{index}", (found[-1].target,), block, (block,), 1))
    found += [
        Part(
            "d3",
            ("b15", "b11"),
            lambda c, s: net.merge3(net.context(c), s),
            (net.context, net.merge3),
            0,
        ),
        Part("d2", ("d3", "b3"), net.merge2, (net.merge2,), 2),
        Part("nearness", ("d2", "f1"), net.head, (net.head,), 8),
    ]
    return found


def view(photo: Photo, rng: np.random.Generator) -> Array:
    """A random crop at the teacher's size, perhaps mirrored, mildly changed: (3, 192, 320)."""
    height, width = photo.rgb.shape[:2]
    rgb = crop(photo.rgb, random_box(rng, width, height), (WIDTH, HEIGHT))
    if rng.random() < 0.5:
        rgb = np.ascontiguousarray(rgb[:, ::-1])
    return augment(rgb, rng, 0.6 * float(rng.random()))


def channel_scales(maps: dict[str, Array]) -> dict[str, Tensor]:
    """1 / standard deviation of each channel, (1, c, 1, 1); `nearness` keeps its units."""
    result = {}
    for key, values in maps.items():
        deviation = torch.from_numpy(values).std(dim=(0, 2, 3), keepdim=True)
        # Channels that hardly move carry no information; a floor keeps their noise small.
        result[key] = 1.0 / deviation.clamp_min(0.2 * float(deviation.median()))
    result["nearness"] = torch.ones(1, 1, 1, 1)
    return result


def window(
    part: Part, inputs: list[Tensor], target: Tensor, rng: np.random.Generator
) -> tuple[list[Tensor], Tensor, tuple[slice, slice]]:
    """The same random place of inputs and target, and the rows and columns that are judged."""
    height, width = target.shape[2:]
    unit = max(1, height // min(x.shape[2] for x in inputs))  # cells of the coarsest input
    many = 4 if part.target == "nearness" else 1
    h, w = min(height, many * WINDOW[0]), min(width, many * WINDOW[1])
    if part.reach == 0:  # sees the whole picture
        h, w = height, width
    y = int(rng.integers(0, (height - h) // unit + 1)) * unit
    x = int(rng.integers(0, (width - w) // unit + 1)) * unit
    cut = []
    for values in inputs:
        k = values.shape[2] / height
        rows = slice(round(y * k), round((y + h) * k))
        cut.append(values[:, :, rows, round(x * k) : round((x + w) * k)])
    r = part.reach  # inside the picture, what zero padding of the window touches is not judged
    rows = slice(r if y else 0, h - r if y + h < height else h)
    columns = slice(r if x else 0, w - r if x + w < width else w)
    return cut, target[:, :, y : y + h, x : x + w], (rows, columns)


@torch.no_grad()
def prepare(part: Part, inputs: list[Tensor], target: Tensor) -> None:
    """Fixes the normalisation to the statistics of real inputs and solves what is linear.

    Batch statistics would be a floor under the error, since the teacher's function does not depend
    on the batch. The kept half of a block is mostly a selection: least squares finds it at once.
    """
    norms = [
        m for module in part.modules for m in module.modules() if isinstance(m, nn.BatchNorm2d)
    ]
    for norm in norms:
        norm.train()
        norm.momentum = 1.0
    part.forward(*inputs)
    for norm in norms:
        norm.eval()
    mean, module = target.mean(dim=(0, 2, 3)), part.modules[-1]
    half = len(mean) // 2
    if part.target == "f1":
        solve(module, inputs[0], target)
    elif isinstance(module, Down):
        solve(module.direct, inputs[0], target[:, :half])
        module.mix[1].bias.copy_(mean[half:])
    elif isinstance(module, Refresh):
        solve(module.keep, inputs[0], target[:, :half])
        module.mix[1].bias.copy_(mean[half:])
    elif part.target == "nearness":
        module.out.bias.fill_(float(mean))


def solve(layer: nn.Module, inputs: Tensor, target: Tensor) -> None:
    """Sets a convolution with normalisation to the ridge regression of target on inputs."""
    conv, norm = layer
    kernel, stride = conv.kernel_size[0], conv.stride[0]
    patches = functional.unfold(inputs, kernel, padding=kernel // 2, stride=stride)
    x = patches.movedim(1, 2).flatten(0, 1)
    y = target.movedim(1, -1).flatten(0, 2)
    some = torch.randperm(len(x))[:40_000]
    x, y = torch.cat([x[some], torch.ones(len(some), 1)], 1), y[some]
    gram = x.T @ x + RIDGE * len(x) * torch.eye(x.shape[1])
    solution = torch.linalg.solve(gram, x.T @ y)
    conv.weight.copy_(solution[:-1].T.reshape(conv.weight.shape))
    norm.weight.fill_(1.0)
    norm.running_mean.zero_()
    norm.running_var.fill_(1.0 - norm.eps)
    norm.bias.copy_(solution[-1])


def learn(
    part: Part,
    own: dict[str, Tensor],
    goal: Tensor,
    rng: np.random.Generator,
    *,
    steps: int,
    rate: float,
    batch: int,
) -> None:
    """Fits one part with a cosine rate."""
    count = len(goal) - HELD_OUT
    prepare(part, [own[k][:32] for k in part.inputs], goal[:32])
    weights = [p for module in part.modules for p in module.parameters()]
    optimiser, indices = Soap(weights, rate), shuffled(count, rng)
    for step in range(steps):
        fall = 0.5 + 0.5 * np.cos(np.pi * step / steps)
        for group in optimiser.param_groups:
            group["lr"] = rate * fall * min(1.0, (step + 1) / 20)
        chosen = torch.tensor([next(indices) for _ in range(batch)])
        inputs, wanted, judged = window(
            part, [own[k][chosen] for k in part.inputs], goal[chosen], rng
        )
        error = (part.forward(*inputs) - wanted)[..., judged[0], judged[1]]
        loss = error.abs().mean() if part.target == "nearness" else error.square().mean()
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(weights, 5.0)
        optimiser.step()


@torch.no_grad()
def apply(part: Part, own: dict[str, Tensor]) -> Tensor:
    """The part's map of every crop."""
    inputs = [own[k] for k in part.inputs]
    rows = [part.forward(*(x[i : i + 8] for x in inputs)) for i in range(0, len(inputs[0]), 8)]
    return torch.cat(rows)


def main() -> None:
    """Goes through the parts; the result is checkpoint.pt."""
    parser = arguments(__doc__, minutes=0.0, rate=1e-2, seed=5)
    parser.add_argument("--crops", type=int, default=208)
    parser.add_argument("--steps", type=int, default=400, help="per block; more for stem, decoder")
    parser.add_argument("--batch", type=int, default=8)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    rng = np.random.default_rng(args.seed)
    args.out.mkdir(parents=True, exist_ok=True)
    photos = training_photos(args.material)
    teacher = Teacher(teacher_file(args.material), args.threads)
    order = shuffled(len(photos), rng)
    planes = np.stack([view(photos[next(order)], rng) for _ in range(args.crops)])
    maps = teacher.features(planes)
    scales = channel_scales(maps)
    own, net = {"rgb": torch.from_numpy(planes)}, DepthNet()
    net.eval()
    for part in parts(net):
        start = time.process_time()
        goal = torch.from_numpy(maps.pop(part.target)) * scales[part.target]
        steps = args.steps * {"f1": 4, "d3": 2, "d2": 2, "nearness": 2}.get(part.target, 1)
        learn(part, own, goal, rng, steps=steps, rate=args.rate, batch=args.batch)
        own[part.target] = apply(part, own)
        error = (own[part.target] - goal)[-HELD_OUT:].square().mean()
        print(f"{part.target}: {error:.4f}, {time.process_time() - start:.0f} CPU s", flush=True)
        for key in [k for k in own if k[0] == "b" and k not in ("b3", "b11", part.target)]:
            del own[key]  # only the last map and the ones the decoder joins are read again
    torch.save({"average": net.state_dict(), "scales": scales}, args.out / "checkpoint.pt")


if __name__ == "__main__":
    main()
