"""Rows of a ledger as JSON lines: to share them, and to keep what a farm did until a ledger takes it in."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from photodouble_client.errors import ArtistError
from photodouble_client.stored import Upgrade, upgraded

from . import kinds
from .rows import FIRST, Fault, Row, chain_faults, next_row, row_hash

UPGRADES: tuple[Upgrade, ...] = ()
SCHEMA = len(UPGRADES) + 1


def write(path: Path, engine: str, rows: Iterable[Row], *, is_whole: bool = True) -> int:
    """Write rows to a new file, with a first line that names their ledger; return how many.

    Raises ArtistError `input.output_exists`, `engine.disk_full` or `input.unwritable_output`.
    """
    from photodouble.takes.files import replacing

    if path.exists():
        raise ArtistError(
            "input.output_exists",
            "The output already exists",
            f"{path} is there, and nothing is overwritten.",
            "Choose another name.",
        )
    count = 0
    with replacing(path) as temporary, temporary.open("w", encoding="utf-8") as stream:
        stream.write(_first(engine, is_whole) + "\n")
        for row in rows:
            stream.write(row.line() + "\n")
            count += 1
    return count


def read(path: Path) -> tuple[str, tuple[Row, ...]]:
    """Return the name of the ledger that a file comes from, and its rows, all of them checked.

    A last line that was cut short while it was written is passed over. Raises ArtistError `input.tampered`
    when rows do not hold together, `input.bad_request` when it is no such file.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, ValueError) as problem:
        raise _unreadable(path, str(problem)) from problem
    whole, _, _cut = text.rpartition("\n")
    lines = whole.split("\n")
    try:
        first = upgraded(json.loads(lines[0]), UPGRADES, "ledger copy")
        engine, is_whole = str(first["engine"]), bool(first["whole"])
    except (ValueError, KeyError, TypeError, AttributeError) as problem:
        raise _unreadable(path, str(problem)) from problem
    try:
        rows = tuple(Row.from_line(line) for line in lines[1:])
    except ArtistError as problem:
        raise tampered(path, problem.message) from problem
    for fault in _faults(rows, is_whole):
        raise tampered(path, fault.what)
    return engine, rows


class Chain:
    """A small ledger in one file of its own, for a process that has no other: a chunk on a farm."""

    def __init__(self, path: Path, name: str) -> None:
        """Name the file, which is made with the first event, and the chain."""
        self.path = path
        self._name = name
        self._head = (0, FIRST)

    def append(self, kind: str, payload: Mapping[str, Any], *, by: str = "") -> Row:
        """Add an event; it is on the disk when this returns. Raises ArtistError as any writing does."""
        from photodouble.takes.files import telling_disk_errors

        kinds.check(kind, payload)
        row = next_row(self._head[0] + 1, self._head[1], kind, {"schema": 1, **payload}, by=by)
        with telling_disk_errors(self.path):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open("a", encoding="utf-8") as stream:
                if row.seq == 1:
                    stream.write(_first(self._name, True) + "\n")
                stream.write(row.line() + "\n")
                stream.flush()
                os.fsync(stream.fileno())
        self._head = (row.seq, row.hash)
        return row


def tampered(path: Path, why: str) -> ArtistError:
    """Make the error for a copy that is not as it was written."""
    return ArtistError(
        "input.tampered",
        "These rows are not as they were written",
        f"{path} does not hold together: {why}.",
        "Have it exported again where it came from. Nothing of it was taken in.",
    )


def _faults(rows: tuple[Row, ...], is_whole: bool) -> tuple[Fault, ...]:
    if is_whole:
        return chain_faults(rows)
    found = []
    for row in rows:
        if row_hash(row.seq, row.ts, row.kind, row.text, row.prev, row.by) != row.hash:
            found.append(Fault(row.seq, f"row {row.seq} ({row.kind}) was changed"))
    return tuple(found)


def _first(engine: str, is_whole: bool) -> str:
    return json.dumps({"engine": engine, "schema": SCHEMA, "whole": is_whole}, sort_keys=True)


def _unreadable(path: Path, detail: str) -> ArtistError:
    return ArtistError(
        "input.bad_request",
        "That is no copy of a ledger",
        f"{path} cannot be read as rows of a ledger.",
        "Give a file written by 'photodouble ledger export', or the folder of a take.",
        detail=detail,
    )
