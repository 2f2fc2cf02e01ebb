"""A row of the ledger: what happened, when, and the hash that chains it to the row before."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from photodouble_client.stored import Upgrade, bad_request, upgraded

from .canonical import canonical

FIRST = "0" * 64
"""What the first row of a chain names as the hash before it."""
UPGRADES: tuple[Upgrade, ...] = ()
SCHEMA = len(UPGRADES) + 1


@dataclass(frozen=True)
class Row:
    """One event. `text` is the payload as it was written and hashed; `by` is the id of a person, or empty.

    The order is that of `seq`; `ts` is what the clock said, and clocks are sometimes put back.
    """

    seq: int
    ts: str
    kind: str
    text: str
    prev: str
    hash: str
    by: str = ""

    @property
    def payload(self) -> dict[str, Any]:
        """What the event says."""
        content: dict[str, Any] = json.loads(self.text)
        return content

    def line(self) -> str:
        """Write the row as one line of JSON, for other ledgers to read."""
        before = f'{{"by":{_text(self.by)},"hash":"{self.hash}","kind":{_text(self.kind)},"payload":'
        after = f',"prev":"{self.prev}","schema":{SCHEMA},"seq":{self.seq},"ts":{_text(self.ts)}}}'
        return before + self.text + after

    @classmethod
    def from_line(cls, line: str) -> Row:
        """Read a row from its line; its hash is not checked. Raises ArtistError `input.bad_request`."""
        try:
            stored = upgraded(json.loads(line), UPGRADES, "ledger row")
            text = canonical(stored["payload"]).decode("utf-8")
            ts, kind, prev, mark, by = (str(stored[name]) for name in ("ts", "kind", "prev", "hash", "by"))
            return cls(int(stored["seq"]), ts, kind, text, prev, mark, by)
        except (ValueError, KeyError, TypeError, AttributeError) as problem:
            raise bad_request(
                f"A row of a ledger cannot be read: {problem}.", "Export it again."
            ) from problem


@dataclass(frozen=True)
class Fault:
    """Something wrong in a chain: the first row it was seen at (0: the ledger as a whole) and what it is."""

    seq: int
    what: str


@dataclass(frozen=True)
class Concern:
    """Something wrong, in words, and what it is about.

    `about` is `take` (by `take`, its id, or `place`, its folder), `delivery` (by `place`, its manifest),
    `ledger`, `records` or `consents`.
    """

    what: str
    about: str
    take: str = ""
    place: Path | None = None


@dataclass(frozen=True)
class Pin:
    """A place outside the ledger that remembers how long it was and how it ended."""

    seq: int
    hash: str
    where: str
    engine: str = ""


def next_row(
    seq: int, prev: str, kind: str, payload: Mapping[str, Any], *, by: str = "", ts: str = ""
) -> Row:
    """Return the row that follows; raises ArtistError `input.bad_request` for what cannot be written."""
    text = canonical(dict(payload)).decode("utf-8")
    moment = ts or now_text()
    return Row(seq, moment, kind, text, prev, row_hash(seq, moment, kind, text, prev, by), by)


def row_hash(seq: int, ts: str, kind: str, text: str, prev: str, by: str) -> str:
    """Return the hash of a row: the SHA-256 of its canonical JSON, keys in order, the payload as written."""
    before = f'{{"by":{_text(by)},"kind":{_text(kind)},"payload":'
    after = f',"prev":{_text(prev)},"seq":{seq},"ts":{_text(ts)}}}'
    return hashlib.sha256((before + text + after).encode("utf-8", "surrogatepass")).hexdigest()


def chain_faults(rows: Iterable[Row], *, seq: int = 0, prev: str = FIRST) -> tuple[Fault, ...]:
    """Return what is wrong with a chain that follows a row; nothing after the first fault can be trusted."""
    for row in rows:
        if row.seq != seq + 1:
            return (Fault(seq + 1, f"row {seq + 1} is missing; row {row.seq} comes next"),)
        if row.prev != prev:
            return (Fault(row.seq, f"row {row.seq} does not follow the row before it"),)
        if row_hash(row.seq, row.ts, row.kind, row.text, row.prev, row.by) != row.hash:
            return (Fault(row.seq, f"row {row.seq} ({row.kind}) was changed"),)
        seq, prev = row.seq, row.hash
    return ()


def now_text() -> str:
    """Return the time of the clock in UTC, as text with seconds."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _text(word: str) -> str:
    return canonical(word).decode("utf-8")
