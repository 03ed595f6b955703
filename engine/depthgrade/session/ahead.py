"""Work on the next frame while the one before is drawn, on a thread of its own."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Generic, TypeVar

Made = TypeVar("Made")


class Ahead(Generic[Made]):
    """Results by frame, made one at a time on one thread: begun early, or when they are asked for.

    What a thread makes must not depend on the frames before. An error is raised where the result is
    asked for.
    """

    def __init__(self, name: str) -> None:
        """name: of the thread."""
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=name)
        self._begun: dict[int, Future[Made]] = {}

    def __contains__(self, index: int) -> bool:
        return index in self._begun

    def begin(self, index: int, work: Callable[[], Made]) -> None:
        """Starts making the result of a frame, unless that was begun."""
        if index not in self._begun:
            self._begun[index] = self._thread.submit(work)

    def result(self, index: int, work: Callable[[], Made]) -> Made:
        """The result of a frame, once; what was begun of frames before it is forgotten."""
        self.begin(index, work)
        result = self._begun.pop(index).result()
        self._begun = {later: made for later, made in self._begun.items() if later > index}
        return result

    def close(self) -> None:
        """Waits for what is being made and ends the thread."""
        self._thread.shutdown(cancel_futures=True)
