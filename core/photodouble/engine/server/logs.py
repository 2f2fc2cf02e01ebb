"""The engine's log: bounded in size, for the user's eyes only, and without the token."""

from __future__ import annotations

import io
import logging
import logging.handlers
import os
from pathlib import Path

LOG = "engine.log"
KEPT = 2


def open_log(folder: Path, limit_mb: float, secrets: list[str]) -> Path:
    """Write what the program logs to `engine.log` in a folder, at most so many megabytes in all."""
    path = folder / LOG
    handler = _OwnFile(
        path, maxBytes=max(10_000, int(limit_mb * 1e6 / (KEPT + 1))), backupCount=KEPT, encoding="utf-8"
    )
    handler.setFormatter(_Discreet(secrets))
    top = logging.getLogger()
    top.addHandler(handler)
    top.setLevel(logging.WARNING)
    logging.getLogger("photodouble").setLevel(logging.INFO)
    logging.getLogger("uvicorn.error").setLevel(logging.ERROR)
    return path


class _OwnFile(logging.handlers.RotatingFileHandler):
    """A log file that no other user can read, from its first byte on."""

    def _open(self) -> io.TextIOWrapper:
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0)
        handle = os.open(self.baseFilename, flags, 0o600)
        return io.TextIOWrapper(io.FileIO(handle, "a"), encoding=self.encoding, errors="backslashreplace")

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802, the library's name
        """Go on without a line that cannot be written, as on a full disk: it must not end the engine."""


class _Discreet(logging.Formatter):
    """Writes a line per event, and something else where a secret would stand, tracebacks included."""

    def __init__(self, secrets: list[str]) -> None:
        super().__init__("%(asctime)s %(levelname)s %(process)d %(name)s %(message)s")
        self.secrets = secrets

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of an event."""
        text = super().format(record)
        for secret in self.secrets:
            text = text.replace(secret, "(token)")
        return text
