"""Where the engine keeps its jobs, always on a disk of this machine, and which engines of it live."""

from __future__ import annotations

import os
import platform
import re
import shutil
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import platformdirs

from photodouble.settings import Settings
from photodouble_client.errors import ArtistError
from photodouble_client.machine import user_id
from photodouble_client.runtime import FileLock

MOUNTS = Path("/proc/mounts")
LOCAL = Path("/var/tmp")
NETWORK_SYSTEMS = re.compile(
    "9p|afp?s|afpfs|beegfs|ceph|cifs|coda|davfs|fuse[.](glusterfs|sshfs)|glusterfs|gpfs|lustre|ncpfs|nfs4?|"
    "ocfs2|pvfs2|smb[23]|smbfs|wekafs"
)
SESSION_STATE = "PHOTODOUBLE_STATE"
_OCTAL = re.compile(r"\\([0-7]{3})")


def state_folder(settings: Settings) -> Path:
    """Find or make the folder of the jobs: the setting, or a folder of the user's own on a local disk.

    A home on a file server is no place for it, because databases break there. Raises ArtistError
    `engine.start_failed` if the folder cannot be made or written to.
    """
    folder = state_place(settings)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name in ("owners", "opened", "previews"):
            (folder / name).mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise unusable(folder, str(error)) from error
    if not _is_own(folder) or not os.access(folder, os.W_OK | os.X_OK):
        raise unusable(folder, "it belongs to another user, or cannot be written to")
    return folder


def state_to_read(settings: Settings) -> Path:
    """Find the folder of the jobs for somebody who only looks: it may lie on a disk that is read-only.

    Raises as `state_folder` where it may be written to, or is not there.
    """
    folder = state_place(settings)
    if folder.is_dir() and _is_own(folder) and not os.access(folder, os.W_OK):
        return folder
    return state_folder(settings)


def is_on_network(path: Path, mounts: str) -> bool:
    """Say whether a path lies on a file server; `mounts` is the text of /proc/mounts."""
    kinds: dict[str, str] = {}
    for line in mounts.splitlines():
        fields = line.split(" ")
        if len(fields) > 2:
            kinds[_OCTAL.sub(lambda found: chr(int(found.group(1), 8)), fields[1])] = fields[2]
    place = Path(os.path.realpath(path))
    nearest = next((str(each) for each in (place, *place.parents) if str(each) in kinds), "")
    return NETWORK_SYSTEMS.fullmatch(kinds.get(nearest, "")) is not None


def unusable(folder: Path, why: str) -> ArtistError:
    """Make the error for a folder in which no jobs can be kept."""
    return ArtistError(
        "engine.start_failed",
        "The engine cannot keep its jobs",
        f"The folder {folder} cannot hold the list of jobs.",
        "Have its rights changed, or name another folder on a local disk as engine_folder in the settings.",
        detail=why,
    )


class Owners:
    """The engines that share a folder: each living one holds a lock, which falls when it dies."""

    def __init__(self, folder: Path, nonce: str) -> None:
        """Name the folder of the jobs and this very engine."""
        self.nonce = nonce
        self._locks = folder / "owners"
        self._previews = folder / "previews"
        self._own = FileLock(str(self._locks / f"{nonce}.lock"))

    def enter(self) -> None:
        """Say that this engine lives; the folder's own lock is held meanwhile, see `alone`."""
        if not self._own.acquire(timeout=5):
            raise unusable(self._locks, f"{self._own.path} cannot be locked")

    def stay(self) -> None:
        """Say again that this engine lives, if what said so was removed: others would take its jobs."""
        if not self._own.is_in_place:
            self._locks.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._own.retake()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep every other engine from coming, going through the folder or sweeping it, for a moment."""
        lock = FileLock(str(self._locks / "folder.lock"))
        if not lock.acquire(timeout=10):
            raise unusable(self._locks, f"process {lock.holder()} holds {lock.path}")
        try:
            yield
        finally:
            lock.release()

    def leave(self) -> None:
        """Say that this engine has ended; what it left unfinished is free for the next one."""
        self._own.release()
        self._forget(self.nonce)

    def is_alive(self, nonce: str) -> bool:
        """Say whether the engine with this nonce lives."""
        path = self._locks / f"{nonce}.lock"
        if nonce == self.nonce:
            return self._own.is_held
        if not path.is_file():
            return False
        lock = FileLock(str(path))
        try:
            return not lock.acquire()
        finally:
            lock.release()

    def dead(self, nonces: Iterable[str]) -> list[str]:
        """Return those of the named engines that have ended."""
        return [nonce for nonce in nonces if not self.is_alive(nonce)]

    def sweep(self) -> None:
        """Remove the locks and the previews of engines that have ended."""
        left = {path.stem for path in self._locks.glob("*.lock")} | {
            path.name for path in self._previews.iterdir() if path.is_dir()
        }
        for nonce in self.dead(left - {"folder"}):
            self._forget(nonce)

    def _forget(self, nonce: str) -> None:
        shutil.rmtree(self._previews / nonce, ignore_errors=True)
        (self._locks / f"{nonce}.lock").unlink(missing_ok=True)


def _is_own(folder: Path) -> bool:
    """Say whether the folder is this user's: in /var/tmp another could have made it first."""
    if not hasattr(os, "getuid"):
        return True
    own = folder.lstat() if folder.parent == LOCAL else folder.stat()
    return own.st_uid == os.getuid() and not stat.S_ISLNK(own.st_mode)


def state_place(settings: Settings) -> Path:
    """Return where the folder of the jobs is or would be: a farm session's own, the setting's or the user's.

    Nothing is made and nothing is asked of it.
    """
    if os.environ.get(SESSION_STATE):
        return Path(os.environ[SESSION_STATE]).absolute()
    if settings.engine_folder:
        return Path(settings.engine_folder).expanduser().absolute()
    own = Path(platformdirs.user_state_dir("photodouble", appauthor=False)) / (platform.node() or "machine")
    try:
        mounts = MOUNTS.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return own
    return LOCAL / f"photodouble-{user_id()}" if is_on_network(own, mounts) else own
