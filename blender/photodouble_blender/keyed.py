# SPDX-License-Identifier: GPL-3.0-or-later
"""Controls that are keyed in Blender: baked to one value per frame of the plate, as every host does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from . import compat
from ._vendor.photodouble_client.opspec import OpSpec
from ._vendor.photodouble_client.param import Param


def baked(
    scene: Any, spec: OpSpec, values: Mapping[str, Any], numbers: Iterable[int], shift: int
) -> dict[str, Any]:
    """Put the keyed controls of a scene in the place of their present values.

    `numbers` are the plate's frames that are made; `shift` is the scene's frame less the plate's.
    """
    curves = {curve.data_path: curve for curve in compat.curves_of(scene)}
    found, wanted = dict(values), list(numbers)
    for param in spec.params:
        curve = curves.get(f"photodouble.{spec.key}.controls.{param.key}")
        if param.animates and curve is not None:
            frames = {str(number): _value(param, curve.evaluate(number + shift)) for number in wanted}
            found[param.key] = {"frames": frames}
    return found


def _value(param: Param, value: float) -> Any:
    """Keep a curve that overshoots within the limits of its control, as Blender's own slider does."""
    if param.kind == "bool":
        return value >= 0.5
    low = value if param.minimum is None else max(param.minimum, value)
    inside = low if param.maximum is None else min(param.maximum, low)
    return round(inside) if param.kind == "int" else inside
