"""What the interface is painted on: kept from one refresh to the next, painted anew where it
differs.

A software rasteriser takes longer over a window full of panels than over a grade, and while a clip
plays next to nothing of them changes. So only boxes around what differs from the refresh before are
painted, of all that lies there. Pictures are always painted anew: nobody says when their pixels
change. The textures that are shown have no holes.
"""

from collections.abc import Sequence

import numpy as np
from imgui_bundle import ImVec4, imgui
from numpy.typing import NDArray

from depthgrade.gl.device import Device
from depthgrade.gl.screen import Screen
from depthgrade.ui.damage import Box, DrawList, common, differences, merged

_NOWHERE = ImVec4(0, 0, 0, 0)


class Canvas:
    """A window's worth of pixels on one device. Belongs to its thread."""

    def __init__(self, device: Device, size: tuple[int, int]) -> None:
        self._device, self._size = device, size
        self._screen = Screen(device, size)
        self._before: list[DrawList] | None = None

    def paint(self, data: imgui.ImDrawData, size: tuple[int, int] | None = None) -> list[Box]:
        """Brings the pixels up to date with what imgui has drawn; the boxes that were painted.

        size: of the window in pixels, where that may have changed.
        """
        if size is not None and size != self._size:
            self._screen, self._size, self._before = Screen(self._device, size), size, None
        self._screen.use()
        scaled = (data.framebuffer_scale.x, data.framebuffer_scale.y) != (1, 1)
        if not self._device.software or scaled:
            self._before = None
            self._screen.clear()
            imgui.backends.opengl3_render_draw_data(data)
            return [(0, 0, *self._size)]
        count = data.cmd_lists.size()
        now = [DrawList(data.cmd_lists[number], self._size) for number in range(count)]
        boxes = self._damage(now)
        self._before = now
        calls = [(part, number) for part in now for number in range(len(part.commands))]
        for part, number in calls:
            part.handles[number].clip_rect = _NOWHERE
        for box in boxes:
            self._paint_box(data, calls, box)
        for part in now:
            for handle, clip in zip(part.handles, part.clips, strict=True):
                handle.clip_rect = clip
        return boxes

    def show(self) -> None:
        """Copies the pixels to the window."""
        self._screen.show()

    def read(self) -> NDArray[np.uint8]:
        """(height, width, 3), top row first."""
        return self._screen.read()

    def _damage(self, now: Sequence[DrawList]) -> list[Box]:
        """Rectangles that hold all that may look different now."""
        if self._before is None:
            return [(0, 0, *self._size)]
        old = {each.name: each for each in self._before}
        new = {each.name: each for each in now}
        if [n for n in old if n in new] != [n for n in new if n in old] or len(new) < len(now):
            return [(0, 0, *self._size)]  # what lies above what has changed
        found: list[Box] = []
        for name in old.keys() | new.keys():
            if name not in new:
                found += old[name].box()
            elif name not in old:
                found += new[name].box()
            else:
                found += differences(old[name], new[name])
                found += new[name].pictures.values()
        return merged(found)

    def _paint_box(
        self, data: imgui.ImDrawData, calls: Sequence[tuple[DrawList, int]], box: Box
    ) -> None:
        """Paints what lies in a box, from the topmost picture that fills it upwards."""
        seen: list[imgui.ImDrawCmd] = []
        for part, number in reversed(calls):
            clip = common(part.commands[number].clip, box)
            if clip is not None:
                seen.append(part.handles[number])
                seen[-1].clip_rect = ImVec4(*clip)
                if part.covers(number, box):
                    break
        self._screen.clear(box)
        imgui.backends.opengl3_render_draw_data(data)
        for handle in seen:
            handle.clip_rect = _NOWHERE
