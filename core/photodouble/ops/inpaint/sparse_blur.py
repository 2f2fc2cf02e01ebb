"""Blur what is known of a picture where only a few of its pixels are: normalised convolution of a list."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from photodouble.ops.inpaint.sampling import compiled

_LANES = 8


def blur_listed(
    colours: NDArray[np.float32],
    rows: NDArray[np.intp],
    columns: NDArray[np.intp],
    sigma: float,
) -> NDArray[np.float32]:
    """Blur n pixels of a picture by a Gaussian; `colours` (n, c), at most 7 channels.

    Only the listed pixels are known; each is given the weighted mean of those around it, (n, c).
    """
    reach = int(np.ceil(2.5 * sigma))
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    count, channels = colours.shape
    lanes = np.zeros((count, _LANES), np.float32)
    lanes[:, :channels], lanes[:, -1] = colours, 1
    top, left = (int(places.min()) if count else 0 for places in (rows, columns))
    height, width = (int(places.max()) + 1 if count else 0 for places in (rows - top, columns - left))
    across = np.zeros((height, width + 2 * reach, _LANES), np.float32)
    blurred = np.zeros_like(lanes)
    weights = (kernel / kernel.sum()).astype(np.float32)
    _blur(lanes, rows - top, columns - left, weights, across, blurred)
    return np.asarray(blurred[:, :channels] / np.maximum(blurred[:, -1:], 1e-3), np.float32)


@compiled
def _blur(lanes, rows, columns, kernel, across, blurred):  # type: ignore[no-untyped-def]
    """Spread every pixel along its row, then gather down the columns; `across` begins a reach to the left."""
    reach = len(kernel) // 2
    for n in range(len(lanes)):
        row = across[rows[n]]
        for k in range(len(kernel)):
            for lane in range(8):
                row[columns[n] + k, lane] += kernel[k] * lanes[n, lane]
    for n in range(len(lanes)):
        column = columns[n] + reach
        for k in range(len(kernel)):
            y = rows[n] + k - reach
            if 0 <= y < across.shape[0]:
                for lane in range(8):
                    blurred[n, lane] += kernel[k] * across[y, column, lane]
