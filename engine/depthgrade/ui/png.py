"""Pictures written as PNG, 8 or 16 bits a channel."""

import struct
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray


def write_png(path: Path, picture: NDArray[np.uint8] | NDArray[np.uint16]) -> None:
    """Writes (height, width, 3) uint8 or uint16. Raises OSError."""
    height, width = picture.shape[:2]
    deep = picture.dtype == np.uint16
    values = picture.astype(">u2").view(np.uint8) if deep else picture
    rows = np.concatenate([np.zeros((height, 1), np.uint8), values.reshape(height, -1)], 1)

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", width, height, 16 if deep else 8, 2, 0, 0, 0)
    data = zlib.compress(rows.tobytes(), 3 if deep else 6)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")
    )
