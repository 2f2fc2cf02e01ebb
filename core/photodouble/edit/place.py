"""Where in a cut a clip is seen, and how its own time runs there."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True)
class Place:
    """Hold the record frames of a clip, and the affine rule from a record frame to the clip's own time.

    `first` to `last` are the record frames in which it is seen, dissolves included; `cut_first` to `cut_last`
    those without dissolves. At record frame r the clip is `pace * r + shift` record frames after its source
    start; `pace` is 1 but in nests that are retimed.
    """

    first: int
    last: int
    cut_first: int
    cut_last: int
    pace: Fraction = Fraction(1)
    shift: Fraction = Fraction(0)
    refused: str = ""
    warnings: tuple[str, ...] = ()

    def local(self, frame: int | Fraction) -> Fraction:
        """Give the clip's own time at a record frame."""
        return self.pace * frame + self.shift
