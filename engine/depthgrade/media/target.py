"""Files that appear under their final name only when complete.

Everything is written to a hidden name beside the final one (the same file system, so the rename
is atomic). What fails is removed; an existing file is untouched until then.
"""

import io
import os
import secrets
import shutil
from collections.abc import Iterable
from pathlib import Path

from ..errors import MediaError
from .source import reason


def checked_target(path: Path, overwrite: bool, inputs: Iterable[Path]) -> Path:
    """The real path to write to, links followed.

    Raises MediaError if it is an input, exists without `overwrite`, is no regular file, or its
    folder is missing.
    """
    real = Path(os.path.realpath(path))
    for source in inputs:
        if _same(real, source):
            raise MediaError(f"{path}: is also an input; write to another file")
    if not real.parent.is_dir():
        raise MediaError(f"{path}: the folder {path.parent} does not exist; create it first")
    if real.exists():
        if not real.is_file():
            kind = "folder" if real.is_dir() else "device"
            raise MediaError(f"{path}: is a {kind}; give the name of a file")
        if not overwrite:
            raise MediaError(f"{path}: exists; give another name, or allow it with --overwrite")
    return real


def _same(real: Path, source: Path) -> bool:
    """Whether two paths are one file: by inode if both exist, else by their real names."""
    try:
        return real.samefile(source)
    except OSError:
        return real == Path(os.path.realpath(source))


def write_error(path: Path, error: BaseException) -> MediaError:
    """The error for an output that the system refuses (disk full, file size limit ...)."""
    return MediaError(
        f"{path}: can't be written ({reason(error)}); free space, or choose another place"
    )


def partial_name(real: Path) -> Path:
    """A new hidden name beside the final one."""
    return real.with_name(f".{real.name}.{secrets.token_hex(4)}.partial")


class PartialFile(io.RawIOBase):
    """A file under a hidden name: what FFmpeg writes through, so that every error is seen here.

    FFmpeg's own files lose the errors of the last flush; this one remembers the first error and
    raises it again at commit.
    """

    def __init__(self, real: Path) -> None:
        """Creates the hidden file; raises MediaError where that is not allowed."""
        super().__init__()
        self.final = real
        self._hidden = partial_name(real)
        self.error: OSError | None = None
        try:
            self._file = self._hidden.open("xb", buffering=0)
        except OSError as error:
            raise write_error(real, error) from error

    def write(self, data: bytes) -> int:  # type: ignore[override]  # FFmpeg hands over bytes
        """Writes all of data; raises the system's OSError."""
        done = 0
        view = memoryview(data)
        try:
            while done < len(view):
                done += self._file.write(view[done:])
        except OSError as error:
            self.error = self.error or error
            raise
        return done

    def seek(self, offset: int, whence: int = 0) -> int:
        """As io.RawIOBase.seek."""
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        """As io.RawIOBase.tell."""
        return self._file.tell()

    def seekable(self) -> bool:
        """True."""
        return True

    def writable(self) -> bool:
        """True."""
        return True

    def commit(self) -> None:
        """Gives the file its final name; raises MediaError, and removes it, where that fails."""
        try:
            if self.error is not None:
                raise self.error
            os.fsync(self._file.fileno())
            self._file.close()
            self._hidden.replace(self.final)
        except OSError as error:
            self.abort()
            raise write_error(self.final, error) from error
        super().close()

    def abort(self) -> None:
        """Removes the hidden file. Safe to call twice."""
        self._file.close()
        self._hidden.unlink(missing_ok=True)
        super().close()


class PartialFolder:
    """A hidden folder beside the pictures of a sequence, moved out one by one when complete."""

    def __init__(self, folder: Path, name: str) -> None:
        """Creates the hidden folder; raises MediaError where that is not allowed."""
        self._final = folder
        self.path = partial_name(folder / name.replace("%", ""))
        try:
            self.path.mkdir()
        except OSError as error:
            raise write_error(folder / name, error) from error

    def commit(self) -> None:
        """Moves every picture to its final name; raises MediaError where that fails."""
        try:
            for file in sorted(self.path.iterdir()):
                file.replace(self._final / file.name)
            self.path.rmdir()
        except OSError as error:
            self.abort()
            raise write_error(self._final, error) from error

    def abort(self) -> None:
        """Removes the hidden folder. Safe to call twice."""
        shutil.rmtree(self.path, ignore_errors=True)
