"""A shot of a cut: a clip, its media, and which frames of it are seen when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import opentimelineio as otio


@dataclass(frozen=True)
class Shot:
    """Hold one clip of a cut. Record frames are the cut's own numbers."""

    name: str
    track: str
    clip: otio.schema.Clip

    def to_json(self) -> dict[str, Any]:
        """Write the shot as plain JSON values."""
        return {"name": self.name, "track": self.track}
