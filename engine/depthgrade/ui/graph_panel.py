"""The node graph: pictures and keys as wires, in the imgui node editor."""

from collections.abc import Iterable, Iterator, Set
from math import dist

from imgui_bundle import ImVec2, imgui
from imgui_bundle import icons_fontawesome_6 as icons
from imgui_bundle import imgui_node_editor as ed

from depthgrade import editing
from depthgrade.gl.textures import Texture
from depthgrade.graph import OUTPUT, SOURCE, Ports, Wire
from depthgrade.graph.wiring import Port
from depthgrade.ui import theme, widgets
from depthgrade.ui.app import App
from depthgrade.ui.graph_actions import act_on_graph, add_menu, node_menu
from depthgrade.ui.layout_graph import INSIDE, Places, beside, has_pin, pin, positions
from depthgrade.ui.theme import NODE_PADDING, u32
from depthgrade.ui.widgets import scaled
from depthgrade.ui.wires import Wires, add_pin

_PINS: tuple[tuple[Port, bool], ...] = (
    ("rgb", False),
    ("rgb", True),
    ("key", False),
    ("key", True),
)
_PICTURE = 64.0  # width of the picture on a node
_AROUND, _ABOVE = 1.04, 8.0  # a fitted graph's width with what is beside it; room above it
_PER_NODE = 8  # ids a node takes: itself and its pins


class GraphPanel:
    """The panel with its editor; ids stay with their nodes for as long as it lives."""

    def __init__(self) -> None:
        config = ed.Config()
        config.settings_file = ""
        config.canvas_size_mode = ed.CanvasSizeMode.center_only  # see `_begin`
        self.editor = ed.create_editor(config)
        ed.set_current_editor(self.editor)
        theme.apply_to_nodes()
        self._ids: dict[str, int] = {}
        self._wires = Wires(self._pin)
        self._laid: Places = {}  # where nodes were put; elsewhere is where the user moved them
        self._wired: tuple[Wire, ...] = ()
        self._fit = 3  # frames until the view is fitted; sizes are known after the first
        self._room = 0.0, 0.0
        self._renaming: str | None = None
        self._text = ""
        self._menu_node: str | None = None
        self._selected: str | None = None

    def close(self) -> None:
        """Frees the editor."""
        ed.destroy_editor(self.editor)

    def arrange(self) -> None:
        """Lays all nodes out anew."""
        self._laid.clear()
        self._fit = 3

    def draw(self, app: App) -> None:
        """The panel."""
        self._bar(app)
        ed.set_current_editor(self.editor)
        self._begin()
        ports = dict(self._nodes(app))
        self._place(app, ports.keys())
        self._wires.route(ports, self._places(ports), app.look.wires)
        for name, each in ports.items():
            self._node(app, name, each)
        self._wires.draw()
        self._create(app)
        self._delete(app)
        self._choose(app)
        self._menus(app)
        ed.end()
        if self._fit:
            self._fit -= 1
            ed.navigate_to_content(0.0)

    def _begin(self) -> None:
        """Begins the editor in the room there is.

        Fitting leaves a twentieth of the content's longer side all around, which wastes a low
        panel's height, and makes a graph of two nodes huge. So it fits to another canvas about the
        same centre: of the size at which the content will fill the panel itself, or will have its
        own size where that is smaller; the zoom outlives the canvas.
        """
        start, room = imgui.get_cursor_screen_pos(), imgui.get_content_region_avail()
        if (room.x, room.y) != self._room:
            self._room, self._fit = (room.x, room.y), 3
        content = self._content() if self._fit else None
        if content is None:
            ed.begin("graph", ImVec2(0, 0))
            return
        width, height = content
        zoom = min(1.0, room.x / (width * _AROUND), room.y / (height + 2 * scaled(_ABOVE)))
        margin = 0.1 * max(width, height)
        canvas = ImVec2(zoom * (width + margin), zoom * (height + margin))
        left, top = start.x + (room.x - canvas.x) / 2, start.y + (room.y - canvas.y) / 2
        imgui.set_cursor_screen_pos(ImVec2(left, top))
        ed.begin("graph", canvas)

    def _content(self) -> tuple[float, float] | None:
        """The size of what the nodes cover; None before they were drawn once."""
        nodes = [ed.NodeId(self._ids[name]) for name in self._laid]
        corners = [(ed.get_node_position(node), ed.get_node_size(node)) for node in nodes]
        if not corners or any(size.x == 0 for _, size in corners):
            return None
        return (
            max(at.x + size.x for at, size in corners) - min(at.x for at, _ in corners),
            max(at.y + size.y for at, size in corners) - min(at.y for at, _ in corners),
        )

    # ---- Parts

    def _bar(self, app: App) -> None:
        for icon, help, act in (
            (icons.ICON_FA_PLUS, "Serial node after the selected one (Alt-S).", "serial"),
            (
                icons.ICON_FA_CODE_BRANCH,
                "Parallel node beside the selected one (Alt-P).",
                "parallel",
            ),
            (icons.ICON_FA_CIRCLE_DOT, "Outside node: what the key leaves out (Alt-O).", "outside"),
            (icons.ICON_FA_CLONE, "Duplicate the selected node.", "duplicate"),
            (icons.ICON_FA_TRASH_CAN, "Remove the selected node or wire (Delete).", "remove"),
        ):
            usable = act == "serial" or app.selection is not None
            if widgets.icon_button(icon, help, enabled=usable):
                act_on_graph(app, act)
            app.places.mark(f"button {act}")
            imgui.same_line(0, 0)
        if widgets.icon_button(icons.ICON_FA_SITEMAP, "Lay the nodes out, and show them all."):
            self.arrange()
        imgui.same_line(0, scaled(8))
        imgui.push_style_color(imgui.Col_.button, theme.vec4(theme.grey(0, 0)))
        if imgui.button("Add node"):
            imgui.open_popup("add")
        app.places.mark("button add")
        imgui.pop_style_color()
        if imgui.begin_popup("add"):
            add_menu(app)
            imgui.end_popup()
        unused = app.look.graph.unused()
        if unused:
            imgui.same_line()
            imgui.text_disabled(f"not wired to the output: {', '.join(unused)}")

    def _nodes(self, app: App) -> Iterator[tuple[str, Ports]]:
        yield SOURCE, Ports(0, False, True, False)
        for name, node in app.look.nodes.items():
            yield name, node.ports
        yield OUTPUT, Ports(1, False, False, False)

    def _place(self, app: App, names: Set[str]) -> None:
        """Lays the nodes out anew where the graph has changed; only new ones if any was moved."""
        self._laid = {name: place for name, place in self._laid.items() if name in names}
        if self._laid.keys() == names and app.look.wires == self._wired:
            return
        placed = self._places(self._laid)
        moved = any(dist(self._laid[name], placed[name]) > 2 for name in placed)
        for name, place in positions(app.look).items():
            if moved and name in placed:
                continue
            self._laid[name] = placed[name] = beside(placed, place) if moved else place
            x, y = self._laid[name]
            ed.set_node_position(ed.NodeId(self._id(name)), ImVec2(scaled(x), scaled(y)))
            self._fit = 3
        self._wired = app.look.wires

    def _places(self, names: Iterable[str]) -> Places:
        """Where the nodes are, in the layout's units."""
        ids = {name: ed.NodeId(self._id(name)) for name in names}
        at = {name: ed.get_node_position(ids[name]) for name in ids}
        return {name: (place.x / scaled(1), place.y / scaled(1)) for name, place in at.items()}

    def _node(self, app: App, name: str, ports: Ports) -> None:
        node = app.look.nodes.get(name)
        off = node is not None and not node.enabled
        if off:
            ed.push_style_color(ed.StyleColor.node_bg, theme.vec4(theme.grey(0.145)))
        ed.begin_node(ed.NodeId(self._id(name)))
        imgui.push_style_var(imgui.StyleVar_.item_spacing, ImVec2(0, 0))
        draw = imgui.get_window_draw_list()
        font, size = imgui.get_font(), imgui.get_font_size()
        start = imgui.get_cursor_screen_pos()
        width, height = (scaled(side) for side in INSIDE)
        imgui.dummy(ImVec2(width, height))
        _picture(app.node_pictures.get(name), start, off=off)
        left = start.x + scaled(_PICTURE + NODE_PADDING[0])
        room = start.x + width - left
        middle = start.y + height / 2
        title = name if node is not None else name.capitalize()
        color = theme.QUIET if off else theme.STRONG if node is not None else theme.TEXT
        top = middle - size * (1.0 if node is not None else 0.5)
        draw.add_text(ImVec2(left, top), u32(color), widgets.clipped(title, room))
        if node is not None:
            kind = "off" if off else type(node).title.lower()
            below = ImVec2(left, middle + size * 0.1)
            fitting = widgets.clipped(kind, room / 0.82)
            draw.add_text(font, size * 0.82, below, u32(theme.QUIET), fitting)
        corner = start.x - scaled(NODE_PADDING[0]), start.y - scaled(NODE_PADDING[1])
        for port, out in _PINS:
            if has_pin(ports, port, out=out):
                x, y = (scaled(each) for each in pin((0, 0), ports, port, out=out))
                self._draw_pin(name, port, out=out, x=corner[0] + x, y=corner[1] + y)
                at = ed.canvas_to_screen(ImVec2(corner[0] + x, corner[1] + y))
                app.places.mark_at(f"pin {name} {port} {'out' if out else 'in'}", at, at)
        if name == SOURCE:
            self._wires.bends()
        imgui.pop_style_var()
        ed.end_node()
        low, high = imgui.get_item_rect_min(), imgui.get_item_rect_max()
        app.places.mark_at(f"node {name}", ed.canvas_to_screen(low), ed.canvas_to_screen(high))
        if off:
            ed.pop_style_color()

    def _draw_pin(self, name: str, port: Port, *, out: bool, x: float, y: float) -> None:
        """A pin on the node's edge: round for pictures, a triangle for keys, as in Resolve."""
        kind = ed.PinKind.output if out else ed.PinKind.input
        add_pin(self._pin(name, port, out), kind, ImVec2(x, y), scaled(7))
        draw = imgui.get_window_draw_list()
        if port == "rgb":
            draw.add_circle_filled(ImVec2(x, y), scaled(5), u32(theme.grey(0.19)), 16)
            draw.add_circle_filled(ImVec2(x, y), scaled(4), u32(theme.grey(0.66)), 16)
        else:
            back, half = x - scaled(4), scaled(5)
            corners = (ImVec2(back, y - half), ImVec2(back, y + half), ImVec2(x + half, y))
            draw.add_triangle_filled(*corners, u32(theme.KEY_WIRE))

    def _create(self, app: App) -> None:
        """Wires drawn with the mouse."""
        if ed.begin_create(theme.vec4(theme.ACCENT), 2.0):
            first, second = ed.PinId(), ed.PinId()
            if ed.query_new_link(first, second) and first.id() and second.id():
                ends = [self._end(first.id()), self._end(second.id())]
                ends.sort(key=lambda end: not end[2])  # the output first
                (start, port, out), (end, other, into) = ends
                if port != other or out == into or start == end:
                    ed.reject_new_item(theme.vec4(theme.WRONG), 2.0)
                elif ed.accept_new_item(theme.vec4(theme.ACCENT), 3.0):
                    app.edit_look(
                        lambda look: editing.connect(look, start, end, port), f"wire to {end}"
                    )
        ed.end_create()

    def _delete(self, app: App) -> None:
        """Wires and nodes that the editor was told to remove."""
        if ed.begin_delete():
            link = ed.LinkId()
            while ed.query_deleted_link(link):
                wire = self._wires.at(link.id())
                if wire is not None and wire in app.look.wires and ed.accept_deleted_item():
                    app.edit_look(lambda look, w=wire: editing.disconnect(look, w), "remove wire")  # type: ignore[misc]
                else:
                    ed.reject_deleted_item()
            node = ed.NodeId()
            while ed.query_deleted_node(node):
                ed.reject_deleted_item()  # Delete removes the selected node as the menu does
        ed.end_delete()

    def _choose(self, app: App) -> None:
        """Keeps the editor's selection and the application's the same."""
        app.wire = self._wires.chosen()
        for name in self._ids:
            clicked = ed.is_node_selected(ed.NodeId(self._ids[name]))
            if clicked and name in app.look.nodes and name != self._selected:
                app.select(name)
                self._selected = name
                return
        if app.selection != self._selected:
            ed.clear_selection()
            if app.selection in app.look.nodes:
                ed.select_node(ed.NodeId(self._id(app.selection or "")))
            self._selected = app.selection

    def _menus(self, app: App) -> None:
        ed.suspend()
        node = ed.NodeId()
        if ed.show_node_context_menu(node):
            self._menu_node = next((n for n, i in self._ids.items() if i == node.id()), None)
            if self._menu_node in app.look.nodes:
                app.select(self._menu_node)
                imgui.open_popup("node")
        elif ed.show_background_context_menu():
            imgui.open_popup("background")
        double = ed.get_double_clicked_node().id()
        named = next((n for n, i in self._ids.items() if i == double), None) if double else None
        if imgui.is_key_pressed(imgui.Key.f2) and not imgui.get_io().want_text_input:
            named = app.selection
        if named in app.look.nodes:
            self._renaming, self._text = named, named or ""
            imgui.open_popup("rename")
        if imgui.begin_popup("node"):
            rename = node_menu(app, self._menu_node or "")
            imgui.end_popup()
            if rename:
                self._renaming = self._text = self._menu_node or ""
                imgui.open_popup("rename")
        if imgui.begin_popup("background"):
            add_menu(app)
            imgui.end_popup()
        if imgui.begin_popup("rename"):
            if imgui.is_window_appearing():
                imgui.set_keyboard_focus_here()
            imgui.set_next_item_width(scaled(160))
            done, self._text = imgui.input_text(
                "##name",
                self._text,
                imgui.InputTextFlags_.enter_returns_true | imgui.InputTextFlags_.auto_select_all,
            )
            if done and self._renaming:
                self._rename(app, self._renaming, self._text.strip())
                imgui.close_current_popup()
            imgui.end_popup()
        ed.resume()

    def _rename(self, app: App, old: str, new: str) -> None:
        """Calls a node otherwise; it stays where it is."""
        app.rename(old, new)
        if old not in app.look.nodes and new in app.look.nodes:
            self._ids[new], self._ids[old] = self._id(old), self._id(new)
            self._laid[new] = self._laid.pop(old)

    # ---- Ids

    def _id(self, name: str) -> int:
        return self._ids.setdefault(name, (len(self._ids) + 1) * _PER_NODE)

    def _pin(self, name: str, port: Port, out: bool) -> int:
        return self._id(name) + 1 + _PINS.index((port, out))

    def _end(self, pin: int) -> tuple[str, Port, bool]:
        """Node, port and side of a pin."""
        name = next(n for n, i in self._ids.items() if i == pin - pin % _PER_NODE)
        port, out = _PINS[pin % _PER_NODE - 1]
        return name, port, out


def _picture(texture: Texture | None, start: ImVec2, *, off: bool) -> None:
    """What a node makes, whole, on black."""
    draw = imgui.get_window_draw_list()
    room = ImVec2(scaled(_PICTURE), scaled(INSIDE[1]))
    end = ImVec2(start.x + room.x, start.y + room.y)
    draw.add_rect_filled(start, end, u32(theme.grey(0.085)))
    if texture is None:
        return
    scale = min(room.x / texture.width, room.y / texture.height)
    width, height = texture.width * scale, texture.height * scale
    left, top = start.x + (room.x - width) / 2, start.y + (room.y - height) / 2
    shade = u32(theme.grey(0.45 if off else 1.0))
    corner = ImVec2(left + width, top + height)
    picture = imgui.ImTextureRef(texture.glo)
    draw.add_image(picture, ImVec2(left, top), corner, ImVec2(0, 0), ImVec2(1, 1), shade)
