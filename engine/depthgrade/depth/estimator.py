"""The estimator: a picture goes in, nearness comes out, whatever the network's own conventions.

One frame at a time and nothing remembered: mapping and temporal filtering happen elsewhere, so that
a frame's raw depth does not depend on what was shown before it.
"""

from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from depthgrade.closing import Closing
from depthgrade.depth.card import ModelCard, Quality, Size, fitted_size
from depthgrade.depth.runtime import NetworkInput, Provider, map_size, one_line, open_session
from depthgrade.errors import DepthError

Image = NDArray[np.float32]

# Distances below this count as this: a millimetre for metric networks, and far below anything a
# relative one means; without it a stray 0 would be infinitely near.
NEAREST = 1e-3


class Estimator(Closing):
    """A depth network on this machine. A context manager; one thread at a time.

    card       what the network is (`load_card`)
    quality    "faster" or "better": which nominal input size of the card
    provider   "auto" (CUDA if it works here, else CPU), "cuda" or "cpu"

    Raises DepthError if the file is missing, is another one than the card's, or is no network of
    one picture.
    """

    def __init__(
        self, card: ModelCard, quality: Quality = "better", *, provider: Provider = "auto"
    ) -> None:
        self.card = card
        self.quality: Quality = quality
        self.path: Path = card.verify()
        opened = open_session(self.path, provider)
        self.provider: Literal["CUDA", "CPU"] = opened.provider
        self.note: str = opened.note
        self._session: Any = opened.session
        self._input: NetworkInput = opened.picture
        self._check_nominal_size()
        self._scale, self._offset = normalisation(card)

    def close(self) -> None:
        """Free the network; further inference raises DepthError."""
        self._session = None

    def input_size(self, width: int, height: int) -> Size:
        """(width, height) to which an upright picture of this displayed shape is resized."""
        return fitted_size(self.card, self.quality, width, height)

    def infer(self, rgb: Image) -> Image:
        """Nearness of a picture: float32 (height, width), larger is nearer, finite, any scale.

        rgb is float32 (height, width, 3), display-encoded 0..1, of the size `input_size` gives.
        Distances come back as 1/distance (an infinite one as 0). Raises DepthError if the network
        refuses the picture or answers with something that is no depth map.
        """
        if self._session is None:
            raise DepthError(f"{self.path}: the estimator is closed; open a new one")
        height, width = self._check_picture(rgb)
        planes = np.ascontiguousarray(rgb.transpose(2, 0, 1), dtype=np.float32)
        if self.card.channels == "bgr":
            planes = planes[::-1]
        batch = (planes * self._scale + self._offset)[None].astype(self._input.dtype)
        try:
            answer = self._session.run(None, {self._input.name: batch})[0]
        except Exception as error:  # ONNX Runtime's errors have no common base below Exception
            raise DepthError(
                f"{self.path}: the network refuses a picture of {width}x{height}: {one_line(error)}"
            ) from error
        nearness = self._nearness(np.asarray(answer), (width, height))
        if nearness.shape != (height, width):
            nearness = resize(nearness, width, height)
        return nearness

    def _check_nominal_size(self) -> None:
        height, width = self._input.picture_size
        nominal = self.card.nominal_size(self.quality)
        fits = width in {nominal[0], None} and height in {nominal[1], None}
        free = width is None and height is None
        if not (fits and (free or self.card.fixed_size)):
            raise DepthError(
                f"{self.path}: the network takes {width or 'any'}x{height or 'any'}; card "
                f"{self.card.name} says {nominal[0]}x{nominal[1]}"
                f"{'' if self.card.fixed_size else ' and any size'}"
            )

    def _check_picture(self, rgb: Image) -> tuple[int, int]:
        if rgb.ndim != 3 or rgb.shape[2] != 3 or rgb.dtype != np.float32:
            raise DepthError(
                f"{self.path}: the picture is {rgb.dtype} {rgb.shape}; float32 (h, w, 3) is needed"
            )
        height, width = rgb.shape[:2]
        nominal = self.card.nominal_size(self.quality)
        if self.card.fixed_size and (width, height) != nominal:
            raise DepthError(
                f"{self.path}: the picture is {width}x{height}; allowed: {nominal[0]}x{nominal[1]}"
            )
        if width % self.card.multiple or height % self.card.multiple:
            raise DepthError(
                f"{self.path}: the picture is {width}x{height}; both sides must be multiples of "
                f"{self.card.multiple}"
            )
        return height, width

    def _nearness(self, answer: NDArray[Any], picture: Size) -> Image:
        try:
            map_size(answer.shape, picture)
        except DepthError as error:
            raise DepthError(f"{self.path}: {error}") from error
        values = answer.reshape(answer.shape[-2:]).astype(np.float32)
        if self.card.output == "disparity":
            if not np.isfinite(values).all():
                raise DepthError(f"{self.path}: the depth map holds NaN or infinity")
            return values if self.card.near == "larger" else -values
        if np.isnan(values).any():
            raise DepthError(f"{self.path}: the depth map holds NaN")
        return (1.0 / np.maximum(values, NEAREST)).astype(np.float32)


def normalisation(card: ModelCard) -> tuple[Image, Image]:
    """(scale, offset), each float32 (3, 1, 1): element = code value 0..1 * scale + offset."""
    scale = 255.0 if card.value_range == "0..255" else 1.0
    deviation, mean = (np.asarray(each).reshape(3, 1, 1) for each in (card.std, card.mean))
    return scale / deviation.astype(np.float32), -(mean / deviation).astype(np.float32)


def resize(values: Image, width: int, height: int) -> Image:
    """A map of (height, width) by bilinear interpolation, sample centres at half integers."""

    def taps(count: int, size: int) -> tuple[NDArray[np.intp], NDArray[np.intp], Image]:
        at = np.clip((np.arange(count) + 0.5) * size / count - 0.5, 0, size - 1)
        low = np.floor(at).astype(np.intp)
        return low, np.minimum(low + 1, size - 1), (at - low).astype(np.float32)

    top, bottom, fy = taps(height, values.shape[0])
    left, right, fx = taps(width, values.shape[1])
    rows = values[top] * (1 - fy)[:, None] + values[bottom] * fy[:, None]
    return np.asarray(rows[:, left] * (1 - fx) + rows[:, right] * fx, np.float32)
