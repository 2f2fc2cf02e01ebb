"""`photodouble takes list`, `show` and `size`: what there is, and what one take holds."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from typing import Any

from .finding import found_take, no_takes, store_of
from .telling import tell, tell_json


def list_takes(namespace: argparse.Namespace) -> int:
    """List the takes of a root as a table, newest first."""
    from photodouble.takes.summary import summaries

    store = store_of(namespace)
    rows = summaries(store)
    if namespace.json:
        tell_json([row.to_json() for row in rows])
        return 0
    if not rows:
        tell(no_takes(store))
        return 0
    cells = [(row.name, row.status, row.range.to_text(), row.take_id[:8], row.person) for row in rows]
    _tell_table([("TAKE", "STATUS", "FRAMES", "ID", "ARTIST"), *cells])
    return 0


def show_take(namespace: argparse.Namespace) -> int:
    """Show one take: who made it from what, and how it came out."""
    from photodouble.takes.story import take_story

    store = store_of(namespace)
    row = take_story(store, found_take(namespace.take, store))
    if namespace.json:
        tell_json(row)
    else:
        _tell_take(row)
    return 0


def size_takes(namespace: argparse.Namespace) -> int:
    """Say how much room takes use."""
    from photodouble.engine.space import megabytes
    from photodouble.takes.prune import take_size

    store = store_of(namespace)
    takes = [found_take(namespace.take, store)] if namespace.take else list(store.all())
    rows = [(take, take_size(take)) for take in takes]
    if namespace.json:
        tell_json([size.to_json(take) for take, size in rows])
        return 0
    if not rows:
        tell(no_takes(store))
        return 0
    cells = [(take.label, megabytes(size.total), megabytes(size.own)) for take, size in rows]
    total = ("together", "", megabytes(sum(size.own for _, size in rows)))
    _tell_table([("TAKE", "SIZE", "ITS OWN"), *cells, *([total] if len(rows) > 1 else [])])
    tell("What is not a take's own is shared with another take or with the cache.")
    return 0


def _tell_take(row: Mapping[str, Any]) -> None:
    for key in ("name", "take", "status", "range", "person", "folder"):
        tell(f"{key:<10} {row[key]}")
    tell(f"{'parent':<10} {row['parent_name'] or 'none'}")
    for decision in row["decisions"]:
        signed = "" if decision["is_signed"] else ", unsigned"
        tell(f"{'decision':<10} {decision['word']}, by {decision['person']}{signed}")
    for mark in row["marks"]:
        tell(f"{'mark':<10} {mark['word']}, by {mark['person']}")
    for title, nothing in (
        ("inputs", "none"),
        ("overrides", "none"),
        ("locks", "none"),
        ("values", "all defaults"),
        ("figures", "no frame is finished"),
    ):
        tell(title if row[title] else f"{title:<10} {nothing}")
        for key, value in row[title].items():
            shown = f"{value:.0f}" if isinstance(value, float) and value == int(value) else value
            tell(f"  {key:<20} {_printable(str(shown))}")
    if row["figures"]:
        tell("  Shares are of all matte pixels of the take; together they make 1.")


def _printable(text: str) -> str:
    """Return a text, such as a prompt, without the signs that would steer a terminal."""
    return "".join(each if each.isprintable() else f"\\x{ord(each):02x}" for each in text)


def _tell_table(rows: Sequence[Sequence[str]]) -> None:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        tell("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
