"""How many people fit: a crowd too large for the machine is refused before it takes any memory."""

from __future__ import annotations

import math
import os
from pathlib import Path

from photodouble_client.errors import ArtistError

BYTES_EACH = 1000
"""What one person takes at most: 760 measured for laying out, casting and projecting; drawing adds some."""

MOST = 4_000_000
"""More are refused on any machine: a frame has not the pixels to show them."""

_FACTS = Path("/proc/meminfo")


def check_count(wanted: int, area: str, *, available: int | None = None) -> None:
    """Raise ArtistError `engine.memory` when so many people do not fit, and say how many would."""
    room = _available() if available is None else available
    most = min(MOST, int(room * 0.5) // BYTES_EACH) if room else MOST
    if wanted <= most:
        return
    wider = math.sqrt(wanted / max(most, 1))
    raise ArtistError(
        "engine.memory",
        "There are too many people for this machine",
        f"The areas up to {area!r} hold {wanted:,} places, and up to {most:,} fit on this machine now.",
        f"Draw smaller areas, take fewer sections, or make the spacing {wider:.2f} times as wide. What is "
        "far away can be a second, coarser area.",
        detail=f"{BYTES_EACH} bytes a person, half of {room / 2**30:.1f} GB of memory, at most {MOST:,}.",
    )


def _available() -> int:
    """Return the bytes of memory that can be had without swapping; 0 where the system does not say."""
    try:
        lines = _FACTS.read_text(encoding="ascii").splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:"))
    except (OSError, StopIteration):
        pass
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2
    except (ValueError, OSError, AttributeError):
        return 0
