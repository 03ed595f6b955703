"""Looks from and to files of other programs, and as new files of ours."""

import json
from collections.abc import Sequence
from pathlib import Path

from depthgrade.color.cdl import Correction, read_corrections
from depthgrade.errors import ProjectError, suggest
from depthgrade.graph import parse_wires
from depthgrade.keyframes import written
from depthgrade.look import Look
from depthgrade.nodes.cdl import Cdl
from depthgrade.nodes.registry import make_node, parameters


def look_of_cdl(path: Path | str, wanted: str | None = None) -> Look:
    """A look with one `cdl` node of a correction in a .cc, .ccc or .cdl file.

    wanted: the correction's id or its number from 0; needed where the file holds several. It works
    on the DaVinci Intermediate signal, which the file does not know of. Raises ColorError, and
    ProjectError where the correction is not there or out of range.
    """
    path = Path(path)
    correction = _chosen(path.name, read_corrections(path), wanted)
    node = make_node(
        "cdl",
        {
            "type": "cdl",
            "slope": correction.slope,
            "offset": correction.offset,
            "power": correction.power,
            "saturation": correction.saturation,
        },
    )
    title = correction.id or path.stem
    wires = parse_wires(["source -> cdl -> output"])
    return Look(title, correction.description, {"cdl": node}, wires)


def _chosen(name: str, found: Sequence[Correction], wanted: str | None) -> Correction:
    ids = [each.id or str(number) for number, each in enumerate(found)]
    if wanted is None and len(found) == 1:
        return found[0]
    if wanted is None:
        raise ProjectError(f"{name}: holds {len(found)} corrections; choose one: {', '.join(ids)}")
    if wanted in ids:
        return found[ids.index(wanted)]
    if wanted.isdigit() and int(wanted) < len(found):
        return found[int(wanted)]
    raise ProjectError(f'{name}: has no correction "{wanted}"; {suggest(wanted, ids)}')


def cdls_of(look: Look, node: str | None = None) -> tuple[Correction, ...]:
    """The corrections of a look's `cdl` nodes on the way to the output, by node id.

    node: that one alone. Raises ProjectError where there is none.
    """
    found = {name: each for name, each in look.used().items() if isinstance(each, Cdl)}
    if node is not None:
        if node not in found:
            known = suggest(node, found) if found else "the look has none"
            raise ProjectError(f'"{node}": is no cdl node that reaches the output; {known}')
        found = {node: found[node]}
    if not found:
        raise ProjectError(
            f"{look.title}: has no cdl node that reaches the output; a CDL holds nothing else,"
            " so grade with one, or `bake` the look to a LUT"
        )
    return tuple(
        Correction(name, "", each.slope, each.offset, each.power, each.saturation)
        for name, each in found.items()
    )


def left_out_of_cdl(look: Look) -> tuple[str, ...]:
    """What of a look its CDLs do not hold, node by node."""
    found = []
    for name, node in look.used().items():
        if not isinstance(node, Cdl):
            found.append(f"{name} [{node.type}]")
        elif look.graph.key_input(name):
            found.append(f"{name}: its key")
        elif not node.enabled:
            found.append(f"{name}: that it is disabled")
    return tuple(found)


def look_text(look: Look) -> str:
    """The look as a new TOML file says it: only what differs from the defaults."""
    lines = [f"title = {_quoted(look.title)}"]
    lines += [f"about = {_quoted(look.about)}"] if look.about else []
    lines += ["wires = [", *(f'    "{wire}",' for wire in look.wires), "]"]
    for name, node in look.nodes.items():
        changed = [
            f"{each.name} = {_quoted(getattr(node, each.name))}"
            for each in parameters(type(node)).values()
            if getattr(node, each.name) != each.default
        ]
        lines += ["", f"[nodes.{name}]", f'type = "{node.type}"', *changed]
    if look.keyframes:
        tracks = look.keyframes.items()
        rows = [f"{_quoted(address)} = {_quoted(written(track))}" for address, track in tracks]
        lines += ["", "[keyframes]", *rows]
    return "\n".join(lines) + "\n"


def _quoted(value: object) -> str:
    """A value as TOML; JSON's words, numbers, lists and strings are TOML's too."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
