"""`analyze`: the depth of a clip, estimated and steadied once, as files any program can read.

Each frame is one OpenEXR file with the finished depth and the network's raw output. What is there
already is kept, so an analysis that was stopped goes on where it ended; the maps are the same
whichever part was made first.
"""

import re
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from depthgrade import depth
from depthgrade.depth.manifest import NAME, DistanceNote, ShotNote
from depthgrade.errors import DepthError, ProjectError
from depthgrade.project import Project
from depthgrade.session.offline import checked_range
from depthgrade.session.provenance import remember_pass
from depthgrade.session.renderer import Renderer
from depthgrade.session.shots import Progress

Map = NDArray[np.float32]
Kind = Literal["near", "z"]

RELATIVE = 1.0, 100.0  # distances of depth 1 and 0 where neither network nor user says any
_FARTHEST = 1e6  # of a distance written: filters of compositors make NaN of infinity


@dataclass(frozen=True)
class AnalysisReport:
    """What an analysis did: frames estimated now, frames that were there, shots, the network.

    notes   what the user should know of clip and depth, one sentence each
    """

    directory: Path
    estimated: int
    kept: int
    shots: int
    depth: str
    notes: tuple[str, ...]


_FRAME = re.compile(r"depth\.\d{6,}\.exr")  # as frame_path names them


def frame_path(directory: Path, index: int) -> Path:
    """The file of a frame of a pass."""
    return directory / f"depth.{index:06d}.exr"


def analyze(
    project: Project,
    out: Path | str,
    *,
    frames: tuple[int, int] | None = None,
    quality: str = "better",
    overwrite: bool = False,
    kind: Kind = "near",
    distances: tuple[float, float] | None = None,
    rate: Fraction | int | None = None,
    progress: Progress | None = None,
) -> AnalysisReport:
    """Writes the depth pass of a clip into a folder and says what was done.

    frames     (first, one past the last); the maps are the same as those of the whole clip
    quality    "faster" or "better"
    kind       "near": finished and raw depth, which renders take again; "z": distance in channel Z,
               for compositors, of the pass that was made before where there is one
    distances  of "z": metres of depth 1 and of depth 0; None: what a network in metres says, else
               1 and 100 without a unit
    overwrite  replace a pass that was made of something else
    progress   called with (what, done, of how many)
    Raises ProjectError for an empty range or wrong distances, DepthError for a folder that holds
    something else, and what Renderer raises. Stopped at any time it leaves whole files only, and
    goes on from there.
    """
    out = Path(out)
    # Depth that is there already, wherever it was put, is not what is asked for here.
    with Renderer(replace(project, depth=None), rate=rate, progress=progress) as renderer:
        start, stop = checked_range(frames, renderer.info.frame_count)
        shots = _shots(renderer, start, stop, quality)
        wanted = renderer.clip_depth.analysis(quality).model_copy(
            update={"frames": (start, stop), "shots": shots}
        )
        if kind == "z":
            wanted = _distances(renderer, wanted, distances, quality)
        elif distances is not None:
            raise ProjectError("distances: are for a pass of distances, kind z; leave them out")
        wanted = _prepared(out, wanted, overwrite)
        kept, missing = _missing(out, range(start, stop))
        for done, index in enumerate(missing, 1):
            frame = renderer.pictures.frame(index)
            if kind == "z":
                _write_distance(out, index, renderer.clip_depth.finished(frame, quality), wanted)
            else:
                finished = renderer.clip_depth.estimated(frame, quality)
                raw = renderer.clip_depth.raw(index, quality)
                depth.write_depth_frame(frame_path(out, index), near=finished, raw=raw)
            if progress:
                progress("analysing depth", kept + done, stop - start)
        if kind == "near":
            remember_pass(renderer.info, out)
        return AnalysisReport(
            directory=out,
            estimated=len(missing),
            kept=kept,
            shots=len(shots),
            depth=f"{wanted.model.name}, {quality}",
            notes=(*renderer.info.notes, *renderer.notes),
        )


def _distances(
    renderer: Renderer,
    analysis: depth.Analysis,
    given: tuple[float, float] | None,
    quality: str,
) -> depth.Analysis:
    """The manifest of a pass of distances."""
    if given is not None and not 0 < given[0] < given[1] < _FARTHEST:
        raise ProjectError(
            f"distances {given[0]:g}:{given[1]:g}: are not in order; allowed: that of the nearest"
            " things, above 0, then that of the farthest"
        )
    network = renderer.clip_depth.network
    assert network is not None
    own = [depth.Mapping(shot.low, shot.high) for shot in analysis.shots]
    if given is None and network.estimator(quality).card.output == "metric":
        return analysis.as_distance(DistanceNote(unit="metres"), own)
    near, far = given or RELATIVE
    unit: Literal["metres", "relative"] = "metres" if given else "relative"
    note = DistanceNote(unit=unit, near=near, far=far)
    return analysis.as_distance(note, [depth.Mapping(1 / far, 1 / near)] * len(own))


def _write_distance(out: Path, index: int, finished: Map, analysis: depth.Analysis) -> None:
    """Writes the finished depth of a frame as distance."""
    note = next(each for each in analysis.shots if each.start <= index < each.stop)
    nearness = note.parts[1].undo(finished)
    distance = np.reciprocal(np.maximum(nearness, np.float32(1 / _FARTHEST)), dtype=np.float32)
    assert analysis.distance is not None
    unit = "metres" if analysis.distance.unit == "metres" else "no unit"
    depth.write_depth_frame(frame_path(out, index), distance=distance, unit=unit)


def _shots(renderer: Renderer, start: int, stop: int, quality: str) -> tuple[ShotNote, ...]:
    """The shots a range touches."""
    notes = []
    index = start
    while index < stop:
        found = renderer.shot(index, quality)
        notes.append(
            ShotNote(
                start=found.shot.start,
                stop=found.shot.stop,
                low=found.mapping.low,
                high=found.mapping.high,
                far_limit=found.limits.far,
                near_limit=found.limits.near,
            )
        )
        index = found.shot.stop
    return tuple(notes)


def _prepared(out: Path, wanted: depth.Analysis, overwrite: bool) -> depth.Analysis:
    """Makes the folder ready and writes the manifest, joined with that of frames made before."""
    if out.exists() and not out.is_dir():
        raise DepthError(f"{out}: is a file; a depth pass is a folder")
    there = sorted(out.iterdir()) if out.is_dir() else []
    if there:
        _, before = depth.read_manifest(out)
        same = before is not None and not before.difference(wanted)
        if not same and not overwrite:
            what = f"depth of another {before.difference(wanted)}" if before else "other files"
            raise DepthError(f"{out}: holds {what}; choose an empty folder or give --overwrite")
        if before is not None and same:
            shots = {note.start: note for note in (*before.shots, *wanted.shots)}
            frames = (
                min(before.frames[0], wanted.frames[0]),
                max(before.frames[1], wanted.frames[1]),
            )
            ordered = tuple(shots[start] for start in sorted(shots))
            wanted = wanted.model_copy(update={"shots": ordered, "frames": frames})
        else:
            _remove(out, there, ours=before is not None)
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DepthError(f"{out}: the folder can't be made: {error.strerror or error}") from error
    depth.write_manifest(out, wanted)
    return wanted


def _remove(out: Path, files: list[Path], *, ours: bool) -> None:
    """Removes the frames and the manifest of a pass; anything else in the folder stays.

    ours: whether the manifest is one of `analyze`. Raises DepthError where there are other OpenEXR
    files, which may be the clip itself, or a manifest of something else.
    """
    frames = [path for path in files if path.suffix.lower() == ".exr"]
    manifest = out / NAME
    for path in (*frames, *([manifest] if manifest.exists() else [])):
        if not ours or (path != manifest and _FRAME.fullmatch(path.name) is None):
            raise DepthError(f"{out}: holds {path.name}, no part of a pass; choose another folder")
    for path in (*frames, manifest):
        path.unlink(missing_ok=True)


def _missing(out: Path, wanted: range) -> tuple[int, list[int]]:
    """How many of the frames are there and whole, and those that are not."""
    if not any(frame_path(out, index).is_file() for index in wanted):
        return 0, list(wanted)
    known = depth.DepthPass(out)
    missing = []
    for index in wanted:
        try:
            known.raw(index)
        except DepthError:  # not there, or damaged since: made again
            missing.append(index)
    return len(wanted) - len(missing), missing
