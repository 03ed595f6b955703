"""Gain and cost of the noise_reduction node beside FFmpeg's filters, on the same noisy clips.

    python bench/noise_reduction.py [--size 960x540] [--sigma 1 1.5 2] [--pictures DIR] [--json F]

Clips: the demo scene standing still, panned (2.5 pixels a frame) and as it moves, plus Gaussian
noise of some 8-bit code values. The gain is that in PSNR against the clip without noise, over
R'G'B' code values, on the middle frames. FFmpeg's filters run through PyAV on one thread; those
that PyAV's FFmpeg lacks run in the installed `ffmpeg`, whose cost is CPU time beyond its null
filter. The file of figures may be made in several runs: each replaces the rows of its own clips,
noises and filters and leaves the others.
"""

import argparse
import json
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import av
import av.filter
import ffmpeg
import numpy as np
from depthgrade import EngineError, Look, Project, Renderer
from depthgrade.color import rgb_to_ycbcr
from depthgrade.frames import PixelFormat
from depthgrade.gl.device import headless
from depthgrade.gl.scene import SceneRenderer
from depthgrade.graph import parse_wires
from depthgrade.nodes.registry import make_node
from depthgrade.session.demo_clip import Exposure
from depthgrade.session.machine import machine
from numpy.typing import NDArray
from PIL import Image

Pictures = NDArray[np.float32]  # (frames, height, width, 3) R'G'B' code values 0..1

FRAMES = 9
JUDGED = range(3, 6)  # the middle: all filters have frames on both sides
PAN = 5  # pixels a frame of the picture at twice the size
YUV = PixelFormat("yuv444p", "ycbcr", 8, ("Y", "U", "V"))
OURS = {
    "temporal 15": {"temporal_luma": 15.0},
    "spatial 15": {"spatial_luma": 15.0},
    "both 15": {"temporal_luma": 15.0, "spatial_luma": 15.0},
}
ROW = ("clip", "sigma", "filter")  # what a row of figures is of
THEIRS = {  # the gentler strength where the filter's own default is meant for coarser noise
    "hqdn3d": ("hqdn3d", ""),
    "hqdn3d gentle": ("hqdn3d", "1:1:2:2"),
    "nlmeans": ("nlmeans", "s=1.0"),
    "atadenoise": ("atadenoise", ""),
}


@dataclass(frozen=True)
class Measured:
    """What a filter made: PSNR in dB, milliseconds and CPU-milliseconds a frame; None: unknown."""

    psnr: float | None = None
    milliseconds: float | None = None
    cpu: float | None = None


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--size", default="960x540")
    parser.add_argument("--sigma", type=float, nargs="+", default=[1.0, 2.0])
    parser.add_argument("--clips", nargs="+", default=["static", "pan", "scene"])
    known = ["as it is", *OURS, *THEIRS]
    parser.add_argument("--filters", nargs="+", default=known, choices=known)
    parser.add_argument("--pictures", type=Path, help="folder for pictures to judge by eye")
    parser.add_argument("--json", type=Path, help="file for the figures")
    options = parser.parse_args()
    width, height = (int(side) for side in options.size.split("x"))
    facts = machine()
    clean = clips((width, height), options.clips)
    print(f"{'clip':8}{'sigma':>6}  {'filter':14}{'PSNR':>7}{'gain':>7}{'ms':>8}{'CPU-ms':>8}")
    for name, pictures in clean.items():
        for sigma in options.sigma:
            rng = np.random.default_rng(7)
            noise = rng.standard_normal(pictures.shape, np.float32) * np.float32(sigma / 255)
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / "noisy.mkv"
                write(path, pictures + noise)
                rows = []
                base = psnr(read(path), pictures)
                for label in options.filters:
                    made, found = measured(path, pictures, label)
                    if options.pictures and made is not None:
                        keep(options.pictures, f"{name}-{sigma:g}-{label}", made, pictures)
                    gain = None if found.psnr is None else found.psnr - base
                    figures = f"{shown(found.psnr, '7.2f')}{shown(gain, '+7.2f')}"
                    cost = f"{shown(found.milliseconds, '8.0f')}{shown(found.cpu, '8.0f')}"
                    print(f"{name:8}{sigma:6.1f}  {label:14}{figures}{cost}", flush=True)
                    row = {"clip": name, "sigma": sigma, "filter": label, "gain": gain}
                    rows.append({**row, **asdict(found)})
                if options.json:
                    add(options.json, options.size, facts, rows)


def add(path: Path, size: str, facts: dict[str, str], rows: list[dict[str, Any]]) -> None:
    """Writes rows into the file of figures, in place of those it has of the same measurements."""
    before: list[dict[str, Any]] = []
    if path.exists():
        written = json.loads(path.read_text(encoding="utf-8"))
        if written["size"] != size:
            raise EngineError(f"{path}: is of {written['size']}, not {size}; name another file")
        before = written["results"]
    rounded = [{key: _rounded(value) for key, value in row.items()} for row in rows]
    results = {tuple(row[key] for key in ROW): row for row in [*before, *rounded]}
    figures = {"workload": "noise reduction", "size": size, "machine": facts}
    text = json.dumps({**figures, "results": list(results.values())}, indent=2)
    path.write_text(text + "\n", encoding="utf-8")


def shown(value: float | None, form: str) -> str:
    """A figure, or a dash as wide."""
    return format(value, form) if value is not None else "-".rjust(int(form.strip("+")[0]))


def _rounded(value: object) -> object:
    return round(value, 3) if isinstance(value, float) else value


def clips(size: tuple[int, int], wanted: list[str]) -> dict[str, Pictures]:
    """The clips without noise, by name."""
    width, height = size
    exposed = Exposure()
    found: dict[str, Pictures] = {}
    with headless() as device:
        if {"static", "pan"} & set(wanted):
            with SceneRenderer(device.context, (2 * width, 2 * height), 0) as scene:
                large = exposed.code_values(scene.frame(0).rgb).astype(np.float32)
        if "static" in wanted:
            found["static"] = np.repeat(halved(large)[None], FRAMES, axis=0)
        if "pan" in wanted:
            # The picture goes round, so that every frame has the same content.
            turned = [halved(np.roll(large, -PAN * index, axis=1)) for index in range(FRAMES)]
            found["pan"] = np.stack(turned)
        if "scene" in wanted:
            with SceneRenderer(device.context, size, 0) as scene:
                drawn = [exposed.code_values(scene.frame(index).rgb) for index in range(FRAMES)]
            found["scene"] = np.stack(drawn).astype(np.float32)
    return found


def halved(picture: NDArray[np.float32]) -> NDArray[np.float32]:
    """The mean of 2x2 pixels."""
    height, width = picture.shape[:2]
    half: Pictures = picture.reshape(height // 2, 2, width // 2, 2, 3).mean((1, 3))
    return half


def write(path: Path, pictures: Pictures) -> None:
    """A lossless 8-bit Y'CbCr 4:4:4 clip."""
    matrix, offset = rgb_to_ycbcr(YUV, 1, full_range=False)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("ffv1", rate=24)
        height, width = pictures.shape[1:3]
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv444p"
        context = stream.codec_context
        context.color_primaries = context.color_trc = context.colorspace = 1
        context.color_range = 1
        for index, picture in enumerate(pictures):
            codes = np.clip(np.rint((picture @ matrix.T + offset) * 255), 1, 254).astype(np.uint8)
            frame = av.VideoFrame.from_ndarray(codes, "yuv444p", channel_last=True)
            frame.color_primaries = frame.color_trc = frame.colorspace = 1
            frame.color_range = 1
            frame.pts, frame.time_base = index, Fraction(1, 24)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def measured(path: Path, clean: Pictures, label: str) -> tuple[Pictures | None, Measured]:
    """The judged frames through the node or a filter, where it is there; its PSNR and its cost."""
    if label == "as it is" or label in OURS:
        node = make_node("calm", {"type": "noise_reduction", **OURS.get(label, {})})
        look = Look(nodes={"calm": node}, wires=parse_wires(["source -> calm -> output"]))
        with Renderer(Project(clip=path, look=look)) as renderer:
            renderer.frame(JUDGED[0] - 1)
            clock, cpu = perf_counter(), process_time()
            made = np.stack([renderer.frame(index) for index in JUDGED])
            cost = (perf_counter() - clock) / len(JUDGED), (process_time() - cpu) / len(JUDGED)
        return made, Measured(psnr(made, clean), 1000 * cost[0], 1000 * cost[1])
    filter, arguments = THEIRS[label]
    if filter in av.filter.filters_available:  # some are GPL, and PyAV's wheels are not
        made, cost = filtered(path, filter, arguments)
        return made, Measured(psnr(made, clean), 1000 * cost[0], 1000 * cost[1])
    if (where := ffmpeg.binary()) and ffmpeg.has_filter(where, filter):
        described = f"{filter}={arguments}".rstrip("=")
        made, spent = filtered_by_program(where, path, described, clean.shape)
        return made, Measured(psnr(made, clean), cpu=spent)
    return None, Measured()


def keep(folder: Path, name: str, made: Pictures, clean: Pictures) -> None:
    """Writes the middle frame and 16 times its difference from the clip without noise."""
    folder.mkdir(parents=True, exist_ok=True)
    middle = len(JUDGED) // 2
    save(folder / f"{name}.png", made[middle])
    save(folder / f"{name}-difference.png", 0.5 + 16 * (made[middle] - clean[JUDGED[middle]]))


def read(path: Path) -> Pictures:
    """The judged frames of a written clip as they are."""
    with av.open(str(path)) as container:
        frames = [frame.to_ndarray(channel_last=True) for frame in container.decode(video=0)]
    return decoded([frames[index] for index in JUDGED])


def filtered(path: Path, name: str, arguments: str) -> tuple[Pictures, tuple[float, float]]:
    """The judged frames through an FFmpeg filter, and seconds and CPU-seconds a frame."""
    with av.open(str(path)) as container:
        frames = list(container.decode(video=0))
        graph = av.filter.Graph()
        graph.threads = 1
        ends = [
            graph.add_buffer(template=container.streams.video[0]),
            graph.add(name, arguments),
            graph.add("buffersink"),
        ]
        for one, other in pairwise(ends):
            one.link_to(other)
        graph.configure()
        clock, cpu = perf_counter(), process_time()
        made = []
        for frame in [*frames, None]:
            graph.push(frame)
            while True:
                try:
                    made.append(graph.pull())
                except (av.BlockingIOError, av.EOFError):
                    break
        cost = (perf_counter() - clock) / len(frames), (process_time() - cpu) / len(frames)
    frames_made = [each for each in made if isinstance(each, av.VideoFrame)]
    return decoded([frames_made[index].to_ndarray(channel_last=True) for index in JUDGED]), cost


def filtered_by_program(
    where: str, path: Path, name: str, shape: tuple[int, ...]
) -> tuple[Pictures, float]:
    """The judged frames through a filter of FFmpeg's program, and CPU milliseconds a frame."""
    command = [
        where,
        "-v",
        "error",
        "-nostdin",
        "-i",
        str(path),
        "-vf",
        name,
        "-f",
        "rawvideo",
        "-",
    ]
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode != 0:
        raise EngineError(f"bench: FFmpeg: {done.stderr.decode(errors='replace').strip()}")
    frames, height, width, _ = shape
    planes = np.frombuffer(done.stdout, np.uint8).reshape(frames, 3, height, width)
    again = ["-stream_loop", "-1", "-i", str(path)]  # long enough for a difference of two lengths
    with_it, without = (
        ffmpeg.frame_cost(where, again, f"[0:v]{each}[out]", 20, 220) for each in (name, "null")
    )
    return decoded([planes[index].transpose(1, 2, 0) for index in JUDGED]), with_it - without


def decoded(frames: Sequence[NDArray[Any]]) -> Pictures:
    """R'G'B' of 8-bit Y'CbCr frames."""
    matrix, offset = rgb_to_ycbcr(YUV, 1, full_range=False)
    back = np.linalg.inv(matrix)
    return np.stack([(codes / 255 - offset) @ back.T for codes in frames]).astype(np.float32)


def psnr(made: Pictures, clean: Pictures) -> float:
    """Peak signal to noise ratio of the judged frames in dB, for a peak of 1."""
    error = np.clip(made, 0, 1) - clean[JUDGED[0] : JUDGED[-1] + 1]
    return float(-10 * np.log10(np.mean(error.astype(np.float64) ** 2)))


def save(path: Path, picture: NDArray[np.float32]) -> None:
    """A PNG of code values."""
    Image.fromarray(np.round(np.clip(picture, 0, 1) * 255).astype(np.uint8)).save(path)


if __name__ == "__main__":
    main()
