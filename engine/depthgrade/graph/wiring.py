"""Wires between nodes, checked once and then asked: what feeds a node, in which order they run.

Two kinds of wire run side by side, RGB and key, as in Resolve's node editor. A wire is written
"source -> sky" (RGB) or "depth.key -> sky.key"; chains such as "source -> sky -> output" are
several wires. Nothing here knows any node type: a node is its ports.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Literal

from depthgrade.errors import ProjectError, suggest

Port = Literal["rgb", "key"]
SOURCE, OUTPUT = (
    "source",
    "output",
)  # the picture coming in and going out; no node may have these ids
NODE_ID = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
MOST_NODES = 256  # of a graph: several times what a colourist builds, and a shader still compiles
MOST_WIRES = 4096


@dataclass(frozen=True)
class Ports:
    """What can be wired to a node: rgb_in RGB wires (None: any number), one key wire or many."""

    rgb_in: int | None = 1
    key_in: bool = True
    rgb_out: bool = True
    key_out: bool = False
    many_keys: bool = False


_ENDS = {SOURCE: Ports(0, False, True, False), OUTPUT: Ports(1, False, False, False)}


@dataclass(frozen=True)
class Wire:
    """One connection from an output port to an input port of the same kind."""

    start: str
    end: str
    port: Port = "rgb"

    def __str__(self) -> str:
        suffix = ".key" if self.port == "key" else ""
        return f"{self.start}{suffix} -> {self.end}{suffix}"


def parse_wires(lines: Iterable[str]) -> tuple[Wire, ...]:
    """The wires written in lines such as "source -> sky -> output" or "depth.key -> sky.key".

    Raises ProjectError for a line of another form and for more than MOST_WIRES wires.
    """
    wires: list[Wire] = []
    for line in lines:
        if len(wires) + line.count("->") > MOST_WIRES:
            raise ProjectError(f"wires: there are too many; at most {MOST_WIRES} are allowed")
        ends = [_parse_end(line, text.strip()) for text in line.split("->")]
        if len(ends) < 2:
            raise ProjectError(f'wire "{line}": has no "->"; write "source -> sky"')
        for (start, port), (end, end_port) in pairwise(ends):
            if port != end_port:
                raise ProjectError(
                    f'wire "{line}": joins a key to a picture; write "{start}.key -> {end}.key"'
                    f' or "{start} -> {end}"'
                )
            wires.append(Wire(start, end, port))
    return tuple(wires)


def check_size(nodes: int) -> None:
    """Raises ProjectError for more nodes than a graph may have."""
    if nodes > MOST_NODES:
        raise ProjectError(f"nodes: there are {nodes}; at most {MOST_NODES} are allowed")


def _parse_end(line: str, text: str) -> tuple[str, Port]:
    name, dot, port = text.partition(".")
    if not NODE_ID.fullmatch(name) or (dot and port not in ("rgb", "key")):
        raise ProjectError(
            f'wire "{line}": "{text}" is no node and no key; write "depth.key -> sky.key"'
        )
    return name, "key" if port == "key" else "rgb"


@dataclass(frozen=True)
class Graph:
    """Nodes by id with their ports, and the wires between them; valid once made.

    Raises ProjectError when a wire names no node or no port, an input has too many wires,
    wires run in a circle, a node on the way to the output has no picture, or there are more nodes
    than MOST_NODES. Every question but `order` takes constant time once it has been asked.
    """

    ports: Mapping[str, Ports]
    wires: tuple[Wire, ...]

    def __post_init__(self) -> None:
        check_size(len(self.ports))
        for node in self.ports:
            if node in _ENDS:
                raise ProjectError(f"{node}: is a reserved name; call the node otherwise")
        for wire in self.wires:
            self._check_ends(wire)
        order = self.order()  # raises where wires run in a circle
        for node, ports in {**self.ports, OUTPUT: _ENDS[OUTPUT]}.items():
            pictures, keys = self.rgb_inputs(node), self._inputs(node, "key")
            if ports.rgb_in is not None and len(pictures) > ports.rgb_in:
                raise ProjectError(
                    f"{node}: has {len(pictures)} picture wires ({', '.join(pictures)});"
                    f" it takes {ports.rgb_in}, join them in a parallel_mixer first"
                )
            if len(set(pictures)) < len(pictures):
                raise ProjectError(f"{node}: the same picture is wired in twice; remove one wire")
            if len(keys) > 1 and not ports.many_keys:
                raise ProjectError(
                    f"{node}: has {len(keys)} key wires; it takes one, join them in a key_mixer"
                )
        if not self.rgb_inputs(OUTPUT):
            raise ProjectError('output: no picture is wired to it; add "source -> output"')
        for node in order:
            if self.ports[node].rgb_in != 0 and not self.rgb_inputs(node):
                raise ProjectError(f'{node}: no picture is wired to it; add "source -> {node}"')

    def _check_ends(self, wire: Wire) -> None:
        for node, side in ((wire.start, "out"), (wire.end, "in")):
            ports = self.ports.get(node) or _ENDS.get(node)
            if ports is None:
                nearest = suggest(node, [*self.ports, *_ENDS])
                raise ProjectError(f'wire "{wire}": there is no node "{node}"; {nearest}')
            has = getattr(ports, f"{wire.port}_{side}") not in (False, 0)
            if not has:
                kind = "picture" if wire.port == "rgb" else "key"
                raise ProjectError(f'wire "{wire}": {node} has no {kind} {side}put')

    @cached_property
    def _wired(self) -> Mapping[tuple[str, Port], tuple[str, ...]]:
        """The starts of the wires into each input, in the order of the wires."""
        starts: dict[tuple[str, Port], list[str]] = {}
        for wire in self.wires:
            starts.setdefault((wire.end, wire.port), []).append(wire.start)
        return {end: tuple(each) for end, each in starts.items()}

    def _inputs(self, node: str, port: Port) -> tuple[str, ...]:
        return self._wired.get((node, port), ())

    def rgb_inputs(self, node: str) -> tuple[str, ...]:
        """The nodes whose pictures are wired to a node, in the order of the wires."""
        return self._inputs(node, "rgb")

    def key_inputs(self, node: str) -> tuple[str, ...]:
        """The nodes whose keys are wired to a node, in the order of the wires."""
        return self._inputs(node, "key")

    def key_input(self, node: str) -> str | None:
        """The node whose key limits a node, if any."""
        keys = self._inputs(node, "key")
        return keys[0] if keys else None

    def order(self, target: str = OUTPUT) -> tuple[str, ...]:
        """The nodes the target needs, each after everything it reads."""
        self._everything  # noqa: B018 - a circle beside the way is an error all the same
        return tuple(node for node in self._visited([target]) if node != OUTPUT)

    @cached_property
    def _everything(self) -> tuple[str, ...]:
        """All nodes, each after what it reads. Raises ProjectError, naming the circle of wires."""
        return self._visited([*self.ports, OUTPUT])

    def _visited(self, targets: Iterable[str]) -> tuple[str, ...]:
        """The targets and what they need, depth first, each after what it reads.

        Without recursion, since a chain may be longer than Python's stack.
        """
        done: dict[str, None] = {}
        for target in targets:
            if target in done:
                continue
            path = {target: self._before(target)}
            while path:
                node = next(reversed(path))
                before = next(path[node], None)
                if before is None:
                    done[node] = None
                    del path[node]
                elif before in path:
                    names = list(path)
                    circle = " -> ".join([*names[names.index(before) :], before])
                    raise ProjectError(f"wires run in a circle: {circle}; remove one of them")
                elif before not in done:
                    path[before] = self._before(before)
        return tuple(done)

    def _before(self, node: str) -> Iterator[str]:
        """What a node reads, pictures first."""
        both = (*self._inputs(node, "rgb"), *self._inputs(node, "key"))
        return (each for each in both if each != SOURCE)

    def branch_point(self, mixer: str) -> str:
        """The last picture that all branches into a mixer have in common: what they grade.

        It is the node every path from the source to the mixer passes through (its immediate
        dominator), the source itself at the farthest.
        """
        return self._dominators.get(mixer) or SOURCE

    @cached_property
    def _dominators(self) -> Mapping[str, str | None]:
        """The immediate dominator of every picture; None where there is none.

        By the algorithm of K. D. Cooper, T. J. Harvey and K. Kennedy, "A Simple, Fast Dominance
        Algorithm" (2001), of which a graph without circles needs one round.
        """
        above: dict[str, str | None] = {SOURCE: None}
        depth: dict[str | None, int] = {None: 0, SOURCE: 1}  # None stands over all that starts
        for node in self._everything:
            inputs = self.rgb_inputs(node)
            shared: str | None = inputs[0] if inputs else None
            for other in inputs[1:]:
                reached: str | None = other
                while shared != reached:
                    if depth[shared] < depth[reached]:
                        shared, reached = reached, shared
                    shared = above[shared] if shared is not None else None
            above[node] = shared
            depth[node] = depth[shared] + 1
        return above

    def unused(self) -> tuple[str, ...]:
        """The nodes that do not reach the output."""
        used = set(self.order())
        return tuple(node for node in self.ports if node not in used)
