"""What decoding is said to take."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from depthgrade.session.timing import decode_milliseconds


@pytest.mark.parametrize("frames", [1, 3])
def test_decoding_takes_time_however_short_the_clip(
    frames: int, tmp_path: Path, write_clip: Callable[..., Path]
) -> None:
    clip = write_clip(tmp_path / "clip.mkv", [np.zeros((36, 64, 3), np.uint8)] * frames)
    assert 0 < decode_milliseconds(clip) < 60_000
