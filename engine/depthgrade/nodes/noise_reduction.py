"""Noise reduction over time, motion compensated, and over the picture; of pictures and of keys.

A pixel is averaged with those whose surroundings (6x6 pixels, in blocks of 2x2) are alike within a
tolerance: with where it is in the frames around, then with pixels around it, within what time has
left of the noise. Motion is found by matching blocks of luma, coarse to fine. What is unlike takes
no part at all, so an edge leaves no ghost.

A threshold T stands for a mean difference of T/100 * 0.10 in DI code value, twice that for chroma:
15 is 0.015, about 0.21 stop at mid-grey. At 0.3 of it a weight is half, from it on 0.
"""

import math
from dataclasses import dataclass, field
from typing import ClassVar, Literal

from pydantic import Field

from depthgrade.graph import Ports
from depthgrade.nodes.base import (
    START,
    Argument,
    ColorNode,
    KeyNode,
    Node,
    Pass,
    Read,
    Step,
    parameter,
)

Chroma = float | Literal["ganged"]
Radius = Literal["small", "medium", "large"]

TOLERANCE = 0.10 / 100  # DI code value of one step of a threshold
CHROMA = 2.0  # of the luma tolerance
BLOCK = 2  # pixels both ways that are compared as one and share weights
CELL = 8  # pixels of the picture both ways that share a motion vector
LEAST_ROWS = 24  # of the coarsest luma that motion is searched in
SEARCHED = 0.06  # picture heights that motion is searched in, from one frame to the next
FASTEST = 0.08  # picture heights a frame at a motion threshold of 100 %, where it begins to count
# A step away from the likely motion must pay this share of the tolerance, squared.
RELUCTANCE = 0.2
REACH: dict[Radius, float] = {"small": 0.4, "medium": 0.8, "large": 1.6}  # % of picture height
# Directions of the places compared, in units of the reach, each with the opposite one: an inner
# ring on the axes and diagonals, an outer one between them.
PLACES = (
    ((0.5, 0.0), (0.0, 0.5)),
    ((0.35, 0.35), (-0.35, 0.35)),
    ((0.92, 0.38), (0.38, 0.92)),
    ((-0.38, 0.92), (-0.92, 0.38)),
)


@dataclass(frozen=True)
class Widths:
    """How wide tolerances are on a kind of picture.

    tolerance    of surroundings, in those of pictures
    own_frames   how unlike the pixel itself may be, in the tolerance of its surroundings: less
    own_pixels   spares more of edges that are a little amiss, more averages the tails of the noise
                 as well
    """

    tolerance: float = 1.0
    own_frames: float = 1.5
    own_pixels: float = 0.8


KEY = Widths(4.0, 4.0, 4.0)  # what flickers in a key is coarser than grain


class NoiseControls(Node):
    """The parameters of noise reduction, with Resolve's names and scales; all 0 changes nothing."""

    temporal_frames: int = parameter(
        2, 0, 5, "frames", "How many frames either side are averaged; 0 = none."
    )
    temporal_luma: float = parameter(
        0.0, 0, 100, "", "How unlike luma may be from frame to frame; 15 calms noise and flicker."
    )
    temporal_chroma: Chroma = parameter(
        "ganged", 0, 100, "", 'The same of colour; "ganged" follows temporal_luma.'
    )
    motion: float = parameter(
        50.0, 0, 100, "", "How fast a thing may move and be averaged; 50 = 4 % of height a frame."
    )
    temporal_blend: float = parameter(0.0, 0, 100, "%", "Brings the noise back; 100 = all of it.")
    spatial_radius: Radius = Field(
        default="medium", description="How far pixels are compared within the picture."
    )
    spatial_luma: float = parameter(
        0.0, 0, 100, "", "How unlike the luma of pixels may be that are averaged."
    )
    spatial_chroma: Chroma = parameter(
        "ganged", 0, 100, "", 'The same of colour; "ganged" follows spatial_luma.'
    )
    spatial_blend: float = parameter(0.0, 0, 100, "%", "Brings the noise back; 100 = all of it.")

    def _noise_passes(self, size: tuple[int, int], widths: Widths) -> tuple[Pass, ...]:
        """Over time, then over the picture."""
        made = _List()
        result = _over_time(self, made, size, widths) if self.temporal_frames else START
        _over_the_picture(self, made, size, widths, result)
        return tuple(made.passes)


class NoiseReduction(NoiseControls, ColorNode):
    """Calms noise and flicker and leaves edges; before colour in a chain."""

    type: ClassVar[str] = "noise_reduction"
    title: ClassVar[str] = "Noise reduction"

    def passes(self, size: tuple[int, int]) -> tuple[Pass, ...]:
        """The passes over time, then those over the picture."""
        return self._noise_passes(size, Widths())


class KeyNoiseReduction(NoiseControls, KeyNode):
    """Calms a flickering key: wire "depth.key -> calm.key" and "calm.key -> sky.key".

    Thresholds are four times as wide as on pictures, in key values: 15 is 0.06.
    """

    type: ClassVar[str] = "key_noise_reduction"
    title: ClassVar[str] = "Key noise reduction"
    ports: ClassVar[Ports] = Ports(rgb_in=0, key_in=True, rgb_out=False, key_out=True)
    reads: ClassVar[Literal["depth", "picture", "position", "key"]] = "key"

    def steps(self) -> tuple[Step, ...]:
        """The key as it comes."""
        return ()

    def passes(self, size: tuple[int, int]) -> tuple[Pass, ...]:
        """The passes over time, then those over the picture."""
        return self._noise_passes(size, KEY)


@dataclass
class _List:
    """Passes as they are written; what every one of them follows."""

    passes: list[Pass] = field(default_factory=list)
    follows: frozenset[str] = frozenset()
    idle: bool = False

    def add(
        self,
        function: str,
        arguments: tuple[Argument, ...],
        *reads: int | Read,
        scale: int = 1,
        channels: int = 4,
    ) -> int:
        """Adds a pass that reads others by number, of this frame or as said; its own number."""
        read = tuple(Read(each) if isinstance(each, int) else each for each in reads)
        self.passes.append(
            Pass(function, arguments, self.follows, read, scale, channels, self.idle)
        )
        return len(self.passes) - 1


def _tolerances(luma: float, chroma: Chroma, widths: Widths) -> tuple[float, float]:
    return (
        luma * TOLERANCE * widths.tolerance,
        (luma if isinstance(chroma, str) else chroma) * TOLERANCE * CHROMA * widths.tolerance,
    )


def _over_time(node: NoiseControls, made: _List, size: tuple[int, int], widths: Widths) -> int:
    """The passes that average over frames; the number of the last."""
    luma, chroma = _tolerances(node.temporal_luma, node.temporal_chroma, widths)
    made.follows = frozenset({"temporal_luma", "temporal_chroma", "motion", "temporal_blend"})
    made.idle = luma == 0 and chroma == 0
    pyramid = {1: made.add("noise_luma", (), START, channels=1)}
    while size[1] / (4 * max(pyramid)) >= LEAST_ROWS:
        level = 4 * max(pyramid)
        pyramid[level] = made.add("shrink", (4.0,), pyramid[level // 4], scale=level, channels=1)
    reluctance = (RELUCTANCE * luma) ** 2
    fastest = node.motion / 100 * FASTEST * size[1] if node.motion < 100 else 1e6
    motion = sums = total = START
    for distance in range(1, node.temporal_frames + 1):
        motion = _motion(made, pyramid, distance, motion, (size[1], reluctance))
        before, after = Read(START, -distance), Read(START, distance)
        vectors = made.add("noise_vectors", (CELL / BLOCK,), motion, scale=BLOCK)
        apart = made.add("noise_frames_apart", (), START, before, after, vectors, scale=BLOCK)
        limits = (luma, chroma, max(fastest * distance, 1e-3))
        weights = made.add("noise_frame_weights", limits, apart, vectors, scale=BLOCK)
        first = float(distance == 1)
        read = (sums, START, before, after, vectors, weights)
        own = (widths.own_frames * luma, widths.own_frames * chroma, first)
        sums = made.add("noise_add_frames", own, *read)
        total = made.add("noise_total", (first,), weights, total, scale=BLOCK)
    amount = 1 - node.temporal_blend / 100
    counted = amount if luma else 0.0  # where time calms chroma only, luma has all its noise
    return made.add("noise_apply", (amount, counted), START, sums, total)


def _motion(
    made: _List, pyramid: dict[int, int], distance: int, nearer: int, search: tuple[int, float]
) -> int:
    """The passes that find the motion to two frames; nearer has that to the two between.

    search is the picture's height and what a step away from the likely motion costs.
    """
    height, reluctance = search

    def frames(level: int) -> tuple[int, Read, Read]:
        luma = pyramid[level]
        return luma, Read(luma, -distance), Read(luma, distance)

    levels = sorted(pyramid, reverse=True)
    if distance == 1:
        coarsest = levels.pop(0)
        cells = max(coarsest, CELL)
        reach = float(math.ceil(SEARCHED * height / coarsest) - 1)  # and a step more when refined
        begin = (float(cells), float(coarsest), reach, reluctance)
        found = made.add("noise_search", begin, *frames(coarsest), scale=cells)
        longer = 1.0
    else:
        levels = [level for level in levels if level <= CELL]
        found, cells, longer = nearer, CELL, distance / (distance - 1)
    for level in levels:
        finer = max(level, CELL)
        arguments = (float(finer), float(level), cells / finer, longer, reluctance)
        found = made.add("noise_refine", arguments, *frames(level), found, scale=finer)
        cells, longer = finer, 1.0
    return found


def _over_the_picture(
    node: NoiseControls, made: _List, size: tuple[int, int], widths: Widths, image: int
) -> None:
    """The passes that average pixels around. The image's alpha is what is left of the noise."""
    luma, chroma = _tolerances(node.spatial_luma, node.spatial_chroma, widths)
    made.follows = frozenset({"spatial_luma", "spatial_chroma", "spatial_blend"})
    made.idle = luma == 0 and chroma == 0
    reach = max(REACH[node.spatial_radius] / 100 * size[1], 2.0)
    weights, places = [], []
    for (ax, ay), (bx, by) in PLACES:
        pair = (_whole(reach * ax), _whole(reach * ay), _whole(reach * bx), _whole(reach * by))
        apart = made.add("noise_pixels_apart", pair, image, scale=BLOCK)
        limits = (luma, chroma)
        weights.append(made.add("noise_pixel_weights", limits, apart, image, scale=BLOCK))
        places.append(pair)
    own = (widths.own_pixels * luma, widths.own_pixels * chroma)
    amount = 1 - node.spatial_blend / 100
    made.add("noise_apply_pixels", (tuple(places), *own, amount), image, *weights)


def _whole(pixels: float) -> float:
    return float(round(pixels))
