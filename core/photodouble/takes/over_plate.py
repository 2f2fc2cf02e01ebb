"""A take over its plate, frame by frame: what a host needs that lays the fill in itself."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from contextlib import nullcontext
from typing import Any

import numpy as np
import numpy.typing as npt

from photodouble.image.frame import Frame
from photodouble.image.sequence import Sequence
from photodouble.image.window import Box
from photodouble.ops.opening import open_inputs, view_of, views_of
from photodouble.ops.shot import held_frame
from photodouble_client.errors import ArtistError

from .compare import result_frame
from .record import FrameRecord
from .store import Take

Plane = npt.NDArray[np.float32]


class OverPlate:
    """Read plate, result and what is told of a take's frames, of one view; the plate is opened once.

    Several threads may read. Without a name it is the first view. Raises ArtistError `engine.no_take` where
    no frame with a fill is finished, `usage.bad_value` for a view that the take has not.
    """

    def __init__(self, take: Take, view: str = "") -> None:
        """Open the plate of a take and read its first finished frame."""
        self.take = take
        request = take.request()
        self.view = _known_view(views_of(request), view)
        self._plate = open_inputs(view_of(request, self.view)).ports["plate"]
        self._one_reader = threading.Lock() if self._plate.is_movie else nullcontext()
        finished = next((frame for frame in request.range if self.record(frame) is not None), None)
        if finished is None:
            raise ArtistError(
                "engine.no_take",
                "There is no fill to lay over the plate",
                f"{take.label} has no finished frame with a fill.",
                "Wait for the first frame, or choose another take.",
            )
        self.first = self.plate(finished)

    @property
    def media_first(self) -> int:
        """Give the plate's number of the first frame of its media; that of the take for a held still."""
        if self._plate.still:
            return self.take.request().range.first
        return Sequence.find(self._plate.pattern, view=self._plate.view).frames[0]

    def record(self, frame: int) -> FrameRecord | None:
        """Return what is known of a finished frame that has a fill and a matte."""
        record = self.take.record(frame)
        is_whole = record is not None and all(record.file(name, self.view) for name in ("fill", "matte"))
        return record if is_whole else None

    def plate(self, frame: int) -> Frame:
        """Read a frame of the plate; raises as its reader does."""
        self._plate.require([frame])
        with self._one_reader:
            return self._plate.read(held_frame(self._plate, frame))

    def result(self, frame: int) -> Frame:
        """Read a frame of the result."""
        return result_frame(self.take, frame, self.view)

    def channels(self, record: FrameRecord, output: str, names: Mapping[str, float], window: Box) -> Plane:
        """Lay channels of an output into a window, as `laid_channels`."""
        return laid_channels(self.take, record, output, names, window, self.view)


def _known_view(views: tuple[str, ...], view: str) -> str:
    if view and view not in views:
        raise ArtistError(
            "usage.bad_value",
            "The take has no such view",
            f"{view} was named; it has {' and '.join(filter(None, views)) or 'one without a name'}.",
            "Name one of its views, or none.",
        )
    return view or views[0]


def laid_channels(
    take: Take, record: FrameRecord, output: str, names: Mapping[str, float], window: Box, view: str = ""
) -> Plane:
    """Lay channels of an output into a window: (h, w, names); the numbers stand where it says nothing."""
    planes = np.empty((*window.size, len(names)), np.float32)
    planes[...] = tuple(names.values())
    written = record.file(output, view)
    if written is None:
        return planes
    path = take.folder / written.path
    read = Sequence.find(path, channels=next(iter(names))).read(record.frame, needs_colour=False)
    there = read.data_window.intersect(window)
    for number, name in enumerate(names):
        planes[(*there.slices_in(window), number)] = read.channel(name, there)
    return planes


def added(below: Plane, wanted: Plane, matte: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Give what has to be added to `(1 - matte) * below` for `wanted`: (h, w, 3), in the matte's precision.

    Both pictures are in one encoding; `matte` is (h, w). Where it is 1, what lies below counts for nothing,
    not even where it is no number.
    """
    kept = 1 - matte[..., None]
    with np.errstate(invalid="ignore", over="ignore"):
        return np.where(kept > 0, wanted - kept * below, wanted)
