"""What an artist should know about an edit that was read or written, one fact a note."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

KINDS = ("unknown", "time", "media", "name", "dropped", "status")


@dataclass(frozen=True)
class Note:
    """Say one thing: `where` names the shot or file, `what` is a sentence, `fix` what to do, if anything."""

    kind: str
    where: str
    what: str
    fix: str = ""

    def __str__(self) -> str:
        where = f"{self.where}:" if self.where else ""
        return " ".join(part for part in (where, self.what, self.fix) if part)

    def to_json(self) -> dict[str, Any]:
        """Write the note as plain JSON values."""
        return {"fix": self.fix, "kind": self.kind, "what": self.what, "where": self.where}
