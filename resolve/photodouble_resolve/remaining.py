"""Jobs whose takes are not on the timeline yet: kept in the user's own files, so that they outlive Resolve.

What is needed to place a take is written down before its job is handed over. Resolve may quit meanwhile: the
engine finishes the job, and the take is placed when Resolve and its project are open again.
"""

from __future__ import annotations

import dataclasses
import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Dict, List, Mapping, Optional, Union

from photodouble_client.errors import ArtistError
from photodouble_client.settings import settings_path

from .calls import LOG, text
from .runs import Pixels

if TYPE_CHECKING:
    from photodouble_client.engine import Engine

    from .placing import Placed

UNREADABLE = (OSError, LookupError, TypeError, ValueError, AttributeError, RecursionError, ArtistError)
"""What a damaged file of a job may raise: it is passed over, and the others are placed."""
WAITING, PLACED = "waiting", "placed"
KEPT = 500
"""How many placed takes are remembered, so that they can be chosen again."""


@dataclass(frozen=True)
class Remembered:
    """Where the take of a job belongs: project, timeline and clip by their ids, and what the clip showed."""

    job: str
    take: str
    project: str
    timeline: str
    item: str
    clip: str
    name: str
    source_in: int
    source_out: int
    length: int
    speed: float
    pixels: Pixels
    takes_root: str = ""
    managed: str = ""

    def to_json(self) -> Dict[str, Any]:
        """Write it as plain JSON values."""
        stored = dataclasses.asdict(self)
        return {**stored, "pixels": self.pixels.to_json()}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Remembered:
        """Read it; raises KeyError, TypeError or ValueError for what is no such file."""
        pixels = Pixels.from_json(stored["pixels"])
        if not pixels.order:
            raise ValueError("a remembered job shows no frame")
        return cls(**{**dict(stored), "pixels": pixels})


def folder(state: str = WAITING) -> str:
    """Name the folder of the user's own where these files lie."""
    return os.path.join(os.path.dirname(os.path.abspath(settings_path())), "resolve", state)


def remember(one: Remembered) -> None:
    """Write a job down, whole or not at all; raises ArtistError `input.unwritable_output`."""
    _write(one, WAITING)


def forget(job: str) -> None:
    """Take a job off the list."""
    _remove(job, WAITING)


def settled(one: Remembered) -> None:
    """Move a job from the waiting ones to the placed ones."""
    _write(one, PLACED)
    forget(one.job)
    for old in _names(PLACED)[:-KEPT]:
        _remove(old, PLACED)


def find(job: str) -> Optional[Remembered]:
    """Find a job, waiting or placed; None where it was never remembered."""
    return _read(job, WAITING) or _read(job, PLACED)


def waiting(project: Any = None) -> List[Remembered]:
    """List the jobs whose takes are not placed yet: of a project, or all of them."""
    found = [one for one in (_read(name, WAITING) for name in _names(WAITING)) if one is not None]
    if project is None:
        return found
    ident = text(project, "GetUniqueId") or text(project, "GetName")
    return [one for one in found if one.project == ident]


def place_all(resolve: Any, engine: Engine) -> List[Union[Placed, ArtistError]]:
    """Place every take of the open project whose job has ended; one that fails does not stop the others.

    Jobs that are still at work stay on the list and are not in the answer.
    """
    from . import running
    from .clips import project_of

    told: List[Union[Placed, ArtistError]] = []
    for one in waiting(project_of(resolve)):
        try:
            if engine.job(one.job).has_ended:
                told.append(running.place(resolve, engine, one.job))
        except ArtistError as problem:
            if problem.code == "engine.no_job":  # it was never handed over, or is another machine's
                LOG.warning("the engine does not know job %s", one.job)
                continue
            told.append(problem)
    return told


def _write(one: Remembered, state: str) -> None:
    path = _path(one.job, state)
    content = json.dumps(one.to_json(), indent=1, sort_keys=True) + "\n"
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path + ".new", "w", encoding="utf-8") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(path + ".new", path)
    except OSError as problem:
        raise ArtistError(
            "input.unwritable_output",
            "The job cannot be written down",
            "{} cannot be written, and without it the take would not find its clip.".format(path),
            "Free the disk or have the rights of that folder changed, then ask again.",
            str(problem),
        ) from problem


def _read(job: str, state: str) -> Optional[Remembered]:
    try:
        with open(_path(job, state), encoding="utf-8") as file:
            return Remembered.from_json(json.load(file))
    except FileNotFoundError:
        return None
    except UNREADABLE as problem:
        LOG.warning("the remembered job %s cannot be read: %s", job, problem)
        return None


def _remove(job: str, state: str) -> None:
    try:
        os.remove(_path(job, state))
    except OSError:
        return


def _names(state: str) -> List[str]:
    """List jobs, the oldest first."""
    try:
        names = [name for name in os.listdir(folder(state)) if name.endswith(".json")]
    except OSError:
        return []
    names.sort(key=lambda name: (_stamp(os.path.join(folder(state), name)), name))
    return [name[: -len(".json")] for name in names]


def _stamp(path: str) -> float:
    try:
        return os.path.getmtime(path)
    except OSError:
        return 0.0


def _path(job: str, state: str) -> str:
    return os.path.join(folder(state), os.path.basename(job) + ".json")
