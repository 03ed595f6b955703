"""Side by side: the picture, depth normalised per frame, and ours; movies and a contact sheet.

    python bench/depth_movies.py CLIP... -o DIR [--model NAME] [--frames 48] [--quality faster]

What the figures of depth_quality.py look like: flicker shows in a movie, and a sheet says
whether edges and levels are right. Frames are taken from the middle of the longest shot.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import av
import numpy as np
from depth_steady import treated
from depthgrade import Project, Renderer
from depthgrade.depth.estimator import resize
from depthgrade.depth.mapping import Shot
from numpy.typing import NDArray
from PIL import Image

HEIGHT = 180  # of a picture in the movie
SHOWN = 6  # frames of a clip in the sheet


def strips(clip: Path, model: str | None, frames: int, quality: str) -> list[NDArray[np.uint8]]:
    """A strip for each frame: picture, per frame, live, analysed; (HEIGHT, width, 3)."""
    project = Project(clip=clip, model=model)
    with Renderer(project) as renderer:
        count = renderer.info.frame_count
        shots: list[Shot] = []
        while not shots or shots[-1].stop < count:
            shots.append(renderer.shot(shots[-1].stop if shots else 0, quality).shot)
        longest = max(shots, key=lambda shot: shot.frame_count)
        length = min(frames, longest.frame_count)
        start = longest.start + (longest.frame_count - length) // 2
        width, height = renderer.info.size
        size = round(width * HEIGHT / height / 2) * 2, HEIGHT
        step = max(1, height // HEIGHT)
        pictures = [
            np.asarray(
                Image.fromarray(
                    (renderer.source_frame(i)[::step, ::step].clip(0, 1) * 255).astype(np.uint8)
                ).resize(size, Image.Resampling.BILINEAR)
            )
            for i in range(start, start + length)
        ]
    maps = treated(project, start, start + length, quality)
    found = []
    for index, picture in enumerate(pictures):
        keys = [resize(maps[m][index], *size).clip(0, 1) for m in ("per frame", "live", "analysed")]
        grey = [np.repeat((key * 255).astype(np.uint8)[..., None], 3, axis=2) for key in keys]
        found.append(np.hstack([picture, *grey]))
    return found


def main() -> None:
    """Writes a movie for each clip and one sheet of all."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("clips", nargs="+", type=Path)
    parser.add_argument("-o", "--out", type=Path, required=True)
    parser.add_argument("--model", help="default: the network in the box")
    parser.add_argument("--frames", type=int, default=48)
    parser.add_argument("--quality", choices=("faster", "better"), default="better")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    rows = []
    for clip in arguments.clips:
        made = strips(clip, arguments.model, arguments.frames, arguments.quality)
        with av.open(str(arguments.out / f"{clip.stem}.mp4"), "w") as container:
            stream = container.add_stream("libx264", rate=24, options={"crf": "18"})
            stream.height, stream.width = made[0].shape[0], made[0].shape[1]
            stream.pix_fmt = "yuv420p"
            for strip in made:
                container.mux(stream.encode(av.VideoFrame.from_ndarray(strip, format="rgb24")))
            container.mux(stream.encode(None))
        rows += [made[i] for i in np.linspace(0, len(made) - 1, SHOWN).astype(int)]
        print(clip.name, len(made), "frames", flush=True)
    width = max(row.shape[1] for row in rows)
    padded = [np.pad(row, [(0, 4), (0, width - row.shape[1]), (0, 0)]) for row in rows]
    Image.fromarray(np.vstack(padded)).save(arguments.out / "sheet.png")


if __name__ == "__main__":
    main()
