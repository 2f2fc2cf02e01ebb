"""`photodouble cache`: look at the analysis cache, or clear it."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from photodouble.settings import load_settings

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
    from photodouble.engine.housekeeping import open_cache

    return open_cache(load_settings(Path()).settings)


def _show(namespace: argparse.Namespace) -> int:
    from photodouble.engine.housekeeping import cache_facts
    from photodouble.engine.space import megabytes

    cache = _cache()
    facts = cache_facts(cache)
    if namespace.json:
        tell_json(facts)
        return 0
    entries, held = facts["entries"], facts["bytes"]
    count = "1 analysis" if len(entries) == 1 else f"{len(entries)} analyses"
    tell(f"{count}, {megabytes(held)} of {cache.limit_gb:g} GB, in {cache.folder}")
    tell("All shows of this user share the cache; what was not used for longest goes first when it is full.")
    shown = sorted(entries, key=lambda entry: -int(entry["bytes"]))
    for entry in shown if namespace.all else shown[:LARGEST]:
        tell(f"  {entry['key'][:16]}  {megabytes(entry['bytes']):>10}")
    if len(shown) > LARGEST and not namespace.all:
        tell(f"  and {len(shown) - LARGEST} smaller ones: see them with --all")
    return 0


def _clear(namespace: argparse.Namespace) -> int:
    from photodouble.engine.housekeeping import clear_cache

    cache = _cache()
    count = clear_cache(cache, agreed=namespace.yes or _agreed(cache))
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
