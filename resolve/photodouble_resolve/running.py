"""From the clip under the playhead to a take on the timeline: hand over, and later place what came of it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Callable, Dict, Optional, Tuple

from photodouble_client.errors import ArtistError
from photodouble_client.request import JobRequest
from photodouble_client.take_folder import TakeFolder, read_take
from photodouble_client.wire import Job, Submission, new_id

from . import clips, fetching, importing, markers, placing, remaining, requests, statuses, temporary, timing
from .calls import ask, text, whole
from .clips import ClipFacts
from .placing import Placed
from .remaining import Remembered
from .runs import Pixels, Wanted

if TYPE_CHECKING:
    from photodouble_client.engine import Engine

Progress = fetching.Progress


@dataclass(frozen=True)
class Started:
    """A job that was handed over; `words` say in one sentence what is worked on."""

    job: Job
    facts: ClipFacts
    words: str
    notes: Tuple[str, ...] = ()


def request(resolve: Any, engine: Engine, wanted: Wanted) -> JobRequest:
    """Make the request that `submit` would hand over; no job, no marker."""
    return requests.gather(resolve, engine, clips.chosen(resolve)[0], wanted).request


def submit(
    resolve: Any,
    engine: Engine,
    wanted: Wanted,
    on_progress: Progress = lambda _words, _percent: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> Started:
    """Hand the chosen clip over to the engine, having written down where its take belongs.

    Raises ArtistError for what an artist can put right; Resolve is then as it was.
    """
    item = clips.chosen(resolve)[0]
    gathered = requests.gather(resolve, engine, item, wanted, on_progress, should_stop)
    facts, pixels = gathered.facts, gathered.pixels
    job = new_id()
    remaining.remember(_remembered(job, facts, pixels, gathered.wanted))
    handed = Submission(
        gathered.request.with_take(job), job=job, priority=wanted.priority, session=wanted.session
    )
    try:
        answered = engine.submit(handed)
    except ArtistError as problem:
        if problem.family != "engine":
            remaining.forget(job)
        raise
    markers.mark(item, job, "working", "Photo Double", "{} is being made.".format(wanted.operation))
    frames = len(pixels.range)
    words = "{} of {}: {} frames, {}.".format(wanted.operation, facts.name, frames, pixels.why)
    return Started(answered, facts, words, pixels.notes + timing.unseen(item))


def _remembered(job: str, facts: ClipFacts, pixels: Pixels, wanted: Wanted) -> Remembered:
    return Remembered(
        job=job,
        take=job,
        project=facts.project,
        timeline=facts.timeline,
        item=facts.ident,
        clip=facts.clip,
        name=facts.name,
        source_in=facts.source_in,
        source_out=facts.source_out,
        length=facts.length,
        speed=facts.speed,
        pixels=pixels,
        takes_root=wanted.takes_root,
        managed=facts.managed.mode,
    )


def place(resolve: Any, engine: Engine, job: str) -> Placed:
    """Place the take of a job that has ended, once: a take that lies there already is not placed again.

    Raises ArtistError: that of the job where it failed, `engine.frames_missing` while it is at work,
    `input.no_clip` where the clip is gone, `engine.take_mismatch` where it shows other frames now.
    """
    one = remaining.find(job)
    if one is None:
        raise _unknown(job)
    ended = engine.job(job)
    if not ended.has_ended:
        raise _at_work(one)
    with temporary.kept_view(resolve):
        item = _open_item(resolve, one)
        if ended.error is not None or not ended.take_folder:
            raise _failed(item, one, ended)
        placed = _place(resolve, engine, item, one, ended.take_folder)
    remaining.settled(one)
    return placed


def use(resolve: Any, engine: Engine, item: Any, folder: str) -> Placed:
    """Show a take that was made before on a clip, or, without a folder, the plate again."""
    if not folder:
        return show_plate(resolve, item)
    take = read_take(folder)
    known = remaining.find(take.take)
    if known is None:
        raise ArtistError(
            "engine.no_take",
            "This take was not made from Resolve",
            "Nobody wrote down which clip {} belongs to.".format(take.label),
            "Import its pictures by hand, or make the take from Resolve.",
        )
    with temporary.kept_view(resolve):
        return _place(resolve, engine, item, known, folder)


def show_plate(resolve: Any, item: Any) -> Placed:
    """Show the plate again: its take in the selector, and takes of ours above switched off."""
    timeline = clips.timeline_of(clips.project_of(resolve))
    facts = clips.describe(resolve, item)
    count = whole(item, "GetTakesCount") or 0
    for index in range(1, count + 1):
        take = ask(item, "GetTakeByIndex", index)
        clip = take.get("mediaPoolItem") if isinstance(take, dict) else None
        if clip is not None and not _is_ours(clip):
            ask(item, "SelectTakeByIndex", index)
            break
    for track, other in clips.every_item(timeline):
        is_above = track > facts.track and whole(other, "GetStart") == facts.record_in
        if is_above and _is_ours(ask(other, "GetMediaPoolItem")):
            ask(other, "SetClipEnabled", False)
    return Placed("plate", "{} shows its plate.".format(facts.name), facts.track)


def _place(resolve: Any, engine: Engine, item: Any, one: Remembered, folder: str) -> Placed:
    project = clips.project_of(resolve)
    take = read_take(folder)
    lying = _lies(project, item, one)
    if lying is not None:
        return lying
    facts = clips.describe(resolve, item)
    _check_same(facts, one)
    pictures = pictures_of(engine, take, one.pixels)
    labels = {markers.TAKE_KEY: one.take, markers.LABEL_KEY: take.label}
    imported = importing.bring(project, pictures, facts.managed, one.pixels, labels)
    shown = statuses.shown(engine, one.take, take.label, folder)
    return placing.place(project, item, facts, imported, one.pixels, shown)


def pictures_of(engine: Engine, take: TakeFolder, pixels: Pixels) -> importing.Pictures:
    """Give the files of a take that Resolve reads: its result, or that written in the clip's encoding."""
    if not pixels.is_staged:
        pattern = os.path.join(take.folder, *take.pattern("result").split("/"))
        return importing.Pictures(pattern, pixels.range.first, pixels.range.last, pixels.level)
    above, version = os.path.split(take.folder.rstrip("/\\"))
    told: Dict[str, Any] = engine.task(
        "takes.encoded",
        {
            "take": take.folder,
            "to": os.path.join(above, "resolve", version),
            "space": pixels.engine,
            "order": ",".join(str(frame) for frame in pixels.order),
            "first": max(0, pixels.order[0]) if list(pixels.order) == sorted(set(pixels.order)) else 1,
            "rate": pixels.rate,
            "timecode": pixels.timecode,
        },
    )
    return importing.Pictures(told["pattern"], told["first"], told["last"], "Full")


def _open_item(resolve: Any, one: Remembered) -> Any:
    """Open the timeline of a clip and find the clip by its id; raises ArtistError `input.no_clip`."""
    project = clips.project_of(resolve)
    if (text(project, "GetUniqueId") or text(project, "GetName")) != one.project:
        raise _no_clip(
            one, "It belongs to another project.", "Open the project in which the take was asked for."
        )
    timeline = _timeline(project, one.timeline)
    if timeline is None:
        raise _no_clip(one, "Its timeline is gone.", "Import the take by hand, or make it again.")
    temporary.open_timeline(project, timeline, "The timeline of {} could not be opened.".format(one.name))
    item = clips.find_item(timeline, one.item) or _marked(timeline, one.job)
    if item is None:
        raise _no_clip(one, "It is no longer on the timeline.", "Undo its removal, or make the take again.")
    return item


def _marked(timeline: Any, job: str) -> Optional[Any]:
    """Find a clip by the marker of its job, as where it was copied and the copy has another id."""
    return next((item for _, item in clips.every_item(timeline) if markers.is_marked(item, job)), None)


def _timeline(project: Any, ident: str) -> Optional[Any]:
    for number in range(1, (whole(project, "GetTimelineCount") or 0) + 1):
        timeline = ask(project, "GetTimelineByIndex", number)
        if ident in (text(timeline, "GetUniqueId"), text(timeline, "GetName")):
            return timeline
    return None


def _lies(project: Any, item: Any, one: Remembered) -> Optional[Placed]:
    """Say where a take lies already, as when Resolve quit between placing it and writing that down."""
    timeline = ask(project, "GetCurrentTimeline")
    for track, other in clips.every_item(timeline):
        if markers.is_marked(other, one.take) and markers.take_of(ask(other, "GetMediaPoolItem")) == one.take:
            kind = "take" if text(other, "GetUniqueId") == text(item, "GetUniqueId") else "track"
            if kind == "track" and ask(other, "GetClipEnabled") is False:
                ask(other, "SetClipEnabled", True)
            return Placed(kind, "The take of {} lies there already.".format(one.name), track)
    return None


def _check_same(facts: ClipFacts, one: Remembered) -> None:
    """Refuse to lay a take over a clip that shows something else by now."""
    changed = []
    if facts.clip != one.clip and not facts.take:
        changed.append("its media")
    if not facts.take and (facts.source_in, facts.source_out) != (one.source_in, one.source_out):
        changed.append("its range")
    if facts.length != one.length:
        changed.append("its length")
    if facts.speed != one.speed:
        changed.append("its speed")
    if one.managed and facts.managed.mode != one.managed:
        changed.append("its project's colour management")
    if changed:
        raise ArtistError(
            "engine.take_mismatch",
            "The clip is not what it was",
            "{} changed {} since the take was asked for.".format(one.name, " and ".join(changed)),
            "Undo that change to place the take, or make a new one.",
        )


def _failed(item: Any, one: Remembered, ended: Job) -> ArtistError:
    """Show on the clip that its job failed, and give the reason."""
    error = ended.error or _unknown(one.job)
    markers.mark(item, one.job, "failed", "Photo Double", "{}: {}".format(error.title, error.fix))
    remaining.forget(one.job)
    return error


def _is_ours(clip: Any) -> bool:
    return bool(markers.take_of(clip))


def _no_clip(one: Remembered, why: str, fix: str) -> ArtistError:
    return ArtistError(
        "input.no_clip", "The clip of this take is not here", "{}: {}".format(one.name, why), fix
    )


def _at_work(one: Remembered) -> ArtistError:
    return ArtistError(
        "engine.frames_missing",
        "The take is still being made",
        "The engine is at work on {}.".format(one.name),
        "Wait until the job has ended.",
    )


def _unknown(job: str) -> ArtistError:
    return ArtistError(
        "engine.no_job",
        "Nobody knows where this take belongs",
        "The job {} was not started from this user's Resolve.".format(job),
        "Import its take by hand.",
    )
