"""What `depthgrade depth` says of a clip: its shots, their depth, how still a key on it holds."""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from depthgrade.depth import stability
from depthgrade.project import Project
from depthgrade.session.offline import checked_range
from depthgrade.session.renderer import Renderer
from depthgrade.session.shots import Progress

BINS = 20  # of the histogram, over depth 0..1
MEASURED = 48  # frames of a shot at most, amid it: flicker shows in two seconds


@dataclass(frozen=True)
class ShotReport:
    """The depth of a shot.

    frames         (first, one past the last)
    far, near      the suggested limits: what lies between background and subject
    histogram      share of the pixels by depth, from far (0) to near (1); BINS of them
    measured       how many frames `before` and `after` were measured on
    before, after  instability of the plain depth key (limits 0 and 1), each frame normalised by
                   itself, and steadied; None where depth comes from files
    """

    frames: tuple[int, int]
    far: float
    near: float
    histogram: tuple[float, ...]
    measured: int
    before: float | None
    after: float | None


@dataclass(frozen=True)
class DepthReport:
    """The depth of a range of a clip; notes: what the user should know, one sentence each."""

    shots: tuple[ShotReport, ...]
    notes: tuple[str, ...]


def report_depth(
    project: Project,
    *,
    frames: tuple[int, int] | None = None,
    quality: str = "better",
    rate: Fraction | int | None = None,
    progress: Progress | None = None,
) -> DepthReport:
    """The depth of every shot in a range of a clip. Raises as Renderer does."""
    found = []
    with Renderer(project, rate=rate, progress=progress) as renderer:
        index, stop = checked_range(frames, renderer.info.frame_count)
        while index < stop:
            last = min(renderer.shot(index, quality).shot.stop, stop)
            found.append(_report(renderer, index, last, quality, progress))
            index = last
        return DepthReport(tuple(found), (*renderer.info.notes, *renderer.notes))


def _report(
    renderer: Renderer, start: int, stop: int, quality: str, progress: Progress | None
) -> ShotReport:
    shot = renderer.shot(start, quality)
    count = min(stop - start, MEASURED)
    first = start + (stop - start - count) // 2
    network = renderer.clip_depth.network
    maps, raws, motions, seen = [], [], [], []
    for index in range(first, first + count):
        frame = renderer.pictures.frame(index)
        if network is None:
            maps.append(renderer.depth_map(index, quality))
        else:
            maps.append(renderer.clip_depth.estimated(frame, quality))
            raws.append(network.raw(index, quality))
            if index > first:
                motion, mask = network.trace(index, quality)
                motions.append(motion)
                seen.append(mask)
        if progress:
            progress("measuring depth", index - first + 1, count)
    counts = np.sum([np.histogram(np.clip(m, 0, 1), BINS, (0, 1))[0] for m in maps], axis=0)
    before = after = None
    if network is not None and count > 1:
        before = stability.key_instability(stability.per_frame(raws), motions, seen)
        keys = [np.clip(each, 0, 1).astype(np.float32) for each in maps]
        after = stability.key_instability(keys, motions, seen)
    return ShotReport(
        (start, stop),
        shot.limits.far,
        shot.limits.near,
        tuple(float(each) for each in counts / counts.sum()),
        count,
        before,
        after,
    )
