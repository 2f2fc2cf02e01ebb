"""R'G'B' into the codes of a movie: Y'CbCr of ITU-R BT.709, narrow range, chroma sited as MPEG-2 sites it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.uint8] | NDArray[np.uint16]
_RED, _BLUE = np.float32(0.2126), np.float32(0.0722)


def coded_planes(colours: NDArray[np.float32], bits: int, *, halves_lines: bool) -> list[Codes]:
    """Turn (h, w, 3) float32 from 0 to 1, of even size, into Y', Cb and Cr codes of 8 to 16 bits.

    Chroma has half the columns, sampled on the left one of each pair, and with `halves_lines` half the
    lines, between the two of each pair: the inverse of `movie_pixels.decoded_planes`.
    """
    red, green, blue = (np.asarray(colours[..., number], np.float32) for number in range(3))
    luma = _RED * red + (1 - _RED - _BLUE) * green + _BLUE * blue
    unit = 1 << (bits - 8)
    chroma = ((blue - luma) / (2 * (1 - _BLUE)), (red - luma) / (2 * (1 - _RED)))
    kind = np.uint8 if bits == 8 else np.uint16
    planes = [16 * unit + 219 * unit * luma]
    planes += [128 * unit + 224 * unit * _narrowed(one, halves_lines) for one in chroma]
    return [np.clip(np.rint(plane), 0, (1 << bits) - 1).astype(kind) for plane in planes]


def even(colours: NDArray[np.float32]) -> NDArray[np.float32]:
    """Give a picture an even number of lines and columns by repeating the last ones."""
    missing = [(0, side % 2) for side in colours.shape[:2]]
    return np.pad(colours, [*missing, (0, 0)], mode="edge") if any(end for _, end in missing) else colours


def _narrowed(chroma: NDArray[np.float32], halves_lines: bool) -> NDArray[np.float32]:
    before = np.concatenate([chroma[:, :1], chroma[:, 1:-1:2]], axis=1)
    columns = 0.25 * before + 0.5 * chroma[:, ::2] + 0.25 * chroma[:, 1::2]
    lines = 0.5 * (columns[::2] + columns[1::2]) if halves_lines else columns
    return np.asarray(lines, np.float32)
