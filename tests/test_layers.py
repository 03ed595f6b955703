"""The layers of the package: imports point down only, each library enters at one package."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1] / "engine" / "depthgrade"

# From the bottom up. A module may import any row below its own, and nothing beside it.
LAYERS: tuple[frozenset[str], ...] = (
    frozenset({"closing", "errors", "resources"}),
    frozenset({"plain_toml"}),
    # Plain data about pictures; below color, which reads a clip's colour tags.
    frozenset({"frames"}),
    frozenset({"color"}),
    frozenset({"graph", "keyframes"}),
    frozenset({"nodes"}),
    # Above look: a project file is checked against the node declarations.
    frozenset({"look"}),
    frozenset({"project"}),
    frozenset(
        {"looks", "compiler", "media", "depth", "interchange", "schema", "comparison", "reference"}
    )
    | {"editing", "project_file"},
    frozenset({"gl"}),
    frozenset({"session"}),
    frozenset({"ui"}),
    frozenset({"cli"}),
)

# (importing, imported) -> why this one import may break the rule above.
EXCEPTIONS: dict[tuple[str, str], str] = {}

# Where a library that is not free for all may be imported.
LIBRARIES: dict[str, frozenset[str]] = {
    "PyOpenColorIO": frozenset({"color"}),
    "pydantic": frozenset({"nodes", "project", "depth"}),
    "pydantic_core": frozenset({"nodes", "project", "depth"}),
    "tomlkit": frozenset({"project_file"}),
    "tomllib": frozenset({"plain_toml", "project", "depth"}),  # depth: the model cards
    "av": frozenset({"media"}),
    "OpenEXR": frozenset({"media", "depth"}),  # depth: the depth pass is an EXR sequence
    "onnxruntime": frozenset({"depth"}),
    "moderngl": frozenset({"gl"}),
    "glcontext": frozenset({"gl"}),
    "cuda": frozenset({"gl", "depth"}),  # gl shares buffers, depth asks whether a device is there
    "PIL": frozenset({"session"}),  # the labels of contact sheets
    "typer": frozenset({"cli"}),
    "rich": frozenset({"cli"}),
    "glfw": frozenset({"ui"}),
    "imgui_bundle": frozenset({"ui"}),
}
EVERYWHERE = frozenset(sys.stdlib_module_names) - LIBRARIES.keys() | {"numpy"}


def _layer(part: str) -> int | None:
    """The row of a part of the package (a folder or module directly below it)."""
    return next((row for row, parts in enumerate(LAYERS) if part in parts), None)


def _part(module: str) -> str:
    """What follows `depthgrade.` in a dotted name; "" for the package's own public face."""
    return [*module.split("."), ""][1]


def _imports(source: str, module: str, is_package: bool) -> Iterator[tuple[int, str]]:
    """(line, dotted name) of every import, those in functions and for types included.

    `from a import b` gives a.b, since b may be a module.
    """
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                above = node.level - 1 if is_package else node.level
                parents = module.split(".")
                base = ".".join([*parents[: len(parents) - above], *filter(None, [base])])
            for alias in node.names:
                yield node.lineno, f"{base}.{alias.name}"


def complaints(source: str, module: str, is_package: bool = False) -> list[str]:
    """One sentence for each import of a module that the tables above do not allow."""
    own = _part(module)
    row = _layer(own)
    if row is None:
        return [f"{module}: {own} has no layer; give it one in LAYERS"]
    found = []
    for line, name in _imports(source, module, is_package):
        library = name.split(".")[0]
        where = f"{module}, line {line}"
        if library == "depthgrade":
            other = _part(name)
            if other in {own, "__version__"} or (own, other) in EXCEPTIONS:
                continue
            other_row = _layer(other)
            if other_row is None:
                found.append(f"{where}: imports {name}, which is in no layer")
            elif other_row >= row:
                found.append(f"{where}: {own} imports {other}, which is not below it")
        elif library in LIBRARIES:
            if own not in LIBRARIES[library]:
                allowed = ", ".join(sorted(LIBRARIES[library]))
                found.append(f"{where}: {library} enters only at {allowed}")
        elif library not in EVERYWHERE:
            found.append(f"{where}: {library} is in no table; give it one place in LIBRARIES")
    return found


def _modules() -> Iterator[tuple[Path, str]]:
    """Every source file but the package's public face, which gathers names from all layers."""
    for path in sorted(_PACKAGE.rglob("*.py")):
        inside = path.relative_to(_PACKAGE)
        if inside.parts[0] not in {"__init__.py", "__main__.py"}:
            dotted = inside.parent if inside.name == "__init__.py" else inside.with_suffix("")
            yield path, ".".join(["depthgrade", *dotted.parts])


def test_imports_point_down_and_libraries_enter_at_one_package() -> None:
    found = [
        complaint
        for path, module in _modules()
        for complaint in complaints(
            path.read_text(encoding="utf-8"), module, path.name == "__init__.py"
        )
    ]
    assert not found, "\n" + "\n".join(found)


def test_no_part_of_the_package_is_in_two_layers() -> None:
    parts = [part for layer in LAYERS for part in layer]
    assert len(parts) == len(set(parts))


def test_an_import_from_above_is_found_in_every_spelling() -> None:
    for source in (
        "import depthgrade.gl.context",
        "from depthgrade.gl import Context",
        "from depthgrade import gl",
        "from ..gl import Context",
        "from .. import gl",
        "def late():\n    from depthgrade.gl.context import Context",
    ):
        assert len(complaints(source, "depthgrade.nodes.primary")) == 1, source
    # In a package's __init__ one dot is the package itself.
    assert len(complaints("from ..gl import Context", "depthgrade.nodes", is_package=True)) == 1
    assert not complaints("from .gl import Context", "depthgrade.nodes", is_package=True)


def test_neighbours_in_a_layer_are_kept_apart() -> None:
    assert complaints("from depthgrade.media import Reader", "depthgrade.depth.passes")
    assert not complaints("from depthgrade.depth import cards", "depthgrade.depth.passes")
    assert not complaints("from depthgrade.frames import Frame", "depthgrade.depth.passes")


def test_the_public_face_is_not_imported_from_inside() -> None:
    assert complaints("from depthgrade import Project", "depthgrade.cli")
    assert not complaints("from depthgrade import __version__", "depthgrade.cli")


def test_a_library_away_from_its_package_is_found() -> None:
    assert complaints("import moderngl", "depthgrade.compiler.emit")
    assert complaints("import scipy.ndimage", "depthgrade.depth.mapping")
    assert not complaints("import moderngl\nimport numpy as np\nimport os", "depthgrade.gl.context")
