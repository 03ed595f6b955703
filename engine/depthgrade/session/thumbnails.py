"""Small pictures of a clip for its timeline, from a thread that decodes a few frames of its own."""

import threading
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from depthgrade.color import evaluate_input, evaluate_output, ycbcr_to_rgb
from depthgrade.errors import EngineError
from depthgrade.frames import Frame, Orientation
from depthgrade.media import open_clip
from depthgrade.project import Project

HEIGHT = 48  # pixels; rows and columns are picked, not averaged
_LARGEST = 4096 * 2304  # pixels of a clip that are decoded for thumbnails


class Thumbnails:
    """Pictures of evenly spaced frames, by their number in the row; they come one by one."""

    def __init__(self, project: Project, space: str, count: int) -> None:
        self.count = count
        self._project, self._space = project, space
        self._made: dict[int, NDArray[np.uint8]] = {}
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

    def close(self) -> None:
        """Ends the thread."""
        self._stopped.set()
        self._thread.join()

    def _run(self) -> None:
        try:
            with open_clip(Path(str(self._project.clip)), track=self._project.track) as reader:
                info = reader.info
                if info.width * info.height > _LARGEST:
                    return
                for number in range(self.count):
                    if self._stopped.is_set():
                        return
                    index = min(
                        int((number + 0.5) * info.frame_count / self.count), info.frame_count - 1
                    )
                    frame = reader.frame(index)
                    rgb = small_rgb(frame, (info.width, info.height), info.orientation)
                    rendering = self._project.rendering
                    signal = evaluate_input(self._space, rendering, rgb)
                    shown = evaluate_output("rec709", rendering, signal)
                    self._made[number] = np.round(np.clip(shown, 0, 1) * 255).astype(np.uint8)
        except EngineError:
            return  # a clip that can't be read says so in the viewer


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
