"""What a seed decides about the demo scene, and where its camera is at a time.

Pure values: the renderer turns each field into the uniform of the same name, so one set of
programs serves every seed and frame.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import cos, radians, sin, tan

import numpy as np
from numpy.typing import NDArray

RATE = 24.0  # frames per second of the scene's clock

Vector = NDArray[np.float64]
Uniform = float | tuple[float, ...]

# Scene-linear Rec.709: sunlight (a white card facing the sun), zenith, horizon; then the range of
# the height of the sun in degrees.
_HOURS = (
    ("late afternoon", (4.3, 3.1, 1.9), (0.20, 0.38, 0.74), (0.95, 0.98, 1.05), (15.5, 18.5)),
    ("golden hour", (4.4, 2.6, 1.15), (0.17, 0.31, 0.60), (1.25, 0.92, 0.70), (11.5, 14.0)),
    ("morning", (3.9, 3.4, 2.7), (0.19, 0.40, 0.85), (0.90, 1.02, 1.18), (16.0, 19.0)),
    ("dust", (4.1, 2.9, 1.7), (0.42, 0.46, 0.56), (1.30, 1.12, 0.90), (15.0, 18.0)),
)
# Reflectances: the deep and the pale beds of the sandstone.
_ROCKS = (
    ((0.44, 0.205, 0.105), (0.60, 0.42, 0.27)),
    ((0.47, 0.250, 0.130), (0.66, 0.50, 0.34)),
    ((0.39, 0.195, 0.125), (0.57, 0.45, 0.35)),
)
_SKINS = ((0.52, 0.325, 0.235), (0.40, 0.235, 0.155), (0.24, 0.130, 0.082), (0.58, 0.385, 0.295))
_HAIRS = ((0.020, 0.013, 0.010), (0.085, 0.045, 0.022), (0.040, 0.022, 0.014), (0.17, 0.105, 0.05))
_CLOTHES = (
    ((0.055, 0.090, 0.135), (0.62, 0.60, 0.56)),
    ((0.17, 0.115, 0.060), (0.30, 0.34, 0.36)),
    ((0.075, 0.095, 0.060), (0.58, 0.52, 0.42)),
    ((0.23, 0.055, 0.040), (0.55, 0.53, 0.50)),
)


@dataclass(frozen=True)
class Camera:
    """A pinhole camera: position in metres, unit axes, focal length and centre in pixels."""

    position: Vector
    right: Vector
    up: Vector
    forward: Vector
    focal: float
    centre: tuple[float, float]

    def uniforms(self, name: str) -> dict[str, Uniform]:
        """The members of the GLSL struct Camera called `name`."""
        return {
            f"{name}.position": tuple(self.position.tolist()),
            f"{name}.right": tuple(self.right.tolist()),
            f"{name}.up": tuple(self.up.tolist()),
            f"{name}.forward": tuple(self.forward.tolist()),
            f"{name}.focal": self.focal,
            f"{name}.centre": self.centre,
        }


@dataclass(frozen=True)
class SceneParameters:
    """Everything a seed varies. `uniforms` holds the shaders' part by uniform name.

    view_degrees    horizontal field of view
    distance        metres from the camera to the subject
    side            +1: the subject stands right of centre, before the high wall
    body_turn       of the subject, head_turn of its head against the body, radians
    sway_phase      and shake_phase: of the subject's and the hand's movements, radians
    dolly           metres a second to the right and forwards
    """

    uniforms: Mapping[str, Uniform]
    view_degrees: float
    distance: float
    side: float
    dolly: tuple[float, float]
    body_turn: float
    head_turn: float
    sway_phase: float
    orbit_degrees: float
    shake_phase: float

    def pose(self, name: str, frame: float) -> dict[str, Uniform]:
        """The members of the GLSL struct Pose called `name`: how the subject stands at a frame."""
        seconds, phase = frame / RATE, self.sway_phase
        turn = self.body_turn + 0.035 * sin(0.9 * seconds + phase)
        head = self.head_turn + 0.11 * sin(1.25 * seconds + 1.7 * phase)
        lean = (0.016 * sin(1.1 * seconds + phase), 0.009 * sin(1.4 * seconds + 2.0 * phase))
        return {
            f"{name}.turn": (cos(turn), sin(turn)),
            f"{name}.lean": lean,
            f"{name}.breath": 0.007 * sin(2.2 * seconds + phase),
            f"{name}.head_turn": tan(0.5 * head),
            f"{name}.nod": 0.05 * sin(1.6 * seconds + phase),
        }

    def camera(self, frame: float, size: tuple[int, int]) -> Camera:
        """The camera at a frame (24 a second; fractions allowed) for a picture of size (w, h).

        A slow dolly and orbit about the subject, under a hand's small sway of position and aim.
        """
        width, height = size
        seconds = frame / RATE
        phase = self.shake_phase
        orbit = radians(self.orbit_degrees) * (seconds - 1.0)
        focus = np.array([0.0, 0.0, self.distance])
        start = np.array([0.0, 1.42, 0.0])
        swung = start - focus
        turned = np.array(
            [
                swung[0] * cos(orbit) + swung[2] * sin(orbit),
                swung[1],
                swung[2] * cos(orbit) - swung[0] * sin(orbit),
            ]
        )
        position = focus + turned + np.array([self.dolly[0], 0.0, self.dolly[1]]) * (seconds - 1.0)
        position += 0.004 * np.array(
            [
                sin(2.1 * seconds + phase) + 0.4 * sin(5.3 * seconds),
                sin(2.7 * seconds + 1.9 * phase) + 0.4 * sin(6.1 * seconds + 1.0),
                0.5 * sin(1.7 * seconds + phase),
            ]
        )
        yaw = orbit + radians(0.16) * (sin(1.9 * seconds + phase) + 0.35 * sin(5.9 * seconds))
        pitch = radians(2.6) + radians(0.13) * sin(2.3 * seconds + 0.7 * phase)
        roll = radians(0.10) * sin(1.5 * seconds + 1.3 * phase)
        forward = np.array([sin(yaw) * cos(pitch), sin(pitch), cos(yaw) * cos(pitch)])
        level = np.cross(np.array([0.0, 1.0, 0.0]), forward)
        level /= np.linalg.norm(level)
        upright = np.cross(forward, level)
        return Camera(
            position=position,
            right=level * cos(roll) + upright * sin(roll),
            up=upright * cos(roll) - level * sin(roll),
            forward=forward,
            focal=0.5 * width / tan(radians(self.view_degrees) / 2.0),
            centre=(0.5 * width, 0.5 * height),
        )


def scene_parameters(seed: int) -> SceneParameters:
    """The parameters of a seed (any integer from 0); the same seed gives the same scene."""
    rng = np.random.default_rng((seed, 10))
    hour, rock = _HOURS[seed % len(_HOURS)], _ROCKS[rng.integers(len(_ROCKS))]
    skin, hair = _SKINS[rng.integers(len(_SKINS))], _HAIRS[rng.integers(len(_HAIRS))]
    jacket, shirt = _CLOTHES[(seed + rng.integers(2)) % len(_CLOTHES)]
    side = -1.0 if rng.random() < 0.5 else 1.0
    view = float(rng.uniform(39.0, 43.0))
    distance = float(rng.uniform(2.05, 2.35))

    # The sun stands behind the subject, on the open side of the canyon, just out of frame.
    azimuth = -radians(rng.uniform(19.5, 23.0)) * side
    height = radians(rng.uniform(*hour[4]))
    sun = (sin(azimuth) * cos(height), sin(height), cos(azimuth) * cos(height))
    place = (side * distance * tan(radians(view) / 2.0) * rng.uniform(0.30, 0.38), 0.0, distance)
    uniforms: dict[str, Uniform] = {
        "salt": float(rng.integers(1 << 20)),
        "canyon.offset": tuple(rng.random(2).tolist()),
        "canyon.side": side,
        "canyon.width": float(rng.uniform(21.0, 27.0)),
        "canyon.bend": float(rng.uniform(-14.0, 14.0)),
        "canyon.height": float(rng.uniform(44.0, 58.0)),
        "canyon.dip": float(rng.uniform(-0.06, 0.06)),
        "sky.sun": sun,
        "sky.sunlight": hour[1],
        "sky.zenith": hour[2],
        "sky.horizon": hour[3],
        "sky.offset": tuple(rng.random(2).tolist()),
        "sky.cover": float(rng.uniform(0.50, 0.68)),
        "subject.place": place,
        "subject.hair": float(rng.choice([0.0, 0.15, 0.8, 1.0])),
        "subject.bun": float(rng.random() < 0.3),
        "subject.bulk": float(rng.uniform(0.92, 1.08)),
        "subject.collar": float(rng.uniform(0.022, 0.040)),
        "subject.arm": tuple(rng.uniform((0.23, 0.23, 0.09), (0.29, 0.29, 0.15)).tolist()),
        "warm": rock[0],
        "pale": rock[1],
        "skin_tone": skin,
        "hair_tone": hair,
        "jacket": jacket,
        "shirt": shirt,
        "reflector": float(rng.uniform(0.15, 0.23)),
        "haze": float(rng.uniform(2200.0, 3600.0)),
    }
    return SceneParameters(
        uniforms=uniforms,
        view_degrees=view,
        distance=distance,
        side=side,
        dolly=(float(rng.uniform(-0.06, 0.06)), float(rng.uniform(0.05, 0.12))),
        body_turn=side * radians(float(rng.uniform(15.0, 30.0))),
        head_turn=side * radians(float(rng.uniform(5.0, 25.0))),
        sway_phase=float(rng.uniform(0.0, 6.28)),
        orbit_degrees=float(rng.uniform(1.5, 3.0) * rng.choice([-1.0, 1.0])),
        shake_phase=float(rng.uniform(0.0, 6.28)),
    )
