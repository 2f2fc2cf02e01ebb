# SPDX-License-Identifier: GPL-3.0-or-later
"""What the strips of a scene show, read off Blender frame by frame; the engine makes a cut of it.

Blender itself says which file an image strip shows at a frame, with its offsets, retiming keys and reversal.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import bpy

from . import compat, frames, strip_nest

KEY = "photodouble"
"""The custom property of a strip that holds what it was laid from."""

PLATE, TAKE = "plate", "take"


@dataclass(frozen=True)
class Told:
    """What is said of the strips, and sentences about those that no cut can hold."""

    tracks: tuple[str, ...]
    strips: tuple[dict[str, Any], ...]
    left_out: tuple[str, ...]


def facts_of(strips: Iterable[Any], offset: int) -> Told:
    """Say what strips show; `offset` is added to a frame of the scene for the record frame."""
    seen, left_out = strip_nest.laid_open(strips)
    told = []
    for one in seen:
        if is_take(one.strip):
            continue
        try:
            told.append((one.track, _fact(one, offset)))
        except ValueError as why:
            left_out.append(f"{one.strip.name} is left out: {why}")
    channels = sorted({track for track, _ in told})
    for track, fact in told:
        fact["track"] = channels.index(track)
    names = {fact["track"]: fact.pop("track_name") for _, fact in reversed(told)}
    tracks = tuple(names[place] or f"V{place + 1}" for place in range(len(channels)))
    ordered = sorted((fact for _, fact in told), key=lambda fact: (fact["track"], fact["first"]))
    return Told(tracks, tuple(ordered), tuple(left_out))


def note_of(strip: Any) -> dict[str, Any]:
    """Give what a strip was laid from; empty for one that the artist made."""
    kept = strip.get(KEY)
    return dict(kept.to_dict()) if hasattr(kept, "to_dict") else {}


def is_take(strip: Any) -> bool:
    """Whether a strip is a take above its plate: the engine puts takes into a cut, with their approval."""
    noted = note_of(strip)
    return noted.get("role") == TAKE or "folder" in noted


def shown_files(strip: Any) -> list[int]:
    """List the number of the file that a strip shows at each of its frames; raises ValueError."""
    return _files(strip, range(*compat.span_of(strip)))


def _files(strip: Any, asked: Iterable[int]) -> list[int]:
    """List the number of the file that a strip shows at each frame of its own time; raises ValueError."""
    if strip.type == "MOVIE":
        return _movie_frames(strip, asked)
    names = [strip.strip_elem_from_frame(frame).filename for frame in asked]
    numbers = [frames.number_of(name) for name in names]
    if len(strip.elements) == 1 and note_of(strip).get("kind") != "sequence":
        return [numbers[0] or 1] * len(numbers)
    if any(number is None for number in numbers):
        raise ValueError("its files are not numbered")
    return [number for number in numbers if number is not None]


def pattern_of(strip: Any) -> str:
    """Give the pattern of the files of a strip, or its movie."""
    if strip.type == "MOVIE":
        return str(Path(bpy.path.abspath(strip.filepath)))
    noted = note_of(strip)
    folder, name = bpy.path.abspath(strip.directory), strip.elements[0].filename
    if noted.get("pattern") and Path(noted["pattern"]).parent == Path(folder):
        return str(noted["pattern"])
    path = str(Path(folder) / name)
    return frames.pattern_of(path) if len(strip.elements) > 1 else path


def rate_of(scene: Any) -> str:
    """Give the exact frames per second of a scene: 24 by 1.001 is 24000/1001."""
    base = Fraction(scene.render.fps_base).limit_denominator(1000)
    return str(Fraction(scene.render.fps) / base)


def _fact(seen: strip_nest.Seen, offset: int) -> dict[str, Any]:
    strip = seen.strip
    if strip.type not in ("IMAGE", "MOVIE"):
        raise ValueError(_why_not(strip))
    noted, shown = note_of(strip), _files(strip, seen.asked)
    there = _numbers(strip, shown)
    return {
        "name": noted.get("name") or strip.name,
        "track_name": noted.get("track", ""),
        "first": seen.first + offset,
        "frames": shown,
        "kind": _kind(strip, noted),
        "pattern": pattern_of(strip),
        "there": [min(there), max(there)],
        "clip_text": noted.get("clip_text", ""),
        "speed": noted.get("speed", 0.0) if seen.speed == 1 else (noted.get("speed") or 1.0) * seen.speed,
        "enabled": seen.is_shown,
    }


def _kind(strip: Any, noted: dict[str, Any]) -> str:
    if strip.type == "MOVIE":
        return "movie"
    if len(strip.elements) > 1:
        return "sequence"
    return str(noted.get("kind") or "still")


def _numbers(strip: Any, shown: list[int]) -> list[int]:
    if strip.type == "MOVIE":
        return [1, *shown, strip.frame_duration]
    numbers = [frames.number_of(one.filename) for one in strip.elements]
    return [number for number in numbers if number is not None] or shown


def _movie_frames(strip: Any, asked: Iterable[int]) -> list[int]:
    """Count a movie's frames from 1; what plays at its own speed only, as Blender does not say more."""
    if compat.is_retimed(strip):
        raise ValueError("it is a movie with a retime. Turn it into image frames")
    begin = compat.content_start(strip) - strip.animation_offset_start
    return [min(max(frame - begin + 1, 1), strip.frame_duration) for frame in asked]


def _why_not(strip: Any) -> str:
    return f"a strip of the kind {strip.type.lower().replace('_', ' ')} has no files"


def file_names(pattern: str, numbers: Iterable[int]) -> list[str]:
    """Name the files of a sequence by their numbers."""
    return [os.path.basename(frames.file_of(pattern, number)) for number in numbers]  # noqa: PTH119
