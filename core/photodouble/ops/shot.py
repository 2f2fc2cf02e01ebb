"""The shot an operation works on: one request, resolved into frames, windows, pixels and mattes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from photodouble.image.documents import read_document
from photodouble.image.frame import Frame
from photodouble.image.matte import MatteSettings, read_matte
from photodouble.image.sequence import Sequence
from photodouble.image.window import Box
from photodouble.ops.recent import Recent
from photodouble_client.param import value_at
from photodouble_client.request import JobRequest

if TYPE_CHECKING:
    from photodouble.models.card import ModelCard

Array = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]

CLEAN_PLATES = ("clean_plate", "clean_plate_2", "clean_plate_3")
PLAIN_MATTES = ("do_not_sample", "companion", "keep")
"""Mattes that are taken as they are: the controls of the matte do not touch them."""
_PLATE_BYTES = 128 * 2**20
"""Files that are held as they were read; a fill takes its sources from some forty frames."""
_SPOKEN = {
    "do_not_sample": "do-not-sample matte",
    "companion": "companion matte",
    "keep": "keep matte",
    "front": "front matte",
    "lighting": "lighting layer",
    "guides": "guides file",
    "track": "track file",
    "crowd": "crowd file",
    "camera": "camera file",
    "holdout": "holdout matte",
    "holdout_depth": "holdout depth",
    "undistort": "undistort map",
    "redistort": "redistort map",
    "keys": "painted frame",
    "before": "picture before paint",
    "deltas": "delta",
    "occluder": "occluder matte",
    "skin": "skin matte",
    "age_map": "age map",
    "look": "look file",
    "regions": "drawing of regions",
    "head": "head matte",
    "behind": "clean plate",
}
DOCUMENT_FRAME = 0
"""The frame number under which a document is noted: it belongs to the whole shot."""
WHOLE = -(2**31)
"""The frame number that no frame has: it stands for all files of a port, such as those of a library."""


@dataclass(frozen=True)
class ShotFacts:
    """What the checks before the work found out, so that nobody measures it twice.

    `frames` are filled, `source_frames` may be looked at; `matte_boxes` bounds the final matte per frame.
    """

    frames: tuple[int, ...]
    source_frames: tuple[int, ...]
    canvas: Box
    display_window: Box
    matte_boxes: Mapping[int, Box] = field(default_factory=dict)


class Shot:
    """One shot: its frames, its pixels on demand, its mattes, and the values of the request.

    Only a few frames are held at a time, so memory does not grow with the length of the shot. Everything
    that is read can be watched with `watching`, which is how a frame knows what it was made from.
    """

    def __init__(self, request: JobRequest, inputs: ShotInputs, facts: ShotFacts) -> None:
        """Join a checked request with its opened inputs and the facts found about them."""
        self.request = request
        self.inputs = inputs
        self.facts = facts
        self.values: Mapping[str, Any] = request.values
        self._plates: Recent[Frame] = Recent(_PLATE_BYTES, lambda frame: frame.nbytes)
        self._mattes: Recent[Array] = Recent(0, lambda matte: matte.nbytes)
        self._watcher: Callable[[str, int], None] | None = None

    @property
    def frames(self) -> tuple[int, ...]:
        """The frames the request asks for, in order."""
        return self.facts.frames

    @property
    def source_frames(self) -> tuple[int, ...]:
        """The frames whose pixels may be used: the source range without the excluded frames."""
        return self.facts.source_frames

    @property
    def canvas(self) -> Box:
        """The union of the data windows of every plate frame."""
        return self.facts.canvas

    @property
    def display_window(self) -> Box:
        """The plate's display window."""
        return self.facts.display_window

    @property
    def work_box(self) -> Box:
        """The union of the final matte's bounds over the frames; empty when there is no matte at all."""
        box = Box(0, 0, 0, 0)
        for frame in self.frames:
            box = box.union(self.matte_box(frame))
        return box

    @property
    def seed(self) -> int:
        """The seed of the request, 0 to 2147483647."""
        return int(self.values.get("seed", 0))

    @property
    def clean_plates(self) -> tuple[Sequence, ...]:
        """The artist's clean plates in order of their ports."""
        return tuple(self.inputs.ports[key] for key in CLEAN_PLATES if key in self.inputs.ports)

    @property
    def overrides(self) -> Mapping[int, Sequence]:
        """The frames the artist painted or locked, each with its picture."""
        return self.inputs.overrides

    def value(self, key: str, frame: int) -> Any:
        """Return a parameter's value at a frame, animated or not; held outside its frames."""
        return value_at(self.values[key], frame)

    def plate(self, frame: int) -> Frame:
        """Read a plate frame; the last few stay in memory."""
        self.note_use("plate", frame)
        return self._plates.get(frame, lambda: self.inputs.ports["plate"].read(frame))

    def plate_linear(self, frame: int, box: Box) -> Array:
        """Return plate pixels (h, w, 3) float32 scene-linear; 0 outside the data window."""
        return self.plate(frame).linear(box)

    def override(self, frame: int) -> Frame:
        """Read the artist's picture of a frame."""
        self.note_use("overrides", frame)
        sequence = self.inputs.overrides[frame]
        return self._plates.get((frame, "override"), lambda: sequence.read(held_frame(sequence, frame)))

    def clean_plate(self, index: int, frame: int) -> Frame:
        """Read one frame of the clean plate at `index` of `clean_plates`."""
        sequence = self.clean_plates[index]
        self.note_use(f"clean_plate:{index}", frame)
        return self._plates.get((frame, index), lambda: sequence.read(frame))

    def matte(self, frame: int, box: Box | None = None) -> Array:
        """Return the final matte (h, w) float32, 0 to 1, over `box` or the whole canvas.

        It is 1 everywhere for an operation that finds out by itself what it changes.
        """
        for port in ("matte", "companion", "keep"):
            if port in self.inputs.ports:
                self.note_use(port, frame)
        whole = self._mattes.get(self._matte_key(frame), lambda: self._read_matte(frame))
        return whole if box is None else crop(whole, self.canvas, box)

    def matte_box(self, frame: int) -> Box:
        """Return the smallest box around the final matte of a frame; empty where the matte is."""
        known = self.facts.matte_boxes.get(frame)
        return known if known is not None else bounds(self.matte(frame), self.canvas)

    def do_not_sample(self, frame: int, box: Box) -> Array:
        """Return where pixels must not be taken from, (h, w) float32, 0 to 1."""
        return self.plain_matte("do_not_sample", frame, box)

    def plain_matte(self, port: str, frame: int, box: Box) -> Array:
        """Return a matte of `PLAIN_MATTES` over `box`, (h, w) float32; 0 where there is none."""
        sequence = self.inputs.ports.get(port)
        if sequence is None or sequence.missing([frame]):
            return np.zeros(box.size, np.float32)
        self.note_use(port, frame)
        return read_matte(sequence, held_frame(sequence, frame), box, MatteSettings(), self.display_window)

    def document(self, port: str) -> dict[str, Any] | None:
        """Return the JSON object that was given at a document's port; None where none was.

        Raises ArtistError `input.bad_document` for a file that holds none.
        """
        path = self.inputs.documents.get(port)
        if path is None:
            return None
        self.note_use(port, DOCUMENT_FRAME)
        return read_document(path)

    def document_path(self, port: str) -> Path | None:
        """Return the file that was given at a document's port, with all it names; None where none was."""
        path = self.inputs.documents.get(port)
        if path is not None:
            self.note_use(port, WHOLE)
        return path

    def note_use(self, port: str, frame: int) -> None:
        """Tell the watcher that pixels of an input are used, also when they come from a cache."""
        if self._watcher is not None:
            self._watcher(port, frame)

    @contextmanager
    def watching(self, watcher: Callable[[str, int], None]) -> Any:
        """Call `watcher(port, frame)` for every input that is read inside the block."""
        before, self._watcher = self._watcher, watcher
        try:
            yield
        finally:
            self._watcher = before

    def _matte_key(self, frame: int) -> Any:
        """Name a frame's final matte; the frames of one held picture share it while nothing else differs."""
        sequence = self.inputs.ports.get("matte")
        if sequence is None:
            return None
        own = frame if "companion" in self.inputs.ports else 0
        return held_frame(sequence, frame), self._matte_settings(frame), own

    def _matte_settings(self, frame: int) -> MatteSettings:
        return matte_settings({key: self.value(key, frame) for key in self.values if "matte" in key})

    def _read_matte(self, frame: int) -> Array:
        if "matte" not in self.inputs.ports:
            return np.ones(self.canvas.size, np.float32)
        sequence, settings = self.inputs.ports["matte"], self._matte_settings(frame)
        drawn = read_matte(sequence, held_frame(sequence, frame), self.canvas, settings, self.display_window)
        return self.joined(drawn, frame, self.canvas)

    def joined(self, drawn: Array, frame: int, box: Box) -> Array:
        """Add to a drawn matte over `box` its companion: shadow, reflection, contact; but not what stays."""
        if "companion" not in self.inputs.ports:
            return drawn
        companion = self.plain_matte("companion", frame, box)
        goes = companion * (1 - self.plain_matte("keep", frame, box))
        return np.asarray(np.maximum(drawn, goes), np.float32)


@dataclass(frozen=True)
class ShotInputs:
    """The opened sequences of a request: one per port, and one per overridden or locked frame.

    `documents` are the files of drawn shapes, tracks and the like, by port; `models` the cards of the
    models it names, by name, as the gate let them pass.
    """

    ports: Mapping[str, Sequence]
    overrides: Mapping[int, Sequence] = field(default_factory=dict)
    documents: Mapping[str, Path] = field(default_factory=dict)
    models: Mapping[str, ModelCard] = field(default_factory=dict)


def matte_settings(values: Mapping[str, Any]) -> MatteSettings:
    """Return the matte's settings from a request's values at one frame."""
    return MatteSettings(
        channel=values["matte_channel"],
        invert=values["matte_invert"],
        floor=values["matte_floor"],
        threshold=values["matte_threshold"],
        erode=values["matte_erode"],
        grow=values["matte_grow"],
        feather=values["matte_feather"],
    )


def held_frame(sequence: Sequence, frame: int) -> int:
    """Return the frame to read for `frame`: the only one where the sequence is one held picture."""
    return sequence.frames[0] if sequence.still else frame


def bounds(matte: Array, canvas: Box) -> Box:
    """Return the smallest box around the pixels above zero of a matte that covers the canvas."""
    rows = np.flatnonzero((matte > 0).any(axis=1))
    columns = np.flatnonzero((matte > 0).any(axis=0))
    if rows.size == 0:
        return Box(canvas.x0, canvas.y0, canvas.x0, canvas.y0)
    return Box(
        canvas.x0 + int(columns[0]),
        canvas.y0 + int(rows[0]),
        canvas.x0 + int(columns[-1]) + 1,
        canvas.y0 + int(rows[-1]) + 1,
    )


def crop(whole: Array, canvas: Box, box: Box) -> Array:
    """Cut `box` out of a plane that covers the canvas; 0 outside the canvas."""
    if canvas.contains(box):
        return np.ascontiguousarray(whole[box.slices_in(canvas)])
    part = np.zeros(box.size, np.float32)
    inside = box.intersect(canvas)
    if not inside.is_empty:
        part[inside.slices_in(box)] = whole[inside.slices_in(canvas)]
    return part


def spoken(port: str) -> str:
    """Return how a port is called in a sentence."""
    return _SPOKEN.get(port, port.replace("_", " "))
