"""Change a row of colours that was looked up: the wardrobe's tint, and light from one side."""

from __future__ import annotations

import numpy as np

from photodouble.ops.crowd.sampling import compiled
from photodouble.ops.crowd.vectors import lowest_bit

_ONE = np.float32(1)
_RED, _GREEN, _BLUE = np.float32(0.2126), np.float32(0.7152), np.float32(0.0722)
_DARKEST, _BRIGHTEST = np.float32(0.3), np.float32(1.7)
"""The least and the most that light from one side leaves of a colour."""


@compiled
def tint(bits, base, amount, colour, line):  # type: ignore[no-untyped-def]
    """Give the wardrobe's share of a row of colours the tint, at the same luminance (Rec. 709)."""
    while bits != 0:
        x = base + np.int64(lowest_bit(bits))
        bits &= bits - np.uint64(1)
        alpha = line.colour[x, 3]
        if alpha > 0:
            share = amount * min(line.matte[x] / alpha, _ONE)
            grey = _RED * line.colour[x, 0] + _GREEN * line.colour[x, 1] + _BLUE * line.colour[x, 2]
            for channel in range(3):
                line.colour[x, channel] += share * (grey * colour[channel] - line.colour[x, channel])


@compiled
def shade(bits, base, right, down, light, line):  # type: ignore[no-untyped-def]
    """Light a row of colours from one side; `right` and `down` of the foot lies its first pixel."""
    first = light[0] + down * light[2]
    while bits != 0:
        bit = lowest_bit(bits)
        bits &= bits - np.uint64(1)
        x = base + np.int64(bit)
        factor = min(max(first + (right + np.float32(bit)) * light[1], _DARKEST), _BRIGHTEST)
        for channel in range(3):
            line.colour[x, channel] *= factor
