"""What the program keeps for itself: the settings in force, and the cache of finished analyses."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

from photodouble.settings import Settings, load_settings
from photodouble_client.errors import ArtistError

from .cache import AnalysisCache


def settings_in_force(near: Path) -> dict[str, dict[str, Any]]:
    """Return every setting for work near a folder: its value, which level it is from, and the file."""
    resolved = load_settings(near)
    rows = {}
    for field in dataclasses.fields(resolved.settings):
        origin = resolved.origins[field.name]
        value = getattr(resolved.settings, field.name)
        rows[field.name] = {"value": value, "from": origin.level, "file": str(origin.path or "")}
    return rows


def open_cache(settings: Settings) -> AnalysisCache:
    """Return the analysis cache that the settings name."""
    return AnalysisCache(settings.cache_path(), settings.cache_limit_gb)


def cache_facts(cache: AnalysisCache) -> dict[str, Any]:
    """Return what the cache holds: its folder, its bytes, its limit, and each analysis."""
    entries = cache.entries()
    return {
        "folder": str(cache.folder),
        "bytes": sum(entry.size for entry in entries),
        "limit_gb": cache.limit_gb,
        "entries": [{"key": entry.key, "bytes": entry.size} for entry in entries],
    }


def clear_cache(cache: AnalysisCache, *, agreed: bool) -> int:
    """Drop everything that is kept and return how many analyses that were.

    Raises ArtistError `usage.arguments` where nobody agreed, because all shows share the cache.
    """
    if agreed:
        return cache.clear()
    raise ArtistError(
        "usage.arguments",
        "Nothing was cleared",
        f"The cache in {cache.folder} is shared by all your shows; nobody agreed to clear it.",
        "Agree to it (--yes). Takes are not touched; later jobs analyse their plates again.",
    )
