"""Small pictures and clips that the media tests share."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest
from depthgrade.frames import ColorTags, PixelFormat, Plane
from depthgrade.media import ClipWriter, OutputFormat, output_for
from depthgrade.media.pixels import dtype_of, picture_from, pixel_format


@pytest.fixture(scope="session")
def planes_for() -> Callable[..., tuple[Plane, ...]]:
    """Pseudo-random planes that use every significant bit of a format."""

    def make(pixels: PixelFormat, size: tuple[int, int], seed: int = 0) -> tuple[Plane, ...]:
        random = np.random.default_rng(seed)
        planes = []
        for k, letters in enumerate(pixels.components):
            width, height = pixels.plane_size(k, *size)
            shape = (height, width) if len(letters) == 1 else (height, width, len(letters))
            if pixels.floating:
                plane = random.normal(0, 2, shape).astype(dtype_of(pixels))
            else:
                codes = random.integers(0, 1 << pixels.bits, shape) << pixels.shift
                plane = codes.astype(dtype_of(pixels))
            planes.append(plane)
        return tuple(planes)

    return make


@pytest.fixture(scope="session")
def write_clip(planes_for: Callable[..., tuple[Plane, ...]]) -> Callable[..., list[tuple]]:
    """Writes a clip of random planes through ClipWriter; returns the planes of each frame."""

    def make(
        path: Path,
        output: OutputFormat | None = None,
        *,
        pts: tuple[int, ...] = (0, 1, 2, 3, 4),
        size: tuple[int, int] = (64, 48),
        tags: ColorTags | None = None,
        **options: object,
    ) -> list[tuple]:
        output = output or output_for(path)
        matrix = 1 if output.matrix_coefficients is None else output.matrix_coefficients
        tags = tags or ColorTags(1, 1, matrix, output.full_range)
        steps = [b - a for a, b in pairwise(pts)]
        frames = []
        options.setdefault("rate", Fraction(24))
        with ClipWriter(path, output, size=size, tags=tags, **options) as writer:
            for k, (stamp, step) in enumerate(
                zip(pts, [*steps, steps[-1] if steps else 1], strict=True)
            ):
                planes = planes_for(output.pixel_format, size, k)
                writer.write(planes, stamp, step)
                frames.append(planes)
        return frames

    return make


@pytest.fixture(scope="session")
def lossless() -> Callable[[str], OutputFormat]:
    """FFV1 in Matroska for any pixel format FFV1 knows."""

    def make(name: str) -> OutputFormat:
        pixels = pixel_format(name)
        base = output_for("x.mkv", "ffv1")
        return replace(
            base,
            options={"level": "3"},  # our 16 slices want pictures larger than these
            pixel_format=pixels,
            encoded_as=name,
            full_range=pixels.model == "rgb",
        )

    return make


@pytest.fixture(scope="session")
def sound_clip(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """A 2 s, 25 fps H.264 clip with a GOP of 10 and B-frames, and a tone in a given codec."""

    def make(name: str = "tone.mov", codec: str = "aac", streams: int = 1) -> Path:
        path = tmp_path_factory.mktemp("sound") / name
        with av.open(str(path), "w") as out:
            video = out.add_stream("libx264", rate=25, options={"g": "10", "bf": "2"})
            video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
            tracks = [out.add_stream(codec, rate=48000) for _ in range(streams)]
            for track in tracks:
                track.layout = "stereo"
            pixels = pixel_format("yuv420p")
            ramp = np.add.outer(np.arange(48), np.arange(64))
            for k in range(50):
                luma = (16 + (ramp * 2 + 5 * k) % 200).astype(np.uint8)
                chroma = np.full((24, 32), 128, np.uint8)
                picture = picture_from((luma, chroma, chroma), pixels, "yuv420p")
                picture.pts, picture.time_base = k, Fraction(1, 25)
                out.mux(video.encode(picture))
            seconds = np.arange(96000) / 48000
            for n, track in enumerate(tracks):
                tone = np.sin(2 * np.pi * (220 + 110 * n + 40 * seconds) * seconds)
                kind = "s16" if codec.startswith("pcm") else "fltp"
                for start in range(0, 96000, 1024):
                    part = tone[start : start + 1024]
                    if kind == "s16":
                        samples = np.repeat((part * 8000).astype(np.int16), 2)[None]
                    else:
                        samples = np.stack([part, part]).astype(np.float32)
                    frame = av.AudioFrame.from_ndarray(samples, kind, "stereo")
                    frame.sample_rate, frame.pts = 48000, start
                    frame.time_base = Fraction(1, 48000)
                    out.mux(track.encode(frame))
                out.mux(track.encode(None))
            out.mux(video.encode(None))
        return path

    return make
