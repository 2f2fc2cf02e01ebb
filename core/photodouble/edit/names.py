"""Shot names: from the clip, a marker on it, metadata, or a column of a list, by a pattern."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from photodouble_client.errors import ArtistError

from .columns import Columns
from .metadata import plain_name
from .note import Note

SOURCES = ("clip", "marker", "metadata", "column")
_COLUMN = "Shot"


@dataclass(frozen=True)
class Named:
    """Hold the name of each clip in the order asked, empty where there is none, and what was wrong."""

    names: tuple[str, ...]
    notes: tuple[Note, ...]


@dataclass(frozen=True)
class ShotNaming:
    """Say where shot names come from.

    `source` is clip, marker, metadata or column. `key` is the colour of the marker (any, if empty), the path
    of the metadata such as `Hiero.shot`, or the column (Shot, if empty). `pattern` is a regular expression
    that finds the name in that text: its group `shot`, else its first group, else all that it matches.
    """

    pattern: str = ""
    source: str = "clip"
    key: str = ""
    columns: Columns | None = None

    def name_all(self, clips: Sequence[Any]) -> Named:
        """Name clips; the unnamed ones and those that share a name are reported.

        Raises ArtistError `usage.bad_value` or `input.edit_columns` for a naming that cannot work.
        """
        pattern = _compiled(self.pattern)
        key = self._checked_key()
        names: list[str] = []
        notes: list[Note] = []
        for clip in clips:
            found = list(dict.fromkeys(_picked(pattern, text) for text in self._texts(clip, key)))
            good = [name for name in found if name]
            names.append(good[0] if len(good) == 1 or (good and self.source == "marker") else "")
            if len(good) > 1:
                notes.append(_several(clip, good, names[-1]))
            elif not good:
                notes.append(_unnamed(clip, self.source))
        return Named(tuple(names), (*notes, *_doubles(names)))

    def _checked_key(self) -> str:
        if self.source not in SOURCES:
            raise _bad(f"{self.source!r} is no source of shot names.", f"Use one of: {', '.join(SOURCES)}.")
        if self.source == "metadata" and not self.key:
            raise _bad("Metadata has many keys.", "Say which one holds the name, such as Hiero.shot.")
        if self.source != "column":
            return self.key
        if self.columns is None:
            raise _bad("There is no list to take the name from.", "Give an ALE or CSV file (--columns).")
        return self.columns.column(self.key or _COLUMN)

    def _texts(self, clip: Any, key: str) -> Iterator[str]:
        """Yield the texts in which the name may stand."""
        if self.source == "clip":
            yield plain_name(clip.name)
        elif self.source == "marker":
            for marker in clip.markers:
                if not key or str(marker.color).casefold() == key.casefold():
                    yield marker.name
                    if self.pattern:
                        yield str(getattr(marker, "comment", "") or "")
        elif self.source == "metadata":
            yield _at(clip.metadata, key) or _at(clip.media_reference.metadata, key)
        elif self.columns is not None:
            for row in self.columns.rows_of(clip):
                yield row.get(key, "")


def _compiled(pattern: str) -> re.Pattern[str] | None:
    try:
        return re.compile(pattern) if pattern else None
    except re.error as error:
        raise _bad(
            f"{pattern!r} is no regular expression: {error}.", "Write one such as 'sh[0-9]+'."
        ) from error


def _picked(pattern: re.Pattern[str] | None, text: str) -> str:
    if pattern is None:
        return text.strip()
    match = pattern.search(text)
    if match is None:
        return ""
    group = "shot" if "shot" in pattern.groupindex else 1 if pattern.groups else 0
    return (match[group] or "").strip()


def _at(metadata: Any, key: str) -> str:
    """Return the text at a path such as `Hiero.shot`; keys may hold dots themselves."""
    if not isinstance(metadata, Mapping):
        return ""
    if key in metadata:
        value = metadata[key]
        return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""
    parts = key.split(".")
    for count in range(len(parts) - 1, 0, -1):
        head = ".".join(parts[:count])
        if head in metadata:
            return _at(metadata[head], ".".join(parts[count:]))
    return ""


def _doubles(names: Sequence[str]) -> list[Note]:
    counted = Counter(name for name in names if name)
    return [
        Note(
            "name",
            name,
            f"{count} clips have this name.",
            "Name one of them by a frame of the cut at which it is seen (--at), or take other names.",
        )
        for name, count in counted.items()
        if count > 1
    ]


def _unnamed(clip: Any, source: str) -> Note:
    where = {"clip": "its name", "marker": "its markers", "metadata": "its metadata", "column": "the list"}
    return Note(
        "name",
        clip.name,
        f"No shot name was found in {where[source]}.",
        "Name the clip, correct the pattern, or name it by a frame of the cut (--at).",
    )


def _several(clip: Any, names: Sequence[str], taken: str) -> Note:
    said = f"{taken} is taken." if taken else "None is taken."
    return Note("name", clip.name, f"It may be called {' or '.join(names[:4])}. {said}")


def _bad(message: str, fix: str) -> ArtistError:
    return ArtistError("usage.bad_value", "Shot names cannot be found so", message, fix)
