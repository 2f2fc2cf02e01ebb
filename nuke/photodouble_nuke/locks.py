"""Frames that stay as they are: the next take of a node keeps them from the take that is shown."""

from __future__ import annotations

import os

import nuke

from photodouble_client.errors import ArtistError
from photodouble_client.frames import FrameRange
from photodouble_client.take_folder import TakeFolder, read_take

from .node import PhotoDoubleNode


def keep(pd: PhotoDoubleNode, frame: int, folder: str = "") -> None:
    """Keep a frame of a take, without a folder the one that is shown; one step of undo.

    Raises ArtistError `engine.no_take` where there is no take, or it has not that frame.
    """
    take = read_take(folder or pd.chosen_folder())
    picture = _picture(take, frame)
    kept = {**pd.locked, frame: picture}
    with nuke.Undo(f"Keep frame {frame}"):
        pd.set_notes("pd_locks", {str(number): path for number, path in kept.items()})
        pd.node["pd_parent"].setValue(take.take)
        pd.node["locked_frames"].setValue(FrameRange(kept).to_text())


def release(pd: PhotoDoubleNode, frame: int) -> None:
    """Let a frame be made anew; one step of undo."""
    kept = {number: path for number, path in pd.locked.items() if number != frame}
    with nuke.Undo(f"Let frame {frame} go"):
        pd.set_notes("pd_locks", {str(number): path for number, path in kept.items()})
        pd.node["locked_frames"].setValue(FrameRange(kept).to_text())


def turn(pd: PhotoDoubleNode, frame: int) -> bool:
    """Keep a frame, or let it go if it is kept; returns whether it is kept now."""
    if frame in pd.locked:
        release(pd, frame)
        return False
    keep(pd, frame)
    return True


def follow_text(pd: PhotoDoubleNode) -> None:
    """Keep what the artist typed into the list: frames of the take that is shown.

    Raises ArtistError `usage.frames` or `engine.no_take`.
    """
    typed = FrameRange.from_text(str(pd.node["locked_frames"].value()))
    stored = pd.notes("pd_locks")
    kept = {str(frame): stored.get(str(frame)) or picture_of(pd, frame) for frame in typed}
    if kept != stored:
        with nuke.Undo("Keep frames"):
            pd.set_notes("pd_locks", kept)
            if pd.take:
                pd.node["pd_parent"].setValue(pd.take)


def picture_of(pd: PhotoDoubleNode, frame: int) -> str:
    """Give the finished picture of a frame of the take that is shown; raises ArtistError `engine.no_take`."""
    return _picture(read_take(pd.chosen_folder()), frame)


def _picture(take: TakeFolder, frame: int) -> str:
    pattern = take.pattern("result")
    sign = "-" if frame < 0 else ""
    path = f"{take.folder}/{pattern}".replace("####", f"{sign}{abs(frame):04d}")
    if frame not in take.range or not pattern or ("%V" not in path and not os.path.isfile(path)):
        raise ArtistError(
            "engine.no_take",
            "This frame is not in the take",
            f"{take.label} has frames {take.range.to_text()}, not {frame}.",
            "Go to a frame that the take has, then keep it.",
        )
    return path
