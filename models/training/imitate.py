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
from photos import Box, Photo, augment, crop, random_box, shuffled, training_photos
from soap import Soap
from teacher import HEIGHT, WIDTH, Array, Teacher
from torch import Tensor, nn
from torch.nn import functional

HELD_OUT = 16  # crops that no part learns from
RIDGE = 1e-5


@dataclass(frozen=True)
class Part:
    """A piece of the network: what it reads, what it must give, and its kernels' reach in cells."""

    target: str
    inputs: tuple[str, ...]
    forward: Callable[..., Tensor]
    module: nn.Module
    reach: int
    window: tuple[int, int] | None  # rows and columns of the target; None: the whole picture


def parts(net: DepthNet) -> list[Part]:
    """Every piece in the order of computation."""
    found = [Part("f1", ("rgb",), lambda x: functional.relu(net.stem(x)), net.stem, 1, (24, 40))]
    for index, block in enumerate((*net.stage1, *net.stage2, *net.stage3)):
        found.append(Part(f"b{index}", (found[-1].target,), block, block, 1, (12, 20)))
    deep = nn.ModuleList([net.context, net.merge3])
    return [
        *found,
        Part("d3", ("b15", "b11"), lambda c, s: net.merge3(net.context(c), s), deep, 0, None),
        Part("d2", ("d3", "b3"), net.merge2, net.merge2, 3, (24, 40)),
        Part("nearness", ("d2", "f1"), net.head, net.head, 10, (96, 160)),
    ]


@dataclass(frozen=True)
class View:
    """A random crop of a photo at the teacher's size, perhaps mirrored, mildly changed."""

    plane: Array  # (3, 192, 320) in 0..1
    index: int  # of the photo
    box: Box
    flip: int  # -1: mirrored


def random_view(photos: list[Photo], index: int, rng: np.random.Generator) -> View:
    """One view of the photo at `index`."""
    height, width = photos[index].rgb.shape[:2]
    box = random_box(rng, width, height)
    flip = -1 if rng.random() < 0.5 else 1
    rgb = np.ascontiguousarray(crop(photos[index].rgb, box, (WIDTH, HEIGHT))[:, ::flip])
    return View(augment(rgb, rng, 0.6 * float(rng.random())), index, box, flip)


def random_views(photos: list[Photo], count: int, rng: np.random.Generator) -> list[View]:
    """`count` views, every photo once before any comes again."""
    order = shuffled(len(photos), rng)
    return [random_view(photos, next(order), rng) for _ in range(count)]


def channel_scales(maps: dict[str, Array]) -> dict[str, Tensor]:
    """1 / standard deviation of each channel, (1, c, 1, 1); `nearness` keeps its units."""
    result = {}
    for key, values in maps.items():
        deviation = torch.from_numpy(values).std(dim=(0, 2, 3), keepdim=True)
        # Channels that hardly move carry no information; a floor keeps their noise small.
        result[key] = 1.0 / deviation.clamp_min(0.2 * float(deviation.median()))
    result["nearness"] = torch.ones(1, 1, 1, 1)
    return result


def place(rng: np.random.Generator, side: int, length: int, unit: int) -> int:
    """A random start of a window in steps of `unit`, at either border as often as anywhere else.

    Padding makes the border a case of its own, which evenly chosen windows would hardly ever see.
    """
    most = (side - length) // unit
    return int(np.clip(rng.integers(-(most // 2), most + most // 2 + 1), 0, most)) * unit


def window(
    part: Part, inputs: list[Tensor], target: Tensor, rng: np.random.Generator
) -> tuple[list[Tensor], Tensor, tuple[slice, slice]]:
    """The same random place of inputs and target, and the rows and columns that are judged."""
    height, width = target.shape[2:]
    unit = max(1, height // min(x.shape[2] for x in inputs))  # cells of the coarsest input
    h, w = (min(p) for p in zip((height, width), part.window or (height, width), strict=True))
    y, x = (place(rng, *sides, unit) for sides in ((height, h), (width, w)))
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
    module = part.module
    norms = [m for m in module.modules() if isinstance(m, nn.BatchNorm2d)]
    for norm in norms:
        norm.train()
        norm.momentum = 1.0
    part.forward(*inputs)
    for norm in norms:
        norm.eval()
    mean = target.mean(dim=(0, 2, 3))
    half = len(mean) // 2
    if part.target == "f1":
        solve(module, inputs[0], target)
    elif part.target == "nearness":
        module.out.bias.fill_(float(mean))
    elif isinstance(module, Down | Refresh):
        module.mix.point[1].bias.copy_(mean[half:])
        if isinstance(module, Down):
            module.direct.point[1].bias.copy_(mean[:half])
        else:
            solve(module.keep, inputs[0], target[:, :half])


def solve(layer: nn.Sequential, inputs: Tensor, target: Tensor) -> None:
    """Sets a convolution with normalisation to the ridge regression of `target` before its ReLU.

    Where the target is 0 the value before the ReLU is any negative one: in turn the values are
    guessed from the weights, kept negative, and the weights solved from the values (censored
    regression by expectation and maximisation). A channel that is seldom above 0 needs that.
    """
    conv, norm = layer
    kernel, stride = conv.kernel_size[0], conv.stride[0]
    patches = functional.unfold(inputs, kernel, padding=kernel // 2, stride=stride)
    x = patches.movedim(1, 2).flatten(0, 1)
    y = target.movedim(1, -1).flatten(0, 2)
    some = torch.randperm(len(x))[:30_000]
    x, y = torch.cat([x[some], torch.ones(len(some), 1)], 1).double(), y[some].double()
    gram = x.T @ x + RIDGE * len(x) * torch.eye(x.shape[1])
    factor = torch.linalg.cholesky(gram)
    solution = torch.cholesky_solve(x.T @ y, factor)
    for _ in range(round(2e4 / x.shape[1])):
        guess = torch.where(y > 0.0, y, (x @ solution).clamp_max(0.0))
        solution = torch.cholesky_solve(x.T @ guess, factor)
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
    prepare(part, [own[k][:32].float() for k in part.inputs], goal[:32].float())
    weights = list(part.module.parameters())
    optimiser, indices = Soap(weights, rate), shuffled(count, rng)
    for step in range(steps):
        fall = 0.5 + 0.5 * np.cos(np.pi * step / steps)
        for group in optimiser.param_groups:
            group["lr"] = rate * fall * min(1.0, (step + 1) / 20)
        chosen = torch.tensor([next(indices) for _ in range(batch)])
        inputs, wanted, judged = window(
            part, [own[k][chosen].float() for k in part.inputs], goal[chosen].float(), rng
        )
        error = (part.forward(*inputs) - wanted)[..., judged[0], judged[1]]
        loss = error.abs().mean() if part.target == "nearness" else error.square().mean()
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(weights, 5.0)
        optimiser.step()


@torch.no_grad()
def apply(part: Part, own: dict[str, Tensor]) -> Tensor:
    """The part's map of every crop in half precision."""
    inputs = [own[k] for k in part.inputs]
    rows = [
        part.forward(*(x[i : i + 8].float() for x in inputs)).half()
        for i in range(0, len(inputs[0]), 8)
    ]
    return torch.cat(rows)


def main() -> None:
    """Goes through the parts; the result is checkpoint.pt."""
    parser = arguments(__doc__, minutes=0.0, rate=2e-2, seed=5)
    parser.add_argument("--crops", type=int, default=560)
    parser.add_argument("--steps", type=int, default=2500, help="per block")
    parser.add_argument("--decoder-steps", type=int, default=1500, help="per other part")
    parser.add_argument("--batch", type=int, default=8)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    rng = np.random.default_rng(args.seed)
    args.out.mkdir(parents=True, exist_ok=True)
    photos = training_photos(args.material)
    teacher = Teacher(teacher_file(args.material), args.threads)
    planes = np.stack([v.plane for v in random_views(photos, args.crops, rng)])
    maps = teacher.features(planes, dtype=np.float16)  # half the memory
    own, net = {"rgb": torch.from_numpy(planes).half()}, DepthNet()
    net.eval()
    scales = channel_scales({key: values[:64].astype(np.float32) for key, values in maps.items()})
    for part in parts(net):
        start = time.process_time()
        goal = (torch.from_numpy(maps.pop(part.target)) * scales[part.target]).half()
        steps, rate = args.steps, args.rate
        if isinstance(part.module, Down):  # harder: more and smaller steps
            steps, rate = round(1.5 * steps), 0.5 * rate
        elif not isinstance(part.module, Refresh):
            steps, rate = args.decoder_steps, 0.5 * rate
        learn(part, own, goal, rng, steps=steps, rate=rate, batch=args.batch)
        own[part.target] = apply(part, own)
        error = (own[part.target][-HELD_OUT:].float() - goal[-HELD_OUT:].float()).square().mean()
        print(f"{part.target}: {error:.5f}, {time.process_time() - start:.0f} CPU s", flush=True)
        torch.save({"average": net.state_dict(), "scales": scales}, args.out / "checkpoint.pt")
        for key in [k for k in own if k[0] == "b" and k not in ("b3", "b11", part.target)]:
            del own[key]  # only the last map and the ones the decoder joins are read again


if __name__ == "__main__":
    main()
