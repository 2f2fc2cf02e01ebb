"""`photodouble cache`: look at the analysis cache, or clear it."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from photodouble.settings import load_settings

from .telling import tell, tell_json

if TYPE_CHECKING:
    from photodouble.engine.cache import AnalysisCache


def add(commands: Any) -> None:
    """Add the command to the command line."""
    text = "Show or clear the cache of finished analyses."
    parser = commands.add_parser("cache", help=text, description=text)
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    for name, help_text, call in (
        ("show", "Show what is kept, and how much room it uses.", _show),
        ("clear", "Drop everything that is kept. Takes are not touched.", _clear),
    ):
        action = actions.add_parser(name, help=help_text, description=help_text)
        action.add_argument("--json", action="store_true", help="Answer as JSON.")
        action.set_defaults(call=call)


def _cache() -> AnalysisCache:
    from photodouble.engine.cache import AnalysisCache

    settings = load_settings(Path()).settings
    return AnalysisCache(settings.cache_path(), settings.cache_limit_gb)


def _show(namespace: argparse.Namespace) -> int:
    from photodouble.engine.space import megabytes

    cache = _cache()
    entries = cache.entries()
    held = sum(entry.size for entry in entries)
    if namespace.json:
        rows = [{"key": entry.key, "bytes": entry.size} for entry in entries]
        tell_json({"folder": str(cache.folder), "bytes": held, "limit_gb": cache.limit_gb, "entries": rows})
        return 0
    tell(f"{cache.folder}: {len(entries)} analyses, {megabytes(held)} of {cache.limit_gb:g} GB")
    for entry in entries:
        tell(f"  {entry.key[:16]}  {megabytes(entry.size)}")
    return 0


def _clear(namespace: argparse.Namespace) -> int:
    count = _cache().clear()
    if namespace.json:
        tell_json({"cleared": count})
    else:
        tell(f"Dropped {count} analyses.")
    return 0
