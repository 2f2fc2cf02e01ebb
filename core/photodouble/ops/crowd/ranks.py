"""How many people an ID matte must keep in a pixel: as many as the shot's own crowd needs."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from photodouble.ops.crowd.agents import Agents
from photodouble.ops.crowd.cast import Cast
from photodouble.ops.crowd.people import people_at, splats_of
from photodouble.ops.crowd.raster import Ranked, raster
from photodouble.ops.crowd.residual import lost_coverage
from photodouble.ops.crowd.scene import Scene, drawn_box
from photodouble.ops.shot import Shot

CHOICES = (4, 6, 8, 10, 12)
_ALLOWED = 0.01
"""The share of the crowd's pixels that may be lost."""


def enough_ranks(scene: Scene, shot: Shot, agents: Agents, played: Cast) -> tuple[int, float]:
    """Return how many ranks keep all but a hundredth of the pixels whole, and what share is then lost.

    Looked at on the first, the middle and the last frame, with the most ranks there may be.
    """
    lost = np.zeros(len(CHOICES))
    sections = np.zeros(len(agents), np.int32)
    for frame in dict.fromkeys((shot.frames[0], shot.frames[len(shot.frames) // 2], shot.frames[-1])):
        people = people_at(scene, shot, agents, played, frame)
        light = np.ones(len(people.agent))
        splats, wanted = splats_of(people, played, light=light, softness=0.0, sections=sections)
        deck, cards = scene.deck(wanted)
        splats.card[:] = cards[splats.card]
        drawn = raster(splats, deck, drawn_box(shot).size, ranks=CHOICES[-1], group_ranks=0)
        if drawn.people is not None:
            lost = np.maximum(lost, [lost_share(drawn.people, drawn.beauty[..., 3], n) for n in CHOICES])
    good = np.flatnonzero(lost <= _ALLOWED)
    place = int(good[0]) if len(good) else len(CHOICES) - 1
    return CHOICES[place], float(lost[place])


def lost_share(ranked: Ranked, alpha: npt.NDArray[np.float32], ranks: int) -> float:
    """Return which share of the covered pixels loses more than a hundredth of its coverage."""
    return lost_coverage(alpha, ranked.coverage, ranks).share
