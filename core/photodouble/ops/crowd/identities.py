"""Which section of which area everybody belongs to, as a number and by name."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from photodouble.ops.crowd.agents import Agents


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
