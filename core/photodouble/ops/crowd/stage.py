"""Stage a frame: which card of which element each person shows, waves included."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from photodouble.ops.crowd.agents import Agents
from photodouble.ops.crowd.cast import Cast
from photodouble.ops.crowd.document import CrowdDocument
from photodouble.ops.crowd.element import Element
from photodouble.ops.crowd.places import azimuth_around
from photodouble.ops.crowd.waves import Wave, seconds_up

Whole = npt.NDArray[np.int32]
Numbers = npt.NDArray[np.float64]
_HAIR = 1e-6
"""Frames; keeps a time that rounding puts just below a whole frame on that frame."""


@dataclass(frozen=True)
class Staged:
    """The M people who are there on a frame, as columns.

    `row`: (M,) int32 in the agents. `element`: (M,) int32. `frame`: (M,) int32, the card of the element, from
    0; `time`: (M,) float64, where between two cards the person really is. `mirror`: (M,) bool. `wanted`: the
    (element, card) pairs that the frame needs, each once; `card`: (M,) int32, the place in `wanted`.
    """

    row: Whole
    element: Whole
    frame: Whole
    time: Numbers
    mirror: npt.NDArray[np.bool_]
    wanted: tuple[tuple[int, int], ...]
    card: Whole


def stage(
    agents: Agents,
    cast: Cast,
    elements: Sequence[Element],
    document: CrowdDocument,
    frame: float,
    *,
    rate: float,
    first: float,
) -> Staged:
    """Return what is shown on a frame of a shot of `rate` frames a second whose take starts on `first`.

    A pure function of the frame: every chunk of a farm shows the same.
    """
    rows = np.flatnonzero(cast.present)
    element, mirror = cast.element[rows].copy(), cast.mirror[rows].copy()
    rates = np.array([one.rate for one in elements], np.float64)
    seconds = (frame - first) / rate + cast.shift[rows]
    time = _looped(cast.offset[rows] + seconds * cast.speed[rows] * rates[element], element, elements)
    there = agents.only(rows)
    for wave in document.waves:
        for played in cast.waves:
            if played.state == wave.state:
                reached = around_all(agents, rows) if goes_around_all(wave, agents) else there
                up = seconds_up(wave, reached, (frame - wave.start) / rate)
                joins = np.flatnonzero(~np.isnan(up) & (played.element[rows] >= 0))
                element[joins] = played.element[rows][joins]
                mirror[joins] = played.mirror[rows][joins]
                time[joins] = _from_the_top(up[joins] * rates[element[joins]], element[joins], elements)
    shown = np.floor(time).astype(np.int32)
    wanted, card = _cards(element, shown)
    return Staged(rows.astype(np.int32), element, shown, time, mirror, wanted, card)


def goes_around_all(wave: Wave, agents: Agents) -> bool:
    """Whether a wave goes from area to area, and not around each of them."""
    return wave.area == "*" and len(agents.areas) > 1


def around_all(agents: Agents, rows: npt.NDArray[np.intp]) -> Agents:
    """Return agents whose azimuth goes once around all areas, so that a wave goes from stand to stand."""
    return dataclasses.replace(agents, azimuth=azimuth_around(agents)).only(rows)


def _looped(time: Numbers, element: Whole, elements: Sequence[Element]) -> Numbers:
    """Bring times, counted from the loop's first card, onto the cards of the loop."""
    start = np.array([one.loop_first for one in elements], np.float64)[element]
    length = _lengths(elements)[element]
    return np.asarray(start + np.fmin(np.mod(time + _HAIR, length), length - _HAIR))


def _from_the_top(time: Numbers, element: Whole, elements: Sequence[Element]) -> Numbers:
    """Play from the first card on, once into the loop and then around it."""
    start = np.array([one.loop_first for one in elements], np.float64)[element]
    return np.where(time < start, time + _HAIR, _looped(time - start, element, elements))


def _lengths(elements: Sequence[Element]) -> Numbers:
    return np.array([max(one.loop_last - one.loop_first + 1, 1) for one in elements], np.float64)


def _cards(element: Whole, shown: Whole) -> tuple[tuple[tuple[int, int], ...], Whole]:
    pairs = element.astype(np.int64) << 32 | shown
    found, card = np.unique(pairs, return_inverse=True)
    wanted = tuple((int(pair) >> 32, int(pair) & 0xFFFFFFFF) for pair in found.tolist())
    return wanted, np.asarray(card, np.int32)
