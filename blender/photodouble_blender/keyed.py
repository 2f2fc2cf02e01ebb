# SPDX-License-Identifier: GPL-3.0-or-later
"""Controls that are keyed or driven in Blender: baked to one value per frame of the plate."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from . import compat
from ._vendor.photodouble_client.opspec import OpSpec
from ._vendor.photodouble_client.param import Param


def baked(
    scene: Any, spec: OpSpec, values: Mapping[str, Any], numbers: Iterable[int], shift: int
) -> dict[str, Any]:
    """Put the keyed and driven controls of a scene in the place of their present values.

    `numbers` are the plate's frames that are made; `shift` is the scene's frame less the plate's.
    """
    animated = {_path(spec, param): param for param in spec.params if param.animates}
    curves = {curve.data_path: curve for curve in compat.curves_of(scene) if curve.data_path in animated}
    driven = [animated[path] for path in compat.driven_paths(scene) if path in animated]
    found, wanted = dict(values), list(numbers)
    for path, curve in curves.items():
        found[animated[path].key] = _frames(
            animated[path], {number: curve.evaluate(number + shift) for number in wanted}
        )
    for key, told in _driven(scene, spec, driven, wanted, shift).items():
        found[key] = told
    return found


def _driven(
    scene: Any, spec: OpSpec, driven: Sequence[Param], wanted: Sequence[int], shift: int
) -> dict[str, Any]:
    """Read what drivers give: they may look at anything in the scene, so it is stepped through once."""
    if not driven:
        return {}
    told: dict[str, dict[int, float]] = {param.key: {} for param in driven}
    steps = compat.stepped(scene, [number + shift for number in wanted])
    for number, shown in zip(wanted, steps, strict=True):
        controls = getattr(shown.photodouble, spec.key).controls
        for param in driven:
            told[param.key][number] = getattr(controls, param.key)
    return {param.key: _frames(param, told[param.key]) for param in driven}


def _path(spec: OpSpec, param: Param) -> str:
    return f"photodouble.{spec.key}.controls.{param.key}"


def _frames(param: Param, values: Mapping[int, float]) -> dict[str, Any]:
    return {"frames": {str(number): _value(param, value) for number, value in values.items()}}


def _value(param: Param, value: float) -> Any:
    """Keep a curve that overshoots within the limits of its control, as Blender's own slider does."""
    if param.kind == "bool":
        return value >= 0.5
    low = value if param.minimum is None else max(param.minimum, value)
    inside = low if param.maximum is None else min(param.maximum, low)
    return round(inside) if param.kind == "int" else inside
