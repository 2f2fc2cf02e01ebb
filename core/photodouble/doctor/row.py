"""One line of the examination: what was looked at, how it stands, and what to do about it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

GOOD, NOTE, LOOK, BAD = "good", "note", "look", "bad"
STATES = (GOOD, NOTE, LOOK, BAD)
"""From best to worst: as it should be; worth knowing; wants attention; does not work."""

EXIT_STATUS = {GOOD: 0, NOTE: 0, LOOK: 1, BAD: 5}
"""The exit status of the command, by the worst row; 5 is that of the engine's family of errors."""


@dataclass(frozen=True)
class Row:
    """What was found about one thing. A row that wants attention or is bad has a fix, an instruction."""

    area: str
    name: str
    state: str
    found: str
    fix: str = ""
    detail: str = ""

    def __post_init__(self) -> None:
        if self.state not in STATES:
            raise ValueError(f"no such state: {self.state!r}")
        if self.state in (LOOK, BAD) and not self.fix:
            raise ValueError(f"{self.name} is {self.state} and says no fix")

    def to_json(self) -> dict[str, Any]:
        """Write the row as plain JSON values."""
        return dataclasses.asdict(self)


def worst(rows: Iterable[Row]) -> str:
    """Return the worst state among rows; `good` where there is none."""
    return max((row.state for row in rows), key=STATES.index, default=GOOD)
