"""What a GPU took for its work, by its own clock: nothing waits while work is handed over."""

from collections.abc import Iterator
from contextlib import contextmanager

import moderngl

from depthgrade.gl.device import Device


class Timers:
    """Timed stretches of drawing; they can't be nested. Belongs to the device's thread."""

    def __init__(self, device: Device) -> None:
        self._context = device.context
        self._free: list[moderngl.Query] = []
        self._used: list[tuple[str, moderngl.Query]] = []

    @contextmanager
    def timed(self, name: str) -> Iterator[None]:
        """Times what the block hands to the device."""
        query = self._free.pop() if self._free else self._context.query(time=True)
        with query:
            yield
        self._used.append((name, query))

    def read(self) -> list[tuple[str, float]]:
        """Seconds by name since the last time; waits for work that is not finished."""
        found = [(name, query.elapsed * 1e-9) for name, query in self._used]
        self._free += [query for _, query in self._used]
        self._used.clear()
        return found
