"""Signed records that the engines of a show exchange: one file of JSON lines each, chained, only added to.

Clocks of machines differ, so each record counts itself one higher than all it could see: a revocation comes
after the consent that it was made from, whatever the clocks say.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from photodouble.settings import Settings
from photodouble_client.errors import ArtistError
from photodouble_client.runtime import FileLock

from . import dsse
from .canonical import canonical
from .keys import EngineKey, PersonKey, PublicKey, engine_key
from .rows import FIRST, now_text

SCHEMA = 1


@dataclass(frozen=True)
class SignedRecord:
    """Something that a person signed: consent, revocation, decision. `hash` names it everywhere else."""

    kind: str
    payload: Mapping[str, Any]
    person: str
    engine: str
    seq: int
    order: int
    at: str
    hash: str
    envelope: Mapping[str, Any] = field(repr=False, compare=False, default_factory=dict)

    def is_of(self, kind: str) -> bool:
        """Say whether it is of a kind, or of a family such as `consent.`."""
        return not kind or self.kind == kind or (kind.endswith(".") and self.kind.startswith(kind))


@dataclass(frozen=True)
class Stranger:
    """A record that does not count, as nobody of the show has its key: where it stands, and of which take."""

    where: str
    kind: str
    take: str
    keyid: str


def read_all(
    folder: Path, keys: Mapping[str, PublicKey], *, strangers: list[Stranger] | None = None
) -> tuple[SignedRecord, ...]:
    """Return the records of every engine, the earlier ones first; those of unknown keys go to `strangers`.

    Raises ArtistError `input.tampered` naming the file and the line.
    """
    found: list[SignedRecord] = []
    for path in sorted(folder.glob("*.jsonl")) if folder.is_dir() else ():
        for number, record, counts in _read(path, keys):
            if counts:
                found.append(record)
            elif strangers is not None:
                take, keyid = str(record.payload.get("take", "")), dsse.signer_of(record.envelope)
                strangers.append(Stranger(f"{path.name}, line {number}", record.kind, take, keyid))
    return tuple(sorted(found, key=lambda each: (each.order, each.engine, each.seq)))


def marks_in(folder: Path) -> frozenset[str]:
    """Return the hashes of all records in a folder, whoever signed them; lines that are none have none."""
    found = set()
    for path in folder.glob("*.jsonl") if folder.is_dir() else ():
        for line in _lines(path):
            with contextlib.suppress(ValueError, RecursionError, ArtistError):
                found.add(hashlib.sha256(canonical(json.loads(line))).hexdigest())
    return frozenset(found)


def add_record(
    folder: Path,
    kind: str,
    payload: Mapping[str, Any],
    key: PersonKey | EngineKey,
    keys: Mapping[str, PublicKey],
    settings: Settings,
) -> SignedRecord:
    """Sign a record as the next one of this engine and write it; it is on the disk when this returns."""
    from photodouble.engine.queue.folder import state_folder
    from photodouble.takes.files import telling_disk_errors

    engine = engine_key(settings).engine
    path = folder / f"{engine}.jsonl"
    lock = FileLock(str(state_folder(settings) / "records.lock"))
    if not lock.acquire(timeout=20):
        raise _busy(path)
    try:
        with telling_disk_errors(path):
            folder.mkdir(parents=True, exist_ok=True)
            seq, prev = _end(path)
            order = 1 + max((each.order for each in read_all(folder, keys)), default=0)
            facts = {"schema": SCHEMA, "engine": engine, "seq": seq + 1, "prev": prev, "order": order}
            facts |= {"at": now_text(), "content": dict(payload)}
            line = {"schema": SCHEMA, "kind": kind, "envelope": dsse.sign(facts, kind, key)}
            _write(path, canonical(line) + b"\n")
            return _record(line, facts, getattr(key, "person", ""))
    finally:
        lock.release()


def _read(path: Path, keys: Mapping[str, PublicKey]) -> Iterator[tuple[int, SignedRecord, bool]]:
    """Give every line of a file with its number, its record, and whether that counts: its key is known."""
    seq, prev = 0, FIRST
    for number, raw in enumerate(_lines(path), 1):
        try:
            line = json.loads(raw)
            kind, envelope = str(line["kind"]), line["envelope"]
            if dsse.signer_of(envelope) not in keys:
                facts, person, counts = dsse.unchecked(envelope), "", False
            else:
                facts, person = dsse.opened(envelope, kind, keys)
                counts = True
            is_next = facts["engine"] == path.stem and facts["seq"] == seq + 1 and facts["prev"] == prev
            record = _record(line, facts, person)
        except (ValueError, KeyError, TypeError, RecursionError, ArtistError) as problem:
            raise _tampered(path, number, "is not as it was signed", str(problem)) from problem
        if not is_next:
            raise _tampered(path, number, "does not follow the one before it")
        seq, prev = record.seq, record.hash
        yield number, record, counts


def _record(line: Mapping[str, Any], facts: Mapping[str, Any], person: str) -> SignedRecord:
    return SignedRecord(
        str(line["kind"]),
        dict(facts["content"]),
        person,
        str(facts["engine"]),
        int(facts["seq"]),
        int(facts["order"]),
        str(facts["at"]),
        hashlib.sha256(canonical(line)).hexdigest(),
        dict(line["envelope"]),
    )


def _end(path: Path) -> tuple[int, str]:
    """Return the number and the hash of the last record; what a crash left half written is taken away."""
    lines = _lines(path)
    if path.is_file():
        whole = sum(len(line) + 1 for line in lines)
        if whole != path.stat().st_size:
            os.truncate(path, whole)
    if not lines:
        return 0, FIRST
    try:
        return len(lines), hashlib.sha256(canonical(json.loads(lines[-1]))).hexdigest()
    except (ValueError, RecursionError, ArtistError) as problem:
        raise _tampered(path, len(lines), "is not as it was signed", str(problem)) from problem


def _lines(path: Path) -> list[bytes]:
    """Return the lines that are whole: one that is still being written has no end yet."""
    return path.read_bytes().split(b"\n")[:-1] if path.is_file() else []


def _write(path: Path, line: bytes) -> None:
    with path.open("ab") as stream:
        stream.write(line)
        stream.flush()
        os.fsync(stream.fileno())


def _tampered(path: Path, number: int, why: str, detail: str = "") -> ArtistError:
    return ArtistError(
        "input.tampered",
        "The show's records are not as they were signed",
        f"Line {number} of {path} {why}.",
        "Bring the file back from a copy. Nothing that hangs on consent or approval goes on until then.",
        detail=detail,
    )


def _busy(path: Path) -> ArtistError:
    return ArtistError(
        "engine.ledger",
        "The show's records are in use",
        f"Another process of yours has been writing {path} for 20 seconds.",
        "Wait a moment and try again.",
    )
