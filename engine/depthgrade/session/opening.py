"""A clip that is being opened beside the thread that draws.

Opening reads through a file whose frames it has to find, and decodes the first: seconds for 8K.
"""

import threading

from depthgrade.media import ClipReader, open_clip
from depthgrade.project import Project


class Opening:
    """One clip on its way, on a thread of its own; `take` it or `drop` it."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._lock = threading.Lock()
        self._reader: ClipReader | None = None
        self._error: BaseException | None = None
        self._dropped = False
        # A daemon, so that the window closes while a file is still being read.
        self._thread = threading.Thread(target=self._run, name="depthgrade-open", daemon=True)
        self._thread.start()

    def take(self, *, wait: bool = False) -> ClipReader | None:
        """The reader once it is there, else None. Raises what opening raised, MediaError mostly."""
        if wait:
            self._thread.join()
        with self._lock:
            if self._error is not None:
                raise self._error
            return self._reader

    def drop(self) -> None:
        """Closes the clip, if not now then when it is open."""
        with self._lock:
            self._dropped = True
            if self._reader is not None:
                self._reader.close()

    def _run(self) -> None:
        try:
            assert self._project.clip is not None
            reader = open_clip(self._project.clip, track=self._project.track)
        except BaseException as error:  # handed to whoever takes the clip, who raises it
            with self._lock:
                self._error = error
            return
        with self._lock:
            if self._dropped:
                reader.close()
            self._reader = reader
