"""The ledger: all that was done and decided, in a chain of rows that only grows. SQLite on a local disk."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
import tempfile
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from photodouble.settings import Settings
from photodouble.write_ahead import use_write_ahead_log
from photodouble_client.errors import ArtistError

from . import copies, heads, kinds
from .keys import EngineKey, PersonKey, engine_key_in
from .rows import FIRST, Fault, Pin, Row, chain_faults, next_row
from .tables import missing_guards, prepare

FILE = "ledger.sqlite3"
HEADS = "ledger.heads.jsonl"
HEAD_EVERY = 200
WAIT_S = 20.0
_COLUMNS = "seq, ts, kind, payload, prev, hash, by"


class Ledger:
    """The ledger of one user on one machine. Any number of processes may add to it at once.

    Every method raises ArtistError: `engine.ledger` when the file is damaged or cannot be written,
    `engine.disk_full`. Close it, or use it as a context.
    """

    def __init__(self, folder: Path) -> None:
        """Open the ledger in a folder on a local disk; it is made the first time.

        Where nothing can be written, as on a disk that is mounted read-only, a copy is read.
        """
        self.path = folder / FILE
        self.heads = folder / HEADS
        self._lock = threading.RLock()
        self._copy: tempfile.TemporaryDirectory[str] | None = None
        with self._telling():
            if self.path.is_file() and not os.access(folder, os.W_OK):
                self._copy = _copied(self.path)
                self._base = sqlite3.connect(
                    Path(self._copy.name) / FILE, isolation_level=None, check_same_thread=False
                )
                return
            # The files that SQLite puts beside it get the same rights as this one.
            os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))
            self._base = sqlite3.connect(
                self.path, timeout=WAIT_S, isolation_level=None, check_same_thread=False
            )
            use_write_ahead_log(self._base, WAIT_S)
            self._base.execute("PRAGMA synchronous = FULL")
            self._base.execute("PRAGMA recursive_triggers = ON")
            prepare(self._base)

    @classmethod
    def open(cls, settings: Settings) -> Ledger:
        """Open the ledger of this user on this machine."""
        from photodouble.engine.queue.folder import state_to_read

        return cls(state_to_read(settings))

    @property
    def key(self) -> EngineKey:
        """The key of this engine; its name is the name of the ledger."""
        return engine_key_in(self.path.parent)

    def append(self, kind: str, payload: Mapping[str, Any], *, by: str = "") -> Row:
        """Add an event and return its row; it is on the disk when this returns.

        Every 200 rows the head is signed too. Raises ArtistError `input.bad_request` for an event that is
        not of its kind.
        """
        kinds.check(kind, payload)
        with self._change() as base:
            row = _added(base, kind, payload, by)
        if row.seq % HEAD_EVERY == 0 and kind != "ledger.head":
            self.sign_head(self.key)
        return row

    def head(self) -> tuple[int, str]:
        """Return the number and the hash of the last row; 0 and zeros where there is none."""
        with self._telling():
            return _head(self._base)

    def rows(self, kind: str = "", since: int = 0, take: str = "") -> Iterator[Row]:
        """Give the rows after a number, in order; of one kind (or family: `run.`) and take where named."""
        wanted, given = ["seq > ?"], [str(since)]
        if kind:
            wanted.append("kind >= ? AND kind < ?" if kind.endswith(".") else "kind = ?")
            given += [kind, kind[:-1] + "/"] if kind.endswith(".") else [kind]
        if take:
            wanted.append("json_extract(payload, '$.take') = ?")
            given.append(take)
        line = f"SELECT {_COLUMNS} FROM rows WHERE {' AND '.join(wanted)} ORDER BY seq"
        with self._telling():
            for found in self._base.execute(line, [int(given[0]), *given[1:]]):
                yield Row(*found)

    def verify(self, pins: Iterable[Pin] = ()) -> tuple[Fault, ...]:
        """Return what is wrong: guards taken away, the first bad row, and rows that a head or a pin misses.

        Pins are what others remember, such as manifests; those of other ledgers are passed over.
        """
        try:
            with self._telling():
                check = str(self._base.execute("PRAGMA quick_check").fetchone()[0])
                found = [Fault(0, f"the guard {name} is missing") for name in missing_guards(self._base)]
            if check != "ok":
                return (Fault(0, f"the file is damaged: {check}"),)
            found += chain_faults(self.rows())
            found += heads.faults(self.heads, self.key)
            known = [pin for pin in pins if pin.engine in ("", self.key.engine)]
            return (*found, *self._missed((*heads.pins(self.heads, self.key), *known)))
        except ArtistError as problem:
            return (Fault(0, f"the file cannot be read: {problem.detail or problem.message}"),)

    def pinned(self, pins: Iterable[Pin] = ()) -> int:
        """Return the last row that a signed head or a pin stands for; later ones could be cut unseen."""
        known = [pin.seq for pin in pins if pin.engine in ("", self.key.engine)]
        return max((*known, *(pin.seq for pin in heads.pins(self.heads, self.key))), default=0)

    def check_tail(self) -> None:
        """Refuse a ledger that is shorter, or other, than its signed heads say; raises `input.tampered`."""
        missed = self._missed(heads.pins(self.heads, self.key))
        if missed:
            raise ArtistError(
                "input.tampered",
                "The history was cut off",
                f"{self.path} does not hold together: {missed[0].what}.",
                "Bring it back from a copy. Nothing is approved or delivered until then.",
            )

    def sign_head(self, key: EngineKey | PersonKey) -> dict[str, Any]:
        """Sign how long the ledger is and how it ends, note it in it and beside it; return the envelope."""
        with self._change() as base:
            seq, last = _head(base)
            envelope = heads.signed(self.key.engine, seq, last, key)
            _added(base, "ledger.head", {"envelope": envelope, "schema": 1}, getattr(key, "person", ""))
        with self._telling():
            heads.note(self.heads, envelope)
        return envelope

    def export(self, path: Path, *, take: str = "") -> int:
        """Write the rows to a new file of JSON lines with a signed end, for others; return how many.

        Raises ArtistError `input.output_exists`, and `input.tampered` where this ledger is cut itself.
        """
        self.check_tail()
        return copies.write(path, self.key, self.rows(take=take), is_whole=not take)

    def import_(self, path: Path) -> int:
        """Add the rows of an exported file that are not here yet; return how many are new.

        Each becomes a row of this ledger that names where it came from. Raises ArtistError `input.tampered`
        when the file does not hold together; then nothing is added.
        """
        source, rows = copies.read(path)
        if source == self.key.engine:
            return self._own(path, rows)
        count = 0
        with self._change() as base:
            for row in rows:
                payload = row.payload
                own = {"engine": source, "hash": row.hash, "seq": row.seq, "ts": row.ts}
                origin = payload.pop("imported", own)
                if row.kind != "ledger.head" and not self._has(base, origin):
                    _added(base, row.kind, {**payload, "imported": origin}, row.by)
                    count += 1
        return count

    def close(self) -> None:
        """Close the file."""
        self._base.close()
        if self._copy is not None:
            self._copy.cleanup()

    def __enter__(self) -> Ledger:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def _has(self, base: sqlite3.Connection, origin: Mapping[str, Any]) -> bool:
        """Say whether a row that came to be elsewhere, or here, is here already."""
        if origin["engine"] == self.key.engine:
            line = "SELECT 1 FROM rows WHERE hash = ? AND seq = ?"
            return base.execute(line, [origin["hash"], origin["seq"]]).fetchone() is not None
        line = "SELECT 1 FROM rows WHERE json_extract(payload, '$.imported.hash') = ? LIMIT 1"
        return base.execute(line, [origin["hash"]]).fetchone() is not None

    def _own(self, path: Path, rows: Iterable[Row]) -> int:
        """Compare an old copy of this very ledger with it."""
        missed = self._missed(Pin(row.seq, row.hash, str(path)) for row in rows)
        if missed:
            raise copies.tampered(path, missed[0].what)
        return 0

    def _missed(self, pins: Iterable[Pin]) -> tuple[Fault, ...]:
        """Return the first place where the ledger is not what a pin remembers."""
        with self._telling():
            for pin in sorted(pins, key=lambda pin: pin.seq):
                found = self._base.execute("SELECT hash FROM rows WHERE seq = ?", [pin.seq]).fetchone()
                if found is None and pin.seq:
                    return (Fault(pin.seq, f"row {pin.seq}, which {pin.where} names, was cut off"),)
                if found is not None and found[0] != pin.hash:
                    return (Fault(pin.seq, f"row {pin.seq} is not the one that {pin.where} names"),)
        return ()

    @contextmanager
    def _change(self) -> Iterator[sqlite3.Connection]:
        with self._lock, self._telling():
            if self._copy is not None:
                raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(self.path))
            self._base.execute("BEGIN IMMEDIATE")
            try:
                yield self._base
                self._base.execute("COMMIT")
            except BaseException:
                if self._base.in_transaction:
                    self._base.execute("ROLLBACK")
                raise

    @contextmanager
    def _telling(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as problem:
            raise _trouble(self.path, problem) from problem


def _copied(path: Path) -> tempfile.TemporaryDirectory[str]:
    """Copy a ledger, with the rows that are not in its main file yet, to a folder that goes away again."""
    folder = tempfile.TemporaryDirectory(prefix="photodouble-ledger-")
    for name in (path.name, f"{path.name}-wal"):
        if (path.parent / name).is_file():
            shutil.copyfile(path.parent / name, Path(folder.name) / name)
    return folder


def _head(base: sqlite3.Connection) -> tuple[int, str]:
    found = base.execute("SELECT seq, hash FROM rows ORDER BY seq DESC LIMIT 1").fetchone()
    return (int(found[0]), str(found[1])) if found else (0, FIRST)


def _added(base: sqlite3.Connection, kind: str, payload: Mapping[str, Any], by: str) -> Row:
    seq, last = _head(base)
    row = next_row(seq + 1, last, kind, {"schema": 1, **payload}, by=by)
    columns = [row.seq, row.ts, row.kind, row.text, row.prev, row.hash, row.by]
    base.execute(f"INSERT INTO rows ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)", columns)
    return row


def _trouble(path: Path, problem: Exception) -> ArtistError:
    name = getattr(problem, "sqlite_errorname", "")
    if name == "SQLITE_FULL" or getattr(problem, "errno", 0) == 28:
        from photodouble.image.storage import disk_full

        return disk_full(path, str(problem))
    if getattr(problem, "errno", 0) == errno.EROFS:
        return ArtistError(
            "engine.ledger",
            "The ledger cannot be written",
            f"{path} lies on a disk that nothing can be written to, so nothing new can be noted.",
            "Have the disk opened for writing; looking at pictures and their history works without.",
            detail=str(problem),
        )
    return ArtistError(
        "engine.ledger",
        "The ledger cannot be used",
        f"{path} cannot be read or written{' just now' if name in ('SQLITE_BUSY', 'SQLITE_LOCKED') else ''}.",
        "Look at it with 'photodouble ledger verify'. A damaged one is never mended silently.",
        detail=f"{type(problem).__name__}: {problem}",
    )
