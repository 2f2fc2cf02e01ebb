"""Every file that a take or an export wrote, by its hashes: the way back from a picture without any label."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from photodouble.settings import Settings
from photodouble.takes.files import files_below
from photodouble.takes.finding import store_at
from photodouble.takes.record import WrittenFile
from photodouble.takes.store import MANIFEST, REQUEST, Take, TakeStore

from .rows import Concern

DELIVERY = "delivery.json"
LEDGER_FILE = "ledger.sqlite3"


@dataclass(frozen=True)
class KnownFile:
    """One file as it was written: whose it is, where it belongs, and its hashes; no pixels for movies.

    `said` tells of a movie or still what it is, who wrote it and when.
    """

    take_id: str
    output: str
    frame: int | None
    name: str
    file_sha256: str
    pixel_sha256: str = ""
    folder: Path | None = None
    said: str = ""

    @property
    def path(self) -> Path | None:
        """Where the file should lie, where that is known."""
        return None if self.folder is None else self.folder / self.name


@dataclass
class Known:
    """What is known of files under a root, beside them and in the ledger; filled once, then only read."""

    takes: dict[str, Take] = field(default_factory=dict)
    take_ids: set[str] = field(default_factory=set)
    by_file: dict[str, list[KnownFile]] = field(default_factory=lambda: defaultdict(list))
    by_pixels: dict[str, list[KnownFile]] = field(default_factory=lambda: defaultdict(list))
    by_path: dict[Path, KnownFile] = field(default_factory=dict)
    broken: list[Concern] = field(default_factory=list)

    def add(self, files: Iterable[KnownFile]) -> None:
        """Add files to all three ways of finding one."""
        for one in files:
            self.take_ids.add(one.take_id)
            self.by_file[one.file_sha256].append(one)
            if one.pixel_sha256:
                self.by_pixels[one.pixel_sha256].append(one)
            if one.path is not None:
                self.by_path[one.path.resolve()] = one

    def within(self, folder: Path) -> list[KnownFile]:
        """Return the files that should lie in a folder or below it."""
        inside = folder.resolve()
        return [one for path, one in self.by_path.items() if path.is_relative_to(inside)]


def known_files(store: TakeStore, near: Path, settings: Settings) -> Known:
    """Gather the files of every take under a root, of the exports beside `near`, and of the ledger."""
    known = Known()
    for take in store.all():
        known.takes[take.take_id] = take
        try:
            known.add(take_files(take))
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            what = f"{take.label}: its manifest cannot be read ({type(error).__name__})"
            known.broken.append(Concern(what, "take", take.take_id, take.folder))
    known.broken += _unreadable(store, known)
    for path in delivery_lists(near):
        try:
            known.add(delivered_files(json.loads(path.read_text("utf-8")), path.parent))
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            known.broken.append(Concern(f"{path} cannot be read", "delivery", place=path))
    for payload in exported(settings):
        try:
            known.add(delivered_files(payload, None))
        except (ValueError, KeyError, TypeError, AttributeError):
            what = "ledger: a row about an export is not as it was written"
            known.broken.append(Concern(what, "ledger"))
    try:
        known.add(shown_files(settings))
    except (ValueError, KeyError, TypeError, AttributeError):
        known.broken.append(Concern("ledger: a row about a picture is not as it was written", "ledger"))
    return known


def store_around(root: str, given: str) -> TakeStore:
    """Return the takes to compare a path with: those of `root`, around it, in it, or the usual."""
    if root:
        return store_at(root)
    path = Path(given).expanduser().absolute()
    for folder in (path, *path.parents):
        if (folder / REQUEST).is_file():
            return store_at("", str(folder))
    if path.is_dir() and (inside := store_at(str(path))).all():
        return inside
    usual = store_at("", str(path if path.is_dir() else path.parent))
    return usual if usual.root.is_dir() else store_at()


def take_files(take: Take) -> Iterator[KnownFile]:
    """Give the files of a take, as its manifest or, while it is unfinished, its records name them."""
    for frame, files in _frames(take):
        for output, stored in files.items():
            written = WrittenFile.from_json(stored)
            yield KnownFile(
                take.take_id,
                output,
                frame,
                written.path,
                written.file_sha256,
                written.pixel_sha256,
                take.folder,
            )


def delivery_lists(near: Path) -> list[Path]:
    """Return the delivery manifests in, below or beside a path."""
    folder = near if near.is_dir() else near.parent
    return [path for path in files_below(folder) if path.name == DELIVERY]


def delivered_files(stored: Mapping[str, Any], folder: Path | None) -> Iterator[KnownFile]:
    """Give the files that a delivery manifest, or its event in the ledger, names."""
    for name, one in stored["files"].items():
        frame = one.get("frame")
        yield KnownFile(
            str(stored["take"]),
            str(one["output"]),
            None if frame is None else int(frame),
            str(name),
            str(one["file_sha256"]),
            str(one.get("pixel_sha256", "")),
            folder,
        )


def exported(settings: Settings) -> list[dict[str, Any]]:
    """Return what the ledger of this machine knows of exports; nothing where there is no ledger yet."""
    if not has_ledger(settings):
        return []
    from .ledger import Ledger

    with Ledger.open(settings) as ledger:
        return [row.payload for row in ledger.rows("export.signed") if "files" in row.payload]


def shown_files(settings: Settings) -> list[KnownFile]:
    """Return the movies and stills that the ledger of this machine knows; none where there is no ledger."""
    if not has_ledger(settings):
        return []
    from .ledger import Ledger
    from .written import sealed_pictures, written_pictures

    with Ledger.open(settings) as ledger:
        found = [*written_pictures(ledger), *sealed_pictures(ledger)]
    return [
        KnownFile(one.take_id, one.kind, None, one.name, one.file_sha256, one.pixel_sha256, said=one.text)
        for one in found
    ]


def has_ledger(settings: Settings) -> bool:
    """Whether this machine has a ledger; looking never makes one."""
    from photodouble.engine.queue.folder import state_to_read

    return (state_to_read(settings) / LEDGER_FILE).is_file()


def _unreadable(store: TakeStore, known: Known) -> Iterator[Concern]:
    """Name the folders that hold a finished take which cannot be opened, or is not filed where it says."""
    depth = len(Path(store.naming.folder).parts)
    there = {take.folder for take in known.takes.values()}
    folders = sorted(path.parent for path in store.root.glob("/".join(["*"] * depth + [MANIFEST])))
    for folder in folders:
        if folder not in there:
            name = "/".join(folder.parts[-depth:])
            what = f"{name}: its request cannot be read, or belongs to another place"
            yield Concern(what, "take", place=folder)


def _frames(take: Take) -> Iterator[tuple[int, Mapping[str, Any]]]:
    if take.is_sealed:
        for frame, stored in json.loads((take.folder / "manifest.json").read_text("utf-8"))["frames"].items():
            yield int(frame), stored["files"]
        return
    for path in sorted((take.folder / "frames").glob("*.json")):
        stored = json.loads(path.read_text("utf-8"))
        yield int(stored["frame"]), stored["files"]
