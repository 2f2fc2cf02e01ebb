"""Bring the pictures of a take into the media pool, and let them be taken for what the plate is."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import Any, Dict, List, Tuple

from photodouble_client.errors import ArtistError

from . import colours, markers, media, timing
from .calls import LOG, ask, listed, refused, text
from .colours import Encoding, Management
from .runs import Pixels

BIN = "Photo Double"


@dataclass(frozen=True)
class Pictures:
    """The files of a take that Resolve reads: a pattern with `####`, and their first and last number."""

    pattern: str
    first: int
    last: int
    level: str

    @property
    def count(self) -> int:
        """Count the frames."""
        return self.last - self.first + 1


@dataclass(frozen=True)
class Imported:
    """A clip of the media pool, and sentences about what the artist has to set by hand."""

    clip: Any
    notes: Tuple[str, ...] = ()


def bring(
    project: Any, pictures: Pictures, managed: Management, pixels: Pixels, labels: Dict[str, str]
) -> Imported:
    """Import a take as an image sequence into the bin `Photo Double`; one that is there is used again.

    Raises ArtistError `input.host_refused` where Resolve imports something else than asked.
    """
    pool = ask(project, "GetMediaPool")
    home = _bin(pool)
    before = ask(pool, "GetCurrentFolder")
    try:
        clip = _there(home, pictures) or _import(pool, home, pictures)
    finally:
        if before is not None and text(ask(pool, "GetCurrentFolder"), "GetUniqueId") != text(
            before, "GetUniqueId"
        ):
            ask(pool, "SetCurrentFolder", before)
    notes = _clocked(clip, pixels)
    notes += colours.dress_clip(
        managed, clip, Encoding(pixels.name, pixels.engine, pixels.gamma), pictures.level
    )
    if not markers.label_clip(clip, labels):
        LOG.info("this version keeps no third-party metadata")
    return Imported(clip, notes)


def _bin(pool: Any) -> Any:
    """Find or make the bin for takes; the pool's own bin where that cannot be."""
    root = ask(pool, "GetRootFolder")
    for folder in listed(root, "GetSubFolderList"):
        if text(folder, "GetName") == BIN:
            return folder
    current = ask(pool, "GetCurrentFolder")
    made = ask(pool, "AddSubFolder", root, BIN)
    if current is not None:
        ask(pool, "SetCurrentFolder", current)
    return made if made is not None else root


def _there(home: Any, pictures: Pictures) -> Any:
    """Find a clip of these files that was imported before, as when Resolve was closed in between."""
    for clip in listed(home, "GetClipList"):
        held = media.held(clip)
        if _is_same_files(held.pattern, pictures.pattern) and held.frames == pictures.count:
            return clip
    return None


def _import(pool: Any, home: Any, pictures: Pictures) -> Any:
    ask(pool, "SetCurrentFolder", home)
    known = {text(clip, "GetUniqueId") for clip in listed(home, "GetClipList")}
    entry = {"FilePath": _percent(pictures.pattern), "StartIndex": pictures.first, "EndIndex": pictures.last}
    ask(pool, "ImportMedia", [entry])
    new = [clip for clip in listed(home, "GetClipList") if text(clip, "GetUniqueId") not in known]
    if len(new) != 1:
        raise _not_imported(pictures, "{} clips appeared".format(len(new)))
    held = media.held(new[0])
    if held.frames != pictures.count or not held.is_online:
        ask(pool, "DeleteClips", new)
        raise _not_imported(pictures, "{} frames were imported".format(held.frames))
    return new[0]


def _clocked(clip: Any, pixels: Pixels) -> Tuple[str, ...]:
    """Give the take the frame rate and the start timecode of its plate."""
    notes: List[str] = []
    rate = timing.exact(pixels.rate)
    if rate is not None and timing.exact(media.held(clip).rate) != rate:
        ask(clip, "SetClipProperty", "FPS", "{:.3f}".format(float(rate)).rstrip("0").rstrip("."))
        if timing.exact(media.held(clip).rate) != rate:
            raise refused(
                "The take could not be given the plate's frame rate, so its frames would lie elsewhere."
            )
    if pixels.timecode and not colours.set_property(clip, "Start TC", pixels.timecode):
        notes.append("Set the take's start timecode to {} by hand.".format(pixels.timecode))
    return tuple(notes)


def _percent(pattern: str) -> str:
    """Write a pattern as ImportMedia takes it: `take.%04d.exr`."""
    marks = re.search(r"#+(?=[^#/\\]*\Z)", pattern)
    if marks is None:
        return pattern
    return "{}%0{}d{}".format(pattern[: marks.start()], len(marks.group()), pattern[marks.end() :])


def _is_same_files(one: str, other: str) -> bool:
    def plain(path: str) -> str:
        return os.path.normcase(re.sub(r"#+|\d+(?=\.\w+\Z)", "#", path))

    return plain(one) == plain(other)


def _not_imported(pictures: Pictures, what: str) -> ArtistError:
    return refused(
        "The take could not be imported: {} of {} frames of {}.".format(
            what, pictures.count, pictures.pattern
        ),
    )
