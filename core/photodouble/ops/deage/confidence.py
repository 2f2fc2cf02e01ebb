"""Say how far a carried delta can be trusted, pixel by pixel."""

from __future__ import annotations

import numpy as np

from photodouble.ops.deage.face import Picture
from photodouble.ops.deage.gain import Amounts

_GRAIN = 0.02
"""So many stops of the wrinkle band are grain, and say nothing."""
_HALF = 0.05
"""An error of so many stops halves the confidence."""


def confidence(found: Amounts, believed: list[Picture], shown: list[Picture]) -> Picture:
    """Return (s, s) float32 0 to 1: high where motion is believed, wrinkles are explained and keys agree.

    `believed` and `shown` hold a picture (s, s) for each key: how far the motion to it is believed, and
    where it has a say. What is doubted is the paint: where there is none, little can be wrong.
    """
    weight, gain = found.weight, found.gain
    motion = np.clip(np.sum([w * b for w, b in zip(weight, believed)], axis=0), 0, 1)
    said = np.max([np.clip(one, 0, 1) for one in shown], axis=0)
    mean = np.sum([w * g for w, g in zip(weight, gain)], axis=0)
    spread = np.sqrt(np.sum([w * (g - mean) ** 2 for w, g in zip(weight, gain)], axis=0))
    unexplained = np.maximum(found.rest - _GRAIN, 0)
    doubt = found.paint * (spread / np.maximum(mean, 0.1) + (1 - motion)) + unexplained
    return np.asarray(said / (1 + (doubt / _HALF) ** 2), np.float32)
