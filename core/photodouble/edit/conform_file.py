"""Conform as one act on files: two cuts are read, one is written, and the requests for what is missing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .conform import Compared, Conformed, compare, conform
from .join import Joining, joined, rejoined
from .known_takes import KnownTakes
from .media import MediaFinder
from .names import ShotNaming
from .note import Note
from .profiles import check_target, profile_named, write_edit
from .read import read_edit
from .resumed import pull_lacking, write_resumed


@dataclass(frozen=True)
class Wish:
    """Say how cuts are read and written. `handles` are record frames; empty `requests`: beside the output."""

    rate: str = ""
    handles: int = 8
    temp: bool = False
    profile: str = "otio"
    overwrite: bool = False
    requests: str = ""
    names: ShotNaming | None = None


@dataclass(frozen=True)
class Written:
    """What was written: the cut, the requests, and what an artist should know."""

    file: Path
    made: Conformed
    requests: tuple[Path, ...]
    notes: tuple[Note, ...]

    def to_json(self) -> dict[str, Any]:
        """Write it as plain JSON values."""
        stored = self.made.to_json()
        for one, path in zip(stored["requests"], self.requests, strict=True):
            one["file"] = str(path)
        return {**stored, "file": str(self.file), "notes": [note.to_json() for note in self.notes]}


def compare_files(old: Path, new: Path, known: KnownTakes, finder: MediaFinder, wish: Wish) -> Compared:
    """Compare two cuts on disk; raises ArtistError as `read_edit` and `list_shots`."""
    before, after = read_edit(old, rate=wish.rate), read_edit(new, rate=wish.rate)
    known = known.and_of((before, after), finder)
    return compare(before, after, known, handles=wish.handles, names=wish.names, finder=finder)


def conform_files(
    old: Path, new: Path, output: Path, known: KnownTakes, finder: MediaFinder, wish: Wish
) -> Written:
    """Conform a new cut on disk to the takes of the old one; raises also as `write_edit`.

    The cuts that are read stay as they are; the requests are written before the cut is.
    """
    before, after = read_edit(old, rate=wish.rate), read_edit(new, rate=wish.rate)
    for edit in (before, after):
        check_target(edit, output, overwrite=wish.overwrite)
    known = known.and_of((before, after), finder)
    made = conform(
        before, after, known, temp=wish.temp, handles=wish.handles, names=wish.names, finder=finder
    )
    for one in made.requests:
        pull_lacking(one)
    folder = Path(wish.requests) if wish.requests else output.with_name(f"{output.stem}_requests")
    paths = write_resumed(made.requests, folder) if made.requests else ()
    said = write_edit(made.edit, output, profile_named(wish.profile), overwrite=wish.overwrite, finder=finder)
    return Written(output, made, tuple(paths), (*made.notes, *said))


def join_file(cut: Path, known: KnownTakes, finder: MediaFinder, wish: Wish) -> Joining:
    """Find the takes of a cut on disk."""
    edit = read_edit(cut, rate=wish.rate)
    return joined(edit, known.and_of([edit], finder), handles=wish.handles, names=wish.names, finder=finder)


def write_joined(
    found: Joining, cut: Path, output: Path, finder: MediaFinder, wish: Wish
) -> tuple[Note, ...]:
    """Write a cut with the takes that were found for it; raises as `write_edit`."""
    check_target(read_edit(cut, rate=wish.rate), output, overwrite=wish.overwrite)
    edit = rejoined(found, found.found, temp=wish.temp, handles=wish.handles, names=wish.names, finder=finder)
    profile = profile_named(wish.profile)
    return (*edit.notes, *write_edit(edit, output, profile, overwrite=wish.overwrite, finder=finder))
