"""Clips, stills and sequences, in and out: planes as they were decoded, exact frames and stamps.

The one package that PyAV (FFmpeg) and OpenEXR enter at.
"""

from .movie import later_timecode
from .outputs import CODECS, OutputFormat, output_for, usual_suffix
from .pictures import clip_files, read_picture
from .reader import ClipReader, open_clip
from .writer import ClipWriter

__all__ = [
    "CODECS",
    "ClipReader",
    "ClipWriter",
    "OutputFormat",
    "clip_files",
    "later_timecode",
    "open_clip",
    "output_for",
    "read_picture",
    "usual_suffix",
]
