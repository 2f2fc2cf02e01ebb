"""What a whole take says about itself, from what each of its frames says."""

from __future__ import annotations

from collections.abc import Iterable

from .record import FrameRecord

COUNT = "filled_pixels"


def take_figures(records: Iterable[FrameRecord]) -> dict[str, float]:
    """Return the figures of a take, each of them over all matte pixels of all frames.

    `filled_pixels` is how many there are; `confidence` their mean confidence; `share_real` and its like say
    which part of them has that origin, and together make 1. A stereo take has them for each view.
    """
    sums: dict[str, float] = {}
    for record in records:
        for key, value in record.figures.items():
            name, dot, view = key.partition(".")
            weight = 1.0 if name == COUNT else record.figures.get(COUNT + dot + view, 0.0)
            sums[key] = sums.get(key, 0.0) + value * weight
    return {key: _of_all(key, value, sums) for key, value in sorted(sums.items())}


def _of_all(key: str, value: float, sums: dict[str, float]) -> float:
    name, dot, view = key.partition(".")
    count = sums.get(COUNT + dot + view, 0.0)
    return value if name == COUNT or not count else round(value / count, 4)
