"""The demo scene: depth and motion agree with plain geometry, and a seed decides the picture."""

from collections.abc import Iterator

import moderngl
import numpy as np
import pytest
from depthgrade.gl.scene import SceneFrame, SceneRenderer
from depthgrade.gl.scene_parameters import Camera, scene_parameters
from numpy.typing import NDArray

SMALL = (96, 54)
MIDDLE = (288, 162)  # motion between two frames is over a pixel only from here
Array = NDArray[np.float64]


@pytest.fixture(scope="module")
def scene(gl: moderngl.Context) -> Iterator[SceneRenderer]:
    with gl, SceneRenderer(gl, SMALL, seed=0) as renderer:
        yield renderer


@pytest.fixture(scope="module")
def pair(gl: moderngl.Context) -> tuple[SceneFrame, SceneFrame]:
    with gl, SceneRenderer(gl, MIDDLE, seed=0) as renderer:
        return renderer.frame(10), renderer.frame(11)


def _pixels(size: tuple[int, int]) -> Array:
    """(h, w, 2): x, y of the pixel centres, y down."""
    x, y = np.meshgrid(np.arange(size[0]) + 0.5, np.arange(size[1]) + 0.5)
    return np.stack([x, y], axis=-1)


def _rays(camera: Camera, size: tuple[int, int]) -> Array:
    """(h, w, 3): directions whose part along the camera axis is 1."""
    at = (_pixels(size) - camera.centre) / camera.focal
    return camera.forward + at[..., :1] * camera.right - at[..., 1:] * camera.up


def _project(camera: Camera, offset: Array) -> Array:
    depth = offset @ camera.forward
    plane = np.stack([offset @ camera.right, -(offset @ camera.up)], axis=-1)
    return camera.centre + camera.focal * plane / depth[..., None]


def _bilinear(picture: Array, at: Array) -> Array:
    x = np.clip(at[..., 0] - 0.5, 0.0, picture.shape[1] - 1.001)
    y = np.clip(at[..., 1] - 0.5, 0.0, picture.shape[0] - 1.001)
    column, row = x.astype(int), y.astype(int)
    fx, fy = (x - column)[..., None], (y - row)[..., None]
    top = picture[row, column] * (1 - fx) + picture[row, column + 1] * fx
    bottom = picture[row + 1, column] * (1 - fx) + picture[row + 1, column + 1] * fx
    return np.asarray(top * (1 - fy) + bottom * fy)


def _soft_log(frame: SceneFrame) -> Array:
    """The logarithm of the light, softened so that interpolation between pixels loses nothing."""
    soft = np.log2(frame.rgb.astype(np.float64) + 0.02)
    for _ in range(2):
        for axis in (0, 1):
            soft = 0.5 * soft + 0.25 * (np.roll(soft, 1, axis) + np.roll(soft, -1, axis))
    return soft


def _is_subject(frame: SceneFrame) -> NDArray[np.bool_]:
    return frame.distance < 3.2  # the floor in view and all stones are further than 4 metres


def test_a_frame_has_finite_light_and_positive_distance(scene: SceneRenderer) -> None:
    frame = scene.frame(0)
    assert frame.rgb.shape == (54, 96, 3)
    assert frame.rgb.dtype == frame.distance.dtype == frame.motion.dtype == np.float32
    assert np.isfinite(frame.rgb).all()
    assert (frame.rgb >= 0.0).all()
    assert (frame.distance > 1.0).all()
    assert np.isfinite(frame.motion).all()


def test_the_picture_holds_subject_canyon_and_sky(scene: SceneRenderer) -> None:
    distance = scene.frame(0).distance
    for low, high, least in ((1.0, 3.2, 0.12), (4.0, 520.0, 0.25), (1e6, np.inf, 0.10)):
        assert ((distance >= low) & (distance <= high)).mean() > least


def test_the_sky_exceeds_display_white_somewhere(scene: SceneRenderer) -> None:
    frame = scene.frame(0)
    sky = frame.rgb[np.isinf(frame.distance)]
    assert (sky.max(axis=-1) > 10.0).mean() > 0.02  # 10 is the white of the davinci rendering


def test_the_floor_lies_where_the_ground_plane_is(scene: SceneRenderer) -> None:
    frame, camera = scene.frame(0), scene.parameters.camera(0, SMALL)
    height = camera.position[1] + frame.distance * _rays(camera, SMALL)[..., 1]
    near_floor = (frame.distance > 5.0) & (frame.distance < 12.0) & (height < 0.08)
    assert near_floor.sum() > 40
    # Dunes begin at 12 m; a marcher that stops early or late
    # would put the floor off by centimetres more.
    assert np.median(np.abs(height[near_floor])) < 0.005


def test_the_person_stands_at_their_distance(scene: SceneRenderer) -> None:
    frame = scene.frame(0)
    found = np.median(frame.distance[_is_subject(frame)])
    # The front of a body 0.25 m deep, seen by a camera that dollies 0.12 m at most.
    assert scene.parameters.distance - 0.35 < found < scene.parameters.distance + 0.1


def test_still_points_move_as_the_camera_says(scene: SceneRenderer) -> None:
    frame = scene.frame(10)
    camera, later = scene.parameters.camera(10, SMALL), scene.parameters.camera(11, SMALL)
    rays = _rays(camera, SMALL)
    sky = np.isinf(frame.distance)
    points = np.where(sky, 0.0, frame.distance)[..., None] * rays + camera.position
    offset = np.where(sky[..., None], rays, points - later.position)
    expected = _project(later, offset) - _pixels(SMALL)
    still = ~_is_subject(frame)
    # float32 in the shader: a pixel coordinate of 96 has a step of 8e-6, a few steps add up.
    np.testing.assert_allclose(frame.motion[still], expected[still], atol=5e-4)


@pytest.mark.parametrize("part", ["subject", "surroundings"])
def test_motion_carries_one_frame_onto_the_next(
    pair: tuple[SceneFrame, SceneFrame], part: str
) -> None:
    now, then = pair
    log_now, log_then = _soft_log(now), _soft_log(then)
    inside = _is_subject(now) if part == "subject" else (now.distance > 5) & (now.distance < 600)
    # Pixels that are inside on both frames and away from outlines, where nothing gets hidden.
    core = inside.copy()
    for shift in (-4, -3, -2, -1, 1, 2, 3, 4):
        core &= np.roll(inside, shift, axis=0) & np.roll(inside, shift, axis=1)
    core[:4], core[-4:], core[:, :4], core[:, -4:] = False, False, False, False
    assert np.abs(now.motion[core]).mean() > 0.1  # else the test would show nothing
    errors = {
        scale: np.abs(_bilinear(log_then, _pixels(MIDDLE) + scale * now.motion) - log_now)[
            core
        ].mean()
        for scale in (-1.0, 0.0, 0.5, 1.0, 1.5, 2.0)
    }
    # The motion itself must fit best, better than any fraction or multiple of it; what remains is
    # fine texture that the samples of a pixel miss.
    assert min(errors, key=lambda scale: errors[scale]) == 1.0
    assert errors[1.0] < 0.75 * errors[0.0]


def test_the_same_seed_and_time_give_the_same_pixels(scene: SceneRenderer) -> None:
    first = scene.frame(5)
    scene.frame(6)
    again = scene.frame(5)
    np.testing.assert_array_equal(first.rgb, again.rgb)
    np.testing.assert_array_equal(first.distance, again.distance)
    np.testing.assert_array_equal(first.motion, again.motion)


def test_another_seed_gives_another_picture(gl: moderngl.Context, scene: SceneRenderer) -> None:
    with SceneRenderer(gl, SMALL, seed=1) as other:
        difference = np.abs(np.log2(other.frame(0).rgb + 0.02) - np.log2(scene.frame(0).rgb + 0.02))
    assert difference.mean() > 0.3


def test_seeds_vary_side_hour_and_clothes() -> None:
    seeds = [scene_parameters(seed) for seed in range(8)]
    assert {p.side for p in seeds} == {-1.0, 1.0}
    for name, least in (("sky.sunlight", 3), ("jacket", 3), ("skin_tone", 2), ("canyon.height", 8)):
        assert len({p.uniforms[name] for p in seeds}) >= least
