"""Pictures that come back some frames late are those that were asked for."""

import moderngl
import numpy as np
import pytest
from depthgrade.gl.device import Device
from depthgrade.gl.read_back import LATE, ReadBack
from depthgrade.gl.runner import Runner


@pytest.mark.parametrize("software", [True, False])
@pytest.mark.parametrize(("dtype", "storage"), [(np.uint8, "f1"), (np.uint16, "nu2")])
def test_values_are_taken_late_and_each_once(
    gl: moderngl.Context, software: bool, dtype: type, storage: str
) -> None:
    device = Device(gl)
    device.software = software
    ring = ReadBack(Runner(device))
    textures = [gl.texture((9, 5), 1, dtype=storage), gl.texture((5, 3), 2, dtype=storage)]
    rng = np.random.default_rng(1)
    asked, found, expected = [], [], []
    for _ in range(3 * LATE):
        written = [rng.integers(0, 250, (5, 9)), rng.integers(0, 250, (3, 5, 2))]
        written = [each.astype(dtype) for each in written]
        for texture, values in zip(textures, written, strict=True):
            texture.write(np.ascontiguousarray(values), alignment=1)  # over the picture before
        asked.append(ring.ask(textures))
        expected.append(written)
        if len(asked) == LATE:
            found.append(asked.pop(0)())
    found += [each() for each in asked]
    for theirs, ours in zip(expected, found, strict=True):
        for one, other in zip(theirs, ours, strict=True):
            np.testing.assert_array_equal(other, one)
