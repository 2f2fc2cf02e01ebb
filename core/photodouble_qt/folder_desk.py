"""The desk of the panel alone: a folder of takes, with no host around it."""

from __future__ import annotations

import dataclasses
import os
import re
from typing import Any, Dict, Mapping, Optional, Sequence

from photodouble_client.errors import ArtistError
from photodouble_client.request import JobRequest
from photodouble_client.wire import Submission

from .desk import Desk, Place, Selection

_VERSION = re.compile(r"v\d+$", re.IGNORECASE)
_REQUEST = "request.json"


class FolderDesk(Desk):
    """Look at the takes of a shot's folder. A new take is made from the request of the one looked at."""

    host = "panel"
    can_lock = True
    submit_label = "Make It Again"
    submit_help = "Make a new take with the settings of this one. Frames that are kept are taken over"

    def __init__(self, folder: str, connecting: Optional[Mapping[str, Any]] = None) -> None:
        super().__init__()
        self._connecting = dict(connecting or {})
        self._selection = selection_of(folder)
        self._place: Optional[Place] = None
        self._locks: Dict[int, str] = {}

    def connecting(self) -> Mapping[str, Any]:
        """Give what `Engine.connect` takes beside the host."""
        return self._connecting

    def selection(self) -> Optional[Selection]:
        """Give the folder."""
        return self._selection

    def look_at(self, place: Optional[Place]) -> None:
        """Remember the take; frames that were kept from another shot's take are kept no more."""
        before = self._place
        self._place = place
        if before is not None and (place is None or _shot_of(before) != _shot_of(place)):
            self._locks.clear()

    def can_submit(self) -> bool:
        """Whether a take is looked at."""
        return self._place is not None

    def submit(self) -> Optional[Submission]:
        """Give the request of the take that is looked at once more; raises ArtistError `engine.no_take`."""
        if self._place is None:
            raise _no_take("No take is chosen.", "Choose one in the list.")
        request = _request_of(self._place)
        again = dataclasses.replace(
            request,
            take="",
            parent=self._place.take,
            locks={**request.locks, **self._locks},
            output_root=self._selection.takes_root or request.output_root,
        )
        return Submission(again)

    def go_to(self, frame: int) -> None:
        """Move the playhead, which here is the panel's own."""
        self._selection = dataclasses.replace(self._selection, frame=frame)

    def locked_frames(self) -> Sequence[int]:
        """List the frames that the next take keeps."""
        return sorted(self._locks)

    def lock(self, frame: int, keep: bool) -> None:
        """Keep a frame of the take that is looked at, or let it be made anew."""
        if not keep:
            self._locks.pop(frame, None)
        elif self._place is not None:
            self._locks[frame] = picture_of(self._place.folder, frame)


def selection_of(folder: str) -> Selection:
    """Find where the takes of a folder lie: it may be their root, or that of a shot, operation or take.

    Without a folder the engine looks where its settings say.
    """
    if not folder:
        return Selection("all takes")
    full = os.path.abspath(os.path.expanduser(folder))
    if not _VERSION.match(os.path.basename(full)) and os.path.isdir(os.path.join(full, "takes")):
        full = os.path.join(full, "takes")
    depth = _depth(full)
    if depth == 0:
        above = os.path.dirname(full) if os.path.basename(full) == "takes" else full
        return Selection("all takes of " + (os.path.basename(above) or full), takes_root=full)
    parts = full.split(os.sep)
    root, names = os.sep.join(parts[:-depth]) or os.sep, parts[-depth:]
    operation = names[1] if len(names) > 1 else ""
    return Selection(names[0], operation, root, names[0])


def picture_of(folder: str, frame: int) -> str:
    """Find the result of one frame of a take; raises ArtistError `engine.no_take`."""
    result = os.path.join(folder, "result")
    sign = "-" if frame < 0 else ""
    number = ".{}{:04d}.".format(sign, abs(frame))
    try:
        found = sorted(name for name in os.listdir(result) if number in name and not name.startswith("."))
    except OSError:
        found = []
    if found:
        return os.path.join(result, found[0])
    raise _no_take(f"The take has no finished frame {frame}.", "Choose a finished frame.")


def _depth(folder: str) -> int:
    """Say how many names lie between the root of takes and a folder: 3 for a take, 1 for a shot."""
    if os.path.isfile(os.path.join(folder, _REQUEST)):
        return 3
    inside = _folders(folder)
    if any(os.path.isfile(os.path.join(folder, name, _REQUEST)) for name in inside):
        return 2
    deeper = [
        os.path.join(folder, name, below) for name in inside for below in _folders(os.path.join(folder, name))
    ]
    return 1 if any(os.path.isfile(os.path.join(path, _REQUEST)) for path in deeper) else 0


def _folders(folder: str) -> Sequence[str]:
    try:
        with os.scandir(folder) as found:
            return sorted(one.name for one in found if one.is_dir() and not one.name.startswith("."))
    except OSError:
        return ()


def _request_of(place: Place) -> JobRequest:
    path = os.path.join(place.folder, _REQUEST)
    try:
        with open(path, encoding="utf-8") as stream:
            return JobRequest.from_text(stream.read())
    except OSError as problem:
        raise _no_take(
            f"{place.name} has no readable request.", "Choose another take.", str(problem)
        ) from problem


def _shot_of(place: Place) -> str:
    return os.path.dirname(place.folder)


def _no_take(message: str, fix: str, detail: str = "") -> ArtistError:
    return ArtistError("engine.no_take", "This take cannot be used", message, fix, detail)
