"""Timelines as files: OTIO both ways in the shape of Resolve's own, of other kinds only the file."""

from __future__ import annotations

import json
import os
from fractions import Fraction
from typing import Any, Dict, List, Optional

from .files import wanted
from .placing import append
from .timecodes import rate_text

CLIP, GAP = "Clip.2", "Gap.1"


def write(timeline: Any, path: str, kind: str) -> bool:
    """Export; FCPXML 1.10 makes a folder (facts section 7), and a folder that is not there fails."""
    if not os.path.isdir(os.path.dirname(path)) or not timeline._host.is_writable(path):
        return False
    if kind == "FCPXML_1_10":
        os.makedirs(path, exist_ok=True)
        path = os.path.join(path, "Info.fcpxml")
    with open(path, "w", encoding="utf-8") as text:
        text.write(json.dumps(_document(timeline), indent=1) if kind == "OTIO" else f"{kind}\n")
    return True


def _time(value: float, rate: Any) -> Dict[str, Any]:
    return {"OTIO_SCHEMA": "RationalTime.1", "rate": float(rate_text(rate)), "value": float(value)}


def _range(first: float, length: float, rate: Any) -> Dict[str, Any]:
    parts = {"start_time": _time(first, rate), "duration": _time(length, rate)}
    return {"OTIO_SCHEMA": "TimeRange.1", **parts}


def _document(timeline: Any) -> Dict[str, Any]:
    rate = timeline._rate()
    tracks = [
        _track(timeline, track, f"{kind.title()} {place}", kind.title())
        for kind in ("video", "audio")
        for place, track in enumerate(timeline._tracks[kind], 1)
    ]
    stack = {"OTIO_SCHEMA": "Stack.1", "name": "", "metadata": {}, "children": tracks, "enabled": True}
    return {
        "OTIO_SCHEMA": "Timeline.1",
        "name": timeline._name,
        "global_start_time": _time(timeline._start, rate),
        "metadata": {"Resolve_OTIO": {"Resolve OTIO Meta Version": "1.0"}},
        "tracks": stack,
    }


def _track(timeline: Any, track: Any, name: str, kind: str) -> Dict[str, Any]:
    children: List[Dict[str, Any]] = []
    at = timeline._start
    for item in track.items:
        if item._record > at:
            children.append(_gap(item._record - at, timeline._rate()))
        children.append(_clip(item))
        at = item._record + item._length
    more = {"metadata": {}, "source_range": None, "effects": [], "markers": [], "enabled": track.is_on}
    return {"OTIO_SCHEMA": "Track.1", "name": name, "kind": kind, "children": children, **more}


def _gap(length: int, rate: Any) -> Dict[str, Any]:
    more = {"metadata": {}, "name": "", "effects": [], "markers": [], "enabled": True}
    return {"OTIO_SCHEMA": GAP, "source_range": _range(0, length, rate), **more}


def _clip(item: Any) -> Dict[str, Any]:
    """Count source frames in the media's own timecode; the range is as long as what is recorded."""
    clip, left = item._used()
    rate = clip._speed() if clip is not None else item._timeline._rate()
    start = clip._start() if clip is not None else 0
    effects = []
    if item._speed != 1:
        warp = {"time_scalar": float(item._speed), "name": "", "metadata": {}, "effect_name": ""}
        effects.append({"OTIO_SCHEMA": "LinearTimeWarp.1", **warp})
    return {
        "OTIO_SCHEMA": CLIP,
        "name": item._name,
        "source_range": _range(start + left, item._length * item._ratio(), rate),
        "media_references": {"DEFAULT_MEDIA": _reference(clip, rate)},
        "active_media_reference_key": "DEFAULT_MEDIA",
        "effects": effects,
        "markers": [_marker(frame, told, rate) for frame, told in item._markers.items()],
        "enabled": item._is_on,
        "metadata": {},
    }


def _reference(clip: Any, rate: Any) -> Dict[str, Any]:
    if clip is None or clip._media is None:
        return {"OTIO_SCHEMA": "MissingReference.1", "name": "", "metadata": {}, "available_range": None}
    return {
        "OTIO_SCHEMA": "ExternalReference.1",
        "name": clip._name,
        "target_url": clip._media.path,
        "available_range": _range(clip._start(), clip._frames(), rate),
        "metadata": {},
    }


def _marker(frame: float, told: Dict[str, Any], rate: Any) -> Dict[str, Any]:
    more = {"color": told["color"].upper(), "comment": told["note"], "metadata": {}}
    span = _range(frame, told["duration"], rate)
    return {"OTIO_SCHEMA": "Marker.2", "name": told["name"], "marked_range": span, **more}


def read(pool: Any, path: str, options: Dict[str, Any]) -> Optional[Any]:
    """Import an OTIO; None for what Resolve does not take (facts section 9)."""
    try:
        with open(path, encoding="utf-8") as text:
            told = json.load(text)
    except (OSError, ValueError):
        return None
    name = options.get("timelineName") or told.get("name") or "OTIO"
    if told.get("OTIO_SCHEMA") != "Timeline.1" or not _is_taken(told):
        return None
    timeline = pool.CreateEmptyTimeline(name)
    if timeline is None:
        return None
    start = told.get("global_start_time") or {}
    timeline._start = timeline._playhead = int(start.get("value", timeline._start))
    number = 0
    for track in told["tracks"]["children"]:
        if track.get("kind") == "Video":
            number += 1
            if number > 1:
                timeline.AddTrack("video")
            _fill(pool, timeline, track, number, options.get("importSourceClips", True))
    return timeline


def _clips(told: Dict[str, Any]) -> List[Dict[str, Any]]:
    tracks = told.get("tracks", {}).get("children", [])
    return [child for track in tracks for child in track.get("children", []) if _kind(child) == "Clip"]


def _kind(child: Dict[str, Any]) -> str:
    return str(child.get("OTIO_SCHEMA", "")).split(".")[0]


def _is_taken(told: Dict[str, Any]) -> bool:
    """Refuse image sequence references and ranges that count from 0 in media with a timecode."""
    for child in _clips(told):
        reference = _used(child)
        available, used = reference.get("available_range"), child.get("source_range")
        if _kind(reference) == "ImageSequenceReference" or (available is None and "target_url" in reference):
            return False
        if available and used and used["start_time"]["value"] < available["start_time"]["value"] - 0.5:
            return False
    return True


def _used(child: Dict[str, Any]) -> Dict[str, Any]:
    references = child.get("media_references") or {"": child.get("media_reference") or {}}
    found: Dict[str, Any] = references.get(child.get("active_media_reference_key", ""), {})
    return found or next(iter(references.values()), {})


def _fill(pool: Any, timeline: Any, track: Dict[str, Any], number: int, brings_media: bool) -> None:
    at = timeline._start
    for child in track["children"]:
        span = child.get("source_range") or {"start_time": {"value": 0}, "duration": {"value": 0}}
        length = round(span["duration"]["value"])
        if _kind(child) == "Clip":
            clip = _clip_of(pool, _used(child), brings_media)
            if clip is not None:
                first = round(span["start_time"]["value"]) - clip._start()
                _place(timeline, clip, child, (first, length, at, number))
        at += length


def _clip_of(pool: Any, reference: Dict[str, Any], brings_media: bool) -> Any:
    """Find the clip in the bins, or bring it in where that was asked for."""
    path = str(reference.get("target_url") or "")
    for clip in pool._root._every_clip():
        if clip._media is not None and clip._media.path == path:
            return clip
    found = pool.ImportMedia([path]) if brings_media and wanted(path) else []
    return found[0] if found else None


def _place(timeline: Any, clip: Any, child: Dict[str, Any], where: Any) -> None:
    first, length, at, number = where
    info = {"mediaPoolItem": clip, "startFrame": 0, "endFrame": min(1, clip._frames()), "recordFrame": at}
    for item in append(timeline, [{**info, "trackIndex": number, "mediaType": 1}]):
        item._left, item._length, item._name = Fraction(first), length, child.get("name") or clip._name
        item._is_on = bool(child.get("enabled", True))
        for effect in child.get("effects", []):
            if _kind(effect) == "LinearTimeWarp":
                item._speed = Fraction(effect["time_scalar"]).limit_denominator(1000)
