"""The JSON schema of project and look files, written from the declarations.

Editors that know schemas complete and check TOML with it: in a file's first line,

    #:schema depthgrade.schema.json
"""

from typing import Any

from depthgrade.color import spaces
from depthgrade.graph import NODE_ID, OUTPUT, SOURCE
from depthgrade.keyframes import EASES, LAST_FRAME
from depthgrade.nodes.base import Node
from depthgrade.nodes.registry import Parameter, node_types, parameters
from depthgrade.project import file_schema

# Draft 7 is what TOML editors understand.
_DRAFT = "http://json-schema.org/draft-07/schema#"
_OTHER_SPACE = "^(auto$|ocio:|file:|view:)"  # what needs the user's own files


def project_schema() -> dict[str, Any]:
    """The schema of a project or look file, as JSON's plain data."""
    schema = file_schema()
    keys = schema["properties"]
    for name in ("input", "output"):
        keys[name] = {**keys[name], **_space()}
    types = node_types()
    keys["nodes"] |= {
        "propertyNames": {
            "pattern": f"^{NODE_ID.pattern}$",
            "not": {"enum": [SOURCE, OUTPUT]},
        },
        "additionalProperties": {
            "type": "object",
            "properties": {"type": {"enum": list(types), "description": "What the node is."}},
            "required": ["type"],
            "allOf": [
                {
                    "if": {"properties": {"type": {"const": name}}, "required": ["type"]},
                    "then": {"$ref": f"#/definitions/{name}"},
                }
                for name in types
            ],
        },
    }
    keys["keyframes"] |= {
        "propertyNames": {"pattern": rf"^{NODE_ID.pattern}\.[a-z_]+$"},
        "additionalProperties": _track(),
    }
    return {
        "$schema": _DRAFT,
        "title": "depthgrade project or look",
        **{name: each for name, each in schema.items() if name not in ("title", "description")},
        "definitions": {name: _node(kind) for name, kind in types.items()},
    }


def _node(kind: type[Node]) -> dict[str, Any]:
    given = {name: _parameter(each) for name, each in parameters(kind).items()}
    return {
        "title": kind.title,
        "description": " ".join((kind.__doc__ or "").split()),
        "type": "object",
        "properties": {"type": {"const": kind.type}, **given},
        "additionalProperties": False,
    }


def _parameter(each: Parameter) -> dict[str, Any]:
    unit = f" ({each.unit})" if each.unit else ""
    about = {"description": f"{each.about}{unit}", "default": each.default}
    number = {"type": "number", "minimum": each.low, "maximum": each.high}
    pair = {"type": "array", "items": number, "minItems": 2, "maxItems": 2}
    others: list[dict[str, Any]] = [{"enum": list(each.words)}] if each.words else []
    others += [_picked()] if each.picked else []
    forms: dict[str, dict[str, Any]] = {
        "switch": {"type": "boolean"},
        "choice": {"enum": list(each.words)},
        "rgb": {"type": "array", "items": number, "minItems": 3, "maxItems": 3},
        "points": {"type": "array", "items": pair, "minItems": 2},
        "file": {"type": "string"},
        "space": {"enum": [row.name for row in spaces()]},
        "whole": {**number, "type": "integer"},
        "number": {"anyOf": [number, *others]} if others else number,
    }
    return {**forms[each.kind], **about}


def _picked() -> dict[str, Any]:
    """Of a point picked on the picture, { at = [x, y], frame = n }."""
    share = {"type": "number", "minimum": 0, "maximum": 1}
    at = {"type": "array", "items": share, "minItems": 2, "maxItems": 2}
    frame = {"type": "integer", "minimum": 0, "maximum": LAST_FRAME}
    return {
        "type": "object",
        "properties": {"at": at, "frame": frame},
        "required": ["at", "frame"],
        "additionalProperties": False,
    }


def _space() -> dict[str, Any]:
    named = {"enum": [row.name for row in spaces()]}
    return {"anyOf": [named, {"type": "string", "pattern": _OTHER_SPACE}]}


def _track() -> dict[str, Any]:
    """Of keyframes: [frame, value] or [frame, value, transition]."""
    frame = {"type": "integer", "minimum": 0}
    key = {
        "type": "array",
        "items": [frame, {}, {"enum": list(EASES)}],
        "minItems": 2,
        "maxItems": 3,
    }
    return {"type": "array", "items": key, "minItems": 1}
