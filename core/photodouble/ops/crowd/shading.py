"""Light people from one side: brighter where the sun comes from, darker where it does not, and from above.

A card knows no shape. A person is rounded like an upright cylinder, so the light on them changes evenly
from the picture's left to its right; on the mean over the person nothing changes.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from photodouble.ops.crowd.people import People
from photodouble.ops.crowd.project import to_the_right

Numbers = npt.NDArray[np.float64]
Columns = npt.NDArray[np.float32]

SHOWS_FROM, SHOWS_WHOLE = 0.5, 1.0
"""Shadows as long as this share of a person's height begin to show a direction, and show it for certain."""
_HALF_WIDTH = 0.13
"""Of a person's height: from the middle to the side."""
_FROM_ABOVE = 0.35
"""How much of what a high sun would do to a level ground it does between feet and head."""


def side_light(people: People, frame: float, *, direction: float, length: float, strength: float) -> Columns:
    """Return `Splats.shade` of everybody for a light that throws shadows of a length to a direction.

    `direction` in degrees as facing, `length` in heights of a person, `strength` 0 to 1. Returns no rows,
    (0, 3), where such shadows show no direction.
    """
    shows = float(np.clip((length - SHOWS_FROM) / (SHOWS_WHOLE - SHOWS_FROM), 0, 1)) * strength
    if shows <= 0 or not len(people.agent):
        return np.zeros((0, 3), np.float32)
    opened, closed = people.view.move.shutter(frame)
    camera = people.view.move.at((opened + closed) / 2)
    angle, high = np.radians(direction), np.arctan2(1.0, length)
    to_light = -np.array([np.sin(angle), 0.0, np.cos(angle)]) * np.cos(high)
    per_right = shows * (to_the_right(people.foot, camera) @ to_light) / (_HALF_WIDTH * people.height)
    from_above = shows * _FROM_ABOVE * float(np.sin(high))
    per_up = 2 * from_above / people.height
    return shade_of(people.seen.right, people.seen.up, 1 - from_above, per_right, per_up)


def shade_of(
    right: Columns, up: Columns, at_foot: Numbers | float, per_right: Numbers, per_up: Numbers
) -> Columns:
    """Return `Splats.shade`, (N, 3), from what a metre right and a metre up of the person change."""
    across_x, across_y = right[:, 0].astype(np.float64), right[:, 1].astype(np.float64)
    up_x, up_y = up[:, 0].astype(np.float64), up[:, 1].astype(np.float64)
    area = across_x * up_y - across_y * up_x
    area = np.where(np.abs(area) > 1e-9, area, np.inf)
    x = (per_right * up_y - per_up * across_y) / area
    y = (per_up * across_x - per_right * up_x) / area
    return np.stack([np.broadcast_to(at_foot, x.shape), x, y], axis=1).astype(np.float32)
