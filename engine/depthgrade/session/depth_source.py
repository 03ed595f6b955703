"""Where a renderer gets depth from, whatever makes it."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from depthgrade.frames import Frame
from depthgrade.gl.textures import Texture
from depthgrade.nodes.picked import PickedPoint
from depthgrade.session.clip_depth import ShotDepth
from depthgrade.session.shots import Progress

Picture = NDArray[np.float32]


class DepthSource(Protocol):
    """What a renderer asks of depth; `ClipDepth` is the one of files and networks."""

    @property
    def guided(self) -> bool:
        """Whether maps are smaller than the picture, so that edges are taken from the picture."""

    @property
    def description(self) -> str:
        """Where depth comes from, for reports."""

    def shot(self, index: int, quality: str, progress: Progress | None = None) -> ShotDepth:
        """The shot a frame belongs to."""

    def map(
        self, frame: Frame, planes: tuple[Texture, ...], quality: str
    ) -> tuple[Picture | Texture, Texture | None]:
        """A frame's depth, near = 1, not clipped, and the guide for its edges if it is small."""

    def target(
        self, index: int, quality: str, point: PickedPoint, progress: Progress | None = None
    ) -> float:
        """The depth under a picked point at a frame, near = 1, not clipped."""

    def close(self) -> None:
        """Frees what is behind it."""
