"""What `inpaint` and `run` share: flags about how a job runs, stopping it, and telling what it made."""

from __future__ import annotations

import argparse
import dataclasses
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from photodouble.settings import Settings
from photodouble_client.errors import ArtistError
from photodouble_client.events import Finished
from photodouble_client.frames import FrameRange
from photodouble_client.request import JobRequest

from .reading import number_from
from .telling import tell, telling

if TYPE_CHECKING:
    from photodouble.engine.options import JobOptions, JobResult


def add_job_flags(parser: argparse.ArgumentParser) -> None:
    """Add the flags that say how a job runs and what is copied out of its take."""
    group = parser.add_argument_group("Running")
    group.add_argument(
        "--output",
        metavar="PATTERN",
        default="",
        help="When the take is finished, copy its result here, such as clean.####.exr. "
        "#, #### and %%04d stand for four digits, each @ for one.",
    )
    group.add_argument(
        "--layers", action="store_true", help="Let --output hold all outputs, as layers of one EXR per frame."
    )
    group.add_argument("--overwrite", action="store_true", help="Let --output replace existing files.")
    group.add_argument(
        "--resume", action="store_true", help="Go on with an unfinished take: only what is missing."
    )
    group.add_argument("--workers", type=number_from(1), metavar="N", help="Render in so many processes.")
    group.add_argument("--quiet", action="store_true", help="Say nothing but notes and errors.")
    group.add_argument("--json", action="store_true", help="Print every event as one JSON line.")


def run_and_tell(request: JobRequest, settings: Settings, namespace: argparse.Namespace, frames: str) -> int:
    """Run a request in the foreground; return the exit status."""
    from photodouble.engine.runner import run_job

    options = job_options(settings, namespace, frames)
    with stopping() as stop, telling(quiet=namespace.quiet, as_json=namespace.json) as say:
        result = run_job(request, options, on_event=say, stop=stop)
        if namespace.json and result.manifest is not None:
            say(Finished(str(result.manifest), result.take.label, str(result.take.folder)))
    if not (namespace.json or namespace.quiet):
        tell_result(result, options.step)
    return 0


def job_options(settings: Settings, namespace: argparse.Namespace, frames: str) -> JobOptions:
    """Return how a job runs, from its flags; raises ArtistError for flags that cannot be."""
    from photodouble.engine.options import JobOptions

    if namespace.workers is not None:
        settings = dataclasses.replace(settings, workers=namespace.workers)
    check_pattern(namespace.output)
    return JobOptions(
        frames=FrameRange.from_text(frames) if frames else None,
        resume=namespace.resume,
        output=namespace.output,
        overwrite=namespace.overwrite,
        layers=namespace.layers,
        step=getattr(namespace, "step", ""),
        permit=getattr(namespace, "permit", None),
        settings=settings,
    )


def check_pattern(output: str) -> None:
    """Refuse an --output that is a folder and offer a pattern in it; raises `usage.bad_value`."""
    if not output or not (output.endswith(("/", "\\")) or Path(output).expanduser().is_dir()):
        return
    raise ArtistError(
        "usage.bad_value",
        "The output is a folder",
        f"{output} names a folder, not pictures.",
        f"Add a name with the place of the frame number: {Path(output) / 'clean.####.exr'}",
    )


@contextmanager
def stopping() -> Iterator[threading.Event]:
    """Turn Ctrl-C and a polite kill into a request to stop; a second one ends the program at once.

    Raises ArtistError `engine.stopped` where the work ended because it was asked to.
    """
    from photodouble.ops.operation import Stopped

    stop = threading.Event()

    def ask(number: int, _frame: Any) -> None:
        stop.set()
        signal.signal(number, signal.SIG_DFL)

    named = ("SIGINT", "SIGTERM", "SIGBREAK")
    polite = [getattr(signal, name) for name in named if hasattr(signal, name)]
    before = {number: signal.signal(number, ask) for number in polite}
    try:
        yield stop
    except Stopped:
        raise ArtistError(
            "engine.stopped", "The work was stopped", "It was not finished.", "Start it again."
        ) from None
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def tell_result(result: JobResult, step: str) -> None:
    """Name the take, its copies and the picture to look at."""
    take = result.take
    if step == "analyse" and result.manifest is None:
        tell(f"Take {take.label} is analysed; its frames can be made now.")
        return
    if result.manifest is None:
        tell(incomplete(take.label))
        return
    tell(f"Take {take.label} is finished: {take.folder}")
    if result.copies:
        tell(f"Copied {len(result.copies)} frames to {result.copies[0].parent}")
    if result.contact_sheet is not None:
        tell(f"Look at: {result.contact_sheet}")


def incomplete(label: str) -> str:
    """Say that a chunk is made and the take is not."""
    return f"Take {label}: these frames are finished, others of its range are still missing."


def absolute(path: str) -> str:
    """Return a path or pattern as an absolute one, so that a request means the same anywhere."""
    return str(Path(path).expanduser().absolute())
