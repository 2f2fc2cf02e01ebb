"""A whole crowd to hand on: the layout, the casting, the library and the time it plays in."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from photodouble.ops.crowd.agents import Agents
from photodouble.ops.crowd.cast import Cast, WaveCast
from photodouble.ops.crowd.document import CrowdDocument
from photodouble.ops.crowd.element import Element
from photodouble.ops.crowd.names import names_of

Column = npt.NDArray[Any]
_WAVE = "wave"


@dataclass(frozen=True)
class HandedOn:
    """A crowd as it leaves or comes back.

    `library` is the folder of the elements; `rate` frames a second; `first` and `last` the take's frames;
    `camera` (3,) metres, where cards look to.
    """

    agents: Agents
    cast: Cast
    elements: tuple[Element, ...]
    document: CrowdDocument
    library: Path
    rate: float
    first: int
    last: int
    camera: tuple[float, float, float]

    @property
    def names(self) -> list[str]:
        """Return what everybody is called."""
        return names_of(self.agents)

    def yaw(self) -> npt.NDArray[np.float64]:
        """Return by how many degrees every card is turned around the up axis to look at the camera, (N,)."""
        away = np.asarray(self.camera) - self.cast.foot
        return np.degrees(np.arctan2(away[:, 0], away[:, 2]))


def columns_of(agents: Agents, cast: Cast) -> dict[str, Column]:
    """Return every column of a crowd by name: `agent.rank`, `cast.offset`, `wave.0.mirror` and so on."""
    found: dict[str, Column] = {}
    for prefix, table in (("agent", agents), ("cast", cast)):
        for field in dataclasses.fields(table):
            value = getattr(table, field.name)
            if isinstance(value, np.ndarray):
                found[f"{prefix}.{field.name}"] = value
    for place, wave in enumerate(cast.waves):
        found[f"{_WAVE}.{place}.element"], found[f"{_WAVE}.{place}.mirror"] = wave.element, wave.mirror
    return found


def from_columns(columns: Mapping[str, Column], words: Mapping[str, Any]) -> tuple[Agents, Cast]:
    """Put a crowd together again from its columns, and from the words of `words_of`.

    Raises KeyError where a column is missing and ValueError where two differ in length.
    """
    count = len(columns["agent.ident"])
    for name, column in columns.items():
        if len(column) != count:
            raise ValueError(f"{name} has {len(column)} entries, and there are {count} people.")
    of_agents: dict[str, Any] = {name: columns[f"agent.{name}"] for name in _arrays(Agents, "areas")}
    of_cast: dict[str, Any] = {
        name: columns[f"cast.{name}"] for name in _arrays(Cast, "states", "waves", "notes")
    }
    agents = Agents(**of_agents, areas=tuple(words["areas"]))
    waves = tuple(
        WaveCast(state, columns[f"{_WAVE}.{place}.element"], columns[f"{_WAVE}.{place}.mirror"])
        for place, state in enumerate(words["waves"])
    )
    return agents, Cast(**of_cast, states=tuple(words["states"]), waves=waves)


def words_of(agents: Agents, cast: Cast) -> dict[str, Any]:
    """Return what of a crowd is no column."""
    return {
        "areas": list(agents.areas),
        "states": list(cast.states),
        "waves": [wave.state for wave in cast.waves],
    }


def _arrays(table: type[Agents] | type[Cast], *others: str) -> list[str]:
    return [field.name for field in dataclasses.fields(table) if field.name not in others]
