"""Turn filmed people into elements: found, followed, keyed, put on cards, looped, and filed in a library.

The plate is read twice, frame by frame, and cards go to disk as they come, so that memory does not grow
with the length of a take.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field

import cv2
import numpy as np
import numpy.typing as npt

from photodouble.ops.operation import Reporter
from photodouble_client.errors import ArtistError
from photodouble_client.frames import FrameRange

from .cutting import Cutter, Labels, Seen, nobody
from .element import Element
from .footing import SEATED, Box, Windows, extent_of, measured, pace_of, windows_of
from .ingest_source import Looked, Source, crop_padded
from .ingest_wish import IngestWish, Performer, checked_wish
from .library import ElementWriter
from .library_json import LIST, checked_name, read_list
from .loops import Loop, Traits, find_loop, trait_of, whole
from .seam import blended_cards, morph
from .wardrobe import Clothes, HueCounter, wardrobe_of

Card = npt.NDArray[np.float32]
_SAME_LINE = 0.05
"""Feet within this share of the frame's height of each other stand at one distance."""
_LOOKED_AT = 9
"""Frames on which the colours of the clothes are counted."""


@dataclass(frozen=True)
class Ingested:
    """One element that was made, with its loop."""

    element: Element
    loop: Loop
    blended: int
    travelled: bool


@dataclass
class _Cut:
    """One person while being cut: the frames they are on (and the card of each), and what is found out."""

    index: int
    performer: Performer
    frames: dict[int, int]
    windows: Windows
    clothes: Clothes | None = None
    traits: list[Traits] = field(default_factory=list)
    extents: list[Box | None] = field(default_factory=list)


def ingest(source: Source, wish: IngestWish, report: Reporter) -> list[Ingested]:
    """Make elements of the people on a plate; raises ArtistError for wrong input, Stopped when asked to stop.

    An element that was not finished leaves nothing behind; those of one plate are filed together at the end.
    """
    checked_wish(wish)
    gaps = FrameRange(range(source.frames[0], source.frames[-1] + 1)).without(source.frames)
    if len(gaps) and len(set(np.diff(source.frames))) > 1:
        report.warn(f"The plate lacks frames {gaps.to_text()}: whoever moves jumps there.")
    boxes = _followed(source, wish, report)
    cuts = [_cut(index, seen, source, wish, report) for index, seen in enumerate(boxes)]
    _check_free(wish, [cut.performer.name for cut in cuts])
    if wish.wardrobe == "guess":
        _guess_clothes(source, wish, cuts, report)
    with ExitStack() as open_writers:
        writers = [
            open_writers.enter_context(ElementWriter(wish.library, cut.performer.name)) for cut in cuts
        ]
        cutter = Cutter(source.size, wish.boxes, wish.wanted)
        for number, frame in enumerate(source.frames):
            looked = source.look(frame)
            owner, _ = cutter.follow(looked.rough)
            for cut, writer in zip(cuts, writers, strict=True):
                if frame in cut.frames:
                    card = _card(looked, cutter, owner, cut, cut.frames[frame])
                    cut.traits.append(trait_of(card))
                    cut.extents.append(extent_of(card[..., 3]))
                    writer.add(card)
            report.progress(number + 1, len(source.frames), "cutting people out")
        for cut in cuts:
            cut.windows = measured(cut.windows, cut.extents)
        scale = wish.pixels_per_metre or _common_scale(cuts, source, wish)
        return [
            _filed(cut, writer, source, wish, scale, report)
            for cut, writer in zip(cuts, writers, strict=True)
        ]


def _common_scale(cuts: Sequence[_Cut], source: Source, wish: IngestWish) -> float:
    """Return the pixels of a metre where people of one height stand side by side; 0 where they do not.

    Whoever is taller than the others on the plate stays taller; the height given is that of the usual one.
    """
    lines = [float(np.median(cut.windows.top)) + cut.windows.foot[1] for cut in cuts]
    if len(cuts) < 2 or not wish.one_height or max(lines) - min(lines) > _SAME_LINE * source.size[1]:
        return 0.0
    return float(np.median([cut.windows.tall / _played(cut.performer) for cut in cuts]))


def _played(performer: Performer) -> float:
    """Return how tall somebody is as they play, in metres."""
    return performer.height * (SEATED if performer.state.startswith("sit") else 1.0)


def _followed(source: Source, wish: IngestWish, report: Reporter) -> list[dict[int, Seen]]:
    """Follow everybody through the plate; return per person where they are on every frame they are on."""
    cutter = Cutter(source.size, wish.boxes, wish.wanted)
    boxes: list[dict[int, Seen]] = []
    for number, frame in enumerate(source.frames):
        _, people = cutter.follow(source.look(frame).rough)
        boxes = boxes or [{} for _ in people]
        for where, seen in zip(boxes, people, strict=True):
            if seen.box is not None:
                where[frame] = seen
        report.progress(number + 1, len(source.frames), "following people")
    return boxes


def _cut(
    index: int,
    boxes: dict[int, Seen],
    source: Source,
    wish: IngestWish,
    report: Reporter,
) -> _Cut:
    performer = wish.performer(index)
    checked_name(performer.name)
    frames = _longest_run(sorted(boxes), source.frames)
    if not frames:
        raise nobody(f"{performer.name} is on no frame.")
    if len(frames) < len(source.frames):
        report.warn(
            f"{performer.name} is in frame on {frames[0]}-{frames[-1]} only; that part makes the element."
        )
    width, _ = source.size
    there = [seen.box for seen in (boxes[frame] for frame in frames) if seen.box is not None]
    middles = [boxes[frame].middle for frame in frames]
    if any(box[0] <= 0 or box[2] >= width or box[1] <= 0 for box in there):
        report.warn(f"{performer.name} touches the edge of the frame, so the element is cut off there.")
    places = {frame: place for place, frame in enumerate(frames)}
    return _Cut(index, performer, places, windows_of(there, middles, frames))


def _longest_run(there: Sequence[int], frames: Sequence[int]) -> list[int]:
    """Return the longest row of the plate's frames without a gap."""
    best: list[int] = []
    run: list[int] = []
    present = set(there)
    for frame in frames:
        run = [*run, frame] if frame in present else []
        best = run if len(run) > len(best) else best
    return best


def _check_free(wish: IngestWish, names: Sequence[str]) -> None:
    there = (
        {one.element.name for one in read_list(wish.library)} if (wish.library / LIST).is_file() else set()
    )
    taken = [name for name in names if name in there]
    if taken and not wish.overwrite:
        raise ArtistError(
            "input.output_exists",
            "The element already exists",
            f"{wish.library} already holds {', '.join(taken)}.",
            "Choose another name, or allow replacing it (--overwrite).",
        )


def _guess_clothes(source: Source, wish: IngestWish, cuts: list[_Cut], report: Reporter) -> None:
    """Count colours on a few frames, and say that the wardrobe matte is a guess."""
    cutter = Cutter(source.size, wish.boxes, wish.wanted)
    counters = [HueCounter() for _ in cuts]
    every = max(len(source.frames) // _LOOKED_AT, 1)
    for number, frame in enumerate(source.frames):
        if number and number % every:
            continue
        looked = source.look(frame)
        owner, _ = cutter.follow(looked.rough)
        for cut, counter in zip(cuts, counters, strict=True):
            if frame in cut.frames:
                counter.add(_card(looked, cutter, owner, cut, cut.frames[frame]))
        report.progress(number + 1, len(source.frames), "looking at clothes")
    for cut, counter in zip(cuts, counters, strict=True):
        cut.clothes = counter.clothes()
        if cut.clothes is None:
            report.warn(f"{cut.performer.name} wears nothing coloured, so there is no wardrobe matte.")
        else:
            report.warn(
                f"The wardrobe matte of {cut.performer.name} is guessed from colour; "
                "a matte of your own is better (--wardrobe)."
            )


def _card(looked: Looked, cutter: Cutter, owner: Labels, cut: _Cut, index: int) -> Card:
    """Cut one card, (h, w, 5): key what lies in the window, keep what is this person's."""
    windows = cut.windows
    left, top = float(windows.left[index]), float(windows.top[index])
    x0, y0 = int(np.floor(left)), int(np.floor(top))
    width, height = windows.size
    window = (x0, y0, x0 + width + 1, y0 + height + 1)
    tall, wide = looked.rough.shape
    crop = (slice(max(y0, 0), min(window[3], tall)), slice(max(x0, 0), min(window[2], wide)))
    card = np.zeros((height + 1, width + 1, 5), np.float32)
    if crop[0].start < crop[0].stop and crop[1].start < crop[1].stop:
        colours, alpha = looked.key(crop)
        there = (slice(crop[0].start - y0, crop[0].stop - y0), slice(crop[1].start - x0, crop[1].stop - x0))
        card[there][..., :3], card[there][..., 3] = colours, alpha
    card *= cutter.share(owner, cut.index, window)[..., None]
    if looked.wardrobe is not None:
        card[..., 4] = crop_padded(looked.wardrobe, window) * card[..., 3]
    elif cut.clothes is not None:
        card[..., 4] = wardrobe_of(card, cut.clothes)
    return _shifted(card, left - x0, top - y0)[:height, :width]


def _shifted(card: Card, across: float, down: float) -> Card:
    """Move a card by parts of a pixel, for windows that follow a walk."""
    if across == 0 and down == 0:
        return card
    place = np.array([[1, 0, -across], [0, 1, -down]], np.float64)
    size = (card.shape[1], card.shape[0])
    moved = cv2.warpAffine(card[..., :4], place, size, flags=cv2.INTER_CUBIC, borderValue=0)
    worn = cv2.warpAffine(card[..., 4], place, size, flags=cv2.INTER_LINEAR, borderValue=0)
    whole = np.dstack([np.maximum(moved, 0), worn])
    whole[..., 3] = np.minimum(whole[..., 3], 1)
    return np.asarray(whole, np.float32)


def _filed(
    cut: _Cut, writer: ElementWriter, source: Source, wish: IngestWish, scale: float, report: Reporter
) -> Ingested:
    """Find the loop of a person's cards, soften its seam, keep it, and put the element into the library."""
    count = len(cut.traits)
    at_least = round(wish.at_least * wish.rate)
    loop = whole(np.stack(cut.traits)) if wish.loop == "whole" else find_loop(cut.traits, at_least=at_least)
    cut.traits.clear()
    softened = blended_cards(loop, count)
    made = [(card, morph(writer.card(card), writer.card(other), share)) for card, other, share in softened]
    for index, card in made:
        writer.replace(index, card)
        report.check()
    if loop.ratio > 1:
        how = (
            f"{len(softened)} cards were blended by motion"
            if softened
            else "there is nothing to blend it with"
        )
        report.warn(f"The loop of {cut.performer.name} jumps by {loop.ratio:.1f} steps at its seam; {how}.")
    writer.keep(loop.first, loop.last)
    element = writer.finish(_element(cut, loop, source, wish, scale))
    if element.identifiable and not element.consent:
        report.warn(f"{element.name} has no consent reference: takes with it are marked not cleared.")
    return Ingested(element, loop, len(softened), cut.windows.follows)


def _element(cut: _Cut, loop: Loop, source: Source, wish: IngestWish, scale: float) -> Element:
    performer, windows = cut.performer, cut.windows
    scale = scale or windows.tall / _played(performer)
    return Element(
        name=performer.name,
        person=performer.person,
        state=performer.state,
        rate=wish.rate,
        frames=loop.length,
        size=windows.size,
        foot=windows.foot,
        height=round(windows.tall / scale, 4),
        pixels_per_metre=round(scale, 4),
        facing=performer.facing,
        loop_first=0,
        loop_last=loop.length - 1,
        has_wardrobe=wish.wardrobe == "matte" or cut.clothes is not None,
        identifiable=performer.identifiable,
        consent=performer.consent,
        source=source.plate.pattern,
        source_first=list(cut.frames)[loop.first],
        pace=round(pace_of(windows, scale, wish.rate, performer.facing), 3),
    )
