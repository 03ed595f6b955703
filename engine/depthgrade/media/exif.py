"""The orientation tag of JPEG, PNG and TIFF pictures (Exif 2.32, tag 0x0112)."""

import struct

from ..frames import Orientation

# Exif 2.32, 4.6.4: where the stored picture's row 0 and column 0 are, seen upright.
_ORIENTATIONS = {
    1: Orientation.UPRIGHT,
    2: Orientation.MIRROR_X,
    3: Orientation.ROTATE_180,
    4: Orientation.MIRROR_Y,
    5: Orientation.TRANSPOSE,
    6: Orientation.ROTATE_90,
    7: Orientation.ANTI_TRANSPOSE,
    8: Orientation.ROTATE_270,
}


def orientation_of_exif(data: bytes) -> Orientation | None:
    """The orientation in the bytes of a picture file, None where it carries none."""
    block = _tiff_block(data)
    if block is None or len(block) < 8:
        return None
    order = {b"II": "<", b"MM": ">"}.get(block[:2])
    if order is None:
        return None
    (at,) = struct.unpack_from(order + "I", block, 4)
    if at + 2 > len(block):
        return None
    (count,) = struct.unpack_from(order + "H", block, at)
    for entry in range(at + 2, min(at + 2 + 12 * count, len(block) - 11), 12):
        tag, kind = struct.unpack_from(order + "HH", block, entry)
        if tag == 0x0112 and kind == 3:
            (value,) = struct.unpack_from(order + "H", block, entry + 8)
            return _ORIENTATIONS.get(value)
    return None


def _tiff_block(data: bytes) -> bytes | None:
    """The TIFF structure that holds the tags: the file itself, a JPEG segment, a PNG chunk."""
    if data[:4] in (b"II*\0", b"MM\0*"):
        return data
    if data[:2] == b"\xff\xd8":
        at = 2
        while at + 4 <= len(data) and data[at] == 0xFF and data[at + 1] not in (0xDA, 0xD9):
            size = int.from_bytes(data[at + 2 : at + 4], "big")
            if data[at + 1] == 0xE1 and data[at + 4 : at + 10] == b"Exif\0\0":
                return data[at + 10 : at + 2 + size]
            at += 2 + size
    if data[:8] == b"\x89PNG\r\n\x1a\n":
        at = 8
        while at + 8 <= len(data):
            size = int.from_bytes(data[at : at + 4], "big")
            if data[at + 4 : at + 8] == b"eXIf":
                return data[at + 8 : at + 8 + size]
            at += 12 + size
    return None
