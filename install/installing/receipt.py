"""The receipt: what an installation made, noted on disk before each touch, and read again to take it out."""

from __future__ import annotations

import dataclasses
import glob
import hashlib
import json
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Optional

from installing.problems import InstallError, unwritable

SCHEMA = 1
INSTALLING = "installing"
INSTALLED = "installed"
KINDS = ("folder", "file", "tree", "block", "setting", "environment", "command")


@dataclass(frozen=True)
class Entry:
    """Note one thing that is made: of which part, what it is, where, and what takes it back.

    `files` holds the sha256 of each file by its path inside ("" for a single file); `text` what was added to
    a file of somebody else's, `before` what stood there (a hash, or a settings file's whole text; None:
    nothing); `earlier` what of ours a half made thing replaces; `undo` the words of the command that takes it
    back.
    """

    part: str
    kind: str
    path: str
    done: bool = False
    files: Mapping[str, str] = field(default_factory=dict)
    text: str = ""
    before: Optional[str] = None
    earlier: Mapping[str, str] = field(default_factory=dict)
    undo: tuple[str, ...] = ()

    def is_ours(self, name: str, content: str) -> bool:
        """Say whether a file inside, by its hash, is one that was made by us."""
        return content in (self.files.get(name), self.earlier.get(name))


@dataclass
class Receipt:
    """Hold what one version's installation made, and keep the file of it true at every moment."""

    path: str
    version: str
    place: str
    state: str = INSTALLING
    hosts: tuple[str, ...] = ()
    engine: dict[str, Any] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)

    def note(self, entry: Entry) -> None:
        """Put an entry in, in the place of an older one for the same path, and write the file."""
        same = [number for number, each in enumerate(self.entries) if _same(each, entry)]
        if same:
            self.entries[same[0]] = entry
        else:
            self.entries.append(entry)
        self.save()

    def drop(self, entry: Entry) -> None:
        """Take an entry out."""
        self.entries = [each for each in self.entries if not _same(each, entry)]

    def find(self, kind: str, path: str) -> Optional[Entry]:
        """Give the entry for a path, if there is one."""
        return next((each for each in self.entries if each.kind == kind and each.path == path), None)

    def save(self) -> None:
        """Write the file so that it is the old one or the new one, whenever the power goes."""
        stored = {
            "photodouble_receipt": SCHEMA,
            "version": self.version,
            "place": self.place,
            "state": self.state,
            "hosts": list(self.hosts),
            "engine": self.engine,
            "entries": [dataclasses.asdict(entry) for entry in self.entries],
        }
        try:
            write_whole(self.path, json.dumps(stored, indent=1, sort_keys=True).encode())
        except OSError as problem:
            raise unwritable(self.path, problem) from problem


def read(path: str) -> Receipt:
    """Read a receipt; raises InstallError on one that cannot be used."""
    try:
        with open(path, encoding="utf-8") as stream:
            stored = json.load(stream)
        if stored["photodouble_receipt"] != SCHEMA:
            raise ValueError("it was written by a newer installer")
        return Receipt(
            path,
            str(stored["version"]),
            str(stored["place"]),
            str(stored["state"]),
            tuple(stored["hosts"]),
            dict(stored["engine"]),
            [_entry(each) for each in stored["entries"]],
        )
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise InstallError(
            f"The receipt {path} cannot be read.",
            "Use the installer of the version that wrote it, or move the file away and install again.",
            str(problem),
        ) from problem


def read_all(folder: str) -> list[Receipt]:
    """Read every receipt in a folder, in the order of their names."""
    return [read(path) for path in sorted(glob.glob(os.path.join(glob.escape(folder), "receipt*.json")))]


def receipt_name(version: str, place: str) -> str:
    """Name the receipt of a version in a place; two places never share one."""
    return f"receipt-{version}-{hashlib.sha256(os.fsencode(place)).hexdigest()[:8]}.json"


def write_whole(
    path: str, content: bytes, mode: int = 0o644, replace: Callable[..., None] = os.replace
) -> None:
    """Write a file under a temporary name, make it safe on the disk, and give it its name; raises OSError."""
    temporary = temporary_name(path)
    try:
        with open(temporary, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(temporary, mode)
        replace(temporary, path)
    except OSError:
        if os.path.lexists(temporary):
            os.unlink(temporary)
        raise


def temporary_name(path: str) -> str:
    """Name what a path is called while it is made: always the same, so that the next run clears it away."""
    return os.path.join(os.path.dirname(path), f".{os.path.basename(path)}.photodouble-new")


def sha256(content: bytes) -> str:
    """Hash a content."""
    return hashlib.sha256(content).hexdigest()


def file_sha256(path: str) -> str:
    """Hash a file, or the place that a link points to; raises OSError."""
    if os.path.islink(path):
        return sha256(b"link:" + os.fsencode(os.readlink(path)))
    whole = hashlib.sha256()
    with open(path, "rb") as stream:
        for piece in iter(lambda: stream.read(1 << 20), b""):
            whole.update(piece)
    return whole.hexdigest()


def held(folder: str) -> dict[str, str]:
    """Hash every file in a folder by its path inside; what Python compiled there does not count."""
    return {name: file_sha256(os.path.join(folder, *name.split("/"))) for name in names_in(folder)}


def names_in(folder: str) -> Iterable[str]:
    """List the files in a folder by their paths inside, written with slashes, without compiled ones."""
    for parent, folders, names in os.walk(folder):
        links = [name for name in folders if os.path.islink(os.path.join(parent, name))]
        folders[:] = sorted(name for name in folders if name != "__pycache__" and name not in links)
        for name in sorted([*names, *links]):
            yield os.path.relpath(os.path.join(parent, name), folder).replace(os.sep, "/")


def _same(one: Entry, other: Entry) -> bool:
    return (one.kind, one.path) == (other.kind, other.path)


def _entry(stored: Mapping[str, Any]) -> Entry:
    if stored["kind"] not in KINDS:
        raise ValueError(f"{stored['kind']} is no kind of entry")
    return Entry(**{**stored, "undo": tuple(stored["undo"]), "files": dict(stored["files"])})
