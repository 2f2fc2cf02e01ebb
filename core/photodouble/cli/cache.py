"""`photodouble cache`: look at the analysis cache, or clear it."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from photodouble.settings import load_settings
from photodouble_client.errors import ArtistError

from .telling import tell, tell_json

LARGEST = 10

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
        if name == "show":
            action.add_argument(
                "--all", action="store_true", help="List every analysis, not the ten largest."
            )
        else:
            action.add_argument("--yes", action="store_true", help="Do it without asking.")


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
    count = "1 analysis" if len(entries) == 1 else f"{len(entries)} analyses"
    tell(f"{count}, {megabytes(held)} of {cache.limit_gb:g} GB, in {cache.folder}")
    tell("All shows of this user share the cache; what was not used for longest goes first when it is full.")
    shown = sorted(entries, key=lambda entry: -entry.size)
    for entry in shown if namespace.all else shown[:LARGEST]:
        tell(f"  {entry.key[:16]}  {megabytes(entry.size):>10}")
    if len(shown) > LARGEST and not namespace.all:
        tell(f"  and {len(shown) - LARGEST} smaller ones: see them with --all")
    return 0


def _clear(namespace: argparse.Namespace) -> int:
    cache = _cache()
    if not (namespace.yes or _agreed(cache)):
        raise ArtistError(
            "usage.arguments",
            "Nothing was cleared",
            f"The cache in {cache.folder} is shared by all your shows; nobody agreed to clear it.",
            "Add --yes to clear it. Takes are not touched; later jobs analyse their plates again.",
        )
    count = cache.clear()
    if namespace.json:
        tell_json({"cleared": count})
    else:
        tell(f"Dropped {count} analyses.")
    return 0


def _agreed(cache: AnalysisCache) -> bool:
    """Ask on a terminal; elsewhere nobody can agree."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return False
    answer = input(f"Drop {len(cache.entries())} analyses, shared by all your shows? [y/N] ")
    return answer.strip().lower() in ("y", "yes")
