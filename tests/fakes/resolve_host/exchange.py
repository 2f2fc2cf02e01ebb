"""Timelines as files: OTIO both ways, the others as a name on a disk."""

from __future__ import annotations

from typing import Any, Dict


def write(timeline: Any, path: str, kind: str) -> bool:
    return False


def read(pool: Any, path: str, options: Dict[str, Any]) -> Any:
    return None
