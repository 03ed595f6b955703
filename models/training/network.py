"""The depthgrade network: a small plain-convolution encoder-decoder for relative depth.

One picture in, one map of nearness out (larger = nearer, affine-ambiguous inverse depth). Only
convolutions, ReLU, nearest upsampling and pooling are used: every one of them folds or fuses on a
CPU, and dense 3x3 kernels train several times faster there than depthwise ones.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

# The widths at 1/2, 1/4, 1/8 and 1/16 and the number of blocks equal the teacher's, so that every
# block can first learn to give the teacher's map at its place (see imitate.py).
WIDTHS = (24, 48, 96, 192)


def conv_bn(inputs: int, outputs: int, kernel: int = 1, stride: int = 1) -> nn.Sequential:
    """Convolution and batch normalisation without activation; folds into one convolution."""
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False),
        nn.BatchNorm2d(outputs),
    )


class Refresh(nn.Module):
    """Keeps half of what there is, chosen by a 1x1, and renews the other half by 1x1 and 3x3."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.keep = conv_bn(width, width // 2)
        self.point = conv_bn(width, width // 2)
        self.mix = conv_bn(width // 2, width // 2, 3)

    def forward(self, x: Tensor) -> Tensor:
        new = functional.relu(self.mix(functional.relu(self.point(x))))
        return torch.cat([functional.relu(self.keep(x)), new], 1)


class Down(nn.Module):
    """Half the size, twice the width: a strided 3x3 of the map beside one of a 1x1 of the map."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.direct = conv_bn(width, width, 3, 2)
        self.point = conv_bn(width, width)
        self.mix = conv_bn(width, width, 3, 2)

    def forward(self, x: Tensor) -> Tensor:
        y = functional.relu(self.point(x))
        return functional.relu(torch.cat([self.direct(x), self.mix(y)], 1))


class Context(nn.Module):
    """Adds what the whole picture says: a 3x3 at 1/32 and the global mean, fed back to 1/16.

    The last batch normalisation starts at zero, so the stage is the identity until it helps.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.local = conv_bn(width, width // 2, 3)
        self.pooled = nn.Conv2d(width, width // 2, 1)
        self.out = conv_bn(width // 2, width)
        nn.init.zeros_(self.out[1].weight)

    def forward(self, x: Tensor) -> Tensor:
        small = functional.avg_pool2d(x, 2)
        y = functional.relu(self.local(small) + self.pooled(small.mean((2, 3), keepdim=True)))
        return functional.relu(
            x + functional.interpolate(self.out(y), scale_factor=2.0, mode="nearest")
        )


class Merge(nn.Module):
    """Joins a coarse map with the encoder's map of twice its size, then renews half of the sum."""

    def __init__(self, coarse: int, skip: int, width: int) -> None:
        super().__init__()
        self.coarse = conv_bn(coarse, width)
        self.skip = conv_bn(skip, width)
        self.refresh = Refresh(width)

    def forward(self, coarse: Tensor, skip: Tensor) -> Tensor:
        up = functional.interpolate(self.coarse(coarse), scale_factor=2.0, mode="nearest")
        return self.refresh(functional.relu(up + self.skip(skip)))


class Head(nn.Module):
    """From 1/4 and the stem's 1/2 features to nearness at full size by sub-pixel convolution."""

    def __init__(self, coarse: int, skip: int, width: int) -> None:
        super().__init__()
        self.coarse = conv_bn(coarse, width)
        self.skip = conv_bn(skip, width)
        self.mix = conv_bn(width, width, 3)
        self.out = nn.Conv2d(width, 4, 3, padding=1)
        with torch.no_grad():  # four equal sub-pixels: no checkerboard to unlearn
            self.out.weight.copy_(self.out.weight[:1].expand_as(self.out.weight).clone())
            self.out.bias.zero_()

    def forward(self, coarse: Tensor, skip: Tensor) -> Tensor:
        up = functional.interpolate(self.coarse(coarse), scale_factor=2.0, mode="nearest")
        y = functional.relu(self.mix(functional.relu(up + self.skip(skip))))
        return functional.pixel_shuffle(self.out(y), 2)


class DepthNet(nn.Module):
    """RGB (n, 3, h, w) in 0..1, sides multiples of 32, to nearness (n, 1, h, w)."""

    def __init__(self, blocks: tuple[int, int, int] = (3, 7, 3), head: int = 16) -> None:
        super().__init__()
        half, quarter, eighth, sixteenth = WIDTHS
        self.stem = conv_bn(3, half, 3, 2)
        self.stage1, self.stage2, self.stage3 = (
            nn.Sequential(Down(width), *(Refresh(2 * width) for _ in range(count)))
            for width, count in zip((half, quarter, eighth), blocks, strict=True)
        )
        self.context = Context(sixteenth)
        self.merge3 = Merge(sixteenth, eighth, eighth)
        self.merge2 = Merge(eighth, quarter, quarter)
        self.head = Head(quarter, half, head)

    def features(self, rgb: Tensor) -> dict[str, Tensor]:
        """The maps at the end of every stage, and the output `nearness`.

        The colours are not centred: zero padding is black, as it is for the teacher, whose answer
        along the border of every map depends on it.
        """
        f1 = functional.relu(self.stem(rgb))
        f2 = self.stage1(f1)
        f3 = self.stage2(f2)
        f4 = self.stage3(f3)
        d3 = self.merge3(self.context(f4), f3)
        d2 = self.merge2(d3, f2)
        maps = {"f1": f1, "f2": f2, "f3": f3, "f4": f4, "d3": d3, "d2": d2}
        return maps | {"nearness": self.head(d2, f1)}

    def forward(self, rgb: Tensor) -> Tensor:
        return self.features(rgb)["nearness"]
