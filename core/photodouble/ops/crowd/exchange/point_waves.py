"""The waves of a crowd as columns: when each of them first has somebody up, and what they play then.

A program that shows points needs no more than these numbers to know, on any frame, who is up and on which
card. Of several waves that have somebody up on the same frame the last one counts, as in the take.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from photodouble.ops.crowd.cast import WaveCast
from photodouble.ops.crowd.exchange.crowd import HandedOn
from photodouble.ops.crowd.stage import around_all, goes_around_all
from photodouble.ops.crowd.waves import Wave, arrivals, rounds_of

MOST_WAVES = 32
"""How many waves are handed on: each is a handful of columns and of nodes."""
NEVER = 1e9
"""Frames, or rounds: later, or more, than any shot has."""


@dataclass(frozen=True)
class PointWave:
    """One wave over n people, all counted in frames of the shot from the crowd's first one.

    `numbers`: `at`, when it first has them up (NEVER for who stays out), `period`, `up`, how long, `rounds`,
    and `pace`, cards a frame. `element` (n,) of the library and `mirror` (n,): what is played while up.
    """

    state: str
    numbers: dict[str, npt.NDArray[np.float64]]
    element: npt.NDArray[np.int32]
    mirror: npt.NDArray[np.bool_]

    @property
    def used(self) -> list[int]:
        """List the elements that somebody plays in it."""
        joins = self.numbers["at"] < NEVER
        return [int(one) for one in np.unique(self.element[joins])]


def waves_of(crowd: HandedOn, rows: npt.NDArray[np.intp]) -> list[PointWave]:
    """Return the waves that reach any of the people in `rows`, in the crowd file's order."""
    cast = {played.state: played for played in crowd.cast.waves}
    made = [_wave(crowd, rows, wave, cast[wave.state]) for wave in crowd.document.waves if wave.state in cast]
    return [wave for wave in made if wave.used][:MOST_WAVES]


def _wave(crowd: HandedOn, rows: npt.NDArray[np.intp], wave: Wave, played: WaveCast) -> PointWave:
    agents = crowd.agents
    reached = around_all(agents, rows) if goes_around_all(wave, agents) else agents.only(rows)
    seconds, element = arrivals(wave, reached), played.element[rows]
    joins = ~np.isnan(seconds) & (element >= 0)
    element = np.where(joins, element, 0).astype(np.int32)
    rates = np.array([one.rate for one in crowd.elements], np.float64)[element]
    ones = np.ones(len(rows))
    numbers: dict[str, Any] = {
        "at": np.where(joins, wave.start - crowd.first + np.nan_to_num(seconds) * crowd.rate, NEVER),
        "period": ones * wave.period * crowd.rate,
        "up": ones * wave.length * crowd.rate,
        "rounds": ones * (rounds_of(wave) or NEVER),
        "pace": rates / crowd.rate,
    }
    return PointWave(wave.state, numbers, element, played.mirror[rows])
