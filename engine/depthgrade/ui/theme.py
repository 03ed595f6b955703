"""How the panel looks: neutral greys, because colours beside a picture change how it is seen."""

from pathlib import Path

import imgui_bundle
from imgui_bundle import ImVec2, ImVec4, imgui
from imgui_bundle import imgui_node_editor as ed

FONT_SIZE = 15.0  # at a scale of 1
NODE_PADDING = 9.0, 6.0, 9.0, 7.0  # left, above, right and below what is on a node

Color = tuple[float, float, float, float]


def grey(level: float, alpha: float = 1.0) -> Color:
    """A neutral colour."""
    return level, level, level, alpha


BEHIND_PICTURE = grey(0.085)
WINDOW = grey(0.125)
FIELD = grey(0.185)
FIELD_HOVERED = grey(0.235)
LINE = grey(0.06)
RULE = grey(0.22)
TEXT = grey(0.80)
QUIET = grey(0.52)
STRONG = grey(0.94)
ACCENT: Color = (0.84, 0.66, 0.43, 1.0)  # a warm grey: the one colour that means "this one"
ACCENT_DIM: Color = (0.84, 0.66, 0.43, 0.45)
KEY_WIRE: Color = (0.50, 0.63, 0.72, 1.0)  # keys and their pins
WRONG: Color = (0.86, 0.48, 0.42, 1.0)
RED: Color = (0.80, 0.42, 0.40, 1.0)
GREEN: Color = (0.46, 0.70, 0.47, 1.0)
BLUE: Color = (0.43, 0.56, 0.84, 1.0)


def u32(color: Color, alpha: float = 1.0) -> int:
    """A colour as draw lists take it."""
    return imgui.get_color_u32(ImVec4(color[0], color[1], color[2], color[3] * alpha))


def vec4(color: Color) -> ImVec4:
    """A colour as styles take it."""
    return ImVec4(*color)


def load_fonts(scale: float) -> None:
    """Text and icons in one font; sizes are asked for where they are used."""
    folder = Path(imgui_bundle.__file__).parent / "assets" / "fonts"
    fonts = imgui.get_io().fonts
    fonts.add_font_from_file_ttf(str(folder / "Roboto" / "Roboto-Regular.ttf"), FONT_SIZE)
    icons = imgui.ImFontConfig()
    icons.merge_mode = True
    icons.glyph_min_advance_x = FONT_SIZE
    icons.glyph_offset = ImVec2(0, 1)
    fonts.add_font_from_file_ttf(str(folder / "Font_Awesome_6_Free-Solid-900.otf"), 13.0, icons)
    style = imgui.get_style()
    style.font_scale_main = scale


def apply(scale: float) -> None:
    """Spacing and colours of everything drawn from now on."""
    style = imgui.get_style()
    imgui.style_colors_dark(style)
    style.window_padding = ImVec2(10, 8)
    style.frame_padding = ImVec2(7, 3)
    style.item_spacing = ImVec2(7, 5)
    style.item_inner_spacing = ImVec2(6, 4)
    style.window_border_size = 0
    style.popup_border_size = 1
    style.frame_border_size = 0
    style.tab_border_size = 0
    style.tab_bar_border_size = 0
    style.tab_bar_overline_size = 0
    style.window_rounding = 0
    style.child_rounding = 3
    style.frame_rounding = 3
    style.popup_rounding = 4
    style.grab_rounding = 3
    style.tab_rounding = 3
    style.scrollbar_size = 10
    style.scrollbar_rounding = 5
    style.docking_separator_size = 2
    style.window_menu_button_position = imgui.Dir.none
    names = imgui.Col_
    for name, color in {
        names.text: TEXT,
        names.text_disabled: QUIET,
        names.window_bg: WINDOW,
        names.child_bg: grey(0, 0),
        names.popup_bg: grey(0.15),
        names.border: RULE,
        names.frame_bg: FIELD,
        names.frame_bg_hovered: FIELD_HOVERED,
        names.frame_bg_active: grey(0.27),
        names.title_bg: grey(0.10),
        names.title_bg_active: grey(0.10),
        names.title_bg_collapsed: grey(0.10),
        names.menu_bar_bg: grey(0.10),
        names.scrollbar_bg: grey(0, 0),
        names.scrollbar_grab: grey(0.25),
        names.scrollbar_grab_hovered: grey(0.32),
        names.scrollbar_grab_active: grey(0.38),
        names.check_mark: ACCENT,
        names.slider_grab: grey(0.55),
        names.slider_grab_active: ACCENT,
        names.button: FIELD,
        names.button_hovered: FIELD_HOVERED,
        names.button_active: grey(0.30),
        names.header: grey(0.22),
        names.header_hovered: grey(0.26),
        names.header_active: grey(0.30),
        names.separator: LINE,
        names.separator_hovered: grey(0.3),
        names.separator_active: ACCENT_DIM,
        names.resize_grip: grey(0, 0),
        names.resize_grip_hovered: grey(0.3),
        names.resize_grip_active: ACCENT_DIM,
        names.drag_drop_target: ACCENT,
        names.text_link: ACCENT,
        names.tab: grey(0.10),
        names.tab_hovered: grey(0.20),
        names.tab_selected: WINDOW,
        names.tab_dimmed: grey(0.10),
        names.tab_dimmed_selected: WINDOW,
        names.tab_selected_overline: grey(0, 0),
        names.tab_dimmed_selected_overline: grey(0, 0),
        names.docking_preview: ACCENT_DIM,
        names.docking_empty_bg: BEHIND_PICTURE,
        names.plot_histogram: ACCENT,
        names.text_selected_bg: ACCENT_DIM,
        names.nav_cursor: ACCENT_DIM,
        names.modal_window_dim_bg: grey(0, 0.5),
    }.items():
        style.set_color_(name, vec4(color))
    style.scale_all_sizes(scale)


def apply_to_nodes() -> None:
    """The same for the node editor, once it is current, at the interface's scale."""
    style = ed.get_style()
    scale = imgui.get_style().font_scale_main
    style.node_rounding = 5 * scale
    style.node_border_width = 1
    style.hovered_node_border_width = 1.5
    style.selected_node_border_width = 2
    style.node_padding = imgui.ImVec4(*(side * scale for side in NODE_PADDING))
    style.link_strength = 60 * scale
    style.pin_rounding = 4
    for name, color in {
        ed.StyleColor.bg: grey(0.105),
        ed.StyleColor.grid: grey(0.5, 0.05),
        ed.StyleColor.node_bg: grey(0.19),
        ed.StyleColor.node_border: grey(0.30),
        ed.StyleColor.hov_node_border: grey(0.55),
        ed.StyleColor.sel_node_border: ACCENT,
        ed.StyleColor.node_sel_rect: grey(0.5, 0.1),
        ed.StyleColor.node_sel_rect_border: grey(0.5, 0.4),
        ed.StyleColor.hov_link_border: STRONG,
        ed.StyleColor.sel_link_border: ACCENT,
        ed.StyleColor.pin_rect: grey(0.8, 0.15),
        ed.StyleColor.pin_rect_border: grey(0.8, 0.2),
        ed.StyleColor.flow: ACCENT,
        ed.StyleColor.flow_marker: ACCENT,
    }.items():
        style.set_color_(name, vec4(color))
