"""One strip as a clip: the clip that it was laid from, or a new one, with the times that show its frames."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import opentimelineio as otio

from photodouble.image.pattern import parse_pattern

from .clips import is_take
from .edit import Edit
from .fit import Fit, even_runs, fits
from .media import MediaFinder
from .shots import list_shots
from .source import Source, source_of
from .strip_facts import StripFact
from .warp import warp_of


@dataclass(frozen=True)
class Wanted:
    """What every clip needs: the rate, the edit that says where relative paths begin, the finder."""

    rate: Fraction
    edit: Edit
    finder: MediaFinder


def clip_of(fact: StripFact, laid_from: otio.schema.Clip | None, wanted: Wanted) -> list[otio.schema.Clip]:
    """Return the clip that shows what a strip shows; several where no single speed does.

    A clip that showed a take still does, at the same times: the strip is that of its plate.
    """
    clip = copy.deepcopy(laid_from) if laid_from is not None else otio.schema.Clip()
    shown = str(clip.active_media_reference_key)
    key = _key_of(clip, fact, wanted) if laid_from is not None else ""
    if not key:
        _exchange(clip, fact, wanted.rate)
        key = shown = clip.DEFAULT_MEDIA_KEY
    clip.active_media_reference_key = key
    clip.name, clip.enabled = fact.name, fact.enabled
    found = _timed(clip, fact, fact.cut_frames, wanted)
    made = [found] if found is not None else list(_pieces(clip, fact, wanted))
    for one in made:
        one.active_media_reference_key = shown if is_take(one.media_references()[shown]) else key
    return made


def _pieces(clip: otio.schema.Clip, fact: StripFact, wanted: Wanted) -> Iterator[otio.schema.Clip]:
    for start, length in even_runs(fact.cut_frames):
        frames = fact.cut_frames[start : start + length]
        piece = _timed(clip, fact, frames, wanted)
        yield piece if piece is not None else _placed(clip, fact, frames, wanted)[0]


def _timed(
    clip: otio.schema.Clip, fact: StripFact, files: Sequence[int], wanted: Wanted
) -> otio.schema.Clip | None:
    """Return the clip with times that are proved to show these files, or None."""
    media = wanted.finder.of(clip.media_reference, wanted.edit.path, name=clip.name)
    numbers = tuple(fact.number_in(media, file) for file in files)
    if _shown(clip, wanted, may_hold=True) == numbers:
        return clip
    return next((one for one in _placed(clip, fact, files, wanted) if _shown(one, wanted) == numbers), None)


def _placed(
    clip: otio.schema.Clip, fact: StripFact, files: Sequence[int], wanted: Wanted
) -> list[otio.schema.Clip]:
    """List the clip with every speed and start that may show these files."""
    media = wanted.finder.of(clip.media_reference, wanted.edit.path, name=clip.name)
    source = source_of(clip, media, wanted.rate)
    if source is None:
        return [clip]
    first, step = source.available.first, source.available.step
    pictures = [(fact.number_in(media, file) - first) // step for file in files]
    own = warp_of(clip.effects).speed
    if fact.kind == "still":
        return list(_clips(clip, source, wanted.rate, len(files), iter([Fit(own, Fraction(0))])))
    hints = [own, *([Fraction(fact.speed).limit_denominator(1000)] if fact.speed else [])]
    return list(_clips(clip, source, wanted.rate, len(files), fits(pictures, source.per_frame, hints)))


def _clips(
    clip: otio.schema.Clip, source: Source, rate: Fraction, count: int, found: Iterator[Fit]
) -> Iterator[otio.schema.Clip]:
    for fit in found:
        made = copy.deepcopy(clip)
        if fit.speed != warp_of(made.effects).speed or warp_of(made.effects).ramps:
            _retime(made, fit.speed)
        pace = source.available.rate
        start = source.available.start * rate / pace + fit.offset / source.per_frame
        one = otio.opentime.RationalTime
        made.source_range = otio.opentime.TimeRange(one(float(start), float(rate)), one(count, float(rate)))
        yield made


def _retime(clip: otio.schema.Clip, speed: Fraction) -> None:
    """Put one speed in the place of all the clip's retimes; its other effects stay."""
    kept = [copy.deepcopy(one) for one in clip.effects if not isinstance(one, otio.schema.TimeEffect)]
    del clip.effects[:]
    clip.effects.extend(kept)
    if not speed:
        clip.effects.append(otio.schema.FreezeFrame())
    elif speed != 1:
        clip.effects.append(otio.schema.LinearTimeWarp(time_scalar=float(speed)))


def _shown(clip: otio.schema.Clip, wanted: Wanted, *, may_hold: bool = False) -> tuple[int, ...]:
    """Return the media frames that a clip shows by itself; none where it goes beyond its media."""
    track = otio.schema.Track(kind=otio.schema.TrackKind.Video)
    track.append(copy.deepcopy(clip))
    timeline = otio.schema.Timeline(global_start_time=otio.opentime.RationalTime(0, float(wanted.rate)))
    timeline.tracks.append(track)
    edit = Edit(wanted.edit.path, timeline, "otio")
    shots = list_shots(edit, handles=0, finder=wanted.finder)
    if len(shots) != 1 or (shots[0].timing.held and not may_hold):
        return ()
    return shots[0].timing.frame_map


def _key_of(clip: otio.schema.Clip, fact: StripFact, wanted: Wanted) -> str:
    """Find the reference of a clip that has the strip's files; empty where none has."""
    references = {str(key): one for key, one in clip.media_references().items()}
    active = str(clip.active_media_reference_key)
    for key in sorted(references, key=lambda one: one != active):
        media = wanted.finder.of(references[key], wanted.edit.path, name=clip.name)
        if media.pattern and fact.is_shown(media, fact.number_in(media, 0), 0):
            return key
    return ""


def _exchange(clip: otio.schema.Clip, fact: StripFact, rate: Fraction) -> None:
    """Give a clip the strip's files; of one that showed other media, metadata and markers are kept."""
    low, high = fact.there
    one = otio.opentime.RationalTime
    length = 1 if fact.kind == "still" else high - low + 1
    said = otio.opentime.TimeRange(one(low, float(rate)), one(length, float(rate)))
    clip.set_media_references({clip.DEFAULT_MEDIA_KEY: _reference(fact, said, rate)}, clip.DEFAULT_MEDIA_KEY)
    clip.source_range = otio.opentime.TimeRange(one(low, float(rate)), one(len(fact.frames), float(rate)))


def _reference(fact: StripFact, said: otio.opentime.TimeRange, rate: Fraction) -> otio.core.MediaReference:
    path = Path(fact.pattern)
    if fact.kind != "sequence":
        return otio.schema.ExternalReference(target_url=path.absolute().as_uri(), available_range=said)
    name = parse_pattern(fact.pattern)
    return otio.schema.ImageSequenceReference(
        target_url_base=path.absolute().parent.as_uri() + "/",
        name_prefix=name.prefix,
        name_suffix=name.suffix,
        start_frame=fact.there[0],
        frame_step=1,
        rate=float(rate),
        frame_zero_padding=max(1, name.width),
        available_range=said,
    )
