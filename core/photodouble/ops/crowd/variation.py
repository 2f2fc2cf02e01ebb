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
_MUTED = 0.55
"""How far from grey the colours of an empty palette lie at most."""


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
    """Draw a colour of the palette; without one a muted colour as bright as the filmed one."""
    if look.palette:
        return np.array(look.palette)[draw_whole(ident, "palette", len(look.palette), seed)]
    turn = 2 * np.pi * draw(ident, "hue", seed)
    strength = _MUTED * np.sqrt(draw(ident, "strength", seed))
    wheel = 1 + strength[:, None] * np.cos(turn[:, None] - 2 * np.pi / 3 * np.arange(3))
    return np.asarray(wheel / (wheel @ _LUMINANCE)[:, None])
