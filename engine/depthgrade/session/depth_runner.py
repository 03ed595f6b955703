"""Where a network runs: the one interface from the picture it sees to nearness, both on the device.

On a machine that shares buffers between CUDA and OpenGL nothing is read back; elsewhere the picture
goes to the CPU and the answer returns as a texture. The caller can't tell them apart.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

import numpy as np

from depthgrade import depth
from depthgrade.depth.bound import BoundNetwork, open_bound
from depthgrade.depth.estimator import NEAREST, normalisation
from depthgrade.depth.runtime import cuda_device_count
from depthgrade.errors import DepthError, DeviceError
from depthgrade.gl.interop import CudaSharing
from depthgrade.gl.tensor import TensorForm, TensorPasses
from depthgrade.gl.textures import Texture, TextureStore
from depthgrade.session.engine import Engine


class DepthRunner(Protocol):
    """A network of one input size. Belongs to the engine's thread.

    place   what it runs on, for reports; notes: why it is not something faster, a line each
    """

    @property
    def place(self) -> str:
        """What it runs on, for reports."""

    @property
    def notes(self) -> tuple[str, ...]:
        """Why it does not run on something faster, a line each."""

    def begin(self, picture: Texture, label: object) -> Callable[[], Texture]:
        """Starts on a picture; what is returned waits for its nearness and hands it out.

        picture: what the network sees, RGB display code values of the network's input size.
        Nearness is float32, of that size, larger is nearer; it is drawn over by label. What was
        begun may be left. The call returned raises DepthError where the network fails.
        """

    def close(self) -> None:
        """Ends what runs beside the caller."""


class HostRunner:
    """The picture is read back, estimated by ONNX Runtime on a thread of its own, and uploaded."""

    def __init__(
        self, engine: Engine, estimator: depth.Estimator, notes: tuple[str, ...] = ()
    ) -> None:
        self._engine, self._estimator = engine, estimator
        self._store = TextureStore(engine.device)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="depthgrade-depth")
        self.place: str = estimator.provider
        self.notes = notes

    def begin(self, picture: Texture, label: object) -> Callable[[], Texture]:
        """See DepthRunner."""
        rgb = np.ascontiguousarray(self._engine.read(picture)[..., :3])
        answer = self._thread.submit(self._estimator.infer, rgb)

        def arrived() -> Texture:
            raw = answer.result()
            if raw.shape != rgb.shape[:2]:
                raise DepthError(
                    f"{self._estimator.card.name}: answers {raw.shape}, asked for {rgb.shape[:2]}"
                )
            with self._engine.device.current():
                return self._store.fill(label, raw)

        return arrived

    def close(self) -> None:
        """See DepthRunner."""
        self._thread.shutdown(cancel_futures=True)


class SharedRunner:
    """The picture is written into memory that the network reads, and its answer stays there.

    What the CPU path refuses, a depth map with NaN, is far away here: nobody looks at the numbers.
    """

    def __init__(
        self,
        engine: Engine,
        sharing: CudaSharing,
        card: depth.ModelCard,
        network: BoundNetwork,
        notes: tuple[str, ...] = (),
    ) -> None:
        self._engine, self._sharing, self._network = engine, sharing, network
        self.place, self.notes = network.way.name, notes
        size = network.size
        self._bytes = (
            3 * size[0] * size[1] * (2 if network.half else 4),
            network.answered[0] * network.answered[1] * (2 if network.half_answer else 4),
        )
        with engine.device.current():
            form = tensor_form(card, half=network.half, half_answer=network.half_answer)
            self._passes = TensorPasses(engine.device, form, size, network.answered)
            self._input = sharing.share(self._passes.input)
            self._output = sharing.share(self._passes.output)

    def begin(self, picture: Texture, label: object) -> Callable[[], Texture]:
        """See DepthRunner. Four calls that the stream orders; the CPU waits for none of them."""
        with self._engine.device.current():
            self._passes.pack(picture)
            self._sharing.copy_out(self._input, self._network.input, self._bytes[0])
            self._network.run()
            self._sharing.copy_in(self._network.output, self._output, self._bytes[1])
            nearness = self._passes.unpack(label)
        return lambda: nearness

    def close(self) -> None:
        """See DepthRunner. The stream ends with what is shared."""


def tensor_form(card: depth.ModelCard, *, half: bool, half_answer: bool) -> TensorForm:
    """A card's conventions as the passes on the device take them."""
    scale, offset = (each.reshape(3).tolist() for each in normalisation(card))
    return TensorForm(
        scale=(scale[0], scale[1], scale[2]),
        offset=(offset[0], offset[1], offset[2]),
        bgr=card.channels == "bgr",
        half=half,
        half_answer=half_answer,
        distance=card.output != "disparity",
        sense=1.0 if card.near == "larger" else -1.0,
        nearest=NEAREST,
    )


def open_runner(engine: Engine, estimator: depth.Estimator, size: tuple[int, int]) -> DepthRunner:
    """The fastest place for a network here; falls back step by step, never fails for want of CUDA.

    The estimator's own session is freed where it is not needed.
    """
    if estimator.provider == "CPU":
        # Where there is no device there is nothing to explain.
        why = (estimator.note,) if estimator.note and cuda_device_count() else ()
        return HostRunner(engine, estimator, why)
    try:
        sharing = engine.sharing()
        network, notes = open_bound(
            estimator.path, size, device=sharing.number, stream=sharing.stream
        )
        runner = SharedRunner(engine, sharing, estimator.card, network, notes)
    except (DeviceError, DepthError) as error:
        return HostRunner(engine, estimator, (f"{error}: depth passes through main memory",))
    estimator.close()
    return runner
