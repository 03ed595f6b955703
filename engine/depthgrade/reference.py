"""The reference page of the node types, written from their declarations."""

from depthgrade.nodes.base import ColorNode, Node, shown
from depthgrade.nodes.registry import Parameter, node_types, parameters

_HEAD = """\
# Nodes

Written by `depthgrade nodes --markdown` from what the nodes declare; change it there. The pictures
are the demo's scene before and after, or the key, made by `python docs/make_node_pictures.py`.
"""
_SHARED = "Every node that turns a picture into a picture is limited by its key, and has these too:"


def nodes_page() -> str:
    """All node types as Markdown: each parameter's meaning, range, unit and default."""
    parts = [_HEAD, _SHARED, _table([*parameters(ColorNode).values()])]
    for name, kind in node_types().items():
        parts += [f"## {kind.title} (`{name}`)", _about(kind), f"![{kind.title}](nodes/{name}.jpg)"]
        shared = ColorNode.model_fields if issubclass(kind, ColorNode) else Node.model_fields
        own = [each for each in parameters(kind).values() if each.name not in shared]
        parts.append(_table(own) if own else "It has no parameters of its own.")
    return "\n\n".join(part.rstrip("\n") for part in parts) + "\n"


def _about(kind: type[Node]) -> str:
    """What a node is for, its docstring without its indentation."""
    return "\n".join(line.strip() for line in (kind.__doc__ or "").strip().splitlines())


def _table(rows: list[Parameter]) -> str:
    lines = ["| parameter | default | allowed | unit | what it does |", "|---|---|---|---|---|"]
    lines += [
        f"| `{each.name}` | {_cell(shown(each.default))} | {_cell(each.allowed)} |"
        f" {_cell(each.unit)} | {_cell(each.about)} |"
        for each in rows
    ]
    return "\n".join(lines)


def _cell(text: str) -> str:
    """Text that does not end its cell."""
    return text.replace("|", "\\|")
