# SPDX-License-Identifier: GPL-3.0-or-later
"""What lies in meta strips and under speed effects, as the scene shows it: which strip, at which frame.

A cut has neither: meta strips are laid open, clipped to what is seen of them, and a speed effect becomes the
speed of what it works on. How Blender reckons a speed effect was found by rendering it, in 4.2 to 5.2.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from . import compat

CROSSES = ("CROSS", "GAMMA_CROSS")
_DEEPEST = 32


@dataclass(frozen=True)
class Seen:
    """A part of a strip that is seen without a break, from frame `first` of the scene on.

    `asked`: the frames of the strip's own time that are shown then. `track`: its channel, with those of the
    meta strips around it. `speed`: what a speed effect adds; 0 where it is no single one.
    """

    strip: Any
    first: int
    asked: tuple[int, ...]
    track: tuple[int, ...]
    is_shown: bool = True
    speed: float = 1.0


@dataclass(frozen=True)
class _Look:
    """From where a strip is looked at: pairs of a frame of the scene and one of the strip's own time."""

    pairs: tuple[tuple[int, int], ...]
    track: tuple[int, ...]
    is_shown: bool = True
    speed: float = 1.0
    depth: int = 0


def laid_open(strips: Iterable[Any]) -> tuple[list[Seen], list[str]]:
    """List what strips show, and sentences about those that no cut can hold."""
    every, said = list(strips), list[str]()
    found = []
    tracks = tracks_of(every)
    for strip in _whole(every):
        first, end = compat.span_of(strip)
        look = _Look(tuple((frame, frame) for frame in range(first, end)), (tracks[strip.name],))
        found += _tried(strip, look, said)
    return found, said


def tracks_of(strips: Sequence[Any]) -> dict[str, int]:
    """Give every strip its track: its channel, and with a dissolve or a speed effect the lowest of all."""
    tracks = {strip.name: int(strip.channel) for strip in strips}
    pairs = [compat.inputs_of_effect(strip) for strip in strips if strip.type in CROSSES]
    pairs += [(strip, strip.input_1) for strip in strips if strip.type == "SPEED"]
    for _ in pairs:
        for one, other in pairs:
            tracks[one.name] = tracks[other.name] = min(tracks[one.name], tracks[other.name])
    return tracks


def under_speed(strips: Iterable[Any]) -> set[str]:
    """Name the strips that are seen only through a speed effect."""
    return {strip.input_1.name for strip in strips if strip.type == "SPEED" and not strip.mute}


def _whole(strips: Sequence[Any]) -> list[Any]:
    """List the strips that are seen by themselves."""
    hidden = under_speed(strips)
    return [
        strip
        for strip in strips
        if strip.type not in CROSSES
        and strip.name not in hidden
        and not (strip.type == "SPEED" and strip.mute)
    ]


def _tried(strip: Any, look: _Look, said: list[str]) -> list[Seen]:
    try:
        return _seen(strip, look, said)
    except ValueError as why:
        said.append(f"{strip.name} is left out: {why}")
        return []


def _seen(strip: Any, look: _Look, said: list[str]) -> list[Seen]:
    if look.depth > _DEEPEST:
        raise ValueError("it lies too deep in meta strips")
    look = replace(look, is_shown=look.is_shown and not strip.mute, depth=look.depth + 1)
    if strip.type == "META":
        return _inside(strip, look, said)
    if strip.type == "SPEED":
        return _sped(strip, look, said)
    # Frames of the scene that follow one another differ from their place in the list by the same number.
    runs = groupby(enumerate(look.pairs), key=lambda one: one[1][0] - one[0])
    parts = [[pair for _, pair in run] for _, run in runs]
    return [
        Seen(strip, part[0][0], tuple(asked for _, asked in part), look.track, look.is_shown, look.speed)
        for part in parts
    ]


def _inside(meta: Any, look: _Look, said: list[str]) -> list[Seen]:
    """Look into a meta strip; before and after its content it holds the first and the last picture."""
    if compat.is_retimed(meta):
        raise ValueError("it is a retimed meta strip. Ungroup it, or retime what is in it")
    first, last = compat.content_of(meta)
    pairs = tuple((frame, min(max(asked, first), last)) for frame, asked in look.pairs)
    inside = list(compat.strips_of(meta))
    tracks, found = tracks_of(inside), list[Seen]()
    order = sorted({tracks[strip.name] for strip in _whole(inside) if strip.type != "SOUND"})
    for strip in _whole(inside):
        begin, end = compat.span_of(strip)
        shown = tuple((frame, asked) for frame, asked in pairs if begin <= asked < end)
        above = order.index(tracks[strip.name]) if tracks[strip.name] in order else 0
        track = (*look.track, above) if above else look.track
        if shown:
            found += _tried(strip, replace(look, pairs=shown, track=track), said)
    return found


def _sped(effect: Any, look: _Look, said: list[str]) -> list[Seen]:
    """Look through a speed effect at what it works on."""
    source = effect.input_1
    if compat.is_retimed(source):
        raise ValueError("it is a speed effect over a retimed strip. Use one of both")
    if _is_animated(effect):
        raise ValueError("its speed is animated. Use retiming keys, which are read")
    begin = compat.span_of(effect)[0]
    asked = [_target(effect, source, frame - begin) for _, frame in look.pairs]
    if effect.use_frame_interpolate and any(abs(one - round(one)) > 1e-3 for one in asked):
        raise ValueError("it blends frames. Switch Frame Interpolation off")
    pairs = tuple((frame, begin + int(one)) for (frame, _), one in zip(look.pairs, asked))
    return _seen(source, replace(look, pairs=pairs, speed=look.speed * _factor(effect, source)), said)


def _target(effect: Any, source: Any, place: int) -> float:
    """Say which frame, from the effect's first on, is shown; in single floats, as Blender reckons."""
    length = compat.length_of(source)
    if effect.speed_control == "FRAME_NUMBER":
        found = float(effect.speed_frame_number)
    elif effect.speed_control == "LENGTH":
        found = _single(length * _single(effect.speed_length / 100))
    elif effect.speed_control == "MULTIPLY":
        found = _single(place * effect.speed_factor)
    else:
        first, end = compat.span_of(effect)
        found = _single((length - compat.trimmed_before(source)) * _single(place / (end - first)))
    return min(max(found, 0.0), float(length))


def _factor(effect: Any, source: Any) -> float:
    """Give the speed of an effect as one number; 0 where it holds one picture."""
    if effect.speed_control == "MULTIPLY":
        return float(effect.speed_factor)
    if effect.speed_control == "STRETCH":
        first, end = compat.span_of(effect)
        return float(compat.length_of(source) - compat.trimmed_before(source)) / (end - first)
    return 0.0


def _is_animated(effect: Any) -> bool:
    curves = [*compat.curves_of(effect.id_data), *compat.drivers_of(effect.id_data)]
    return any(f'["{effect.name}"].speed_' in curve.data_path for curve in curves)


def _single(value: float) -> float:
    return float(array("f", [value])[0])
