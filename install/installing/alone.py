"""Keep a second installation of the same home or studio out while one is at work."""

from __future__ import annotations

import contextlib
import os
import tempfile
import time
from typing import Optional

from installing.options import Wish
from installing.problems import InstallError
from installing.receipt import sha256
from photodouble_client.host_paths import Machine, receipts_folder
from photodouble_client.runtime import FileLock

LOCKED = "Another installation is at work."
NAME = ".photodouble-install.lock"
_PATIENCE = 20.0
_PAUSE = 0.1


class Alone:
    """Hold the lock of what is installed: in a studio's own folder, where every user and machine meets it.

    `made` lists the folders that were made for it, from the outside in; `folders` those that are removed
    with the lock where nothing else is in them.
    """

    def __init__(self, wish: Wish, machine: Machine) -> None:
        self.made: list[str] = []
        self.folders: list[str] = []
        self._wish = wish
        self._place = wish.studio or receipts_folder(machine)
        self._lock: Optional[FileLock] = None
        self._is_shared = False

    def __enter__(self) -> Alone:
        try:
            self._lock = self._shared() if self._wish.studio and not self._wish.dry_run else None
            self._is_shared = self._lock is not None
            if self._lock is None:
                self._lock = _taken(_own_path(self._place))
            return self
        except BaseException:
            self._remove_folders()
            raise

    def __exit__(self, *_error: object) -> None:
        if self._lock is not None:
            if self._is_shared and os.name != "nt":
                with contextlib.suppress(OSError):
                    os.unlink(self._lock.path)  # while it is held, so that nobody else's is taken away
            self._lock.release()
            if self._is_shared and os.name == "nt":
                with contextlib.suppress(OSError):
                    os.unlink(self._lock.path)  # Windows removes no file that is open, here or elsewhere
        self._remove_folders()

    def _shared(self) -> Optional[FileLock]:
        """Take the lock in the studio; nothing where nothing can be written, which is said later."""
        path = os.path.join(self._place, NAME)
        if self._wish.uninstall and not os.path.isdir(self._place):
            return None
        try:
            self._make_folders()
            return _taken(path, mode=0o666)
        except OSError as problem:
            if not os.path.lexists(path):
                return None
            raise InstallError(
                LOCKED, f"Wait until it has ended; where nobody installs, remove {path}.", str(problem)
            ) from problem

    def _make_folders(self) -> None:
        missing = []
        folder = self._place
        while not os.path.isdir(folder):
            missing.append(folder)
            folder = os.path.dirname(folder)
        for one in reversed(missing):
            os.mkdir(one)
            self.made.append(one)
            self.folders.append(one)

    def _remove_folders(self) -> None:
        for folder in sorted(self.folders, key=len, reverse=True):
            with contextlib.suppress(OSError):
                os.rmdir(folder)  # it stays where something is in it


def _taken(path: str, mode: int = 0) -> FileLock:
    """Take the lock of a name; one that its holder removed is none. Raises InstallError, OSError."""
    end = time.monotonic() + _PATIENCE
    while True:
        if mode:
            _make_for_all(path, mode)
        lock = FileLock(path)
        if lock.acquire():
            if lock.is_in_place:
                return lock
            lock.release()
        elif time.monotonic() >= end:
            raise InstallError(LOCKED, "Wait until it has ended, and run this again.")
        time.sleep(_PAUSE)


def _make_for_all(path: str, mode: int) -> None:
    """Make the file so that another user's installation can hold it too, should this one be killed."""
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, mode)
    except FileExistsError:
        return
    os.close(handle)
    with contextlib.suppress(FileNotFoundError):
        os.chmod(path, mode)


def _own_path(place: str) -> str:
    user = str(os.getuid()) if hasattr(os, "getuid") else os.environ.get("USERNAME", "")
    name = f"photodouble-install-{user}-{sha256(os.fsencode(place))[:8]}.lock"
    return os.path.join(tempfile.gettempdir(), name)
