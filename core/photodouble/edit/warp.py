"""What the effects of a clip do to its speed: one factor, and ramps that are known frame by frame."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import opentimelineio as otio

from .ramp import Ramp, constant_speed, ramp_of

_FINEST = 1_000_000
"""Speeds are read as fractions with denominators up to this: 0.7 stored in 32 bits is 7/10."""

MOST = 10_000
"""The highest speed that is taken for one."""


@dataclass(frozen=True)
class Warp:
    """Hold the product of all linear speeds, the ramps above them in their order, or why they are refused."""

    speed: Fraction = Fraction(1)
    ramps: tuple[Ramp, ...] = ()
    refused: str = ""
    warnings: tuple[str, ...] = ()


def warp_of(effects: Any) -> Warp:
    """Read the effects of a clip or nest that change its time; others do not matter here.

    A freeze is a speed of 0. Linear speeds lie below ramps, as editing programs apply them.
    """
    speed, ramps, warnings = Fraction(1), [], []
    for effect in effects:
        if not isinstance(effect, otio.schema.TimeEffect):
            continue
        if not effect.enabled:
            warnings.append(f"The retime {_name(effect)} is switched off in the cut and was left out.")
        elif isinstance(effect, otio.schema.FreezeFrame):
            speed = Fraction(0)
        elif isinstance(effect, otio.schema.LinearTimeWarp):
            scalar = effect.time_scalar
            if not math.isfinite(scalar) or abs(scalar) > MOST:
                return Warp(refused=f"Its speed is {scalar}, which is no speed.")
            speed *= Fraction(scalar).limit_denominator(_FINEST)
        elif (constant := constant_speed(effect)) is not None and abs(constant) <= MOST:
            speed *= constant
        else:
            ramp = ramp_of(effect)
            if isinstance(ramp, str):
                return Warp(speed, refused=f"The speed ramp {_name(effect)} {ramp}")
            ramps.append(ramp)
            warnings.append(f"The speed ramp {_name(effect)} was baked frame by frame; look at it.")
    return Warp(speed, tuple(ramps), warnings=tuple(warnings))


def _name(effect: Any) -> str:
    return str(effect.name or effect.effect_name or type(effect).__name__)
