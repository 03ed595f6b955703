"""The LUT node on the device against OpenColorIO's exact CPU path."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from depthgrade import ColorError, Look, Project, ProjectError
from depthgrade.color import evaluate_file, evaluate_input, evaluate_output
from depthgrade.graph import parse_wires
from depthgrade.nodes.registry import make_node
from numpy.typing import NDArray

Graded = Callable[..., NDArray[np.float32]]


def look(**values: Any) -> Look:
    node = make_node("node", {"type": "lut", **values})
    return Look(nodes={"node": node}, wires=parse_wires(["source -> node -> output"]))


@pytest.fixture
def cube(tmp_path: Path) -> Path:
    """A 5x5x5 table with a gamma and a cross-talk of channels."""
    axis = np.linspace(0, 1, 5)
    blue, green, red = np.meshgrid(axis, axis, axis, indexing="ij")
    rgb = np.stack([red**0.8, 0.9 * green + 0.1 * red, blue**1.2], -1).reshape(-1, 3)
    rows = "\n".join(" ".join(f"{value:.6f}" for value in row) for row in rgb)
    path = tmp_path / "turn.cube"
    path.write_text(f"LUT_3D_SIZE 5\n{rows}\n")
    return path


def pixels() -> NDArray[np.float32]:
    return np.random.default_rng(3).uniform(-0.2, 1.2, (16, 32, 3)).astype(np.float32)


@pytest.mark.parametrize("interpolation", ["tetrahedral", "linear"])
def test_a_file_is_applied_to_the_signal(graded: Graded, cube: Path, interpolation: str) -> None:
    x = pixels()
    result = graded(look(file=str(cube), interpolation=interpolation), x)
    expected = evaluate_file(cube, x, interpolation=interpolation)  # type: ignore[arg-type]
    np.testing.assert_allclose(result, expected, atol=2e-5)  # weights are 5 times a code value


def test_a_file_is_applied_in_the_space_it_was_made_for(graded: Graded, cube: Path) -> None:
    x = np.clip(pixels(), 0.1, 0.5)
    result = graded(look(file=str(cube), expects="logc3_awg3", gives="rec709"), x)
    seen = evaluate_file(cube, evaluate_output("logc3_awg3", None, x))
    np.testing.assert_allclose(result, evaluate_input("rec709", None, seen), atol=1e-4)


def test_the_inverse_undoes_it_nearly(graded: Graded, cube: Path) -> None:
    x = np.clip(pixels(), 0.25, 0.75)
    there = graded(look(file=str(cube)), x)
    back = graded(look(file=str(cube), inverse=True), there)
    np.testing.assert_allclose(back, x, atol=0.01)  # OpenColorIO resamples inverses for a GPU


def test_two_luts_are_two_tables(graded: Graded, cube: Path) -> None:
    other = cube.with_name("other.cube")
    other.write_text("LUT_3D_SIZE 2\n" + "0.1 0.1 0.1\n" * 4 + "0.9 0.9 0.9\n" * 4)
    nodes = {
        "a": make_node("a", {"type": "lut", "file": str(cube)}),
        "b": make_node("b", {"type": "lut", "file": str(other)}),
    }
    x = pixels()
    result = graded(Look(nodes=nodes, wires=parse_wires(["source -> a -> b -> output"])), x)
    np.testing.assert_allclose(result, evaluate_file(other, evaluate_file(cube, x)), atol=3e-5)


def test_a_missing_file_is_named(graded: Graded, tmp_path: Path) -> None:
    with pytest.raises(ColorError, match=r"none\.cube: can't be read"):
        graded(look(file=str(tmp_path / "none.cube")), pixels())


def test_an_unknown_space_is_refused() -> None:
    with pytest.raises(ProjectError, match=r'node\.expects = "logc9".*`depthgrade spaces`'):
        look(expects="logc9")


def test_a_file_lies_beside_the_project_that_names_it(cube: Path) -> None:
    path = cube.with_name("p.toml")
    path.write_text('[nodes.n]\ntype = "lut"\nfile = "turn.cube"\n')
    assert Project.load(path).look.value("n.file") == str(cube)
