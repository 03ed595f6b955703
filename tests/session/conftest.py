"""A small clip for renders: a near subject moves before a far wall; its exact depth beside it."""

import struct
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from depthgrade.depth import write_depth_frame
from numpy.typing import NDArray

SIZE, FRAMES = (160, 90), 6


def code_values(frame: int) -> NDArray[np.uint8]:
    """R'G'B' of a frame: saturated and grey ramps behind a warm disc that moves right."""
    width, height = SIZE
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    picture = np.stack([x / width, y / height, 1 - x / width], -1)
    picture[: height // 3] = (x / width)[: height // 3, :, None]
    disc = near(frame)
    picture[disc] = [0.82, 0.55, 0.42]
    return np.round(picture * 255).astype(np.uint8)


def near(frame: int) -> NDArray[np.bool_]:
    width, height = SIZE
    y, x = np.mgrid[0:height, 0:width]
    return (x - 60 - 4 * frame) ** 2 + (y - 55) ** 2 < 25**2


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Rec.709 limited 4:2:0 H.264-like clip, lossless (FFV1), 24 frames a second."""
    path = tmp_path_factory.mktemp("clip") / "clip.mkv"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("ffv1", rate=24)
        stream.width, stream.height = SIZE
        stream.pix_fmt = "yuv420p"
        context = stream.codec_context
        context.color_primaries = context.color_trc = context.colorspace = 1
        context.color_range = 1
        for index in range(FRAMES):
            rgb = av.VideoFrame.from_ndarray(code_values(index), format="rgb24")
            frame = rgb.reformat(format="yuv420p", dst_colorspace="ITU709", dst_color_range="MPEG")
            frame.color_primaries = frame.color_trc = frame.colorspace = 1
            frame.color_range = 1
            frame.pts, frame.time_base = index, Fraction(1, 24)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


@pytest.fixture(scope="session")
def depth_pass(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The clip's exact depth: the disc 2 m away, the wall 8 m."""
    folder = tmp_path_factory.mktemp("depth")
    for index in range(FRAMES):
        distance = np.where(near(index), 2.0, 8.0).astype(np.float32)
        write_depth_frame(folder / f"depth.{index:04d}.exr", distance=distance)
    return folder


@pytest.fixture(autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Shots and mappings are analysed anew, not read from a user's cache."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))


@pytest.fixture(scope="session")
def network(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A card for a network of one convolution: nearness is a weighted sum of R, G and B."""

    def varint(value: int) -> bytes:
        out = bytearray()
        while value > 0x7F:
            out.append(value & 0x7F | 0x80)
            value >>= 7
        return bytes([*out, value])

    def number(field: int, value: int) -> bytes:
        return varint(field << 3) + varint(value)

    def part(field: int, value: bytes | str) -> bytes:
        data = value.encode() if isinstance(value, str) else value
        return varint(field << 3 | 2) + varint(len(data)) + data

    def value(name: str, shape: tuple[int, ...]) -> bytes:
        sides = b"".join(part(1, number(1, side)) for side in shape)
        return part(1, name) + part(2, part(1, number(1, 1) + part(2, sides)))

    weights = struct.pack("<3f", 1.0, 0.5, -0.5)
    tensor = b"".join(number(1, side) for side in (1, 3, 1, 1))
    tensor += number(2, 1) + part(8, "weights") + part(9, weights)
    node = part(1, "picture") + part(1, "weights") + part(2, "depth") + part(4, "Conv")
    graph = part(1, node) + part(2, "network") + part(5, tensor)
    graph += part(11, value("picture", (1, 3, 48, 64))) + part(12, value("depth", (1, 1, 48, 64)))
    folder = tmp_path_factory.mktemp("network")
    model = number(1, 8) + part(8, number(2, 13)) + part(7, graph)
    (folder / "tiny.onnx").write_bytes(model)
    card = folder / "tiny.toml"
    card.write_text(
        'name = "tiny"\ntitle = "Tiny"\nfile = "tiny.onnx"\nsource = "here"\nlicence = "CC0-1.0"\n'
        "faster = [64, 48]\nbetter = [64, 48]\nfixed_size = true\n",
        encoding="utf-8",
    )
    return card
