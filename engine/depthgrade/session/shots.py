"""Where a clip's shots begin, found once by looking through it and kept in the user's cache."""

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from depthgrade import depth
from depthgrade.errors import MediaError
from depthgrade.frames import ClipInfo, Frame
from depthgrade.media import ClipReader, clip_files
from depthgrade.resources import user_cache

Map = NDArray[np.float32]
Progress = Callable[[str, int, int], None]  # what is being done, how many of how many

THUMBNAIL = (64, 36)  # width and height cuts are looked for at
_CACHE_VERSION = 1  # of stored results; raised when cuts, sampling or limits change


def find_shots(reader: ClipReader, progress: Progress | None = None) -> tuple[depth.Shot, ...]:
    """The shots of a clip; decodes all of it the first time."""
    info = reader.info
    path = cache_file("shots", fingerprint(info))
    if (stored := load(path)) is not None:
        return depth.shots(stored["cuts"], info.frame_count)
    thumbnails = []
    for frame in reader.frames():
        thumbnails.append(thumbnail(frame, THUMBNAIL))
        if progress:
            progress("finding shots", frame.index + 1, info.frame_count)
    cuts = depth.cuts(np.stack(thumbnails))
    store(path, {"cuts": list(cuts)})
    return depth.shots(cuts, info.frame_count)


def thumbnail(frame: Frame, size: tuple[int, int], component: str | None = None) -> Map:
    """A component of a frame by its letter, 0..1, averaged down to (width, height).

    Without a letter the first that is stored, luma mostly.
    """
    held = frame.format.components
    number = next((i for i, letters in enumerate(held) if component and component in letters), 0)
    plane = frame.planes[number]
    channel = held[number].index(component) if component else 0
    luma = plane if plane.ndim == 2 else plane[..., channel]
    width, height = size
    rows, columns = luma.shape
    step_y, step_x = max(1, rows // (height * 2)), max(1, columns // (width * 2))
    small = luma[::step_y, ::step_x].astype(np.float32)
    y = np.linspace(0, small.shape[0], height + 1).astype(int)[:-1]
    x = np.linspace(0, small.shape[1], width + 1).astype(int)[:-1]
    sums = np.add.reduceat(np.add.reduceat(small, y, 0), x, 1)
    counts = np.add.reduceat(np.add.reduceat(np.ones_like(small), y, 0), x, 1)
    peak = (
        1.0
        if frame.format.floating
        else float(((1 << frame.format.bits) - 1) << frame.format.shift)
    )
    return np.asarray(sums / counts / peak, np.float32)


def fingerprint(info: ClipInfo) -> str:
    """What tells a clip's pictures from those of another, or of the same file changed.

    Raises MediaError where a file is gone.
    """
    with still_there():
        stats = [(f.name, f.stat().st_size, f.stat().st_mtime_ns) for f in clip_files(info.path)]
    return f"{info.path.resolve()} {stats} {info.track} {info.frame_count} {info.size}"


@contextmanager
def still_there() -> Iterator[None]:
    """Makes a clip's file that is gone, or can't be read any more, a MediaError."""
    try:
        yield
    except MediaError:
        raise
    except OSError as error:
        what = f"{error.filename}: {error.strerror}"
        raise MediaError(
            f"{what}; the files of the clip are needed as long as it is used"
        ) from error


def cache_file(kind: str, origin: str) -> Path:
    """Where a result of a kind is kept; origin: everything it follows from."""
    digest = hashlib.sha256(f"{_CACHE_VERSION} {origin}".encode()).hexdigest()[:24]
    return user_cache() / "analysis" / f"{kind}-{digest}.json"


def load(path: Path) -> dict[str, Any] | None:
    """A stored result, if there is one that can be read."""
    try:
        stored: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return stored


def store(path: Path, value: dict[str, Any]) -> None:
    """Keeps a result for the next time; a cache that can't be written is no error."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        part.write_text(json.dumps(value), encoding="utf-8")
        part.replace(path)
    except OSError:
        return
