"""The crowd of a take as records: laid out and cast once, then the same in every chunk of a farm."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from photodouble.ops.crowd.agents import Agents
from photodouble.ops.crowd.cast import Cast, WaveCast
from photodouble.ops.crowd.document import CrowdDocument
from photodouble.ops.operation import Scratch

AGENTS, CAST, WAVES, LIGHT, IDS, ASKED = "agents", "cast", "waves", "light", "ids", "asked"
_LISTS = ("states", "notes")


@dataclass(frozen=True)
class Laid:
    """A crowd that was laid out and cast. `base`: (N,) the light in stops at every place, NaN where unknown;
    `ranks`: how many people an ID matte keeps in a pixel."""

    agents: Agents
    cast: Cast
    base: npt.NDArray[np.float64]
    ranks: int


def save_crowd(scratch: Scratch, agents: Agents, cast: Cast) -> None:
    """Keep the people and what they play."""
    columns = {field.name: getattr(agents, field.name) for field in dataclasses.fields(agents)}
    scratch.save(AGENTS, 0, **{**columns, "areas": _words(agents.areas)})
    stored = {
        field.name: getattr(cast, field.name)
        for field in dataclasses.fields(cast)
        if field.name not in ("waves", *_LISTS)
    }
    scratch.save(CAST, 0, **stored, **{name: _words(getattr(cast, name)) for name in _LISTS})
    waves = cast.waves
    count = len(cast.element)
    scratch.save(
        WAVES,
        0,
        states=_words(wave.state for wave in waves),
        element=np.array([wave.element for wave in waves], np.int32).reshape(len(waves), count),
        mirror=np.array([wave.mirror for wave in waves], bool).reshape(len(waves), count),
    )


def load_crowd(scratch: Scratch) -> tuple[Agents, Cast]:
    """Return the people and what they play."""
    columns = scratch.load(AGENTS, 0)
    agents = Agents(**{**columns, "areas": tuple(str(name) for name in columns["areas"])})  # type: ignore[arg-type]
    stored, waves = scratch.load(CAST, 0), scratch.load(WAVES, 0)
    lists = {name: tuple(str(one) for one in stored[name]) for name in _LISTS}
    up = tuple(
        WaveCast(str(state), waves["element"][at], waves["mirror"][at])
        for at, state in enumerate(waves["states"])
    )
    return agents, Cast(**{**stored, **lists, "waves": up})  # type: ignore[arg-type]


def load_laid(scratch: Scratch) -> Laid:
    """Return everything the analysis found out about the crowd."""
    agents, cast = load_crowd(scratch)
    return Laid(agents, cast, scratch.load(LIGHT, 0)["base"], int(scratch.load(IDS, 0)["ranks"]))


def save_asked(scratch: Scratch, asked: CrowdDocument, elements: Sequence[str]) -> None:
    """Keep what a crowd is made from: the crowd file as it stands, and the elements that the cast counts."""
    scratch.save(ASKED, 0, crowd=_words([json.dumps(asked.to_json())]), elements=_words(elements))


def load_asked(scratch: Scratch) -> tuple[CrowdDocument, tuple[str, ...]]:
    """Return the crowd file and the elements that a crowd was made from."""
    stored = scratch.load(ASKED, 0)
    document = CrowdDocument.from_json(json.loads(str(stored["crowd"][0])))
    return document, tuple(str(name) for name in stored["elements"])


def _words(words: object) -> npt.NDArray[np.str_]:
    return np.array(list(words), dtype=np.str_)  # type: ignore[call-overload]
