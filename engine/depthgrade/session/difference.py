"""Two projects compared on frames of a clip: both pictures and what changes between them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from depthgrade.errors import ProjectError
from depthgrade.project import Project
from depthgrade.session.contact_sheet import Row, checked_sheet, draw_sheet, save_sheet, tile_size
from depthgrade.session.offline import checked_frame
from depthgrade.session.renderer import Picture, Renderer
from depthgrade.session.shots import Progress

SEEN = 0.5 / 255  # a difference that changes a picture of 8 bits
_MOST_GAIN = 64


@dataclass(frozen=True)
class Difference:
    """How much a frame differs, in output code values of 0..1.

    greatest, mean   of the absolute difference of channels
    share            of pixels that differ by half a code of 8 bits or more
    """

    frame: int
    greatest: float
    mean: float
    share: float


def write_difference(
    first: Project,
    second: Project,
    out: Path,
    frames: Sequence[int],
    *,
    names: tuple[str, str] = ("A", "B"),
    overwrite: bool = False,
    progress: Progress | None = None,
) -> tuple[Difference, ...]:
    """Writes a PNG with a row for each frame: first, second, and the change about grey.

    Brighter than grey is where the second is brighter; the gain of the change stands above it.
    Raises ProjectError for frames that are not there or pictures of two sizes, and what Renderer
    raises.
    """
    checked_sheet(out, overwrite)
    pictures = [_pictures(project, frames, progress) for project in (first, second)]
    found, rows = [], []
    for frame, a, b in zip(frames, *pictures, strict=True):
        if a.shape != b.shape:
            sizes = " and ".join(f"{each.shape[1]}x{each.shape[0]}" for each in (a, b))
            raise ProjectError(f"diff: the clips are of two sizes, {sizes}; compare on one clip")
        change = np.abs(b - a)
        greatest = float(change.max())
        share = float((change.max(-1) >= SEEN).mean())
        found.append(Difference(frame, greatest, float(change.mean()), share))
        gain = _gain(greatest)
        about = f"the change is shown {gain} times, {greatest * 255:.1f} codes of 255 at most"
        rows.append(Row(f"frame {frame}", about, (a, b, 0.5 + gain * (b - a))))
    height, width = pictures[0][0].shape[:2]
    columns = (*names, "Change, about grey")
    title = f"{Path(names[0]).name} and {Path(names[1]).name}"
    sheet = draw_sheet(title, "", rows, tile=tile_size(width / height), columns=columns)
    save_sheet(sheet, out)
    return tuple(found)


def _pictures(project: Project, frames: Sequence[int], progress: Progress | None) -> list[Picture]:
    with Renderer(project, progress=progress) as renderer:
        for frame in frames:
            checked_frame(frame, renderer.info.frame_count)
        return [renderer.frame(frame) for frame in frames]


def _gain(greatest: float) -> int:
    """The power of two that lets the greatest change fill the way from grey to white."""
    if greatest <= 0:
        return 1
    return min(_MOST_GAIN, 1 << max(0, math.floor(math.log2(0.5 / greatest))))
