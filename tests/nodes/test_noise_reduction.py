"""Noise reduction: what it gains, what it leaves alone, and its weights against numpy."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from depthgrade import Look, ProjectError
from depthgrade.graph import parse_wires
from depthgrade.nodes.registry import make_node, parameters
from numpy.typing import NDArray

Graded = Callable[..., NDArray[np.float32]]
Picture = NDArray[np.float32]
WIDTH, HEIGHT = 160, 96
LUMA = np.array([0.21, 0.70, 0.09])
SIGMA = 0.005  # DI code value: about 2 code values of 8 bits in the mid-tones


def look(**values: Any) -> Look:
    node = make_node("calm", {"type": "noise_reduction", **values})
    return Look(nodes={"calm": node}, wires=parse_wires(["source -> calm -> output"]))


def scenery(shift: float = 0.0) -> Picture:
    """Soft hills of colour, sharp bars and fine texture, moved right by pixels."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float64)
    x = x - shift
    hills = 0.35 + 0.1 * np.sin(x / 17 + y / 29) + 0.05 * np.cos(y / 7 - x / 23)
    picture = hills[..., None] * [1.1, 1.0, 0.85]
    # Their softened rims are as a lens makes them, so that half a pixel of motion is well defined.
    bars = np.clip(0.5 + 0.7 * (np.sin(x / 6.1) * np.sin(y / 9.7)) * 6, 0, 1)
    return (picture + 0.12 * bars[..., None] * [0.6, 1.0, 1.2]).astype(np.float32)


def noisy(clean: Sequence[Picture], sigma: float = SIGMA) -> list[Picture]:
    rng = np.random.default_rng(5)
    return [c + rng.normal(0, sigma, c.shape).astype(np.float32) for c in clean]


def gain(made: Picture, noisy: Picture, clean: Picture) -> float:
    """The gain in PSNR, dB, away from the rim of the picture, where things come and go."""
    inside = np.s_[12:-12, 24:-24]
    before, after = (np.mean((each - clean)[inside] ** 2) for each in (noisy, made))
    return float(10 * np.log10(before / after))


@pytest.mark.parametrize(("shift", "least"), [(0.0, 5.5), (3.0, 5.0), (-2.5, 4.5)])
def test_fifteen_calms_noise_that_stands_or_moves(
    graded: Graded, shift: float, least: float
) -> None:
    """Five frames averaged gain 7 dB at most; what moves by half a pixel is resampled."""
    clean = [scenery(shift * index) for index in range(5)]
    frames = noisy(clean)
    made = graded(look(temporal_luma=15.0), frames, at=2)
    assert gain(made, frames[2], clean[2]) > least


def test_fifteen_calms_a_background_that_flickers(graded: Graded) -> None:
    """A key that trembles by 4 % under a gain of 0.8 makes mid-grey tremble by 0.003 to 0.004."""
    rng = np.random.default_rng(4)
    steady = scenery()
    frames = [steady + np.float32(level) for level in rng.normal(0, 0.0025, 9)]
    made = [graded(look(temporal_luma=15.0), frames, at=index) for index in range(2, 7)]
    before, after = (np.std([np.mean(each) for each in row]) for row in (frames[2:7], made))
    assert after < 0.7 * before


def test_fifteen_calms_noise_within_the_picture(graded: Graded) -> None:
    clean = [scenery()]
    frames = noisy(clean)
    made = graded(look(spatial_luma=15.0, spatial_radius="small"), frames)
    assert gain(made, frames[0], clean[0]) > 3.0


def test_more_frames_calm_more(graded: Graded) -> None:
    clean = [scenery()] * 7
    frames = noisy(clean)
    gains = [
        gain(graded(look(temporal_luma=15.0, temporal_frames=n), frames, at=3), frames[3], clean[3])
        for n in (1, 3)
    ]
    assert gains[0] > 3.5 and gains[1] > gains[0] + 2


def test_an_edge_that_moves_too_fast_leaves_no_ghost(graded: Graded) -> None:
    """A dark bar over a flat wall, 30 pixels a frame: nothing of it where it was or will be."""
    frames = []
    for index in range(5):
        frame = np.full((HEIGHT, WIDTH, 3), 0.5, np.float32)
        frame[:, 10 + 30 * index : 22 + 30 * index] = 0.25
        frames.append(frame)
    made = graded(look(temporal_luma=30.0, temporal_frames=2), frames, at=2)
    np.testing.assert_allclose(made, frames[2], atol=1e-6)


def test_what_comes_into_view_is_not_mixed_with_what_hid_it(graded: Graded) -> None:
    """A bar over texture, 4 pixels a frame: beside its rim the texture stays."""
    rng = np.random.default_rng(3)
    wall = (0.4 + rng.normal(0, 0.05, (HEIGHT, WIDTH, 3))).astype(np.float32)
    frames = []
    for index in range(3):
        frame = wall.copy()
        frame[:, 60 + 4 * index : 90 + 4 * index] = 0.7
        frames.append(frame)
    made = graded(look(temporal_luma=15.0, temporal_frames=1), frames, at=1)
    assert np.abs(made - frames[1]).max() < 0.015  # the tolerance: an average within it at most


def averaged(frames: Sequence[Picture], at: int, luma: float, chroma: float) -> NDArray[Any]:
    """What frames that stand still come to: weights of 3x3 blocks of 2x2 pixels, in float64."""
    x = frames[at].astype(np.float64)
    height, width = x.shape[:2]
    tolerance = np.array([luma, chroma])
    sums, chroma_sums = np.zeros_like(x), np.zeros_like(x)
    totals = np.ones((height, width, 2))
    for other in frames:
        if other is frames[at]:
            continue
        d = other.astype(np.float64) - x
        l_part = d @ LUMA
        c_part = d - l_part[..., None]
        apart = np.stack([np.abs(l_part), np.abs(c_part[..., [0, 2]]).max(-1)], -1)
        blocks = apart.reshape(height // 2, 2, width // 2, 2, 2).mean((1, 3))
        padded = np.pad(blocks, ((1, 1), (1, 1), (0, 0)), mode="edge")
        mean = sum(
            padded[i : i + height // 2, j : j + width // 2] for i in range(3) for j in range(3)
        )
        alike = np.maximum(1 - (mean / 9 / tolerance) ** 2, 0) ** 8
        w = alike.repeat(2, 0).repeat(2, 1)
        own = w * np.maximum(1 - (apart / 1.5 / tolerance) ** 2, 0)
        sums += own[..., :1] * l_part[..., None]
        chroma_sums += own[..., 1:] * c_part
        totals += w
    return x + sums / totals[..., :1] + chroma_sums / totals[..., 1:]


def test_the_weights_are_those_of_patch_differences(graded: Graded) -> None:
    """A picture that stands still under noise: no motion is found, so the average is exact."""
    frames = noisy([scenery()] * 5, 0.003)
    made = graded(look(temporal_luma=30.0), frames, at=2)
    expected = averaged(frames, 2, 0.03, 0.06)
    # float32 in the weights; a single false vector would be 1000 times that
    np.testing.assert_allclose(made, expected, atol=3e-6)


def test_luma_and_chroma_are_calmed_apart(graded: Graded) -> None:
    frames = noisy([scenery()] * 5, 0.003)
    values = {"temporal_luma": 20.0, "temporal_chroma": 0.0}
    only_luma = graded(look(**values), frames, at=2) - frames[2]
    np.testing.assert_allclose(only_luma, np.repeat(only_luma[..., :1], 3, 2), atol=1e-6)
    only_chroma = graded(look(temporal_chroma=20.0), frames, at=2) - frames[2]
    assert np.abs(only_chroma @ LUMA).max() < 1e-6 < np.abs(only_chroma).max()


def test_blend_brings_the_noise_back(graded: Graded) -> None:
    frames = noisy([scenery()] * 3)
    full, half = (
        graded(look(temporal_luma=15.0, temporal_blend=blend), frames, at=1) for blend in (0, 50.0)
    )
    np.testing.assert_allclose(half, (full + frames[1]) / 2, atol=1e-6)
    every = {"temporal_luma": 15.0, "temporal_blend": 100.0}
    assert np.array_equal(graded(look(**every), frames, at=1), frames[1])


def test_a_motion_threshold_of_zero_spares_what_moves(graded: Graded) -> None:
    clean = [scenery(3.0 * index) for index in range(3)]
    frames = noisy(clean)
    values = {"temporal_luma": 15.0, "temporal_frames": 1}
    spared = graded(look(**values, motion=0.0), frames, at=1)
    inside = np.s_[12:-12, 24:-24]
    assert np.mean(np.abs(spared - frames[1])[inside] < 1e-6) > 0.95


def test_as_by_default_it_returns_the_input_exactly(graded: Graded) -> None:
    frames = noisy([scenery()] * 3)
    assert np.array_equal(graded(look(), frames, at=1), frames[1])


def test_a_live_threshold_equals_a_literal_one(graded: Graded) -> None:
    frames = noisy([scenery(index) for index in range(3)])
    values = {"temporal_luma": 15.0, "spatial_luma": 8.0, "temporal_frames": 1}
    live = frozenset({"calm.temporal_luma", "calm.spatial_luma"})
    one, other = (
        graded(look(**values), frames, at=1),
        graded(look(**values), frames, at=1, live=live),
    )
    np.testing.assert_allclose(one, other, atol=1e-5)
    still = graded(look(temporal_frames=1), frames, at=1, live=live)
    np.testing.assert_allclose(still, frames[1], atol=1e-6)


def test_a_frame_is_the_same_whatever_was_drawn_before(graded: Graded) -> None:
    frames = noisy([scenery(2.0 * index) for index in range(8)])
    nodes = {
        "calm": make_node("calm", {"type": "noise_reduction", "temporal_luma": 15.0}),
        "soft": make_node("soft", {"type": "blur", "radius": 1.0}),
        "again": make_node(
            "again", {"type": "noise_reduction", "temporal_luma": 10.0, "temporal_frames": 1}
        ),
    }
    chain = Look(nodes=nodes, wires=parse_wires(["source -> calm -> soft -> again -> output"]))
    fresh = graded(chain, frames, at=3)
    for drawn in ([2], [0, 1, 2], [7, 3, 6], [4, 5]):
        assert np.array_equal(graded(chain, frames, at=3, drawn=drawn), fresh), drawn


def test_frames_of_another_shot_take_no_part(graded: Graded) -> None:
    """The first frame of a shot borrows from later ones, the last from earlier ones."""
    clean = [scenery()] * 6
    frames = noisy(clean)
    alone = graded(look(temporal_luma=15.0), frames[2:5], at=0)
    elsewhere = [frames[1] * 0.5] * 2
    within = graded(
        look(temporal_luma=15.0), [*elsewhere, *frames[2:5], frames[0]], at=2, shot=(2, 5)
    )
    assert np.array_equal(within, alone)
    assert gain(alone, frames[2], clean[2]) > 3.5


def test_a_shot_of_one_frame_stays_as_it_is(graded: Graded) -> None:
    frame = noisy([scenery()])[0]
    np.testing.assert_allclose(graded(look(temporal_luma=15.0), [frame]), frame, atol=1e-6)


def test_neither_nan_nor_infinity_spreads(graded: Graded) -> None:
    frames = noisy([scenery()] * 3)
    frames[0][40, 40] = np.nan
    frames[1][60, 60] = np.inf
    made = graded(look(temporal_luma=15.0, spatial_luma=15.0), frames, at=1)
    assert np.isfinite(made).all()


def test_a_flickering_key_is_calmed(graded: Graded) -> None:
    nodes = {
        "depth": make_node("depth", {"type": "depth_map"}),
        "calm": make_node("calm", {"type": "key_noise_reduction", "temporal_luma": 15.0}),
        "node": make_node("node", {"type": "primary", "gain": 0.5}),
    }
    wires = ["source -> node -> output", "depth.key -> calm.key", "calm.key -> node.key"]
    rng = np.random.default_rng(9)
    steady = np.zeros((HEIGHT, WIDTH), np.float32)
    steady[:, 60:110] = 0.8
    depths = [np.clip(steady + rng.normal(0, 0.02, steady.shape), 0, 1) for _ in range(5)]
    picture = [np.full((HEIGHT, WIDTH, 3), 0.4, np.float32)] * 5
    made = graded(Look(nodes=nodes, wires=parse_wires(wires)), picture, depths, at=2, key="calm")
    flicker = [np.std((each - steady)[:, 62:108]) for each in (depths[2], made[..., 0])]
    assert flicker[1] < 0.55 * flicker[0]
    assert np.abs(made[..., 0] - steady)[:, 58:62].max() < 0.1  # the edge stays where it is


def test_a_disabled_key_node_passes_its_key_on(graded: Graded) -> None:
    nodes = {
        "depth": make_node("depth", {"type": "depth_map"}),
        "calm": make_node("calm", {"type": "key_noise_reduction", "enabled": False}),
        "node": make_node("node", {"type": "primary", "gain": 0.5}),
    }
    wires = ["source -> node -> output", "depth.key -> calm.key", "calm.key -> node.key"]
    grey = np.full((4, 6, 3), 0.4, np.float32)
    made = graded(Look(nodes=nodes, wires=parse_wires(wires)), grey, 0.5)
    np.testing.assert_allclose(made, 0.3, atol=1e-6)


def test_a_count_of_frames_is_a_whole_number() -> None:
    kind = type(look().nodes["calm"])
    assert parameters(kind)["temporal_frames"].kind == "whole"
    with pytest.raises(ProjectError, match=r"temporal_frames = 1.5 .* a whole number 0 to 5"):
        look(temporal_frames=1.5)


def test_both_together_calm_more_and_keep_detail(graded: Graded) -> None:
    """What time has calmed is held to less within the picture, so fine texture stays."""
    rng = np.random.default_rng(8)
    clean = [scenery() + rng.normal(0, 0.003, (HEIGHT, WIDTH, 1)).astype(np.float32)] * 5
    frames = noisy(clean, 0.0025)
    time, picture, both = (
        gain(graded(look(**values), frames, at=2), frames[2], clean[2])
        for values in (
            {"temporal_luma": 15.0},
            {"spatial_luma": 15.0},
            {"temporal_luma": 15.0, "spatial_luma": 15.0},
        )
    )
    assert both > time > picture


def test_where_time_calms_colour_only_luma_is_calmed_within_the_picture(graded: Graded) -> None:
    clean = [scenery()] * 3
    frames = noisy(clean)
    values = {"spatial_luma": 15.0, "spatial_chroma": 0.0, "temporal_frames": 1}
    alone = graded(look(**values), frames, at=1) @ LUMA
    after = graded(look(**values, temporal_chroma=15.0), frames, at=1) @ LUMA
    np.testing.assert_allclose(after, alone, atol=1e-5)  # luma of float32 chroma
