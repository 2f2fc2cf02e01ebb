"""Declare what the motion analysis needs to see of a shot, and give it plain arrays for tests and benches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.float32]
Mask = NDArray[np.uint8]


class Footage(Protocol):
    """Give one shot's working pictures and mattes, by index in order of time.

    Indices cover every frame that may be a source and every frame to fill. Working pixels are the
    plate area-reduced by a whole factor; colours are in the working encoding.
    """

    @property
    def count(self) -> int:
        """Number of frames."""

    @property
    def size(self) -> tuple[int, int]:
        """Height and width in working pixels, the same for all frames."""

    @property
    def numbers(self) -> tuple[int, ...]:
        """Frame number of each index."""

    @property
    def targets(self) -> tuple[int, ...]:
        """Indices to fill, in order; those with an empty hole are skipped."""

    @property
    def painted(self) -> frozenset[int]:
        """Indices whose hole the artist painted: never filled, and trusted above all other sources."""

    def picture(self, index: int) -> Picture:
        """Return the picture, (h, w, 3) float32 in the working encoding, the hole not hidden."""

    def hole(self, index: int) -> Mask:
        """Return 1 where the final matte is above zero, (h, w) uint8."""

    def banned(self, index: int) -> Mask:
        """Return 1 where nothing may be sampled, (h, w) uint8: hole, do-not-sample, outside the data
        window, non-finite. On a painted frame the hole is open."""

    @property
    def excluded(self) -> frozenset[int]:
        """Indices that give other frames no pixels; their own surroundings still serve themselves."""


@dataclass(frozen=True)
class ArrayFootage:
    """Serve a shot that lies in memory: pictures (h, w, 3) float32 encoded, holes (h, w) uint8."""

    pictures: Sequence[Picture]
    holes: Sequence[Mask]
    painted: frozenset[int] = frozenset()
    bans: Sequence[Mask] | None = None
    first: int = 1
    fill: tuple[int, ...] | None = None
    excluded: frozenset[int] = frozenset()

    @property
    def count(self) -> int:
        """Number of frames."""
        return len(self.pictures)

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of the first picture."""
        h, w = self.pictures[0].shape[:2]
        return h, w

    @property
    def numbers(self) -> tuple[int, ...]:
        """Consecutive frame numbers from `first`."""
        return tuple(range(self.first, self.first + self.count))

    @property
    def targets(self) -> tuple[int, ...]:
        """The indices asked for, or every frame that is not painted."""
        if self.fill is not None:
            return self.fill
        return tuple(i for i in range(self.count) if i not in self.painted)

    def picture(self, index: int) -> Picture:
        """Return the picture as given."""
        return self.pictures[index]

    def hole(self, index: int) -> Mask:
        """Return the hole as given."""
        return self.holes[index]

    def banned(self, index: int) -> Mask:
        """Return the hole (open on painted frames) together with the extra ban, if any."""
        hole = self.holes[index]
        closed = np.zeros_like(hole) if index in self.painted else hole
        return closed if self.bans is None else np.maximum(closed, self.bans[index])
