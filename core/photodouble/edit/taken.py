"""Which take a clip really shows: by where its pictures lie, then by id; what an edit says proves nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from photodouble.image.hashes import file_sha256
from photodouble.image.pattern import parse_pattern
from photodouble.takes.finding import found_take, store_at
from photodouble.takes.store import REQUEST, Take, TakeStore
from photodouble_client.errors import ArtistError

from .media import Media
from .metadata import stamped

if TYPE_CHECKING:
    from collections.abc import Mapping

    from photodouble.takes.review_words import Standing

_HIGHEST = 4
"""How many folders above a picture of a take its request may lie: `result` is one."""


@dataclass
class TakeFinder:
    """Find takes behind references, and where they stand; what was asked once is remembered.

    `root` is where takes are looked for by their id, when their pictures lie elsewhere.
    """

    root: str = ""
    _stores: dict[Path, TakeStore] = field(default_factory=dict, repr=False)
    _stands: dict[Path, Mapping[str, Standing]] = field(default_factory=dict, repr=False)
    _folders: dict[Path, Take | None] = field(default_factory=dict, repr=False)

    def at(self, media: Media) -> Take | None:
        """Return the take in whose folder the pictures of some media lie, or None."""
        if not media.pattern:
            return None
        folder = parse_pattern(media.pattern).folder
        if folder not in self._folders:
            self._folders[folder] = self._above(folder)
        return self._folders[folder]

    def named(self, reference: Any) -> Take | None:
        """Return the take that a reference says it is, where it lies below the root or at its old place."""
        ident = str(stamped(reference).get("take", ""))
        if len(ident) < 8:
            return None
        try:
            return found_take(ident, self._store(self.root))
        except ArtistError:
            return None

    def standing(self, take: Take) -> Standing:
        """Return where a take stands by its show's signed decisions; raises ArtistError `input.tampered`."""
        from photodouble.takes.review import standings
        from photodouble.takes.review_words import Standing

        store = self.store_of(take)
        if store.root not in self._stands:
            self._stands[store.root] = standings(store)
        return self._stands[store.root].get(take.take_id, Standing())

    def store_of(self, take: Take) -> TakeStore:
        """Return the store that a take lies in."""
        return self._store(str(take.folder))

    def _store(self, place: str) -> TakeStore:
        found = store_at("", place) if place and (Path(place) / REQUEST).is_file() else store_at(place)
        return self._stores.setdefault(found.root, found)

    def _above(self, folder: Path) -> Take | None:
        for above in (folder, *folder.parents[: _HIGHEST - 1]):
            if (above / REQUEST).is_file():
                return self._store(str(above)).open(above)
        return None


def other_files(
    take_hashes: Mapping[int, tuple[str, str]], media: Media, frames: tuple[int, ...]
) -> list[int]:
    """Return the frames whose files are not those of the take, or are not there."""
    name = parse_pattern(media.pattern)
    found = []
    for frame in dict.fromkeys(frames):
        path, wanted = name.path(frame), take_hashes.get(frame, ("", ""))[0]
        if not path.is_file() or file_sha256(path) != wanted:
            found.append(frame)
    return found
