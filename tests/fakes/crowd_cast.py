"""A stand of seats and a library of people who were never filmed, for tests of casting."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from photodouble.ops.crowd.agents import Agents
from photodouble.ops.crowd.cast import Cast, cast
from photodouble.ops.crowd.document import CrowdDocument
from photodouble.ops.crowd.element import Element
from photodouble.ops.crowd.places import places

SEATS = {"id": "north", "kind": "seats", "sections": 4, "rows": 30, "seats": 25, "fill": 0.9}


def stand(fill: float = 0.9, **fields: Any) -> CrowdDocument:
    """Describe a stand of 3000 seats; further fields are those of the document."""
    return CrowdDocument.from_json({"schema": 1, "areas": [{**SEATS, "fill": fill}], **fields})


def filmed(count: int, state: str = "sit", *, frames: int = 48, facing: float = 0.0) -> list[Element]:
    """Make elements of that many people; the same number is the same person in every state."""
    return [
        Element(
            name=f"{state}_{number:02d}_{facing:g}",
            person=f"person {number}",
            state=state,
            rate=25.0,
            frames=frames,
            size=(64, 128),
            foot=(32.0, 120.0),
            height=1.3,
            pixels_per_metre=80.0,
            facing=facing,
            loop_first=0,
            loop_last=frames - 1,
        )
        for number in range(count)
    ]


def made(document: CrowdDocument, elements: Sequence[Element], **choices: Any) -> tuple[Agents, Cast]:
    """Lay out and cast a crowd."""
    agents = places(document.areas)
    return agents, cast(agents, elements, document, **choices)
