"""Kept pictures, to compare others with: in memory and, with the look that made them, on disk.

They lie in a folder beside the project (`project.stills`), those of a clip without a project with
the unsaved work. Files are written and read by a thread.
"""

import re
import shutil
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from depthgrade.errors import EngineError
from depthgrade.gl.device import Device
from depthgrade.gl.textures import Texture, TextureStore
from depthgrade.media import read_picture
from depthgrade.project import Look, load_look
from depthgrade.project_file import save_look
from depthgrade.ui.png import write_png

_STEM = re.compile(r"still-(\d+)-frame-(\d+)")


@dataclass
class Still:
    """A kept picture: what it is called, its frame, its grade and the file it is kept in.

    look      None where its file can't be read
    texture   None while the picture is being read
    """

    name: str
    index: int
    look: Look | None
    stem: str
    texture: Texture | None = None


class Stills:
    """The stills of one project. Belongs to the thread of the device."""

    def __init__(self) -> None:
        self.kept: list[Still] = []
        self.error: str | None = None  # why one could not be written, until `update` is asked
        self._folder = Path()
        self._store: TextureStore | None = None
        self._worker = ThreadPoolExecutor(1, "depthgrade-stills")
        self._reading: list[tuple[Still, Future[NDArray[np.uint16]]]] = []
        self._writing: list[Future[None]] = []

    def close(self) -> None:
        """Waits until everything is written."""
        self._worker.shutdown(cancel_futures=False)

    def open(self, folder: Path) -> None:
        """Takes the stills of a folder in place of those there are."""
        self._folder, self._store = folder, None
        self._reading.clear()
        self.kept = []
        found = sorted(folder.glob("still-*.png")) if folder.is_dir() else []
        for file in found:
            if parts := _STEM.fullmatch(file.stem):
                still = Still(file.stem, int(parts[2]), _look_of(file), file.stem)
                still.name = self._name(still.index, still.look)
                self.kept.append(still)
                self._reading.append((still, self._worker.submit(_read, file)))

    def named(self, name: str | None) -> Still | None:
        """The still of a name."""
        return next((still for still in self.kept if still.name == name), None)

    def keep(self, texture: Texture, values: NDArray[np.float32], look: Look, index: int) -> Still:
        """Adds a picture: its texture is the still's from now on, its values go to the disk."""
        numbers = [int(parts[1]) for s in self.kept if (parts := _STEM.fullmatch(s.stem))]
        stem = f"still-{max(numbers, default=0) + 1:03}-frame-{index:06}"
        still = Still(self._name(index, look), index, look, stem, texture)
        self.kept.append(still)
        self._run(lambda: _write(self._folder / stem, values, look))
        return still

    def remove(self, still: Still) -> None:
        """Forgets a still, on disk too."""
        self.kept.remove(still)
        folder = self._folder
        self._run(lambda: _remove(folder / still.stem))

    def move(self, folder: Path) -> None:
        """The project is called otherwise: its stills go with it."""
        old, self._folder = self._folder, folder
        if old != folder and self.kept:
            self._run(lambda: _copy(old, folder))

    def update(self, device: Device) -> None:
        """Takes the pictures that have been read."""
        for still, future in [each for each in self._reading if each[1].done()]:
            self._reading.remove((still, future))
            try:
                values = future.result()
            except EngineError as error:
                self.error = str(error)
                self.kept.remove(still)
                continue
            with device.current():
                self._store = self._store or TextureStore(device)
                still.texture = self._store.fill(still.stem, values)
        for writing in [each for each in self._writing if each.done()]:
            self._writing.remove(writing)
            problem = writing.exception()
            if problem is not None:
                self.error = f"still: can't be written: {problem}"

    def _name(self, index: int, look: Look | None) -> str:
        name = f"{index} {look.title if look else 'still'}"
        taken = {still.name for still in self.kept}
        number = 2
        unique = name
        while unique in taken:
            unique, number = f"{name} ({number})", number + 1
        return unique

    def _run(self, work: Callable[[], None]) -> None:
        self._writing.append(self._worker.submit(work))


def _look_of(file: Path) -> Look | None:
    try:
        return load_look(file.with_suffix(".toml"))
    except EngineError:
        return None


def _read(file: Path) -> NDArray[np.uint16]:
    """(height, width, 4): three channels are slow to upload."""
    plane = np.asarray(read_picture(file).planes[0])
    if plane.dtype != np.uint16 or plane.ndim != 3:
        plane = np.zeros((1, 1, 3), np.uint16)  # somebody else's file
    alpha = np.full((*plane.shape[:2], 1), 65535, np.uint16)
    return np.concatenate([plane[..., :3], alpha], -1)


def _write(path: Path, values: NDArray[np.float32], look: Look) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    codes = np.round(np.clip(np.nan_to_num(values[..., :3]), 0, 1) * 65535).astype(np.uint16)
    write_png(path.with_suffix(".png"), codes)
    save_look(look, path.with_suffix(".toml"))


def _remove(path: Path) -> None:
    for suffix in (".png", ".toml"):
        path.with_suffix(suffix).unlink(missing_ok=True)
    with suppress(OSError):
        path.parent.rmdir()  # only where it is empty


def _copy(old: Path, new: Path) -> None:
    if old.is_dir():
        shutil.copytree(old, new, dirs_exist_ok=True)
