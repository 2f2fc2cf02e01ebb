"""What the timeline shows of a take: a marker with status and note, the clip's colour, the clip's metadata.

The marker's custom data, which nobody sees, is `photodouble:` and the id of the take or the job: by that it
is found again, whatever the artist does to its name and place.
"""

from __future__ import annotations

from typing import Any, Dict, Optional, Tuple

from .calls import LOG, ask, has, named, text, whole

ANCHOR = "photodouble:"
TAKE_KEY = "photodouble/take"
LABEL_KEY = "photodouble/label"
_COMMENTS = "Comments"
MARKER_COLOURS = {
    "working": "Blue",
    "suggestion": "Yellow",
    "in_review": "Sky",
    "approved": "Green",
    "rejected": "Red",
    "retake": "Red",
    "superseded": "Sand",
    "overridden": "Sand",
    "failed": "Pink",
}
CLIP_COLOURS = {
    "working": "Navy",
    "suggestion": "Yellow",
    "in_review": "Teal",
    "approved": "Green",
    "rejected": "Brown",
    "retake": "Brown",
    "superseded": "Tan",
    "overridden": "Tan",
    "failed": "Pink",
}
"""The palettes of markers and of clips differ."""


def mark(item: Any, anchor: str, status: str, name: str, note: str) -> Optional[int]:
    """Set or renew the marker of a take on a clip; gives its frame in the clip, None where it did not stay.

    A frame holds one marker, so the artist's own ones are never replaced: the next free frame is taken.
    """
    custom = ANCHOR + anchor
    frame = _frame_of(item, custom)
    if frame is not None:
        ask(item, "DeleteMarkerByCustomData", custom)
    colour = MARKER_COLOURS.get(status, "Cream")
    for place in _free_frames(item, frame):
        ask(item, "AddMarker", place, colour, name, note, 1, custom)
        found = _frame_of(item, custom)
        if found is not None:
            return found
    LOG.warning("the marker %s did not stay", custom)
    return None


def unmark(item: Any, anchor: str) -> None:
    """Take the marker of a job or take away again."""
    if _frame_of(item, ANCHOR + anchor) is not None:
        ask(item, "DeleteMarkerByCustomData", ANCHOR + anchor)


def is_marked(item: Any, anchor: str) -> bool:
    """Whether a clip has the marker of a job or take."""
    return _frame_of(item, ANCHOR + anchor) is not None


def colour_clip(item: Any, status: str) -> bool:
    """Give a clip the colour of a status and say whether it kept it; generators say yes and do not."""
    wanted = CLIP_COLOURS.get(status, "")
    if not wanted:
        return False
    if text(item, "GetClipColor") != wanted:
        ask(item, "SetClipColor", wanted)
    return text(item, "GetClipColor") == wanted


def label_clip(clip: Any, labels: Dict[str, str]) -> bool:
    """Write a take's id into the metadata of its clip and say whether it is there.

    Versions before 19.0 have no third-party metadata; there it stands in the comments.
    """
    if has(clip, "SetThirdPartyMetadata"):
        ask(clip, "SetThirdPartyMetadata", labels)
        found = named(clip, "GetThirdPartyMetadata")
        return all(found.get(key) == value for key, value in labels.items())
    ask(clip, "SetMetadata", _COMMENTS, ANCHOR + labels[TAKE_KEY])
    return take_of(clip) == labels[TAKE_KEY]


def take_of(clip: Any) -> str:
    """Give the id of the take that a clip of the media pool is; empty for everything else."""
    said = ask(clip, "GetThirdPartyMetadata", TAKE_KEY)
    if isinstance(said, str) and said:
        return said
    comment = text(clip, "GetMetadata", _COMMENTS)
    return comment[len(ANCHOR) :] if comment.startswith(ANCHOR) else ""


def _frame_of(item: Any, custom: str) -> Optional[int]:
    for frame, marker in named(item, "GetMarkers").items():
        if isinstance(marker, dict) and marker.get("customData") == custom:
            return int(frame)
    return None


def _free_frames(item: Any, first: Optional[int]) -> Tuple[int, ...]:
    taken = {int(frame) for frame in named(item, "GetMarkers")}
    length = whole(item, "GetDuration") or 1
    wanted = [first] if first is not None else []
    free = [frame for frame in range(length) if frame not in taken]
    return tuple(wanted + free[:8])
