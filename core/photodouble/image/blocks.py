"""8x8 cosine blocks: how grain is told from texture, and taken off it."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

SIDE = 8
"""Pixels on a side of a block."""


def cosine_basis() -> NDArray[np.float32]:
    """Give the orthonormal 8-point cosine transform as a (8, 8) matrix, one frequency a row."""
    place = (np.arange(SIDE) + 0.5) * np.pi / SIDE
    basis = np.cos(np.outer(np.arange(SIDE), place)) * np.sqrt(2 / SIDE)
    basis[0] /= np.sqrt(2)
    return np.asarray(basis, np.float32)


def transform_blocks(blocks: NDArray[np.float32]) -> NDArray[np.float32]:
    """Transform blocks (n, 8, 8) or (n, 8, 8, c) to cosine coefficients of the same shape."""
    basis = cosine_basis()
    if blocks.ndim == 3:
        return np.asarray(np.matmul(np.matmul(basis, blocks), basis.T), np.float32)
    moved = np.moveaxis(blocks, -1, 1)
    return np.ascontiguousarray(np.moveaxis(np.matmul(np.matmul(basis, moved), basis.T), 1, -1))


def keep_texture(
    picture: NDArray[np.float32],
    deviation: NDArray[np.float32],
    spectrum: NDArray[np.float32],
    wanted: NDArray[np.bool_],
    *,
    threshold: float = 2.7,
    stride: int = 2,
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Take grain off a picture and keep its texture, by shrinking sliding cosine blocks.

    `picture` (h, w, c) float32; `deviation` (h, w, c) the grain's standard deviation at each
    pixel; `spectrum` (c, 8, 8) the grain's power per coefficient, mean 1. Coefficients below
    `threshold` deviations are grain and go; the others stay. Returns the texture and, per pixel
    and channel, the share of the grain's variance that stayed with it. Work is done only around
    `wanted`. Source: Yaroslavsky 1996; Yu and Sapiro, IPOL 2011 (sliding DCT thresholding).
    """
    height, width, channels = picture.shape
    texture = np.array(picture, np.float32)
    kept = np.ones((height, width, channels), np.float32)
    if height < SIDE or width < SIDE:
        return texture, kept
    for c in range(channels):
        plane = np.ascontiguousarray(picture[:, :, c])
        level = np.ascontiguousarray(deviation[:, :, c])
        total = np.zeros((height, width, 3), np.float32)
        _shrink(plane, level, np.sqrt(spectrum[c]), wanted, cosine_basis(), threshold, stride, total)
        seen = total[:, :, 2] > 0
        texture[:, :, c][seen] = total[:, :, 0][seen] / total[:, :, 2][seen]
        kept[:, :, c][seen] = total[:, :, 1][seen] / total[:, :, 2][seen]
    return texture, kept


@njit(cache=True, nogil=True, fastmath=True)
def _shrink(plane, level, weight, wanted, basis, threshold, stride, total):  # type: ignore[no-untyped-def]
    height, width = plane.shape
    block = np.empty((8, 8), np.float32)
    half = np.empty((8, 8), np.float32)
    for top in range(0, height - 7, stride):
        for left in range(0, width - 7, stride):
            if not (
                wanted[top, left] or wanted[top + 7, left] or wanted[top, left + 7]
                or wanted[top + 7, left + 7] or wanted[top + 4, left + 4]
            ):  # fmt: skip
                continue
            sigma = level[top + 4, left + 4]
            for i in range(8):
                for v in range(8):
                    value = np.float32(0)
                    for k in range(8):
                        value += plane[top + i, left + k] * basis[v, k]
                    half[i, v] = value
            noise = np.float32(0)
            kept_count = 0
            for u in range(8):
                for v in range(8):
                    value = np.float32(0)
                    for k in range(8):
                        value += basis[u, k] * half[k, v]
                    if u + v > 0 and abs(value) < threshold * sigma * weight[u, v]:
                        value = np.float32(0)
                    else:
                        noise += weight[u, v] * weight[u, v]
                        kept_count += 1
                    block[u, v] = value
            share = noise / np.float32(64)
            trust = np.float32(1) / np.float32(1 + kept_count)
            for u in range(8):
                for k in range(8):
                    value = np.float32(0)
                    for v in range(8):
                        value += block[u, v] * basis[v, k]
                    half[u, k] = value
            for i in range(8):
                for k in range(8):
                    value = np.float32(0)
                    for u in range(8):
                        value += basis[u, i] * half[u, k]
                    total[top + i, left + k, 0] += trust * value
                    total[top + i, left + k, 1] += trust * share
                    total[top + i, left + k, 2] += trust
