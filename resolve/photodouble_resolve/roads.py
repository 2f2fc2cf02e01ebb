"""The three roads into Resolve: by script, by files, by a Fusion macro. Which are open, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional, Tuple

from .edition import Edition

OLDEST = (18, 6)
FREE_CLOSED = (21, 1)
"""From here on the free edition runs no Python scripts."""


@dataclass(frozen=True)
class Road:
    """One way to work: `scripted`, `files` or `fusion`; `why` is a plain sentence."""

    name: str
    is_open: bool
    why: str


def open_roads(edition: Optional[Edition]) -> Tuple[Road, ...]:
    """List the roads, the best one first; None stands for a Resolve that does not answer."""
    return (
        _scripted(edition),
        Road("files", True, "A timeline can be exported as OTIO, worked on and imported, in every edition."),
        Road("fusion", True, "The macros of the Fusion page load a take, in every edition."),
    )


def best_road(edition: Optional[Edition]) -> Road:
    """Give the best road that is open."""
    return next(road for road in open_roads(edition) if road.is_open)


def _scripted(edition: Optional[Edition]) -> Road:
    if edition is None:
        return Road("scripted", False, "Resolve does not answer: it is not open, or keeps scripts out.")
    if edition.version[:2] < OLDEST:
        return Road("scripted", False, "{} is older than 18.6.".format(edition.words))
    if not edition.is_studio and edition.version[:2] >= FREE_CLOSED:
        return Road("scripted", False, "The free edition runs no Python scripts from 21.1 on; Studio does.")
    return Road("scripted", True, "{} runs scripts of its own menu.".format(edition.words))
