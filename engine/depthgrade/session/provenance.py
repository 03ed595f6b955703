"""What the depth of a clip follows from, as a depth pass records it, and where passes were put.

A render takes stored depth only where everything agrees: clip, network, colour and filter. The
clip's hash covers its size and both ends, so that it survives copying and renaming and costs
nothing on a file of a terabyte; of a sequence, a little of every picture.
"""

import hashlib
from pathlib import Path

from depthgrade import depth
from depthgrade.compiler.temporal import WINDOW
from depthgrade.depth.card import file_sha256
from depthgrade.depth.manifest import FilterNote, ModelNote, SourceNote
from depthgrade.errors import DepthError
from depthgrade.frames import ClipInfo
from depthgrade.media import clip_files
from depthgrade.session.shots import cache_file, load, still_there, store
from depthgrade.session.temporal import VERSION

_END = 1 << 20  # bytes hashed at either end of a file
# Of each picture, at either end and amid it: uncompressed ones keep their size when drawn anew.
_PART = 1 << 12


def source_note(info: ClipInfo) -> SourceNote:
    """The clip as a manifest names it."""
    return SourceNote(
        name=info.path.name,
        fingerprint=_clip_hash(info.path),
        frame_count=info.frame_count,
        size=info.size,
        track=info.track,
    )


def model_note(
    card: depth.ModelCard, path: Path, quality: str, input_size: tuple[int, int]
) -> ModelNote:
    """The network as a manifest names it; path is its file."""
    return ModelNote(
        name=card.name,
        sha256=card.sha256 or file_sha256(path),
        output=card.output,
        near=card.near,
        quality=quality,
        input_size=input_size,
        value_range=card.value_range,
        mean=card.mean,
        std=card.std,
        channels=card.channels,
    )


def filter_note() -> FilterNote:
    """The steps to finished depth of this version: the temporal filter and the edges."""
    return FilterNote(version=VERSION, window=WINDOW)


def remember_pass(info: ClipInfo, directory: Path) -> None:
    """Notes where a clip's depth pass is, so that renders find it."""
    store(_note(info), {"directory": str(directory.resolve())})


def remembered_pass(info: ClipInfo) -> depth.DepthPass | None:
    """The pass that was last made of a clip, if it is still there and can be read."""
    noted = load(_note(info))
    if noted is None:
        return None
    try:
        return depth.DepthPass(str(noted.get("directory", "")))
    except DepthError:
        return None  # moved or deleted since: depth is estimated as if it had never been


def _note(info: ClipInfo) -> Path:
    return cache_file("pass", f"{_clip_hash(info.path)} {info.track}")


def _clip_hash(path: Path) -> str:
    with still_there():
        return _hash(clip_files(path))


def _hash(files: list[Path]) -> str:
    digest = hashlib.sha256()
    several = len(files) > 1
    for path in files:
        size = path.stat().st_size
        digest.update(f"{path.name if several else ''} {size}\n".encode())
        length = _PART if several else _END
        with path.open("rb") as stream:
            for start in (0, *([size // 2] if several else []), max(0, size - length)):
                stream.seek(start)
                digest.update(stream.read(length))
    return digest.hexdigest()
