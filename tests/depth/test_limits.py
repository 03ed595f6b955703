"""Suggested limits: drawn depth with a known subject, and real people before real backgrounds."""

from pathlib import Path

import av
import numpy as np
import pytest
from depthgrade.depth import (
    Estimator,
    Limits,
    fit_mapping,
    load_card,
    sample_frames,
    shots,
    suggest_limits,
)
from depthgrade.errors import DepthError

RNG = np.random.default_rng(21)


def _key(depth: np.ndarray, limits: Limits) -> np.ndarray:
    """The depth key before gamma, as reference: clamp((d - far) / (near - far), 0, 1)."""
    return np.clip((depth - limits.far) / (limits.near - limits.far), 0, 1)


def _person(background: float, subject: float, floor: bool) -> tuple[np.ndarray, np.ndarray]:
    """Depth (90, 160) of an ellipse before a wall, with or without a floor, and its mask."""
    y, x = np.mgrid[0:90, 0:160]
    mask = ((x - 80) / 22) ** 2 + ((y - 55) / 40) ** 2 < 1
    depth = np.full((90, 160), background)
    if floor:
        ramp = background + (1.0 - background) * np.clip((y - 60) / 29, 0, 1)
        depth = np.maximum(depth, ramp)
    depth = np.where(mask, subject, depth) + RNG.normal(0, 0.015, depth.shape)
    return depth.astype(np.float32), mask


@pytest.mark.parametrize(("background", "subject"), [(0.05, 0.9), (0.2, 0.5), (0.6, 0.95)])
def test_subject_and_background_part(background: float, subject: float) -> None:
    depth, mask = _person(background, subject, floor=False)
    limits = suggest_limits([depth])
    assert background < limits.far < limits.near < subject
    key = _key(depth, limits)
    # The limits lie on the flanks of two noisy hills, so a few pixels are in the ramp.
    assert np.mean(key[mask] > 0.9) > 0.97
    assert np.mean(key[~mask] < 0.1) > 0.97


def test_a_subject_stands_out_from_the_wall_behind_a_floor() -> None:
    depth, mask = _person(0.1, 0.7, floor=True)
    key = _key(depth, suggest_limits([depth]))
    wall = ~mask & (np.arange(90)[:, None] < 60)
    assert key[mask].mean() > 0.95
    assert key[wall].mean() < 0.05


def test_a_small_subject_is_found_by_its_outline() -> None:
    depth, _ = _person(0.2, 0.2, floor=False)
    depth += np.linspace(-0.15, 0.15, 90, dtype=np.float32)[:, None]  # a sloping background
    mask = np.zeros(depth.shape, bool)
    mask[30:66, 70:90] = True  # 5 percent of the picture, but the map jumps there
    depth[mask] = 0.85
    key = _key(depth, suggest_limits([depth]))
    assert key[mask].min() > 0.95
    assert key[~mask].mean() < 0.02


def test_limits_stay_when_the_subject_moves_and_frames_are_pooled() -> None:
    depth, _ = _person(0.15, 0.75, floor=False)
    frames = [np.roll(depth, shift, axis=1) for shift in (-40, -20, 0, 20, 40)]
    one, many = suggest_limits([depth]), suggest_limits(frames)
    assert many.far == pytest.approx(one.far, abs=0.02)
    assert many.near == pytest.approx(one.near, abs=0.02)


def test_a_large_map_has_the_limits_of_its_small_one() -> None:
    depth, _ = _person(0.15, 0.75, floor=True)
    small = suggest_limits([depth])
    large = suggest_limits([np.kron(depth, np.ones((6, 6), np.float32))])
    # A level is 0.005 wide, and a few of the split's neighbours score alike.
    assert large.far == pytest.approx(small.far, abs=0.02)
    assert large.near == pytest.approx(small.near, abs=0.02)


def test_a_flat_list_of_depths_is_split_by_its_histogram() -> None:
    samples = np.concatenate([RNG.normal(0.2, 0.05, 7000), RNG.normal(0.8, 0.05, 3000)])
    limits = suggest_limits([samples.astype(np.float32)])
    assert 0.25 < limits.far < 0.5 < limits.near < 0.75


def test_one_hill_is_parted_near_its_middle_softly() -> None:
    samples = np.clip(RNG.normal(0.5, 0.15, 20000), 0, 1).astype(np.float32)
    limits = suggest_limits([samples])
    assert 0.3 < (limits.far + limits.near) / 2 < 0.7
    assert 0.05 < limits.near - limits.far < 0.25


def test_a_shot_without_depth_keeps_the_full_range() -> None:
    assert suggest_limits([np.full((9, 16), 0.5, np.float32)]) == Limits(0.0, 1.0)


@pytest.mark.parametrize("maps", [[], [np.array([[0.1, np.nan]], np.float32)]])
def test_nothing_and_nan_are_refused(maps: list[np.ndarray]) -> None:
    with pytest.raises(DepthError, match="depth of the shot"):
        suggest_limits(maps)


# A frame, and where the subject and the background are in it, as fractions of width and height;
# looked up by eye. The keys of these clips were looked at as pictures as well.
CLIPS = {
    "person_woman_studio_plants_720p.mp4": (
        0,
        [(0.6, 0.45), (0.6, 0.85)],
        [(0.15, 0.3), (0.9, 0.2)],
    ),
    "person_woman_rockwall_720p.mp4": (0, [(0.45, 0.45), (0.45, 0.85)], [(0.1, 0.3), (0.85, 0.2)]),
    "person_talking_grey_bg.mp4": (0, [(0.5, 0.4), (0.5, 0.6)], [(0.06, 0.15), (0.94, 0.15)]),
    "person_sign_book_indoor.mkv": (0, [(0.5, 0.4), (0.5, 0.8)], [(0.1, 0.2), (0.75, 0.2)]),
    "street_tokyo_walk_generated.mp4": (48, [(0.46, 0.55)], [(0.2, 0.3), (0.8, 0.3)]),
}


@pytest.mark.parametrize("name", sorted(CLIPS))
def test_people_part_from_their_background_with_a_real_network(material: Path, name: str) -> None:
    card = load_card("tcmonodepth-small")
    path = material / "open" / "video" / name
    if not card.available or not path.is_file():
        pytest.skip(f"{card.file} or {path} is absent")
    frame_number, subject, background = CLIPS[name]
    pictures = []
    with av.open(str(path)) as container:
        container.streams.video[0].thread_type = "AUTO"
        for frame in container.decode(video=0):
            pictures.append(frame.reformat(320, 192, "rgb24").to_ndarray())
            if len(pictures) == 60:
                break
    (shot,) = shots((), len(pictures))
    with Estimator(card, provider="cpu") as estimator:
        raws = [
            estimator.infer(pictures[index].astype(np.float32) / 255)
            for index in (frame_number, *sample_frames(shot, 5))
        ]
    mapping = fit_mapping(raws)
    maps = [mapping.apply(raw) for raw in raws]
    key = _key(maps[0], suggest_limits(maps))
    for x, y in subject:
        assert key[int(y * 192), int(x * 320)] > 0.6, f"subject at {x}, {y}"
    for x, y in background:
        assert key[int(y * 192), int(x * 320)] < 0.2, f"background at {x}, {y}"
