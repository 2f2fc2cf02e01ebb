"""A timeline of Nuke Studio as an OTIO document, written from what the studio says each frame shows.

The studio's own exporter is not used: it puts two rates into one range where clip and timeline differ, and
drops time warps without a word in the file. Source frames of an item count from the first frame of its clip.
"""

from __future__ import annotations

import math
from typing import Any, Dict, List, Mapping, NamedTuple, Optional, Tuple

KEY = "photodouble_studio"
"""Under which a clip of the document names its item, so that it is found again when takes come back."""
_NEAR = 1e-6
_STRAIGHT = 0.51
"""Frames by which a retimed item may be off a straight line: the studio rounds to whole ones."""

Json = Dict[str, Any]


class Cut(NamedTuple):
    """A document, the items by the name that they have in it, and what could not be told in words."""

    document: Json
    items: Dict[str, Any]
    left_out: Tuple[str, ...]


def cut_of_sequence(sequence: Any) -> Cut:
    """Write a timeline: its video tracks from the lowest up, with the frames that each item shows."""
    rate = float(sequence.framerate().toFloat())
    items: Dict[str, Any] = {}
    left_out: List[str] = []
    tracks = [
        _track(track, number, rate, items, left_out)
        for number, track in enumerate(sequence.videoTracks())
        if track.isEnabled()
    ]
    start = _time(float(sequence.timecodeStart()), rate)
    return Cut(_timeline(sequence.name(), start, tracks), items, tuple(left_out))


def cut_of_clip(clip: Any) -> Cut:
    """Write a clip of a bin as a timeline of its own, as long as it is."""
    rate, length = float(clip.framerate().toFloat()), int(clip.duration())
    first = float(clip.mediaSource().timecodeStart() + clip.sourceIn())
    shown = _clip(clip.name(), clip, _range(first, float(length), rate), [], "clip")
    track = _held("Track.1", "Video 1", [shown])
    track["kind"] = "Video"
    document = _timeline(clip.name(), _time(first, rate), [track])
    return Cut(document, {"clip": clip}, ())


def frame_in_files(clip: Any, source_frame: float) -> int:
    """Give the number of the plate's frame that a source frame of an item is, as its files are numbered.

    Frames of a movie count from its timecode.
    """
    media = clip.mediaSource()
    first = media.timecodeStart() if media.singleFile() else media.fileinfos()[0].startFrame()
    return int(first) + int(clip.sourceIn()) + _whole(source_frame)


def _track(track: Any, number: int, rate: float, items: Dict[str, Any], left_out: List[str]) -> Json:
    children: List[Json] = []
    end = 0
    before: Optional[Any] = None
    for place, item in enumerate(sorted(track.items(), key=lambda one: int(one.timelineIn()))):
        if int(item.timelineIn()) > end:
            children.append(_gap(int(item.timelineIn()) - end, rate))
            before = None
        why = _why_not(item)
        if why:
            left_out.append("{}: {}".format(item.name(), why))
        mix = item.inTransition() if before is not None and not why else None
        if mix is not None and mix.alignment() == mix.Alignments.kDissolve:
            children.append(_dissolve(mix, before, rate))
        ident = "{}.{}".format(number, place)
        children.append(_gap(int(item.duration()), rate) if why else _shown(item, rate, ident))
        if not why:
            items[ident] = item
        before, end = None if why else item, int(item.timelineOut()) + 1
    written = _held("Track.1", track.name(), children)
    written["kind"] = "Video"
    return written


def _why_not(item: Any) -> str:
    """Say why an item is left out; empty where it is a shot."""
    if not item.isEnabled():
        return "it is switched off"
    source = item.source()
    if source is None or not hasattr(source, "mediaSource"):
        return "it shows no media"
    if any(one.isRetimeEffect() for one in item.linkedItems() if hasattr(one, "isRetimeEffect")):
        return "its time is bent by an effect; render it and cut that in"
    frames = _frames(item)
    step = _step(item, frames)
    if any(abs(frame - frames[0] - place * step) > _STRAIGHT for place, frame in enumerate(frames)):
        return "its speed changes; render it and cut that in"
    counted = [_whole(frames[0]) - _whole(-place * step) for place in range(len(frames))]
    if step < 0 and counted != [_whole(frame) for frame in frames]:
        return "it runs backwards between whole frames; render it and cut that in"
    return ""


def _whole(frame: float) -> int:
    return int(math.floor(frame + _NEAR))


def _frames(item: Any) -> List[float]:
    """Give the source frame of every frame of the timeline that an item covers."""
    times = range(int(item.timelineIn()), int(item.timelineOut()) + 1)
    return [float(item.mapTimelineToSource(time)) for time in times]


def _step(item: Any, frames: List[float]) -> float:
    """Give the source frames that pass with each frame of the timeline."""
    return (frames[-1] - frames[0]) / (len(frames) - 1) if len(frames) > 1 else float(item.playbackSpeed())


def _shown(item: Any, rate: float, ident: str) -> Json:
    clip, frames = item.source(), _frames(item)
    own = float(clip.framerate().toFloat())
    step, length = _step(item, frames), len(frames)
    per_frame = own / rate
    speed = _tidy(step / per_frame)
    first = frames[0]
    if speed < 0:
        first = _whole(first) - (_needed(length, speed, per_frame) - 1)
    start = float(clip.mediaSource().timecodeStart() + clip.sourceIn()) + first
    return _clip(item.name(), clip, _range(start, length * per_frame, own), _warps(speed), ident)


def _needed(length: int, speed: float, per_frame: float) -> int:
    """Count the frames of a reversed span; a cut names its low end and plays it from the top."""
    return max(1, _whole(math.ceil(length * abs(speed) - _NEAR) * per_frame))


def _tidy(speed: float) -> float:
    return float(round(speed)) if abs(speed - round(speed)) < _NEAR else speed


def _warps(speed: float) -> List[Json]:
    if speed == 1:
        return []
    schema = "LinearTimeWarp.1" if speed else "FreezeFrame.1"
    name = "LinearTimeWarp" if speed else "FreezeFrame"
    return [{"OTIO_SCHEMA": schema, "name": "", "effect_name": name, "metadata": {}, "time_scalar": speed}]


def _clip(name: str, clip: Any, source: Json, effects: List[Json], ident: str) -> Json:
    return {
        "OTIO_SCHEMA": "Clip.1",
        "name": name,
        "source_range": source,
        "effects": effects,
        "markers": [],
        "metadata": {KEY: {"item": ident}},
        "media_reference": _reference(clip),
    }


def _reference(clip: Any) -> Json:
    """Write the media of a clip: a plain path for one file, the numbers of its files for a sequence."""
    media, rate = clip.mediaSource(), float(clip.framerate().toFloat())
    available = _range(float(media.timecodeStart()), float(media.duration()), rate)
    common = {"name": "", "metadata": {}, "available_range": available}
    if media.singleFile():
        return {"OTIO_SCHEMA": "ExternalReference.1", "target_url": media.firstpath(), **common}
    info = media.fileinfos()[0]
    folder, _, name = str(info.filename()).replace("\\", "/").rpartition("/")
    head = media.filenameHead()
    return {
        "OTIO_SCHEMA": "ImageSequenceReference.1",
        "target_url_base": folder + "/",
        "name_prefix": head,
        "name_suffix": "." + name.rpartition(".")[2],
        "start_frame": int(info.startFrame()),
        "frame_step": 1,
        "rate": rate,
        "frame_zero_padding": int(media.filenamePadding()),
        "missing_frame_policy": "error",
        **common,
    }


def _dissolve(mix: Any, before: Any, rate: float) -> Json:
    into = int(before.timelineOut()) - int(mix.timelineIn()) + 1
    out = int(mix.timelineOut()) - int(mix.timelineIn()) - into + 1
    return {
        "OTIO_SCHEMA": "Transition.1",
        "name": "",
        "metadata": {},
        "transition_type": "SMPTE_Dissolve",
        "in_offset": _time(float(into), rate),
        "out_offset": _time(float(out), rate),
    }


def _gap(length: int, rate: float) -> Json:
    gap = _held("Gap.1", "", [])
    del gap["children"]
    gap["source_range"] = _range(0.0, float(length), rate)
    return gap


def _timeline(name: str, start: Json, tracks: List[Json]) -> Json:
    return {
        "OTIO_SCHEMA": "Timeline.1",
        "name": name,
        "metadata": {},
        "global_start_time": start,
        "tracks": _held("Stack.1", "tracks", tracks),
    }


def _held(schema: str, name: str, children: List[Json]) -> Json:
    return {
        "OTIO_SCHEMA": schema,
        "name": name,
        "metadata": {},
        "source_range": None,
        "effects": [],
        "markers": [],
        "children": children,
    }


def _time(value: float, rate: float) -> Json:
    return {"OTIO_SCHEMA": "RationalTime.1", "value": value, "rate": rate}


def _range(start: float, length: float, rate: float) -> Json:
    return {
        "OTIO_SCHEMA": "TimeRange.1",
        "start_time": _time(start, rate),
        "duration": _time(length, rate),
    }


def takes_in(document: Mapping[str, Any]) -> Dict[str, Json]:
    """Read a cut that takes were put into: the reference of the take that each item shows, by its name."""
    found: Dict[str, Json] = {}
    for track in document["tracks"]["children"]:
        for clip in track.get("children", ()):
            ident = clip.get("metadata", {}).get(KEY, {}).get("item")
            reference = clip.get("media_references", {}).get(clip.get("active_media_reference_key", ""))
            if ident and reference and "take" in reference.get("metadata", {}).get("photodouble", {}):
                found[ident] = reference
    return found
