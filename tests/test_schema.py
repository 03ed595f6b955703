"""The JSON schema takes what projects take, and mistakes fail in it as they do there."""

import json
import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from depthgrade import looks
from depthgrade.nodes.registry import node_types, parameters
from depthgrade.schema import project_schema

SCHEMA = project_schema()
KINDS: dict[str, Callable[[Any], bool]] = {
    "object": lambda v: isinstance(v, dict),
    "array": lambda v: isinstance(v, list),
    "string": lambda v: isinstance(v, str),
    "boolean": lambda v: isinstance(v, bool),
    "integer": lambda v: isinstance(v, int) and not isinstance(v, bool),
    "number": lambda v: isinstance(v, int | float) and not isinstance(v, bool),
    "null": lambda v: v is None,
}


def accepts(schema: dict[str, Any], value: Any) -> bool:
    """Whether a value meets the parts of JSON schema draft 7 that ours uses."""
    if "$ref" in schema:
        schema = SCHEMA["definitions"][schema["$ref"].rsplit("/", 1)[1]]
    if "if" in schema and accepts(schema["if"], value) and not accepts(schema["then"], value):
        return False
    rules = [
        "type" not in schema or KINDS[schema["type"]](value),
        "enum" not in schema or value in schema["enum"],
        "const" not in schema or value == schema["const"],
        "anyOf" not in schema or any(accepts(each, value) for each in schema["anyOf"]),
        "not" not in schema or not accepts(schema["not"], value),
        all(accepts(each, value) for each in schema.get("allOf", [])),
    ]
    if isinstance(value, str) and "pattern" in schema:
        rules.append(re.search(schema["pattern"], value) is not None)
    if KINDS["number"](value):
        rules.append(schema.get("minimum", value) <= value <= schema.get("maximum", value))
    if isinstance(value, list):
        rules.append(schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", 1e9))
        items = schema.get("items", {})
        each = items if isinstance(items, list) else [items] * len(value)
        rules += [accepts(rule, item) for rule, item in zip(each, value, strict=False)]
    if isinstance(value, dict):
        known, rest = schema.get("properties", {}), schema.get("additionalProperties", True)
        rules += [name in value for name in schema.get("required", [])]
        rules += [accepts(schema.get("propertyNames", {}), name) for name in value]
        for name, item in value.items():
            rule = known.get(name, rest)
            rules.append(rule if isinstance(rule, bool) else accepts(rule, item))
    return all(rules)


GOOD = """
clip = "a.mov"
input = "slog3_sgamut3cine"
output = "view:sRGB/Film"
rendering = "aces2"
wires = ["source -> sky -> output", "depth.key -> sky.key"]
[nodes.depth]
type = "depth_map"
near_limit = "auto"
far_limit = 0.25
[nodes.sky]
type = "primary"
gain = 1
gain_rgb = [1, 0.9, 0.8]
[nodes.bend]
type = "curves"
master = [[0, 0], [0.4, 0.5], [1.0, 1]]
[nodes.film]
type = "lut"
file = "film.cube"
expects = "logc3_awg3"
[keyframes]
"sky.gain" = [[0, 1.0], [24, 0.8, "smooth"]]
"""


def test_it_is_plain_json() -> None:
    assert json.loads(json.dumps(SCHEMA)) == json.loads(json.dumps(project_schema()))


def test_a_good_project_and_the_shipped_looks_meet_it() -> None:
    assert accepts(SCHEMA, tomllib.loads(GOOD))
    for name in looks.names():
        path = Path(looks.__file__).parent / f"{name}.toml"
        assert accepts(SCHEMA, tomllib.loads(path.read_text(encoding="utf-8"))), name


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("clip =", "clop ="),
        ('"slog3_sgamut3cine"', '"slog9"'),
        ('"aces2"', '"aces9"'),
        ('type = "primary"', 'type = "primry"'),
        ('type = "primary"\n', ""),
        ("gain = 1", "gian = 1"),
        ("gain = 1", "gain = 9"),
        ("gain = 1", 'gain = "much"'),
        ("[1, 0.9, 0.8]", "[1, 0.9]"),
        ("[1, 0.9, 0.8]", "[1, 0.9, 9]"),
        ('near_limit = "auto"', 'near_limit = "car"'),
        ("[0.4, 0.5]", "[0.4, 0.5, 0.6]"),
        ('"logc3_awg3"', '"logc9"'),
        ("nodes.bend", "nodes.output"),
        ("nodes.bend", 'nodes."a b"'),
        ('"smooth"', '"smoth"'),
        ("[24, 0.8", "[-24, 0.8"),
        ('"sky.gain"', '"sky"'),
    ],
)
def test_a_mistake_fails(old: str, new: str) -> None:
    assert GOOD.count(old) == 1
    assert not accepts(SCHEMA, tomllib.loads(GOOD.replace(old, new)))


@pytest.mark.parametrize("name", node_types())
def test_every_parameter_is_there_with_what_it_does(name: str) -> None:
    held = SCHEMA["definitions"][name]["properties"]
    known = parameters(node_types()[name])
    assert held.keys() == known.keys() | {"type"}
    for each in known.values():
        assert each.about in held[each.name]["description"]
        default = json.loads(json.dumps(each.default))
        assert accepts(held[each.name], default), each.name
