"""Planes for encoders: the same code values in every layout of one format."""

import moderngl
import numpy as np
import pytest
from depthgrade.frames import ColorTags
from depthgrade.gl.device import Device
from depthgrade.media.pixels import pixel_format
from depthgrade.session.engine import Engine

TAGS = ColorTags(1, 1, 1, False)


@pytest.mark.parametrize(("planar", "paired"), [("yuv420p", "nv12"), ("yuv420p10le", "p010le")])
def test_an_encoder_of_a_gpu_gets_the_same_code_values(
    gl: moderngl.Context, planar: str, paired: str
) -> None:
    """Chroma in pairs and, in P010, all values at the top of their words."""
    engine = Engine(Device(gl))
    values = np.random.default_rng(8).random((18, 32, 4), np.float32)
    picture = gl.texture((32, 18), 4, values.tobytes(), dtype="f4")
    y, u, v = engine.pack(picture, pixel_format(planar), TAGS, dither=False)
    luma, chroma = engine.pack(picture, pixel_format(paired), TAGS, dither=False)
    shift = pixel_format(paired).shift
    np.testing.assert_array_equal(luma, y << shift)
    np.testing.assert_array_equal(chroma, np.stack([u, v], -1) << shift)
    assert np.ptp(u) > 20
