"""Values to textures and back: straight in software, through rings of buffers on a GPU."""

import moderngl
import numpy as np
import pytest
from depthgrade.gl.device import Device
from depthgrade.gl.runner import Runner
from depthgrade.gl.textures import TextureStore


@pytest.fixture(params=[True, False], ids=["software", "GPU"])
def device(gl: moderngl.Context, request: pytest.FixtureRequest) -> Device:
    """A device that transfers as its kind does, whichever it is."""
    return Device(gl, software=request.param)


def test_padded_rows_arrive_and_come_back_in_order(device: Device) -> None:
    store, runner = TextureStore(device), Runner(device)
    rng = np.random.default_rng(5)
    waiting, given = [], []
    for number in range(5):
        padded = rng.integers(0, 256, (6, 16, 2), np.uint8)
        given.append(padded[:, :10])
        # One texture for all: each is on its way before the next takes its place.
        waiting.append(runner.begin_read(store.fill("picture", given[-1])))
        if number >= 3:
            assert np.array_equal(waiting.pop(0)(), given.pop(0))
    for read, values in zip(waiting, given, strict=True):
        assert np.array_equal(read(), values)
    assert np.array_equal(runner.read(store.fill("picture", values)), values)


def test_words_and_floats_of_one_channel_have_no_channel_axis(device: Device) -> None:
    store, runner = TextureStore(device), Runner(device)
    words = np.arange(12, dtype=np.uint16).reshape(3, 4) * 5000
    floats = np.linspace(-1, 1, 12, dtype=np.float32).reshape(3, 4)
    assert np.array_equal(runner.begin_read(store.fill("words", words))(), words)
    assert np.array_equal(runner.begin_read(store.fill("floats", floats))(), floats)
