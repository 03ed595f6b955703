"""Values to textures: straight in software, through a ring of buffers on a GPU."""

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


def test_padded_rows_arrive_as_they_are(device: Device) -> None:
    store, runner = TextureStore(device), Runner(device)
    rng = np.random.default_rng(5)
    for number in range(5):  # more than the ring is long
        padded = rng.integers(0, 256, (6, 16, 2), np.uint8)
        held = store.fill(number % 2, padded[:, :10])
        assert np.array_equal(runner.read(held), padded[:, :10])


def test_words_and_floats_of_one_channel_arrive_as_they_are(device: Device) -> None:
    store, runner = TextureStore(device), Runner(device)
    words = np.arange(12, dtype=np.uint16).reshape(3, 4) * 5000
    floats = np.linspace(-1, 1, 12, dtype=np.float32).reshape(3, 4)
    assert np.array_equal(runner.read(store.fill("words", words)), words)
    assert np.array_equal(runner.read(store.fill("floats", floats)), floats)


def test_a_texture_may_change_its_shape(device: Device) -> None:
    store, runner = TextureStore(device), Runner(device)
    device.context.gc_mode = "context_gc"
    try:
        for width in (4, 6, 4):
            values = np.arange(3.0 * width, dtype=np.float32).reshape(3, width)
            assert np.array_equal(runner.read(store.fill("map", values)), values)
            device.collect()
    finally:
        device.context.gc_mode = None
