"""The demo's scene, ray-marched: a person before a canyon, with exact depth and motion.

Every frame runs a chain of small passes, each of which discards the pixels that are not its
business: a software rasteriser runs every branch of a shader for every pixel, but skips the
pixels a shader has discarded. The chain works on a list of sample points: first the pixel
centres, which also give depth and motion, then a dense list of further points in the few pixels
beside outlines, which is the anti-aliasing.
"""

import hashlib
from dataclasses import dataclass

import moderngl
import numpy as np
from numpy.typing import NDArray

from depthgrade.closing import Closing
from depthgrade.errors import DeviceError
from depthgrade.gl.scene_parameters import SceneParameters, Uniform, scene_parameters
from depthgrade.resources import shader

_TILE = 512  # pixels of the noise tile: 7 octaves from a period of 4 end at 2 pixels
_BLOCK = 4  # pixels of the picture to one of the cone pass
_FAR = 1.0e9  # march.glsl
# Offsets of the further samples in pixels; with the centre, each lies on a row and column of its
# own, which suits near-level outlines.
_SAMPLES = ((-0.30, -0.24), (0.36, -0.14), (-0.06, 0.38))

_LIBRARY = (
    "noise", "camera", "sdf", "canyon", "props", "sky", "subject", "materials", "light",
    "march", "surface",
)  # fmt: skip
_UNIFORMS = """
uniform Camera camera; uniform Camera next; uniform Canyon canyon; uniform Sky sky;
uniform Subject subject; uniform Pose pose; uniform Pose next_pose;
uniform vec3 warm; uniform vec3 pale; uniform vec3 skin_tone; uniform vec3 hair_tone;
uniform vec3 jacket; uniform vec3 shirt;
uniform float haze; uniform float reflector;
uniform float block; uniform float contrast; uniform float tile_size; uniform float salt;
uniform sampler2D tile; uniform sampler2D subject_cone_map;
uniform sampler2D where_map;
uniform sampler2D person_map; uniform sampler2D ground_map; uniform sampler2D far_map;
uniform sampler2D things_map; uniform sampler2D surface_map; uniform sampler2D shaded_map;
uniform sampler2D canyon_cone_map; uniform sampler2D mesas_cone_map;
uniform sampler2D props_cone_map; uniform sampler2D sky_map;
"""
_VERTEX = """#version 330 core
void main() {
    gl_Position = vec4(vec2(gl_VertexID % 2, gl_VertexID / 2) * 4.0 - 1.0, 0.0, 1.0);
}
"""
_TRACE = (
    ("subject", "person_map"), ("canyon", "ground_map"), ("mesas", "far_map"),
    ("props", "things_map"), ("nearest", "surface_map"),
)  # fmt: skip
_CONES = ("subject_cone", "canyon_cone", "mesas_cone", "props_cone")
_SHADE = ("shade_sky", "shade_wall", "shade_mesa", "shade_floor", "shade_prop", "shade_subject")
_PASSES = (
    "noise",
    "sky",
    "points",
    *_CONES,
    *(name for name, _ in _TRACE),
    *_SHADE,
    "edges",
    "motion",
)


_Targets = dict[str, moderngl.Framebuffer]


@dataclass(frozen=True)
class SceneFrame:
    """One rendered frame; row 0 is the top.

    rgb         (h, w, 3) float32, scene-linear Rec.709, 0.18 = mid-grey, no upper limit
    distance    (h, w) float32, metres along the camera axis at the pixel centre, inf for the sky
    motion      (h, w, 2) float32, pixels right and down to where the point is in the next frame
    """

    rgb: NDArray[np.float32]
    distance: NDArray[np.float32]
    motion: NDArray[np.float32]


class SceneRenderer(Closing):
    """Renders frames of the scene of one seed; owns its programs and textures, not the context.

    size is (width, height) in pixels. Raises DeviceError if the driver refuses a program.
    """

    def __init__(
        self, ctx: moderngl.Context, size: tuple[int, int] = (960, 540), seed: int = 0
    ) -> None:
        self.size = size
        self.parameters: SceneParameters = scene_parameters(seed)
        self._ctx = ctx
        self._programs = {name: self._program(name) for name in _PASSES}
        self._arrays = {name: ctx.vertex_array(p, []) for name, p in self._programs.items()}
        width, height = size
        blocks = (-(-width // _BLOCK), -(-height // _BLOCK))
        self._tile = self._target((_TILE, _TILE))
        self._sky = self._target((width * 4 // 3, max(height * 5 // 6, 1)))
        self._cones = {name: self._target(blocks) for name in _CONES}
        self._centres = self._sample_targets(size)
        # Room for the further points of one pixel in six; more are taken in several rounds.
        self._further = self._sample_targets((width, max(height // 2, 1)))
        self._edges, self._motion = self._target(size), self._target(size)
        self._fixed: dict[str, Uniform] = {
            **self.parameters.uniforms,
            "block": float(_BLOCK), "tile_size": float(_TILE), "contrast": 0.7,
        }  # fmt: skip
        ctx.enable_only(moderngl.NOTHING)
        self._draw("noise", self._tile, self._fixed, {})
        tile = _texture(self._tile)
        tile.filter = (moderngl.LINEAR_MIPMAP_LINEAR, moderngl.LINEAR)
        tile.repeat_x = tile.repeat_y = True
        tile.build_mipmaps()
        sky = _texture(self._sky)
        sky.filter = (moderngl.LINEAR, moderngl.LINEAR)
        sky.repeat_x = sky.repeat_y = False
        self._draw("sky", self._sky, self._fixed, {})
        self._draw("points", self._centres["where_map"], self._fixed, {})

    def frame(self, t: float) -> SceneFrame:
        """The scene at frame t, counted from 0 at 24 a second; motion leads to frame t + 1."""
        self._ctx.enable_only(moderngl.NOTHING)  # whatever was drawn before
        camera = self.parameters.camera(t, self.size)
        values: dict[str, Uniform] = {
            **self._fixed,
            **camera.uniforms("camera"),
            **self.parameters.camera(t + 1.0, self.size).uniforms("next"),
            **self.parameters.pose("pose", t),
            **self.parameters.pose("next_pose", t + 1.0),
        }
        for name, cone in self._cones.items():
            cone.clear(_FAR, 0.0, 0.0, 0.0)
            self._draw(name, cone, values, {})
        centres = self._centres
        self._sample(values, centres)
        self._draw("motion", self._motion, values, centres)
        self._draw("edges", self._edges, values, centres)
        rgbw = self._read(centres["shaded_map"]).copy()
        self._refine(values, rgbw)
        motion = self._read(self._motion)
        distance = motion[..., 0]
        return SceneFrame(
            rgb=rgbw[..., :3] / rgbw[..., 3:],
            distance=np.where(distance < 0.5 * _FAR, distance, np.float32(np.inf)),
            motion=np.ascontiguousarray(motion[..., 1:3]),
        )

    def close(self) -> None:
        """Frees the programs and textures."""
        own = (self._tile, self._sky, self._edges, self._motion)
        groups = (self._cones, self._centres, self._further)
        for target in (*own, *(t for group in groups for t in group.values())):
            target.color_attachments[0].release()
            target.release()
        for name, array in self._arrays.items():
            array.release()
            self._programs[name].release()

    def _sample(self, values: dict[str, Uniform], targets: _Targets) -> None:
        """Traces and shades the points of targets["where_map"] into targets["shaded_map"]."""
        for name, target in _TRACE:
            targets[target].clear(_FAR, 0.0, 0.0, 0.0)
            self._draw(name, targets[target], values, targets)
        targets["shaded_map"].clear(0.0, 0.0, 0.0, 0.0)
        for name in _SHADE:
            self._draw(name, targets["shaded_map"], values, targets)

    def _refine(self, values: dict[str, Uniform], rgbw: NDArray[np.float32]) -> None:
        """Adds further samples to rgbw, (h, w, 4) premultiplied colour and weight, at edges."""
        rows, columns = np.nonzero(self._read(self._edges)[..., 0] > 0.5)
        width, height = self._further["where_map"].size
        room = width * height // len(_SAMPLES)
        for start in range(0, len(rows), room):
            row, column = rows[start : start + room], columns[start : start + room]
            centres = np.stack([column, row], axis=1).astype(np.float32) + 0.5
            points = np.full((width * height, 4), -1.0, np.float32)
            listed = (centres[:, None] + np.array(_SAMPLES, np.float32)).reshape(-1, 2)
            points[: len(listed), :2] = listed
            _texture(self._further["where_map"]).write(points)
            used = -(-len(listed) // width)
            for target in self._further.values():
                target.viewport = (0, 0, width, used)
            self._sample(values, self._further)
            shaded = self._read(self._further["shaded_map"]).reshape(-1, 4)[: len(listed)]
            rgbw[row, column] += shaded.reshape(-1, len(_SAMPLES), 4).sum(axis=1)

    def _draw(
        self,
        name: str,
        target: moderngl.Framebuffer,
        values: dict[str, Uniform],
        maps: _Targets,
    ) -> None:
        """Runs a pass over a target; `maps` are the samplers that depend on the sample list."""
        cones = {f"{cone}_map": made for cone, made in self._cones.items()}
        sources = {"tile": self._tile, "sky_map": self._sky, **cones, **maps}
        program = self._programs[name]
        target.use()
        unit = 0
        for member in program:
            uniform = program[member]
            if not isinstance(uniform, moderngl.Uniform):
                continue
            if member in sources:
                _texture(sources[member]).use(unit)
                uniform.value = unit
                unit += 1
            else:
                uniform.value = values[member]
        self._arrays[name].render(moderngl.TRIANGLES, vertices=3)

    def _sample_targets(self, size: tuple[int, int]) -> _Targets:
        names = ("where_map", *(target for _, target in _TRACE), "shaded_map")
        return {name: self._target(size) for name in names}

    def _program(self, name: str) -> moderngl.Program:
        library = "\n".join(shader(f"scene/{part}") for part in _LIBRARY)
        text = f"#version 330 core\n{library}\n{_UNIFORMS}\nout vec4 color;\n"
        try:
            return self._ctx.program(
                vertex_shader=_VERTEX, fragment_shader=text + shader(f"scene/pass/{name}")
            )
        except moderngl.Error as error:
            raise DeviceError(f"scene/pass/{name}.glsl: the driver refused it: {error}") from error

    def _target(self, size: tuple[int, int]) -> moderngl.Framebuffer:
        texture = self._ctx.texture(size, 4, dtype="f4")
        texture.filter = (moderngl.NEAREST, moderngl.NEAREST)
        return self._ctx.framebuffer([texture])

    def _read(self, target: moderngl.Framebuffer) -> NDArray[np.float32]:
        width, height = target.size
        data = target.read(viewport=(0, 0, width, height), components=4, dtype="f4")
        return np.frombuffer(data, np.float32).reshape(height, width, 4)


def scene_fingerprint(seed: int) -> str:
    """A digest of all that decides the pixels of a seed, so that a change shows in it."""
    digest = hashlib.sha256(repr(scene_parameters(seed)).encode())
    for name in _LIBRARY:
        digest.update(shader(f"scene/{name}").encode())
    for name in _PASSES:
        digest.update(shader(f"scene/pass/{name}").encode())
    return digest.hexdigest()


def _texture(target: moderngl.Framebuffer) -> moderngl.Texture:
    attachment = target.color_attachments[0]
    assert isinstance(attachment, moderngl.Texture)
    return attachment
