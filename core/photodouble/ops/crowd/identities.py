"""Which section of which area everybody belongs to, by number and name, and which elements are played."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from photodouble.ops.crowd.agents import Agents
from photodouble.ops.crowd.cast import Cast
from photodouble.ops.crowd.element import Element


def sections_of(agents: Agents) -> npt.NDArray[np.int32]:
    """Return the section (N,) of every agent, counted through all areas."""
    return np.unique(_keys(agents), return_inverse=True)[1].reshape(-1).astype(np.int32)


def section_names(agents: Agents) -> list[str]:
    """Return the name of every section: "north/3", or the area's own where nobody sits."""
    found, first = np.unique(_keys(agents), return_index=True)
    names = []
    for key, row in zip(found.tolist(), first.tolist(), strict=True):
        area = agents.areas[key >> 32]
        names.append(f"{area}/{key & 0xFFFFFFFF}" if agents.row[row] >= 0 else area)
    return _apart(names)


def _apart(names: list[str]) -> list[str]:
    """Number the streets of an area whose curves have one name."""
    seen: dict[str, int] = {}
    found = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        found.append(name if seen[name] == 1 else f"{name}~{seen[name]}")
    return found


def _keys(agents: Agents) -> npt.NDArray[np.int64]:
    section = np.maximum(agents.section, 0).astype(np.int64)
    return np.asarray(agents.area.astype(np.int64) << 32 | section)


def played_elements(played: Cast, elements: Sequence[Element]) -> frozenset[str]:
    """Return the names of the elements that somebody who is there plays, a wave's included."""
    cards = [played.element[played.present], *(wave.element[played.present] for wave in played.waves)]
    used = np.unique(np.concatenate(cards))
    return frozenset(elements[int(one)].name for one in used if one >= 0)
