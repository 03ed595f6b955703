"""The drawing half of a session: one device, and the passes from a frame's planes to a picture.

It knows nothing of files or time. The renderer gives it frames and depth; it gives back textures
and arrays, and counts the milliseconds of each stage where asked to.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from depthgrade.compiler import Program, compile_drawn, compile_lines, compile_pack
from depthgrade.compiler.pack import Pack
from depthgrade.errors import DeviceError
from depthgrade.frames import ColorTags, Frame, PixelFormat, Plane
from depthgrade.gl.device import Device, headless
from depthgrade.gl.entries import compute_pays
from depthgrade.gl.interop import CudaSharing, open_sharing
from depthgrade.gl.read_back import ReadBack
from depthgrade.gl.runner import Inputs, Runner
from depthgrade.gl.textures import Texture, TextureStore, interpolated
from depthgrade.gl.timers import Timers
from depthgrade.nodes.base import Argument

Map = NDArray[np.float32]


@dataclass
class Stages:
    """Seconds and counts by stage. Stages of the device are only true while `measured`.

    by_pass   the grade is counted pass by pass, and a GPU's timers tell what it took, unasked for
              until `collect`; otherwise every stage is waited for
    """

    measured: bool = False
    by_pass: bool = False
    seconds: dict[str, float] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)

    def add(self, stage: str, seconds: float) -> None:
        """Counts one run of a stage."""
        self.seconds[stage] = self.seconds.get(stage, 0.0) + seconds
        self.counts[stage] = self.counts.get(stage, 0) + 1

    def clear(self) -> None:
        """Forgets what was counted, such as the preparation of a render."""
        self.seconds.clear()
        self.counts.clear()

    def milliseconds(self, pictures: int) -> dict[str, float]:
        """Milliseconds a picture by stage, in the order the stages first ran."""
        return {stage: 1000 * total / pictures for stage, total in self.seconds.items()}

    @contextmanager
    def timed(self, stage: str) -> Iterator[None]:
        """Counts the time the block takes."""
        start = perf_counter()
        yield
        self.add(stage, perf_counter() - start)


class Engine:
    """One device with its programs and textures. Belongs to the thread that made it."""

    def __init__(self, device: Device | None = None) -> None:
        """Uses a device, or opens a headless one and owns it."""
        self._owns = device is None
        self.device = device or headless()
        self.runner = Runner(self.device, computing=compute_pays(self.device))
        self.stages = Stages()
        self._timers = Timers(self.device)
        self._planes = TextureStore(self.device)
        self._depths = TextureStore(self.device)
        self._read_back = ReadBack(self.runner)
        self._sharing: CudaSharing | DeviceError | None = None

    def close(self) -> None:
        """Ends the sharing with CUDA, and releases the device if this engine opened it."""
        if isinstance(self._sharing, CudaSharing):
            with self.device.current():
                self._sharing.close()
        self._sharing = None
        if self._owns:
            self.device.close()

    @contextmanager
    def stage(self, stage: str) -> Iterator[None]:
        """The context made current, for the block; timed where stages are measured."""
        with self.device.current():
            if not self.stages.measured:
                yield
                return
            if self.stages.by_pass and not self.device.software:
                with self._timers.timed(stage):
                    yield
                return
            with self.stages.timed(stage):
                yield
                self.runner.finish()

    def sharing(self) -> CudaSharing:
        """CUDA's side of the device, opened on first use.

        Raises DeviceError with the reason where there is none, the same every time.
        """
        if self._sharing is None:
            try:
                with self.device.current():
                    self._sharing = open_sharing(self.device)
            except DeviceError as error:
                self._sharing = error
        if isinstance(self._sharing, DeviceError):
            raise self._sharing
        return self._sharing

    def collect(self) -> dict[str, float]:
        """Milliseconds by stage since the last time, once what was drawn is finished."""
        for stage, seconds in self._timers.read():
            self.stages.add(stage, seconds)
        found = self.stages.milliseconds(1)
        self.stages.clear()
        return found

    def upload(self, frame: Frame, key: object = "planes") -> tuple[Texture, ...]:
        """The textures of a frame's planes, valid until the next upload under the same key.

        Raises DeviceError for planes on a CUDA device that OpenGL does not share.
        """
        with self.stage("upload"):
            self.device.collect()
            if frame.on_device:
                return self.sharing().planes(frame.on_device, key)
            return self._planes.planes(frame.planes, key)

    def network_input(
        self, program: Program, planes: tuple[Texture, ...], label: object = "network"
    ) -> Texture:
        """What a depth network sees (RGB); drawn over when the label is used again."""
        with self.stage("network input"):
            return self.runner.run(program, Inputs(planes), label=label)

    def proxy(self, program: Program, planes: tuple[Texture, ...]) -> Texture:
        """A frame's code values at a smaller size, drawn over the one before."""
        with self.stage("proxy"):
            return self.runner.run(program, Inputs(planes), label="proxy")

    def drawn(self, quality: str, depth: Texture, picture: Texture) -> Texture:
        """A network's depth with its edges drawn to those of the picture it saw (RGB).

        Drawn over by the next map of a quality.
        """
        first, *rounds = compile_drawn(picture.size)
        with self.stage("depth edges"):
            inputs = Inputs(pictures=(picture, depth))
            pixels = self.runner.run(first, inputs, label=("drawn from", quality))
            for number, program in enumerate(rounds):
                inputs = Inputs(pictures=(pixels, depth))
                depth = self.runner.run(program, inputs, label=("drawn", quality, number % 2))
            return depth

    def guide(self, program: Program, planes: tuple[Texture, ...]) -> Texture:
        """The luma of a frame at the size of its depth map, where a network's picture has it."""
        with self.stage("depth edges"):
            texture = self.runner.run(program, Inputs(planes), label="guide")
            texture.swizzle = "RRRR"  # that is alpha
            return texture

    def depth_texture(self, quality: str, depth: Map | Texture, guide: Texture | None) -> Texture:
        """A depth map (near = 1) as the grade pass reads it; with a guide, as lines over luma.

        A map that is a texture already is taken as it is. guide: luma in alpha.
        """
        with self.stage("depth edges"):
            texture = depth if isinstance(depth, Texture) else self._depths.fill(quality, depth)
            if guide is None:
                return interpolated(texture)
            inputs = Inputs(pictures=(guide, texture))
            lines = self.runner.run(compile_lines(guide.size), inputs, label=("lines", quality))
            return interpolated(lines)

    def finish(self) -> None:
        """Waits until everything drawn so far is there."""
        with self.device.current():
            self.runner.finish()

    def read(self, texture: Texture) -> Map:
        """A texture's values: (height, width, channels), without the last axis for one channel."""
        with self.device.current():
            return self.runner.read(texture)

    def values(self, depth: Map | Texture) -> Map:
        """A depth map as an array, wherever it is."""
        return self.read(depth) if isinstance(depth, Texture) else depth

    def run(
        self,
        program: Program,
        inputs: Inputs,
        values: Mapping[str, Argument],
        label: object,
        number: int = 0,
    ) -> Texture:
        """The picture of a grading pass, drawn over the one before of that label.

        number: which pass of its plan it is, for those who count.
        """
        stage = f"pass {number + 1}: {program.about}" if self.stages.by_pass else "grade"
        with self.stage(stage):
            return self.runner.run(program, inputs, values, label=label)

    def pack(
        self, picture: Texture, format: PixelFormat, tags: ColorTags, *, dither: bool
    ) -> tuple[Plane, ...]:
        """A finished picture as the planes of an encoder's pixel format."""
        return self.pack_later(picture, format, tags, dither=dither)()

    def pack_later(
        self, picture: Texture, format: PixelFormat, tags: ColorTags, *, dither: bool
    ) -> Callable[[], tuple[Plane, ...]]:
        """What gives the planes of a finished picture, once asked, before LATE more are packed.

        On a GPU they travel while the next pictures are drawn; on the CPU they are there at once.
        """
        inputs = Inputs(pictures=(picture,))
        packs = compile_pack(format, tags, picture.size, dither=dither)
        with self.stage("read-back"):
            drawn = [
                self.runner.run(pack.program, inputs, label=("pack", pack.planes)) for pack in packs
            ]
            values = self._read_back.ask(drawn)

        def planes() -> tuple[Plane, ...]:
            with self.stage("read-back"):
                return _planes_of(packs, values())

        return planes


def _planes_of(packs: Sequence[Pack], values: Sequence[Map]) -> tuple[Plane, ...]:
    """The planes in their order, from the pictures that hold one each or one in each channel."""
    planes: dict[int, Plane] = {}
    for pack, held in zip(packs, values, strict=True):
        if len(pack.planes) == 1:
            planes[pack.planes[0]] = held
        else:
            for channel, plane in enumerate(pack.planes):
                planes[plane] = np.ascontiguousarray(held[..., channel])
    return tuple(planes[number] for number in sorted(planes))
