"""Draws random scenes into a cache: 8-bit colour and exact inverse depth, in pairs of frames.

    python render_scenes.py --out DIR [--count 1200] [--seed 7]

Writes rgb.npy (n, 2, H, W, 3) uint8 and disparity.npy (n, 2, H, W) float16, in 1/metres with 0 for
the sky, plus kinds.txt. The second frame is a few frames later: camera and figures have moved. Lens
blur is added here, since it needs depth; exposure, grain and compression come in training.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import moderngl
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter
from recipes import random_scene
from scenes import Scene

VERTEX = """#version 330
in vec2 corner; out vec2 uv;
void main() { uv = corner; gl_Position = vec4(corner, 0.0, 1.0); }
"""
ROWS = 512


class Renderer:
    """Owns the GL context, the program and the targets; one thread."""

    def __init__(self, width: int, height: int) -> None:
        self._gl = moderngl.create_context(standalone=True, backend="egl")
        source = (Path(__file__).parent / "scene.frag").read_text(encoding="utf-8")
        self._program = self._gl.program(vertex_shader=VERTEX, fragment_shader=source)
        corners = self._gl.buffer(np.array([-1, -1, 3, -1, -1, 3], "f4").tobytes())
        self._triangle = self._gl.vertex_array(self._program, corners, "corner")
        self._colour = self._gl.texture((width, height), 4, dtype="f4")
        self._depth = self._gl.texture((width, height), 1, dtype="f4")
        self._target = self._gl.framebuffer([self._colour, self._depth])
        self._rows = self._gl.texture((5, ROWS), 4, dtype="f4")
        self._rows.filter = (moderngl.NEAREST, moderngl.NEAREST)
        self._size = (width, height)

    def draw(self, s: Scene, frames: float) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Linear colour (h, w, 3) and metres (h, w), 0 for the sky, `frames` after the start."""
        rows = [(kind, row.copy()) for kind, row in s.rows]
        for index, step in s.moving:
            rows[index][1][0, :3] += frames * step
        ordered = sorted(rows, key=lambda item: item[0])[:ROWS]
        packed = np.zeros((ROWS, 5, 4), "f4")
        for i, (_, row) in enumerate(ordered):
            packed[i] = row
        self._rows.write(packed.tobytes())
        kinds = np.array([kind for kind, _ in ordered])
        p, width, height = self._program, *self._size
        p["ends"] = tuple(int((kinds <= k).sum()) for k in range(3))
        eye, look = s.eye + frames * s.velocity[:3], s.look + frames * s.velocity[3:]
        tangent = np.tan(s.field_of_view / 2)
        p["tan_half_fov"] = (tangent * width / height, tangent)
        p["eye"] = tuple(eye)
        p["camera"] = tuple(camera(*look).T.flatten())  # column by column
        lamp = s.light_colour[3] > 0.5
        p["light"] = tuple(s.light if lamp else s.light / np.linalg.norm(s.light))
        p["light_colour"] = tuple(s.light_colour)
        p["ambient"] = tuple(s.ambient)
        floor, there = s.ground
        p["ground"] = [
            (*floor.a, floor.pattern if there else -1.0),
            (*floor.b, floor.scale),
        ]
        p["sky"] = [tuple(c) for c in s.sky]
        p["fog"] = tuple(s.fog)
        p["clouds"] = s.clouds
        self._rows.use(0)
        self._target.use()
        self._triangle.render()
        colour = np.frombuffer(self._colour.read(), "f4").reshape(height, width, 4)[::-1, :, :3]
        depth = np.frombuffer(self._depth.read(), "f4").reshape(height, width)[::-1]
        return colour, depth


def camera(yaw: float, pitch: float, roll: float) -> NDArray[np.float64]:
    """Matrix with the columns right, up, forward."""
    forward = np.array([np.sin(yaw) * np.cos(pitch), np.sin(pitch), np.cos(yaw) * np.cos(pitch)])
    right = np.array([np.cos(yaw), 0.0, -np.sin(yaw)])
    up = np.cross(forward, right)
    c, n = np.cos(roll), np.sin(roll)
    return np.stack([c * right + n * up, c * up - n * right, forward], axis=1)


def develop(colour: NDArray[np.float32], exposure: float) -> Image.Image:
    """Linear light to an 8-bit picture with a soft shoulder and the sRGB-like 1/2.2 power."""
    x = colour * np.float32(exposure)
    x = x * (1.0 + x / 9.0) / (1.0 + x)  # rolls off towards white at 3 times mid exposure
    return Image.fromarray(np.uint8(255.0 * np.clip(1.4 * x, 0, 1) ** (1 / 2.2) + 0.5))


def lens_blur(
    image: Image.Image, disparity: NDArray[np.float32], focus: float, strength: float
) -> Image.Image:
    """Blur growing with the distance in inverse depth from the focus, in three layers."""
    coc = strength * np.abs(disparity - focus)
    out = np.asarray(image, np.float32)
    for radius in (1.0, 2.5, 5.0):
        blurred = np.asarray(image.filter(ImageFilter.GaussianBlur(radius)), np.float32)
        mask = np.clip(coc / radius - 0.5, 0.0, 1.0)[..., None]
        soft = Image.fromarray(np.uint8(255 * mask[..., 0])).filter(
            ImageFilter.GaussianBlur(radius / 2)
        )
        mask = np.asarray(soft, np.float32)[..., None] / 255.0
        out = out + mask * (blurred - out)
    return Image.fromarray(np.uint8(np.clip(out + 0.5, 0, 255)))


def main() -> None:
    """Fills the cache; a picture that shows almost one depth only is drawn again."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--count", type=int, default=1200)
    parser.add_argument("--size", default="480x288")
    parser.add_argument("--seed", type=int, default=7)
    args = parser.parse_args()
    width, height = (int(v) for v in args.size.split("x"))
    args.out.mkdir(parents=True, exist_ok=True)
    rng, renderer, kinds, start = (
        np.random.default_rng(args.seed),
        Renderer(width, height),
        [],
        time.monotonic(),
    )
    rgb = np.lib.format.open_memmap(
        args.out / "rgb.npy", "w+", np.uint8, (args.count, 2, height, width, 3)
    )
    near = np.lib.format.open_memmap(
        args.out / "disparity.npy", "w+", np.float16, (args.count, 2, height, width)
    )
    while len(kinds) < args.count:
        kind, scene = random_scene(rng)
        colour, depth = renderer.draw(scene, 0.0)
        disparity = np.where(depth > 0, 1 / np.maximum(depth, 0.05), 0).astype(np.float32)
        spread = np.percentile(disparity, 97) / max(float(np.percentile(disparity, 3)), 0.01)
        if spread < 1.5 or float((disparity > 4.0).mean()) > 0.5:
            continue
        later = renderer.draw(scene, float(rng.integers(1, 4)))
        exposure = rng.uniform(0.6, 1.4) * 0.45 / max(0.02, float(np.percentile(colour, 70)))
        blur = float(rng.random() < 0.35) * rng.uniform(2.0, 14.0)
        focus = float(np.percentile(disparity, rng.uniform(10, 99)))
        for j, (c, z) in enumerate(((colour, depth), later)):
            d = np.where(z > 0, 1 / np.maximum(z, 0.05), 0).astype(np.float32)
            image = develop(c, exposure)
            rgb[len(kinds), j] = np.asarray(lens_blur(image, d, focus, blur) if blur else image)
            near[len(kinds), j] = d
        kinds.append(kind)
        if len(kinds) % 50 == 0:
            print(len(kinds), f"{(time.monotonic() - start) / len(kinds):.3f} s each", flush=True)
    (args.out / "kinds.txt").write_text("\n".join(kinds))


if __name__ == "__main__":
    main()
