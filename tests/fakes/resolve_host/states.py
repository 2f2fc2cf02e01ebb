"""What a Resolve looks like, to be compared before and after."""

from __future__ import annotations

from typing import Any, Dict


def state(host: Any) -> Dict[str, Any]:
    """Tell page, settings, bins, timelines with every clip, presets, jobs and the Deliver page."""
    project = host._resolve._manager._current
    if project is None:
        return {"page": host._resolve._page}
    return {
        "page": host._resolve._page,
        "settings": dict(project._settings),
        "timeline": project._current._name if project._current else None,
        "timelines": {timeline._name: _timeline(timeline) for timeline in project._timelines},
        "bin": project._pool._current._name,
        "clips": {clip._unique: clip._properties() for clip in project._pool._root._every_clip()},
        "bins": _bins(project._pool._root),
        "deliver": host.deliver_state(),
        "presets": sorted(project._presets),
        "jobs": [job.ident for job in project._jobs],
    }


def _bins(folder: Any) -> Dict[str, Any]:
    return {
        "name": folder._name,
        "clips": [clip._unique for clip in folder._clips],
        "bins": [_bins(part) for part in folder._folders],
    }


def _timeline(timeline: Any) -> Dict[str, Any]:
    return {
        "playhead": timeline._playhead,
        "start": timeline._start,
        "own": dict(timeline._own),
        "grade": timeline._grade.told(),
        "markers": timeline.GetMarkers(),
        "tracks": {
            kind: [
                {
                    "name": track.name,
                    "on": track.is_on,
                    "locked": track.is_locked,
                    "items": [_item(item) for item in track.items],
                }
                for track in tracks
            ]
            for kind, tracks in timeline._tracks.items()
        },
    }


def _item(item: Any) -> Dict[str, Any]:
    clip = item._used()[0]
    return {
        "id": item._unique,
        "name": item._name,
        "clip": clip._unique if clip else None,
        "record": (item._record, item._length),
        "left": float(item._used()[1]),
        "speed": float(item._speed),
        "on": item._is_on,
        "takes": (len(item._takes), item._take),
        "grade": item._grade.told(),
        "versions": list(item._versions),
        "version": item._version,
        "group": item._group._name if item._group else None,
        "colour": item._colour,
        "flags": list(item._flags),
        "markers": item.GetMarkers(),
        "properties": dict(item._properties),
        "comps": [comp._name for comp in item._comps],
    }
