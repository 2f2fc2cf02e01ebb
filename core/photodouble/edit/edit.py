"""An edit that was read: its timeline, and what was not understood in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import opentimelineio as otio

from .note import Note


@dataclass(frozen=True)
class Edit:
    """Hold an edit. `kind` is otio, edl, xml, fcpxml, aaf or ale; only otio can be written back.

    `rate` is the frames per second that somebody said, where the cut itself does not.
    `aside` is what was set aside on reading because no OpenTimelineIO of ours knows it; see `aside.py`.
    """

    path: Path
    root: otio.core.SerializableObject
    kind: str
    notes: tuple[Note, ...] = ()
    rate: str = ""
    aside: Any = field(default=None, repr=False)
