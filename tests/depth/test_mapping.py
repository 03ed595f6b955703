"""Shots and their one mapping."""

import numpy as np
import pytest
from depthgrade.depth import Mapping, Shot, fit_mapping, sample_frames, shots
from depthgrade.errors import DepthError

RNG = np.random.default_rng(11)


def test_cuts_divide_a_clip_into_shots_without_gap() -> None:
    parts = shots((30, 76), 100)
    assert parts == (Shot(0, 30), Shot(30, 76), Shot(76, 100))
    assert [29 in shot for shot in parts] == [True, False, False]
    assert shots((), 5) == (Shot(0, 5),)


@pytest.mark.parametrize(("start", "stop"), [(3, 3), (5, 2), (-1, 4)])
def test_a_shot_has_at_least_one_frame(start: int, stop: int) -> None:
    with pytest.raises(DepthError, match="at least one frame"):
        Shot(start, stop)


@pytest.mark.parametrize("length", [1, 2, 31, 32, 33, 1000])
def test_samples_are_evenly_spaced_and_inside_the_shot(length: int) -> None:
    shot = Shot(40, 40 + length)
    frames = sample_frames(shot)
    assert len(frames) == min(32, length)
    assert all(frame in shot for frame in frames)
    gaps = np.diff(frames)
    assert gaps.size == 0 or (gaps.min() >= 1 and gaps.max() - gaps.min() <= 1)
    # Centred: the first is as far from the start as the last is from the end.
    assert abs((frames[0] - shot.start) - (shot.stop - 1 - frames[-1])) <= 1


def test_the_percentiles_of_all_samples_become_0_and_1() -> None:
    raws = [np.linspace(0, 100, 10001, dtype=np.float32).reshape(73, 137) for _ in range(3)]
    mapping = fit_mapping(raws)
    # 0.1 and 99.9 of 0..100, to the spacing of the samples.
    assert mapping.low == pytest.approx(0.1, abs=0.02)
    assert mapping.high == pytest.approx(99.9, abs=0.02)
    depth = mapping.apply(raws[0])
    assert depth.dtype == np.float32
    assert depth.min() == pytest.approx(-0.1 / 99.8, abs=2e-4)  # not clipped
    assert depth.max() == pytest.approx(99.9 / 99.8, abs=2e-4)


def test_a_stray_pixel_does_not_set_the_scale() -> None:
    raw = RNG.random((64, 64), np.float32)
    stray = raw.copy()
    stray[5, 5] = 1e6
    assert fit_mapping([stray]).high == pytest.approx(fit_mapping([raw]).high, abs=1e-2)


def test_frames_are_pooled_and_not_normalised_one_by_one() -> None:
    far = np.full((16, 16), 1.0, np.float32)
    near = np.full((16, 16), 3.0, np.float32)
    mapping = fit_mapping([far, near])
    assert (mapping.low, mapping.high) == (1.0, 3.0)
    assert mapping.apply(far).max() == 0.0
    assert mapping.apply(near).min() == 1.0


def test_scale_and_offset_do_what_apply_does() -> None:
    mapping = Mapping(200.0, 1400.0)
    raw = RNG.uniform(100, 1500, (8, 8)).astype(np.float32)
    # float32: 1500 * 2^-24 / 1200 and the rounding of the sum.
    np.testing.assert_allclose(
        raw * np.float32(mapping.scale) + np.float32(mapping.offset), mapping.apply(raw), atol=1e-6
    )


def test_a_shot_without_depth_maps_to_the_middle() -> None:
    flat = np.full((8, 8), 700.0, np.float32)
    flat[::2] += 1e-3  # rounding noise
    mapping = fit_mapping([flat])
    assert np.all(mapping.apply(flat) == 0.5)
    assert (mapping.scale, mapping.offset) == (0.0, 0.5)
    assert fit_mapping([np.zeros((4, 4), np.float32)]).offset == 0.5


@pytest.mark.parametrize("raws", [[], [np.array([[np.nan, 1.0]], np.float32)]])
def test_no_samples_and_nan_are_refused(raws: list[np.ndarray]) -> None:
    with pytest.raises(DepthError, match="finite maps are needed"):
        fit_mapping(raws)


def test_an_impossible_mapping_is_refused() -> None:
    with pytest.raises(DepthError, match="low <= high"):
        Mapping(2.0, 1.0)
