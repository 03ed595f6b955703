"""The six kinds of scene and the draw among them; see scenes.py for their parts."""

from __future__ import annotations

import numpy as np
from scenes import Material, Recipe, Rng, Scene, material, person, table, things, tree


def sunlight(s: Scene, rng: Rng) -> None:
    """Sun, sky and haze from overcast to hard noon to dusk."""
    elevation, azimuth = rng.uniform(0.1, 1.4), rng.uniform(0, 2 * np.pi)
    flat = np.cos(elevation)
    s.light = np.array([flat * np.cos(azimuth), np.sin(elevation), flat * np.sin(azimuth)])
    warm = np.array([1.0, 0.75 + 0.25 * np.sin(elevation), 0.5 + 0.5 * np.sin(elevation)])
    overcast = rng.random() < 0.35
    s.light_colour = np.array([*(warm * rng.uniform(0.8, 1.6) * (0.15 if overcast else 1.0)), 0.0])
    s.ambient = np.array([0.8, 0.9, 1.0]) * rng.uniform(0.15, 0.6)
    horizon = rng.uniform(0.5, 1.1) * (warm if rng.random() < 0.5 else np.array([0.8, 0.9, 1.0]))
    s.sky = np.stack(
        [horizon, horizon * (rng.uniform(0.3, 1) if overcast else np.array([0.3, 0.5, 0.9]))]
    )
    s.clouds = float(rng.uniform(0, 1)) if rng.random() < 0.6 else 0.0
    density = float(np.exp(rng.uniform(np.log(0.0005), np.log(0.04))))
    s.fog = np.array([*(0.9 * horizon), density])


def lamplight(s: Scene, rng: Rng, at: object) -> None:
    """One lamp and a fill."""
    s.light = np.asarray(at, float)
    s.light_colour = np.array(
        [*(np.array([1.0, 0.9, 0.75]) ** rng.uniform(0, 2) * rng.uniform(0.5, 2.0)), 1.0]
    )
    s.ambient = np.array([1.0, 0.97, 0.9]) ** rng.uniform(-1, 2) * rng.uniform(0.15, 0.6)


def room(rng: Rng) -> Scene:
    """A furnished room seen from inside."""
    s = Scene()
    w, h, d = rng.uniform(1.5, 4.5), rng.uniform(2.3, 3.6), rng.uniform(2.0, 6.0)
    s.ground = (material(rng, patterns=(0, 2, 7, 7, 3)), True)
    s.box(
        [0, h / 2, 0],
        [w, h / 2 + 0.001, d],
        material(rng, patterns=(0, 0, 0, 1, 4, 6), dark=0.15),
        hollow=True,
    )
    lamplight(s, rng, [rng.uniform(-w, w) * 0.6, h - 0.3, rng.uniform(-d, d) * 0.6])
    for _ in range(int(rng.integers(0, 5))):  # pictures, windows and doors on the walls
        side, glow = rng.integers(3), float(rng.random() < 0.4) * rng.uniform(0.5, 2)
        m = material(rng)
        m.glow = glow
        a, b = rng.uniform(0.2, 0.8), rng.uniform(0.2, 0.9)
        y = rng.uniform(b, max(b + 0.01, h - b))
        if side == 0:
            s.box([rng.uniform(-w, w) * 0.8, y, d], [a, b, 0.03], m)
        else:
            s.box([w * (2 * side - 3), y, rng.uniform(-d, d) * 0.8], [0.03, b, a], m)
    for _ in range(int(rng.integers(1, 6))):
        x, z, yaw = (
            rng.uniform(-w, w) * 0.8,
            rng.uniform(-0.6, 0.9) * d,
            float(rng.choice([0, 0, np.pi / 2, rng.uniform(0, 3)])),
        )
        kind = rng.integers(5)
        if kind == 0:
            table(s, rng, x, z, yaw)
        elif kind == 1:  # sofa or bed
            m, half = material(rng), rng.uniform(0.5, 1.1)
            s.box([x, 0.22, z], [half, 0.22, 0.45], m, yaw)
            s.box([x + 0.38 * np.sin(yaw), 0.45, z + 0.38 * np.cos(yaw)], [half, 0.42, 0.1], m, yaw)
        elif kind == 2:  # shelf with books
            top, m = rng.uniform(0.8, 2.1), material(rng, patterns=(0, 7))
            for y in np.arange(0.1, top, 0.38):
                s.box([x, y, d - 0.2], [0.5, 0.015, 0.18], m)
                for _ in range(int(rng.integers(1, 5))):
                    t = rng.uniform(0.08, 0.16)
                    s.box(
                        [x + rng.uniform(-0.4, 0.4), y + t, d - 0.2],
                        [rng.uniform(0.02, 0.1), t, 0.12],
                        material(rng),
                    )
        elif kind == 3:
            half = rng.uniform(0.2, 0.6, 3) * np.array([1, 1.6, 0.7])
            s.box([x, half[1], z], half, material(rng), yaw)
        else:  # hanging lamp, near or far: a thing high in the picture
            drop = rng.uniform(0.3, 1.2)
            m = material(rng)
            m.glow = rng.uniform(0, 2)
            s.rod([x, h, z], [x, h - drop, z], 0.01, material(rng))
            s.ball([x, h - drop, z], rng.uniform(0.1, 0.3, 3), m)
    for _ in range(int(rng.choice([0, 1, 1, 2]))):
        person(
            s,
            rng,
            rng.uniform(-0.7, 0.7) * w,
            rng.uniform(-0.2, 0.8) * d,
            speed=rng.uniform(0, 0.04),
        )
    s.eye = np.array(
        [
            rng.uniform(-0.5, 0.5) * w,
            rng.uniform(0.6, min(2.0, h - 0.3)),
            -rng.uniform(0.5, 0.95) * d,
        ]
    )
    s.look = np.array([rng.normal(0, 0.35), rng.normal(-0.1, 0.2), rng.normal(0, 0.04)])
    s.field_of_view = rng.uniform(0.6, 1.25)
    return s


def street(rng: Rng) -> Scene:
    """Road, pavements, houses, trees, poles, cars, walkers."""
    s = Scene()
    sunlight(s, rng)
    road = rng.uniform(2.5, 7.0)
    s.ground = (material(rng, patterns=(0, 3, 6)), True)
    for side in (-1, 1):
        z, pavement = rng.uniform(-8, 0), material(rng, patterns=(0, 2, 4))
        s.box([side * (road + 2), 0.07, 60], [2.0, 0.07, 80], pavement)
        while z < 90 and rng.random() < 0.95:
            width, height = rng.uniform(4, 14), rng.uniform(3, 25)
            front = side * (road + rng.uniform(2.5, 8))
            m = material(rng, patterns=(5, 5, 5, 4, 0))
            m.scale = rng.uniform(0.25, 0.6)
            s.box([front + side * 6, height / 2, z + width / 2], [6, height / 2, width / 2], m)
            z += width + (rng.uniform(0, 8) if rng.random() < 0.3 else 0)
        for _ in range(int(rng.integers(0, 4))):
            tree(s, rng, side * (road + rng.uniform(0.5, 3)), rng.uniform(3, 40))
        for z in np.arange(rng.uniform(2, 12), 60, rng.uniform(12, 30)):
            x, h = side * (road + 0.4), rng.uniform(2.5, 7)
            s.rod([x, 0, z], [x, h, z], rng.uniform(0.03, 0.12), material(rng))
            s.rod([x, h, z], [x - side * rng.uniform(0.3, 2), h, z], 0.05, material(rng))
    for _ in range(int(rng.integers(0, 6))):
        car(s, rng, rng.uniform(-0.9, 0.9) * road, rng.uniform(5, 45))
    for _ in range(int(rng.integers(0, 4))):
        person(
            s,
            rng,
            rng.uniform(-1, 1) * (road + 3),
            float(np.exp(rng.uniform(0.7, 3))),
            floor=0.1,
            speed=0.05,
        )
    s.eye = np.array([rng.uniform(-1, 1) * (road + 2), rng.uniform(0.8, 2.4), 0.0])
    if rng.random() < 0.15:
        s.eye[1] = rng.uniform(4, 14)
    s.look = np.array(
        [rng.normal(0, 0.25), rng.normal(-0.02, 0.1) - 0.04 * (s.eye[1] - 1.5), rng.normal(0, 0.03)]
    )
    s.field_of_view = rng.uniform(0.4, 1.1)
    return s


def car(s: Scene, rng: Rng, x: float, z: float) -> None:
    """Body, cabin and wheels along the road."""
    first, m = len(s.rows), material(rng, patterns=(0,))
    glass = Material(np.full(3, 0.04), np.full(3, 0.1), gloss=0.8)
    s.box([x, 0.6, z], [0.85, 0.35, 2.1], m)
    s.box([x, 1.15, z - 0.2], [0.72, 0.28, 1.1], glass if rng.random() < 0.7 else m)
    for i in (-1, 1):
        for j in (-1, 1):
            s.ball([x + 0.8 * i, 0.33, z + 1.3 * j], [0.12, 0.33, 0.33], glass)
    step = np.array([0, 0, rng.uniform(-0.4, 0.4)])
    s.moving.extend((i, step) for i in range(first, len(s.rows)))


def landscape(rng: Rng) -> Scene:
    """Ground to the horizon, hills, trees, rocks and perhaps someone."""
    s = Scene()
    sunlight(s, rng)
    s.ground = (material(rng, patterns=(3, 6, 0)), True)
    green = Material(
        np.array([0.1, 0.22, 0.05]) * rng.uniform(0.5, 2),
        np.array([0.3, 0.25, 0.1]) * rng.uniform(0.3, 1.5),
        3.0,
        0.2,
    )
    for _ in range(int(rng.integers(0, 7))):
        z = float(np.exp(rng.uniform(3.0, 5.5)))
        radii = z * np.array([rng.uniform(0.3, 1), rng.uniform(0.05, 0.35), rng.uniform(0.2, 0.5)])
        s.ball(
            [rng.uniform(-1, 1) * z, 0, z],
            radii,
            green if rng.random() < 0.6 else material(rng, patterns=(3, 6)),
        )
    for _ in range(int(rng.integers(0, 9))):
        z = float(np.exp(rng.uniform(1.2, 4)))
        tree(s, rng, rng.uniform(-0.8, 0.8) * z, z)
    for _ in range(int(rng.integers(0, 8))):
        z = float(np.exp(rng.uniform(0.5, 3.5)))
        k = rng.uniform(0.1, 0.8)
        s.ball(
            [rng.uniform(-0.7, 0.7) * z, 0.2 * k, z],
            k * rng.uniform(0.5, 1.2, 3),
            material(rng, patterns=(3, 6, 0)),
        )
    for _ in range(int(rng.choice([0, 1, 1, 2]))):
        z = float(np.exp(rng.uniform(0.5, 2.5)))
        person(s, rng, rng.uniform(-0.4, 0.4) * z, z, speed=rng.uniform(0, 0.05))
    s.eye = np.array([0.0, rng.uniform(0.5, 3.0), 0.0])
    s.look = np.array([rng.normal(0, 0.1), rng.normal(-0.02, 0.12), rng.normal(0, 0.04)])
    s.field_of_view = rng.uniform(0.4, 1.1)
    return s


def tabletop(rng: Rng) -> Scene:
    """Objects on a table, from level to straight down; hands may reach in from any side."""
    s = Scene()
    s.ground = (material(rng), True)
    if rng.random() < 0.4:
        s.box([0, 1.5, 0], [2.5, 1.52, 2.5], material(rng, dark=0.15), hollow=True)
    lamplight(s, rng, [rng.uniform(-1, 1), rng.uniform(1, 2), rng.uniform(-1, 1)])
    things(
        s,
        rng,
        int(rng.integers(2, 14)),
        [0, 0, 0],
        spread=rng.uniform(0.15, 0.5),
        size=rng.uniform(0.05, 0.12),
    )
    for _ in range(int(rng.choice([0, 0, 1, 2]))):
        skin = Material(np.array([0.7, 0.48, 0.37]) * rng.uniform(0.4, 1.2), np.full(3, 0.3))
        angle = rng.uniform(0, 2 * np.pi)
        far = np.array([np.cos(angle), rng.uniform(0.2, 0.7), np.sin(angle)])
        hand = np.array([*rng.uniform(-0.2, 0.2, 2), rng.uniform(-0.2, 0.2)]) + np.array(
            [0, 0.3, 0]
        )
        s.rod(far, hand, 0.04, skin if rng.random() < 0.5 else material(rng))
        for _ in range(4):
            s.rod(hand, hand + rng.normal(0, 0.06, 3) - 0.05 * far, 0.012, skin)
    pitch, distance = -rng.uniform(0.1, 1.5), rng.uniform(0.5, 1.3)
    s.look = np.array([rng.uniform(0, 6), pitch, rng.normal(0, 0.2)])
    forward = np.array(
        [np.sin(s.look[0]) * np.cos(pitch), np.sin(pitch), np.cos(s.look[0]) * np.cos(pitch)]
    )
    s.eye = np.array([0, 0.05, 0]) - distance * forward
    s.field_of_view = rng.uniform(0.5, 1.0)
    return s


def interview(rng: Rng) -> Scene:
    """Someone close in front of a room, a street, a landscape or a plain wall."""
    s = (room, street, landscape)[rng.integers(3)](rng) if rng.random() < 0.7 else Scene()
    if not s.rows:
        lamplight(s, rng, [rng.uniform(-2, 2), 2.6, -1.0])
        s.ground = (material(rng, patterns=(0, 0, 3)), True)
        s.box(
            [0, 2, 6],
            [9, 2.5, rng.uniform(0.1, 3.5)],
            material(rng, patterns=(0, 0, 3, 4), dark=0.1),
        )
        s.eye = np.array([0.0, 1.5, 0.0])
    distance = rng.uniform(0.7, 2.6)
    yaw = s.look[0]
    aside = rng.normal(0, 0.2) * distance
    x = s.eye[0] + distance * np.sin(yaw) + aside * np.cos(yaw)
    z = s.eye[2] + distance * np.cos(yaw) - aside * np.sin(yaw)
    head = person(s, rng, float(x), float(z))
    s.eye[1] = head + rng.normal(-0.1, 0.12)
    s.look[1] = rng.normal(-0.1, 0.1)
    s.field_of_view = rng.uniform(0.45, 0.9)
    return s


def clutter(rng: Rng) -> Scene:
    """Floating things at any depth: no floor, no vertical order."""
    s = Scene()
    sunlight(s, rng)
    s.ground = (material(rng), bool(rng.random() < 0.3))
    s.fog[3] *= 0.1
    wall = rng.uniform(4, 15)
    if rng.random() < 0.7:
        s.box([0, 0, wall], [30, 30, 0.1], material(rng), rng.normal(0, 0.3))
    for _ in range(int(rng.integers(5, 30))):
        z = float(np.exp(rng.uniform(-0.1, np.log(wall))))
        at = np.array([rng.uniform(-0.8, 0.8) * z, 1.6 + rng.uniform(-0.5, 0.5) * z, z])
        size, m = 0.15 * z**0.7 * rng.uniform(0.3, 1.6), material(rng)
        kind = rng.integers(3)
        if kind == 0:
            s.box(at, size * rng.uniform(0.2, 1.2, 3), m, rng.uniform(0, 3))
        elif kind == 1:
            m.holes = 0.45 * float(rng.random() < 0.3)
            s.ball(at, size * rng.uniform(0.4, 1.2, 3), m)
        else:
            s.rod(at, at + rng.normal(0, 3 * size, 3), 0.3 * size, m)
    s.look = np.array([rng.normal(0, 0.1), rng.normal(0, 0.1), rng.normal(0, 0.3)])
    s.field_of_view = rng.uniform(0.6, 1.1)
    return s


RECIPES: tuple[tuple[Recipe, float], ...] = (
    (room, 0.26),
    (street, 0.2),
    (landscape, 0.16),
    (tabletop, 0.12),
    (interview, 0.18),
    (clutter, 0.08),
)


def random_scene(rng: Rng) -> tuple[str, Scene]:
    """A recipe's name and one scene of it, with camera motion per frame."""
    weights = np.array([w for _, w in RECIPES])
    recipe = RECIPES[int(rng.choice(len(RECIPES), p=weights / weights.sum()))][0]
    s = recipe(rng)
    reach = 0.05 * float(np.exp(rng.normal(0, 0.7))) * (rng.random() < 0.8)
    s.velocity = np.concatenate(
        [rng.normal(0, reach, 3), rng.normal(0, 0.4 * reach, 3) * [1, 1, 0.3]]
    )
    return recipe.__name__, s
