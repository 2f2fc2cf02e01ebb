"""What one reader of edits takes: schema versions, references, addresses and patterns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

SEQUENCES = ("sequence", "brackets", "hashes", "percent", "first")
"""How an image sequence may be written: OTIO's own, or `[1001-1048]`, `####`, `%04d`, its first file."""


@dataclass(frozen=True)
class Profile:
    """Say how an edit is written for `reader`.

    `one_reference`: only the active reference of a clip is read. `urls`: `url` (percent-encoded), `plain`, or
    empty to keep what is there; `sequences`: one of SEQUENCES, or empty to keep. `needs_timeline`: the root
    must be one timeline. `is_timecoded`: source ranges count from the media's own timecode, tracks are called
    `Video 1`, and clips without media are not taken. `keeps_unknown`: objects that nobody here understood go
    back into the file, which a reader without the plugin for them refuses.
    """

    name: str
    reader: str
    schema: Mapping[str, int]
    one_reference: bool = False
    urls: str = ""
    sequences: str = ""
    needs_timeline: bool = False
    is_timecoded: bool = False
    keeps_unknown: bool = False
