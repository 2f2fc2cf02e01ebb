# SPDX-License-Identifier: GPL-3.0-or-later
"""A cut as strips: every record frame shows the very file that the engine says, whatever the retime.

A clip at its own speed is a strip of all its files, so that it can be slipped and made longer. Any other one
is a strip of just the files that it shows, in their order, with its handles at both ends.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

from . import compat
from .strip_facts import KEY, PLATE, TAKE, file_names

_ASIDE = 120
"""A channel that nobody uses: a strip is made there, so that Blender moves nothing out of its way."""


@dataclass(frozen=True)
class Files:
    """What a strip shows: files in their order, how many lie before the first one seen, and how many are."""

    folder: str
    names: list[str]
    lead: int
    shown: int


@dataclass
class _Rows:
    """The channels of one track: where each ends, from the lowest up."""

    base: int
    ends: list[int] = field(default_factory=list)

    def free(self, first: int, end: int) -> int:
        """Give the lowest channel that is free from a frame on, and take it."""
        for place, used in enumerate(self.ends):
            if used <= first:
                self.ends[place] = end
                return self.base + place
        self.ends.append(end)
        return self.base + len(self.ends) - 1


def lay(scene: Any, cut: dict[str, Any], offset: int) -> list[str]:
    """Lay a cut into a scene's empty sequencer; return sentences about what could not be laid."""
    editor = scene.sequence_editor or scene.sequence_editor_create()
    channel, said = 1, []
    for track in cut["tracks"]:
        clips = [one for one in cut["strips"] if one["track"] == track]
        said += [f"{one['name']}: {_why_not(one)}" for one in clips if _why_not(one)]
        clips = sorted((one for one in clips if not _why_not(one)), key=lambda one: one["record_first"])
        channel = _lay_track(editor, clips, channel, offset)
    return said


def lay_files(editor: Any, name: str, files: Files, channel: int, first: int) -> Any:
    """Make an image strip that shows files from a frame of the scene on."""
    strips = compat.strips_of(editor)
    start = str(Path(files.folder) / files.names[0])
    content = first - files.lead
    strip = strips.new_image(name=name, filepath=start, channel=_ASIDE, frame_start=content)
    for one in files.names[1:]:
        strip.elements.append(one)
    compat.place_strip(strip, content, first, first + files.shown)
    strip.channel = channel
    return strip


def free_channel(editor: Any, above: int, first: int, end: int) -> int:
    """Give the lowest channel above one that is free between two frames."""
    spans = [(strip.channel, *compat.span_of(strip)) for strip in compat.strips_of(editor)]
    taken = {channel for channel, begin, stop in spans if begin < end and first < stop}
    return next(channel for channel in range(above + 1, _ASIDE) if channel not in taken)


def set_rate(scene: Any, rate: str) -> None:
    """Let a scene run at an exact rate: 24000/1001 is 24 by 1.001."""
    exact = Fraction(rate)
    base = 1.001 if exact.denominator == 1001 else float(exact.denominator)
    scene.render.fps = round(float(exact) * base)
    scene.render.fps_base = base


def _lay_track(editor: Any, clips: list[dict[str, Any]], base: int, offset: int) -> int:
    """Lay the clips of a track, their dissolves above them, their takes above all; give the next channel."""
    rows, pairs = _Rows(base), []
    for clip in clips:
        first, end = clip["record_first"] - offset, clip["record_last"] + 1 - offset
        strip = _lay_clip(editor, clip, rows.free(first, end), first)
        pairs.append((clip, strip))
    above = base + max(1, len(rows.ends))
    crosses = [
        (before[1], after[1])
        for before, after in pairwise(pairs)
        if after[0]["record_first"] <= before[0]["record_last"]
    ]
    strips = compat.strips_of(editor)
    for before, after in crosses:
        compat.new_cross(strips, f"{before.name} to {after.name}", above, before, after)
    above += bool(crosses)
    takes = [(clip, strip) for clip, strip in pairs if clip["take_pattern"]]
    rows = _Rows(above)
    for clip, _ in takes:
        first, end = clip["record_first"] - offset, clip["record_last"] + 1 - offset
        put_above(
            editor, clip["name"], (clip["take_pattern"], clip["take_frames"]), rows.free(first, end), first
        )
    return above + len(rows.ends)


def put_above(editor: Any, name: str, take: tuple[str, list[int]], channel: int, first: int) -> Any:
    """Lay the pictures of a take, named by pattern and numbers, as a strip of its own."""
    pattern, numbers = take
    files = Files(str(Path(pattern).parent), file_names(pattern, numbers), 0, len(numbers))
    strip = lay_files(editor, f"{name} take", files, channel, first)
    strip[KEY] = {"role": TAKE, "pattern": pattern, "kind": "sequence", "name": name}
    return strip


def _lay_clip(editor: Any, clip: dict[str, Any], channel: int, first: int) -> Any:
    if clip["media_kind"] == "movie":
        strip = _lay_movie(editor, clip, channel, first)
    else:
        strip = lay_files(editor, clip["name"], _files_of(clip), channel, first)
    strip.mute = not clip["enabled"]
    strip[KEY] = {
        "role": PLATE,
        "name": clip["name"],
        "track": clip["track"],
        "kind": "still" if clip["media_kind"] == "still" else "sequence",
        "pattern": clip["media_pattern"],
        "speed": clip["speed"],
        "clip_text": clip["clip_text"],
    }
    return strip


def _files_of(clip: dict[str, Any]) -> Files:
    pattern, shown = clip["media_pattern"], clip["frame_map"]
    folder = str(Path(pattern).parent)
    if clip["media_kind"] == "still":
        return Files(folder, [Path(pattern).name], 0, len(shown))
    if _is_even(shown) and clip["frames_first"] is not None:
        low, high = min(clip["frames_first"], shown[0]), max(clip["frames_last"], shown[-1])
        return Files(folder, file_names(pattern, range(low, high + 1)), shown[0] - low, len(shown))
    numbers = [*clip["lead"], *shown, *clip["tail"]]
    return Files(folder, file_names(pattern, numbers), len(clip["lead"]), len(shown))


def _lay_movie(editor: Any, clip: dict[str, Any], channel: int, first: int) -> Any:
    strips, place = compat.strips_of(editor), _movie_place(clip)
    strip = strips.new_movie(
        name=clip["name"], filepath=clip["media_pattern"], channel=_ASIDE, frame_start=first - place
    )
    compat.place_strip(strip, first - place, first, first + len(clip["frame_map"]))
    strip.channel = channel
    return strip


def _movie_place(clip: dict[str, Any]) -> int:
    """Give how many frames of a movie lie before the first one that is seen."""
    return int(clip["movie_first"]) - 1 + int(clip["frame_map"][0]) - int(clip["media_first"])


def _why_not(clip: dict[str, Any]) -> str:
    """Say why a clip cannot be laid; empty where it can."""
    if clip["refused"] or not clip["frame_map"]:
        return clip["refused"] or "nobody knows which frames it shows."
    if clip["media_kind"] not in ("sequence", "still", "movie", "missing") or not clip["media_pattern"]:
        return "it has no pictures that Blender could show. " + " ".join(clip["warnings"])
    if clip["media_kind"] == "movie" and not _is_even(clip["frame_map"]):
        return "it is a retimed movie. Turn it into image frames."
    return ""


def _is_even(numbers: list[int]) -> bool:
    return all(after == before + 1 for before, after in pairwise(numbers))
