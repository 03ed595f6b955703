"""The depthgrade network: a small convolutional encoder-decoder for relative depth.

One picture in, one map of nearness out (larger = nearer, affine-ambiguous inverse depth). Only
convolutions, ReLU, nearest upsampling and pooling are used: every one of them folds or fuses on a
CPU. The 3x3 kernels are depthwise but for the first and the last: measured against dense ones, two
thirds of the time per picture in ONNX Runtime. What that saves goes into the finest decoder stage.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

# The widths at 1/2, 1/4, 1/8 and 1/16 and the number of blocks equal the teacher's, so that every
# block can first learn to give the teacher's map at its place (see imitate.py).
WIDTHS = (24, 48, 96, 192)
BLOCKS = (3, 7, 3)
# Half as wide again inside (and twice as wide) as the teacher's blocks: one that is just as wide
# has one best answer and hardly a way there; with room to spare the error is a hundredth.
REFRESH_INNER, DOWN_INNER = 0.75, 2.0


def conv_bn(inputs: int, outputs: int, kernel: int = 1, stride: int = 1) -> nn.Sequential:
    """Convolution and batch normalisation without activation; folds into one convolution."""
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False),
        nn.BatchNorm2d(outputs),
    )


class Separable(nn.Module):
    """A depthwise 3x3 and a 1x1 with batch normalisation; nothing between, so linear."""

    def __init__(self, inputs: int, outputs: int, stride: int = 1) -> None:
        super().__init__()
        self.space = nn.Conv2d(inputs, inputs, 3, stride, 1, groups=inputs, bias=False)
        self.point = conv_bn(inputs, outputs)

    def forward(self, x: Tensor) -> Tensor:
        return self.point(self.space(x))


class Refresh(nn.Module):
    """Keeps half of what there is, chosen by a 1x1, and renews the other half by 1x1 and 3x3.

    `inner` is how many channels the renewal has inside, as a share of `width`.
    """

    def __init__(self, width: int, inner: float = 0.5) -> None:
        super().__init__()
        hidden = round(inner * width)
        self.keep = conv_bn(width, width // 2)
        self.point = conv_bn(width, hidden)
        self.mix = Separable(hidden, width // 2)

    def forward(self, x: Tensor) -> Tensor:
        new = functional.relu(self.mix(functional.relu(self.point(x))))
        return torch.cat([functional.relu(self.keep(x)), new], 1)


class Down(nn.Module):
    """Half the size, twice the width: a strided 3x3 of the map beside one of a 1x1 of the map.

    `inner` is how many channels the second branch has inside, as a share of `width`.
    """

    def __init__(self, width: int, inner: float = 1.0) -> None:
        super().__init__()
        hidden = round(inner * width)
        self.direct = Separable(width, width, 2)
        self.point = conv_bn(width, hidden)
        self.mix = Separable(hidden, width, 2)

    def forward(self, x: Tensor) -> Tensor:
        y = functional.relu(self.point(x))
        return functional.relu(torch.cat([self.direct(x), self.mix(y)], 1))


def make_stage(width: int, count: int) -> nn.Sequential:
    """One halving of the size from `width` channels to twice as many, and `count` more blocks."""
    return nn.Sequential(
        Down(width, DOWN_INNER), *(Refresh(2 * width, REFRESH_INNER) for _ in range(count))
    )


class Context(nn.Module):
    """Adds what the whole picture says: two blocks at 1/32 and the global mean, fed back to 1/16.

    The last batch normalisation starts at zero, so the stage is the identity until it helps.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.local = nn.Sequential(Refresh(width), Refresh(width))
        self.pooled = nn.Conv2d(width, width, 1)
        self.out = conv_bn(width, width)
        nn.init.zeros_(self.out[1].weight)

    def forward(self, x: Tensor) -> Tensor:
        small = functional.avg_pool2d(x, 2)
        y = functional.relu(self.local(small) + self.pooled(small.mean((2, 3), keepdim=True)))
        return functional.relu(
            x + functional.interpolate(self.out(y), scale_factor=2.0, mode="nearest")
        )


class Merge(nn.Module):
    """Joins a coarse map with the encoder's map of twice its size and renews half of it."""

    def __init__(self, coarse: int, skip: int, width: int) -> None:
        super().__init__()
        self.coarse = conv_bn(coarse, 4 * width // 3)
        self.skip = conv_bn(skip, 2 * width // 3)
        self.space = nn.Conv2d(2 * width, 2 * width, 3, padding=1, groups=2 * width)
        self.point = conv_bn(2 * width, width)
        self.refresh = Refresh(width)

    def forward(self, coarse: Tensor, skip: Tensor) -> Tensor:
        near = functional.relu(self.coarse(coarse))
        up = functional.interpolate(near, scale_factor=2.0, mode="nearest")
        both = torch.cat([up, functional.relu(self.skip(skip))], 1)
        return self.refresh(functional.relu(self.point(functional.relu(self.space(both)))))


class Head(nn.Module):
    """From 1/4 and the stem's 1/2 features to nearness at full size by sub-pixel convolution."""

    def __init__(self, coarse: int, skip: int, width: int) -> None:
        super().__init__()
        self.merge = Merge(coarse, skip, width)
        self.more = Refresh(width)
        self.out = nn.Conv2d(width, 4, 3, padding=1)
        with torch.no_grad():  # four equal sub-pixels: no checkerboard to unlearn
            self.out.weight.copy_(self.out.weight[:1].expand_as(self.out.weight).clone())
            self.out.bias.zero_()

    def forward(self, coarse: Tensor, skip: Tensor) -> Tensor:
        return functional.pixel_shuffle(self.out(self.more(self.merge(coarse, skip))), 2)


class DepthNet(nn.Module):
    """RGB (n, 3, h, w) in 0..1, sides multiples of 32, to nearness (n, 1, h, w)."""

    def __init__(self, head: int = 24) -> None:
        super().__init__()
        half, quarter, eighth, sixteenth = WIDTHS
        self.stem = conv_bn(3, half, 3, 2)
        self.stage1, self.stage2, self.stage3 = (
            make_stage(width, count)
            for width, count in zip((half, quarter, eighth), BLOCKS, strict=True)
        )
        self.context = Context(sixteenth)
        self.merge3 = Merge(sixteenth, eighth, eighth)
        self.merge2 = Merge(eighth, quarter, quarter)
        self.head = Head(quarter, half, head)

    def encode(self, maps: dict[str, Tensor]) -> dict[str, Tensor]:
        """The maps at 1/2, 1/4, 1/8 and 1/16 (f1 to f4), from `rgb` or from the last one known.

        The colours are not centred: zero padding is black, as it is for the teacher, whose answer
        along the border of every map depends on it.
        """
        found = dict(maps)
        if "f1" not in found:
            found["f1"] = functional.relu(self.stem(found["rgb"]))
        for below, above, stage in zip(
            ("f1", "f2", "f3"),
            ("f2", "f3", "f4"),
            (self.stage1, self.stage2, self.stage3),
            strict=True,
        ):
            if above not in found:
                found[above] = stage(found[below])
        return found

    def decode(self, maps: dict[str, Tensor]) -> dict[str, Tensor]:
        """The decoder's maps at 1/8 and 1/4, and the output `nearness`."""
        d3 = self.merge3(self.context(maps["f4"]), maps["f3"])
        d2 = self.merge2(d3, maps["f2"])
        return {"d3": d3, "d2": d2, "nearness": self.head(d2, maps["f1"])}

    def features(self, rgb: Tensor) -> dict[str, Tensor]:
        """The maps at the end of every stage, and the output `nearness`."""
        maps = self.encode({"rgb": rgb})
        return maps | self.decode(maps)

    def forward(self, rgb: Tensor) -> Tensor:
        return self.features(rgb)["nearness"]
