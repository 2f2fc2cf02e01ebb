"""Make people of one filmed person differ: size, brightness, warmth and the colour of the wardrobe."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from photodouble.ops.crowd.draw import draw, draw_whole
from photodouble.ops.crowd.idents import Idents
from photodouble.ops.crowd.look import Look

Numbers = npt.NDArray[np.float64]
_LUMINANCE = np.array((0.2126, 0.7152, 0.0722))
_MUTED = 0.6
"""How far from grey the colours of an empty palette lie at most."""

_BLUE_TO_RUST, _GREEN_TO_PLUM = np.array((0.9, 0.0, -0.9)), np.array((0.2, -0.2, 0.2))
"""Clothes of a street are blue, grey and brown; colours from all around the wheel look like confetti."""

_DARKEST, _BRIGHTEST = -1.3, 0.3
"""Stops by which cloth differs from what was filmed; most of what people wear is dark."""


@dataclass(frozen=True)
class Variation:
    """`scale` (N,), `gain` (N, 3) on the whole card, `tint` (N, 3) of the wardrobe, `tint_amount` (N,)."""

    scale: Numbers
    gain: Numbers
    tint: Numbers
    tint_amount: Numbers


def vary(ident: Idents, look: Look, seed: int) -> Variation:
    """Draw the variation of everyone from their ids; a further attribute shifts none of these."""
    tall = draw(ident, "tall", seed) + draw(ident, "tall too", seed) - 1
    bright = np.exp2(look.brightness * (2 * draw(ident, "bright", seed) - 1))
    warm = look.balance * (2 * draw(ident, "warm", seed) - 1)
    gain = bright[:, None] * np.stack([1 + warm, np.ones_like(warm), 1 - warm], axis=1)
    dyed = draw(ident, "dyed", seed) < look.dyed
    return Variation(
        1 + look.scale * tall, gain, _tints(ident, look, seed), np.where(dyed, look.wardrobe, 0.0)
    )


def _tints(ident: Idents, look: Look, seed: int) -> Numbers:
    """Draw a colour of the palette; without one a muted one, mostly darker than the filmed cloth."""
    if look.palette:
        return np.array(look.palette)[draw_whole(ident, "palette", len(look.palette), seed)]
    turn = 2 * np.pi * draw(ident, "hue", seed)
    strength = _MUTED * np.sqrt(draw(ident, "strength", seed))
    away = np.cos(turn)[:, None] * _BLUE_TO_RUST + np.sin(turn)[:, None] * _GREEN_TO_PLUM
    cloth = 1 + strength[:, None] * away
    light = np.exp2(_DARKEST + (_BRIGHTEST - _DARKEST) * draw(ident, "cloth", seed))
    return np.asarray(cloth * (light / (cloth @ _LUMINANCE))[:, None])
