"""The ID mattes of a frame: who, made of which element, in which section, as Cryptomattes in one picture."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from photodouble.image.cryptomatte_write import cryptomatte_planes
from photodouble.image.window import Box
from photodouble.ops.crowd.names import CryptoNames, safe_names
from photodouble.ops.crowd.raster import Drawn, Ranked
from photodouble.ops.operation import Extra

PERSON, ELEMENT, SECTION = "CryptoPerson", "CryptoElement", "CryptoSection"


def id_extra(
    box: Box, drawn: Drawn, people: CryptoNames, elements: Sequence[str], sections: Sequence[str]
) -> Extra:
    """Return the picture with the mattes of people, elements and sections; float, over the whole picture.

    Each manifest names only who is in the picture: one of everybody would make every frame large and slow.
    """
    planes, metadata = {}, {}
    kinds = (
        (PERSON, drawn.people, people),
        (ELEMENT, drawn.elements, _named(elements)),
        (SECTION, drawn.sections, _named(sections)),
    )
    for name, ranked, names in kinds:
        if ranked is None:
            continue
        made, told = cryptomatte_planes(name, _ids(ranked, names), ranked.coverage, _shown(ranked, names))
        planes.update(made)
        metadata.update(told)
    return Extra(box, planes, metadata, "float")


def _named(names: Sequence[str]) -> CryptoNames:
    return safe_names(list(names), np.arange(len(names)))


def _ids(ranked: Ranked, names: CryptoNames) -> np.ndarray[tuple[int, ...], np.dtype[np.uint32]]:
    """Return the ids (h, w, r) as a Cryptomatte stores them, 0 where nobody is left."""
    return np.append(names.ids, np.uint32(0))[ranked.ids]


def _shown(ranked: Ranked, names: CryptoNames) -> dict[str, int]:
    there = np.zeros(len(names.names) + 1, bool)
    there[ranked.ids.ravel()] = True
    return {names.names[row]: int(names.ids[row]) for row in np.flatnonzero(there[:-1]).tolist()}
