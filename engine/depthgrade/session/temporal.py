"""The temporal depth filter at work: what is kept of each frame, and the finished map of any frame.

Finished depth follows from the raw maps and pictures around a frame alone: whatever frames came
before or in which order, the same frame gets the same map to the last bit. Its pixels are averaged
over the window; its scale, which networks drift in more slowly, is that of a longer stretch.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from depthgrade.compiler import Program
from depthgrade.compiler import temporal as programs
from depthgrade.gl.runner import Inputs
from depthgrade.gl.textures import Texture, interpolated
from depthgrade.nodes.base import Argument
from depthgrade.session.engine import Engine
from depthgrade.session.lines import Lines

Map = NDArray[np.float32]

VERSION = 5  # of finished depth; written to depth passes, raised when they would be others
# Frames to either side over which scale is averaged. It takes numbers alone, one line a frame;
# averaged along an indoor sequence's true motion, 8 left 0.69 of the jitter of scale, 24 0.37.
SCALES = 24
# Frames kept: half a window and what its scale is known by, and some to spare for passes that look
# a few frames to either side. No frame of a window shares its slot with another in reach.
SLOTS = programs.WINDOW + SCALES + 9
_STAGE = "depth in time"
_SAME = 0.2  # sum of the differences in R, G and B up to which two frames show the same thing
_END_SHARE = 0.5  # of the window's first and last frame: one comes or goes with less of a step


@dataclass(frozen=True)
class _Kept:
    """What is kept of a frame. Textures are drawn over when another frame takes the slot."""

    index: int
    raw: Texture  # raw nearness
    frame: Texture  # RGB of the picture, raw nearness in alpha, in half the size
    lumas: tuple[Texture, ...]  # by level of the pyramid
    gradients: tuple[Texture, ...]


class TemporalFilter:
    """The frames around one place of a clip. Belongs to the engine's thread."""

    def __init__(self, engine: Engine, name: str) -> None:
        """name tells the textures of several filters of one engine apart."""
        self._engine, self._name = engine, name
        self._kept: dict[int, _Kept] = {}  # by slot
        self._motions: dict[tuple[int, int], Texture] = {}  # from one frame to one beside it
        self._lines = Lines()  # from the frame before to this one

    def __contains__(self, index: int) -> bool:
        kept = self._kept.get(index % SLOTS)
        return kept is not None and kept.index == index

    def add(self, index: int, picture: Texture, raw: Texture) -> None:
        """Takes in a frame: the network's picture (RGB) and its raw nearness, of one size.

        The nearness is kept as it is: it may be drawn over when a frame SLOTS on is taken in.
        """
        slot, size = index % SLOTS, picture.size
        old = self._kept.get(slot)
        if old is not None:
            self._motions = {pair: m for pair, m in self._motions.items() if old.index not in pair}
        with self._engine.stage(_STAGE):
            run = partial(self._run, slot)
            inputs = Inputs(pictures=(picture, raw))
            frame = interpolated(run("frame", programs.compile_frame(size), inputs))
            lumas: list[Texture] = []
            gradients: list[Texture] = []
            for level, (luma, gradient) in enumerate(programs.compile_pyramid(size)):
                inputs = Inputs(pictures=lumas[-1:] or [frame])
                lumas.append(interpolated(run(f"luma {level}", luma, inputs)))
                inputs = Inputs(pictures=lumas[-1:])
                gradients.append(run(f"level {level}", gradient, inputs))
        self._kept[slot] = _Kept(index, raw, frame, tuple(lumas), tuple(gradients))
        for later in (index, index + 1):
            if later not in self._lines and later in self and later - 1 in self:
                self._lines[later] = self._line(later)

    def lacking(self, index: int, start: int, stop: int) -> int | None:
        """The frame to add next before `finished` has all it can use of start..stop - 1.

        None if nothing is lacking. Asked again after each frame, since one may push out another.
        """
        for each in range(max(start, index - SCALES) + 1, min(stop, index + SCALES + 1)):
            if each not in self._lines:
                return each if each - 1 in self else each - 1
        window = range(max(start, index - programs.WINDOW), min(stop, index + programs.WINDOW + 1))
        return next((each for each in window if each not in self), None)

    def finished(self, index: int, start: int, stop: int, span: float) -> Texture:
        """The finished nearness of a frame, in units of its raw nearness, drawn over next time.

        start and stop bound the frames that may be used: all of them within reach that are there,
        or were, without a gap beside the frame are. span is the shot's range of raw nearness.
        """
        here = self._kept[index % SLOTS]
        past = self._reach(index, -1, start)
        future = self._reach(index, 1, stop - 1)
        if past == future == 0:
            return here.raw
        lines = [(1.0, 0.0)]
        sums = []
        shares = 0.0
        with self._engine.stage(_STAGE):
            for step, count in ((-1, past), (1, future)):
                if count:
                    chain = self._chain(index, step, start if step < 0 else stop - 1)
                    sums.append(self._sum(here, step, chain[:count], span))
                    lines += chain
                    shares += sum(self._share(n + 1, one_sided=False) for n in range(count))
            # From this frame's scale to that of frame k is the inverse of k's line; the mean over
            # many is steady where one frame's own scale jumps or a few drift.
            gain = float(np.mean([1 / slope for slope, _ in lines]))
            shift = float(np.mean([-offset / slope for slope, offset in lines]))
            correct = programs.compile_correction(here.raw.size, len(sums))
            values = {"share": self._share(0, past == 0 or future == 0), "shares": shares}
            pictures = (*sums, self._around(here.raw.size, sums))
            correction = self._run(0, "correction", correct, Inputs(pictures=pictures), values)
            return self._run(
                0,
                "finished",
                programs.compile_finish(here.raw.size),
                Inputs(pictures=(here.raw, interpolated(correction))),
                {"gain": gain, "shift": shift},
            )

    def trace(self, index: int) -> tuple[Map, NDArray[np.bool_]]:
        """Where the points of a frame were in the frame before, which is there as well.

        (h, w, 2) pixels, x right, y down; and (h, w), where the frame before shows the same thing.
        """
        with self._engine.stage(_STAGE):
            read = self._engine.runner.read
            motion = read(self._motion(index, index - 1))[..., :2]
            now, before = (read(self._kept[i % SLOTS].frame) for i in (index, index - 1))
            full = self._kept[index % SLOTS].raw.size
        height, width = motion.shape[:2]
        y, x = np.mgrid[:height, :width]
        x, y = x + motion[..., 0], y + motion[..., 1]
        inside = (x >= 0) & (y >= 0) & (x <= width - 1) & (y <= height - 1)
        column = np.clip(np.rint(x), 0, width - 1).astype(np.intp)
        row = np.clip(np.rint(y), 0, height - 1).astype(np.intp)
        unlike = np.abs(before[row, column, :3] - now[..., :3]).sum(-1)
        seen = inside & (unlike < _SAME)
        # To the map's own size: each vector stands for the pixels under its texel.
        rows = np.minimum(np.arange(full[1]) // 2, height - 1)[:, None]
        columns = np.minimum(np.arange(full[0]) // 2, width - 1)
        return np.ascontiguousarray(2 * motion[rows, columns]), seen[rows, columns]

    def _reach(self, index: int, step: int, last: int) -> int:
        """How many frames there are beside a frame in one direction."""
        most = min(programs.WINDOW, (last - index) * step)
        return next((n - 1 for n in range(1, most + 1) if index + n * step not in self), most)

    def _chain(self, index: int, step: int, last: int) -> list[tuple[float, float]]:
        """The lines (slope, shift) that put each neighbour's nearness to a frame's scale."""
        slope, shift = 1.0, 0.0
        chain = []
        for number in range(1, min(SCALES, (last - index) * step) + 1):
            there = index + step * number
            later = there + 1 if step < 0 else there
            if later not in self._lines:
                break
            own_slope, own_shift = self._lines[later]
            if step > 0:  # the inverse: from a frame to the one before it
                own_slope, own_shift = 1 / own_slope, -own_shift / own_slope
            slope, shift = slope * own_slope, slope * own_shift + shift
            chain.append((slope, shift))
        return chain

    def _share(self, distance: int, one_sided: bool) -> float:
        end = distance == programs.WINDOW or (one_sided and distance == 0)
        return _END_SHARE if end else 1.0

    def _sum(
        self, here: _Kept, step: int, chain: list[tuple[float, float]], span: float
    ) -> Texture:
        """The sums over the neighbours in one direction."""
        texture: Texture | None = None
        together = programs.TOGETHER
        for first in range(0, len(chain), together):
            part = chain[first : first + together]
            pictures = [here.frame] if texture is None else [here.frame, texture]
            values: dict[str, Argument] = {"span": span}
            for number, (slope, shift) in enumerate(part):
                distance = first + number + 1
                there = here.index + step * distance
                pictures += [self._motion(there - step, there), self._kept[there % SLOTS].frame]
                values[f"line{number}"] = (slope, shift, self._share(distance, one_sided=False))
            program = programs.compile_average(here.raw.size, len(part), first == 0)
            label = f"sums {step} {first // together}"
            texture = self._run(0, label, program, Inputs(pictures=pictures), values)
        assert texture is not None
        return texture

    def _around(self, size: tuple[int, int], sums: list[Texture]) -> Texture:
        """The mean deviation around each pixel, in a quarter of the size."""
        spread = programs.compile_spread(size, len(sums))
        levels = len(spread) // 2
        halved: list[Texture] = []
        for level in range(levels):
            pictures = halved[-1:] or sums
            inputs = Inputs(pictures=pictures)
            halved.append(self._run(0, f"halved {level}", spread[level], inputs))
        mean: list[Texture] = []
        for level in range(levels - 1, -1, -1):
            inputs = Inputs(pictures=[halved[level], *mean])
            program = spread[2 * levels - 1 - level]
            mean = [interpolated(self._run(0, f"mean {level}", program, inputs))]
        return mean[0]

    def _motion(self, start: int, end: int) -> Texture:
        """The motion from a frame to one beside it."""
        if (start, end) not in self._motions:
            a, b = self._kept[start % SLOTS], self._kept[end % SLOTS]
            size = a.raw.size
            flow: Texture | None = None
            levels = programs.compile_flow(size)
            for level in range(len(levels) - 1, -1, -1):
                pictures = [a.gradients[level], b.lumas[level]]
                pictures += [flow] if flow is not None else []
                inputs = Inputs(pictures=pictures)
                flow = interpolated(self._run(0, f"patches {level}", levels[level], inputs))
            assert flow is not None
            slot = start % SLOTS
            dense = programs.compile_dense_flow(size)
            inputs = Inputs(pictures=(a.frame, b.frame, flow))
            texture = self._run(slot, f"motion {end - start}", dense, inputs)
            self._motions[start, end] = interpolated(texture)
        return self._motions[start, end]

    def _line(self, index: int) -> tuple[float, float]:
        """The line from the raw nearness of the frame before to that of a frame."""
        a, b = self._kept[index % SLOTS], self._kept[(index - 1) % SLOTS]
        with self._engine.stage(_STAGE):
            pairs, fit = programs.compile_fit(a.raw.size)
            inputs = Inputs(pictures=(a.frame, b.frame, self._motion(index, index - 1)))
            sampled = self._run(0, "pairs", pairs, inputs)
            fitted = self._run(0, "line", fit, Inputs(pictures=(sampled,)))
            slope, shift = self._engine.runner.read(fitted)[0, 0, :2].tolist()
        return slope, shift

    def _run(
        self,
        slot: int,
        what: str,
        program: Program,
        inputs: Inputs,
        values: Mapping[str, Argument] | None = None,
    ) -> Texture:
        return self._engine.runner.run(program, inputs, values, label=(self._name, slot, what))
