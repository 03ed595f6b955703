"""Losses on nearness maps (n, 1, h, w): absolute, scale-and-shift-free, gradients and order."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional


def gradient_matching(error: Tensor, scales: int = 4) -> Tensor:
    """Mean absolute difference of neighbouring errors at `scales` halved sizes.

    A constant error costs nothing, an edge that is soft or misplaced costs at every size.
    """
    total = error.new_zeros(())
    for scale in range(scales):
        e = error[..., :: 2**scale, :: 2**scale]
        total = total + (e[..., 1:] - e[..., :-1]).abs().mean()
        total = total + (e[..., 1:, :] - e[..., :-1, :]).abs().mean()
    return total / scales


def view_consistency(
    first: Tensor, second: Tensor, boxes: tuple[tuple[float, ...], tuple[float, ...]]
) -> Tensor:
    """Mean absolute difference of two maps (1, 1, h, w) of one photo where both see it.

    `boxes` are the views (left, top, right, bottom) in the photo. A camera that moves a little must
    not change what is near; the scale is compared too.
    """
    (l1, t1, r1, b1), (l2, t2, r2, b2) = boxes
    sx, sy = (r1 - l1) / (r2 - l2), (b1 - t1) / (b2 - t2)
    dx = (l1 + r1 - l2 - r2) / (r2 - l2)
    dy = (t1 + b1 - t2 - b2) / (b2 - t2)
    theta = first.new_tensor([[[sx, 0.0, dx], [0.0, sy, dy]]])
    grid = functional.affine_grid(theta, list(first.shape), align_corners=False)
    inside = (grid.abs().amax(-1) < 0.98)[:, None]
    moved = functional.grid_sample(second, grid, padding_mode="border", align_corners=False)
    return ((first - moved).abs() * inside).sum() / inside.sum().clamp_min(1)


def normalised(x: Tensor) -> Tensor:
    """(g, p) values per group, shifted by the median and divided by the mean absolute deviation.

    Follows the scale-and-shift-free loss of Ranftl et al., "Towards Robust Monocular Depth
    Estimation", 2020, section 5.
    """
    centred = x - x.median(dim=1, keepdim=True).values
    return centred / centred.abs().mean(dim=1, keepdim=True).clamp_min(1e-3)


def scene_loss(own: Tensor, target: Tensor, frames: int = 2) -> tuple[Tensor, Tensor]:
    """Value and gradient losses against exact inverse depth, free of one scale and shift.

    `frames` neighbouring entries of the batch are one moving shot and share the scale and shift,
    so that a change of scale from frame to frame is an error: the temporal term.
    """
    shape = target.shape
    x, t = (normalised(v.reshape(shape[0] // frames, -1)) for v in (own, target))
    error = (x - t).clamp(-4.0, 4.0)
    # The worst tenth is left out: a thing at the lens would otherwise outweigh the scene.
    worst = error.abs().flatten().kthvalue(int(0.9 * error.numel())).values.detach()
    value = (error.abs() * (error.abs() <= worst)).mean()
    return value, gradient_matching(error.reshape(shape))


def order_loss(own: Tensor, target: Tensor, pairs: int = 3000, ratio: float = 1.15) -> Tensor:
    """Logistic loss on random pairs whose inverse depths differ by more than `ratio`.

    Half of the pairs are neighbours within 1/16 of the width, so many of them span an edge.
    """
    n, _, h, w = own.shape
    device = own.device
    y, x = (torch.randint(0, s, (n, pairs), device=device) for s in (h, w))
    y2, x2 = (torch.randint(0, s, (n, pairs), device=device) for s in (h, w))
    near = torch.arange(pairs, device=device) < pairs // 2
    reach = max(2, w // 16)
    shift_y, shift_x = (torch.randint(-reach, reach + 1, (n, pairs), device=device) for _ in "yx")
    y2 = torch.where(near, (y + shift_y).clamp(0, h - 1), y2)
    x2 = torch.where(near, (x + shift_x).clamp(0, w - 1), x2)
    first, second = y * w + x, y2 * w + x2
    p, t = own.flatten(1), target.flatten(1)
    spread = (p - p.mean(1, keepdim=True)).abs().mean(1, keepdim=True).detach().clamp_min(1e-3)
    dp = (p.gather(1, first) - p.gather(1, second)) / spread
    a, b = t.gather(1, first), t.gather(1, second)
    clear = torch.maximum(a, b) > ratio * torch.minimum(a, b).clamp_min(0.01)
    loss = functional.softplus(-4.0 * torch.sign(a - b) * dp) / 4.0
    return (loss * clear).sum() / clear.sum().clamp_min(1)
