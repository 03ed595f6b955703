"""Recipes of random scenes: rooms, streets, landscapes, tabletops, interviews and floating clutter.

A scene is a list of primitives (boxes, ellipsoids, capsules) with materials, a ground, a sky, a
light and a camera; scene.frag draws it with exact depth. Recipes are broad rather than faithful:
the photos teach what the world looks like, these teach that edges are sharp, that a thing high in
the picture can be near, and that figures stand in front of what they cover.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Rng = np.random.Generator
Vector = NDArray[np.float64]

SKIN = ((0.75, 0.52, 0.40), (0.55, 0.35, 0.24), (0.85, 0.65, 0.52), (0.30, 0.18, 0.12))


@dataclass
class Material:
    """Two linear colours, a pattern (0 plain .. 7 wood, see scene.frag), its scale per metre."""

    a: Vector
    b: Vector
    pattern: float = 0.0
    scale: float = 1.0
    holes: float = 0.0
    glow: float = 0.0
    gloss: float = 0.0


@dataclass
class Scene:
    """Everything scene.frag needs; kind 0 box, 1 ellipsoid, 2 capsule."""

    rows: list[tuple[int, Vector]] = field(default_factory=list)
    moving: list[tuple[int, Vector]] = field(default_factory=list)  # row, metres per frame
    ground: tuple[Material, bool] = (Material(np.full(3, 0.3), np.full(3, 0.2)), True)
    sky: Vector = field(default_factory=lambda: np.array([[0.6, 0.7, 0.8], [0.2, 0.4, 0.8]]))
    fog: Vector = field(default_factory=lambda: np.zeros(4))
    clouds: float = 0.0
    light: Vector = field(default_factory=lambda: np.array([0.4, 0.7, -0.5]))
    light_colour: Vector = field(default_factory=lambda: np.array([1.0, 1.0, 1.0, 0.0]))
    ambient: Vector = field(default_factory=lambda: np.full(3, 0.3))
    eye: Vector = field(default_factory=lambda: np.array([0.0, 1.6, 0.0]))
    look: Vector = field(default_factory=lambda: np.zeros(3))  # yaw, pitch, roll in radians
    field_of_view: float = 0.8  # vertical, radians
    velocity: Vector = field(default_factory=lambda: np.zeros(6))  # eye and look per frame

    def add(
        self, kind: int, place: object, size: object, w: float, m: Material, *, flag: float = 0.0
    ) -> None:
        """One primitive: centre; half size, radii or axis; yaw or capsule radius."""
        row = np.zeros((5, 4))
        row[0] = [*np.asarray(place, float), flag]
        row[1] = [*np.asarray(size, float), w]
        row[2] = [*m.a, m.pattern]
        row[3] = [*m.b, m.scale]
        row[4] = [m.holes, float(np.sum(row[0, :3]) * 3.7 % 50.0), m.glow, m.gloss]
        self.rows.append((kind, row))

    def box(
        self, place: object, half: object, m: Material, yaw: float = 0.0, *, hollow: bool = False
    ) -> None:
        self.add(0, place, half, yaw, m, flag=float(hollow))

    def ball(self, place: object, radii: object, m: Material, yaw: float = 0.0) -> None:
        self.add(1, place, np.maximum(radii, 1e-3), yaw, m)

    def rod(self, start: object, end: object, radius: float, m: Material) -> None:
        axis = np.asarray(end, float) - np.asarray(start, float)
        self.add(2, start, axis, radius, m)


def material(
    rng: Rng, *, patterns: tuple[int, ...] = (0, 0, 0, 1, 2, 3, 4, 6, 7), dark: float = 0.02
) -> Material:
    """A random material; half of them muted, as most things are."""
    hue = rng.uniform(dark, 0.9, 3)
    a = (
        hue * rng.uniform(0.2, 1.0)
        if rng.random() < 0.5
        else np.full(3, hue[0]) + rng.normal(0, 0.04, 3)
    )
    b = a * rng.uniform(0.3, 1.5) if rng.random() < 0.6 else rng.uniform(dark, 0.8, 3)
    scale = float(np.exp(rng.uniform(np.log(0.6), np.log(12.0))))
    gloss = float(rng.random() < 0.3) * float(rng.uniform(0.1, 0.8))
    return Material(
        np.clip(a, dark, 1), np.clip(b, dark, 1), float(rng.choice(patterns)), scale, gloss=gloss
    )


def person(
    s: Scene, rng: Rng, x: float, z: float, *, floor: float = 0.0, speed: float = 0.0
) -> float:
    """A clothed figure at (x, z), standing or sitting, facing anywhere; gives the head's height."""
    first, height = len(s.rows), rng.uniform(1.5, 1.95)
    k = height / 1.75
    yaw = rng.uniform(0, 2 * np.pi)
    side, ahead = np.array([np.cos(yaw), 0, np.sin(yaw)]), np.array([-np.sin(yaw), 0, np.cos(yaw)])
    base = np.array([x, floor, z])
    skin = Material(np.array(SKIN[rng.integers(4)]), np.array(SKIN[rng.integers(4)]) * 0.8)
    shirt, trousers, hair = material(rng), material(rng), material(rng, patterns=(0, 3))
    hair.a = hair.a * 0.3
    sitting = rng.random() < 0.25
    hip = base + np.array([0, (0.5 if sitting else 0.9) * k, 0])
    for sign in (-1.0, 1.0):
        top = hip + sign * 0.1 * k * side
        if sitting:
            knee = top + 0.45 * k * ahead
            s.rod(top, knee, 0.085 * k, trousers)
        else:
            knee = top + np.array([0, -0.43 * k, 0]) + ahead * rng.uniform(-0.1, 0.2) * k
            s.rod(top, knee, 0.085 * k, trousers)
        s.rod(
            knee,
            [knee[0], floor + 0.06, knee[2]] + ahead * rng.uniform(-0.2, 0.05),
            0.065 * k,
            trousers,
        )
        shoulder = hip + np.array([0, 0.5 * k, 0]) + sign * 0.2 * k * side
        drop = rng.uniform(-0.3, 0.25) if rng.random() < 0.35 else -0.28
        elbow = shoulder + k * (
            np.array([0, drop, 0]) + side * sign * 0.1 + ahead * rng.uniform(-0.05, 0.2)
        )
        hand = elbow + k * (
            np.array([0, rng.uniform(-0.25, 0.2), 0]) + ahead * rng.uniform(0, 0.25)
        )
        s.rod(shoulder, elbow, 0.055 * k, shirt)
        s.rod(elbow, hand, 0.045 * k, shirt if rng.random() < 0.6 else skin)
        s.ball(hand, np.array([0.05, 0.06, 0.05]) * k, skin)
    s.ball(hip + np.array([0, 0.28 * k, 0]), np.array([0.21, 0.36, 0.14]) * k, shirt, yaw)
    s.rod(hip + np.array([0, 0.05, 0]), hip + np.array([0, 0.45 * k, 0]), 0.14 * k, shirt)
    neck = hip + np.array([0, 0.58 * k, 0])
    s.rod(neck, neck + np.array([0, 0.1 * k, 0]), 0.055 * k, skin)
    head = neck + np.array([0, 0.2 * k, 0])
    s.ball(head, np.array([0.078, 0.115, 0.095]) * k, skin, yaw)
    s.ball(
        head + np.array([0, 0.035 * k, 0]) - 0.02 * k * ahead,
        np.array([0.088, 0.105, 0.098]) * k,
        hair,
        yaw,
    )
    for sign in (-1.0, 1.0):
        eye = head + k * (0.035 * sign * side + 0.088 * ahead + np.array([0, 0.01, 0]))
        s.ball(eye, np.full(3, 0.013 * k), Material(np.full(3, 0.03), np.full(3, 0.03)))
    if speed:
        step = ahead * speed
        s.moving.extend((i, step) for i in range(first, len(s.rows)))
    return float(head[1])


def tree(s: Scene, rng: Rng, x: float, z: float, scale: float = 1.0) -> None:
    """A trunk and a crown of holed ellipsoids."""
    height = scale * rng.uniform(2.5, 7.0)
    bark = Material(
        np.array([0.18, 0.12, 0.08]) * rng.uniform(0.4, 1.6), np.full(3, 0.05), 7.0, 4.0
    )
    green = np.array([rng.uniform(0.05, 0.35), rng.uniform(0.15, 0.4), rng.uniform(0.02, 0.12)])
    leaf = Material(green, green * 0.4, 3.0, 5.0 / scale, holes=rng.uniform(0.3, 0.6))
    s.rod(
        [x, 0, z],
        [x + rng.normal(0, 0.3), 0.7 * height, z],
        0.05 * height * rng.uniform(0.4, 1),
        bark,
    )
    for _ in range(int(rng.integers(3, 8))):
        offset = rng.normal(0, 0.17, 3) * height
        radii = rng.uniform(0.12, 0.3, 3) * height
        s.ball([x + offset[0], 0.75 * height + 0.6 * offset[1], z + offset[2]], radii, leaf)


def table(s: Scene, rng: Rng, x: float, z: float, yaw: float) -> float:
    """A table or desk with things on it; returns the height of its top."""
    w, d, h = rng.uniform(0.4, 1.0), rng.uniform(0.3, 0.6), rng.uniform(0.4, 0.8)
    m = material(rng, patterns=(0, 7, 7, 3))
    s.box([x, h, z], [w, 0.025, d], m, yaw)
    c, n = np.cos(yaw), np.sin(yaw)
    for i in (-1, 1):
        for j in (-1, 1):
            px, pz = 0.92 * i * w, 0.9 * j * d
            at = np.array([x + c * px + n * pz, 0, z - n * px + c * pz])
            s.rod(at, at + np.array([0, h, 0]), 0.025, m)
    things(s, rng, int(rng.integers(1, 6)), [x, h + 0.025, z], spread=0.7 * min(w, d))
    return h


def things(
    s: Scene, rng: Rng, count: int, centre: object, *, spread: float, size: float = 0.12
) -> None:
    """Small objects standing on a surface around `centre`."""
    cx, cy, cz = np.asarray(centre, float)
    for _ in range(count):
        x, z = cx + rng.uniform(-spread, spread), cz + rng.uniform(-spread, spread)
        m, k = material(rng), size * float(np.exp(rng.normal(0, 0.5)))
        shape = rng.integers(4)
        if shape == 0:
            half = k * rng.uniform(0.2, 1.2, 3)
            s.box([x, cy + half[1], z], half, m, rng.uniform(0, 3))
        elif shape == 1:
            radii = k * rng.uniform(0.4, 1.0, 3)
            s.ball([x, cy + radii[1], z], radii, m)
        elif shape == 2:
            s.rod([x, cy + 0.4 * k, z], [x, cy + k * rng.uniform(0.8, 2.5), z], 0.4 * k, m)
        else:
            angle, length = rng.uniform(0, 2 * np.pi), k * rng.uniform(1, 2.5)
            end = [x + length * np.cos(angle), cy + 0.2 * k, z + length * np.sin(angle)]
            s.rod([x, cy + 0.2 * k, z], end, 0.2 * k, m)


Recipe = Callable[[Rng], Scene]
