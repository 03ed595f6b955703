"""A look: the nodes and wires that grade any clip, and how their values change over its frames."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Self

from depthgrade.errors import ProjectError, suggest
from depthgrade.graph import Graph, Wire, parse_wires
from depthgrade.keyframes import Ease, Track, frames_of, parse_track, written
from depthgrade.nodes.base import Node, Value
from depthgrade.nodes.depth_map import DepthMap
from depthgrade.nodes.picked import PickedPoint
from depthgrade.nodes.registry import change_node, parameters


@dataclass(frozen=True)
class Look:
    """A grading graph that fits any clip: nodes by id and the wires between them.

    keyframes   by address ("sky.gain"): the values over the frames of a clip, which stand in for
                the node's own; `at` gives the look of a frame
    Raises ProjectError when the wires are not a valid graph, or a keyframe's value is not allowed.
    """

    title: str = "No grade"
    about: str = ""
    nodes: Mapping[str, Node] = field(default_factory=dict)
    wires: tuple[Wire, ...] = parse_wires(["source -> output"])
    keyframes: Mapping[str, Track] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.graph  # noqa: B018 - made now, so that a wrong wire is refused now
        for address, track in self.keyframes.items():
            _check_numbers(address, self.value(address), *(key.value for key in track.keys))
        for node, tracks in self._tracks.items():
            for frame in frames_of(tracks.values()):
                self._node_at(node, frame)

    @cached_property
    def graph(self) -> Graph:
        """The wiring of the nodes."""
        return Graph({name: node.ports for name, node in self.nodes.items()}, self.wires)

    def used(self) -> dict[str, Node]:
        """The nodes that reach the output, in the order they run."""
        return {name: self.nodes[name] for name in self.graph.order()}

    def value(self, address: str) -> Value:
        """The value at an address such as "sky.gain". Raises ProjectError for an unknown one."""
        node, name = self._resolve(address)
        value: Value = getattr(self.nodes[node], name)
        return value

    def with_value(self, address: str, value: object) -> Self:
        """This look with one value set for all frames. Raises ProjectError as a file would."""
        node, name = self._resolve(address)
        changed = change_node(node, self.nodes[node], {name: value})
        tracks = {each: track for each, track in self.keyframes.items() if each != address}
        return replace(self, nodes={**self.nodes, node: changed}, keyframes=tracks)

    def with_keyframe(self, address: str, frame: int, value: object, ease: Ease = "linear") -> Self:
        """This look with a value at a frame, in place of a keyframe there.

        Raises ProjectError for a value that is not allowed or not of the other keyframes' shape.
        """
        _check_numbers(address, value)
        track = self.keyframes.get(address)
        rows = [row for row in written(track) if row[0] != frame] if track else []
        rows.append([frame, value, ease])
        made = parse_track(f"keyframes of {address}", sorted(rows, key=lambda row: int(row[0])))
        return replace(self, keyframes={**self.keyframes, address: made})

    def without_keyframe(self, address: str, frame: int) -> Self:
        """This look with a keyframe less; the last takes the track with it, and its value stays."""
        track = self.keyframes.get(address)
        if track is None or frame not in frames_of([track]):
            raise ProjectError(f"{address}: has no keyframe at frame {frame}")
        kept = tuple(key for key in track.keys if key.frame != frame)
        if not kept:
            return self.with_value(address, track.at(frame))
        return replace(self, keyframes={**self.keyframes, address: Track(kept)})

    def at(self, frame: int) -> Self:
        """The look of a frame: without keyframes, their values in the nodes.

        Raises ProjectError where values between two keyframes are not allowed together.
        """
        if not self.keyframes:
            return self
        return replace(self, nodes={**self.nodes, **self._nodes_at(frame)}, keyframes={})

    @property
    def animated(self) -> frozenset[str]:
        """The addresses whose values move; words and switches with keyframes are held instead."""
        return frozenset(each for each, track in self.keyframes.items() if track.moves)

    @cached_property
    def _tracks(self) -> Mapping[str, Mapping[str, Track]]:
        """The keyframes by node and parameter."""
        found: dict[str, dict[str, Track]] = {}
        for address, track in self.keyframes.items():
            node, name = self._resolve(address)
            found.setdefault(node, {})[name] = track
        return found

    def _nodes_at(self, frame: int) -> dict[str, Node]:
        """The nodes that keyframes change, as they are at a frame."""
        return {node: self._node_at(node, frame) for node in self._tracks}

    def _node_at(self, node: str, frame: int) -> Node:
        values = {name: track.at(frame) for name, track in self._tracks[node].items()}
        try:
            return change_node(node, self.nodes[node], values)
        except ProjectError as error:
            raise ProjectError(f"keyframes, frame {frame}: {error}") from error

    def with_nodes(self, nodes: Mapping[str, Node]) -> Self:
        """This look with some nodes replaced."""
        return replace(self, nodes={**self.nodes, **nodes})

    @property
    def automatic(self) -> frozenset[str]:
        """The addresses of limits and picked targets that wait for the shot's depth."""
        limits = (
            f"{name}.{limit}"
            for name, node in self.nodes.items()
            if isinstance(node, DepthMap)
            for limit in node.automatic
        )
        return frozenset(limits) | {f"{name}.target" for name in self.picked}

    @property
    def picked(self) -> Mapping[str, tuple[str, PickedPoint]]:
        """The depth quality and the point of the nodes whose target was picked, by node."""
        return {
            name: (node.quality, node.picked)
            for name, node in self.nodes.items()
            if isinstance(node, DepthMap) and node.picked is not None
        }

    def with_targets(self, depth: Callable[[str, PickedPoint], float]) -> Self:
        """This look with picked targets filled in; depth(quality, point) is that at a frame.

        Limits are filled in before: targets are in the depth that they adjust.
        """
        found = {
            name: node.model_copy(
                update={"target": node.adjusted(depth(node.quality, node.picked))}
            )
            for name, node in self.nodes.items()
            if isinstance(node, DepthMap) and node.picked is not None
        }
        return self.with_nodes(found) if found else self

    def with_stand_ins(self) -> Self:
        """This look with some number where the shot's depth is waited for, to write programs of."""
        return self.with_limits(lambda _: (0.0, 1.0)).with_targets(lambda *_: 0.5)

    def with_limits(self, limits: Callable[[str], tuple[float, float]]) -> Self:
        """This look with automatic limits filled in; limits(quality) is a shot's (far, near)."""
        settled = {}
        for name, node in self.nodes.items():
            if isinstance(node, DepthMap) and node.automatic:
                known = dict(zip(("far_limit", "near_limit"), limits(node.quality), strict=True))
                settled[name] = node.model_copy(update={n: known[n] for n in node.automatic})
        return self.with_nodes(settled) if settled else self

    def _resolve(self, address: str) -> tuple[str, str]:
        node, dot, name = address.partition(".")
        if not dot:
            raise ProjectError(f'"{address}": is not an address; write node.parameter')
        if node not in self.nodes:
            raise ProjectError(f'{address}: there is no node "{node}"; {suggest(node, self.nodes)}')
        known = parameters(type(self.nodes[node]))
        if name not in known:
            raise ProjectError(f'{node} has no parameter "{name}"; {suggest(name, known)}')
        return node, name


def _check_numbers(address: str, *values: object) -> None:
    """Raises ProjectError where a picked point and keyframes would meet."""
    if any(isinstance(value, PickedPoint | dict) for value in values):
        raise ProjectError(
            f"keyframes of {address}: a picked point follows the shot and has no keyframes;"
            " give numbers at keyframes, or the point alone as the node's value"
        )
