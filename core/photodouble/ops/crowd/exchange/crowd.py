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
_FARTHEST, _MOST_INDEX = 1e9, 2**31 - 1
TRIPLES = {"agent.foot", "agent.velocity", "cast.foot", "cast.moved", "cast.gain", "cast.tint"}
_LIMITS = {
    "agent.ident": ("u", 0, 0),
    **{f"agent.{name}": ("i", -1, _MOST_INDEX) for name in ("section", "row", "seat")},
    **{f"{name}": ("i", 0, _MOST_INDEX) for name in ("agent.area", "cast.element", "cast.state")},
    **{f"cast.{name}": ("b", 0, 1) for name in ("mirror", "present")},
    **{f"cast.{name}": ("f", 0.0, 1e6) for name in ("gain", "tint")},
    **{f"cast.{name}": ("f", 1e-4, 1e4) for name in ("scale", "speed")},
    "cast.tint_amount": ("f", 0.0, 1.0),
    "cast.repeat": ("i", 0, 2),
}
"""The kind of each column, and what its values lie between; a float as far as people go otherwise."""


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

    Raises KeyError where a column is missing, and ValueError or TypeError where one cannot be.
    """
    _check_columns(columns, words)
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


def _check_columns(columns: Mapping[str, Column], words: Mapping[str, Any]) -> None:
    """Refuse columns that no crowd has: what is drawn from them is not looked at again."""
    ident = columns["agent.ident"]
    if len(np.unique(ident)) != len(ident):
        raise ValueError("two people have one id")
    for name, column in columns.items():
        if len(column) != len(ident):
            raise ValueError(f"{name} has {len(column)} entries, and there are {len(ident)} people")
        kind, low, high = _LIMITS.get(name, ("f", -_FARTHEST, _FARTHEST))
        if name.startswith(f"{_WAVE}."):
            kind, low, high = ("b", 0, 1) if name.endswith("mirror") else ("i", -1, _MOST_INDEX)
        shape = (len(ident), 3) if name in TRIPLES else (len(ident),)
        if column.dtype.kind != kind or (column.shape != shape and len(ident)):
            raise ValueError(f"{name} holds values of another kind")
        if kind in "fi" and not ((column >= low) & (column <= high)).all():
            raise ValueError(f"{name} holds a value beyond {low:g} to {high:g}")
    for name, listed in (("agent.area", words["areas"]), ("cast.state", words["states"])):
        if not isinstance(listed, list | tuple):
            raise TypeError(f"the words of {name} are no list")
        if len(ident) and int(columns[name].max()) >= len(listed):
            raise ValueError(f"{name} has a number that names none of {len(listed)} words")


def words_of(agents: Agents, cast: Cast) -> dict[str, Any]:
    """Return what of a crowd is no column."""
    return {
        "areas": list(agents.areas),
        "states": list(cast.states),
        "waves": [wave.state for wave in cast.waves],
    }


def _arrays(table: type[Agents] | type[Cast], *others: str) -> list[str]:
    return [field.name for field in dataclasses.fields(table) if field.name not in others]
