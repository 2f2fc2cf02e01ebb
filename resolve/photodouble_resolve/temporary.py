"""A timeline for one render: it holds only the clip, ungraded, and is gone afterwards, as if it never was."""

from __future__ import annotations

import uuid
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Iterator, List, Tuple

from photodouble_client.errors import ArtistError

from .calls import also, ask, has, listed, must, refused, same, text, whole
from .clips import ClipFacts, every_item, project_of, timeline_of

NAME = "Photo Double temporary "


@dataclass(frozen=True)
class Laid:
    """A temporary timeline: how many frames it has, and which of its frames to render (-1: all)."""

    timeline: Any
    frames: int
    marks: Tuple[int, int] = (-1, -1)


@contextmanager
def kept_view(resolve: Any) -> Iterator[None]:
    """Put page, timeline, playhead and bin back to what the artist looked at, also on failure."""
    project = project_of(resolve)
    timeline, pool = timeline_of(project), ask(project, "GetMediaPool")
    page, timecode = text(resolve, "GetCurrentPage"), text(timeline, "GetCurrentTimecode")
    folder = ask(pool, "GetCurrentFolder")
    try:
        yield
    finally:
        if not ask(resolve, "GetProductName"):
            raise silent()
        lost = []
        if not _shows(project, timeline):
            ask(project, "SetCurrentTimeline", timeline)
        if not _shows(project, timeline):
            lost.append("the timeline {}".format(text(timeline, "GetName")))
        if timecode and text(timeline, "GetCurrentTimecode") != timecode:
            ask(timeline, "SetCurrentTimecode", timecode)
        if folder is not None and not _is_same(ask(pool, "GetCurrentFolder"), folder):
            ask(pool, "SetCurrentFolder", folder)
        if page and text(resolve, "GetCurrentPage") != page:
            ask(resolve, "OpenPage", page)
        if lost:
            raise also(refused("Open again by hand: {}.".format(", ".join(lost))))


def silent() -> ArtistError:
    """Say that Resolve stopped answering in the middle of something."""
    return ArtistError(
        "input.host_closed",
        "Resolve no longer answers",
        "It was closed, or a window of its own waits for an answer, while Photo Double was at work in it.",
        "Answer that window, or start Resolve again; then ask again. Finished takes are placed at the next "
        "start.",
    )


@contextmanager
def plain(resolve: Any, clip: Any, facts: ClipFacts, frames: Tuple[int, int]) -> Iterator[Laid]:
    """Lay frames of the clip's media (counted from 0, the last exclusive) on a timeline of their own.

    It runs at the media's own rate and in its own size; a new timeline has no grade. Call it in `kept_view`.
    """
    project = project_of(resolve)
    pool = ask(project, "GetMediaPool")
    made = must(
        pool, "CreateEmptyTimeline", NAME + uuid.uuid4().hex[:8], because="No timeline could be made."
    )
    try:
        _open(project, made)
        _own_settings(made, facts)
        entry = {"mediaPoolItem": clip, "startFrame": frames[0], "endFrame": frames[1], "mediaType": 1}
        ask(pool, "AppendToTimeline", [entry])
        _check_length(made, frames[1] - frames[0])
        yield Laid(made, frames[1] - frames[0])
    finally:
        _delete(project, pool, made)


@contextmanager
def duplicate(resolve: Any, facts: ClipFacts) -> Iterator[Laid]:
    """Copy the timeline and switch off everything but the clip and its grade: sizing, retime and comps stay.

    Raises ArtistError `input.host_refused` where a grade cannot be switched off. Call it in `kept_view`.
    """
    project = project_of(resolve)
    pool, original = ask(project, "GetMediaPool"), timeline_of(project)
    made = must(
        original,
        "DuplicateTimeline",
        NAME + uuid.uuid4().hex[:8],
        because="The timeline could not be copied.",
    )
    try:
        _open(project, made)
        item = _only(made, facts)
        _ungrade(made, item)
        yield Laid(made, facts.length, (facts.record_in, facts.record_out - 1))
    finally:
        _delete(project, pool, made)


def open_timeline(project: Any, timeline: Any, because: str) -> None:
    """Open a timeline and read back that it is; what is laid would lie on another one else."""
    if not _shows(project, timeline):
        ask(project, "SetCurrentTimeline", timeline)
    if not _shows(project, timeline):
        raise refused(because)


def _open(project: Any, made: Any) -> None:
    open_timeline(project, made, "The temporary timeline could not be opened.")


def _own_settings(made: Any, facts: ClipFacts) -> None:
    """Give the timeline the media's rate and size, where they are not its own already."""
    wanted = [("timelineFrameRate", facts_rate(facts))]
    if all(facts.size):
        wanted.append(("timelineResolutionWidth", str(facts.size[0])))
        wanted.append(("timelineResolutionHeight", str(facts.size[1])))
    lacking = [(name, value) for name, value in wanted if not same(ask(made, "GetSetting", name), value)]
    if not lacking:
        return
    ask(made, "SetSetting", "useCustomSettings", "1")
    for name, value in lacking:
        ask(made, "SetSetting", name, value)
        if not same(ask(made, "GetSetting", name), value):
            raise refused("The temporary timeline did not take {} as its {}.".format(value, name))


def facts_rate(facts: ClipFacts) -> str:
    """Write the media's rate as Resolve's settings do: 23.976."""
    from .timing import exact

    rate = exact(facts.rate)
    return "" if rate is None else "{:.3f}".format(float(rate)).rstrip("0").rstrip(".")


def _check_length(made: Any, wanted: int) -> None:
    laid = every_item(made)
    lengths = [whole(item, "GetDuration") for _, item in laid]
    if lengths != [wanted]:
        raise refused(
            "The clip could not be laid on a timeline of its own.",
            "wanted one clip of {} frames, found {!r}".format(wanted, lengths),
        )


def _only(made: Any, facts: ClipFacts) -> Any:
    """Switch every other clip off and give ours, known by its place, for a copy has another id."""
    found: List[Any] = []
    for track, item in every_item(made):
        is_ours = track == facts.track and whole(item, "GetStart") == facts.record_in
        if is_ours:
            found.append(item)
        elif ask(item, "GetClipEnabled"):
            ask(item, "SetClipEnabled", False)
            if ask(item, "GetClipEnabled"):
                raise refused("The clips beside could not be switched off for the render.")
    if len(found) != 1 or whole(found[0], "GetEnd") != facts.record_out:
        raise refused("The clip was not found in a copy of the timeline.")
    return found[0]


def _ungrade(made: Any, item: Any) -> None:
    """Let the copy have no grade; its own version comes first, since a remote one is shared."""
    check_ungraded(item)
    name = "Photo Double ungraded"
    ask(item, "AddVersion", name, 0)
    version = ask(item, "GetCurrentVersion")
    if not isinstance(version, dict) or version.get("versionName") != name:
        raise refused("The copy of the clip did not take a version of its own for its grade.")
    ask(item, "RemoveFromColorGroup")
    for graph in (ask(item, "GetNodeGraph"), ask(made, "GetNodeGraph")):
        if graph is not None:
            _reset(graph)


def check_ungraded(item: Any) -> None:
    """Refuse before anything is made where a version cannot switch off the grade of a copied clip."""
    if not has(item, "GetNodeGraph"):
        raise refused(
            "This version of Resolve cannot render the clip without its grade and keep its retime or sizing. "
            "Remove retime and sizing for the moment, or use Resolve 19 or later."
        )


def _reset(graph: Any) -> None:
    if has(graph, "ResetAllGrades"):
        ask(graph, "ResetAllGrades")
    count = whole(graph, "GetNumNodes") or 0
    for node in range(1, count + 1):
        if text(graph, "GetLUT", node) or listed(graph, "GetToolsInNode", node):
            ask(graph, "SetNodeEnabled", node, False)


def _delete(project: Any, pool: Any, made: Any) -> None:
    """Remove the timeline; another one has to be open for that."""
    ident = text(made, "GetUniqueId")
    if _shows(project, made):
        others = [one for one in _timelines(project) if text(one, "GetUniqueId") != ident]
        for other in others[:1]:
            ask(project, "SetCurrentTimeline", other)
    for _ in range(3):
        ask(pool, "DeleteTimelines", [made])
        if all(text(one, "GetUniqueId") != ident for one in _timelines(project)):
            return
    raise also(refused("The timeline {} stayed behind: delete it by hand.".format(text(made, "GetName"))))


def _timelines(project: Any) -> List[Any]:
    count = whole(project, "GetTimelineCount") or 0
    found = [ask(project, "GetTimelineByIndex", number) for number in range(1, count + 1)]
    return [one for one in found if one is not None]


def _shows(project: Any, timeline: Any) -> bool:
    return _is_same(ask(project, "GetCurrentTimeline"), timeline)


def _is_same(one: Any, other: Any) -> bool:
    """Compare two handles: Resolve gives another one with every answer."""
    if one is None or other is None:
        return False
    return text(one, "GetUniqueId") == text(other, "GetUniqueId")
