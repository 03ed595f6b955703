"""Changes to a look's graph as a colourist makes them: pure functions from a look to a look.

Each returns a new, valid look (and the id of a new node), so an editor's history is a list of looks
and an operation that would break the graph raises ProjectError and changes nothing. The structures
are those of Resolve's node editor: serial, parallel, layer and outside nodes.
"""

import re
from dataclasses import replace

from depthgrade.errors import ProjectError
from depthgrade.graph import NODE_ID, OUTPUT, SOURCE, Wire
from depthgrade.graph.wiring import Port
from depthgrade.nodes.base import ColorNode, Node
from depthgrade.nodes.registry import change_node, node_type
from depthgrade.project import Look

GRADE = "primary"  # what a new serial, parallel or outside node is unless another type is asked for
PARALLEL = "parallel_mixer"


def free_id(look: Look, wish: str) -> str:
    """The wish, or the wish with the next free number: "sky", "sky_2", "sky_3"."""
    taken = {*look.nodes, SOURCE, OUTPUT}
    if wish not in taken:
        return wish
    stem = re.sub(r"_\d+$", "", wish)
    number = 2
    while f"{stem}_{number}" in taken:
        number += 1
    return f"{stem}_{number}"


def add(look: Look, kind: str) -> tuple[Look, str]:
    """The look with a node of a type beside the graph, wired to nothing yet."""
    name = free_id(look, kind)
    return look.with_nodes({name: node_type(kind)()}), name


def insert_serial(look: Look, after: str, kind: str = GRADE) -> tuple[Look, str]:
    """The look with a node between one and everything its picture went to.

    after: a node with a picture, or "source". Raises ProjectError for a node without one.
    """
    _check_picture(look, after)
    name = free_id(look, kind)
    return _spliced(look, after, name, node_type(kind)()), name


def insert_parallel(
    look: Look, beside: str, kind: str = GRADE, mixer: str = PARALLEL
) -> tuple[Look, str]:
    """The look with a node that grades the same picture as another, both joined by a mixer.

    Where the other already ends in a mixer of that type, the mixer gets one more branch. Raises
    ProjectError when `beside` takes no single picture.
    """
    before = look.graph.rgb_inputs(beside) if beside in look.nodes else ()
    if len(before) != 1:
        raise ProjectError(f"{beside}: takes no single picture; choose a node between two others")
    name = free_id(look, kind)
    nodes = {**look.nodes, name: node_type(kind)()}
    ends = [w.end for w in look.wires if w.start == beside and w.port == "rgb"]
    joined = next((e for e in ends if e in nodes and nodes[e].type == mixer), None)
    if joined is not None:
        wires = (*look.wires, Wire(before[0], name), Wire(name, joined))
        return replace(look, nodes=nodes, wires=wires), name
    join = free_id(replace(look, nodes=nodes), mixer)
    nodes[join] = node_type(mixer)()
    moved = tuple(_from(w, beside, join) for w in look.wires)
    wires = (*moved, Wire(beside, join), Wire(before[0], name), Wire(name, join))
    return replace(look, nodes=nodes, wires=wires), name


def insert_outside(look: Look, node: str, kind: str = GRADE) -> tuple[Look, str]:
    """The look with a serial node that affects what the key of another leaves out.

    Raises ProjectError when that node has no key.
    """
    inner = look.nodes.get(node)
    key = look.graph.key_input(node) if inner is not None else None
    if key is None or not isinstance(inner, ColorNode):
        raise ProjectError(f"{node}: has no key, so it has no outside; wire a key to it first")
    name = free_id(look, f"{node}_outside")
    made = change_node(name, node_type(kind)(), {"key_invert": not inner.key_invert})
    spliced = _spliced(look, node, name, made)
    return replace(spliced, wires=(*spliced.wires, Wire(key, name, "key"))), name


def duplicate(look: Look, node: str) -> tuple[Look, str]:
    """The look with a copy of a node: same values, same key, no picture wired yet."""
    name = free_id(look, _known(look, node))
    key = look.graph.key_input(node)
    wires = (*look.wires, Wire(key, name, "key")) if key else look.wires
    copies = {
        f"{name}{each.removeprefix(node)}": track
        for each, track in look.keyframes.items()
        if _of(each, node)
    }
    nodes = {**look.nodes, name: look.nodes[node]}
    return replace(look, nodes=nodes, wires=wires, keyframes={**look.keyframes, **copies}), name


def rename(look: Look, old: str, new: str) -> Look:
    """The look with a node called otherwise. Raises ProjectError for a taken or unfit name."""
    _known(look, old)
    if new == old:
        return look
    if not NODE_ID.fullmatch(new):
        raise ProjectError(f'"{new}": is not a node id; use letters, digits, _ and -')
    if new in look.nodes or new in (SOURCE, OUTPUT):
        raise ProjectError(f"{new}: is taken; choose another name")
    nodes = {new if name == old else name: node for name, node in look.nodes.items()}
    tracks = {
        f"{new}{address.removeprefix(old)}" if _of(address, old) else address: track
        for address, track in look.keyframes.items()
    }
    named = {old: new}
    wires = tuple(
        Wire(named.get(w.start, w.start), named.get(w.end, w.end), w.port) for w in look.wires
    )
    return replace(look, nodes=nodes, wires=wires, keyframes=tracks)


def remove(look: Look, node: str) -> Look:
    """The look without a node; its (first) picture goes on to where the node's went."""
    _known(look, node)
    before = look.graph.rgb_inputs(node)
    wires: list[Wire] = []
    for wire in look.wires:
        if wire.end == node:
            continue
        if wire.start != node:
            wires.append(wire)
        elif wire.port == "rgb" and before:
            past = Wire(before[0], wire.end)
            if past not in look.wires and past not in wires:
                wires.append(past)
    nodes = {name: each for name, each in look.nodes.items() if name != node}
    tracks = {each: track for each, track in look.keyframes.items() if not _of(each, node)}
    return replace(look, nodes=nodes, wires=tuple(wires), keyframes=tracks)


def connect(look: Look, start: str, end: str, port: Port = "rgb") -> Look:
    """The look with a wire; it takes the place of the one an input for a single wire had.

    Raises ProjectError for a circle, a missing port, or a picture that would be lost.
    """
    wire = Wire(start, end, port)
    if wire in look.wires:
        return look
    node = look.nodes.get(end)
    many = node is not None and (
        node.ports.rgb_in is None if port == "rgb" else node.ports.many_keys
    )
    kept = tuple(w for w in look.wires if many or (w.end, w.port) != (end, port))
    return replace(look, wires=(*kept, wire))


def disconnect(look: Look, wire: Wire) -> Look:
    """The look without a wire. Raises ProjectError when the output would have no picture."""
    return replace(look, wires=tuple(each for each in look.wires if each != wire))


def seen_at(look: Look, node: str) -> Look:
    """The look with the picture that a node makes (or "source") as its output."""
    _check_picture(look, node)
    kept = tuple(w for w in look.wires if (w.end, w.port) != (OUTPUT, "rgb"))
    return replace(look, wires=(*kept, Wire(node, OUTPUT)))


def toggle(look: Look, node: str) -> Look:
    """The look with a node switched on or off."""
    return look.with_value(f"{node}.enabled", not look.nodes[_known(look, node)].enabled)


def _spliced(look: Look, after: str, name: str, node: Node) -> Look:
    """The node put between `after` and everything its picture went to."""
    wires = (*(_from(wire, after, name) for wire in look.wires), Wire(after, name))
    return replace(look, nodes={**look.nodes, name: node}, wires=wires)


def _from(wire: Wire, old: str, new: str) -> Wire:
    """A picture's wire that starts at `new` where it started at `old`."""
    return replace(wire, start=new) if (wire.start, wire.port) == (old, "rgb") else wire


def _of(address: str, node: str) -> bool:
    """Whether an address is one of a node's."""
    return address.partition(".")[0] == node


def _known(look: Look, node: str) -> str:
    if node not in look.nodes:
        raise ProjectError(f'there is no node "{node}"; allowed: {", ".join(look.nodes) or "none"}')
    return node


def _check_picture(look: Look, node: str) -> None:
    if node != SOURCE and not look.nodes[_known(look, node)].ports.rgb_out:
        raise ProjectError(f"{node}: gives no picture; choose a node that grades, or the source")
