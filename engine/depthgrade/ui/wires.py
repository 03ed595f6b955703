"""The wires of the graph in the imgui node editor, led past the nodes: see `routes`.

The editor's links are single curves between two pins. So a wire is a chain of links between bends,
and a bend is two pins without a size: one at which a link ends, one at which the next begins.
"""

from collections.abc import Callable, Mapping

from imgui_bundle import ImVec2
from imgui_bundle import imgui_node_editor as ed

from depthgrade.graph import MOST_NODES, Ports, Wire
from depthgrade.graph.wiring import Port
from depthgrade.ui import theme
from depthgrade.ui.layout_graph import Places, Point, pin
from depthgrade.ui.routes import routes
from depthgrade.ui.widgets import scaled

_FIRST = 1 << 20  # of the ids: above all of nodes and their pins
_PER_WIRE = 4 * (MOST_NODES + 2)  # two bends a column at most, two pins a bend


class Wires:
    """The wires of one editor, which is current; their ids stay for as long as it lives."""

    def __init__(self, pin_id: Callable[[str, Port, bool], int]) -> None:
        """pin_id: the editor's id of a pin by node, port and whether it is an output."""
        self._pin_id = pin_id
        self._numbers: dict[Wire, int] = {}
        self._ways: dict[Wire, list[Point]] = {}
        self._routed: tuple[Places, tuple[Wire, ...]] = {}, ()

    def route(self, ports: Mapping[str, Ports], places: Places, wires: tuple[Wire, ...]) -> None:
        """Finds the ways anew where a node (by its top left) has moved or a wire is another."""
        if (places, wires) != self._routed:
            self._routed = places, wires
            self._ways = routes(
                places,
                {
                    wire: (
                        pin(places[wire.start], ports[wire.start], wire.port, out=True),
                        pin(places[wire.end], ports[wire.end], wire.port, out=False),
                    )
                    for wire in wires
                },
            )

    def bends(self) -> None:
        """The pins between the links, within any node, since the editor has none outside."""
        for wire, way in self._ways.items():
            for number, (x, y) in enumerate(way[1:-1]):
                at = ImVec2(scaled(x), scaled(y))
                add_pin(self._bend(wire, number, out=False), ed.PinKind.input, at, 0)
                add_pin(self._bend(wire, number, out=True), ed.PinKind.output, at, 0)

    def draw(self) -> None:
        """The links."""
        for wire, way in self._ways.items():
            color = theme.vec4(theme.KEY_WIRE if wire.port == "key" else theme.grey(0.62))
            last = len(way) - 2
            for number in range(last + 1):
                start = self._bend(wire, number - 1, out=True)
                if number == 0:
                    start = self._pin_id(wire.start, wire.port, True)
                end = self._bend(wire, number, out=False)
                if number == last:
                    end = self._pin_id(wire.end, wire.port, False)
                link = ed.LinkId(self._id(wire) + number)
                ed.link(link, ed.PinId(start), ed.PinId(end), color, 2.0)

    def chosen(self) -> Wire | None:
        """The selected wire: as a whole, where one of its links was clicked."""
        for wire, way in self._ways.items():
            links = [ed.LinkId(self._id(wire) + number) for number in range(len(way) - 1)]
            selected = [link for link in links if ed.is_link_selected(link)]
            if selected:
                for link in links:
                    ed.select_link(link, append=True)
                return wire
        return None

    def at(self, link: int) -> Wire | None:
        """The wire that a link is a part of."""
        return next((w for w in self._ways if 0 <= link - self._id(w) < _PER_WIRE), None)

    def _id(self, wire: Wire) -> int:
        return _FIRST + _PER_WIRE * self._numbers.setdefault(wire, len(self._numbers))

    def _bend(self, wire: Wire, number: int, *, out: bool) -> int:
        return self._id(wire) + 2 * number + out


def add_pin(id: int, kind: ed.PinKind, at: ImVec2, reach: float) -> None:
    """A pin that links meet at a point and the mouse finds within a reach around it."""
    ed.push_style_var(ed.StyleVar.pivot_alignment, ImVec2(0.5, 0.5))
    ed.push_style_var(ed.StyleVar.pivot_size, ImVec2(0, 0))
    ed.begin_pin(ed.PinId(id), kind)
    ed.pin_rect(ImVec2(at.x - reach, at.y - reach), ImVec2(at.x + reach, at.y + reach))
    ed.pin_pivot_rect(at, at)
    ed.end_pin()
    ed.pop_style_var(2)
