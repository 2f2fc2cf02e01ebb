"""Which objects of a cut our OpenTimelineIO knows, and what stands in for one that it does not."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from typing import Any

import opentimelineio as otio

Json = dict[str, Any]

LABEL = "OTIO_SCHEMA"
ASIDE = "photodouble_aside"
"""The metadata key of a stand-in, while a cut is in memory. It is never written to a file."""

_OLD_NAMES = ("Sequence", "Filler", "SerializeableCollection")
_TIMES = ("RationalTime", "TimeRange", "TimeTransform", "Color", "V2d", "Box2d", "SerializableObjectRef")
_LABEL_FORM = re.compile(r"([^.]{1,200})\.(\d{1,9})\Z")
_ZERO = {LABEL: "RationalTime.1", "rate": 1.0, "value": 0.0}
_NO_TIME = {LABEL: "TimeRange.1", "start_time": _ZERO, "duration": _ZERO}


@functools.cache
def known() -> Mapping[str, int]:
    """Return the newest version of every kind of object that can be read."""
    return {
        **dict.fromkeys((*_OLD_NAMES, *_TIMES), 1),
        **{str(name): int(version) for name, version in otio.core.type_version_map().items()},
    }


def name_and_version(label: Any) -> tuple[str, int] | None:
    """Take a label such as `Clip.2` apart; None if it is none."""
    found = _LABEL_FORM.match(label) if isinstance(label, str) else None
    return (found.group(1), int(found.group(2))) if found else None


def stand_in(place: str, thing: Json, key: str) -> Json | None:
    """Make what stands for an unknown thing in its place, as long as it; None where nothing can."""
    base: Json = {"metadata": {ASIDE: key}, "name": _text(thing.get("name"))}
    if place == "effects":
        return {LABEL: "Effect.1", **base, "effect_name": thing[LABEL], "enabled": True}
    if place == "markers":
        range_ = _range(thing, "marked_range") or _NO_TIME
        return {LABEL: "Marker.2", **base, "color": "WHITE", "comment": "", "marked_range": range_}
    if place == "references":
        return _reference(thing, base)
    if place == "children":
        return _child(thing, base)
    return None


def older(thing: Json, name: str, key: str) -> tuple[Json, Json]:
    """Write a thing of a newer OpenTimelineIO as the newest that can be read; also return what that changed.

    Markers have colours with a name since Marker.3 and had the name alone before.
    """
    changed: Json = {LABEL: thing[LABEL]}
    plain = {**thing, LABEL: f"{name}.{known()[name]}"}
    colour = thing.get("color")
    if name == "Marker" and isinstance(colour, dict):
        plain["color"] = _text(colour.get("name")).upper()
        changed["color"] = colour
    metadata = thing.get("metadata")
    plain["metadata"] = {**(metadata if isinstance(metadata, dict) else {}), ASIDE: key}
    return plain, changed


def _reference(thing: Json, base: Json) -> Json:
    said = {**base, "available_range": _range(thing, "available_range"), "available_image_bounds": None}
    if isinstance(thing.get("target_url"), str):
        return {LABEL: "ExternalReference.1", **said, "target_url": thing["target_url"]}
    return {LABEL: "MissingReference.1", **said}


def _child(thing: Json, base: Json) -> Json:
    offsets = [thing.get("in_offset"), thing.get("out_offset")]
    if all(_is(offset, "RationalTime") for offset in offsets):
        kind = {LABEL: "Transition.1", "transition_type": "Custom_Transition"}
        return {**kind, **base, "in_offset": offsets[0], "out_offset": offsets[1]}
    held = _range(thing, "source_range") or _NO_TIME
    rest: Json = {"effects": [], "markers": [], "enabled": True}
    return {LABEL: "Gap.1", **base, **rest, "source_range": held}


def _range(thing: Json, key: str) -> Any:
    value = thing.get(key)
    if not isinstance(value, dict) or not _is(value, "TimeRange"):
        return None
    whole = all(_is(value.get(part), "RationalTime") for part in ("start_time", "duration"))
    return value if whole else None


def _is(value: Any, name: str) -> bool:
    return isinstance(value, dict) and value.get(LABEL) == f"{name}.1"


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
