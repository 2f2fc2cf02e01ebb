"""`photodouble run`: run a request file, a chunk of it, or one step of it for a farm."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Any

from photodouble_client.errors import ArtistError
from photodouble_client.events import Event, Finished
from photodouble_client.pathmap import PathMap

from .jobs import absolute, add_job_flags, incomplete, job_options, run_and_tell, stopping, tell_result
from .telling import Say, tell

PERMIT = "permit.json"

if TYPE_CHECKING:
    from photodouble.settings import Settings
    from photodouble_client.request import JobRequest


def add(commands: Any) -> None:
    """Add the command to the command line."""
    text = "Run a request.json, written by a host or found in a take."
    parser = commands.add_parser("run", help=text, description=text)
    parser.add_argument("request", metavar="REQUEST", help="The request file, or the folder of a take.")
    parser.add_argument(
        "--frames",
        default="",
        metavar="FRAMES",
        help="Make only these frames of the request's range: a chunk for a farm.",
    )
    parser.add_argument(
        "--root", default="", metavar="FOLDER", help="Keep takes here, not where the request says."
    )
    add_job_flags(parser)
    _add_farm_flags(parser)
    parser.set_defaults(call=call)


def _add_farm_flags(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("On a farm")
    group.add_argument(
        "--step",
        choices=("analyse", "frames", "finish"),
        default="",
        help="Do one step of the job: analyse the shot, make frames, or finish: name the frames that are "
        "missing, or seal the take.",
    )
    group.add_argument(
        "--permit",
        default="",
        metavar="FILE",
        help="The permit of an operation that needs consent; default: permit.json beside the request.",
    )
    group.add_argument(
        "--path-map",
        action="append",
        default=[],
        metavar="FROM=TO",
        help="What the request calls FROM lies at TO on this machine. May be repeated.",
    )
    group.add_argument(
        "--path-rules",
        default="",
        metavar="FILE",
        help="The same from a file of Open Job Description (pathmapping-1.0).",
    )
    group.add_argument(
        "--openjd", action="store_true", help="Tell progress and failures to Open Job Description."
    )
    group.add_argument(
        "--engine",
        action="store_true",
        help="Let the engine do it if one runs already; without one this process does it, with the same "
        "pixels.",
    )


def call(namespace: argparse.Namespace) -> int:
    """Read the request and run it; a take that already carries its id is gone on with."""
    if not namespace.openjd:
        return _run(namespace)
    from photodouble.farm.lines import fail_line

    try:
        return _run(namespace)
    except ArtistError as error:
        print(fail_line(error), flush=True)
        return error.exit_code


def _run(namespace: argparse.Namespace) -> int:
    from photodouble.farm.places import request_here

    request, settings = request_here(
        namespace.request, namespace.root, namespace.path_map, namespace.path_rules
    )
    namespace.permit = _permit(namespace, request)
    namespace.output = PathMap(settings.path_maps).localise_path(namespace.output)
    if not (namespace.openjd or namespace.engine):
        return run_and_tell(request, settings, namespace, namespace.frames)
    return _run_chunk(request, settings, namespace)


def _permit(namespace: argparse.Namespace, request: JobRequest) -> Path | None:
    """Return the file of the permit: the one named; for a step of a farm, the one beside the request."""
    if namespace.permit:
        return Path(absolute(namespace.permit))
    if request.spec.consent != "required" or not namespace.step:
        return None
    given = Path(absolute(namespace.request))
    beside = (given if given.is_dir() else given.parent) / PERMIT
    return beside if beside.is_file() else None


def _run_chunk(request: JobRequest, settings: Settings, namespace: argparse.Namespace) -> int:
    """Run a step for a farm: through the engine if it is wanted and there, otherwise here."""
    from photodouble.farm.ranges import from_farm
    from photodouble.farm.warm import run_by_engine

    frames = from_farm(namespace.frames) if namespace.openjd else namespace.frames
    options = job_options(settings, namespace, frames)
    with stopping() as stop, _telling(namespace) as say:
        heard = _Last(say)
        if (
            namespace.engine
            and request.spec.consent != "required"
            and run_by_engine(request, options, on_event=heard, stop=stop)
        ):
            if not (namespace.openjd or namespace.json or namespace.quiet):
                heard.tell()
            return 0
        # Late, because a chunk that goes through the engine needs none of the libraries of pictures.
        from photodouble.engine.runner import run_job

        result = run_job(request, options, on_event=say, stop=stop)
        if result.manifest is not None:
            say(Finished(str(result.manifest), result.take.label, str(result.take.folder)))
    if not (namespace.openjd or namespace.json or namespace.quiet):
        tell_result(result, options.step)
    return 0


class _Last:
    """Pass events on and keep how the engine's job ended, to tell it as any other run does."""

    def __init__(self, say: Say) -> None:
        self._say = say
        self._ended: Finished | None = None

    def __call__(self, event: Event) -> None:
        if isinstance(event, Finished):
            self._ended = event
        self._say(event)

    def tell(self) -> None:
        """Name the take and the picture to look at."""
        if self._ended is None:
            return
        if not self._ended.manifest:
            tell(incomplete(self._ended.take))
            return
        tell(f"Take {self._ended.take} is finished: {self._ended.folder}")
        sheet = Path(self._ended.folder) / "pictures" / "contact_sheet.png"
        if sheet.is_file():
            tell(f"Look at: {sheet}")


@contextmanager
def _telling(namespace: argparse.Namespace) -> Iterator[Say]:
    """Give the function that tells events: to the farm, or as any other run does."""
    from photodouble.farm.lines import FarmLines

    from .telling import telling

    if not namespace.openjd:
        with telling(quiet=namespace.quiet, as_json=namespace.json) as say:
            yield say
        return
    answer = sys.stdout
    with redirect_stdout(sys.stderr):
        yield FarmLines(lambda line: print(line, file=answer, flush=True)).say
