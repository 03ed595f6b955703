"""Two projects or looks compared in words: what it takes to get from the first to the second."""

from collections.abc import Iterator
from dataclasses import fields

from depthgrade.graph import Wire
from depthgrade.keyframes import Track
from depthgrade.look import Look
from depthgrade.nodes.base import shown
from depthgrade.nodes.registry import parameters
from depthgrade.project import Project


def differences(first: Project, second: Project) -> tuple[str, ...]:
    """One line for each difference, such as `sky.gain 0.8 -> 0.72`; none where all is the same.

    The order is that of a file: the clip and its colour, nodes with their values, keyframes, wires.
    A node that only has another id is renamed.
    """
    return (*_settings(first, second), *look_differences(first.look, second.look))


def look_differences(first: Look, second: Look) -> tuple[str, ...]:
    """The same for two looks."""
    named = _renamed(first, second)
    return (
        *_changed("title", shown(first.title), shown(second.title)),
        *_changed("about", shown(first.about), shown(second.about)),
        *(f"{old} is now called {new}" for old, new in named.items()),
        *_node_lines(first, second, named),
        *_keyframe_lines(first, second, named),
        *_wire_lines(first, second, named),
    )


def _settings(first: Project, second: Project) -> Iterator[str]:
    for each in fields(Project):
        if each.name == "look":
            continue
        old, new = getattr(first, each.name), getattr(second, each.name)
        if each.name == "rendering":
            yield from _changed("rendering", old.kind, new.kind)
            for name in ("white", "mid_grey", "gamut_compression"):
                yield from _changed(name, shown(getattr(old, name)), shown(getattr(new, name)))
        else:
            yield from _changed(each.name, *("none" if v is None else str(v) for v in (old, new)))


def _changed(what: str, old: str, new: str) -> Iterator[str]:
    if old != new:
        yield f"{what} {old} -> {new}"


def _renamed(first: Look, second: Look) -> dict[str, str]:
    """Nodes that are gone, by old id, with the new id of the one that is just like them."""
    gone = {name: node for name, node in first.nodes.items() if name not in second.nodes}
    come = {name: node for name, node in second.nodes.items() if name not in first.nodes}
    found: dict[str, str] = {}
    for old, node in gone.items():
        alike = [new for new, other in come.items() if other == node and new not in found.values()]
        if len(alike) == 1 and list(gone.values()).count(node) == 1:
            found[old] = alike[0]
    return found


def _node_lines(first: Look, second: Look, named: dict[str, str]) -> Iterator[str]:
    for name, node in first.nodes.items():
        other = second.nodes.get(named.get(name, name))
        if other is None:
            yield f"{name} [{node.type}] is gone"
        elif other.type != node.type:
            yield f"{name} {node.type} -> {other.type}"
        else:
            for each in parameters(type(node)):
                yield from _changed(
                    f"{name}.{each}", *(shown(getattr(n, each)) for n in (node, other))
                )
    for name, node in second.nodes.items():
        if name not in first.nodes and name not in named.values():
            values = [
                f"{each.name} = {shown(getattr(node, each.name))}"
                for each in parameters(type(node)).values()
                if getattr(node, each.name) != each.default
            ]
            yield f"{name} [{node.type}] is new: {', '.join(values) or 'as by default'}"


def _keyframe_lines(first: Look, second: Look, named: dict[str, str]) -> Iterator[str]:
    def under_new_name(address: str) -> str:
        node, _, name = address.partition(".")
        return f"{named.get(node, node)}.{name}"

    old = {under_new_name(address): track for address, track in first.keyframes.items()}
    for address in dict.fromkeys([*old, *second.keyframes]):
        before, after = _keys(old.get(address)), _keys(second.keyframes.get(address))
        for frame in sorted({*before, *after}):
            what = f"{address} at frame {frame}:"
            yield from _changed(what, before.get(frame, "none"), after.get(frame, "none"))


def _keys(track: Track | None) -> dict[int, str]:
    """What stands at each frame of a track."""
    keys = track.keys if track else ()
    return {
        key.frame: shown(key.value) + (f" {key.ease}" if key.ease != "linear" else "")
        for key in keys
    }


def _wire_lines(first: Look, second: Look, named: dict[str, str]) -> Iterator[str]:
    old = [
        Wire(named.get(wire.start, wire.start), named.get(wire.end, wire.end), wire.port)
        for wire in first.wires
    ]
    yield from (f"wire {wire} is gone" for wire in old if wire not in second.wires)
    yield from (f"wire {wire} is new" for wire in second.wires if wire not in old)
    both = [wire for wire in old if wire in second.wires]
    if both != [wire for wire in second.wires if wire in old]:
        for end in dict.fromkeys(wire.end for wire in both):
            orders = [
                [wire.start for wire in wires if wire.end == end] for wires in (both, second.wires)
            ]
            if orders[0] != [each for each in orders[1] if each in orders[0]]:
                yield f"wires to {end} {', '.join(orders[0])} -> {', '.join(orders[1])}"
