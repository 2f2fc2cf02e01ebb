"""The take store: claims a version for a request, finds takes again, and never overwrites one."""

from __future__ import annotations

import dataclasses
import functools
import json
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from photodouble_client.errors import ArtistError
from photodouble_client.request import JobRequest
from photodouble_client.stored import Upgrade, upgraded

from .files import telling_disk_errors, write_json
from .naming import Naming, ShotNames, frame_text
from .record import FrameRecord, read_record

REQUEST = "request.json"
MANIFEST = "manifest.json"
PRUNED = ".pruned.json"
RECORDS = "records"
MANIFEST_UPGRADES: tuple[Upgrade, ...] = (lambda stored: {**stored, "ledger": {}},)
"""2: the manifest names its place in the history, `ledger`."""
MANIFEST_SCHEMA = len(MANIFEST_UPGRADES) + 1


@dataclass(frozen=True)
class Take:
    """One version on disk: its folder, its id and the stem of its picture files."""

    folder: Path
    take_id: str
    version: int
    stem: str

    @property
    def label(self) -> str:
        """Name the take as an artist would: `sh010/inpaint/v003`."""
        return "/".join(self.folder.parts[-3:])

    @property
    def is_sealed(self) -> bool:
        """Whether the manifest is written, after which nothing in the take changes any more."""
        return (self.folder / MANIFEST).is_file()

    def picture(self, output: str, frame: int, suffix: str, view: str = "") -> Path:
        """Return the path of one output picture; `suffix` is without its dot, `view` names a stereo eye."""
        stem = f"{self.stem}_{view}" if view else self.stem
        return self.folder / output / f"{stem}.{frame_text(frame)}.{suffix}"

    def record(self, frame: int) -> FrameRecord | None:
        """Return the record of a finished frame, or None."""
        return read_record(self.folder, frame)

    def finished(self, frames: Iterator[int] | tuple[int, ...]) -> tuple[int, ...]:
        """Return those of `frames` that are finished."""
        return tuple(frame for frame in frames if self.record(frame) is not None)

    def request(self) -> JobRequest:
        """Read the request which this take was made from."""
        return read_request(self.folder / REQUEST)

    def manifest(self) -> dict[str, Any]:
        """Read the manifest of a sealed take; raises ArtistError `engine.no_take` when it has none."""
        try:
            stored = json.loads((self.folder / MANIFEST).read_text(encoding="utf-8"))
            return upgraded(dict(stored), MANIFEST_UPGRADES, "manifest")
        except (OSError, ValueError, RecursionError) as error:
            raise ArtistError(
                "engine.no_take",
                "This take is not finished",
                f"{self.label} has no readable manifest.",
                "Finish it: resume its job, or run its request.json again (--resume).",
                detail=str(error),
            ) from error


@dataclass(frozen=True)
class TakeStore:
    """All takes under one root folder, filed by the naming templates."""

    root: Path
    naming: Naming = field(default_factory=Naming)

    def claim(self, request: JobRequest, names: ShotNames) -> tuple[Take, bool]:
        """Return the take of a request and whether it is new.

        A take that already carries the request's id is joined (a farm chunk, a resumed job). Otherwise the
        next free version is claimed by renaming a prepared folder to it: the rename fails on a folder that
        exists and is not empty, so two jobs never share a version and no version lacks its request.
        Raises ArtistError `engine.take_mismatch` when the id belongs to a different request.
        """
        folder = self.naming.takes_folder(self.root, names)
        with telling_disk_errors(folder / REQUEST):
            folder.mkdir(parents=True, exist_ok=True)
        prepared = folder / f".claim-{secrets.token_hex(6)}"
        while True:
            # Count first, look second: whoever claims after the count makes the rename below fail.
            version = 1 + max(self._used_versions(folder, names), default=0)
            joined = self.find(request.take, names)
            if joined is not None:
                shutil.rmtree(prepared, ignore_errors=True)
                return _same_request(joined, request), False
            write_json(prepared / REQUEST, request.to_json())
            target = folder / self.naming.version_folder(names, version)
            try:
                prepared.rename(target)
            except OSError:
                if not target.exists():
                    raise
                continue
            return self._take(target, names, version, request.take), True

    def find(self, take_id: str, names: ShotNames) -> Take | None:
        """Return the take of one shot and operation that carries this id, or None."""
        return next((take for take in self.versions(names) if take.take_id == take_id), None)

    def versions(self, names: ShotNames) -> tuple[Take, ...]:
        """Return the takes of one shot and operation, newest first."""
        folder = self.naming.takes_folder(self.root, names)
        found = []
        # Not `Path.is_dir`, which raises where the name is longer than the file system takes.
        for path in folder.iterdir() if os.path.isdir(folder) else ():  # noqa: PTH112
            version = self.naming.version_of(names, path.name)
            take_id = stored_take_id(path)
            if version is not None and take_id:
                found.append(self._take(path, names, version, take_id))
        return tuple(sorted(found, key=lambda take: -take.version))

    def all(self) -> tuple[Take, ...]:
        """Return every take under the root, by folder and then newest first."""
        depth = len(Path(self.naming.folder).parts)
        found = []
        for stored in self.root.glob("/".join(["*"] * depth + [REQUEST])):
            take = self.open(stored.parent)
            if take is not None:
                found.append(take)
        return tuple(sorted(found, key=lambda take: (str(take.folder.parent), -take.version)))

    def open(self, folder: Path) -> Take | None:
        """Return the take that a folder holds, or None when it holds none."""
        try:
            request = read_request(folder / REQUEST)
        except ArtistError:
            return None
        names = names_of(request)
        version = self.naming.version_of(names, folder.name)
        return None if version is None else self._take(folder, names, version, request.take)

    def _used_versions(self, folder: Path, names: ShotNames) -> list[int]:
        """List the versions on disk, those that were pruned included: a number is never given twice."""
        used = [self.naming.version_of(names, path.name.removesuffix(PRUNED)) for path in folder.iterdir()]
        return [version for version in used if version is not None]

    def _take(self, folder: Path, names: ShotNames, version: int, take_id: str) -> Take:
        return Take(folder, take_id, version, self.naming.stem(names, version))


def records_folder(take_folder: Path, view: str = "") -> Path:
    """Return where the analysis records of one view of a take lie."""
    return take_folder / "analysis" / view / RECORDS


def names_of(request: JobRequest) -> ShotNames:
    """Return the names a request's take is filed under."""
    return ShotNames(
        shot=request.shot,
        operation=request.operation,
        show=request.show,
        sequence=request.sequence,
        task=request.task,
    )


def stored_take_id(folder: Path) -> str:
    """Return the take id written in a folder's request, or an empty text."""
    try:
        stored = json.loads((folder / REQUEST).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return ""
    return str(stored.get("take", "")) if isinstance(stored, dict) else ""


def read_request(path: Path) -> JobRequest:
    """Read a request file; raises ArtistError `input.bad_request` when it is no request."""
    try:
        return _request(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        gone = isinstance(error, FileNotFoundError)
        raise ArtistError(
            "input.bad_request",
            "There is no such request" if gone else "The request cannot be read",
            f"{path} does not exist." if gone else f"{path} is not a readable JSON file.",
            "Give the path of a request.json written by Photo Double.",
            detail=str(error),
        ) from error


@functools.lru_cache(maxsize=4096)
def _request(text: str) -> JobRequest:
    """Understand a request once, however often its file is read: a list of takes asks for each many times."""
    return JobRequest.from_json(json.loads(text))


def _same_request(take: Take, request: JobRequest) -> Take:
    """Return the take if the request is its own, even where the same files lie under other roots.

    Machines of a farm see one disk by several names. That the files hold the same is seen by the analysis.
    """
    if without_places(take.request()).to_json() == without_places(request).to_json():
        return take
    raise ArtistError(
        "engine.take_mismatch",
        "This take was started with another request",
        f"{take.label} carries the same take id, but its request differs from this one.",
        "Submit the changed request as a new take: give it a new take id.",
        detail=take.take_id,
    )


def without_places(request: JobRequest) -> JobRequest:
    """Return a request without the folders that its files and takes lie in."""
    paths = {param.key for param in request.spec.params if param.kind == "path"}
    return dataclasses.replace(
        request,
        inputs={key: dataclasses.replace(one, path=_name(one.path)) for key, one in request.inputs.items()},
        overrides={frame: _name(path) for frame, path in request.overrides.items()},
        locks={frame: _name(path) for frame, path in request.locks.items()},
        values={key: _name(one) if key in paths else one for key, one in request.values.items()},
        output_root="",
        script="",
    )


def _name(path: Any) -> Any:
    return re.split(r"[/\\]", path)[-1] if isinstance(path, str) else path
