"""Node types by name, what their parameters are, and nodes made from a file's values."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from types import UnionType
from typing import Any, Literal, Union, cast, get_args, get_origin

from pydantic import ValidationError
from pydantic.fields import FieldInfo

import depthgrade.nodes
from depthgrade.errors import ProjectError, suggest
from depthgrade.nodes.base import ColorNode, KeyNode, Node, Pass, shown
from depthgrade.nodes.picked import PickedPoint


@dataclass(frozen=True)
class Parameter:
    """What a node type declares of one parameter.

    kind      "switch", "choice", "number", "whole" (a number without fraction), "rgb", "points",
              "file" or "space"
    words     the words allowed, for a choice, or besides a number
    picked    whether it may be a point picked on the picture, besides a number
    """

    name: str
    kind: str
    default: Any
    low: float | None
    high: float | None
    unit: str
    words: tuple[str, ...]
    picked: bool
    about: str

    @property
    def allowed(self) -> str:
        """What may be written, for messages and reference text."""
        span = [f"{self.low:g} to {self.high:g}"] if self.low is not None else []
        point = ["{ at = [x, y], frame = n }, x and y 0 to 1"] if self.picked else []
        words = " or ".join([*span, *(f'"{word}"' for word in self.words), *point])
        return {
            "switch": "true or false",
            "whole": f"a whole number {words}",
            "rgb": f"[red, green, blue], each {words}",
            "points": f"[[x, y], [x, y], ...], each {words}",
            "file": "the path of a file",
            "space": "a name that `depthgrade spaces` lists",
        }.get(self.kind, words)


@cache
def node_types() -> dict[str, type[Node]]:
    """The node types by name: every class with a `type` in a module of this package."""
    for module in iter_modules(depthgrade.nodes.__path__):
        import_module(f"depthgrade.nodes.{module.name}")
    found: dict[str, type[Node]] = {}
    pending: list[type[Node]] = [Node]
    while pending:
        for each in pending.pop().__subclasses__():
            pending.append(each)
            if "type" in vars(each):
                found[each.type] = each
    return dict(sorted(found.items()))


def node_type(name: str, where: str = "nodes") -> type[Node]:
    """The node type of a name. Raises ProjectError, naming the nearest."""
    types = node_types()
    if name not in types:
        raise ProjectError(f'{where}: there is no node type "{name}"; {suggest(name, types)}')
    return types[name]


@cache
def parameters(kind: type[Node]) -> dict[str, Parameter]:
    """The parameters of a node type by name, those of every node last."""
    common = Node.model_fields
    fields = sorted(kind.model_fields.items(), key=lambda item: item[0] in common)
    return {name: _parameter(name, field) for name, field in fields}


def resting(node: Node) -> tuple[frozenset[str], ...]:
    """The parameters that only passes follow which do nothing now, such as a blur of 0.

    Those that share passes are together. While one of them is live its passes are drawn all the
    same, which costs more than a grade.
    """
    size = 1920, 1080  # whether a pass does something is the same at any
    passes: list[Pass] = []
    if isinstance(node, ColorNode):
        passes += node.key_passes(size)
    if isinstance(node, ColorNode | KeyNode):
        passes += node.passes(size)
    groups: list[frozenset[str]] = []
    for each in passes:
        apart = [group for group in groups if not group & each.parameters]
        joined = [group for group in groups if group & each.parameters]
        groups = [*apart, each.parameters.union(*joined)]
    acting = frozenset[str]().union(*(p.parameters for p in passes if not p.identity))
    return tuple(group for group in groups if not group & acting)


def _parameter(name: str, field: FieldInfo) -> Parameter:
    types = _alternatives(field.annotation)
    words = tuple(word for each in types if get_origin(each) is Literal for word in get_args(each))
    kind = "number"
    if bool in types:
        kind = "switch"
    elif any(get_origin(each) is tuple for each in types):
        kind = "rgb"
    elif int in types:
        kind = "whole"
    elif float not in types:
        kind = "choice"
    extra = cast(dict[str, Any], field.json_schema_extra or {})
    kind = extra.get("kind", kind)
    low, high, unit = extra.get("minimum"), extra.get("maximum"), str(extra.get("unit", ""))
    picked, about = PickedPoint in types, field.description or ""
    return Parameter(name, kind, field.default, low, high, unit, words, picked, about)


def _alternatives(annotation: Any) -> tuple[Any, ...]:
    return get_args(annotation) if get_origin(annotation) in (UnionType, Union) else (annotation,)


def make_node(node: str, values: Mapping[str, Any]) -> Node:
    """The node of an id from a file's values, "type" among them.

    Raises ProjectError: unknown type or parameter (nearest name suggested), a value of the wrong
    kind or outside its range; each names `node.parameter`.
    """
    if "type" not in values:
        raise ProjectError(f'{node}: has no type; add type = "primary" or another of `nodes`')
    kind = node_type(str(values["type"]), node)
    return change_node(node, kind(), {name: v for name, v in values.items() if name != "type"})


def change_node(node_id: str, node: Node, values: Mapping[str, Any]) -> Node:
    """The node with some parameters set anew, validated as a whole. Raises as make_node does."""
    known = parameters(type(node))
    for name in values:
        if name not in known:
            raise ProjectError(f'{node_id} has no parameter "{name}"; {suggest(name, known)}')
    try:
        return type(node).model_validate({**dict(node), **values})
    except ValidationError as error:
        first = error.errors()[0]
        if not first["loc"]:  # a rule over the whole node, its message already names the parameter
            raise ProjectError(f"{node_id}.{first['ctx']['error']}") from None
        name = str(first["loc"][0])
        raise ProjectError(
            f"{node_id}.{name} = {shown(values.get(name))} is not allowed;"
            f" allowed: {known[name].allowed}{_sibling(name, values.get(name), known)}"
        ) from None


def _sibling(name: str, value: Any, known: Mapping[str, Parameter]) -> str:
    """Where a value of three channels belongs that was given to their master; "" elsewhere."""
    sibling = f"{name}_rgb"
    several = isinstance(value, list | tuple) and len(value) == 3
    return f"; {sibling} takes {known[sibling].allowed}" if several and sibling in known else ""
