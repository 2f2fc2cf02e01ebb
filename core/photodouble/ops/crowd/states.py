"""What people play: the state of everyone, drawn by weight, and which elements can play it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase

import numpy as np
import numpy.typing as npt

from photodouble.image.documents import bad_document
from photodouble.ops.crowd.areas import Area
from photodouble.ops.crowd.draw import draw
from photodouble.ops.crowd.element import Element
from photodouble.ops.crowd.idents import Idents

USUAL: Mapping[str, tuple[str, ...]] = {
    "seats": ("sit", "idle", "stand"),
    "rows": ("sit", "idle", "stand"),
    "standing": ("idle", "stand"),
    "street": ("walk",),
}
"""The states of an area that names none, the first that the library has."""


def elements_of(area: Area, elements: Sequence[Element]) -> list[int]:
    """List the elements that may be cast in an area; raises ArtistError if there is none."""
    found = [
        index
        for index, element in enumerate(elements)
        if any(fnmatchcase(element.name, pattern) for pattern in area.elements)
    ]
    if not found:
        raise bad_document(
            "crowd",
            f"The area {area.id!r} takes the elements {', '.join(area.elements)}, "
            f"and the library has {_listed(sorted(element.name for element in elements))}.",
        )
    return found


def states_of(area: Area, elements: Sequence[Element]) -> tuple[dict[str, float], str]:
    """Return the weights of the states that an area plays, and a note where it is not as asked for."""
    there = [elements[index].state for index in elements_of(area, elements)]
    asked = {state: weight for state, weight in area.states.items() if weight > 0}
    playable = {state: weight for state, weight in asked.items() if state in there}
    if playable:
        missing = sorted(asked.keys() - playable.keys())
        note = (
            f"No element of the area {area.id!r} plays {_listed(missing)}; the others do." if missing else ""
        )
        return playable, note
    usual = next((state for state in USUAL.get(area.kind, ()) if state in there), "")
    chosen = {usual: 1.0} if usual else {state: float(there.count(state)) for state in sorted(set(there))}
    if not asked:
        return chosen, ""
    return (
        chosen,
        f"No element of the area {area.id!r} plays {_listed(sorted(asked))}; {_listed(list(chosen))} is.",
    )


def draw_states(ident: Idents, weights: Mapping[str, float], seed: int) -> npt.NDArray[np.int64]:
    """Draw everyone's state, as its place among `weights`; each state races on its own (exponential race).

    So a further state takes people from the others, and none of the others changes places.
    """
    times = np.stack(
        [
            -np.log(draw(ident, f"state {state}", seed) + 2.0**-54) / weight
            for state, weight in weights.items()
        ]
    )
    return np.asarray(np.argmin(times, axis=0))


def _listed(names: Sequence[str]) -> str:
    most = 12
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
