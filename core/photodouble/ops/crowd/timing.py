"""When and how fast everybody plays their element."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from photodouble.ops.crowd.agents import Agents
from photodouble.ops.crowd.areas import Area
from photodouble.ops.crowd.dealing import Table
from photodouble.ops.crowd.draw import draw
from photodouble.ops.crowd.element import Element
from photodouble.ops.crowd.neighbours import Hand

Numbers = npt.NDArray[np.float64]
_SPREAD = 0.03
_LEAST, _MOST = 0.25, 4.0
"""Nobody's legs go slower or faster than this many times as they were filmed."""


def offsets(agents: Agents, table: Table, hand: Hand, seed: int) -> Numbers:
    """Place everyone in their time bucket; half of it is kept free between two buckets."""
    inside = (hand.bucket + 0.5 * draw(agents.ident, "offset", seed)) / table.buckets[hand.element]
    return np.asarray(inside * table.length[hand.element])


def paces_of(elements: Sequence[Element], hand: Hand) -> Numbers:
    """Return how fast everybody's element walks, (N,) metres a second; 0 where it does not, or is unknown."""
    return np.array([element.pace for element in elements], np.float64)[hand.element]


def speeds(agents: Agents, areas: Sequence[Area], paces: Numbers, seed: int) -> Numbers:
    """Let everyone play a little faster or slower; who walks plays as fast as it walks.

    `paces`: (N,) metres a second at which their feet go as filmed, so that they do not slide; where that is
    not known, the street's own speed is taken for it.
    """
    usual = np.array([getattr(area, "speed", 0.0) for area in areas] or [0.0], np.float64)[agents.area]
    usual = np.where(paces > 0, paces, usual)
    walked = np.hypot(agents.velocity[:, 0], agents.velocity[:, 2])
    drawn = 1 + _SPREAD * (2 * draw(agents.ident, "speed", seed) - 1)
    walks = (walked > 0) & (usual > 0)
    return np.where(walks, np.clip(walked / np.where(walks, usual, 1), _LEAST, _MOST), drawn)
