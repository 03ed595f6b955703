"""The exceptions of depthgrade, each a sentence a user can act on.

    EngineError
    ├── ProjectError (ValueError)      a project or look file, a value, the wiring
    ├── MediaError (OSError)           a clip or picture that can't be read or written
    ├── ColorError (ValueError)        a colour space, view or LUT
    ├── DepthError (RuntimeError)      a depth model, its card, or a depth pass
    └── DeviceError (RuntimeError)     OpenGL, CUDA, a shader that does not compile

Every message reads *where: what is wrong; what is allowed*, so that the command line can print it
alone.
"""

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, redirect_stdout
from difflib import get_close_matches
from io import StringIO


class EngineError(Exception):
    """Anything the engine refuses; the message is one line for the user."""


class ProjectError(EngineError, ValueError):
    """A project, look, parameter or wire is not valid."""


class MediaError(EngineError, OSError):
    """A clip, picture or output file can't be read or written."""


class ColorError(EngineError, ValueError):
    """A colour space, display rendering or LUT is unknown or unusable."""


class DepthError(EngineError, RuntimeError):
    """A depth model or depth pass can't be used."""


class DeviceError(EngineError, RuntimeError):
    """OpenGL or CUDA is missing or refused a program."""


_LISTED = 60  # names that a message lists; more would bury what it says
_LONGEST = 400  # characters of a message about a file


def suggest(name: str, allowed: Iterable[str]) -> str:
    """The half sentence that ends an "unknown name" message: the nearest name, else all of them."""
    known = sorted(allowed)
    near = get_close_matches(name, known, n=1)
    if near:
        return f'did you mean "{near[0]}"?'
    more = f" and {len(known) - _LISTED} more" if len(known) > _LISTED else ""
    return f"allowed: {', '.join(known[:_LISTED])}{more}"


def one_line(text: str) -> str:
    """A message that quotes a file as one line that a terminal can show, whatever the file holds.

    Of one too long the middle is left out, because it ends with what to do.
    """
    if len(text) > _LONGEST:
        text = f"{text[: _LONGEST // 2]} ... {text[-_LONGEST // 2 :]}"
    return "".join(each if each.isprintable() else " " for each in text)


@contextmanager
def unheard() -> Iterator[None]:
    """Keeps what a library prints about a damaged file, beside the error it raises, to itself.

    C libraries write to the process's standard error, which is turned away for all threads.
    """
    sys.stderr.flush()
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        with redirect_stdout(StringIO()):
            yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
