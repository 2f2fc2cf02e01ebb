"""What a running job says: one JSON line per event."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable, Dict, Mapping, Tuple, Union

from .errors import ArtistError
from .stored import Json, Upgrade, bad_request, upgraded

UPGRADES: Tuple[Upgrade, ...] = ()
SCHEMA = len(UPGRADES) + 1


@dataclass(frozen=True)
class Queued:
    """Say that the job waits for its turn; with label and folder, that its take is there."""

    take: str = ""
    label: str = ""
    folder: str = ""

    def to_json(self) -> Json:
        """Write the event as plain JSON values."""
        return {
            "event": "queued",
            "folder": self.folder,
            "label": self.label,
            "schema": SCHEMA,
            "take": self.take,
        }


@dataclass(frozen=True)
class Progress:
    """Say how far the present step of the work is: `frame` of `of`, and what it is doing."""

    frame: int
    of: int
    note: str = ""

    def to_json(self) -> Json:
        """Write the event as plain JSON values."""
        return {"event": "progress", "frame": self.frame, "note": self.note, "of": self.of, "schema": SCHEMA}


@dataclass(frozen=True)
class FrameDone:
    """Say that a frame is finished and safe on disk."""

    frame: int
    path: str

    def to_json(self) -> Json:
        """Write the event as plain JSON values."""
        return {"event": "frame_done", "frame": self.frame, "path": self.path, "schema": SCHEMA}


@dataclass(frozen=True)
class Warned:
    """Say something the artist should know that does not stop the work."""

    message: str

    def to_json(self) -> Json:
        """Write the event as plain JSON values."""
        return {"event": "warned", "message": self.message, "schema": SCHEMA}


@dataclass(frozen=True)
class Failed:
    """Say why the job ended without a complete take."""

    error: ArtistError

    def to_json(self) -> Json:
        """Write the event as plain JSON values."""
        return {"error": self.error.to_json(), "event": "failed", "schema": SCHEMA}


@dataclass(frozen=True)
class Finished:
    """Say that the take is complete: the path of its manifest, its name and its folder."""

    manifest: str
    take: str = ""
    folder: str = ""

    def to_json(self) -> Json:
        """Write the event as plain JSON values."""
        return {
            "event": "finished",
            "folder": self.folder,
            "manifest": self.manifest,
            "schema": SCHEMA,
            "take": self.take,
        }


@dataclass(frozen=True)
class Previewed:
    """Say that a preview is ready: its EXR and its PNG, how far it is reduced, and what to know about it."""

    frame: int
    path: str
    picture: str
    scale: int = 1
    notes: Tuple[str, ...] = ()

    def to_json(self) -> Json:
        """Write the event as plain JSON values."""
        return {
            "event": "previewed",
            "frame": self.frame,
            "notes": list(self.notes),
            "path": self.path,
            "picture": self.picture,
            "scale": self.scale,
            "schema": SCHEMA,
        }


@dataclass(frozen=True)
class Answered:
    """Say what a task found, as plain JSON values."""

    answer: Any = None

    def to_json(self) -> Json:
        """Write the event as plain JSON values."""
        return {"answer": self.answer, "event": "answered", "schema": SCHEMA}


Event = Union[Queued, Progress, FrameDone, Warned, Failed, Finished, Previewed, Answered]
LAST = (Failed, Finished, Previewed, Answered)

_READERS: Dict[str, Callable[[Mapping[str, Any]], Event]] = {
    "queued": lambda stored: Queued(
        str(stored["take"]), str(stored.get("label", "")), str(stored.get("folder", ""))
    ),
    "progress": lambda stored: Progress(int(stored["frame"]), int(stored["of"]), str(stored["note"])),
    "frame_done": lambda stored: FrameDone(int(stored["frame"]), str(stored["path"])),
    "warned": lambda stored: Warned(str(stored["message"])),
    "failed": lambda stored: Failed(ArtistError.from_json(stored["error"])),
    "finished": lambda stored: Finished(
        str(stored["manifest"]), str(stored.get("take", "")), str(stored.get("folder", ""))
    ),
    "previewed": lambda stored: Previewed(
        int(stored["frame"]),
        str(stored["path"]),
        str(stored["picture"]),
        int(stored.get("scale", 1)),
        tuple(str(note) for note in stored.get("notes", ())),
    ),
    "answered": lambda stored: Answered(stored.get("answer")),
}


def from_json(stored: Mapping[str, Any]) -> Event:
    """Read an event that crossed the wire; raises ArtistError `input.bad_request` if it is not one."""
    current = upgraded(stored, UPGRADES, "event")
    reader = _READERS.get(str(current.get("event")))
    if reader is None:
        raise bad_request("There is no event {!r}.".format(current.get("event")), "Update Photo Double.")
    try:
        return reader(current)
    except (KeyError, TypeError, ValueError) as problem:
        raise bad_request(
            "The event {!r} is incomplete.".format(current["event"]), "Update Photo Double."
        ) from problem
