"""How much memory the machine has, how much of it work may take now, and the limits that are set."""

from __future__ import annotations

from typing import Any

from photodouble.engine.describe import memory_now
from photodouble.settings import Settings


def memory_facts(settings: Settings) -> dict[str, Any]:
    """Return the memory of the machine in bytes, 0 where the system does not say, and the limits in GB."""
    return {**memory_now(), "limit_gb": settings.memory_gb, "gpu_limit_gb": settings.gpu_memory_gb}
