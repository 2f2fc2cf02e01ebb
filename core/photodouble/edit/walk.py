"""Walk through a cut: every clip that is seen, and its place in record frames, through nests too."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import opentimelineio as otio

from .place import Place
from .times import ceil_frame, frames_at
from .warp import warp_of


@dataclass(frozen=True)
class Seen:
    """Hold a clip with its place, the name of its track, and the nests it lies in, from the outside in."""

    clip: otio.schema.Clip
    place: Place
    track: str
    nests: tuple[str, ...] = ()


@dataclass(frozen=True)
class _View:
    """Hold what is seen of a composition: its own time is pace * record frame + shift, from first to end."""

    first: Fraction
    end: Fraction
    pace: Fraction = Fraction(1)
    shift: Fraction = Fraction(0)
    track: str = ""
    nests: tuple[str, ...] = ()
    refused: str = ""
    warnings: tuple[str, ...] = ()

    def record(self, time: Fraction) -> Fraction:
        return time - self.shift if self.pace == 1 else (time - self.shift) / self.pace

    def narrowed(self, start: Fraction, end: Fraction) -> _View:
        """Keep what lies between two times of the composition."""
        first, last = self.between(start, end)
        return replace(self, first=first, end=last)

    def between(self, start: Fraction, end: Fraction) -> tuple[Fraction, Fraction]:
        """Return from when to when what lies between two times of the composition is seen."""
        if not self.pace:
            return self.first, self.end if start <= self.shift < end else self.first
        ends = (self.record(start), self.record(end))
        return max(self.first, min(ends)), min(self.end, max(ends))


_ALWAYS = Fraction(10**15)
_NO_DISSOLVES = (Fraction(0), Fraction(0))


@dataclass(frozen=True)
class Measure:
    """Measure how long things last, in record frames at `rate`.

    `unsaid` gives the length of a clip of which neither the cut nor its reference says one.
    """

    rate: Fraction
    unsaid: Callable[[otio.schema.Clip], Fraction]

    def frames(self, time: Any) -> Fraction:
        """Return a time in record frames."""
        return frames_at(time, self.rate)

    def length(self, item: Any) -> Fraction:
        """Return how long a thing lasts; what nobody knows lasts no time."""
        if item.source_range is not None:
            return max(Fraction(0), self.frames(item.source_range.duration))
        if isinstance(item, otio.schema.Clip):
            said = item.media_reference.available_range if item.media_reference is not None else None
            return max(Fraction(0), self.frames(said.duration)) if said is not None else self.unsaid(item)
        return self.content(item)

    def content(self, item: Any) -> Fraction:
        """Return how long what a track or stack holds lasts, whatever part of it is shown."""
        if isinstance(item, otio.schema.Track):
            lengths = (self.length(child) for child in item if not _is_transition(child))
            return sum(lengths, Fraction(0))
        if isinstance(item, otio.schema.Stack):
            return max((self.length(child) for child in item), default=Fraction(0))
        return Fraction(0)


def clips_seen(root: Any, start: Fraction, measure: Measure) -> Iterator[Seen]:
    """Walk through a timeline, stack, track or clip whose first frame is `start`."""
    if isinstance(root, otio.schema.Timeline):
        root = root.tracks
    view = _View(-_ALWAYS, _ALWAYS)
    if isinstance(root, otio.schema.Track):
        view = _inside(view, root, "V1")
    yield from _item(root, start, _NO_DISSOLVES, view, measure)


def _item(
    item: Any, at: Fraction, dissolves: tuple[Fraction, Fraction], view: _View, measure: Measure
) -> Iterator[Seen]:
    """Walk into one thing that begins at a time of its parent; dissolves reach beyond its two ends."""
    if isinstance(item, otio.schema.Clip):
        seen = _clip(item, at, dissolves, view, measure)
        if seen is not None:
            yield seen
    elif isinstance(item, otio.core.Composition):
        yield from _nest(item, at, dissolves, view, measure)


def _clip(
    clip: otio.schema.Clip, at: Fraction, dissolves: tuple[Fraction, Fraction], view: _View, measure: Measure
) -> Seen | None:
    length = measure.length(clip)
    cut = _frames(*view.between(at, at + length))
    whole = cut
    if any(dissolves):
        whole = _frames(*view.between(at - dissolves[0], at + length + dissolves[1]))
    if whole is None:
        return None
    first, last = whole
    cut_first, cut_last = cut or whole
    warnings = view.warnings if clip.enabled else (*view.warnings, "The clip is switched off in the cut.")
    place = Place(first, last, cut_first, cut_last, view.pace, view.shift - at, view.refused, warnings)
    return Seen(clip, place, view.track, view.nests)


def _frames(start: Fraction, end: Fraction) -> tuple[int, int] | None:
    first, last = ceil_frame(start), ceil_frame(end) - 1
    return (first, last) if last >= first else None


def _nest(
    nest: Any, at: Fraction, dissolves: tuple[Fraction, Fraction], view: _View, measure: Measure
) -> Iterator[Seen]:
    """Look through a nest's own range and speed, and walk along or across what it holds."""
    length = measure.length(nest)
    inner, hides, beside = _inner_start(nest, measure)
    if hides:
        view = view.narrowed(at - dissolves[0], at + length + dissolves[1])
    warp = warp_of(nest.effects)
    begin = inner - warp.speed * at + (abs(warp.speed) * length if warp.speed < 0 else 0)
    refused = warp.refused
    if warp.ramps:
        refused = f"It lies in the nest {nest.name or 'without a name'}, whose speed ramp cannot be followed."
    view = replace(
        view,
        pace=warp.speed * view.pace,
        shift=warp.speed * view.shift + begin,
        refused=view.refused or refused,
        warnings=(*view.warnings, *beside, *(() if warp.ramps else warp.warnings)),
    )
    if isinstance(nest, otio.schema.Track):
        yield from _along(nest, view, measure)
    else:
        yield from _across(nest, view, measure)


def _inner_start(nest: Any, measure: Measure) -> tuple[Fraction, bool, tuple[str, ...]]:
    """Return where in its own time a nest begins, and whether its range hides what lies outside.

    A track from an EDL has a range that begins at minus the first record timecode: that says where the track
    lies in the cut and hides nothing. Any other range beside all that a nest holds counts as none.
    """
    held = nest.source_range
    if held is None:
        return Fraction(0), False, ()
    start = measure.frames(held.start_time)
    content = measure.content(nest)
    if start < 0 and content and start + measure.frames(held.duration) <= 0:
        return start, False, ()
    if content and start >= content:
        name = nest.name or "a track without a name"
        return Fraction(0), True, (f"The range of {name} lies beside all that it holds; it was not used.",)
    return start, True, ()


def _across(stack: Any, view: _View, measure: Measure) -> Iterator[Seen]:
    numbers: dict[str, int] = {}
    for child in stack:
        inside = view
        if isinstance(child, otio.schema.Track):
            if child.kind == otio.schema.TrackKind.Audio:
                continue
            letter = "V" if child.kind == otio.schema.TrackKind.Video else "T"
            numbers[letter] = numbers.get(letter, 0) + 1
            inside = _inside(view, child, f"{letter}{numbers[letter]}")
        yield from _item(child, Fraction(0), _NO_DISSOLVES, inside, measure)


def _along(track: Any, view: _View, measure: Measure) -> Iterator[Seen]:
    at = Fraction(0)
    children = list(track)
    for number, child in enumerate(children):
        if _is_transition(child):
            continue
        head = children[number - 1] if number else None
        tail = children[number + 1] if number + 1 < len(children) else None
        dissolves = (
            _reach(head, "in_offset", measure),
            _reach(tail, "out_offset", measure),
        )
        inside = view
        if not isinstance(child, otio.schema.Clip | otio.schema.Gap):
            inside = replace(view, nests=(*view.nests, child.name or "nest"))
        yield from _item(child, at, dissolves, inside, measure)
        at += measure.length(child)


def _inside(view: _View, track: Any, number: str) -> _View:
    """Name the track; that of a nest is the one that the nest lies on."""
    return view if view.track else replace(view, track=track.name or number)


def _reach(neighbour: Any, offset: str, measure: Measure) -> Fraction:
    """Return how far a dissolve beside a clip makes it reach beyond its end."""
    return measure.frames(getattr(neighbour, offset)) if _is_transition(neighbour) else Fraction(0)


def _is_transition(thing: Any) -> bool:
    return isinstance(thing, otio.schema.Transition)
