"""The moment that a release says it was made: of its last change, not of its making."""

from __future__ import annotations

import os
import subprocess
from datetime import UTC, datetime
from pathlib import Path

from .versions import ReleaseError

VARIABLE = "SOURCE_DATE_EPOCH"
EARLIEST = 315532800
"""1980, before which no archive knows a date."""


def moment(root: Path) -> int:
    """Return seconds since 1970: as SOURCE_DATE_EPOCH says, else of the last commit, else the earliest."""
    given = os.environ.get(VARIABLE, "").strip()
    if given:
        if not given.isdigit():
            raise ReleaseError(f"{VARIABLE} is {given!r}, and not a number of seconds.")
        return max(int(given), EARLIEST)
    command = ["git", "-C", str(root), "log", "-1", "--format=%ct"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True)
        return max(int(done.stdout.strip()), EARLIEST)
    except (OSError, subprocess.SubprocessError, ValueError):
        return EARLIEST


def date_of(seconds: int) -> datetime:
    """Return a moment as a date of Greenwich."""
    return datetime.fromtimestamp(seconds, UTC)
