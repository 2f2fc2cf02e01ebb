"""The shots of a cut, track by track, in the order in which they are seen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import count, takewhile
from typing import Any

import opentimelineio as otio

from photodouble_client.errors import ArtistError
from photodouble_client.frames import FrameRange

from .edit import Edit
from .media import Media, MediaFinder
from .names import ShotNaming
from .note import Note
from .rate import exact_rate
from .shot import Shot
from .source import Available, source_of
from .times import frames_at, rate_of
from .timing import Timing, timing_of
from .walk import Measure, Seen, clips_seen
from .warp import warp_of

HANDLES = 8
"""Record frames beyond both ends of a clip that work usually wants."""


_REVERSE_EDL = "It runs backwards, and programs differ in where an EDL then begins: look at the first frame."


@dataclass(frozen=True)
class Listing:
    """Hold the shots of a cut and what there is to say about the cut as a whole."""

    shots: tuple[Shot, ...]
    notes: tuple[Note, ...]


def list_shots(
    edit: Edit, *, handles: int = HANDLES, names: ShotNaming | None = None, finder: MediaFinder | None = None
) -> tuple[Shot, ...]:
    """List every clip of an edit that is seen, whatever its root is. Raises as `listing`."""
    return listing(edit, handles=handles, names=names, finder=finder).shots


def listing(
    edit: Edit, *, handles: int = HANDLES, names: ShotNaming | None = None, finder: MediaFinder | None = None
) -> Listing:
    """List the shots of an edit, with the notes of reading and naming it.

    `handles` are record frames. Raises ArtistError `input.bad_edit` or `input.edit_rate` for impossible
    times, and as `ShotNaming.name_all`. What is wrong with one clip is in its warnings.
    """
    finder = finder or MediaFinder()
    try:
        seen = [one for root in roots_of(edit.root) for one in _seen_in(root, edit, finder)]
        named = (names or ShotNaming()).name_all([one.clip for one, _ in seen])
        shots = [
            _shot(one, rate, name, edit, handles, finder) for (one, rate), name in zip(seen, named.names)
        ]
    except (TypeError, ValueError, AttributeError, ArithmeticError, RecursionError) as error:
        raise _unreadable(edit, error) from error
    return Listing(tuple(shots), (*edit.notes, *named.notes))


def roots_of(root: Any) -> Iterator[Any]:
    """Yield the timelines, stacks, tracks and clips of a collection, or the root itself."""
    if isinstance(root, otio.schema.SerializableCollection):
        for child in root:
            yield from roots_of(child)
    elif isinstance(root, otio.schema.Timeline | otio.core.Item):
        yield root


def record_rate(root: Any, said: str = "") -> Fraction:
    """Return the rate at which a cut counts its frames.

    It is what is said, else the rate of its start time, else the rate most of its clips are cut at.
    """
    if said:
        return exact_rate(said)
    if isinstance(root, otio.schema.Timeline):
        if root.global_start_time is not None and root.global_start_time.rate > 1:
            return rate_of(root.global_start_time)
        root = root.tracks
    counted = Counter(rate_of(time) for time in _durations(root) if time.value)
    return counted.most_common(1)[0][0] if counted else Fraction(24)


def _durations(item: Any) -> Iterator[Any]:
    if item is None or isinstance(item, otio.schema.Transition):
        return
    if item.source_range is not None:
        yield item.source_range.duration
    elif isinstance(item, otio.schema.Clip):
        said = item.media_reference.available_range if item.media_reference is not None else None
        yield from () if said is None else (said.duration,)
    if isinstance(item, otio.core.Composition) and item.source_range is None:
        for child in item:
            yield from _durations(child)


def _seen_in(root: Any, edit: Edit, finder: MediaFinder) -> Iterator[tuple[Seen, Fraction]]:
    rate = record_rate(root, edit.rate)

    def unsaid(clip: otio.schema.Clip) -> Fraction:
        source = source_of(clip, _media(clip, edit, finder), rate)
        return source.length if source is not None else Fraction(0)

    start = Fraction(0)
    if isinstance(root, otio.schema.Timeline) and root.global_start_time is not None:
        start = frames_at(root.global_start_time, rate)
    for one in clips_seen(root, start, Measure(rate, unsaid)):
        yield one, rate


def _media(clip: otio.schema.Clip, edit: Edit, finder: MediaFinder) -> Media:
    return finder.of(clip.media_reference, edit.path, name=clip.name)


def _shot(seen: Seen, rate: Fraction, name: str, edit: Edit, handles: int, finder: MediaFinder) -> Shot:
    clip = seen.clip
    media = _media(clip, edit, finder)
    source = source_of(clip, media, rate)
    timing = _on_disk(timing_of(source, warp_of(clip.effects), seen.place, handles), media)
    trouble = (" ".join(part for part in (media.trouble, media.fix) if part),)
    reverse = _REVERSE_EDL if edit.kind == "edl" and timing.speed < 0 else ""
    lacking = _not_on_disk(media, timing.frame_map)
    warnings = (timing.refused, *timing.warnings, reverse, *trouble, lacking)
    return Shot(
        name,
        seen.track,
        clip,
        str(clip.active_media_reference_key),
        media,
        timing,
        rate,
        source.available if source is not None else Available(Fraction(0), rate, 0, -1),
        seen.nests,
        tuple(one for one in warnings if one),
    )


def _on_disk(timing: Timing, media: Media) -> Timing:
    """Count handles as far as their files are there, where somebody has looked."""
    if media.kind != "sequence" or not media.frames or not timing.frame_map:
        return timing
    there, step = set(media.frames), timing.step
    head = takewhile(there.__contains__, (timing.media_first - n * step for n in count(1)))
    tail = takewhile(there.__contains__, (timing.media_last + n * step for n in count(1)))
    heads, tails = sum(1 for _ in head), sum(1 for _ in tail)
    return replace(
        timing, handle_head=min(timing.handle_head, heads), handle_tail=min(timing.handle_tail, tails)
    )


def _not_on_disk(media: Media, frames: tuple[int, ...]) -> str:
    """Name frames that the clip shows and the disk lacks; a movie's length is checked where it is found."""
    if media.kind != "sequence" or not media.frames:
        return ""
    lacking = set(frames).difference(media.frames)
    return f"Frames {FrameRange(lacking).to_text()} are not on disk." if lacking else ""


def _unreadable(edit: Edit, error: Exception) -> ArtistError:
    return ArtistError(
        "input.bad_edit",
        "The cut holds something that cannot be read",
        f"{edit.path.name} opens, but a clip, a time or a reference in it is not what it should be.",
        "Export the cut again from the editing program.",
        detail=f"{type(error).__name__}: {error}",
    )
