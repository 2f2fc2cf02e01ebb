"""Find media that is not where a cut says: by its name, and by the hash of its files where names repeat."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from photodouble.image.pattern import NamePattern, number_in_name
from photodouble.image.suffixes import MOVIE_SUFFIXES, PICTURE_SUFFIXES

from .folders import Folders
from .raw import is_raw_name

MOST_HASHED = 200
"""How many candidates are hashed at most: a hash reads a whole file."""


@dataclass(frozen=True)
class Lost:
    """Hold what is known of lost media: a name, its first frame, and hashes by frame (0: the first)."""

    name: str
    first: int | None
    hashes: tuple[tuple[int, str], ...]


@dataclass(frozen=True)
class Relinked:
    """Hold where lost media lies now, or None; `trouble` says what an artist should know about it."""

    pattern: NamePattern | None = None
    trouble: str = ""


def relink(folders: Folders, wanted: NamePattern | None, lost: Lost) -> Relinked:
    """Look for media below the folders that are searched.

    One of the same name is taken; of several, the one whose content has the hash, else the one whose folders
    are called as the cut says, if that is one alone. Without any of the name, the hash finds renamed media.
    Nothing is guessed: what stays ambiguous is not found, and says so.
    """
    if not folders.search:
        return Relinked()
    found = _named(folders, wanted, lost.name)
    if lost.hashes:
        exact = [one for one in found or _alike(folders, wanted) if _has_hash(folders, one, lost)]
        if exact:
            return Relinked(exact[0])
        if found:
            return Relinked(None, f"{_said(found)} has the name of it, but not its content.")
    if wanted is not None and len(found) > 1:
        tails = [_common_tail(one.folder, wanted.folder) for one in found]
        if max(tails) > 0 and tails.count(max(tails)) == 1:
            return Relinked(found[tails.index(max(tails))])
    if len(found) > 1:
        return Relinked(None, f"Several are of that name, so none is taken: {_said(found)}.")
    return Relinked(found[0] if found else None)


def _named(folders: Folders, wanted: NamePattern | None, name: str) -> list[NamePattern]:
    """List what has the name: exactly, else whatever the case; a clip without media goes by its own name."""
    if wanted is not None:
        places = folders.places_of(wanted.prefix, wanted.suffix)
        exact = [one for folder in places for one in _in_folder(folders, folder, wanted, fold=False)]
        return exact or [one for folder in places for one in _in_folder(folders, folder, wanted, fold=True)]
    stem = re.sub(r"[._ -]*(#+|%0?\d*d|@+)?(\.\w{2,4})?\Z", "", name.strip()).lower()
    return _of_stem(folders, stem) if stem else []


def _in_folder(folders: Folders, folder: Path, wanted: NamePattern, *, fold: bool) -> list[NamePattern]:
    listing = folders.listing(folder)
    if wanted.is_single:
        names = [n for n in listing.names if n == wanted.prefix or (fold and _same(n, wanted.prefix))]
        return [NamePattern(folder, name, "", 0, None, True) for name in sorted(names)]
    return [
        NamePattern(folder, prefix, suffix, wanted.width, None, False)
        for prefix, suffix in sorted(listing.runs)
        if (prefix, suffix) == (wanted.prefix, wanted.suffix)
        or (fold and _same(prefix, wanted.prefix) and _same(suffix, wanted.suffix))
    ]


def _same(one: str, other: str) -> bool:
    return one.casefold() == other.casefold()


def _of_stem(folders: Folders, stem: str) -> list[NamePattern]:
    if not folders.stems:
        for folder in folders.below():
            for one in _all_in(folders, folder):
                folders.stems.setdefault(_stem(one), []).append(one)
    return list(folders.stems.get(stem, ()))


def _stem(pattern: NamePattern) -> str:
    name = Path(pattern.prefix).stem if pattern.is_single else pattern.prefix
    return name.rstrip("._- ").lower()


def _all_in(folders: Folders, folder: Path) -> list[NamePattern]:
    """List everything in a folder that may be media: movies, camera raw, runs of pictures, and stills."""
    listing = folders.listing(folder)
    runs = []
    for (prefix, suffix), frames in sorted(listing.runs.items()):
        if len(frames) > 1 and _is_picture(suffix) and min(frames) >= 0:
            width = min(len(name) for name in frames.values()) - len(prefix) - len(suffix)
            runs.append(NamePattern(folder, prefix, suffix, width, None, False))
    inside = {name for one in runs for name in listing.runs[one.prefix, one.suffix].values()}
    singles = [name for name in sorted(listing.names - inside) if _is_media(name)]
    return [*runs, *(NamePattern(folder, name, "", 0, None, True) for name in singles)]


def _is_picture(suffix: str) -> bool:
    return suffix.lower() in PICTURE_SUFFIXES or is_raw_name("a" + suffix)


def _is_media(name: str) -> bool:
    return Path(name).suffix.lower() in MOVIE_SUFFIXES | PICTURE_SUFFIXES or is_raw_name(name)


def _alike(folders: Folders, wanted: NamePattern | None) -> list[NamePattern]:
    """List what may be the same media under another name: everything of the same suffix."""
    suffix = Path(wanted.path(0).name).suffix.lower() if wanted is not None else ""
    found = [one for folder in folders.below() for one in _all_in(folders, folder)]
    return [one for one in found if not suffix or one.path(0).suffix.lower() == suffix][:MOST_HASHED]


def _has_hash(folders: Folders, pattern: NamePattern, lost: Lost) -> bool:
    """Compare the hash of one frame: the first that was noted and is there, else the first frame."""
    if pattern.is_single:
        files = {0: pattern.folder / pattern.prefix}
        files[number_in_name(pattern.prefix)] = files[0]
    else:
        files = {frame: pattern.folder / name for frame, name in folders.frames(pattern).items()}
        files = {0: next(iter(files.values())), **files}
    wanted = set(dict(lost.hashes).values())
    there = [files[frame] for frame, _ in lost.hashes if frame in files] or [files[0]]
    try:
        from photodouble.image.hashes import file_sha256

        return file_sha256(there[0]) in wanted
    except OSError:
        return False


def _common_tail(one: Path, other: Path) -> int:
    """Count the folders, from the inside out, that two paths have in common."""
    count = 0
    for mine, yours in zip(reversed(one.parts), reversed(other.parts)):
        if not _same(mine, yours):
            break
        count += 1
    return count


def _said(found: list[NamePattern]) -> str:
    text = ", ".join(str(one.path(0) if one.is_single else one.folder / one.prefix) for one in found[:3])
    return text if len(found) <= 3 else f"{text} and {len(found) - 3} more"
