"""Small pictures of a clip for its timeline, from a thread that decodes a few frames of its own."""

import threading
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from depthgrade.color import Suggestion, evaluate_input, evaluate_output, ycbcr_to_rgb
from depthgrade.errors import EngineError
from depthgrade.frames import Frame, Orientation
from depthgrade.media import ClipReader, open_clip
from depthgrade.project import Project
from depthgrade.session.suggestion import suggest_input

HEIGHT = 48  # pixels; rows and columns are picked, not averaged
_LARGEST = 4096 * 2304  # pixels of a clip that are decoded for thumbnails


class Thumbnails:
    """Pictures of evenly spaced frames, by their number in the row; they come one by one.

    suggestion   the colour space the clip may be in, if its own words do not say; known at the end
    """

    def __init__(self, project: Project, space: str, count: int) -> None:
        self.count = count
        self._project, self._space = project, space
        self._made: dict[int, NDArray[np.uint8]] = {}
        self.suggestion: Suggestion | None = None
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="depthgrade-thumbs", daemon=True)
        self._thread.start()

    def take(self) -> dict[int, NDArray[np.uint8]]:
        """The pictures made since: (height, width, 3), display code values."""
        made: dict[int, NDArray[np.uint8]] = {}
        while self._made:
            number, picture = self._made.popitem()
            made[number] = picture
        return made

    @property
    def running(self) -> bool:
        """Whether more is to come."""
        return self._thread.is_alive() or bool(self._made)

    def close(self) -> None:
        """Ends the thread."""
        self._stopped.set()
        self._thread.join()

    def _run(self) -> None:
        try:
            with open_clip(Path(str(self._project.clip)), track=self._project.track) as reader:
                if reader.info.width * reader.info.height <= _LARGEST:
                    for number in range(self.count):
                        if self._stopped.is_set():
                            return
                        self._made[number] = self._picture(reader, number)
                if self._project.input == "auto":
                    self.suggestion = suggest_input(reader)
        except EngineError:
            return  # a clip that can't be read says so in the viewer

    def _picture(self, reader: ClipReader, number: int) -> NDArray[np.uint8]:
        info, rendering = reader.info, self._project.rendering
        index = min(int((number + 0.5) * info.frame_count / self.count), info.frame_count - 1)
        rgb = small_rgb(reader.frame(index), (info.width, info.height), info.orientation)
        signal = evaluate_input(self._space, rendering, rgb)
        shown = evaluate_output("rec709", rendering, signal)
        return np.round(np.clip(shown, 0, 1) * 255).astype(np.uint8)


def small_rgb(frame: Frame, size: tuple[int, int], orientation: Orientation) -> NDArray[np.float64]:
    """R'G'B' code values of every nth pixel, upright; size is (width, height) as stored."""
    step = max(1, min(size) // HEIGHT)
    planes = {}
    for held, plane in zip(frame.format.components, frame.planes, strict=True):
        shift_x, shift_y = frame.format.chroma_shift if held[0] in "UV" else (0, 0)
        rows = (np.arange(step // 2, size[1], step)) >> shift_y
        columns = (np.arange(step // 2, size[0], step)) >> shift_x
        values = plane[np.minimum(rows, plane.shape[0] - 1)]
        values = values[:, np.minimum(columns, plane.shape[1] - 1)]
        for place, letter in enumerate(held):
            planes[letter] = values if values.ndim == 2 else values[..., place]
    letters = {"ycbcr": "YUV", "rgb": "RGB", "gray": "YYY"}[frame.format.model]
    samples = np.stack([planes[letter].astype(np.float64) for letter in letters], -1)
    if not frame.format.floating:
        matrix, offset = ycbcr_to_rgb(frame.format, frame.tags, *size)
        scale = ((1 << frame.format.bits) - 1) << frame.format.shift
        samples = samples / scale @ matrix.T + offset
    transpose, flip_x, flip_y = orientation.value
    samples = samples[:, ::-1] if flip_x else samples
    samples = samples[::-1] if flip_y else samples
    return np.ascontiguousarray(samples.swapaxes(0, 1) if transpose else samples)
