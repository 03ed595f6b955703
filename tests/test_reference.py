"""The reference page of the nodes says what they declare, and shows each of them."""

from pathlib import Path

from depthgrade.nodes.registry import node_types, parameters
from depthgrade.reference import nodes_page
from PIL import Image

DOCS = Path(__file__).parents[1] / "docs"
LARGEST = 600_000  # bytes of all pictures


def test_the_page_in_docs_is_what_the_declarations_say() -> None:
    # `depthgrade nodes --markdown > docs/nodes.md` brings it in line
    assert (DOCS / "nodes.md").read_text(encoding="utf-8") == nodes_page()


def test_every_parameter_is_on_the_page() -> None:
    page = nodes_page()
    for name, kind in node_types().items():
        assert f"(`{name}`)" in page
        assert all(f"| `{each}` |" in page for each in parameters(kind))


def test_every_node_has_one_small_picture_of_something() -> None:
    pictures = sorted((DOCS / "nodes").glob("*.jpg"))
    assert [each.stem for each in pictures] == sorted(node_types())
    assert sum(each.stat().st_size for each in pictures) < LARGEST
    for each in pictures:
        low, high = Image.open(each).convert("L").getextrema()
        assert high - low > 50, each.name
