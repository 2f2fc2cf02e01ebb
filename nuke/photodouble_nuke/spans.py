"""Frames from one to another, as far as anybody can have meant so many."""

from __future__ import annotations

from photodouble_client.errors import ArtistError
from photodouble_client.frames import FrameRange

MOST_FRAMES = 100000
"""More than an hour of film in one take is a slip of the hand, and listing it would hold Nuke up."""


def span(first: float, last: float) -> FrameRange:
    """Give every frame from one to another; raises ArtistError `usage.frames` for too many."""
    _refuse(int(last) - int(first) + 1)
    return FrameRange(range(int(first), int(last) + 1))


def few(found: FrameRange) -> FrameRange:
    """Give frames back that are not too many; raises ArtistError as `span`."""
    _refuse(len(found))
    return found


def _refuse(count: int) -> None:
    if count > MOST_FRAMES:
        raise ArtistError(
            "usage.frames",
            "There are too many frames",
            "{} frames are asked for, and a take has {} at most.".format(count, MOST_FRAMES),
            "Choose 'these' under Frames and list the frames of the shot, or set the range of the script.",
        )
