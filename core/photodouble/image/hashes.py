"""Fingerprints of files and of the pixels in them."""

from __future__ import annotations

import hashlib
import struct
from pathlib import Path

import numpy as np

from photodouble.image.files import read_picture


def file_sha256(path: Path) -> str:
    """Fingerprint the bytes of a file, as 64 hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def pixel_sha256(path: Path) -> str:
    """Fingerprint the pixels of a picture file, whatever its compression, header or dates.

    Over every channel in name order: name (with its part's where several parts share it), type, data
    window and the raw values in the file's own type, little-endian, rows from the top. Raises as
    `files.read_picture`.
    """
    digest = hashlib.sha256()
    for plane in sorted(read_picture(path).planes, key=lambda plane: plane.name):
        window = plane.window
        kind = plane.pixels.dtype.newbyteorder("<")
        digest.update(f"{plane.name}\0{kind.str}\0".encode())
        digest.update(struct.pack("<6i", window.x0, window.y0, window.x1, window.y1, *plane.sampling))
        digest.update(np.ascontiguousarray(plane.pixels, dtype=kind).tobytes())
    return digest.hexdigest()
