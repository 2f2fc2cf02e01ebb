"""The still-picture methods everybody has, to compare with: they see one frame at a time."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from photodouble.demo.textures import Picture
from photodouble.image.encoding import decode, encode

Peer = Callable[[Picture, Picture], Picture]


def navier_stokes(plate: Picture, matte: Picture) -> Picture:
    """Fill one frame by the fluid equations (Bertalmio et al., 2001), scene-linear in and out."""
    return _still(plate, matte, cv2.INPAINT_NS)


def telea(plate: Picture, matte: Picture) -> Picture:
    """Fill one frame by fast marching (Telea, 2004), scene-linear in and out."""
    return _still(plate, matte, cv2.INPAINT_TELEA)


PEERS: dict[str, Peer] = {"Navier-Stokes": navier_stokes, "Telea": telea}


def _still(plate: Picture, matte: Picture, method: int) -> Picture:
    hole = matte > 0
    if not hole.any():
        return plate
    codes = np.rint(np.clip(encode(plate), 0, 1) * 255).astype(np.uint8)
    codes[hole] = 127
    filled = decode(cv2.inpaint(codes, hole.astype(np.uint8), 5, method).astype(np.float32) / 255)
    alpha = matte[..., None]
    return np.where(hole[..., None], plate * (1 - alpha) + filled * alpha, plate).astype(np.float32)
