"""`photodouble engine submit`, `follow` and `preview`: hand work to the engine and watch it being done."""

from __future__ import annotations

import argparse
import dataclasses
import sys
from pathlib import Path

from photodouble.settings import load_settings
from photodouble_client.engine import Engine
from photodouble_client.errors import ArtistError
from photodouble_client.events import Failed, Previewed
from photodouble_client.frames import FrameRange
from photodouble_client.jobs import Follower, Report
from photodouble_client.pathmap import PathMap
from photodouble_client.request import JobRequest
from photodouble_client.wire import PRIORITIES, PreviewWanted, Submission

from .engine_jobs import chosen_job, command_line, job_lines
from .jobs import absolute, check_pattern
from .reaching import connected
from .telling import SHOWN, tell, tell_json, telling


def add_submit(parser: argparse.ArgumentParser) -> None:
    """Add what `engine submit` takes."""
    _add_request(parser)
    parser.add_argument("--frames", default="", metavar="FRAMES", help="Make only these frames of the range.")
    parser.add_argument(
        "--output", default="", metavar="PATTERN", help="Copy the finished result here: clean.####.exr."
    )
    parser.add_argument(
        "--layers", action="store_true", help="Let --output hold all outputs in one EXR each."
    )
    parser.add_argument("--overwrite", action="store_true", help="Let --output replace existing files.")
    parser.add_argument("--resume", action="store_true", help="Go on with an unfinished take.")
    parser.add_argument(
        "--priority",
        type=int,
        default=0,
        metavar="N",
        help="Higher goes first: from {} to {}; default 0.".format(*PRIORITIES),
    )
    parser.add_argument("--no-wait", action="store_true", help="Do not wait for the take.")
    parser.add_argument("--quiet", action="store_true", help="Say nothing but notes and errors.")


def add_preview(parser: argparse.ArgumentParser) -> None:
    """Add what `engine preview` takes."""
    _add_request(parser)
    parser.add_argument("frame", type=int, metavar="FRAME", help="The frame to look at.")
    parser.add_argument(
        "--scale", type=int, default=0, metavar="N", help="Divide width and height by N; default: as it fits."
    )


def _add_request(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("request", metavar="REQUEST", help="The request file, or the folder of a take.")


def submit(namespace: argparse.Namespace) -> int:
    """Hand a request over and watch it, unless it shall not be waited for."""
    check_pattern(namespace.output)
    request = _full_request(namespace.request)
    submission = Submission(
        request,
        frames=_frames_of(request, namespace.frames),
        output=str(Path(namespace.output).expanduser().resolve()) if namespace.output else "",
        overwrite=namespace.overwrite,
        layers=namespace.layers,
        resume=namespace.resume,
        priority=namespace.priority,
    )
    # The limits of a submission are checked where they are declared.
    Submission.from_json({**submission.to_json(), "job": ""})
    engine = connected()
    job = engine.submit(submission)
    if not namespace.no_wait:
        first = f"The engine has it: job {job.job[:SHOWN]}. Ctrl-C ends the watching, not the job."
        return _watch(engine, job.job, quiet=namespace.quiet, as_json=namespace.json, first=first)
    if namespace.json:
        tell_json(job.to_json())
    else:
        tell(f"The engine has it: job {job.job[:SHOWN]}. Watch it with: {command_line('follow', job.job)}")
    return 0


def follow(namespace: argparse.Namespace) -> int:
    """Watch a job that was handed over before."""
    engine = connected()
    job = chosen_job(engine.jobs(), namespace.job)
    return _watch(engine, job.job, quiet=False, as_json=namespace.json)


def preview(namespace: argparse.Namespace) -> int:
    """Make one frame at reduced size and say where it lies."""
    wanted = PreviewWanted(_full_request(namespace.request), namespace.frame, scale=namespace.scale)
    last = _told(connected().preview_events(wanted), quiet=namespace.json, as_json=False)
    if last is None or not isinstance(last.event, Previewed):
        raise _cut_short("preview")
    if namespace.json:
        tell_json(last.event.to_json())
    else:
        tell(f"Look at: {last.event.picture}")
        for note in last.event.notes:
            tell(f"Note: {note}")
    return 0


def _watch(engine: Engine, job: str, *, quiet: bool, as_json: bool, first: str = "") -> int:
    """Tell a job's events to its end; Ctrl-C stops the watching and not the job."""
    try:
        if first and not (quiet or as_json):
            print(first, file=sys.stderr, flush=True)
        if _told(engine.events(job), quiet=quiet, as_json=as_json) is None:
            raise _cut_short("job")
    except KeyboardInterrupt:
        print(
            f"\nThe job goes on. Watch it with: {command_line('follow', job)}\n"
            f"Stop it with: {command_line('cancel', job)}",
            file=sys.stderr,
        )
        return 130
    if not (quiet or as_json):
        ended = engine.job(job)
        tell(job_lines([ended])[0])
        tell(f"Take {ended.take_label} is finished: {ended.take_folder}")
        if ended.copies:
            tell(f"Copied {len(ended.copies)} frames to {Path(ended.copies[0]).parent}")
        if ended.contact_sheet:
            tell(f"Look at: {ended.contact_sheet}")
    return 0


def _told(reports: Follower, *, quiet: bool, as_json: bool) -> Report | None:
    """Tell every event but a failure, which is raised at the end; an earlier one was resumed from."""
    last: Report | None = None
    with telling(quiet=quiet, as_json=as_json) as say:
        for last in reports:
            if not isinstance(last.event, Failed):
                say(last.event)
    if last is not None and isinstance(last.event, Failed):
        raise last.event.error
    return last


def _frames_of(request: JobRequest, text: str) -> FrameRange:
    """Read the frames that are wanted; raises `usage.frames` now, not when the job's turn has come."""
    frames = FrameRange.from_text(text)
    outside = frames.without(request.range)
    if not len(outside):
        return frames
    raise ArtistError(
        "usage.frames",
        "Those frames are not in the request",
        f"{outside.to_text()} lies outside the request's range {request.range.to_text()}.",
        f"Choose frames of {request.range.to_text()}.",
    )


def _full_request(named: str) -> JobRequest:
    """Read a request and write its paths in full, because the engine works in another folder."""
    from photodouble.takes.store import REQUEST, read_request

    path = Path(named).expanduser()
    request = read_request(path / REQUEST if path.is_dir() else path)
    settings = load_settings(Path(request.output_root or ".")).settings
    request = PathMap(settings.path_maps).localise(request)
    inputs = {key: dataclasses.replace(one, path=absolute(one.path)) for key, one in request.inputs.items()}
    return dataclasses.replace(
        request,
        inputs=inputs,
        overrides={frame: absolute(one) for frame, one in request.overrides.items()},
        locks={frame: absolute(one) for frame, one in request.locks.items()},
        output_root=absolute(request.output_root or settings.takes_root or "takes"),
    )


def _cut_short(what: str) -> ArtistError:
    return ArtistError(
        "engine.unreachable",
        "The engine does not answer",
        f"The engine stopped telling before the {what} was at its end.",
        "See how it is with: photodouble engine jobs",
    )
