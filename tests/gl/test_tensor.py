"""The tensor a network is given: the passes on the device write what the estimator writes."""

import moderngl
import numpy as np
import pytest
from depthgrade.depth.estimator import resize
from depthgrade.gl.device import Device
from depthgrade.gl.tensor import TensorForm, TensorPasses, words_of

SIZE = (9, 5)  # odd: float16 leaves half a word
RNG = np.random.default_rng(4)
RGB = RNG.random((5, 9, 3), np.float32)
SCALE, OFFSET = (4.3668, 4.4643, 4.4444), (-2.1179, -2.0357, -1.8044)


def packed(gl: moderngl.Context, form: TensorForm, dtype: type) -> np.ndarray:
    passes = TensorPasses(Device(gl), form, SIZE, SIZE)
    picture = gl.texture(SIZE, 4, np.dstack([RGB, RGB[..., :1]]).tobytes(), dtype="f4")
    passes.pack(picture)
    count = 3 * SIZE[0] * SIZE[1]
    return np.frombuffer(passes.input.read(), dtype)[:count].reshape(1, 3, 5, 9)


def elements(*, bgr: bool = False) -> np.ndarray:
    """As Estimator.infer makes them."""
    planes = RGB.transpose(2, 0, 1)[:: -1 if bgr else 1]
    scale, offset = (np.float32(each).reshape(3, 1, 1) for each in (SCALE, OFFSET))
    return (planes * scale + offset)[None]


@pytest.mark.parametrize("bgr", [False, True])
def test_the_tensor_is_that_of_the_cpu(gl: moderngl.Context, bgr: bool) -> None:
    found = packed(gl, TensorForm(SCALE, OFFSET, bgr=bgr), np.float32)
    # one rounding of float32 at values up to 2.6, should a driver fuse the two steps
    np.testing.assert_allclose(found, elements(bgr=bgr), rtol=0, atol=2.4e-7)


def test_half_floats_are_packed_two_a_word_across_planes(gl: moderngl.Context) -> None:
    found = packed(gl, TensorForm(SCALE, OFFSET, half=True), np.float16)
    # a float16 has 11 bits: one unit in the last place at values up to 2.6 is 2^-9
    np.testing.assert_allclose(found.astype(np.float32), elements(), rtol=0, atol=2**-9)
    # and each lies where it belongs: neighbours differ by far more
    assert np.abs(np.diff(found.astype(np.float32), axis=-1)).mean() > 0.1


@pytest.mark.parametrize(("elements", "half", "size"), [(135, True, 272), (135, False, 540)])
def test_buffers_are_whole_words(elements: int, half: bool, size: int) -> None:
    assert words_of(elements, half=half) == size


def unpacked(
    gl: moderngl.Context, form: TensorForm, answer: np.ndarray, size: tuple[int, int] = SIZE
) -> np.ndarray:
    passes = TensorPasses(Device(gl), form, size, (answer.shape[1], answer.shape[0]))
    passes.output.write(answer.tobytes().ljust(passes.output.size, b"\0"))
    texture = passes.unpack("label")
    return np.frombuffer(texture.read(), np.float32).reshape(size[1], size[0])


NEAR = (RNG.random((5, 9), np.float32) + 0.25).astype(np.float32)
PLAIN = TensorForm((1.0,) * 3, (0.0,) * 3)


@pytest.mark.parametrize("dtype", [np.float32, np.float16])
def test_nearness_is_the_answer_exactly(gl: moderngl.Context, dtype: type) -> None:
    form = TensorForm((1.0,) * 3, (0.0,) * 3, half_answer=dtype is np.float16)
    answer = NEAR.astype(dtype)
    np.testing.assert_array_equal(unpacked(gl, form, answer), answer.astype(np.float32))


def test_larger_is_nearer_whatever_the_network_means(gl: moderngl.Context) -> None:
    farther = TensorForm((1.0,) * 3, (0.0,) * 3, sense=-1.0)
    np.testing.assert_array_equal(unpacked(gl, farther, NEAR), -NEAR)
    distance = TensorForm((1.0,) * 3, (0.0,) * 3, distance=True)
    metres = NEAR.copy()
    metres[0, :3] = 0.0, np.inf, 1e-9
    found = unpacked(gl, distance, metres)
    np.testing.assert_allclose(found, 1 / np.maximum(metres, 1e-3), rtol=1e-6)


def test_no_numbers_are_far_away(gl: moderngl.Context) -> None:
    answer = NEAR.copy()
    answer[2, 3:6] = np.nan, np.inf, -np.inf
    np.testing.assert_array_equal(unpacked(gl, PLAIN, answer)[2, 3:6], 0.0)


def test_a_smaller_answer_is_interpolated_as_on_the_cpu(gl: moderngl.Context) -> None:
    # float32 positions here, float64 there: a few units of rounding at values near 1
    found = unpacked(gl, PLAIN, NEAR, (21, 13))
    np.testing.assert_allclose(found, resize(NEAR, 21, 13), atol=2e-6)
