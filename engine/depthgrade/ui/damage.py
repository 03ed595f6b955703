"""What two refreshes of imgui do not share, as boxes on the window.

The triangles of a refresh are copied and compared with those of the one before, window by window
and command by command.
"""

import ctypes
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
from imgui_bundle import ImVec4, imgui
from numpy.typing import NDArray

Box = tuple[int, int, int, int]  # left, top, right, bottom in pixels, the last two outside
_SNAP = 256  # corners are rounded to this part of a pixel before they are rasterised
_BOX_COST = 30_000  # pixels that are painted in the time that one more box takes
_ATLAS = -1  # in place of a texture's number: glyphs and flat colours


@dataclass(frozen=True)
class Command:
    """One drawing call of a list: where it may draw, with which texture, which indices."""

    clip: Box
    texture: int
    first: int
    count: int
    offset: int

    def like(self, other: "Command") -> bool:
        """Whether it may stand for another whose triangles differ."""
        return (self.clip, self.texture) == (other.clip, other.texture)


class DrawList:
    """One window's triangles, copied; `handles` reach those that will be painted."""

    def __init__(self, drawn: imgui.ImDrawList, size: tuple[int, int]) -> None:
        self.name = str(drawn._owner_name)
        self.vertices = _copied(drawn.vtx_buffer, imgui.VERTEX_SIZE, "u4").reshape(-1, 5)
        self.indices = _copied(drawn.idx_buffer, imgui.INDEX_SIZE, f"u{imgui.INDEX_SIZE}")
        calls = drawn.cmd_buffer
        self.handles = [calls[number] for number in range(calls.size())]
        # Each is a reference into the list, so it is copied.
        self.clips = [ImVec4(*_parts(each.clip_rect)) for each in self.handles]
        self.commands = [
            Command(
                _scissor(each.clip_rect, size),
                _ATLAS if each.tex_ref._tex_data is not None else int(each.tex_ref._tex_id),
                *(each.idx_offset, each.elem_count, each.vtx_offset),
            )
            for each in self.handles
        ]

    def corners(self, command: Command) -> NDArray[np.uint32]:
        """A command's triangles: (corners, 5) x, y, u, v, colour as bits."""
        return self.vertices[self.places(command)]

    def places(self, command: Command) -> NDArray[np.uint32]:
        """Where its corners are in `vertices`."""
        indices = self.indices[command.first : command.first + command.count]
        return indices + np.uint32(command.offset)

    def box(self) -> list[Box]:
        """Where it draws at all."""
        boxes = (_around(self.corners(each), each.clip) for each in self.commands)
        return [each for each in boxes if each is not None]

    @cached_property
    def pictures(self) -> dict[int, Box]:
        """The commands that show a texture, by number, and the very pixels they show it on."""
        shown = [n for n, c in enumerate(self.commands) if c.texture != _ATLAS and c.count]
        boxes = _covered(self, [self.commands[number] for number in shown])
        return {n: box for n, box in zip(shown, boxes, strict=True) if box is not None}

    def covers(self, number: int, box: Box) -> bool:
        """Whether nothing below a command can be seen in a box."""
        place = self.pictures.get(number)
        return (
            place is not None
            and common(box, place) == box
            and _is_opaque_quad(self.corners(self.commands[number]))
        )


class _Buffer(Protocol):
    """A vector of imgui's."""

    def size(self) -> int:
        """How many there are."""

    def data_address(self) -> int:
        """Where they begin."""


def _parts(corners: ImVec4) -> tuple[float, float, float, float]:
    return corners.x, corners.y, corners.z, corners.w


def _copied(buffer: _Buffer, size: int, kind: str) -> NDArray[np.uint32]:
    """A buffer of imgui's, of so many bytes each, as numbers of a kind."""
    count = buffer.size() * size
    data = ctypes.string_at(buffer.data_address(), count) if count else b""
    return np.frombuffer(data, kind).astype(np.uint32, copy=False)


def _scissor(clip: ImVec4, size: tuple[int, int]) -> Box:
    """The pixels that imgui's backend lets a command draw on."""
    width, height = size
    left, top = max(clip.x, 0.0), max(clip.y, 0.0)
    right, bottom = min(clip.z, float(width)), min(clip.w, float(height))
    low = int(height - bottom)  # OpenGL counts rows from below
    return (
        *(int(left), height - low - int(bottom - top)),
        *(int(left) + int(right - left), height - low),
    )


def common(one: Box, other: Box) -> Box | None:
    left, top = max(one[0], other[0]), max(one[1], other[1])
    right, bottom = min(one[2], other[2]), min(one[3], other[3])
    return (left, top, right, bottom) if left < right and top < bottom else None


def _around(corners: NDArray[np.uint32], clip: Box) -> Box | None:
    """A box that holds every pixel some triangles can touch."""
    if not len(corners):
        return None
    places = corners[:, :2].view(np.float32)
    (left, top), (right, bottom) = places.min(0), places.max(0)
    if not np.isfinite([left, top, right, bottom]).all():
        return clip
    return common(
        (math.floor(left), math.floor(top), math.ceil(right) + 1, math.ceil(bottom) + 1), clip
    )


def _covered(part: DrawList, commands: Sequence[Command]) -> list[Box | None]:
    """The pixels whose centres lie within upright rectangles, one a command."""
    if not commands:
        return []
    starts = np.cumsum([0, *(each.count for each in commands[:-1])])
    corners = np.concatenate([part.corners(each)[:, :2] for each in commands])
    places = np.round(corners.view(np.float32) * _SNAP) / _SNAP - 0.5
    low = np.ceil(np.minimum.reduceat(places, starts)).astype(int).tolist()
    high = np.ceil(np.maximum.reduceat(places, starts)).astype(int).tolist()
    return [
        common((left, top, right, bottom), each.clip)
        for each, (left, top), (right, bottom) in zip(commands, low, high, strict=True)
    ]


def _is_opaque_quad(corners: NDArray[np.uint32]) -> bool:
    """Whether two triangles fill their box with full colour."""
    places = corners[:, :2]
    upright = len(np.unique(places[:, 0])) == 2 and len(np.unique(places[:, 1])) == 2
    return len(corners) == 6 and upright and bool((corners[:, 4] >> 24 == 255).all())


def differences(old: DrawList, new: DrawList) -> list[Box]:
    """Boxes around the triangles that two refreshes of a window do not share."""
    same = old.commands == new.commands and np.array_equal(old.indices, new.indices)
    if same and len(old.vertices) == len(new.vertices):
        return _moved(old, new)
    pairs = list(zip(old.commands, new.commands, strict=False))
    if len(old.commands) != len(new.commands) or not all(one.like(two) for one, two in pairs):
        return [*old.box(), *new.box()]
    found: list[Box | None] = []
    for one, two in pairs:
        before, after = _unlike(old.corners(one), new.corners(two))
        found += [_around(before, one.clip), _around(after, two.clip)]
    return [each for each in found if each is not None]


def _moved(old: DrawList, new: DrawList) -> list[Box]:
    """The same of windows whose triangles differ in nothing but their corners."""
    moved = _differ(old.vertices, new.vertices)
    if not moved.any():
        return []
    found: list[Box | None] = []
    for command in new.commands:
        places = new.places(command)
        touched = places[moved[places].reshape(-1, 3).any(1).repeat(3)]
        found += [_around(each.vertices[touched], command.clip) for each in (old, new)]
    return [each for each in found if each is not None]


def _differ(old: NDArray[np.uint32], new: NDArray[np.uint32]) -> NDArray[np.bool_]:
    """Which rows differ."""
    unlike: NDArray[np.bool_] = old != new
    return unlike[:, 0] | unlike[:, 1] | unlike[:, 2] | unlike[:, 3] | unlike[:, 4]


def _unlike(
    old: NDArray[np.uint32], new: NDArray[np.uint32]
) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """The corners of the triangles that differ, of lists of triangles that are mostly alike."""
    if len(old) == len(new):
        differ = _differ(old, new).reshape(-1, 3).any(1).repeat(3)
        return old[differ], new[differ]
    shorter = min(len(old), len(new))
    ahead = _alike(old[:shorter], new[:shorter])
    rest = shorter - ahead
    behind = _alike(old[len(old) - rest :][::-1], new[len(new) - rest :][::-1])
    return old[ahead : len(old) - behind], new[ahead : len(new) - behind]


def _alike(old: NDArray[np.uint32], new: NDArray[np.uint32]) -> int:
    """How many corners from the first are the same, in whole triangles."""
    differ = _differ(old, new)
    return (int(differ.argmax()) if differ.any() else len(differ)) // 3 * 3


def merged(boxes: Sequence[Box]) -> list[Box]:
    """Fewer boxes that hold the same: two become one where that costs no more.

    A large one may be a picture, below which nothing is painted: it grows into no gaps.
    """
    left: list[Box] = []
    for each in sorted(boxes):
        box, merged = each, True
        while merged:
            merged = False
            for other in left:
                whole = (
                    *(min(box[0], other[0]), min(box[1], other[1])),
                    *(max(box[2], other[2]), max(box[3], other[3])),
                )
                if _area(whole) <= max(_area(box) + _area(other), _BOX_COST):
                    left.remove(other)
                    box, merged = whole, True
                    break
        left.append(box)
    return left


def _area(box: Box) -> int:
    return (box[2] - box[0]) * (box[3] - box[1])
