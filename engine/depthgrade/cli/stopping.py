"""Ctrl-C and SIGTERM, heard between two pictures.

Python would raise KeyboardInterrupt wherever it happens to be, in the middle of a driver's call
too, which crashes some of them. So a signal is remembered and raised at the next step of progress,
from where everything unwinds in order. A second signal does not wait.
"""

import signal
import threading
from types import FrameType, TracebackType
from typing import Any, Self

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Stop:
    """Holds the signals' handlers while it is entered, on the main thread; elsewhere it is idle."""

    def __init__(self) -> None:
        self._heard = self._raised = False
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            self._before = {each: signal.signal(each, self._hear) for each in _SIGNALS}
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for each, handler in self._before.items():
            signal.signal(each, handler)

    def check(self) -> None:
        """Raises KeyboardInterrupt if a signal came since the work began."""
        if self._heard and not self._raised:
            self._raised = True
            raise KeyboardInterrupt

    def _hear(self, number: int, frame: FrameType | None) -> None:
        if self._heard and not self._raised:
            self._raised = True
            raise KeyboardInterrupt
        self._heard = True  # while unwinding, further signals change nothing: it must finish
