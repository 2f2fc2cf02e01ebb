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
from photodouble.ops.shot import PLAIN_MATTES, Shot, ShotFacts, ShotInputs, crop, matte_settings
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
        self._plain = {
            port: Mattes(opened.ports[port], size.grid, size.store)
            for port in PLAIN_MATTES
            if port in opened.ports
        }
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
        drawn = self._matte.whole(frame, box, self.matte_settings(frame))
        if not self._has_plain("companion", frame):
            return drawn
        plain = MatteSettings()
        companion = self._plain["companion"].whole(frame, box, plain)
        if self._has_plain("keep", frame):
            companion = companion * (1 - self._plain["keep"].whole(frame, box, plain))
        return np.maximum(drawn, companion)

    def plain_matte(self, port: str, frame: int, box: Box) -> Array:
        """Return a matte of `PLAIN_MATTES` at reduced size over `box`, (h, w) float32, 0 to 1."""
        if not self._has_plain(port, frame):
            return np.zeros(box.size, np.float32)
        return crop(self._plain[port].reduced(frame, self.canvas, MatteSettings()), self.canvas, box)

    def _has_plain(self, port: str, frame: int) -> bool:
        return port in self._plain and not self.opened.ports[port].missing([frame])

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
        marks: tuple[object, ...] = self._matte.mark(frame, settings)
        for port, mattes in self._plain.items():
            if self._has_plain(port, frame):
                marks = (*marks, port, *mattes.mark(frame, MatteSettings()))
        return marks

    def _read_matte(self, frame: int) -> Array:
        drawn = self._matte.reduced(frame, self.canvas, self.matte_settings(frame))
        return self.joined(drawn, frame, self.canvas)


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
