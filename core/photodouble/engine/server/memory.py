"""How much memory the machine has, and how much of it is free."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from photodouble.settings import Settings

_FACTS = Path("/proc/meminfo")


def memory_facts(settings: Settings) -> dict[str, Any]:
    """Return the memory of the machine in bytes, 0 where the system does not say, and the limits set."""
    found = _read()
    return {
        "total_bytes": found.get("MemTotal", 0),
        "free_bytes": found.get("MemAvailable", 0),
        "limit_gb": settings.memory_gb,
        "gpu_limit_gb": settings.gpu_memory_gb,
    }


def _read() -> dict[str, int]:
    try:
        lines = _FACTS.read_text(encoding="ascii").splitlines()
    except OSError:
        return {}
    pairs = [line.split() for line in lines[:8]]
    return {words[0].rstrip(":"): int(words[1]) * 1024 for words in pairs if len(words) > 1}
