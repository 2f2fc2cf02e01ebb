"""The finished takes below a root, found by their id, by where their pictures lie, or by what those hold."""

from __future__ import annotations

import functools
import json
import os
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from photodouble.image.hashes import file_sha256, pixel_sha256
from photodouble.image.pattern import parse_pattern
from photodouble.takes.finding import store_at
from photodouble.takes.private import PrivateWords
from photodouble.takes.review_words import Standing
from photodouble.takes.store import TakeStore
from photodouble_client.errors import ArtistError

from .clips import clips_of
from .edit import Edit
from .media import MediaFinder
from .note import Note
from .plates import PULLED
from .take_media import PLATE, TakeMedia, take_media
from .taken import TakeFinder

Place = tuple[str, str, str]


@dataclass(frozen=True)
class Found:
    """One frame of one take that a file was recognised as."""

    take: TakeMedia
    frame: int


class KnownTakes:
    """Know takes by everything that leads to them. Files of a cut are hashed once each, when asked for."""

    def __init__(self, takes: Iterable[TakeMedia], notes: Iterable[Note] = ()) -> None:
        """Hold the takes; `notes` says which could not be read."""
        self.takes = tuple(takes)
        self.notes = tuple(notes)
        self._ids = {one.take.take_id: one for one in self.takes}
        self._hashed: dict[tuple[Path, bool], str] = {}

    @classmethod
    def under(cls, root: str) -> KnownTakes:
        """Find every finished take below a root; one that cannot be read is left out with a note."""
        return cls.of(store_at(root))

    @classmethod
    def of(cls, store: TakeStore) -> KnownTakes:
        """Find every finished take of a store."""
        from photodouble.provenance.show import Show
        from photodouble.takes.review import standings

        media, notes = [], []
        sealed = [take for take in store.all() if take.is_sealed]
        stands = standings(store) if sealed else {}
        show = Show.find(store.root)
        for take in sealed:
            try:
                standing = stands.get(take.take_id, Standing())
                media.append(take_media(take, standing, private=PrivateWords.of(take, show)))
            except ArtistError as error:
                notes.append(Note("media", take.label, error.message))
        return cls(media, notes)

    def and_of(self, edits: Iterable[Edit], finder: MediaFinder) -> KnownTakes:
        """Return these takes and those below every root in which a cut shows a take already."""
        takes, notes, roots = {one.take.take_id: one for one in self.takes}, list(self.notes), set()
        looked_at: set[str] = set()
        there = TakeFinder()
        for edit in edits:
            for clip in clips_of(edit.root):
                for reference in dict(clip.media_references()).values():
                    media = finder.of(reference, edit.path)
                    found = there.at(media) if media.pattern not in looked_at else None
                    looked_at.add(media.pattern)
                    if found is None or found.take_id in takes:
                        continue
                    store = there.store_of(found)
                    if store.root not in roots:
                        roots.add(store.root)
                        more = KnownTakes.of(store)
                        takes = {**{one.take.take_id: one for one in more.takes}, **takes}
                        notes += more.notes
        return KnownTakes(takes.values(), notes)

    def with_id(self, take_id: str) -> TakeMedia | None:
        """Return the take of an id."""
        return self._ids.get(take_id)

    def with_result_at(self, pattern: str) -> list[TakeMedia]:
        """Return the takes whose pictures a pattern names."""
        return self._results.get(place_of(pattern), [])

    def with_plate_at(self, pattern: str) -> list[TakeMedia]:
        """Return the takes that were made from the pictures that a pattern names."""
        return self._plates.get(place_of(pattern), [])

    def with_result(self, file: Path, *, by_pixels: bool = False) -> list[Found]:
        """Return the frames of takes that a file is a copy of, byte for byte or pixel for pixel."""
        return self._contents[by_pixels].get(self.hash_of(file, by_pixels=by_pixels), [])

    def with_plate(self, file: Path) -> list[Found]:
        """Return the frames of takes that a file was the plate of."""
        return self._plate_contents.get(self.hash_of(file), [])

    def plate_hash(self, take: TakeMedia, frame: int) -> str:
        """Return the hash that a frame of a take's plate had when the take was made; empty if not known."""
        return self._inputs[take.take.take_id].get(frame, "")

    def hash_of(self, file: Path, *, by_pixels: bool = False) -> str:
        """Return the hash of a file or of its pixels; empty where it cannot be read."""
        key = (file, by_pixels)
        if key not in self._hashed:
            try:
                self._hashed[key] = pixel_sha256(file) if by_pixels else file_sha256(file)
            except (OSError, ArtistError):
                self._hashed[key] = ""
        return self._hashed[key]

    @cached_property
    def _results(self) -> Mapping[Place, list[TakeMedia]]:
        return _grouped((place_of(str(one.pattern)), one) for one in self.takes)

    @cached_property
    def _plates(self) -> Mapping[Place, list[TakeMedia]]:
        """Group takes by their plates, and by the media that a plate was pulled from."""
        named = [(place_of(one.plate), one) for one in self.takes if one.plate]
        pulled = [(place_of(media), one) for one in self.takes if (media := _pulled_from(one.plate))]
        return _grouped([*named, *pulled])

    @cached_property
    def _contents(self) -> tuple[Mapping[str, list[Found]], Mapping[str, list[Found]]]:
        of_files: dict[str, list[Found]] = defaultdict(list)
        of_pixels: dict[str, list[Found]] = defaultdict(list)
        for take in self.takes:
            for frame, (file, pixels) in take.hashes.items():
                of_files[file].append(Found(take, frame))
                of_pixels[pixels].append(Found(take, frame))
        return of_files, of_pixels

    @cached_property
    def _inputs(self) -> Mapping[str, Mapping[int, str]]:
        found = {}
        for one in self.takes:
            frames = one.take.manifest()["inputs"].get(PLATE, {})
            found[one.take.take_id] = {int(frame): str(sha) for frame, sha in frames.items()}
        return found

    @cached_property
    def _plate_contents(self) -> Mapping[str, list[Found]]:
        found: dict[str, list[Found]] = defaultdict(list)
        for take in self.takes:
            for frame, sha in self._inputs[take.take.take_id].items():
                found[sha].append(Found(take, frame))
        return found


@functools.lru_cache(maxsize=4096)
def place_of(pattern: str) -> Place:
    """Return where a pattern's files lie, however the place of the number is written."""
    name = parse_pattern(pattern)
    return os.path.realpath(name.folder), name.prefix, name.suffix


def _pulled_from(plate: str) -> str:
    """Return the media that a plate was pulled from, as is noted beside it; empty for all other plates."""
    try:
        noted = json.loads((parse_pattern(plate).folder / PULLED).read_text(encoding="utf-8"))
        return str(noted["media"]) if noted["plate"] == Path(plate).name else ""
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def _grouped(pairs: Iterable[tuple[Place, TakeMedia]]) -> Mapping[Place, list[TakeMedia]]:
    found: dict[Place, list[TakeMedia]] = defaultdict(list)
    for place, take in pairs:
        found[place].append(take)
    return found
