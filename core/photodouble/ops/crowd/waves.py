"""Waves: what goes around a stand, and when it reaches whom."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from photodouble.image.documents import bad_document, number
from photodouble.ops.crowd.agents import Agents
from photodouble.ops.crowd.draw import draw

Numbers = npt.NDArray[np.float64]

LIMITS = {
    "period": (0.01, 1e6),
    "width": (1e-4, 1.0),
    "share": (0.0, 1.0),
    "jitter": (0.0, 1e4),
    "start": (-1e9, 1e9),
}
DIRECTIONS = ("around", "back", "at_once")


@dataclass(frozen=True)
class Wave:
    """People of an area ("*": of all) who play another state for a moment, one after another.

    `period`: seconds in which the wave goes around once; `width`: the share of the way around that is up at
    the same time. `start`: the frame on which it starts at azimuth 0. `direction`: around, back, or at_once,
    when everybody starts together and stays up for `width` of `period`. `rounds`: how often it goes around,
    0 without end. `share`: of the people who join in; `jitter`: seconds by which they are early or late.
    """

    area: str
    state: str
    period: float
    width: float = 0.08
    start: float = 0.0
    direction: str = "around"
    rounds: int = 0
    share: float = 0.95
    jitter: float = 0.15

    @property
    def length(self) -> float:
        """Return how many seconds one person is up."""
        return self.period * self.width

    def to_json(self) -> dict[str, Any]:
        """Write the wave as plain JSON values."""
        return {key: getattr(self, key) for key in Wave.__dataclass_fields__}

    @classmethod
    def from_json(cls, stored: Any, path: Path | str, what: str) -> Wave:
        """Read a wave; raises ArtistError `input.bad_document` naming the place in the file."""
        known = set(Wave.__dataclass_fields__)
        if not isinstance(stored, dict) or set(stored) - known or {"state", "period"} - set(stored):
            raise bad_document(
                path, f"{what} needs `state` and `period`, and nothing but {', '.join(sorted(known))}."
            )
        read: dict[str, Any] = {}
        for key in ("area", "state", "direction"):
            read[key] = stored.get(key, {"area": "*", "direction": "around"}.get(key))
            if not isinstance(read[key], str) or not read[key]:
                raise bad_document(path, f"{what}.{key} is {read[key]!r} and no name.")
        if read["direction"] not in DIRECTIONS:
            raise bad_document(path, f"{what}.direction is none of {', '.join(DIRECTIONS)}.")
        for key in LIMITS.keys() & set(stored):
            read[key] = number(stored[key], path, f"{what}.{key}")
            least, most = LIMITS[key]
            if not least <= read[key] <= most:
                raise bad_document(
                    path, f"{what}.{key} is {read[key]:g} and not between {least:g} and {most:g}."
                )
        rounds = stored.get("rounds", 0)
        if isinstance(rounds, bool) or not isinstance(rounds, int) or not 0 <= rounds <= 10**6:
            raise bad_document(path, f"{what}.rounds is {rounds!r} and no whole number up to a million.")
        return cls(**read, rounds=rounds)


def seconds_up(wave: Wave, agents: Agents, seconds: float) -> Numbers:
    """Return for how many seconds the wave has had everyone up, (N,) float64; NaN for who is not up.

    `seconds` is the time since the wave started. Early and late comers and who stays seated are drawn from
    the ids, so that they are the same on every frame and at every density.
    """
    delay, late, joins = _arrival(wave, agents)
    since = seconds - delay - late
    laps = np.floor(since / wave.period)
    most = rounds_of(wave)
    up = since - laps * wave.period
    ends = (laps < 0) | ((laps >= most) & (most > 0)) | (up >= wave.length)
    return np.asarray(np.where(ends | ~joins, np.nan, up))


def arrivals(wave: Wave, agents: Agents) -> Numbers:
    """Return how many seconds after its start a wave first has everyone up, (N,); NaN for who stays out."""
    delay, late, joins = _arrival(wave, agents)
    return np.asarray(np.where(joins, delay + late, np.nan))


def rounds_of(wave: Wave) -> int:
    """Return how often a wave reaches everyone, 0 without end."""
    return 1 if wave.direction == "at_once" else wave.rounds


def _arrival(wave: Wave, agents: Agents) -> tuple[Numbers, Numbers, npt.NDArray[np.bool_]]:
    """Return the way of the wave to everyone in seconds, how late they are, and who joins in."""
    around = {"around": agents.azimuth, "back": 1 - agents.azimuth}
    delay = around.get(wave.direction, np.zeros(len(agents))) * wave.period
    late = (draw(agents.ident, f"wave {wave.state} late") * 2 - 1) * wave.jitter
    joins = draw(agents.ident, f"wave {wave.state} joins") < wave.share
    area = np.array([wave.area in ("*", name) for name in agents.areas] or [False])
    return delay, late, joins & area[agents.area]
