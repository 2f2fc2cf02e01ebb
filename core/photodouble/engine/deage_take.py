"""A de-aged take opened again: its shot, its face, its result."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from photodouble.engine.eye import open_scratch
from photodouble.engine.prepare import prepare
from photodouble.image.sequence import Sequence
from photodouble.ops.deage.covered import recall_covered
from photodouble.ops.deage.face import FaceTrack
from photodouble.ops.deage.model_keys import recall
from photodouble.ops.deage.records import TRACK, load_track
from photodouble.ops.deage.study import calm_level
from photodouble.ops.operation import Reporter, Scratch
from photodouble.ops.shot import Shot
from photodouble.takes.store import Take
from photodouble_client.errors import ArtistError

Picture = NDArray[np.float32]


@dataclass(frozen=True)
class DeagedTake:
    """A take's shot, where its face is, and the pictures that were made."""

    take: Take
    shot: Shot
    scratch: Scratch
    track: FaceTrack
    pictures: Sequence

    @classmethod
    def of(cls, take: Take, report: Reporter) -> DeagedTake:
        """Open a take; raises ArtistError as `prepare`, `usage.arguments` for a take of another operation."""
        request = take.request()
        if request.operation != "deage":
            raise ArtistError(
                "usage.arguments",
                "This take de-ages nobody",
                f"{take.label} was made by {request.spec.label}.",
                "Choose a take of 'photodouble deage'.",
            )
        pattern = _pattern(take)
        scratch = open_scratch(take.folder)
        if not scratch.has(TRACK, 0):
            raise _unfinished(take)
        shot, track = prepare(request, report).shot, load_track(scratch)
        recall(shot, scratch, track)
        recall_covered(shot, scratch, track)
        return cls(take, shot, scratch, track, Sequence.find(pattern))

    @property
    def frames(self) -> tuple[int, ...]:
        """The frames that are made."""
        return tuple(frame for frame in self.shot.frames if frame in self.pictures.frames)

    @property
    def calm(self) -> float:
        """The relief of calm skin the take was made with; 0 where it made no first pass."""
        return calm_level(self.scratch) if self.scratch.has("calm", 0) else 0.0

    def plate(self, frame: int) -> Picture:
        """Return the plate's display window (h, w, 3), scene-linear."""
        return self.shot.plate_linear(frame, self.shot.display_window)

    def result(self, frame: int) -> Picture:
        """Return the result's display window (h, w, 3), scene-linear."""
        return self.pictures.read(frame).linear(self.shot.display_window)


def _pattern(take: Take) -> str:
    record = next((take.record(frame) for frame in take.request().range if take.record(frame)), None)
    if record is None:
        raise _unfinished(take)
    key = next(key for key in sorted(record.files) if key.startswith("result"))
    path = take.folder / record.files[key].path
    return str(path.with_name(path.name.replace(f".{record.frame:04d}.", ".####.")))


def _unfinished(take: Take) -> ArtistError:
    return ArtistError(
        "engine.frames_missing",
        "The take has no picture yet",
        f"{take.label} has no finished frame.",
        "Finish it first: photodouble run.",
    )
