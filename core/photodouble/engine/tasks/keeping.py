"""Tasks about the program itself: what it can do, its settings and its cache."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .arguments import Argument
from .task import Task

if TYPE_CHECKING:
    from photodouble.ops.operation import Reporter
    from photodouble.settings import Settings

Values = Mapping[str, Any]


def _describe(_values: Values, _settings: Settings, _report: Reporter) -> Any:
    from photodouble.engine.describe import describe

    return describe()


def _config(values: Values, _settings: Settings, _report: Reporter) -> Any:
    from photodouble.engine.housekeeping import settings_in_force

    return settings_in_force(Path(values["near"] or Path.home()))


def _cache_show(_values: Values, settings: Settings, _report: Reporter) -> Any:
    from photodouble.engine.housekeeping import cache_facts, open_cache

    return cache_facts(open_cache(settings))


def _cache_clear(values: Values, settings: Settings, _report: Reporter) -> Any:
    from photodouble.engine.housekeeping import clear_cache, open_cache

    return {"cleared": clear_cache(open_cache(settings), agreed=values["yes"])}


KEEPING = (
    Task("describe", "Say which operations, versions and devices there are.", (), _describe),
    Task(
        "config.show",
        "Show the settings and where each value comes from.",
        (Argument("near", "path", "For work in this folder; empty: no show's.", ""),),
        _config,
    ),
    Task("cache.show", "Show what is kept of finished analyses, and how much room it uses.", (), _cache_show),
    Task(
        "cache.clear",
        "Drop all finished analyses that are kept. Takes are not touched.",
        (Argument("yes", "flag", "Agree: all shows of this user share the cache.", False),),
        _cache_clear,
    ),
)
