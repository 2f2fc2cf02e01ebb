"""The clips of a cut as objects, and which of their references are ours."""

from __future__ import annotations

from typing import Any

import opentimelineio as otio

from .metadata import stamped

DEFAULT = str(otio.schema.Clip.DEFAULT_MEDIA_KEY)


def clips_of(root: Any) -> list[otio.schema.Clip]:
    """Return every clip below a root of any kind, and the root itself if it is one."""
    if isinstance(root, otio.schema.Clip):
        return [root]
    if isinstance(root, otio.schema.SerializableCollection):
        return [clip for one in root for clip in clips_of(one)]
    return list(root.find_clips()) if hasattr(root, "find_clips") else []


def is_take(reference: Any) -> bool:
    """Whether a reference says of itself that it was added here as a take. Only its place proves which."""
    return stamped(reference).get("kind") == "take"


def plate_key(clip: otio.schema.Clip) -> str:
    """Return the key of the clip's plate: of the active reference, or of the one shown before ours."""
    references, active = clip.media_references(), str(clip.active_media_reference_key)
    if not is_take(references[active]):
        return active
    before = str(stamped(clip).get("plate_key", DEFAULT))
    others = [str(key) for key, one in references.items() if not is_take(one)]
    return before if before in others else DEFAULT if DEFAULT in others else (others or [active])[0]


def show_plates(root: Any) -> dict[int, tuple[otio.schema.Clip, str]]:
    """Make every clip show its plate; return the clips that showed a take of ours, with its key."""
    shown = {}
    for number, clip in enumerate(clips_of(root)):
        active, plate = str(clip.active_media_reference_key), plate_key(clip)
        if plate != active:
            shown[number] = (clip, active)
            clip.active_media_reference_key = plate
    return shown
