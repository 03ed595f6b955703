"""What is done to nodes by buttons, menus and keys alike."""

from imgui_bundle import imgui

from depthgrade import editing
from depthgrade.graph import OUTPUT, SOURCE
from depthgrade.nodes.registry import node_types
from depthgrade.ui import widgets
from depthgrade.ui.app import App


def act_on_graph(app: App, act: str) -> None:
    """What a button, a menu or a key asks of the selected node."""
    chosen, wire = app.selection, app.wire
    if act == "remove" and wire in app.look.wires:
        assert wire is not None
        app.edit_look(lambda look: editing.disconnect(look, wire), "remove wire")
    elif act == "serial":
        graph = app.look.graph
        last = chosen if chosen in app.look.nodes else graph.rgb_inputs(OUTPUT)[0]
        after = last or SOURCE
        if after != SOURCE and not app.look.nodes[after].ports.rgb_out:
            after = graph.rgb_inputs(OUTPUT)[0]
        app.add_node(lambda look: editing.insert_serial(look, after), "serial node")
    elif chosen is None or chosen not in app.look.nodes:
        app.say("select a node first", wrong=True)
    elif act == "parallel":
        app.add_node(lambda look: editing.insert_parallel(look, chosen), "parallel node")
    elif act == "layer":
        app.add_node(
            lambda look: editing.insert_parallel(look, chosen, mixer="layer_mixer"), "layer node"
        )
    elif act == "outside":
        app.add_node(lambda look: editing.insert_outside(look, chosen), "outside node")
    elif act == "duplicate":
        app.add_node(lambda look: editing.duplicate(look, chosen), f"duplicate {chosen}")
    elif act == "remove":
        app.remove(chosen)
    elif act == "toggle":
        app.edit_look(lambda look: editing.toggle(look, chosen), f"switch {chosen}")


def add_menu(app: App) -> None:
    """Every node type there is."""
    for name, kind in node_types().items():
        if imgui.menu_item_simple(kind.title):
            app.add_node(lambda look, n=name: editing.add(look, n), f"add {name}")  # type: ignore[misc]
        app.places.mark(f"add {name}")
        widgets.tooltip((kind.__doc__ or "").strip().splitlines()[0])


def node_menu(app: App, name: str) -> bool:
    """What can be done to a node; whether it is to be renamed."""
    node = app.look.nodes.get(name)
    if node is None:
        return False
    rename = imgui.menu_item_simple("Rename…", "F2")
    for title, keys, act in (
        ("Switch off" if node.enabled else "Switch on", "Ctrl-D", "toggle"),
        ("Duplicate", "", "duplicate"),
        ("Serial node", "Alt-S", "serial"),
        ("Parallel node", "Alt-P", "parallel"),
        ("Layer node", "Alt-L", "layer"),
        ("Outside node", "Alt-O", "outside"),
        ("Remove", "Delete", "remove"),
    ):
        if imgui.menu_item_simple(title, keys):
            act_on_graph(app, act)
    for wire in app.look.wires:
        if name in (wire.start, wire.end) and imgui.menu_item_simple(f"Unwire {wire}"):
            app.edit_look(lambda look, w=wire: editing.disconnect(look, w), "remove wire")  # type: ignore[misc]
    return rename
