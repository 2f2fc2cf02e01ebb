"""The look that a shot wears: another shot's dials and age map, where this one says nothing else."""

from __future__ import annotations

from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from photodouble.ops.deage.bands import Dials, Region
from photodouble.ops.deage.face import FaceTrack
from photodouble.ops.deage.look import Look, Points, age_map_for, read_look
from photodouble.ops.deage.shape import ShapeDials
from photodouble.ops.shot import Shot

_DIALS = {
    "wrinkle": "wrinkles",
    "banks": "banks",
    "structure": "structure",
    "spots": "spots",
    "tone": "even_tone",
    "calm": "calm",
    "fine": "fine",
}
"""The dials of a look, and what the declaration calls them."""
REGIONS = ("forehead", "crows_feet", "under_eye", "nasolabial", "marionette", "cheeks", "neck")
PARTS = ("jaw", "cheeks", "neck", "eyelids", "lips")

_LOOKS: WeakKeyDictionary[Shot, Look] = WeakKeyDictionary()
"""The look that was read for a shot lives as long as the shot does."""


def look_of(shot: Shot) -> Look | None:
    """Return the look a shot wears, None for none; raises as `read_look`, and notes its use every time."""
    path = shot.document_path("look")
    if path is None:
        return None
    if shot not in _LOOKS:
        _LOOKS[shot] = read_look(path)
    return _LOOKS[shot]


def dials(shot: Shot, frame: int) -> Dials:
    """Return the dials of the first pass at a frame: those that were turned, the others from the look."""
    look = look_of(shot)
    base = look.dials if look is not None else None

    def at(key: str, other: float) -> float:
        value = float(shot.value(key, frame))
        return other if base is not None and _is_default(shot, key) else value

    plain = {name: at(key, getattr(base, name, 0.0)) for name, key in _DIALS.items()}
    regions = {}
    for name in REGIONS:
        factor = float(shot.value(f"region_{name}", frame))
        worn = base.regions.get(name) if base is not None else None
        kept = worn is not None and _is_default(shot, f"region_{name}")
        regions[name] = worn if worn is not None and kept else Region(factor, factor, factor)
    return Dials(**plain, regions=regions)


def shape_dials(shot: Shot, frame: int) -> ShapeDials:
    """Return how far each part is moved on a frame, as far as the strength has it."""
    look, strength = look_of(shot), float(shot.value("strength", frame))
    found = {}
    for part in PARTS:
        key = f"shape_{part}"
        worn = look is not None and _is_default(shot, key)
        found[part] = strength * float(getattr(look.shape, part) if worn and look else shot.value(key, frame))
    return ShapeDials(**found)


def worn_ages(shot: Shot, track: FaceTrack, frame: int) -> NDArray[np.float32] | None:
    """Return the look's age map (S, S) as it fits the face of this shot; None without one."""
    look = look_of(shot)
    if look is None or look.age_map is None:
        return None
    return age_map_for(look, points_as_shares(track, frame), track.size)


def points_as_shares(track: FaceTrack, frame: int) -> Points:
    """Return the landmarks of a frame as shares of face space, 0 to 1; none where the track has none."""
    places = (track.points_in_face(frame) + 0.5) / track.size
    return {name: (float(x), float(y)) for name, (x, y) in zip(track.names, places.tolist(), strict=False)}


def _is_default(shot: Shot, key: str) -> bool:
    return bool(shot.values[key] == shot.request.spec.param(key).default)
