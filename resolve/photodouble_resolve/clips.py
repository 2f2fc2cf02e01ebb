"""The clip that is worked on: which one it is, what it shows, and everything a take has to fit."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any, List, Optional, Tuple

from photodouble_client.errors import ArtistError

from . import markers, media, timing
from .calls import ask, has, listed, text, whole
from .colours import Management, input_space, management, setting

NO_PICTURE = ("title", "generator", "compound", "fusion", "offline")
"""Kinds of clips that have no pictures of their own to work on."""


@dataclass(frozen=True)
class ClipFacts:
    """A clip on a timeline. Frames of the media are numbered as the engine does: by name, movies from 1.

    `source_in` and `source_out` (exclusive) are what the clip shows, in the media's own direction; record
    frames count from midnight, `record_out` exclusive. `head` and `tail` are the handles there are; `speed`
    is 1 where media plays at its own rate, and not known where `is_speed_known` is false; `take` is the id of
    the take that it shows, empty for a plate.
    """

    ident: str
    name: str
    kind: str
    project: str
    timeline: str
    track: int
    clip: str
    path: str
    media_first: int
    media_last: int
    source_in: int
    source_out: int
    record_in: int
    record_out: int
    playhead: int
    speed: float
    is_speed_known: bool
    is_between_frames: bool
    rate: str
    timeline_rate: str
    start_timecode: str
    managed: Management
    input_space: str
    input_gamma: str
    size: Tuple[int, int]
    pixel_aspect: float
    data_level: str
    uses: int
    effects: Tuple[str, ...]
    has_comps: bool
    take: str = ""

    @property
    def length(self) -> int:
        """Count the frames of the timeline that it fills."""
        return self.record_out - self.record_in

    @property
    def head(self) -> int:
        """Count the frames that the media has before those shown."""
        return self.source_in - self.media_first

    @property
    def tail(self) -> int:
        """Count the frames that the media has after those shown."""
        return self.media_last - self.source_out + 1

    @property
    def is_reversed(self) -> bool:
        """Whether it plays backwards."""
        return self.speed < 0

    @property
    def is_retimed(self) -> bool:
        """Whether it plays at another speed than its own."""
        return not self.is_speed_known or self.speed != 1.0

    def played(self) -> Tuple[int, ...]:
        """List the media's frames in the order in which the timeline shows them; whole speeds only."""
        if self.speed == 1.0:
            return tuple(range(self.source_in, self.source_out))
        begin = self.source_out - 1 if self.is_reversed else self.source_in
        return tuple(begin + int(self.speed) * number for number in range(self.length))


def project_of(resolve: Any) -> Any:
    """Give the project that is open; raises ArtistError `input.no_clip`."""
    project = ask(ask(resolve, "GetProjectManager"), "GetCurrentProject")
    if project is None:
        raise _nothing(
            "No project is open", "Resolve has no project open.", "Open a project, then ask again."
        )
    return project


def timeline_of(project: Any) -> Any:
    """Give the timeline that is open; raises ArtistError `input.no_clip`."""
    timeline = ask(project, "GetCurrentTimeline")
    if timeline is None:
        raise _nothing(
            "No timeline is open", "The project has no timeline open.", "Open a timeline, then ask again."
        )
    return timeline


def chosen(resolve: Any) -> List[Any]:
    """List the clips meant: the selected ones where this version tells, else the one under the playhead.

    Raises ArtistError `input.no_clip` where there is none.
    """
    timeline = timeline_of(project_of(resolve))
    selected = _with_picture(timeline, listed(timeline, "GetSelectedClips"))
    found = selected or [item for item in [ask(timeline, "GetCurrentVideoItem")] if item is not None]
    if not found:
        raise _nothing(
            "There is no clip under the playhead",
            "Nothing with a picture lies under the playhead.",
            "Move the playhead onto a clip, then ask again.",
        )
    return found


def describe(resolve: Any, item: Any, counts_uses: bool = True) -> ClipFacts:
    """Record what a clip on the open timeline is; nothing is changed.

    Counting how often its media is used goes through the whole timeline; else `uses` is 0.

    Raises ArtistError `input.no_clip` where project, timeline or clip are gone.
    """
    project = project_of(resolve)
    timeline = timeline_of(project)
    clip = ask(item, "GetMediaPoolItem")
    begin, end = whole(item, "GetStart"), whole(item, "GetEnd")
    if begin is None or end is None:
        raise _nothing("The clip is gone", "Resolve no longer has this clip.", "Choose the clip again.")
    held = media.held(clip)
    managed = management(project, timeline)
    space, gamma, _ = input_space(managed, clip) if clip is not None else ("", "", "")
    timeline_rate = setting(project, timeline, "timelineFrameRate")
    rate = held.rate or timeline_rate
    shown = timing.shown(item, (begin, end), held, timing.ratio(rate, timeline_rate))
    return ClipFacts(
        ident=text(item, "GetUniqueId"),
        name=text(item, "GetName"),
        kind=_kind(item, clip, held),
        project=text(project, "GetUniqueId") or text(project, "GetName"),
        timeline=text(timeline, "GetUniqueId") or text(timeline, "GetName"),
        track=track_of(timeline, item),
        clip=text(clip, "GetMediaId") or text(clip, "GetUniqueId"),
        path=held.pattern,
        media_first=held.first,
        media_last=held.first + held.frames - 1,
        source_in=held.first + shown.first,
        source_out=held.first + shown.last + 1,
        record_in=begin,
        record_out=end,
        playhead=timing.playhead(timeline, timeline_rate),
        speed=shown.speed,
        is_speed_known=shown.is_known,
        is_between_frames=shown.is_between_frames,
        rate=rate,
        timeline_rate=timeline_rate,
        start_timecode=held.timecode,
        managed=managed,
        input_space=space,
        input_gamma=gamma,
        size=held.size,
        pixel_aspect=held.pixel_aspect,
        data_level=held.level,
        uses=_uses(timeline, clip) if counts_uses else 0,
        effects=_effects(item),
        has_comps=bool(whole(item, "GetFusionCompCount")),
        take=markers.take_of(clip),
    )


def check_usable(facts: ClipFacts) -> None:
    """Refuse what has no pictures of its own; raises ArtistError with what to do instead."""
    words = {
        "title": ("A title has no picture of its own", "Choose the clip below it."),
        "generator": ("A generator has no picture of its own", "Choose a clip with a picture."),
        "compound": (
            "A compound clip holds other clips",
            "Open it in the timeline and choose a clip inside, or decompose it in place.",
        ),
        "fusion": (
            "A Fusion clip holds other clips",
            "Choose the clip before it was made one, or load a take in Fusion with the Photo Double macro.",
        ),
    }
    if facts.kind in words:
        title, fix = words[facts.kind]
        raise _nothing(title, "{} is a {}, not a shot.".format(facts.name or "This", facts.kind), fix)
    if facts.kind == "offline":
        raise ArtistError(
            "input.missing_sequence",
            "The clip's media is offline",
            "{} is not where Resolve knows it: {}.".format(facts.name, facts.path or "no path"),
            "Relink the clip in the media pool, then ask again.",
        )


def find_item(timeline: Any, ident: str) -> Optional[Any]:
    """Find a clip of a timeline by its unique id; None where it is gone."""
    for _, item in every_item(timeline):
        if text(item, "GetUniqueId") == ident:
            return item
    return None


def every_item(timeline: Any) -> List[Tuple[int, Any]]:
    """List the clips of every video track with the number of their track, the lowest first."""
    count = whole(timeline, "GetTrackCount", "video") or 0
    return [
        (track, item)
        for track in range(1, count + 1)
        for item in listed(timeline, "GetItemListInTrack", "video", track)
    ]


def track_of(timeline: Any, item: Any) -> int:
    """Say on which video track a clip lies; 0 where on none."""
    told = listed(item, "GetTrackTypeAndIndex")
    if len(told) == 2 and told[0] == "video" and isinstance(told[1], int):
        return int(told[1])
    ident = text(item, "GetUniqueId")
    return next((track for track, one in every_item(timeline) if text(one, "GetUniqueId") == ident), 0)


def _with_picture(timeline: Any, items: List[Any]) -> List[Any]:
    """Keep the clips of the video tracks; the timeline is gone through once, however many are selected."""
    known = {text(item, "GetUniqueId") for _, item in every_item(timeline)} if items else set()
    return [item for item in items if text(item, "GetUniqueId") in known]


def _kind(item: Any, clip: Any, held: media.Held) -> str:
    if clip is None:
        if whole(item, "GetFusionCompCount"):
            return "fusion" if "composition" in text(item, "GetName").lower() else "title"
        is_title = any(word in text(item, "GetName").lower() for word in ("text", "title", "scroll", "lower"))
        return "title" if is_title else "generator"
    kind = held.kind.lower()
    for word, meant in (("timeline", "compound"), ("compound", "compound"), ("multicam", "compound")):
        if word in kind:
            return meant
    if "fusion" in kind:
        return "fusion"
    if "generator" in kind or "title" in kind:
        return "title" if "title" in kind else "generator"
    if not held.is_online:
        return "offline"
    return "raw" if held.is_raw else "media"


def _uses(timeline: Any, clip: Any) -> int:
    """Count how often the timeline uses the same media, this clip included."""
    if clip is None:
        return 1
    ident = text(clip, "GetUniqueId")
    clips = [ask(item, "GetMediaPoolItem") for _, item in every_item(timeline)]
    return max(1, sum(1 for one in clips if one is not None and text(one, "GetUniqueId") == ident))


_NEUTRAL = {"ZoomX": 1.0, "ZoomY": 1.0, "Opacity": 100.0}
_PLACED = ("Pan", "Tilt", "ZoomX", "ZoomY", "RotationAngle", "AnchorPointX", "AnchorPointY", "Pitch", "Yaw")
_SHAPED = ("FlipX", "FlipY", "CropLeft", "CropRight", "CropTop", "CropBottom", "Distortion", "Scaling")


def _effects(item: Any) -> Tuple[str, ...]:
    """Name what Resolve does to the picture between the media and the node tree, or above it."""
    told = ask(item, "GetProperty")
    properties = told if isinstance(told, dict) else {}
    sized = [name for name in _PLACED + _SHAPED if _is_set(name, properties.get(name))]
    found = ["sizing"] if sized else []
    if whole(item, "GetFusionCompCount"):
        found.append("Fusion comp")
    return tuple(found)


def _is_set(name: str, value: Any) -> bool:
    if value is None or isinstance(value, str):
        return False
    return bool(abs(float(value) - _NEUTRAL.get(name, 0.0)) > 1e-6)


def can_read(path: str) -> bool:
    """Whether this user may read a file or the first file of a pattern."""
    return os.access(path, os.R_OK)


def has_selection(timeline: Any) -> bool:
    """Whether this version tells which clips are selected."""
    return has(timeline, "GetSelectedClips")


def _nothing(title: str, message: str, fix: str) -> ArtistError:
    return ArtistError("input.no_clip", title, message, fix)
