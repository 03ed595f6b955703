"""Where the controls of the last refresh are on the screen, by name, for scripts that use them."""

from imgui_bundle import ImVec2, imgui

Rect = tuple[float, float, float, float]  # left, top, right, bottom


class Places:
    """Rectangles by name: "sky.gain number", "node sky", "pin depth key out"."""

    def __init__(self) -> None:
        self._rects: dict[str, Rect] = {}

    def mark(self, name: str) -> None:
        """The item drawn last is the one of that name."""
        low, high = imgui.get_item_rect_min(), imgui.get_item_rect_max()
        self._rects[name] = (low.x, low.y, high.x, high.y)

    def mark_at(self, name: str, low: ImVec2, high: ImVec2) -> None:
        """A rectangle of the screen has that name."""
        self._rects[name] = (low.x, low.y, high.x, high.y)

    def forget(self) -> None:
        """A refresh begins."""
        self._rects.clear()

    def centre(self, name: str) -> tuple[float, float]:
        """The middle of a control. Raises KeyError, naming what there is."""
        if name not in self._rects:
            raise KeyError(f"{name}: is not on the screen; there are: {', '.join(self._rects)}")
        left, top, right, bottom = self._rects[name]
        return (left + right) / 2, (top + bottom) / 2

    def rect(self, name: str) -> Rect:
        """The rectangle of a control."""
        self.centre(name)
        return self._rects[name]

    def __contains__(self, name: str) -> bool:
        return name in self._rects
