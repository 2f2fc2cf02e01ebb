"""The examination as text: each row with a word for its state, so that colour is never all that says it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from .row import BAD, GOOD, LOOK, NOTE

WORDS = {GOOD: "good", NOTE: "note", LOOK: "LOOK", BAD: "BAD"}
COLOURS = {GOOD: "green", NOTE: "cyan", LOOK: "yellow", BAD: "bold red"}
AREAS = {
    "program": "Program",
    "engine": "Engine",
    "hosts": "Hosts",
    "machine": "Machine",
    "disks": "Disks",
    "settings": "Settings and colours",
    "models": "Models",
    "history": "History",
    "people": "People",
}
_WIDEST = 28


def lines(examined: Mapping[str, Any], *, only_troubles: bool = False) -> Iterator[tuple[str, str]]:
    """Give each line of the table with the state that it tells, empty for headings."""
    rows = [row for row in examined["rows"] if not only_troubles or row["state"] in (LOOK, BAD)]
    width = min(_WIDEST, max((len(row["name"]) for row in rows), default=0))
    for area, heading in AREAS.items():
        inside = [row for row in rows if row["area"] == area]
        if inside:
            yield "", heading
        for row in inside:
            yield row["state"], f"  {WORDS[row['state']]:<4}  {row['name']:<{width}}  {row['found']}"
            if row["fix"]:
                yield "", f"        {'':<{width}}  -> {row['fix']}"
    yield "", summary(examined["rows"])


def summary(rows: Iterable[Mapping[str, Any]]) -> str:
    """Say in a sentence how many rows there are of each kind that matters."""
    states = [row["state"] for row in rows]
    bad, look = states.count(BAD), states.count(LOOK)
    if not bad and not look:
        return f"All is well: {len(states)} rows, none of them wants attention."
    return f"{bad} bad, {look} to look at, {len(states) - bad - look} good or worth knowing."
