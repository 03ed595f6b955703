"""A look baked into a LUT: every colour of a lattice sent through the same passes as a picture."""

from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from depthgrade.color import evaluate_file, space, space_to_tags, spaces
from depthgrade.color.tables import TABLE_ENDINGS, write_table
from depthgrade.compiler import Request, Source, compile_grade
from depthgrade.compiler.baking import baked_look, unbakeable
from depthgrade.errors import ProjectError
from depthgrade.frames import Frame, PixelFormat
from depthgrade.gl.device import Device
from depthgrade.nodes.base import ColorNode, KeyNode
from depthgrade.project import Project
from depthgrade.session.engine import Engine
from depthgrade.session.passes import PassRunner

SIZES = (17, 129)  # points along an edge
_WIDTH = 2048  # texels in a row of the picture that holds the lattice
_PROBES = 20000  # random colours at which the file is compared with the look
_FORMAT = PixelFormat("gbrpf32le", "rgb", 32, ("G", "B", "R"), floating=True)


@dataclass(frozen=True)
class Baked:
    """What was written.

    reads, writes   the colour spaces of the LUT's input and output
    graded          whether a node acts on the picture; else it converts spaces and no more
    left_out        what the LUT does not hold, by node, with the reason
    greatest, most  error against the look itself at random colours of 0..1, in output code values:
                    anywhere, and in 99 % of the colours; beyond 0..1 no error of a display counts
    """

    path: Path
    reads: str
    writes: str
    graded: bool
    left_out: dict[str, str]
    greatest: float
    most: float


def bake(
    project: Project,
    out: Path | str,
    *,
    size: int = 33,
    frame: int = 0,
    overwrite: bool = False,
    device: Device | None = None,
) -> Baked:
    """Writes a .cube or .clf of what a project does to colours, whatever their place and depth.

    The LUT takes code values of 0..1 of the project's input space ("auto": rec709) and gives those
    of its output space. size: points along an edge; frame: whose values keyframes have. Raises
    ProjectError for a size out of range, a scene-linear input, or where no grade can be baked, and
    ColorError.
    """
    out = Path(out)
    project = _settled(project, frame)
    _check(project, out, size, overwrite=overwrite)
    left = unbakeable(project.look)
    _check_something_is_left(project, left)
    acting = [node for node in project.look.used().values() if node.enabled]
    graded = any(not isinstance(node, KeyNode) for node in acting)
    project = replace(project, look=baked_look(project.look))
    axis = np.linspace(0, 1, size, dtype=np.float32)
    lattice = np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), -1)
    probes = np.random.default_rng(1).uniform(0, 1, (_PROBES, 3)).astype(np.float32)
    engine = Engine(device)
    try:
        colours = np.concatenate([lattice.reshape(-1, 3), probes])
        made = _graded(engine, project, colours)
    finally:
        engine.close()
    table, exact = made[:-_PROBES].reshape(lattice.shape), made[-_PROBES:]
    write_table(out, table, project.look.title)
    error = np.abs(evaluate_file(out, probes) - exact)
    most = float(np.quantile(error.max(-1), 0.99))
    greatest = float(error.max())
    return Baked(out, project.input, project.output, graded, left, greatest, most)


def _settled(project: Project, frame: int) -> Project:
    """The project of a frame, its spaces and limits settled."""
    return replace(
        project,
        look=project.look.at(frame).with_stand_ins(),
        input="rec709" if project.input == "auto" else project.input,
        output="rec709" if project.output == "auto" else project.output,
    )


def _check(project: Project, out: Path, size: int, *, overwrite: bool) -> None:
    if not SIZES[0] <= size <= SIZES[1]:
        raise ProjectError(f"bake: size {size} is outside {SIZES[0]} to {SIZES[1]}")
    if out.suffix.lower() not in TABLE_ENDINGS:
        raise ProjectError(f"{out}: is no LUT; allowed: {' or '.join(TABLE_ENDINGS)}")
    if out.exists() and not overwrite:
        raise ProjectError(f"{out}: is there already; allowed: another name, or --overwrite")
    ours = {row.name for row in spaces()}
    if project.input in ours and space(project.input).decode is None:
        raise ProjectError(
            f"bake: {project.input} is scene linear, and a LUT over 0 to 1 would lose what is"
            " brighter; choose an input with a curve, such as davinci_intermediate"
        )


def _check_something_is_left(project: Project, left: dict[str, str]) -> None:
    used = project.look.used().items()
    grades = {name for name, node in used if isinstance(node, ColorNode) and node.enabled}
    if grades and grades <= left.keys():
        reasons = "; ".join(f"{name}: {left[name]}" for name in grades)
        raise ProjectError(f"bake: no grade of {project.look.title} fits a LUT: {reasons}")


def _graded(engine: Engine, project: Project, colours: NDArray[np.float32]) -> NDArray[np.float32]:
    """What a project makes of colours: (n, 3) to (n, 3)."""
    height = -(-len(colours) // _WIDTH)
    texels = np.zeros((height * _WIDTH, 3), np.float32)
    texels[: len(colours)] = colours
    picture = texels.reshape(height, _WIDTH, 3)
    tags = space_to_tags("rec709")
    plan = compile_grade(Request(project, Source(_FORMAT, tags, _WIDTH, height), project.input))
    planes = tuple(np.ascontiguousarray(picture[..., channel]) for channel in (1, 2, 0))
    frame = Frame(planes, _FORMAT, tags, 0, 0, Fraction(1, 24))
    runner = PassRunner(engine, lambda _: frame, _no_depth, lambda _: (0, 1))
    drawn = engine.read(runner.draw(plan, project.look.nodes, frame))
    return np.ascontiguousarray(drawn[..., :3].reshape(-1, 3)[: len(colours)])


def _no_depth() -> NoReturn:
    raise AssertionError("what is baked reads no depth")
