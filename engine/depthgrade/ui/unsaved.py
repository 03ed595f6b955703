"""Where the work on a project or clip is kept that has no file of its own yet."""

import hashlib
from pathlib import Path

from depthgrade.resources import user_cache


def unsaved_file(project_file: Path | None, clip: Path | str | None) -> Path:
    """The copy of unsaved work; what belongs to it lies beside it."""
    origin = project_file or clip or "nothing"
    digest = hashlib.sha256(str(Path(origin).resolve()).encode()).hexdigest()[:16]
    return user_cache() / "recovery" / f"{digest}.toml"


def stills_folder(project_file: Path | None, clip: Path | str | None) -> Path:
    """Where stills lie: beside the project, those of a bare clip with its unsaved work."""
    return (project_file or unsaved_file(None, clip)).with_suffix(".stills")
