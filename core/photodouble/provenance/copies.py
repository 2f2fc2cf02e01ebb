"""Rows of a ledger as JSON lines: to share them, and to keep what a farm did until a ledger takes it in.

What a ledger writes out ends with a line that its engine signed, over every row before it: a copy that was
cut, or thinned out, has none that fits. The name of an engine is made from its key, so no other key will do.
The chain of a farm machine, which has no key that lasts, has no such end.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from photodouble_client.errors import ArtistError
from photodouble_client.stored import Upgrade, upgraded

from . import dsse, kinds
from .keys import EngineKey, PublicKey
from .rows import FIRST, Fault, Row, chain_faults, next_row, now_text, row_hash

UPGRADES: tuple[Upgrade, ...] = ()
SCHEMA = len(UPGRADES) + 1
KIND = "ledger.copy"
_ENGINE = re.compile(r"[0-9a-f]{16}")


def write(path: Path, key: EngineKey, rows: Iterable[Row], *, is_whole: bool = True) -> int:
    """Write rows to a new file between a line that names their ledger and a signed last one; return how many.

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
    last, count, summed = (0, FIRST), 0, hashlib.sha256()
    with replacing(path) as temporary, temporary.open("w", encoding="utf-8") as stream:
        stream.write(_first(key.engine, is_whole) + "\n")
        for row in rows:
            stream.write(row.line() + "\n")
            summed.update(row.hash.encode("ascii"))
            last, count = (row.seq, row.hash), count + 1
        facts = _end_facts(key.engine, is_whole, last, count, summed.hexdigest())
        envelope = dsse.sign({**facts, "at": now_text()}, KIND, key)
        stream.write(json.dumps({"end": envelope, "key": key.public_text()}, sort_keys=True) + "\n")
    return count


def read(path: Path) -> tuple[str, tuple[Row, ...]]:
    """Return the name of the ledger that a file comes from, and its rows, all of them checked.

    A last line of a farm's chain that was cut short while it was written is passed over. Raises ArtistError
    `input.tampered` when rows do not hold together or lack their signed end, `input.bad_request` when it is
    no such file.
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
    end = lines.pop() if len(lines) > 1 and _is_end(lines[-1]) else ""
    try:
        rows = tuple(Row.from_line(line) for line in lines[1:])
    except ArtistError as problem:
        raise tampered(path, problem.message) from problem
    for fault in _faults(rows, is_whole):
        raise tampered(path, fault.what)
    if end or _ENGINE.fullmatch(engine):
        _check_end(path, end, engine, rows, is_whole)
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


def _end_facts(engine: str, is_whole: bool, last: tuple[int, str], count: int, summed: str) -> dict[str, Any]:
    """Say how a copy ends: its last row, how many there are, and the SHA-256 over all their hashes."""
    facts = {"schema": SCHEMA, "engine": engine, "whole": is_whole, "seq": last[0], "hash": last[1]}
    return {**facts, "rows": count, "sha256": summed}


def _is_end(line: str) -> bool:
    return line.startswith('{"end":')


def _check_end(path: Path, end: str, engine: str, rows: tuple[Row, ...], is_whole: bool) -> None:
    """Refuse a copy whose signed end is missing, or says of another number of rows, or of others."""
    if not end:
        raise tampered(path, "it has no signed end, so rows may be cut off")
    try:
        stored = json.loads(end)
        key = PublicKey.from_text(engine, str(stored["key"]))
        if key.keyid[:16] != engine:
            raise tampered(path, "its end is signed by another ledger than it names")
        facts, _ = dsse.opened(stored["end"], KIND, {key.keyid: key})
    except (ValueError, KeyError, TypeError, RecursionError) as problem:
        raise tampered(path, "its signed end cannot be read") from problem
    last = (rows[-1].seq, rows[-1].hash) if rows else (0, FIRST)
    summed = hashlib.sha256("".join(row.hash for row in rows).encode("ascii")).hexdigest()
    wanted = _end_facts(engine, is_whole, last, len(rows), summed)
    if {**facts, "at": ""} != {**wanted, "at": ""}:
        raise tampered(path, f"it was signed with {facts.get('rows')} rows, and these are not they")


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
