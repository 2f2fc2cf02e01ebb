"""What a person of the crowd is called: in edits, in the Cryptomatte manifest, in the repeat score.

A seat is called "north/3/12/27": area, section, row and seat as numbered in the layout, from 0. Who has no
seat is called by area and permanent id: "field/0f3a55d1c2b7e604". Names never change with fill or density.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import mmh3
import numpy as np
import numpy.typing as npt

from photodouble.ops.crowd.agents import Agents

_EXPONENT, _FLIP = np.uint32(255), np.uint32(1 << 23)


@dataclass(frozen=True)
class CryptoNames:
    """Names that are safe in a Cryptomatte: no two share an id. `ids`: (N,) uint32, as stored in a float."""

    names: Sequence[str]
    ids: npt.NDArray[np.uint32]


def name_of(agents: Agents, row: int) -> str:
    """Return the name of one agent."""
    area = agents.areas[agents.area[row]]
    if agents.row[row] < 0:
        return f"{area}/{int(agents.ident[row]):016x}"
    return f"{area}/{agents.section[row]}/{agents.row[row]}/{agents.seat[row]}"


def names_of(agents: Agents) -> list[str]:
    """Return the names of all agents, in their order."""
    columns = (agents.area, agents.section, agents.row, agents.seat, agents.ident)
    areas = agents.areas
    return [
        f"{areas[area]}/{ident:016x}" if row < 0 else f"{areas[area]}/{section}/{row}/{seat}"
        for area, section, row, seat, ident in zip(*(column.tolist() for column in columns), strict=True)
    ]


def rows_of(agents: Agents, names: Sequence[str]) -> npt.NDArray[np.int64]:
    """Return where the named agents are among `agents`; -1 for who is not there (any more)."""
    wanted = {name: place for place, name in enumerate(names)}
    found = np.full(len(names), -1, np.int64)
    areas = {name.rsplit("/", 3)[0] for name in wanted} | {name.rsplit("/", 1)[0] for name in wanted}
    there = np.isin(agents.area, [index for index, area in enumerate(agents.areas) if area in areas])
    rows = np.flatnonzero(there)
    for row, name in zip(rows.tolist(), names_of(agents.only(rows)), strict=True):
        place = wanted.get(name)
        if place is not None:
            found[place] = row
    return found if len(wanted) == len(names) else found[[wanted[name] for name in names]]


def crypto_id(text: str) -> int:
    """Hash a name to its Cryptomatte id (MurmurHash3, 32 bit, kept clear of NaN, Inf and denormals)."""
    return int(_stored(np.array([mmh3.hash(text.encode(), signed=False)], np.uint32))[0])


def crypto_names(agents: Agents) -> CryptoNames:
    """Name all agents so that no two share a Cryptomatte id; who would gets "~1", "~2" ... appended.

    Earlier areas, then lower ranks keep their plain name. Pass every potential place, present or not:
    then nobody is renamed when the crowd grows.
    """
    names = names_of(agents)
    return safe_names(names, np.lexsort((np.arange(len(names)), agents.area)))


def safe_names(names: Sequence[str], order: npt.NDArray[np.intp]) -> CryptoNames:
    """Return `names` with collisions re-salted; who comes earlier in `order` keeps the plain name."""
    kept = list(names)
    ids = _stored(np.array([mmh3.hash(name.encode(), signed=False) for name in names], np.uint32))
    ranked = ids[order]
    _, first = np.unique(ranked, return_index=True)
    late = np.ones(len(kept), bool)
    late[first] = False
    taken = set(ids.tolist()) if late.any() else set()
    for row in order[np.flatnonzero(late)].tolist():
        salt = 1
        while crypto_id(f"{names[row]}~{salt}") in taken:
            salt += 1
        kept[row] = f"{names[row]}~{salt}"
        ids[row] = crypto_id(kept[row])
        taken.add(int(ids[row]))
    return CryptoNames(kept, ids)


def _stored(hashed: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint32]:
    """Flip a bit where the hash would be no plain float (specification 1.2, uint32_to_float32)."""
    exponent = (hashed >> np.uint32(23)) & _EXPONENT
    return np.asarray(np.where((exponent == 0) | (exponent == 255), hashed ^ _FLIP, hashed), np.uint32)
