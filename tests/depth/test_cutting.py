"""Cut detection: drawn shots with known cuts, and real clips whose cuts were found by eye."""

from pathlib import Path

import av
import numpy as np
import pytest
from depthgrade.depth import cuts
from depthgrade.errors import DepthError

HEIGHT, WIDTH = 36, 64


def _scene(seed: int, frames: int, speed: float = 0.5) -> np.ndarray:
    """A shot of a camera panning over smooth random texture: (frames, 36, 64), luma 0..1."""
    rng = np.random.default_rng(seed)
    length = WIDTH + int(frames * speed) + 2
    coarse = rng.random((HEIGHT // 6 + 2, length // 6 + 2))
    rows = np.linspace(0, coarse.shape[0] - 1.001, HEIGHT)
    columns = np.linspace(0, coarse.shape[1] - 1.001, length)
    r, c = rows.astype(int)[:, None], columns.astype(int)[None, :]
    fr, fc = rows[:, None] - r, columns[None, :] - c
    panorama = (
        coarse[r, c] * (1 - fr) * (1 - fc)
        + coarse[r + 1, c] * fr * (1 - fc)
        + coarse[r, c + 1] * (1 - fr) * fc
        + coarse[r + 1, c + 1] * fr * fc
    )
    starts = [int(i * speed) for i in range(frames)]
    shot = np.stack([panorama[:, s : s + WIDTH] for s in starts])
    return (0.1 + 0.7 * shot + rng.normal(0, 0.01, shot.shape)).astype(np.float32)


def test_every_cut_is_found_at_its_first_frame() -> None:
    clip = np.concatenate([_scene(1, 30), _scene(2, 12), _scene(3, 40)])
    assert cuts(clip) == (30, 42)


def test_a_cut_between_shots_of_equal_brightness_is_found() -> None:
    first, second = _scene(4, 20), _scene(5, 20)
    second += first.mean() - second.mean()
    assert cuts(np.concatenate([first, second])) == (20,)


@pytest.mark.parametrize("length", [1, 2])
def test_a_flash_is_no_cut(length: int) -> None:
    clip = _scene(6, 40)
    clip[20 : 20 + length] = np.minimum(clip[20 : 20 + length] * 0.3 + 0.7, 1.0)
    assert cuts(clip) == ()


def test_a_cut_beside_a_flash_is_still_found_once() -> None:
    clip = np.concatenate([_scene(7, 20), _scene(8, 20)])
    clip[19] = 0.95
    assert len(cuts(clip)) == 1


@pytest.mark.parametrize("speed", [3.0, 5.0])
def test_a_fast_pan_is_no_cut(speed: float) -> None:
    assert cuts(_scene(9, 40, speed)) == ()


def test_a_moving_thing_is_no_cut() -> None:
    clip = _scene(10, 40, 0.0)
    for index in range(5, 35):
        left = (index - 10) * 3  # comes in from the left and leaves on the right
        clip[index, 6:30, max(0, left) : max(0, left + 16)] = 0.05
    assert cuts(clip) == ()


def test_noise_in_black_frames_and_a_fade_are_no_cuts() -> None:
    rng = np.random.default_rng(0)
    black = np.abs(rng.normal(0, 0.004, (20, HEIGHT, WIDTH))).astype(np.float32)
    fade = _scene(11, 24) * np.linspace(0, 1, 24, dtype=np.float32)[:, None, None]
    assert cuts(np.concatenate([black, fade])) == ()


def test_shots_are_never_shorter_than_a_few_frames() -> None:
    clip = np.concatenate([_scene(12, 20), _scene(13, 4), _scene(14, 20)])
    assert len(cuts(clip)) == 1


def test_still_pictures_and_single_frames_have_no_cut() -> None:
    assert cuts(np.zeros((0, HEIGHT, WIDTH), np.float32)) == ()
    assert cuts(_scene(15, 1)) == ()
    assert cuts(np.full((50, HEIGHT, WIDTH), 0.5, np.float32)) == ()


def test_the_detector_works_on_long_clips_in_pieces() -> None:
    clip = np.concatenate([_scene(16, 256, 0.1), _scene(17, 60, 0.1)])
    assert cuts(clip) == (256,)  # at the border of the pieces it works in


def test_another_shape_is_refused() -> None:
    with pytest.raises(DepthError, match=r"\(frames, 36, 64\) is needed"):
        cuts(np.zeros((10, 36, 64, 3), np.float32))


def _thumbnails(path: Path, most: int = 400) -> np.ndarray:
    if not path.is_file():
        pytest.skip(f"{path} is absent")
    pictures = []
    with av.open(str(path)) as container:
        container.streams.video[0].thread_type = "AUTO"
        for frame in container.decode(video=0):
            small = frame.reformat(WIDTH, HEIGHT, "gray", interpolation="AREA")
            pictures.append(small.to_ndarray())
            if len(pictures) == most:
                break
    return np.stack(pictures).astype(np.float32) / 255


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("street_bikes_scope.mp4", (30, 76, 137, 187, 242)),
        # Its other change, at about 136, is a dissolve.
        ("nasa_multi_scene.mp4", (202,)),
        ("vp9_10bit_roadtrip.webm", (42,)),
    ],
)
def test_the_cuts_of_real_clips_are_found(
    material: Path, name: str, expected: tuple[int, ...]
) -> None:
    assert cuts(_thumbnails(material / "open" / "video" / name)) == expected


@pytest.mark.parametrize(
    "name",
    [
        "animal_horse_yuv444.mp4",  # a cockatoo rushes past the lens
        "carphone_qcif.mp4",
        "man_dog_couch_720p.mp4",
        "person_face_closeup_plain.mp4",
        "person_fullbody_white_studio_vertical.mp4",
        "person_juggling_garden_24fps.mp4",
        "person_sign_walk_indoor.mkv",
        "person_talking_yellow_wall.mp4",
        "street_tokyo_walk_generated.mp4",
    ],
)
def test_real_single_shots_have_no_cut(material: Path, name: str) -> None:
    assert cuts(_thumbnails(material / "open" / "video" / name, 170)) == ()
