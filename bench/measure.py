"""How the benchmarks measure: interleaved rounds, CPU time, paired ratios, and a canvas to draw on.

Machines are shared and their clocks wander, so two candidates are run in turn (A B A B) and each
round gives one ratio; CPU milliseconds of the process, all threads, stay comparable where wall
clock does not. Nothing is timed before its picture was compared with a float64 reference.
"""

import resource
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from statistics import median
from time import perf_counter
from typing import Any, Self

import moderngl
import numpy as np
import w12
from depthgrade import EngineError
from depthgrade.compiler import Program
from depthgrade.gl.device import Device, headless
from depthgrade.gl.flat import flattened
from depthgrade.gl.powers import quick_powers
from depthgrade.gl.runner import VERTEX
from depthgrade.gl.textures import TextureStore, interpolated
from numpy.typing import NDArray

ROUNDS, QUICK_ROUNDS = 9, 5


@dataclass(frozen=True)
class Row:
    """One line of a benchmark: what was measured, the figure, and the goal it is held to.

    ms         CPU milliseconds a frame (or wall, where the name says so) of the thing named
    ratio      the figure the goal is about: median of paired rounds; low and high are its range
    goal       "<= 1.10" or ">= 2"; "" where there is none
    note       the error against the reference, or why there is no figure
    """

    name: str
    ms: float | None = None
    ratio: float | None = None
    low: float | None = None
    high: float | None = None
    goal: str = ""
    note: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the ratio keeps the goal; None without either."""
        if not self.goal or self.ratio is None:
            return None
        sign, bound = self.goal.split()
        return self.ratio <= float(bound) if sign == "<=" else self.ratio >= float(bound)

    def plain(self) -> dict[str, Any]:
        """As JSON takes it."""
        return {**asdict(self), "met": self.met}


def absent(name: str, why: str) -> Row:
    """A peer that is not on this machine."""
    return Row(name, note=f"absent: {why}")


def table(title: str, rows: list[Row]) -> dict[str, Any]:
    """A titled list of rows, as results keep it."""
    return {"title": title, "rows": [row.plain() for row in rows]}


def cpu_seconds(who: int = resource.RUSAGE_SELF) -> float:
    """CPU time of this process and all its threads, or of its ended children."""
    usage = resource.getrusage(who)
    return usage.ru_utime + usage.ru_stime


def rounds(
    works: Mapping[str, Callable[[], object]], count: int, repeat: int = 2
) -> dict[str, list[float]]:
    """CPU milliseconds of each work by round, taken in turn; each has run once before."""
    found: dict[str, list[float]] = {name: [] for name in works}
    for work in works.values():
        work()
    for _ in range(count):
        for name, work in works.items():
            began = cpu_seconds()
            for _ in range(repeat):
                work()
            found[name].append(1000 * (cpu_seconds() - began) / repeat)
    return found


def compared(
    found: Mapping[str, list[float]], over: str, under: str, goal: str = "", note: str = ""
) -> Row:
    """The paired ratio of two works, over / under, as a row of the first."""
    pairs = [a / b for a, b in zip(found[over], found[under], strict=True)]
    name = f"{over} / {under}"
    return Row(name, median(found[over]), median(pairs), min(pairs), max(pairs), goal, note)


def error_of(picture: NDArray[Any], reference: NDArray[Any]) -> tuple[float, float]:
    """Mean and largest distance from the reference."""
    apart = np.abs(picture.astype(np.float64) - reference)
    return float(apart.mean()), float(apart.max())


def stated(error: tuple[float, float]) -> str:
    """An error as notes say it."""
    return f"error mean {error[0]:.1e}, max {error[1]:.1e}"


def checked(name: str, picture: NDArray[Any], reference: NDArray[Any], most: float) -> str:
    """The error as a note. Raises EngineError where it is above `most`: no number then."""
    error = error_of(picture, reference)
    if not error[1] <= most:
        raise EngineError(f"bench: {name}: off by {error[1]:.2g}; allowed: {most:g}")
    return stated(error)


class Canvas:
    """A device with the planes and depth of W12, and shaders that draw into one float picture."""

    def __init__(self, size: tuple[int, int] = w12.SIZE) -> None:
        self.size = size
        self.device: Device = headless()
        self._store = TextureStore(self.device)
        self._textures = {
            f"plane{index}": texture
            for index, texture in enumerate(self._store.planes(w12.planes(size)))
        }
        depth = self._store.fill("depth", w12.depth(size), linear=True)
        self._textures["depth_better"] = interpolated(depth)
        context = self.device.context
        self._pictures = [context.texture(size, 4, dtype="f4") for _ in range(2)]
        self._frames = [context.framebuffer([picture]) for picture in self._pictures]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.device.close()

    def shader(
        self,
        text: str,
        values: Mapping[str, Any] | None = None,
        target: int = 0,
        vertex: str = VERTEX,
    ) -> Callable[[], None]:
        """A function that draws a shader and waits; it has been drawn once."""
        context = self.device.context
        program = context.program(vertex, text)
        triangle = context.vertex_array(program, [])
        for name, value in (values or {}).items():
            uniform = program[name]
            assert isinstance(uniform, moderngl.Uniform)
            held = np.array(value, np.float32)
            uniform.write((held.T if held.shape == (3, 3) else held).tobytes())

        def draw() -> None:
            textures = {**self._textures, "picture": self._pictures[1 - target]}
            for unit, (name, texture) in enumerate(textures.items()):
                if name in program:
                    texture.use(unit)
                    program[name] = unit
            self._frames[target].use()
            triangle.render(moderngl.TRIANGLES, vertices=3)
            context.finish()

        draw()
        return draw

    def quick_shader(self, text: str, target: int = 0) -> Callable[[], None]:
        """The same, with powers in the form the device runs best."""
        return self.shader(quick_powers(text) if self.device.software else text, target=target)

    def program(self, program: Program, values: Mapping[str, Any] | None = None) -> Any:
        """The same for a program of the compiler, its live values in the form the device gets."""
        vertex, text, renamed = VERTEX, program.text, dict[str, str]()
        if self.device.software:
            vertex, text, renamed = flattened(vertex, quick_powers(text))
        moved = {renamed.get(name, name): value for name, value in (values or {}).items()}
        return self.shader(text, moved, vertex=vertex)

    def read(self, target: int = 0) -> NDArray[np.float32]:
        """What was drawn last: (height, width, 3)."""
        width, height = self.size
        values = np.empty((height, width, 4), np.float32)
        self._pictures[target].read_into(values)
        return values[..., :3]


def first_draw(canvas: Canvas, text: str) -> tuple[float, float]:
    """Wall and CPU milliseconds from a text to its first picture."""
    wall, cpu = perf_counter(), cpu_seconds()
    canvas.quick_shader(text)
    return 1000 * (perf_counter() - wall), 1000 * (cpu_seconds() - cpu)
