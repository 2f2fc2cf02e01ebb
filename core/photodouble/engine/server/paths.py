"""Paths that hosts and pages name: full ones only, and none that climbs out of its folder."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path

from photodouble_client.errors import ArtistError
from photodouble_client.pathmap import is_full_path
from photodouble_client.request import JobRequest
from photodouble_client.stored import bad_request
from photodouble_client.wire import Submission

from .answers import nowhere

NAMES = (
    *("show", "sequence", "shot", "task", "person", "parent", "view"),
    *("host", "host_version", "script", "node"),
)
LONGEST_NAME = 4096

_PICTURE = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]{0,200}\.png\Z")


def check_submission(submission: Submission) -> None:
    """Refuse paths that the engine would look for or write elsewhere than the artist thinks."""
    check_names(submission.request)
    check_pictures(submission.request)
    for field, path in (("output", submission.output), ("output_root", submission.request.output_root)):
        if path and not is_full_path(path):
            raise _bad_output(f"{field} is no full path: {path}")
    if ".." in re.split(r"[/\\]", submission.output):
        raise _bad_output(f"output holds '..': {submission.output}")


def check_names(request: JobRequest) -> None:
    """Refuse names that nobody could read in a list of jobs, and that every look at it would carry."""
    for field in NAMES:
        if len(getattr(request, field)) > LONGEST_NAME:
            raise bad_request(f"{field} is longer than {LONGEST_NAME} characters.", "Give a shorter one.")


def check_pictures(request: JobRequest) -> None:
    """Refuse pictures that are named from the folder of whoever asks, which the engine does not know."""
    named = [one.path for one in request.inputs.values()]
    for path in (*named, *request.overrides.values(), *request.locks.values()):
        if path and not is_full_path(path):
            raise ArtistError(
                "input.missing_sequence",
                "The path of the pictures is not complete",
                f"The engine does not work in your folder, so it cannot find {path}.",
                "Give the whole path, from the root or the drive.",
            )


def picture_of(folder: str, name: str) -> bytes:
    """Read a PNG that lies in the pictures folder of a take; raises ArtistError `engine.no_job`."""
    path = Path(folder) / "pictures" / name
    if not folder or not _PICTURE.match(name):
        raise nowhere("such picture")
    try:
        with open(path, "rb", opener=_no_link) as stream:
            return stream.read()
    except OSError:
        raise nowhere("such picture") from None


def _no_link(path: str, flags: int) -> int:
    """Open a plain file; a link, which may lead anywhere, and a pipe, which may never end, are refused."""
    opened = os.open(path, flags | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    if stat.S_ISREG(os.fstat(opened).st_mode):
        return opened
    os.close(opened)
    raise FileNotFoundError(path)


def _bad_output(why: str) -> ArtistError:
    return ArtistError(
        "input.unwritable_output",
        "The output must be a full path",
        f"The engine does not work in your folder. {why}",
        "Give the whole path, from the root or the drive, without '..'.",
    )
