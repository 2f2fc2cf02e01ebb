"""Fetch the pixels of a clip: straight from its files where the core reads them, else rendered by Resolve."""

from __future__ import annotations

from photodouble_client.errors import ArtistError
from photodouble_client.frames import FrameRange

from . import media, rendered, timing
from .clips import ClipFacts
from .fetching import Fetching, look, short_handles
from .runs import Pixels, Wanted


def pixels_for(fetching: Fetching) -> Pixels:
    """Give the pictures of a clip, rendering them first where that is needed.

    Raises ArtistError: of the media where it cannot be read, `input.host_render`, `input.host_refused`,
    `engine.stopped`.
    """
    why = why_rendered(fetching.facts, fetching.wanted)
    if why:
        return rendered.rendered(fetching, why)
    return _source(fetching)


def why_rendered(facts: ClipFacts, wanted: Wanted) -> str:
    """Say why Resolve has to render a clip; empty where its files will do."""
    if facts.kind == "raw":
        return "it is camera raw"
    if wanted.must_render:
        return "the artist asks for it"
    if "sizing" in wanted.bake and "sizing" in facts.effects:
        return "its sizing is wanted in the picture"
    if "comp" in wanted.bake and facts.has_comps:
        return "its Fusion composition is wanted in the picture"
    if "retime" in wanted.bake and facts.is_retimed:
        return "its retime is wanted in the picture"
    return _why_not_by_frame(facts)


def _why_not_by_frame(facts: ClipFacts) -> str:
    """Say why the frames of the media cannot be matched to those of the timeline one by one."""
    if not facts.is_speed_known:
        return "Resolve does not say at which speed it plays"
    if facts.is_between_frames:
        return "it begins between two frames of its media"
    if facts.is_retimed and facts.speed != int(facts.speed):
        return "at {:g} % it shows what lies between frames".format(facts.speed * 100)
    if facts.is_retimed and timing.exact(facts.rate) != timing.exact(facts.timeline_rate):
        return "it is retimed and has another rate than the timeline"
    return ""


def _source(fetching: Fetching) -> Pixels:
    facts, encoding = fetching.facts, fetching.encoding
    order = facts.played()
    shown = FrameRange(sorted(set(order)))
    _check_readable(facts)
    look(fetching.engine, facts.path, shown)
    handles = fetching.wanted.handles
    first = max(facts.media_first, shown.first - handles)
    last = min(facts.media_last, shown.last + handles)
    is_movie = facts.path.lower().endswith(media.MOVIES)
    return Pixels(
        path=facts.path,
        range=shown,
        source_range=FrameRange(range(first, last + 1)),
        order=order,
        how="source",
        why="its files can be read as they are",
        name=encoding.name,
        engine=encoding.engine,
        gamma=encoding.gamma,
        # What is written anew holds whole codes; the file of the clip keeps the level that the clip has.
        level="Full" if is_movie or _is_reordered(facts) else facts.data_level,
        rate=facts.timeline_rate if facts.is_retimed else facts.rate,
        timecode=timing.timecode_at(facts.start_timecode, shown.first - facts.media_first, facts.rate),
        is_staged=is_movie or _is_reordered(facts),
        size=facts.size,
        pixel_aspect=facts.pixel_aspect,
        notes=short_handles(facts, handles),
    )


def _is_reordered(facts: ClipFacts) -> bool:
    return facts.is_retimed


def _check_readable(facts: ClipFacts) -> None:
    """Say before anything is handed over that the files may not be opened."""
    place = media.numbered(facts.path, facts.source_in)
    try:
        with open(place, "rb") as file:
            file.read(1)
    except PermissionError as problem:
        raise ArtistError(
            "input.missing_sequence",
            "The clip's media may not be read",
            "{} belongs to somebody else.".format(place),
            "Ask for the right to read it, or copy it to where you may.",
            str(problem),
        ) from problem
    except OSError as problem:
        raise ArtistError(
            "input.missing_sequence",
            "The clip's media is not there",
            "{} cannot be opened.".format(place),
            "Relink the clip in the media pool, then ask again.",
            str(problem),
        ) from problem
