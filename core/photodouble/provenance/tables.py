"""The one table of a ledger, and the guards in it that let rows be added and nothing else."""

from __future__ import annotations

import sqlite3

VERSION = 1

ROWS = """CREATE TABLE rows (
    seq INTEGER PRIMARY KEY,
    ts TEXT NOT NULL,
    kind TEXT NOT NULL,
    by TEXT NOT NULL,
    payload TEXT NOT NULL,
    prev TEXT NOT NULL,
    hash TEXT NOT NULL
) STRICT"""

# No column is unique but the number: INSERT OR REPLACE deletes what it collides with, and deletes of that
# kind run no trigger unless a connection asks for recursive ones. So a row that is no next one is refused
# before it collides.
GUARDS = {
    "rows_update": "CREATE TRIGGER rows_update BEFORE UPDATE ON rows "
    "BEGIN SELECT RAISE(ABORT, 'a ledger is never changed'); END",
    "rows_delete": "CREATE TRIGGER rows_delete BEFORE DELETE ON rows "
    "BEGIN SELECT RAISE(ABORT, 'a ledger is never changed'); END",
    "rows_insert": "CREATE TRIGGER rows_insert BEFORE INSERT ON rows "
    "WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM rows) "
    "OR NEW.prev IS NOT coalesce((SELECT hash FROM rows ORDER BY seq DESC LIMIT 1), "
    "'0000000000000000000000000000000000000000000000000000000000000000') "
    "BEGIN SELECT RAISE(ABORT, 'a row follows the last one'); END",
}

INDEXES = (
    "CREATE INDEX rows_kind ON rows (kind)",
    "CREATE INDEX rows_take ON rows (json_extract(payload, '$.take'))",
    "CREATE INDEX rows_imported ON rows (json_extract(payload, '$.imported.hash'))",
)


def prepare(base: sqlite3.Connection) -> None:
    """Make the table and its guards in a new file; one that is no new file is never mended here."""
    if _version(base):
        return
    base.execute("BEGIN IMMEDIATE")
    try:
        if not _version(base):
            for line in (ROWS, *GUARDS.values(), *INDEXES):
                base.execute(line)
            base.execute(f"PRAGMA user_version = {VERSION}")
        base.execute("COMMIT")
    except BaseException:
        base.execute("ROLLBACK")
        raise


def missing_guards(base: sqlite3.Connection) -> list[str]:
    """Name the guards that were taken away or changed, and any that do not belong there."""
    found = dict(base.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"))
    return sorted(name for name in {*GUARDS, *found} if found.get(name) != GUARDS.get(name))


def _version(base: sqlite3.Connection) -> int:
    return int(base.execute("PRAGMA user_version").fetchone()[0])
