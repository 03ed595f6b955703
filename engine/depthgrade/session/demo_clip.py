"""The demo's clip: the drawn scene exposed to a Rec.709 movie with film grain, and its depth pass.

It stands in for footage, which can't be shipped. The movie is what a camera would deliver: display
code values that end at white, so the brightest sky is gone and what lies just below it is left to
recover. The depth pass beside it is exact. A folder that holds the clip already is used as it is.
"""

import json
import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from depthgrade.color import (
    DisplayRendering,
    evaluate_input,
    evaluate_output,
    rgb_to_ycbcr,
    space_to_tags,
)
from depthgrade.depth import write_depth_frame
from depthgrade.errors import MediaError, ProjectError
from depthgrade.frames import PixelFormat
from depthgrade.gl.device import headless
from depthgrade.gl.scene import SceneRenderer, scene_fingerprint
from depthgrade.gl.scene_parameters import RATE
from depthgrade.media import ClipWriter, output_for

Picture = NDArray[np.float64]

_RENDERING = DisplayRendering("davinci", white=10.0, mid_grey=0.101)
# Grain in code values of 0 to 1: standard deviation in the mid-tones, and its floor at the ends.
_GRAIN, _GRAIN_FLOOR = 0.0085, 0.0022
_COLOR_GRAIN = 0.45  # of the grain that is not common to the three layers of the film
_MANIFEST = "demo-clip.json"


@dataclass(frozen=True)
class DemoClip:
    """Where the movie and the folder of its depth pass are."""

    clip: Path
    depth: Path


def make_demo_clip(
    directory: Path,
    *,
    frames: int = 48,
    size: tuple[int, int] = (960, 540),
    seed: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> DemoClip:
    """Draws the clip into a folder, or finds it there complete and drawn the same way.

    frames, size (width, height) and seed say which clip; progress is called with (frames done,
    frames in all). Raises ProjectError for values that make no clip, MediaError and DepthError for
    a folder that can't be written, DeviceError where there is no OpenGL.
    """
    _check(frames, size, seed)
    made = DemoClip(directory / "demo.mkv", directory / "depth")
    wanted = {
        "frames": frames,
        "size": list(size),
        "seed": seed,
        "scene": scene_fingerprint(seed),
        "rendering": {
            "kind": _RENDERING.kind,
            "white": _RENDERING.white,
            "grey": _RENDERING.mid_grey,
        },
        "grain": [_GRAIN, _GRAIN_FLOOR, _COLOR_GRAIN],
    }
    if _is_complete(directory, made, wanted):
        return made
    try:
        (directory / _MANIFEST).unlink(missing_ok=True)
        shutil.rmtree(made.depth, ignore_errors=True)
        made.depth.mkdir(parents=True)
    except OSError as error:
        raise MediaError(
            f"{directory}: can't be written ({error.strerror}); allowed: a folder of your own"
        ) from error
    _draw(made, frames, size, seed, progress)
    _write_manifest(directory, wanted)
    return made


class Exposure:
    """Scene-linear Rec.709 to Rec.709 code values (gamma 2.4) by the `davinci` rendering.

    The rendering works on each channel alone and the primaries stay, so one curve, taken from the
    colour engine once, serves every pixel.
    """

    def __init__(self) -> None:
        # By the fourth root of the light, as the gamma is steep at black: steps of 0.00003.
        root = np.linspace(0.0, 1.0, 1 << 16)
        neutral = np.repeat(_RENDERING.white * root[:, None] ** 4, 3, axis=1)
        working = evaluate_input("linear_rec709", None, neutral)
        self._code = evaluate_output("rec709", _RENDERING, working)[:, 1]
        self._code[0] = 0.0  # where the engine's float32 gives up to 0.001

    def code_values(self, scene: NDArray[np.float32]) -> Picture:
        """Code values 0..1, the same shape; what exceeds display white is lost, as in a camera."""
        share = np.clip(scene * np.float32(1.0 / _RENDERING.white), 0.0, 1.0)
        place = np.sqrt(np.sqrt(share)) * np.float32(len(self._code) - 1) + np.float32(0.5)
        return np.asarray(self._code[place.astype(np.intp)])


def add_grain(picture: Picture, rng: np.random.Generator) -> Picture:
    """Code values (h, w, 3) with fine film grain, clipped to 0..1 as an exposure is.

    The grain is strongest in the mid-tones and fades towards black and white. Part of it is as
    fine as a pixel, part is softened over its neighbours, as grains overlap.
    """
    height, width = picture.shape[:2]
    noise = rng.standard_normal((height + 2, width + 2, 4), dtype=np.float32)
    rows = 0.25 * noise[:-2] + 0.5 * noise[1:-1] + 0.25 * noise[2:]
    soft = 0.25 * rows[:, :-2] + 0.5 * rows[:, 1:-1] + 0.25 * rows[:, 2:]
    # The deviations of the parts are 1 and 0.375, their covariance 0.25: in all 0.99.
    grain = 0.6 * noise[1:-1, 1:-1] + 1.28 * soft
    layers = grain[..., 3:] * np.sqrt(1.0 - _COLOR_GRAIN**2) + grain[..., :3] * _COLOR_GRAIN
    luma = np.clip(picture @ np.array([0.2126, 0.7152, 0.0722]), 0.0, 1.0)[..., None]  # BT.709
    strength = _GRAIN_FLOOR + (_GRAIN - _GRAIN_FLOOR) * np.sqrt(4.0 * luma * (1.0 - luma))
    return np.asarray(np.clip(picture + strength * layers, 0.0, 1.0))


def quantise(
    picture: Picture, pixels: PixelFormat, matrix_coefficients: int, rng: np.random.Generator
) -> tuple[NDArray[np.uint16], ...]:
    """Planes of a 4:4:4 limited-range Y'CbCr picture from code values 0..1, with dither."""
    matrix, offset = rgb_to_ycbcr(pixels, matrix_coefficients, full_range=False)
    peak = 2**pixels.bits - 1
    samples = (picture @ matrix.T + offset) * peak
    # Triangular dither of one step either way: the rounding error no longer follows the picture.
    spread = rng.random(samples.shape, np.float32) - rng.random(samples.shape, np.float32)
    step = 2 ** (pixels.bits - 8)
    # The codes outside are reserved for synchronisation: ITU-R BT.709-6, part 2, 4.6.
    codes = np.clip(np.rint(samples + spread), step, peak - step).astype(np.uint16)
    return tuple(np.ascontiguousarray(codes[..., plane]) for plane in range(3))


def _draw(
    made: DemoClip,
    frames: int,
    size: tuple[int, int],
    seed: int,
    progress: Callable[[int, int], None] | None,
) -> None:
    output, tags = output_for(made.clip), space_to_tags("rec709")
    exposed = Exposure()
    rate = Fraction(int(RATE))
    with (
        headless() as device,
        SceneRenderer(device.context, size, seed) as scene,
        ClipWriter(
            made.clip, output, size=size, rate=rate, time_base=1 / rate, tags=tags, overwrite=True
        ) as writer,
    ):
        for index in range(frames):
            drawn = scene.frame(index)
            rng = np.random.default_rng((seed, index))
            picture = add_grain(exposed.code_values(drawn.rgb), rng)
            planes = quantise(picture, output.pixel_format, tags.matrix_coefficients, rng)
            writer.write(planes, index, 1)
            write_depth_frame(
                made.depth / f"depth.{index:04d}.exr",
                distance=drawn.distance,
                motion=drawn.motion,
            )
            if progress:
                progress(index + 1, frames)


def _check(frames: int, size: tuple[int, int], seed: int) -> None:
    if frames < 1:
        raise ProjectError(f"demo clip: frames = {frames} makes no clip; allowed: 1 or more")
    if not all(16 <= side <= 4096 for side in size):
        raise ProjectError(
            f"demo clip: size = {size[0]}x{size[1]} is too small or large; allowed: 16 to 4096"
        )
    if seed < 0:
        raise ProjectError(f"demo clip: seed = {seed} is negative; allowed: 0 or more")


def _is_complete(directory: Path, made: DemoClip, wanted: dict[str, Any]) -> bool:
    """Whether the folder says it holds this clip and the files are there."""
    try:
        found = json.loads((directory / _MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return (
        bool(found == wanted)
        and made.clip.is_file()
        and len(list(made.depth.glob("depth.*.exr"))) == wanted["frames"]
    )


def _write_manifest(directory: Path, values: dict[str, Any]) -> None:
    """Written last and under its final name only when complete: it says that the rest is."""
    partial = directory / f".{_MANIFEST}.{os.getpid()}.partial"
    try:
        partial.write_text(json.dumps(values, indent=2) + "\n", encoding="utf-8")
        partial.replace(directory / _MANIFEST)
    except OSError as error:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
        raise MediaError(
            f"{directory / _MANIFEST}: can't be written ({error.strerror}); free some space"
        ) from error
