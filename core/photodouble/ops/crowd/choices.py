"""Who may play what where: the candidates of every area and state, with their weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase

import numpy as np
import numpy.typing as npt

from photodouble.ops.crowd.areas import Area, Rows, Seats, Standing, Street
from photodouble.ops.crowd.dealing import Choices, Table, buckets_of
from photodouble.ops.crowd.element import Element
from photodouble.ops.crowd.idents import text_hash
from photodouble.ops.crowd.look import Look
from photodouble.ops.crowd.states import elements_of

Whole = npt.NDArray[np.int32]
_NEAR = 2.2
"""Spacings within which people count as neighbours."""


def table_of(elements: Sequence[Element], *, in_step: bool = False) -> Table:
    """Return what dealing reads of the elements; draws go by name, so the library's order does not matter.

    `in_step`: all play the same moment, so that time tells no copies apart.
    """
    persons: dict[str, int] = {}
    person = [persons.setdefault(element.person or element.name, len(persons)) for element in elements]
    lengths = [max(element.loop_last - element.loop_first + 1, 1) for element in elements]
    facings, facing = np.unique([float(element.facing) for element in elements], return_inverse=True)
    return Table(
        np.array([text_hash(element.name) for element in elements], np.uint64),
        np.array(person, np.int32),
        facing.astype(np.int32),
        facings,
        np.array(lengths, np.float64),
        np.array([1 if in_step else buckets_of(length) for length in lengths], np.int32),
    )


def radius_of(area: Area, look: Look) -> float:
    """Return within how many metres the same person is kept apart, in a full crowd."""
    if look.radius is not None:
        return look.radius
    if isinstance(area, Rows):
        return 2.02 * area.seat_width
    if isinstance(area, Seats):
        return 1.01 * max(2 * area.seat_width, float(np.hypot(area.row_depth, area.seat_width)))
    return _NEAR * area.spacing if isinstance(area, Standing | Street) else 1.5


def choices_by_state(
    area: Whole,
    state: Whole,
    areas: Sequence[Area],
    states: Sequence[str],
    elements: Sequence[Element],
    looks: Sequence[Look],
    *,
    shares: Sequence[Mapping[str, float]] | None = None,
) -> Choices:
    """Group people by area and state, and list the elements of every group with their weights.

    `shares`: what each area plays, by weight; then those who play another of its states step in before a
    copy is dealt, and a group without elements of its state takes all of the area.
    """
    spare = shares is not None
    width = len(states) + spare
    start, found, weight = [0], [], []
    for index, (one, look) in enumerate(zip(areas, looks, strict=True)):
        allowed = elements_of(one, elements)
        groups = [[(k, 1.0) for k in allowed if elements[k].state == name] for name in states]
        if shares is not None:
            played = shares[index]
            groups = [group or [(k, 1.0) for k in allowed] for group in groups]
            groups.append([(k, played[elements[k].state]) for k in allowed if elements[k].state in played])
        for group in groups:
            weights = [share * _weight(elements[k].name, look) for k, share in group]
            if not any(weights):
                weights = [share for _, share in group]
            found += [k for (k, _), heavy in zip(group, weights, strict=True) if heavy > 0]
            weight += [heavy for heavy in weights if heavy > 0]
            start.append(len(found))
    return Choices(
        (area * width + state).astype(np.int32),
        (area * width + len(states)).astype(np.int32) if spare else np.full(len(area), -1, np.int32),
        np.array(start, np.int64),
        np.array(found, np.int32),
        np.array(weight, np.float64),
    )


def _weight(name: str, look: Look) -> float:
    """Return how often an element is taken beside the others; the last pattern that fits counts."""
    found = 1.0
    for pattern, weight in look.weights.items():
        if fnmatchcase(name, pattern):
            found = weight
    return found
