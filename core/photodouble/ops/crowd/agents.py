"""The people of a crowd before they are cast: who stands where, in which order they come, under which id."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Agents:
    """N people as columns, sorted by rank: who comes first stays when the crowd gets thinner.

    `ident`: (N,) uint64, permanent; drawn from what the place is called, never from the order.
    `rank`: (N,) float64, 0 up to 1; an agent is there where the fill or density is above its rank.
    `foot`: (N, 3) float64, metres in the world: right, up, towards the viewer (y up, right-handed).
    `facing`: (N,) float64, the direction the person looks in, degrees around the up axis; 0 is +z.
    `area`: (N,) int32, the index of its area in `areas`; `section`: (N,) int32, within the area, from 0.
    `row`, `seat`: (N,) int32, within the section, from 0; -1 where there are none.
    `azimuth`: (N,) float64, 0 up to 1, how far around the area it lies, for waves.
    `velocity`: (N, 3) float64, metres a second; zero for who stays in place.
    `areas`: the names of the areas.
    """

    ident: npt.NDArray[np.uint64]
    rank: Numbers
    foot: Numbers
    facing: Numbers
    area: npt.NDArray[np.int32]
    section: npt.NDArray[np.int32]
    row: npt.NDArray[np.int32]
    seat: npt.NDArray[np.int32]
    azimuth: Numbers
    velocity: Numbers
    areas: Sequence[str]

    def __len__(self) -> int:
        return len(self.ident)

    def only(self, chosen: npt.NDArray[np.bool_] | npt.NDArray[np.intp]) -> Agents:
        """Return the chosen agents, in the same order."""
        return Agents(
            self.ident[chosen],
            self.rank[chosen],
            self.foot[chosen],
            self.facing[chosen],
            self.area[chosen],
            self.section[chosen],
            self.row[chosen],
            self.seat[chosen],
            self.azimuth[chosen],
            self.velocity[chosen],
            self.areas,
        )
