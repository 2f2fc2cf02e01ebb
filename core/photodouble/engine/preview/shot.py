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
from photodouble.image.sequence import Sequence
from photodouble.image.window import Box
from photodouble.ops.operation import Reporter
from photodouble.ops.shot import PLAIN_MATTES, Shot, ShotFacts, ShotInputs, crop, matte_settings
from photodouble_client.frames import FrameRange
from photodouble_client.request import JobRequest

from .mattes import Mattes
from .places import lines_within, scaled_document
from .reduced import Grid, ReducedSequence, reduced_layers, reduced_sequence, sequence_mark
from .store import PreviewStore, file_mark

Array = NDArray[np.float32]

NUMBERS = ("lighting", "front", "undistort", "redistort")
"""Ports whose pictures are no colours."""
WHOLE = ("artwork",)
"""Ports whose pictures stay as large as they are."""
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
        drawn = opened.ports.get("matte")
        self._matte = Mattes(drawn, size.grid, size.store) if drawn is not None else None
        self._plain = {
            port: Mattes(opened.ports[port], size.grid, size.store)
            for port in PLAIN_MATTES
            if port in opened.ports
        }
        scale, store = size.grid.scale, size.store
        ports = {key: _reduced(key, port, scale, store) for key, port in opened.ports.items()}
        overrides = {frame: reduced_sequence(one, scale, store) for frame, one in opened.overrides.items()}
        super().__init__(request, ShotInputs(ports, overrides, opened.documents), facts)
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
        if self._matte is None:
            return np.ones(box.size, np.float32)
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
        marks: tuple[object, ...] = ()
        if self._matte is not None:
            marks = self._matte.mark(frame, self.matte_settings(frame))
        for port, mattes in self._plain.items():
            if self._has_plain(port, frame):
                marks = (*marks, port, *mattes.mark(frame, MatteSettings()))
        return marks

    def document(self, port: str) -> dict[str, Any] | None:
        """Return a document with its places in preview pixels. Raises as `Shot.document`."""
        stored = super().document(port)
        if stored is None:
            return None
        if port == "guides":
            stored = lines_within(stored, {*self.frames, *self.source_frames, *self.overrides})
        return scaled_document(stored, self.grid.scale)

    def other_marks(self) -> list[object]:
        """Return what decides the documents and the layers, beside plates and mattes."""
        documents = [(port, file_mark(path)) for port, path in sorted(self.inputs.documents.items())]
        layers = [
            (port, frame, *sequence_mark(self.opened.ports[port], frame))
            for port in NUMBERS
            if port in self.opened.ports
            for frame in sorted({*self.frames, *self.source_frames})
            if not self.opened.ports[port].missing([frame])
        ]
        return [*documents, *layers]

    def _read_matte(self, frame: int) -> Array:
        if self._matte is None:
            return super()._read_matte(frame)
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
    if "analysis_size" in values:
        values["analysis_size"] = min(int(values["analysis_size"]), size.analysis_size)
    if "learning" in values:
        values["learning"] = False
    return values


def _scaled(value: Any, scale: int) -> Any:
    if isinstance(value, Mapping):
        return {"frames": {frame: _scaled(one, scale) for frame, one in value["frames"].items()}}
    return [axis / scale for axis in value] if isinstance(value, list | tuple) else value / scale


def _reduced(port: str, sequence: Sequence, scale: int, store: PreviewStore) -> Sequence:
    if port in WHOLE:
        return sequence
    reduce = reduced_layers if port in NUMBERS else reduced_sequence
    return reduce(sequence, scale, store)
