"""The scopes: waveform, parade, vectorscope and histogram of the picture in the viewer."""

import math

from imgui_bundle import ImVec2, imgui

from depthgrade.gl.textures import Texture
from depthgrade.ui import theme, widgets
from depthgrade.ui.app import App
from depthgrade.ui.drawing import scoped_node
from depthgrade.ui.theme import u32
from depthgrade.ui.widgets import scaled

_KINDS = {
    "Parade": "Red, green and blue beside one another, by column of the picture.",
    "Waveform": "Luma by column of the picture.",
    "Vector": "Hue and saturation; the line is where skin lies.",
    "Histogram": "How many pixels have each value.",
}


class ScopesPanel:
    """The panel; draws what its choice needs and nothing else."""

    def __init__(self) -> None:
        self.kind = "Parade"
        self._drawn: tuple[object, ...] = ()
        self._texture: Texture | None = None

    def close(self) -> None:
        """Nothing to free: textures go with their device."""

    def draw(self, app: App) -> None:
        """The panel."""
        chosen = widgets.segments("scope", self.kind, tuple(_KINDS), lambda word: _KINDS[word])
        self.kind = chosen or self.kind
        start, room = imgui.get_cursor_screen_pos(), imgui.get_content_region_avail()
        if room.x < 20 or room.y < 20:
            return
        draw = imgui.get_window_draw_list()
        end = ImVec2(start.x + room.x, start.y + room.y)
        draw.add_rect_filled(start, end, u32(theme.grey(0.075)), scaled(3))
        picture = app.pictures.scoped or app.pictures.graded
        if picture is None:
            return
        size = int(room.x), int(room.y)
        wanted = (self.kind, size, app.pictures.number, app.complete, app.pictures.scoped is None)
        if wanted != self._drawn or self._texture is None:
            quick = app.held or (app.player is not None and app.player.playing)
            self._texture = app.scopes.draw(self.kind, picture, size, quick=quick)
            self._drawn = wanted
        texture = self._texture
        if self.kind == "Vector":
            side = min(room.x, room.y)
            left = start.x + (room.x - side) / 2
            top = start.y + (room.y - side) / 2
            draw.add_image(
                imgui.ImTextureRef(texture.glo), ImVec2(left, top), ImVec2(left + side, top + side)
            )
            _graticule_vector(ImVec2(left + side / 2, top + side / 2), side / 2)
            _measured(app, ImVec2(end.x, start.y))
            return
        draw.add_image(imgui.ImTextureRef(texture.glo), start, end)
        if self.kind != "Histogram":
            _graticule(start, end)
        _measured(app, ImVec2(end.x, start.y))


def _measured(app: App, corner: ImVec2) -> None:
    """What is measured, in the scope's upper right corner; a click takes the other."""
    name = scoped_node(app) or "output"
    pad = scaled(5)
    size = imgui.calc_text_size(name)
    start = ImVec2(corner.x - size.x - 3 * pad, corner.y + pad)
    end = ImVec2(corner.x - pad, start.y + size.y + pad)
    imgui.set_cursor_screen_pos(start)
    if imgui.invisible_button("##measured", ImVec2(end.x - start.x, end.y - start.y)):
        app.view.scope_node = not app.view.scope_node
    app.places.mark("scope of")
    widgets.tooltip("Measure the output, or what the selected node makes.")
    back = theme.FIELD_HOVERED if imgui.is_item_hovered() else theme.grey(0.15)
    color = theme.ACCENT if app.view.scope_node else theme.QUIET
    draw = imgui.get_window_draw_list()
    draw.add_rect_filled(start, end, u32(back), scaled(3))
    draw.add_text(ImVec2(start.x + pad, start.y + pad / 2), u32(color), name)


def _graticule(start: ImVec2, end: ImVec2) -> None:
    """Lines at quarters of the range."""
    draw = imgui.get_window_draw_list()
    small = imgui.get_font_size() * 0.78
    for quarter in range(5):
        level = quarter / 4
        y = end.y - scaled(4) - level * (end.y - start.y - scaled(8))
        draw.add_line(ImVec2(start.x, y), ImVec2(end.x, y), u32(theme.grey(0.6, 0.16)))
        if 0 < quarter < 4:
            text, at = f"{quarter * 25}", ImVec2(start.x + scaled(4), y - small - 1)
            width = imgui.calc_text_size(text).x * 0.78
            end_of_text = ImVec2(at.x + width + scaled(2), y)
            draw.add_rect_filled(ImVec2(at.x - 2, at.y), end_of_text, u32(theme.grey(0.075, 0.75)))
            draw.add_text(imgui.get_font(), small, at, u32(theme.grey(0.7)), text)


def _graticule_vector(centre: ImVec2, radius: float) -> None:
    """Circles at 25 % steps of chroma, boxes' places of the primaries, the skin line."""
    draw = imgui.get_window_draw_list()
    for part in (0.5, 1.0):
        draw.add_circle(centre, radius * part * 0.96, u32(theme.grey(0.6, 0.16)), 64)
    angle = math.radians(123.0)  # of the I axis in Y'CbCr, where skin of every tone lies
    reach = radius * 0.96
    draw.add_line(
        centre,
        ImVec2(centre.x + reach * math.cos(angle), centre.y - reach * math.sin(angle)),
        u32(theme.ACCENT, 0.6),
    )
    small = imgui.get_font_size() * 0.78
    for name, cb, cr in (
        ("R", -0.1146, 0.5),
        ("Mg", 0.3854, 0.4542),
        ("B", 0.5, -0.0458),
        ("Cy", 0.1146, -0.5),
        ("G", -0.3854, -0.4542),
        ("Yl", -0.5, 0.0458),
    ):  # full-range BT.709 Cb and Cr of the primaries; drawn at 75 %
        x = centre.x + cb * 2 * 0.75 * radius * 0.96
        y = centre.y - cr * 2 * 0.75 * radius * 0.96
        half = scaled(4)
        draw.add_rect(
            ImVec2(x - half, y - half), ImVec2(x + half, y + half), u32(theme.grey(0.6, 0.4))
        )
        draw.add_text(
            imgui.get_font(),
            small,
            ImVec2(x + half + 2, y - small / 2),
            u32(theme.grey(0.6, 0.7)),
            name,
        )
