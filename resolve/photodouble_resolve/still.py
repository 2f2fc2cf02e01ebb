"""The frame under the playhead as the panel shows it: the source's own, else a still from the viewer."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import Any, Dict

from photodouble_client.errors import ArtistError
from photodouble_client.runtime import runtime_folder

from . import clips
from .calls import ask, refused
from .colours import encoding_of
from .media import numbered
from .playing import plate_frame

STILL = "resolve_still.png"
READABLE = ("media",)
"""Kinds of clips whose files the engine reads by itself."""


def still(resolve: Any, item: Any, space: str = "") -> Dict[str, Any]:
    """Say where the frame under the playhead is to be had, and in which pixels things are drawn on it.

    `how` is `source`: the engine makes a picture of `path` at `frame`; or `viewer`: `path` is a picture that
    Resolve wrote, with grade and sizing, whose places fit the plate only where the clip fills the frame.
    """
    facts = clips.describe(resolve, item)
    clips.check_usable(facts)
    frame = plate_frame(facts)
    told: Dict[str, Any] = {"frame": frame, "size": list(facts.size), "colourspace": ""}
    with suppress(ArtistError):  # nobody has said it yet; the file may
        told["colourspace"] = encoding_of(facts.managed, ask(item, "GetMediaPoolItem"), space).engine
    if facts.kind in READABLE and clips.can_read(first_file(facts.path, facts.media_first)):
        return {**told, "how": "source", "path": facts.path, "words": ""}
    path = export(resolve)
    words = (
        "Resolve's own picture is shown, with grade and sizing: the engine does not read this media itself."
    )
    return {**told, "how": "viewer", "path": path, "words": words}


def export(resolve: Any) -> str:
    """Let Resolve write the frame under the playhead; raises ArtistError `input.host_refused`."""
    path = os.path.join(runtime_folder(), STILL)
    if os.path.exists(path):
        os.unlink(path)
    project = clips.project_of(resolve)
    ask(project, "ExportCurrentFrameAsStill", path)
    if not os.path.isfile(path) or not os.path.getsize(path):
        raise refused(
            "It did not write a still of the frame under the playhead.", "ExportCurrentFrameAsStill"
        )
    return path


def first_file(pattern: str, first: int) -> str:
    """Name the first file of a pattern."""
    return numbered(pattern, first)
