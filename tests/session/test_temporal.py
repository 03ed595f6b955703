"""The temporal depth filter against its definition in float64, and what it is for."""

from collections.abc import Callable
from types import SimpleNamespace

import moderngl
import numpy as np
import pytest
from depthgrade.compiler.temporal import WINDOW
from depthgrade.gl.device import Device
from depthgrade.gl.textures import TextureStore
from depthgrade.session.engine import Engine
from depthgrade.session.temporal import SCALES, SLOTS, TemporalFilter
from numpy.typing import NDArray

Array = NDArray[np.float64]
WIDTH, HEIGHT, COUNT, SPAN = 128, 104, 12, 1.0  # halves to odd levels as well


# The definition, in numpy.


def between(picture: Array, x: Array, y: Array) -> Array:
    """A picture (h, w, c) between its pixels, whose centres are at integers; edges repeated."""
    h, w = picture.shape[:2]
    x, y = np.clip(x, 0, w - 1), np.clip(y, 0, h - 1)
    left, top = np.floor(x).astype(int), np.floor(y).astype(int)
    right, down = np.minimum(left + 1, w - 1), np.minimum(top + 1, h - 1)
    fx, fy = (x - left)[..., None], (y - top)[..., None]
    above = picture[top, left] * (1 - fx) + picture[top, right] * fx
    return above * (1 - fy) + (picture[down, left] * (1 - fx) + picture[down, right] * fx) * fy


def halved(picture: Array) -> Array:
    """Means of 2x2 pixels; an odd row or column at the end is left out."""
    h, w = (side // 2 * 2 for side in picture.shape[:2])
    rows = picture[:h:2] + picture[1:h:2]
    return (rows[:, :w:2] + rows[:, 1:w:2]) / 4


def doubled(picture: Array, height: int, width: int) -> Array:
    """A picture of half the size (rounded down) between its pixels."""
    y, x = np.mgrid[:height, :width]
    return between(picture, x / 2 - 0.25, y / 2 - 0.25)


def gradients(rgb: Array) -> list[Array]:
    luma = rgb @ np.array([0.2126, 0.7152, 0.0722])
    levels = []
    while not levels or min(luma.shape) // 2 >= 12:
        luma = halved(luma) if levels else luma
        padded = np.pad(luma, 1, mode="edge")
        across = (padded[1:-1, 2:] - padded[1:-1, :-2]) / 2
        down = (padded[2:, 1:-1] - padded[:-2, 1:-1]) / 2
        levels.append(np.stack([luma, across, down], -1))
    return levels


def patches(a: Array, b: Array, guess: Array) -> Array:
    """Motion of the 8x8 patches, one every 4 pixels, and how badly found: (rows, columns, 3)."""
    rows, columns = guess.shape[:2]
    offsets = np.arange(8) - 2
    y = (4 * np.arange(rows)[:, None] + offsets)[:, None, :, None] + np.zeros((1, columns, 1, 8))
    x = (4 * np.arange(columns)[:, None] + offsets)[None, :, None, :] + np.zeros((rows, 1, 8, 1))
    inside = np.clip(y, 0, a.shape[0] - 1).astype(int), np.clip(x, 0, a.shape[1] - 1).astype(int)
    luma, gx, gy = np.moveaxis(a[inside], -1, 0)
    xx, yy = ((g * g).sum((2, 3)) + 1e-3 for g in (gx, gy))
    xy = (gx * gy).sum((2, 3))
    motion = guess.copy()
    for _ in range(2):
        at = x + motion[..., 0, None, None], y + motion[..., 1, None, None]
        residual = between(b, *at)[..., 0] - luma
        residual -= residual.mean((2, 3), keepdims=True)
        left = residual.std((2, 3))
        ex, ey = (gx * residual).sum((2, 3)), (gy * residual).sum((2, 3))
        step = np.stack([yy * ex - xy * ey, xx * ey - xy * ex], -1) / (xx * yy - xy**2)[..., None]
        motion -= step / np.maximum(1, np.linalg.norm(step, axis=-1, keepdims=True) / 2)
    lost = np.linalg.norm(motion - guess, axis=-1, keepdims=True) > 4
    badly = left / (0.04 + 0.25 * np.sqrt((xx + yy) / 64))
    return np.dstack([np.where(lost, guess, motion), badly])


def motion(a: Array, b: Array) -> Array:
    """Motion in pixels from a to b (RGB in their first channels) and its residual: (h, w, 3)."""
    levels = list(zip(gradients(a[..., :3]), gradients(b[..., :3]), strict=True))
    flow: Array | None = None
    for first, second in reversed(levels):
        shape = -(-first.shape[0] // 4), -(-first.shape[1] // 4)
        row, column = np.mgrid[: shape[0], : shape[1]]
        guess = np.zeros((*shape, 2))
        if flow is not None:
            guess = 2 * between(flow, column / 2 - 0.25, row / 2 - 0.25)[..., :2]
        flow = patches(first, second, guess)
    assert flow is not None
    y, x = np.mgrid[: a.shape[0], : a.shape[1]]
    top, left = (np.floor((each + 0.5) / 4 - 0.5).astype(int) for each in (y, x))
    luma = np.array([0.2126, 0.7152, 0.0722])
    total = np.zeros((*a.shape[:2], 4))
    for j, i in ((0, 0), (0, 1), (1, 0), (1, 1)):
        cell = np.clip(top + j, 0, flow.shape[0] - 1), np.clip(left + i, 0, flow.shape[1] - 1)
        candidate = flow[cell][..., :2]
        found = between(b, x + candidate[..., 0], y + candidate[..., 1])[..., :3]
        weight = np.maximum(np.abs((found - a[..., :3]) @ luma), 0.004) ** -2
        parts = np.dstack([candidate, flow[cell][..., 2], np.ones(a.shape[:2])])
        total += parts * weight[..., None]
    return total[..., :3] / total[..., 3:]


def biweight(difference: Array, reach: float) -> Array:
    return np.maximum(1 - (difference / reach) ** 2, 0) ** 2


def line(now: Array, before: Array, flow: Array) -> tuple[float, float]:
    height, width = now.shape[:2]
    step = max(1, width // 40)
    y, x = (
        each[: height // step * step, : width // step * step] for each in np.mgrid[:height, :width]
    )
    y, x = (each[step // 2 :: step, step // 2 :: step] for each in (y, x))
    at_x, at_y = x + flow[y, x, 0], y + flow[y, x, 1]
    there, here = between(before, at_x, at_y), now[y, x]
    inside = (at_x >= 0) & (at_y >= 0) & (at_x <= width - 1) & (at_y <= height - 1)
    unlike = np.abs(there[..., :3] - here[..., :3]).sum(-1)
    sure = biweight(unlike, 0.3) * biweight(flow[y, x, 2], 1)
    prior = 1e-6 + np.where(inside, sure, 0)
    slope, shift, spread = 1.0, 0.0, 0.0
    for number in range(4):
        residual = np.abs(slope * there[..., 3] + shift - here[..., 3])
        weight = prior / (1 + (residual / spread if spread else 0) ** 2) ** 2
        mean = [np.average(v[..., 3], weights=weight) for v in (there, here)]
        spreads = [
            np.average((v[..., 3] - m) ** 2, weights=weight)
            for v, m in zip((there, here), mean, strict=True)
        ]
        spread = 1.5 * float(np.average(residual, weights=weight)) if number else 0.0
        slope = float(np.sqrt(spreads[1] / spreads[0]))
        shift = float(mean[1] - slope * mean[0])
    return slope, shift


def around(sums: Array) -> Array:
    """The mean deviation around each pixel, in half the size of (deviations, weights)."""
    levels = [halved(sums)]
    while min(levels[-1].shape[:2]) // 2 >= 4:
        levels.append(halved(levels[-1]))
    mean = np.zeros((1, 1, 1))
    for level in reversed(levels):
        coarser = doubled(mean, *level.shape[:2])[..., 0]
        mean = ((level[..., 0] + coarser) / (level[..., 1] + 1))[..., None]
    return mean


def finished(whole: list[Array], index: int, past: int, future: int) -> Array:
    """whole: RGB and raw nearness (h, w, 4); past and future: how many neighbours are used."""
    frames = [halved(frame) for frame in whole]
    here = frames[index]
    height, width = here.shape[:2]
    own = 0.5 if past == 0 or future == 0 else 1.0
    sums, shares = np.zeros((height, width, 2)), 0.0
    gains, shifts = [1.0], [0.0]
    for step, count in ((-1, past), (1, future)):
        y, x = np.mgrid[:height, :width].astype(float)
        slope, shift = 1.0, 0.0
        for number in range(1, count + 1):
            there = index + step * number
            beside = there - step
            at = np.floor(y + 0.5).astype(int), np.floor(x + 0.5).astype(int)
            at = np.clip(at[0], 0, height - 1), np.clip(at[1], 0, width - 1)
            move = motion(frames[beside], frames[there])[at]
            trust = biweight(move[..., 2], 1)
            x = np.where(trust > 0, x + move[..., 0], -1e6)
            y = np.where(trust > 0, y + move[..., 1], -1e6)
            later = max(there, beside)
            flow = motion(frames[later], frames[later - 1])
            own_slope, own_shift = line(frames[later], frames[later - 1], flow)
            if step > 0:
                own_slope, own_shift = 1 / own_slope, -own_shift / own_slope
            slope, shift = slope * own_slope, slope * own_shift + shift
            found = between(frames[there], x, y)
            deviation = slope * found[..., 3] + shift - here[..., 3]
            weight = biweight(np.abs(found[..., :3] - here[..., :3]).sum(-1), 0.4)
            weight = weight * trust * biweight(deviation, 0.3 * SPAN)
            weight *= (x >= -0.5) & (y >= -0.5) & (x <= width - 0.5) & (y <= height - 0.5)
            share = 0.5 if number == 8 else 1.0
            shares += share
            sums += share * weight[..., None] * np.dstack([deviation, np.ones_like(weight)])
            gains.append(1 / slope)
            shifts.append(-shift / slope)
    spread = doubled(around(sums), height, width)[..., 0]
    lost = np.maximum(shares - sums[..., 1], 0)
    correction = ((sums[..., 0] + lost * spread) / (own + shares))[..., None]
    full = whole[index][..., 3] + doubled(correction, *whole[index].shape[:2])[..., 0]
    return full * np.mean(gains) + np.mean(shifts)


# The scene: a textured wall that slides by, a near disc that moves across it.


def scene(index: int) -> tuple[Array, Array]:
    """(RGB, true nearness) of a frame."""
    y, x = np.mgrid[:HEIGHT, :WIDTH].astype(float)
    u = x + 1.3 * index
    waves = [np.sin(u / a + y / b + c) for a, b, c in ((5, 9, 0), (11, -6, 1), (3.7, 23, 2))]
    wall = 0.45 + 0.12 * (waves[0] + waves[1] + waves[2])
    disc = (x - 40 - 2.2 * index) ** 2 + (y - 50) ** 2 < 22**2
    grain = 0.1 * np.sin((x - 2.2 * index) / 2.5) * np.cos(y / 3.1)
    rgb = np.stack([np.where(disc, 0.8 + grain, wall), np.where(disc, 0.55, wall), wall * 0.9], -1)
    return rgb, np.where(disc, 0.9, 0.2 + 0.2 * y / HEIGHT)


def shaken(index: int) -> Array:
    """What a network says: true nearness with another scale, shift and noise on every frame."""
    rng = np.random.default_rng(index)
    noise = np.kron(rng.normal(0, 0.04, (HEIGHT // 8, WIDTH // 8)), np.ones((8, 8)))
    return scene(index)[1] * rng.uniform(0.85, 1.15) + rng.uniform(-0.06, 0.06) + noise


Filled = Callable[..., tuple[SimpleNamespace, list[Array]]]


@pytest.fixture
def filled(gl: moderngl.Context) -> Filled:
    """A filter that has taken in frames of the scene, its results read back, and the frames."""
    engine = Engine(Device(gl))
    pictures = TextureStore(engine.device)

    def make(
        order: list[int] | None = None, *, noisy: bool = True
    ) -> tuple[SimpleNamespace, list[Array]]:
        depths = [shaken(i) if noisy else scene(i)[1] for i in range(COUNT)]
        frames = [np.dstack([scene(i)[0], depths[i]]).astype(np.float32) for i in range(COUNT)]
        filter_ = TemporalFilter(engine, f"test {order}")
        for index in order or range(COUNT):
            with engine.device.context:
                picture = pictures.fill(index, frames[index])
                raw = pictures.fill((index, "raw"), np.ascontiguousarray(frames[index][..., 3]))
            filter_.add(index, picture, raw)

        def finished(*place: float) -> Array:
            return engine.read(filter_.finished(*place))

        return SimpleNamespace(finished=finished), [frame.astype(np.float64) for frame in frames]

    return make


def test_the_shaders_follow_the_definition(filled: Filled) -> None:
    filter_, frames = filled()
    for index, start, stop, past, future in ((5, 3, 8, 2, 2), (6, 3, 7, 3, 0)):
        result = filter_.finished(index, start, stop, SPAN)
        expected = finished(frames, index, past, future)
        # float32 shifts which side of an edge a position rounds to: single pixels differ
        assert np.quantile(np.abs(result - expected), 0.99) < 2e-4
        assert np.mean(np.abs(result - expected)) < 1e-4


def test_flicker_goes_and_the_subject_keeps_its_edge(filled: Filled) -> None:
    filter_, frames = filled()

    def unlike(maps: dict[int, Array]) -> float:
        """How far the true depth, fitted to all frames at once, is missed."""
        truth = np.stack([scene(index)[1] for index in maps])
        values = np.stack(list(maps.values()))
        slope, shift = np.polyfit(truth.ravel(), values.ravel(), 1)
        return float(np.abs((values - shift) / slope - truth).mean())

    indices = range(3, 9)
    raw = unlike({i: frames[i][..., 3] for i in indices})
    both = unlike({i: filter_.finished(i, 0, COUNT, SPAN).astype(float) for i in indices})
    past = unlike({i: filter_.finished(i, 0, i + 1, SPAN).astype(float) for i in indices})
    assert both < raw / 4  # measured 5.1 times
    assert past < raw / 2.8  # measured 3.7 times


def test_a_frame_has_one_result_whatever_came_before(filled: Filled) -> None:
    in_order, _ = filled()
    first = in_order.finished(6, 0, COUNT, SPAN)
    in_order.finished(2, 0, COUNT, SPAN)
    backwards, _ = filled([11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0])
    backwards.finished(3, 0, COUNT, SPAN)
    for again in (in_order, backwards):
        np.testing.assert_array_equal(again.finished(6, 0, COUNT, SPAN), first)


def test_frames_of_another_shot_are_not_read(filled: Filled) -> None:
    filter_, frames = filled()
    alone = filter_.finished(6, 6, 7, SPAN)
    np.testing.assert_array_equal(alone, frames[6][..., 3].astype(np.float32))


def test_depth_does_not_bleed_into_what_is_uncovered(filled: Filled) -> None:
    """With exact depth the wall behind the disc, 0.6 farther, stays what it is."""
    filter_, _ = filled(noisy=False)
    result = filter_.finished(6, 4, 9, SPAN)
    uncovered = (scene(5)[1] == 0.9) & (scene(6)[1] != 0.9)
    # the few pixels whose colours happen to agree take a share of the disc
    assert np.quantile(np.abs(result - scene(6)[1])[uncovered], 0.9) < 0.06


def test_points_that_are_lost_follow_those_around_them(gl: moderngl.Context) -> None:
    """Else a patch that is not found again stands out of the averaged map around it."""
    engine = Engine(Device(gl))
    pictures = TextureStore(engine.device)
    filter_ = TemporalFilter(engine, "lost")
    changing = (slice(30, 60), slice(60, 90))  # another texture on every frame
    depths = []
    for index in range(7):
        rng = np.random.default_rng(index)
        rgb, _ = scene(0)
        rgb[changing] = rng.random((30, 30, 1))
        y, x = np.mgrid[:HEIGHT, :WIDTH]
        swell = np.exp(-((x - 75) ** 2 + (y - 45) ** 2) / 40**2)
        depth = 0.3 + 0.4 * y / HEIGHT + rng.choice([-0.03, 0.03]) * swell
        frame = np.dstack([rgb, depth]).astype(np.float32)
        with engine.device.context:
            picture = pictures.fill(index, frame)
            depths.append(np.ascontiguousarray(frame[..., 3]))
            raw = pictures.fill((index, "raw"), depths[-1])
        filter_.add(index, picture, raw)
    before = np.std([depth[changing] for depth in depths], axis=0).mean()
    found = [engine.read(filter_.finished(i, 0, 7, SPAN))[changing] for i in range(2, 5)]
    assert np.std(found, axis=0).mean() < before / 2


def test_scale_that_drifts_slowly_is_averaged_over_a_longer_stretch(gl: moderngl.Context) -> None:
    """Each frame of a still scene gets the mean scale of SCALES to either side, no more."""
    rng = np.random.default_rng(5)
    picture = np.kron(rng.uniform(0.2, 0.8, (12, 16, 4)), np.ones((4, 4, 1))).astype(np.float32)
    truth = picture[..., 3]
    scales = 1 + 0.2 * np.sin(np.arange(2 * SCALES + 12) / 9)
    engine = Engine(Device(gl))
    pictures = TextureStore(engine.device)
    filter_ = TemporalFilter(engine, "drift")
    for index in (4 + SCALES, 6 + SCALES):
        while (each := filter_.lacking(index, 2, len(scales))) is not None:
            with engine.device.context:
                frame = pictures.fill(each, picture)
                raw = pictures.fill((each, "raw"), truth * np.float32(scales[each]))
            filter_.add(each, frame, raw)
        found = engine.read(filter_.finished(index, 2, len(scales), SPAN))
        around = scales[max(2, index - SCALES) : index + SCALES + 1]
        np.testing.assert_allclose(found, truth * around.mean(), rtol=2e-3)


def test_a_stretch_that_is_played_again_gets_the_same_maps(gl: moderngl.Context) -> None:
    """Of the frames before only the window is there again; the scales of all are remembered."""
    rng = np.random.default_rng(8)
    picture = np.kron(rng.uniform(0.2, 0.8, (12, 16, 4)), np.ones((4, 4, 1))).astype(np.float32)
    scales = 1 + 0.2 * np.sin(np.arange(SLOTS + SCALES + 20) / 9)
    engine = Engine(Device(gl))
    pictures = TextureStore(engine.device)
    filter_ = TemporalFilter(engine, "again")

    def played(first: int, stop: int) -> dict[int, Array]:
        found = {}
        for index in range(first, stop):
            with engine.device.context:
                frame = pictures.fill(index, picture)
                raw = pictures.fill((index, "raw"), picture[..., 3] * np.float32(scales[index]))
            filter_.add(index, frame, raw)
            found[index] = engine.read(filter_.finished(index, 0, index + 1, SPAN))
        return found

    once = played(0, len(scales))
    start = SCALES - WINDOW
    again = played(start, SCALES + 4)
    for index in range(start + WINDOW, SCALES + 4):
        np.testing.assert_array_equal(again[index], once[index])
