"""SQLite files that several processes open at once: the switch to its write-ahead log, with patience.

SQLite's own waiting does not cover that switch: of two processes that open a new file in the same moment one
is told at once that it is locked (sqlite.org/wal.html, "Sometimes queries return SQLITE_BUSY in WAL mode").
"""

from __future__ import annotations

import random
import sqlite3
import time

_PAUSE_S = 0.005


def use_write_ahead_log(base: sqlite3.Connection, patience_s: float) -> None:
    """Switch a database to its write-ahead log; raises sqlite3.OperationalError if it stays locked."""
    end = time.monotonic() + patience_s
    while True:
        try:
            base.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as problem:
            if "locked" not in str(problem) or time.monotonic() > end:
                raise
        time.sleep(_PAUSE_S * (1 + random.random()))
