"""How a cut lies in a sequencer: every clip with its place, its media, its handles, and all it carries."""

from __future__ import annotations

import copy
import dataclasses
import json
from fractions import Fraction
from typing import Any

import opentimelineio as otio

from .aside import Aside, put_back
from .clips import show_plates
from .edit import Edit
from .fit import Fit, fits
from .rate import rate_text
from .shot import Shot
from .shots import Listing, listing, record_rate, roots_of
from .times import floor_frame, frames_at
from .timing import Timing

Json = dict[str, Any]


def laid(edit: Edit, *, handles: int, **more: Any) -> Json:
    """Say how a cut lies, as plain JSON values; `more` goes to `listing`, which this raises as.

    `first` is the record frame at which the cut begins. Of every clip: what `Shot.to_json` says, `lead` and
    `tail`, the media frames that would be seen before and after it, and `clip_text`, the clip as OTIO text.
    A clip that shows a take lies with its plate, and `take_pattern` and `take_frames` say what is seen above.
    """
    plates = dataclasses.replace(edit, root=copy.deepcopy(edit.root))
    takes = show_plates(plates.root)
    found = listing(plates, handles=handles, **more)
    as_shown = listing(edit, handles=0, **more).shots if takes else found.shots
    root = next(iter(roots_of(edit.root)), edit.root)
    rate = record_rate(root, edit.rate)
    return {
        "first": _first(root, rate),
        "name": getattr(root, "name", "") or edit.path.stem,
        "notes": [note.to_json() for note in found.notes],
        "rate": rate_text(rate),
        "strips": [_strip(*pair, edit, handles) for pair in zip(found.shots, as_shown, strict=True)],
        "tracks": _tracks(found),
    }


def _first(root: Any, rate: Fraction) -> int:
    start = getattr(root, "global_start_time", None)
    return floor_frame(frames_at(start, rate)) if start is not None else 0


def _tracks(found: Listing) -> list[str]:
    return list(dict.fromkeys(shot.track for shot in found.shots))


def _strip(shot: Shot, as_shown: Shot, edit: Edit, handles: int) -> Json:
    lead, tail = _beyond(shot, handles)
    is_take = shot.key != as_shown.key
    return {
        **shot.to_json(),
        "clip_text": clip_text(as_shown.clip, edit),
        "enabled": bool(shot.clip.enabled),
        "frames_first": shot.media.frames[0] if shot.media.frames else None,
        "frames_last": shot.media.frames[-1] if shot.media.frames else None,
        "lead": lead,
        "tail": tail,
        "take_frames": list(as_shown.timing.frame_map) if is_take else [],
        "take_pattern": as_shown.media.pattern if is_take else "",
    }


def clip_text(clip: otio.schema.Clip, edit: Edit) -> str:
    """Write one clip of a cut as OTIO text, with all that was set aside back in it."""
    document = json.loads(copy.deepcopy(clip).to_json_string())
    return json.dumps(put_back(document, edit.aside) if isinstance(edit.aside, Aside) else document)


def _beyond(shot: Shot, handles: int) -> tuple[list[int], list[int]]:
    """Go on with the clip's speed before its first and after its last frame, as far as there is media."""
    timing = shot.timing
    if not timing.frame_map or not shot.media.frames:
        return [], []
    pictures = [(frame - shot.available.first) // timing.step for frame in timing.frame_map]
    hints = (timing.speed, Fraction(1))
    fit = next(fits(pictures, Fraction(1), hints), None) if not timing.held else None
    if fit is None:
        return [], []
    there = set(shot.media.frames)
    lead = _as_long_as(there, _run(shot, fit, range(-1, -handles - 1, -1), pictures))
    tail = _as_long_as(there, _run(shot, fit, range(len(pictures), len(pictures) + handles), pictures))
    return lead[::-1], tail


def _run(shot: Shot, fit: Fit, places: range, pictures: list[int]) -> list[int]:
    start = Fraction(pictures[0]) if fit.speed < 0 else fit.offset
    pace = abs(fit.speed)
    timing: Timing = shot.timing
    counted = [
        pictures[0] - floor_frame(pace * one) if fit.speed < 0 else floor_frame(start + pace * one)
        for one in places
    ]
    return [shot.available.first + one * timing.step for one in counted]


def _as_long_as(there: set[int], frames: list[int]) -> list[int]:
    kept = []
    for frame in frames:
        if frame not in there:
            break
        kept.append(frame)
    return kept
