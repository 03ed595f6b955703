"""The seam between the reader and what it reads: a source describes, its decoders decode.

A source is shared; each decoder belongs to one thread.
"""

from collections.abc import Iterator
from typing import Protocol

from ..errors import MediaError
from ..frames import ClipInfo, Frame


class Decoder(Protocol):
    """Decodes a source's frames on the thread that owns it."""

    def between(self, index: int) -> int | None:
        """How many frames are decoded on the way to one, None if it has to be sought."""

    def frames(self, start: int, stop: int) -> Iterator[Frame]:
        """The frames start..stop-1 in order; raises MediaError for one that can't be decoded."""

    def close(self) -> None:
        """Frees the decoder."""


class Source(Protocol):
    """A clip, a still or a numbered sequence."""

    @property
    def info(self) -> ClipInfo:
        """What the clip says of itself."""

    @property
    def damaged(self) -> set[int]:
        """Indices of frames seen so far that the decoder had to conceal damage in."""

    def decoder(self) -> Decoder:
        """A new, independent decoder."""


def reason(error: BaseException) -> str:
    """FFmpeg's or the system's few words for an error, without number and path."""
    text = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return str(text).splitlines()[0].rstrip(".").lower()


def decode_error(name: str, index: int, error: BaseException | None) -> MediaError:
    """The error for a frame that a clip promises and does not deliver."""
    why = reason(error) if error is not None else "the decoder gives no picture for it"
    return MediaError(
        f"{name}: frame {index} can't be decoded ({why}); choose frames before it, or repair the "
        "clip"
    )
