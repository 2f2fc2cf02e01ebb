# SPDX-License-Identifier: GPL-3.0-or-later
"""Tracks of the Movie Clip editor as the points document that de-ageing reads: places by plate frame."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import bpy

from . import frames
from ._vendor.photodouble_client.errors import ArtistError

LEAST = 6
"""Points that a face, a neck or a hand needs at least."""


def points_of(clip: Any) -> dict[str, Any]:
    """Give the clip's tracks as a document; those that are selected, or all where none is.

    A place counts pixels from the left upper edge, and frames are the numbers in the plate's file names.
    Raises ArtistError `input.few_points`.
    """
    tracks = [track for track in clip.tracking.objects.active.tracks if not track.hide]
    tracks = [track for track in tracks if track.select] or tracks
    points = [{"name": track.name, "frames": _places(clip, track)} for track in tracks]
    points = [point for point in points if point["frames"]]
    if len(points) < LEAST:
        raise _too_few(clip.name, len(points))
    return {"schema": 1, "kind": "points", "points": points}


def write_points(clip: Any, folder: Path) -> str:
    """Write the tracks as a new version, or give the newest one where they are the same."""
    text = json.dumps(points_of(clip), indent=1, ensure_ascii=False)
    versions = sorted(folder.glob("track_v[0-9][0-9][0-9]*.json"))
    if versions and versions[-1].read_text(encoding="utf-8") == text:
        return str(versions[-1])
    number = int(versions[-1].stem[len("track_v") :]) + 1 if versions else 1
    path = folder / f"track_v{number:03d}.json"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as problem:
        raise ArtistError(
            "input.unwritable_output",
            "The tracks could not be written",
            f"{path} could not be written.",
            "Choose a folder under Takes that can be written to.",
            detail=str(problem),
        ) from problem
    return str(path)


def _places(clip: Any, track: Any) -> dict[str, Any]:
    """Blender's places are shares of the picture, from the left lower edge; its frames count from 1."""
    width, height = clip.size
    number = frames.number_of(Path(bpy.path.abspath(clip.filepath)).name)
    begin = (1 if number is None else number) + clip.frame_offset
    return {
        str(begin + marker.frame - 1): {
            "place": [
                round((marker.co[0] + track.offset[0]) * width, 4),
                round((1.0 - marker.co[1] - track.offset[1]) * height, 4),
            ]
        }
        for marker in track.markers
        if not marker.mute
    }


def _too_few(clip: str, count: int) -> ArtistError:
    return ArtistError(
        "input.few_points",
        "There are too few tracks",
        f"{clip} has {count} tracks that are in sight; at least {LEAST} are needed.",
        "Place more tracks on what is followed, on one frame or through the shot.",
    )
