"""What crosses the wire between a host and the engine, beside requests and events: jobs, previews, workers.

Both ends read and write these forms; `PROTOCOL` changes when an older end could misunderstand a newer one.
"""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass
from typing import Any, Mapping, Optional, Tuple

from .errors import ArtistError
from .frames import FrameRange
from .request import JobRequest, new_take_id
from .stored import Json, Upgrade, bad_request, refuse_unknown, upgraded

PROTOCOL = 1
UPGRADES: Tuple[Upgrade, ...] = ()
SCHEMA = len(UPGRADES) + 1
STATES = ("queued", "running", "finished", "failed", "cancelled")
ENDED = ("finished", "failed", "cancelled")
PRIORITIES = (-100, 100)
_ID = re.compile(r"[0-9a-f]{32}\Z")


def new_id() -> str:
    """Make the random id of a job, preview or task: 32 hexadecimal digits."""
    return new_take_id()


def checked_id(text: Any) -> str:
    """Return an id as it is; anything but 32 hexadecimal digits raises ArtistError `input.bad_request`."""
    if not isinstance(text, str) or not _ID.match(text):
        raise bad_request(f"{text!r} is no id.", "Give 32 hexadecimal digits.")
    return text


@dataclass(frozen=True)
class Submission:
    """Ask the engine to run a request.

    `job` is made by the client, so that sending the same submission twice makes one job. `frames` selects
    what is written (empty: the whole range); `output` is a pattern for a copy made after sealing; a higher
    `priority` (-100 to 100) goes first; `session` names the host session that asks.
    """

    request: JobRequest
    job: str = ""
    frames: FrameRange = FrameRange()
    output: str = ""
    overwrite: bool = False
    layers: bool = False
    resume: bool = False
    priority: int = 0
    session: str = ""

    def to_json(self) -> Json:
        """Write the submission as plain JSON values."""
        return {
            "frames": self.frames.to_text(),
            "job": self.job,
            "layers": self.layers,
            "output": self.output,
            "overwrite": self.overwrite,
            "priority": self.priority,
            "request": self.request.to_json(),
            "resume": self.resume,
            "schema": SCHEMA,
            "session": self.session,
        }

    @classmethod
    def from_json(cls, stored: Any) -> Submission:
        """Read a submission; an unknown field or a wrong type raises ArtistError `input.bad_request`."""
        stored = _read(stored, cls, "submission")
        return cls(
            request=JobRequest.from_json(stored.get("request", {})),
            job=checked_id(stored["job"]) if stored.get("job") else new_id(),
            frames=FrameRange.from_text(_text(stored, "frames")),
            output=_text(stored, "output"),
            overwrite=_flag(stored, "overwrite"),
            layers=_flag(stored, "layers"),
            resume=_flag(stored, "resume"),
            priority=_whole(stored, "priority", *PRIORITIES),
            session=_text(stored, "session"),
        )


@dataclass(frozen=True)
class PreviewWanted:
    """Ask for one frame at reduced size, quickly. It is never a take.

    `slot` names what the preview is shown in, such as a node: a newer preview for a slot cancels the older.
    `scale` divides width and height (0: chosen for the size of the plate).
    """

    request: JobRequest
    frame: int
    preview: str = ""
    slot: str = ""
    scale: int = 0
    session: str = ""

    def to_json(self) -> Json:
        """Write the wish as plain JSON values."""
        return {
            "frame": self.frame,
            "preview": self.preview,
            "request": self.request.to_json(),
            "scale": self.scale,
            "schema": SCHEMA,
            "session": self.session,
            "slot": self.slot,
        }

    @classmethod
    def from_json(cls, stored: Any) -> PreviewWanted:
        """Read a wish; an unknown field or a wrong type raises ArtistError `input.bad_request`."""
        stored = _read(stored, cls, "preview")
        if "frame" not in stored:
            raise bad_request("The preview names no frame.", "Give it a frame number.")
        return cls(
            request=JobRequest.from_json(stored.get("request", {})),
            frame=_whole(stored, "frame", -(10**9), 10**9),
            preview=checked_id(stored["preview"]) if stored.get("preview") else new_id(),
            slot=_text(stored, "slot"),
            scale=_whole(stored, "scale", 0, 64),
            session=_text(stored, "session"),
        )


@dataclass(frozen=True)
class Job:
    """What the engine knows about a job. `done` of `frames` frames are finished; `order` counts submissions.

    `take_folder` and `take_label` are empty until the take is claimed; `manifest` until it is sealed.
    `error` is set when the state is failed or cancelled; such a job can be resumed.
    """

    job: str
    state: str = "queued"
    operation: str = ""
    shot: str = ""
    take: str = ""
    take_label: str = ""
    take_folder: str = ""
    manifest: str = ""
    contact_sheet: str = ""
    done: int = 0
    frames: int = 0
    note: str = ""
    priority: int = 0
    order: int = 0
    submitted: str = ""
    host: str = ""
    script: str = ""
    node: str = ""
    session: str = ""
    copies: Tuple[str, ...] = ()
    warnings: Tuple[str, ...] = ()
    error: Optional[ArtistError] = None

    @property
    def has_ended(self) -> bool:
        """Whether the job is finished, failed or cancelled."""
        return self.state in ENDED

    @property
    def can_resume(self) -> bool:
        """Whether the job ended without a complete take."""
        return self.state in ("failed", "cancelled")

    def to_json(self) -> Json:
        """Write the job as plain JSON values."""
        stored = {each.name: getattr(self, each.name) for each in dataclasses.fields(self)}
        stored["copies"] = list(self.copies)
        stored["warnings"] = list(self.warnings)
        stored["error"] = None if self.error is None else self.error.to_json()
        stored["schema"] = SCHEMA
        return stored

    @classmethod
    def from_json(cls, stored: Any) -> Job:
        """Read a job; raises ArtistError `input.bad_request`."""
        stored = dict(_read(stored, cls, "job"))
        stored.pop("schema")
        stored["copies"] = tuple(stored.get("copies", ()))
        stored["warnings"] = tuple(stored.get("warnings", ()))
        error = stored.get("error")
        stored["error"] = None if error is None else ArtistError.from_json(error)
        return cls(**stored)


def _read(stored: Any, kind: Any, what: str) -> Mapping[str, Any]:
    if not isinstance(stored, Mapping):
        raise bad_request(f"The {what} is no set of named fields.", "Send a JSON object.")
    current = upgraded(stored, UPGRADES, what)
    refuse_unknown(current, ["schema"] + [each.name for each in dataclasses.fields(kind)], what)
    return current


def _text(stored: Mapping[str, Any], name: str) -> str:
    value = stored.get(name, "")
    if not isinstance(value, str):
        raise bad_request(f"{name} was given {value!r}.", "Give text.")
    return value


def _flag(stored: Mapping[str, Any], name: str) -> bool:
    value = stored.get(name, False)
    if not isinstance(value, bool):
        raise bad_request(f"{name} was given {value!r}.", "Give true or false.")
    return value


def _whole(stored: Mapping[str, Any], name: str, lowest: int, highest: int) -> int:
    value = stored.get(name, 0)
    if isinstance(value, bool) or not isinstance(value, int) or not lowest <= value <= highest:
        raise bad_request(f"{name} was given {value!r}.", f"Give a whole number from {lowest} to {highest}.")
    return value
