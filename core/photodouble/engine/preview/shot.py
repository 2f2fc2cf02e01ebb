"""The shot a preview works on: the wanted frame and a few around it, at reduced size."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from photodouble.engine.headers import plate_windows
from photodouble.image.frame import Frame
from photodouble.image.matte import MatteSettings
from photodouble.image.window import Box
from photodouble.ops.operation import Reporter
from photodouble.ops.shot import Shot, ShotFacts, ShotInputs, crop, matte_settings
from photodouble_client.frames import FrameRange
from photodouble_client.request import JobRequest

from .mattes import Mattes
from .reduced import Grid, ReducedSequence, reduced_sequence, sequence_mark
from .store import PreviewStore

Array = NDArray[np.float32]

SIZE_CONTROLS = ("analysis_size",)
"""Controls in pixels that name a size to work at, which a preview chooses itself."""


class ReducedShot(Shot):
    """A shot at reduced size that serves the same operation as the whole one."""

    def __init__(
        self,
        request: JobRequest,
        opened: ShotInputs,
        facts: ShotFacts,
        *,
        size: PreviewSize,
        report: Reporter,
    ) -> None:
        """Lay reduced pictures over the opened inputs; the facts are in preview pixels."""
        self._report = report
        self.grid = size.grid
        self._matte = Mattes(opened.ports["matte"], size.grid, size.store)
        banned = opened.ports.get("do_not_sample")
        self._banned = Mattes(banned, size.grid, size.store) if banned is not None else None
        scale, store = size.grid.scale, size.store
        ports = {key: reduced_sequence(port, scale, store) for key, port in opened.ports.items()}
        overrides = {frame: reduced_sequence(one, scale, store) for frame, one in opened.overrides.items()}
        super().__init__(request, ShotInputs(ports, overrides), facts)
        self.opened, self.store = opened, store

    def plate(self, frame: int) -> Frame:
        """Read a reduced plate frame; a stop is obeyed before every picture."""
        self._report.check()
        return super().plate(frame)

    def matte(self, frame: int, box: Box | None = None) -> Array:
        """Return the final matte, (h, w) float32; a stop is obeyed before every picture."""
        self._report.check()
        return super().matte(frame, box)

    def whole_matte(self, frame: int, box: Box) -> Array:
        """Return the final matte at the plate's own size over a box of plate pixels."""
        return self._matte.whole(frame, box, self.matte_settings(frame))

    def do_not_sample(self, frame: int, box: Box) -> Array:
        """Return where pixels must not be taken from, (h, w) float32, 0 to 1."""
        sequence = self.opened.ports.get("do_not_sample")
        if self._banned is None or sequence is None or sequence.missing([frame]):
            return np.zeros(box.size, np.float32)
        whole = self._banned.reduced(frame, self.canvas, MatteSettings())
        return crop(whole, self.canvas, box)

    def is_warm(self, frame: int) -> bool:
        """Whether the reduced plate of a frame is at hand without reading it."""
        plate = self.inputs.ports["plate"]
        return isinstance(plate, ReducedSequence) and plate.is_warm(frame)

    def matte_settings(self, frame: int) -> MatteSettings:
        """Return the matte's settings at a frame, in plate pixels."""
        return matte_settings({key: self.value(key, frame) for key in self.values if "matte" in key})

    def plate_mark(self, frame: int) -> tuple[object, ...]:
        """Return what decides the plate pixels of a frame, an artist's picture included."""
        own = self.opened.overrides.get(frame)
        plate = sequence_mark(self.opened.ports["plate"], frame)
        return plate if own is None else (*plate, *sequence_mark(own, frame))

    def matte_mark(self, frame: int) -> tuple[object, ...]:
        """Return what decides which pixels of a frame are hidden or banned."""
        settings = self.matte_settings(frame)
        sequence = self.opened.ports.get("do_not_sample")
        if self._banned is None or sequence is None or sequence.missing([frame]):
            return self._matte.mark(frame, settings)
        return (*self._matte.mark(frame, settings), *self._banned.mark(frame, MatteSettings()))

    def _read_matte(self, frame: int) -> Array:
        return self._matte.reduced(frame, self.canvas, self.matte_settings(frame))


@dataclasses.dataclass(frozen=True)
class PreviewSize:
    """How large a preview is: its grid, the longer side of its analysis, and what it keeps warm."""

    grid: Grid
    analysis_size: int
    store: PreviewStore


def reduced_shot(
    request: JobRequest,
    opened: ShotInputs,
    frame: int,
    sources: tuple[int, ...],
    size: PreviewSize,
    report: Reporter,
) -> ReducedShot:
    """Return the shot of one wanted frame with its few source frames, everything in preview pixels.

    Raises ArtistError as `plate_windows`.
    """
    seen = sorted({frame, *sources})
    windows = plate_windows(opened.ports["plate"], seen, report)
    narrowed = dataclasses.replace(
        request,
        range=FrameRange([frame]),
        source_range=FrameRange(sources),
        values=reduced_values(request, size),
    )
    facts = ShotFacts(
        (frame,), sources, size.grid.reduced(windows.canvas), size.grid.reduced(windows.display)
    )
    return ReducedShot(narrowed, opened, facts, size=size, report=report)


def reduced_values(request: JobRequest, size: PreviewSize) -> dict[str, Any]:
    """Return the values with lengths in preview pixels; mattes are shaped in the plate's own."""
    values = dict(request.values)
    for param in request.spec.params:
        if param.unit == "px" and not param.key.startswith("matte_") and param.key not in SIZE_CONTROLS:
            values[param.key] = _scaled(values[param.key], size.grid.scale)
    values["analysis_size"] = min(int(values["analysis_size"]), size.analysis_size)
    return values


def _scaled(value: Any, scale: int) -> Any:
    if isinstance(value, Mapping):
        return {"frames": {frame: one / scale for frame, one in value["frames"].items()}}
    return value / scale
