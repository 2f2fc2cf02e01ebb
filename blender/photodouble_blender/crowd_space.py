# SPDX-License-Identifier: GPL-3.0-or-later
"""Between Blender's space and the crowd's: z up in units of the scene here, y up in metres there."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from typing import Any

Place = tuple[float, float, float]


def metres(scene: Any) -> float:
    """Say how many metres one unit of a scene is."""
    return float(scene.unit_settings.scale_length) or 1.0


def to_crowd(point: Iterable[float], scene: Any) -> Place:
    """Give a point of a scene as the crowd counts it."""
    x, y, z = point
    unit = metres(scene)
    return (x * unit, z * unit, -y * unit)


def to_scene(values: array[float], scene: Any) -> array[float]:
    """Give places, three numbers each, as a scene counts them."""
    unit = 1.0 / metres(scene)
    found = array("f", bytes(len(values) * 4))
    found[0::3] = array("f", (value * unit for value in values[0::3]))
    found[1::3] = array("f", (-value * unit for value in values[2::3]))
    found[2::3] = array("f", (value * unit for value in values[1::3]))
    return found


def moved_in_crowd(offset: Iterable[float], scene: Any) -> Place:
    """Give a way in a scene as a way of the crowd, to a tenth of a millimetre."""
    x, y, z = to_crowd(offset, scene)
    return (round(x, 4), round(y, 4), round(z, 4))
