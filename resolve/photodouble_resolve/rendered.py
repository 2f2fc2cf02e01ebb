"""Let Resolve render a clip without its grade: camera raw, or what the timeline makes of it."""

from __future__ import annotations

import dataclasses
import os
import re
import shutil
import uuid
from contextlib import ExitStack, contextmanager
from typing import Any, ContextManager, Iterator, List, Tuple

from photodouble_client.errors import ArtistError
from photodouble_client.frames import FrameRange

from . import colours, deliver, kept_plates, temporary, timing
from .calls import ask
from .clips import ClipFacts, project_of
from .colours import Encoding
from .fetching import Fetching, look, short_handles
from .media import numbered
from .runs import Pixels, Wanted, plain_name

_NUMBERED = re.compile(r"^(.*?)(\d+)\.exr\Z")


def rendered(fetching: Fetching, why: str) -> Pixels:
    """Let Resolve render the clip without its grade, and put everything back as it was.

    What was rendered before is used again where nothing has changed since.
    """
    facts, wanted = fetching.facts, fetching.wanted
    plates = os.path.join(wanted.takes_root, plain_name(wanted.shot), "plates")
    is_plain = _is_plain(facts, wanted)
    key = kept_plates.key_of(fetching, is_plain)
    found = kept_plates.find(plates, key)
    if found is not None:
        return dataclasses.replace(found, why=why, notes=(*found.notes, kept_plates.words_of(found)))
    folder = os.path.join(plates, "resolve_" + uuid.uuid4().hex[:8])
    pixels = _rendered_anew(fetching, folder, why, is_plain)
    kept_plates.keep(folder, key, pixels)
    return pixels


def _rendered_anew(fetching: Fetching, folder: str, why: str, is_plain: bool) -> Pixels:
    facts = fetching.facts
    if not is_plain:
        temporary.check_ungraded(fetching.item)
    project = project_of(fetching.resolve)
    settings = colours.output_settings(facts.managed, fetching.encoding)
    with new_folder(folder), ExitStack() as kept:
        kept.enter_context(temporary.kept_view(fetching.resolve))
        kept.enter_context(colours.kept_settings(project, settings))
        kept.enter_context(deliver.kept(project))
        size = facts.size if is_plain and all(facts.size) else _timeline_size(project)
        laid = kept.enter_context(_laid(fetching, is_plain))
        _render(fetching, folder, laid, size)
        kept.close()
        return _read_back(fetching, folder, laid.frames, why, is_plain)


@contextmanager
def new_folder(folder: str) -> Iterator[None]:
    """Make a folder for a render; what lies in it is removed again where the render does not succeed.

    Raises ArtistError `input.unwritable_output`.
    """
    try:
        os.makedirs(folder)
    except (OSError, ValueError) as problem:
        raise ArtistError(
            "input.unwritable_output",
            "The plate cannot be rendered there",
            "{} cannot be made.".format(folder),
            "Choose another folder for takes, or have the rights of this one changed.",
            str(problem),
        ) from problem
    try:
        yield
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _laid(fetching: Fetching, is_plain: bool) -> ContextManager[temporary.Laid]:
    facts = fetching.facts
    if not is_plain:
        return temporary.duplicate(fetching.resolve, facts)
    clip = ask(fetching.item, "GetMediaPoolItem")
    return temporary.plain(fetching.resolve, clip, facts, _plain_span(facts, fetching.wanted.handles))


def _is_plain(facts: ClipFacts, wanted: Wanted) -> bool:
    """Whether the clip's media alone is rendered, with handles; not what the timeline makes of it."""
    baked = ("sizing" in wanted.bake and "sizing" in facts.effects) or (
        "comp" in wanted.bake and facts.has_comps
    )
    return not baked and not facts.is_retimed and not facts.is_between_frames


def _plain_span(facts: ClipFacts, handles: int) -> Tuple[int, int]:
    """Give the frames of the media, counted from 0 and the last exclusive, with the handles there are."""
    first = max(0, facts.source_in - facts.media_first - handles)
    last = min(facts.media_last, facts.source_out - 1 + handles) - facts.media_first
    return first, last + 1


def _timeline_size(project: Any) -> Tuple[int, int]:
    timeline = ask(project, "GetCurrentTimeline")
    names = ("timelineResolutionWidth", "timelineResolutionHeight")
    width, height = (int(colours.setting(project, timeline, name) or 0) for name in names)
    return width, height


def _render(fetching: Fetching, folder: str, laid: temporary.Laid, size: Tuple[int, int]) -> None:
    words = "Resolve renders {} frames of {}".format(laid.frames, fetching.facts.name)
    deliver.render(
        project_of(fetching.resolve),
        deliver.Rendering(folder, "plate", size, laid.marks),
        on_progress=lambda percent: fetching.on_progress(words, percent),
        should_stop=fetching.should_stop,
    )


def _read_back(fetching: Fetching, folder: str, count: int, why: str, is_plain: bool) -> Pixels:
    """Believe in a render when every frame has been read: names, number, type and size."""
    facts, encoding = fetching.facts, fetching.encoding
    pattern, numbers = rendered_files(folder)
    if len(numbers) != count or numbers != list(range(numbers[0], numbers[0] + count)):
        raise _not_as_asked("{} frames were asked for, {} came out.".format(count, len(numbers)))
    looked = look(fetching.engine, pattern, FrameRange(numbers), whole=True)
    if looked["type"] != "half":
        raise _not_as_asked("Half float was asked for, {} came out.".format(looked["type"]))
    size = (int(looked["size"][0]), int(looked["size"][1]))
    if is_plain and all(facts.size) and size != tuple(facts.size):
        raise _not_as_asked("The clip has {}x{} pixels, the render {}x{}.".format(*facts.size, *size))
    if is_plain:
        pattern, numbers = _renumbered(folder, pattern, numbers, _first_rendered(facts, fetching.wanted))
    first = facts.source_in if is_plain else numbers[0]
    length = facts.source_out - facts.source_in if is_plain else facts.length
    order = tuple(range(first, first + length))
    name, engine, gamma = _rendered_encoding(facts, encoding)
    notes = _blank_notes(str(looked["blank"]))
    return Pixels(
        path=pattern,
        range=FrameRange(order),
        source_range=FrameRange(numbers),
        order=order,
        how="rendered",
        why=why,
        name=name,
        engine=engine,
        gamma=gamma,
        level="Full",
        rate=facts.rate if is_plain else facts.timeline_rate,
        timecode=timing.timecode_at(facts.start_timecode, facts.source_in - facts.media_first, facts.rate),
        is_baked=not is_plain,
        size=size,
        pixel_aspect=float(looked["pixel_aspect"]),
        notes=notes + (short_handles(facts, fetching.wanted.handles) if is_plain else ()),
    )


def _first_rendered(facts: ClipFacts, wanted: Wanted) -> int:
    return facts.media_first + _plain_span(facts, wanted.handles)[0]


def _renumbered(folder: str, pattern: str, numbers: List[int], first: int) -> Tuple[str, List[int]]:
    """Give rendered files the numbers of the media's own frames, so that mattes drawn on those fit."""
    for place, number in enumerate(numbers):
        target = os.path.join(folder, "clip.{:04d}.exr".format(first + place))
        os.replace(numbered(pattern, number), target)
    return os.path.join(folder, "clip.####.exr"), list(range(first, first + len(numbers)))


def _rendered_encoding(facts: ClipFacts, encoding: Encoding) -> Tuple[str, str, str]:
    """Name what a render holds. ACES delivers linear AP0 without an output transform, else as was asked."""
    if facts.managed.mode == "aces":
        return colours.LINEAR_AP0[0], "ACES2065-1", ""
    return encoding.name, encoding.engine, encoding.gamma


def rendered_files(folder: str) -> Tuple[str, List[int]]:
    """Find what a render wrote: its pattern and its numbers; how they are written differs by version."""
    found: List[Tuple[str, str]] = []
    for name in sorted(os.listdir(folder)):
        match = _NUMBERED.match(name)
        if match:
            found.append((match.group(1), match.group(2)))
    heads = {head for head, _ in found}
    if len(heads) != 1:
        raise _not_as_asked("The folder holds {} sequences.".format(len(heads) or "no"))
    digits = found[0][1]
    pattern = os.path.join(folder, "{}{}.exr".format(found[0][0], "#" * len(digits)))
    return pattern, sorted(int(number) for _, number in found)


def _blank_notes(blank: str) -> Tuple[str, ...]:
    return ("Frames {} are one even colour: look whether they should be.".format(blank),) if blank else ()


def _not_as_asked(what: str) -> ArtistError:
    return ArtistError(
        "input.host_render",
        "Resolve rendered something else",
        what,
        "Close other renders, look whether the disk is full, and ask again.",
    )
