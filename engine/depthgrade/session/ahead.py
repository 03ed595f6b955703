"""Work on the next frame while the one before is drawn, on a thread of its own."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Generic, TypeVar

Made = TypeVar("Made")


class Ahead(Generic[Made]):
    """One result by frame, begun on a thread before it is asked for; all are made on that thread.

    What a thread makes must not depend on the frames before. An error is raised where the result is
    asked for.
    """

    def __init__(self, name: str) -> None:
        """name: of the thread."""
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=name)
        self._begun: tuple[int, Future[Made]] | None = None

    def begin(self, index: int, work: Callable[[], Made]) -> None:
        """Starts making the result of a frame; what was begun of another is dropped."""
        if self._begun is None or self._begun[0] != index:
            if self._begun is not None:
                self._begun[1].cancel()
            self._begun = index, self._thread.submit(work)

    def result(self, index: int, work: Callable[[], Made]) -> Made:
        """The result of a frame, which is begun if it was not."""
        self.begin(index, work)
        assert self._begun is not None
        made, self._begun = self._begun[1], None
        return made.result()

    def close(self) -> None:
        """Waits for what is being made and ends the thread."""
        self._thread.shutdown(cancel_futures=True)
