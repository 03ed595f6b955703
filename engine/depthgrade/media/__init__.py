"""Clips, stills and sequences, in and out: planes as they were decoded, exact frames and stamps.

The one package that PyAV (FFmpeg) and OpenEXR enter at.
"""

from .reader import ClipReader, open_clip

__all__ = ["ClipReader", "open_clip"]
