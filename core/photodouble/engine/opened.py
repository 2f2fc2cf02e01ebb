"""A job that another process has opened already: facts and checked inputs travel there, never pixels."""

from __future__ import annotations

import os
import pickle
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from photodouble.ops.opening import open_inputs, view_of
from photodouble.ops.operation import Operation, operation_named
from photodouble.ops.shot import Shot, ShotFacts
from photodouble.provenance.gate import NO_MARK, GateMark
from photodouble.takes.files import replacing, telling_disk_errors
from photodouble.takes.store import Take
from photodouble_client.errors import ArtistError
from photodouble_client.request import JobRequest

from .contents import Contents, code_version
from .eye import Eye
from .prepare import Prepared
from .work import FrameWork

_MARK = "photodouble opened job 1"


@dataclass(frozen=True)
class OpenedElsewhere:
    """Opens the same work in another process from what the first one found out."""

    request: JobRequest
    facts: Mapping[str, ShotFacts]
    take: Take
    contents: Mapping[str, Contents]
    parent: Take | None
    warnings: tuple[str, ...] = ()
    mark: GateMark = NO_MARK

    def __call__(self) -> FrameWork:
        """Open the inputs again and return the work."""
        prepared = self.prepared()
        return frame_work(prepared.shots, prepared.operation, self)

    def prepared(self) -> Prepared:
        """Open the inputs again without checking them again."""
        shots = {}
        for view, facts in self.facts.items():
            request = view_of(self.request, view)
            shots[view] = Shot(request, open_inputs(request), facts)
        return Prepared(self.request, operation_named(self.request.operation), shots, self.warnings)


def frame_work(shots: Mapping[str, Shot], operation: Operation, opened: OpenedElsewhere) -> FrameWork:
    """Join the views of a shot into the work on its frames."""
    take = opened.take
    eyes = [Eye(view, shot, operation, opened.contents[view], take.folder) for view, shot in shots.items()]
    return FrameWork(eyes, take, opened.parent, opened.mark)


def save_private(stored: object, path: Path) -> None:
    """Write a file for our own processes of the same code; nobody else may read or write it."""
    with telling_disk_errors(path):
        make_private(path.parent)
    with replacing(path) as temporary:
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as stream:
            stream.write(_mark())
            pickle.dump(stored, stream, protocol=pickle.HIGHEST_PROTOCOL)


def load_private(path: Path, folder: Path) -> object:
    """Read a file that `save_private` wrote straight into `folder`.

    A pickle can run code, so nothing is read that another user could have written. Raises ArtistError
    `engine.refused` for a foreign, damaged or missing file, and for one of other code.
    """
    if path.parent != folder or path.name in ("", ".", ".."):
        raise _refused(path, "it lies outside the engine's own folder")
    try:
        check_private(folder)
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
    except OSError as error:
        raise _refused(path, str(error)) from error
    with os.fdopen(handle, "rb") as stream:
        state = os.fstat(stream.fileno())
        if not stat.S_ISREG(state.st_mode) or not _is_ours(state):
            raise _refused(path, "another user could have written it")
        if stream.readline() != _mark():
            raise _refused(path, "other code wrote it")
        try:
            return pickle.load(stream)
        except Exception as error:
            raise _refused(path, f"{type(error).__name__}: {error}") from error


def make_private(folder: Path) -> None:
    """Make a folder that only its owner can enter; raises ArtistError `engine.refused` if it is not ours."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    check_private(folder)


def check_private(folder: Path) -> None:
    """Refuse a folder into which another user could write; raises ArtistError `engine.refused`."""
    state = folder.lstat()
    if not stat.S_ISDIR(state.st_mode) or not _is_ours(state):
        raise _refused(folder, "another user could write into it")


def _is_ours(state: os.stat_result) -> bool:
    """Whether only this user can write; on Windows the folder of the user's own profile sees to that."""
    if not hasattr(os, "getuid"):
        return True
    return state.st_uid == os.getuid() and not state.st_mode & 0o077


def _mark() -> bytes:
    return f"{_MARK} {code_version()}\n".encode("ascii")


def _refused(path: Path, why: str) -> ArtistError:
    return ArtistError(
        "engine.refused",
        "A file of the engine cannot be trusted",
        f"{path} was not used.",
        "Submit the job again; the engine then writes the file anew.",
        detail=why,
    )
