"""Retimes of an EDL and of Final Cut XML that the community's adapters pass over."""

from __future__ import annotations

import re
from types import ModuleType
from typing import Any

import opentimelineio as otio

_MOTION = re.compile(r"M2\s.*?(?<![\w.])(-?\d*\.?\d+)\s+\d\d:\d\d:\d\d:\d\d\s*$")
_HEADS = ("TITLE:", "FCM", "SPLIT")
_SAME = 0.003
"""A speed this near to 1 is the rate written as 24 for 23.976."""


def with_motion(module: ModuleType) -> None:
    """Let the adapter of EDLs read M2 lines beside events of equal lengths, and with drop-frame timecode.

    It reads one only where source and record differ in length, so a clip in reverse would run forward. At
    23.976 and 29.97 a speed is counted at 24 and 30 where that meets the lengths better.
    """

    class Parser(module.EDLParser):  # type: ignore[name-defined, misc]
        def parse_edl(self, edl_string: str, rate: float = 24) -> None:
            """Pass over what some programs write above the first event."""
            lines = edl_string.splitlines()
            first = next((n for n, line in enumerate(lines) if line.strip()[:1].isdigit()), len(lines))
            head = [line for line in lines[:first] if line.strip().startswith(_HEADS)]
            super().parse_edl("\n".join((*head, *lines[first:])), rate=rate)

        def add_clip(
            self, line: str, comments: list[str], rate: float = 24, transition_line: str | None = None
        ) -> None:
            comments = [one.replace(";", ":") if one.startswith("M2") else one for one in comments]
            held = {track.name: len(track) for track in self.timeline.tracks}
            super().add_clip(line, comments, rate=rate, transition_line=transition_line)
            said = [float(found[1]) for one in comments if (found := _MOTION.match(one))]
            if not said:
                return
            source = module.ClipHandler(line, {}, rate=rate, transition_line=transition_line).clip.duration()
            for track in self.timeline.tracks:
                if len(track) > held.get(track.name, 0):
                    _retime(track[-1], said[-1], rate, source.value)

    module.EDLParser = Parser  # type: ignore[attr-defined]


def _retime(clip: otio.schema.Clip, said: float, rate: float, source: float) -> None:
    """Give a clip the speed that is said for it."""
    record = clip.source_range.duration.value
    speed = min((said / round(rate), said / rate), key=lambda one: abs(abs(one) * record - source))
    warps = [one for one in clip.effects if isinstance(one, otio.schema.TimeEffect)]
    if any(isinstance(one, otio.schema.FreezeFrame) for one in warps):
        return
    if warps:
        warps[0].time_scalar = speed
    elif abs(speed - 1) > _SAME:
        clip.effects.append(otio.schema.LinearTimeWarp(time_scalar=speed))


def name_retimes(root: Any) -> None:
    """Make the retimes of Final Cut XML known as such: its adapter takes them for effects of any kind.

    In and out of a retimed clip mean other frames to every program, so these clips are refused by name.
    """
    for clip in root.find_clips():
        for place, effect in enumerate(clip.effects):
            if type(effect) is otio.schema.Effect and _changes_time(effect):
                held = dict(effect.metadata)
                clip.effects[place] = otio.schema.TimeEffect(effect.name, "TimeRemap", held)


def _changes_time(effect: otio.schema.Effect) -> bool:
    held = effect.metadata.get("fcp_xml", {})
    if str(held.get("effectid", "")).lower() != "timeremap":
        return False
    said = held.get("parameter", [])
    values = {
        str(one.get("parameterid", "")): str(one.get("value", ""))
        for one in (said if hasattr(said, "append") else [said])
    }
    is_set = any(values.get(key, "").upper() in ("1", "TRUE") for key in ("variablespeed", "reverse"))
    try:
        return is_set or abs(float(values.get("speed", "100")) - 100) > 100 * _SAME
    except ValueError:
        return True
