"""Where the engine's address lies, and the lock that makes sure there is one engine and not two.

The folder belongs to one user in one login session on one machine, and nobody else may look into it: the
address holds the token that opens the engine.
"""

from __future__ import annotations

import dataclasses
import json
import os
import secrets
import stat
import sys
import tempfile
import time
from dataclasses import dataclass
from typing import Any, Mapping, Optional, Tuple

from .errors import ArtistError
from .machine import boot_id, login_session, machine_id, user_id
from .stored import Json, Upgrade, refuse_unknown, upgraded

UPGRADES: Tuple[Upgrade, ...] = ()
SCHEMA = len(UPGRADES) + 1
ENDPOINT_FILE = "engine.json"
ENGINE_LOCK = "engine.lock"
START_LOCK = "start.lock"
START_LOG = "start.log"
PAUSE = 0.02
_LOCKED_BYTE = 2**30


def runtime_folder(environment: Optional[Mapping[str, str]] = None) -> str:
    """Find or make the folder of the engine's address.

    PHOTODOUBLE_RUNTIME names it; otherwise it lies in XDG_RUNTIME_DIR, in the folder for temporary files, or
    on Windows in the user's own application folder. Raises ArtistError `engine.runtime_folder` if it cannot
    be made, or is not the user's own.
    """
    folder = runtime_place(environment)
    try:
        os.makedirs(os.path.dirname(folder), exist_ok=True)
        if not os.path.lexists(folder):
            _make_private(folder)
        _check_private(folder)
    except OSError as problem:
        raise unusable(folder, "It cannot be made or read.", str(problem)) from problem
    return folder


def runtime_place(environment: Optional[Mapping[str, str]] = None) -> str:
    """Name the folder of the engine's address, whether it is there or not; nothing is made."""
    variables = os.environ if environment is None else environment
    return os.path.abspath(variables.get("PHOTODOUBLE_RUNTIME", "") or _usual_folder(variables))


@dataclass(frozen=True)
class Endpoint:
    """Say where the engine listens, what opens it, and which process of which machine and boot it is."""

    machine: str
    boot: str
    user: str
    pid: int
    nonce: str
    port: int
    token: str
    protocol: int
    version: str
    log: str = ""
    schema: int = SCHEMA

    @property
    def is_of_this_machine(self) -> bool:
        """Whether the address was written here, by this user, since the machine was switched on."""
        return (self.machine, self.boot, self.user) == (machine_id(), boot_id(), user_id())

    def to_json(self) -> Json:
        """Write the address as plain JSON values."""
        return dataclasses.asdict(self)

    @classmethod
    def from_json(cls, stored: Any) -> Endpoint:
        """Read an address; raises ArtistError `input.bad_request` or ValueError if it is none."""
        if not isinstance(stored, Mapping):
            raise ValueError("an address is a set of named fields")
        current = upgraded(stored, UPGRADES, "address of the engine")
        fields = {each.name: each for each in dataclasses.fields(cls)}
        refuse_unknown(current, fields, "address of the engine")
        numbers = {name: int(current[name]) for name in ("pid", "port", "protocol")}
        texts = {name: str(value) for name, value in current.items() if name not in numbers}
        return cls(**{**texts, **numbers, "schema": SCHEMA})  # type: ignore[arg-type]

    @classmethod
    def read(cls, folder: str) -> Optional[Endpoint]:
        """Read the address in a folder; None if there is none, or none that this user wrote whole."""
        path = os.path.join(folder, ENDPOINT_FILE)
        try:
            if not _is_own(os.lstat(path)):
                return None
            with open(path, encoding="utf-8") as stream:
                return cls.from_json(json.load(stream))
        except (OSError, ArithmeticError, ValueError, KeyError, TypeError, ArtistError):
            return None

    def write(self, folder: str) -> None:
        """Write the address so that readers see the old one or the new one, and other users neither."""
        write_private(
            os.path.join(folder, ENDPOINT_FILE), json.dumps(self.to_json(), indent=1, sort_keys=True)
        )

    @classmethod
    def remove(cls, folder: str, nonce: str) -> None:
        """Remove the address of the engine with this nonce; another engine's stays."""
        found = cls.read(folder)
        if found is not None and found.nonce == nonce:
            try:
                os.unlink(os.path.join(folder, ENDPOINT_FILE))
            except OSError:
                return


class FileLock:
    """Hold a file so that no other process can; the system lets go of it the moment its holder dies."""

    def __init__(self, path: str) -> None:
        """Name the file. It is made when needed, holds the process number of its holder, and stays."""
        self.path = path
        self._handle: Optional[int] = None

    @property
    def is_held(self) -> bool:
        """Whether this very lock is held."""
        return self._handle is not None

    def acquire(self, timeout: float = 0.0) -> bool:
        """Take the lock, waiting so many seconds at most; say whether it was taken. Raises OSError."""
        handle = self._open()
        end = time.monotonic() + timeout
        while not _lock(handle):
            if time.monotonic() >= end:
                os.close(handle)
                return False
            time.sleep(PAUSE)
        self._handle = handle
        try:
            os.ftruncate(handle, 0)
            os.write(handle, str(os.getpid()).encode("ascii"))
        except OSError:
            self.release()
            raise
        return True

    @property
    def is_in_place(self) -> bool:
        """Whether the file that is held is still the one of that name; otherwise another may hold that."""
        if self._handle is None:
            return False
        try:
            return os.path.samestat(os.fstat(self._handle), os.lstat(self.path))
        except OSError:
            return False

    def retake(self) -> bool:
        """Hold the file of that name again after it was removed; say whether it could be taken."""
        fresh = FileLock(self.path)
        if not fresh.acquire():
            return False
        self.release()
        self._handle = fresh._handle
        return True

    def release(self) -> None:
        """Let go of the lock; closing the file is what does it."""
        handle, self._handle = self._handle, None
        if handle is None:
            return
        try:
            os.ftruncate(handle, 0)
        except OSError:
            # The disk may have become read-only; what counts is that the file is closed.
            pass
        finally:
            os.close(handle)

    def is_free(self) -> bool:
        """Say whether nobody holds the lock, by taking it for a moment without signing it. Raises OSError."""
        if not os.path.exists(self.path):
            return True
        handle = self._open()
        try:
            return _lock(handle)
        finally:
            os.close(handle)

    def holder(self) -> int:
        """Give the number of the process that holds the lock; of a free lock it means nothing."""
        try:
            with open(self.path, encoding="ascii") as stream:
                return int(stream.read(20) or 0)
        except (OSError, ValueError):
            return 0

    def _open(self) -> int:
        return os.open(self.path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600)

    def __enter__(self) -> FileLock:
        """Take the lock; raises ArtistError `engine.runtime_folder` if another process holds it."""
        if not self.acquire():
            raise unusable(self.path, "Another process holds it.", f"process {self.holder()}")
        return self

    def __exit__(self, *_error: object) -> None:
        self.release()


def new_secret() -> str:
    """Make the token or the nonce of an engine: 256 random bits as text."""
    return secrets.token_hex(32)


def write_private(path: str, text: str) -> None:
    """Replace a file by a new one that only this user may read, all at once."""
    temporary = f"{path}.{secrets.token_hex(8)}"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)
    handle = os.open(temporary, flags, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(text + "\n")
        _replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def _replace(temporary: str, path: str) -> None:
    """Replace; on Windows a reader that holds the old file for a moment is waited for."""
    for _ in range(100):
        try:
            return os.replace(temporary, path)
        except PermissionError:
            if sys.platform != "win32":
                raise
            time.sleep(PAUSE)
    return os.replace(temporary, path)


def _usual_folder(variables: Mapping[str, str]) -> str:
    session = _plain_name(login_session(variables))
    if sys.platform == "win32":
        local = variables.get("LOCALAPPDATA", "") or os.path.expanduser(r"~\AppData\Local")
        return os.path.join(local, "photodouble", "run", session)
    given = variables.get("XDG_RUNTIME_DIR", "")
    if given and os.path.isabs(given) and _is_own_folder(given):
        return os.path.join(given, "photodouble")
    temporary = variables.get("TMPDIR", "") or tempfile.gettempdir()
    return os.path.join(temporary, f"photodouble-{user_id()}-{session}")


def _plain_name(text: str) -> str:
    """Keep letters, digits and a few signs, so that no variable can lead out of the folder."""
    return "".join(sign if sign.isalnum() or sign in "-_" else "_" for sign in text)


def _make_private(folder: str) -> None:
    try:
        os.mkdir(folder, 0o700)
    except FileExistsError:
        return
    if hasattr(os, "getuid"):
        # What `umask` took away is given back; nobody else can have reached the new folder meanwhile.
        os.chmod(folder, 0o700)


def _check_private(folder: str) -> None:
    found = os.lstat(folder)
    if not stat.S_ISDIR(found.st_mode):
        raise unusable(folder, "It is no real folder.")
    if not _is_own(found):
        raise unusable(folder, "It belongs to another user.")
    if hasattr(os, "getuid") and found.st_mode & 0o077:
        raise unusable(folder, "Other users may look into it.", f"mode {stat.S_IMODE(found.st_mode):o}")


def _is_own_folder(folder: str) -> bool:
    try:
        found = os.stat(folder)
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and _is_own(found)


def _is_own(found: os.stat_result) -> bool:
    return not hasattr(os, "getuid") or found.st_uid == os.getuid()


def _lock(handle: int) -> bool:
    """Try to lock one byte far behind the end (Windows) or the whole file, for this open file alone."""
    try:
        if sys.platform == "win32":
            import msvcrt

            os.lseek(handle, _LOCKED_BYTE, os.SEEK_SET)
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
            os.lseek(handle, 0, os.SEEK_SET)
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def unusable(folder: str, why: str, detail: str = "") -> ArtistError:
    """Make the error for a folder, or a file in it, that cannot hold the engine's address."""
    return ArtistError(
        "engine.runtime_folder",
        "The engine's folder cannot be used",
        f"{folder} cannot hold the engine's address. {why}",
        "Make room on its disk, remove it if it is not yours, or name another folder in PHOTODOUBLE_RUNTIME.",
        detail=detail,
    )
