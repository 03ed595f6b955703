"""W12, the yardstick of the benchmarks: one chain as a project, as GLSL by hand and in float64.

Y'CbCr 4:2:0 BT.709 limited -> R'G'B' -> gamma 2.4 -> Rec.709 to DaVinci Wide Gamut -> DaVinci
Intermediate -> N nodes (slope, offset, power, saturation; each optionally mixed by a ramp of
depth) -> back -> gamma 1/2.4. The hand-written shader has every value as a literal, which
is the fastest form known on llvmpipe and what generated shaders are compared with.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from depthgrade import Look, Project
from depthgrade.color import DisplayRendering
from depthgrade.compiler import Plan, Request, Source, compile_grade
from depthgrade.frames import ColorTags, PixelFormat
from depthgrade.graph import parse_wires
from depthgrade.nodes.registry import make_node
from numpy.typing import NDArray

Picture = NDArray[np.float64]
Planes = tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.uint8]]

SIZE = (960, 540)
FORMAT = PixelFormat("yuv420p", "ycbcr", 8, ("Y", "U", "V"), (1, 1))
TAGS = ColorTags(1, 1, 1, False)
LUMA = np.array([0.2126, 0.7152, 0.0722])  # ASC CDL 1.2, saturation
MOST_NODES = 40

# CIE xy of the primaries: ITU-R BT.709-6, item 1.3, and Blackmagic Design, "DaVinci Wide Gamut",
# 2020; D65 for both
_WHITE = (0.3127, 0.3290)
_REC709 = ((0.64, 0.33), (0.30, 0.60), (0.15, 0.06))
_DWG = ((0.8000, 0.3130), (0.1682, 0.9877), (0.0790, -0.1155))
# DaVinci Intermediate, Blackmagic Design 2020
DI_A, DI_B, DI_C, DI_M, DI_LIN_CUT, DI_LOG_CUT = (
    0.0075,
    7.0,
    0.07329248,
    10.44426855,
    0.00262409,
    0.02740668,
)


@dataclass(frozen=True)
class CdlNode:
    """One node of the chain and the ramp of depth that limits it."""

    slope: tuple[float, float, float]
    offset: tuple[float, float, float]
    power: tuple[float, float, float]
    saturation: float
    far: float
    near: float
    invert: bool
    gain: float


def nodes(count: int) -> tuple[CdlNode, ...]:
    """The first of 40 fixed nodes; keys alternate between near and far."""
    rng = np.random.default_rng(7)

    def three(low: float, high: float) -> tuple[float, float, float]:
        red, green, blue = (float(value) for value in rng.uniform(low, high, 3))
        return red, green, blue

    made = [
        CdlNode(
            slope=three(0.95, 1.05),
            offset=three(-0.02, 0.02),
            power=three(0.92, 1.08),
            saturation=float(rng.uniform(0.95, 1.1)),
            far=float(rng.uniform(0.1, 0.3)),
            near=float(rng.uniform(0.6, 0.9)),
            invert=bool(index % 2),
            gain=0.85,
        )
        for index in range(MOST_NODES)
    ]
    return tuple(made[:count])


def look(count: int, *, keys: bool, neutral: int = 0) -> Look:
    """The chain as a look; `neutral` nodes that do nothing follow."""
    made: dict[str, Any] = {}
    wires = []
    for index, node in enumerate(nodes(count)):
        made[f"n{index}"] = make_node(
            f"n{index}",
            {
                "type": "cdl",
                "slope": node.slope,
                "offset": node.offset,
                "power": node.power,
                "saturation": node.saturation,
            },
        )
        if keys:
            made[f"d{index}"] = make_node(
                f"d{index}",
                {
                    "type": "depth_map",
                    "far_limit": node.far,
                    "near_limit": node.near,
                    "invert": node.invert,
                    "key_gain": node.gain,
                },
            )
            wires.append(f"d{index}.key -> n{index}.key")
    for index in range(count, count + neutral):
        made[f"n{index}"] = make_node(f"n{index}", {"type": "cdl"})
    chain = " -> ".join(["source", *(f"n{index}" for index in range(count + neutral)), "output"])
    return Look(nodes=made, wires=parse_wires([chain, *wires]))


def project(count: int, *, keys: bool, neutral: int = 0) -> Project:
    """The chain as a project: Rec.709 as display light, no rendering in between."""
    return Project(
        look=look(count, keys=keys, neutral=neutral),
        input="rec709",
        output="rec709",
        rendering=DisplayRendering("none"),
    )


def plan(
    count: int,
    *,
    keys: bool,
    neutral: int = 0,
    live: frozenset[str] = frozenset(),
    size: tuple[int, int] = SIZE,
    **options: Any,
) -> Plan:
    """The passes the compiler makes of the chain."""
    made = project(count, keys=keys, neutral=neutral)
    source = Source(FORMAT, TAGS, *size)
    return compile_grade(Request(made, source, "rec709", live, **options))


def planes(size: tuple[int, int] = SIZE) -> Planes:
    """A picture with every hue and tone: smooth fields with a little grain, 8-bit limited range."""
    width, height = size
    rng = np.random.default_rng(3)
    y, x = np.mgrid[0:height, 0:width]
    luma = 126 + 90 * np.sin(x / 71) * np.cos(y / 53) + rng.integers(-6, 7, (height, width))
    v, u = np.mgrid[0 : height // 2, 0 : width // 2]
    blue = 128 + 40 * np.sin(u / 37 + v / 91)
    red = 128 + 40 * np.cos(u / 59 - v / 43)
    return luma.astype(np.uint8), blue.astype(np.uint8), red.astype(np.uint8)


def depth(size: tuple[int, int] = SIZE) -> NDArray[np.float32]:
    """Depth for the keys: a ramp across, near = 1 at the right."""
    width, height = size
    return np.ascontiguousarray(
        np.broadcast_to(np.linspace(0, 1, width, dtype=np.float32), (height, width))
    )


def rgb(given: Planes, *, sited: bool) -> Picture:
    """R'G'B' of the planes, (height, width, 3); chroma interpolated where it sits, or nearest.

    Sited: in line with the left luma sample, halfway between two rows (H.273, type 0).
    """
    y, u, v = (plane.astype(np.float64) for plane in given)
    luma, blue, red = (y - 16) / 219, (u - 128) / 224, (v - 128) / 224
    blue, red = (_upsampled(plane, y.shape, sited=sited) for plane in (blue, red))
    kr, kb = 0.2126, 0.0722  # ITU-R BT.709
    r, b = luma + 2 * (1 - kr) * red, luma + 2 * (1 - kb) * blue
    return np.stack([r, (luma - kr * r - kb * b) / (1 - kr - kb), b], -1)


def _upsampled(plane: Picture, shape: tuple[int, ...], *, sited: bool) -> Picture:
    height, width = shape
    if not sited:
        return plane.repeat(2, 0).repeat(2, 1)[:height, :width]
    x = np.arange(width) / 2
    y = (np.arange(height) + 0.5) / 2 - 0.5
    rows, columns = plane.shape
    left, above = np.floor(x).astype(int), np.floor(y).astype(int)

    def at(row: NDArray[np.int_], column: NDArray[np.int_]) -> Picture:
        return plane[np.clip(row, 0, rows - 1)][:, np.clip(column, 0, columns - 1)]

    right, down = x - left, (y - above)[:, None]
    upper = at(above, left) * (1 - right) + at(above, left + 1) * right
    lower = at(above + 1, left) * (1 - right) + at(above + 1, left + 1) * right
    return np.asarray(upper * (1 - down) + lower * down)


def reference(picture: Picture, count: int, key_depth: NDArray[Any] | None) -> Picture:
    """Graded R'G'B' in float64; key_depth: (height, width), 0..1, or None for no keys.

    Mirrored powers at both ends, as the project's colour spaces have them.
    """
    x = _encode(np.sign(picture) * np.abs(picture) ** 2.4 @ to_dwg().T)
    for node in nodes(count):
        y = x * node.slope + node.offset
        y = np.where(y > 0, np.maximum(y, 1e-30) ** np.array(node.power), y)
        luma = (y @ LUMA)[..., None]
        y = luma + (y - luma) * node.saturation
        if key_depth is None:
            x = y
            continue
        k = np.clip((key_depth.astype(np.float64) - node.far) / (node.near - node.far), 0, 1)
        x = x + (y - x) * ((1 - k if node.invert else k) * node.gain)[..., None]
    light = _decode(x) @ np.linalg.inv(to_dwg()).T
    return np.asarray(np.sign(light) * np.abs(light) ** (1 / 2.4))


def by_hand(count: int, *, keys: bool, sited: bool, size: tuple[int, int] = SIZE) -> str:
    """The chain as a fragment shader: samplers plane0, plane1, plane2 and depth_better.

    Powers at both ends are mirrored and NaN is not guarded against.
    """
    lines = []
    for node in nodes(count):
        call = (
            f"cdl(c, {_vec(node.slope)}, {_vec(node.offset)}, {_vec(node.power)},"
            f" {node.saturation:.8f})"
        )
        if not keys:
            lines.append(f"    c = {call};")
            continue
        scale = 1 / (node.near - node.far)
        gain, base = (-node.gain, node.gain) if node.invert else (node.gain, 0.0)
        key = f"key(d, {scale:.8f}, {-node.far * scale:.8f}, {gain:.8f}, {base:.8f})"
        lines.append(f"    c = mix(c, {call}, {key});")
    into = to_dwg()
    out = np.linalg.inv(into).astype(np.float64)
    chroma = _SITED if sited else _NEAREST
    return f"""#version 330
uniform sampler2D plane0, plane1, plane2, depth_better;
out vec4 pixel;
vec3 mirrored(vec3 x, float p) {{ return sign(x) * pow(abs(x), vec3(p)); }}
vec3 encode(vec3 x)
{{
    vec3 curve = (log2(max(x, vec3(0.0)) + {DI_A}) + {DI_B}) * {DI_C};
    return mix(x * {DI_M}, curve, greaterThan(x, vec3({DI_LIN_CUT})));
}}
vec3 decode(vec3 y)
{{
    vec3 curve = exp2(y * {1 / DI_C:.9f} - {DI_B}) - {DI_A};
    return mix(y * {1 / DI_M:.12f}, curve, greaterThan(y, vec3({DI_LOG_CUT})));
}}
vec3 cdl(vec3 x, vec3 slope, vec3 offset, vec3 power, float saturation)
{{
    vec3 y = x * slope + offset;
    y = mix(y, pow(max(y, vec3(1e-30)), power), greaterThan(y, vec3(0.0)));
    float luma = dot(y, {_vec(LUMA)});
    return luma + (y - luma) * saturation;
}}
float key(float d, float scale, float shift, float gain, float base)
{{
    return clamp(d * scale + shift, 0.0, 1.0) * gain + base;
}}
{chroma}
void main()
{{
    ivec2 q = ivec2(gl_FragCoord.xy);
    float d = texture(depth_better, gl_FragCoord.xy / vec2({size[0]:.1f}, {size[1]:.1f})).r;
    float y = (texelFetch(plane0, q, 0).r * 255.0 - 16.0) / 219.0;
    float u = (chroma(plane1, q) * 255.0 - 128.0) / 224.0;
    float v = (chroma(plane2, q) * 255.0 - 128.0) / 224.0;
    vec3 c = vec3(y + 1.5748 * v, y - 0.187324273 * u - 0.468124273 * v, y + 1.8556 * u);
    c = encode({_mat(into)} * mirrored(c, 2.4));
{chr(10).join(lines)}
    pixel = vec4(mirrored({_mat(out)} * decode(c), 1.0 / 2.4), 1.0);
}}
"""


_NEAREST = "float chroma(sampler2D p, ivec2 q) { return texelFetch(p, q >> 1, 0).r; }"
_SITED = """float chroma(sampler2D p, ivec2 q)
{
    ivec2 last = textureSize(p, 0) - 1;
    ivec2 a = ivec2(q.x >> 1, (q.y - 1) >> 1);
    ivec2 b = min(a + 1, last);
    a.y = max(a.y, 0);
    float right = 0.5 * float(q.x & 1), down = (q.y & 1) == 1 ? 0.25 : 0.75;
    float above = mix(texelFetch(p, a, 0).r, texelFetch(p, ivec2(b.x, a.y), 0).r, right);
    float below = mix(texelFetch(p, ivec2(a.x, b.y), 0).r, texelFetch(p, b, 0).r, right);
    return mix(above, below, down);
}"""


def to_dwg() -> Picture:
    return np.asarray(np.linalg.solve(_rgb_to_xyz(_DWG), _rgb_to_xyz(_REC709)))


def _rgb_to_xyz(primaries: tuple[tuple[float, float], ...]) -> Picture:
    columns = np.array([[x / y, 1, (1 - x - y) / y] for x, y in primaries]).T
    x, y = _WHITE
    return np.asarray(columns * np.linalg.solve(columns, np.array([x / y, 1, (1 - x - y) / y])))


def _encode(x: Picture) -> Picture:
    curve = (np.log2(np.maximum(x, 0) + DI_A) + DI_B) * DI_C
    return np.where(x > DI_LIN_CUT, curve, x * DI_M)


def _decode(y: Picture) -> Picture:
    return np.where(y > DI_LOG_CUT, np.exp2(y / DI_C - DI_B) - DI_A, y / DI_M)


def _vec(values: Any) -> str:
    return "vec3(" + ", ".join(f"{float(value):.8f}" for value in values) + ")"


def _mat(rows: Picture) -> str:
    return "mat3(" + ", ".join(f"{value:.9f}" for value in rows.T.reshape(-1)) + ")"
