"""G4: a clip decoded, its depth estimated and graded, and the ceiling of each part.

The loop is depthgrade's own parts in a row, once where everything stays on the device (decoder,
network and grade share its memory) and once through main memory. The network has Depth Anything V2
S's shape and random weights; the first picture must be that of the CPU's decoder and network. What
a render adds (the temporal filter, packing and encoding) is the last row.
"""

import importlib.util
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any, Self

import b7_ingest
import numpy as np
from depthgrade import EngineError, Project, looks, render
from depthgrade.color import DisplayRendering
from depthgrade.compiler import Request, Source, compile_grade, compile_network_input
from depthgrade.compiler.program import Entry
from depthgrade.compiler.temporal import compile_mapped
from depthgrade.depth import Estimator, fit_mapping, load_card
from depthgrade.frames import Frame
from depthgrade.gl.runner import Inputs
from depthgrade.gl.textures import Texture
from depthgrade.media import ClipReader, open_clip
from depthgrade.session.depth_runner import HostRunner, open_runner
from depthgrade.session.device_frames import decoder_on_device
from depthgrade.session.engine import Engine
from measure import Row, absent, table
from synthetic_vit import SMALL, TINY, write_network

Progress = Callable[[str, int, int], None]

TITLE = "G4: decode, depth and grade; figure: frames a second, wall clock"
SIZES = {"1080p": (1920, 1080), "4K": (3840, 2160)}
QUICK_SIZES = {"180p": (320, 180)}
NETWORK, QUICK_NETWORK = (546, 308), (112, 70)
LOOK = "recover-highlights"
FRAMES, QUICK_FRAMES, MOST_ON_CPU = 240, 12, 24
CADENCES = (1, 2, 4)  # frames to one estimate of depth
_NTH = {1: "each", 2: "every 2nd", 4: "every 4th"}
FLUSHED = 8  # frames the device may lag behind
SAME = 0.03  # mean distance of the first picture, code values 0..1: float16 moves the depth key


def run(*, frames: int | None, quick: bool, progress: Progress) -> dict[str, Any]:
    """A table for each size; frames: of the clip."""
    if importlib.util.find_spec("onnx") is None:
        return {"tables": [table(TITLE, [absent("the network", "pip install onnx")])]}
    count = frames or (QUICK_FRAMES if quick else FRAMES)
    sizes = QUICK_SIZES if quick else SIZES
    tables = []
    with tempfile.TemporaryDirectory() as folder:
        cards = [_card(Path(folder), half, quick=quick) for half in (False, True)]
        for step, (name, size) in enumerate(sizes.items(), 1):
            clip = Path(folder) / f"{name}.mp4"
            # 4K is there for the decoder's ceiling: fewer frames say that.
            b7_ingest.write_clip(clip, size, "libx264", max(4, count // (4 if name == "4K" else 1)))
            tables.append(table(f"{TITLE}, {name}", _rows(clip, cards, name, quick=quick)))
            progress("G4", step, len(sizes))
    return {"tables": tables}


def _card(folder: Path, half: bool, *, quick: bool) -> Path:
    """The network as a file with a card."""
    size = QUICK_NETWORK if quick else NETWORK
    name = f"synthetic-{'half' if half else 'float'}"
    write_network(folder / f"{name}.onnx", size, half=half, shape=TINY if quick else SMALL)
    card = folder / f"{name}.toml"
    card.write_text(
        f'name = "{name}"\ntitle = "Synthetic"\nfile = "{name}.onnx"\nsource = "random"\n'
        f'licence = "CC0-1.0"\nfaster = {list(size)}\nbetter = {list(size)}\nfixed_size = true\n'
        "mean = [0.485, 0.456, 0.406]\nstd = [0.229, 0.224, 0.225]\n",
        encoding="utf-8",
    )
    return card


class _Loop:
    """Decoder, network and grade of one clip, on the device or through main memory."""

    def __init__(self, clip: Path, card: Path, entry: Entry, *, on_device: bool) -> None:
        self.engine = Engine()
        self.engine.runner.computing = entry == "compute"
        self._host = open_clip(clip)
        self.reader: ClipReader = self._host
        self.why = "" if on_device else "as chosen"
        if on_device:
            self.reader, self.why = decoder_on_device(self.engine, self._host)
        self.source = Source.of(self.reader.info)
        estimator = Estimator(load_card(card), provider="auto" if on_device else "cpu")
        self._size = size = estimator.input_size(*self.reader.info.size)
        self.runner = (
            open_runner(self.engine, estimator, size)
            if on_device
            else HostRunner(self.engine, estimator)
        )
        rendering = DisplayRendering()
        self._shown = compile_network_input(self.source, "rec709", rendering, None, size)
        look = looks.load(LOOK).with_limits(lambda _: (0.1, 0.9))
        project = Project(look=look, input="rec709", output="rec709")
        request = Request(project, self.source, "rec709", guided=True)
        self._plan, self._look = compile_grade(request), look
        self._mapping: dict[str, float] | None = None
        self._depth: Texture | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.reader.close()
        self._host.close()
        del self.runner  # what it is bound to ends with the engine
        self.engine.close()

    @property
    def place(self) -> str:
        """Where decoder and network run."""
        decoder = "GPU" if self.reader is not self._host else "CPU"
        return f"decoder: {decoder}, network: {self.runner.place}"

    @property
    def all_on_device(self) -> bool:
        """Whether nothing passes through main memory."""
        return self.reader is not self._host and not isinstance(self.runner, HostRunner)

    @property
    def reasons(self) -> str:
        """Why they do not run on the device."""
        return "; ".join(filter(None, [self.why, *self.runner.notes]))

    def estimate(self, planes: tuple[Texture, ...]) -> None:
        """Depth of the planes, with its edges drawn."""
        picture = self.engine.network_input(self._shown, planes)
        raw = self.runner.begin(picture, "raw")()
        if self._mapping is None:  # of the first frame, read once
            found = fit_mapping([self.engine.read(raw)])
            self._mapping = {"low": found.low, "scale": found.scale, "base": 0.0}
        with self.engine.device.current():
            mapped = self.engine.runner.run(
                compile_mapped(raw.size), Inputs(pictures=(raw,)), self._mapping, label="mapped"
            )
        drawn = self.engine.drawn("better", mapped, picture)
        self._depth = self.engine.depth_texture("better", drawn, picture)

    def grade(self, planes: tuple[Texture, ...]) -> Texture:
        """The graded picture with the depth estimated last."""
        made: dict[str, Texture] = {}
        depths = {"better": self._depth} if self._depth is not None else {}
        for number, program in enumerate(self._plan.programs):
            passes = {s.name: made[str(s.index)] for s in program.samplers if s.role == "pass"}
            made[str(number)] = self.engine.run(
                program.sized(self._look.nodes),
                Inputs(planes, depths, (), passes),
                program.values(self._look.nodes),
                number,
            )
        return made[str(len(self._plan.programs) - 1)]

    def frame(self, frame: Frame, cadence: int) -> Texture:
        """A decoded frame graded, with new depth for every `cadence`-th."""
        planes = self.engine.upload(frame)
        if frame.index % cadence == 0:
            self.estimate(planes)
        return self.grade(planes)

    @property
    def count(self) -> int:
        """How many frames are measured: a CPU has told all it can after a few."""
        count = self.reader.info.frame_count
        return count if self.all_on_device else min(count, MOST_ON_CPU)

    def seconds(self, cadence: int) -> float:
        """Of a frame, over the clip."""
        began = perf_counter()
        for frame in self.reader.frames(0, self.count):
            self.frame(frame, cadence)
            if frame.index % FLUSHED == FLUSHED - 1:
                self.engine.finish()
        self.engine.finish()
        return (perf_counter() - began) / self.count

    def parts(self) -> dict[str, float]:
        """Seconds of a frame of each part alone."""
        count = self.count
        first = next(iter(self.reader.frames(0, 1)))
        began = perf_counter()
        for _ in self.reader.frames(0, count):
            pass
        found = {"decode": (perf_counter() - began) / count}
        planes = self.engine.upload(first)
        works: dict[str, Callable[[], object]] = {
            "upload": lambda: self.engine.upload(first),
            "depth": lambda: self.estimate(planes),
            "grade": lambda: self.grade(planes),
        }
        for name, work in works.items():
            work()
            self.engine.finish()
            began = perf_counter()
            for _ in range(count):
                work()
            self.engine.finish()
            found[name] = (perf_counter() - began) / count
        return found


def _rows(clip: Path, cards: list[Path], name: str, *, quick: bool) -> list[Row]:
    with _Loop(clip, cards[0], "fragment", on_device=False) as host:
        planned = host.reader.frame(0)
        exact = host.engine.read(host.frame(planned, 1))[..., :3]
        rows = [_row("through main memory", host.seconds(1) if quick else None, host.place)]
    for entry in ("compute", "fragment"):
        with _Loop(clip, cards[1], entry, on_device=True) as loop:
            picture = loop.engine.read(loop.frame(loop.reader.frame(0), 1))[..., :3]
            apart = float(np.abs(picture - exact).mean())
            if not apart <= SAME:
                raise EngineError(f"bench: {entry}: off by {apart:.2g} on average; most {SAME}")
            parts = loop.parts()
            for cadence in CADENCES:
                seconds = loop.seconds(cadence)
                goal = ">= 240" if name == "1080p" and cadence == 1 and entry == "compute" else ""
                most = max(parts["decode"], parts["depth"] / cadence + parts["grade"])
                note = f"{loop.place}; {most / seconds:.2f} of what the slower part allows"
                rows.append(_row(f"{entry}, depth of {_NTH[cadence]} frame", seconds, note, goal))
            rows += [_row(f"  {part} alone", value, "") for part, value in parts.items()]
            if not loop.all_on_device:
                why = loop.reasons or "no CUDA device"
                rows.append(absent(f"{entry}, nothing leaving the GPU", why))
    if name != "4K":  # there only the decoder's ceiling is of interest
        rows.append(_rendered(clip, cards[1]))
    return rows


def _row(name: str, seconds: float | None, note: str, goal: str = "") -> Row:
    if seconds is None:
        return Row(name, note=f"not timed; its first picture is the reference; {note}")
    rate = 1 / seconds
    return Row(name, 1000 * seconds, rate, rate, rate, goal, note)


def _rendered(clip: Path, card: Path) -> Row:
    """A render as shipped, to H.264 by the CPU."""
    project = Project(clip=clip, model=str(card), look=looks.load(LOOK))
    report = render(project, clip.with_name("out.mp4"), overwrite=True)
    notes = "; ".join([report.depth, *report.notes])
    return _row("render as shipped, x264", report.seconds / report.frames, notes)


def tables(result: dict[str, Any]) -> list[dict[str, Any]]:
    """What to print."""
    found: list[dict[str, Any]] = result["tables"]
    return found
