"""`analyze`: the depth of a clip, estimated and steadied once, as files any program can read.

Each frame is one OpenEXR file with the finished depth and the network's raw output. What is there
already is kept, so an analysis that was stopped goes on where it ended; the maps are the same
whichever part was made first.
"""

from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from depthgrade import depth
from depthgrade.depth.manifest import ShotNote
from depthgrade.errors import DepthError
from depthgrade.project import Project
from depthgrade.session.offline import checked_range
from depthgrade.session.provenance import remember_pass
from depthgrade.session.renderer import Renderer
from depthgrade.session.shots import Progress


@dataclass(frozen=True)
class AnalysisReport:
    """What an analysis did: frames estimated now, frames that were there, shots, the network."""

    directory: Path
    estimated: int
    kept: int
    shots: int
    depth: str


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
    rate: Fraction | int | None = None,
    progress: Progress | None = None,
) -> AnalysisReport:
    """Writes the depth pass of a clip into a folder and says what was done.

    frames     (first, one past the last); the maps are the same as those of the whole clip
    quality    "faster" or "better"
    overwrite  replace a pass that was made of something else
    progress   called with (what, done, of how many)
    Raises ProjectError for an empty range, DepthError for a folder that holds something else, and
    what Renderer raises. Stopped at any time it leaves whole files only, and goes on from there.
    """
    out = Path(out)
    # Depth that is there already, wherever it was put, is not what is asked for here.
    with Renderer(replace(project, depth=None), rate=rate, progress=progress) as renderer:
        start, stop = checked_range(frames, renderer.info.frame_count)
        shots = _shots(renderer, start, stop, quality)
        wanted = renderer.clip_depth.analysis(quality).model_copy(
            update={"frames": (start, stop), "shots": shots}
        )
        wanted = _prepared(out, wanted, overwrite)
        kept, missing = _missing(out, range(start, stop))
        for done, index in enumerate(missing, 1):
            frame = renderer.pictures.frame(index)
            finished = renderer.clip_depth.estimated(frame, quality)
            raw = renderer.clip_depth.raw(index, quality)
            depth.write_depth_frame(frame_path(out, index), near=finished, raw=raw)
            if progress:
                progress("analysing depth", kept + done, stop - start)
        remember_pass(renderer.info, out)
        return AnalysisReport(
            out, len(missing), kept, len(shots), f"{wanted.model.name}, {quality}"
        )


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
            _remove(there)
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DepthError(f"{out}: the folder can't be made: {error.strerror or error}") from error
    depth.write_manifest(out, wanted)
    return wanted


def _remove(files: list[Path]) -> None:
    """Removes the frames and the manifest of a pass; anything else in the folder stays."""
    for path in files:
        if path.suffix.lower() == ".exr" or path.name == "manifest.json":
            path.unlink()


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
