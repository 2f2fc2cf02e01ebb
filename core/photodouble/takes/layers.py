"""All outputs of a take packed into one EXR per frame, each in its own layer, as Nuke likes to read them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from photodouble.image.sequence import Sequence
from photodouble.image.window import Box
from photodouble.image.write import write_planes
from photodouble.provenance.gate import GateMark, recorded

from .record import FrameRecord
from .store import Take

_LAYERS = {
    "fill": ("R", "G", "B"),
    "matte": ("A",),
    "origin": ("kind", "frame"),
    "confidence": ("confidence",),
}


def pack_layers(take: Take, record: FrameRecord, target: Path, *, colourspace: str, channels: str) -> None:
    """Write the result as RGB, and all other outputs of the frame as layers, into one float EXR.

    Outputs that only some operations have go in with the header that says what they are, such as an ID matte.
    The result is scene-linear, whatever the plate's own colour space is (`colourspace`, `channels` say how
    it is read). Outside their own windows fill and matte are 0, kind is 0, frame -1 and confidence 1.
    """
    result = Sequence.find(
        take.folder / record.files["result"].path, colourspace=colourspace, channels=channels
    ).read(record.frame)
    window = result.data_window.union(result.display_window)
    colours = result.linear(window)
    planes = {name: np.ascontiguousarray(colours[..., index]) for index, name in enumerate("RGB")}
    for output, names in _LAYERS.items():
        planes.update(_layer(take.folder / record.files[output].path, output, names, window))
    told: dict[str, object] = {}
    for output in sorted(set(record.files) - {"result", *_LAYERS}):
        more, said = _further(take.folder / record.files[output].path, output, window)
        planes.update(more)
        told.update(said)
    write_planes(
        target,
        planes,
        data_window=window,
        display_window=result.display_window,
        pixel_aspect=result.pixel_aspect,
        metadata={**told, "photodouble/take": take.take_id, **GateMark(recorded(take.folder)).header()},
        type="float",
    )


def _layer(
    path: Path, output: str, names: tuple[str, ...], window: Box
) -> dict[str, npt.NDArray[np.float32]]:
    sequence = Sequence.find(path, channels=",".join(names) if len(names) != 2 else names[0])
    frame = sequence.read(sequence.frames[0])
    inside = frame.data_window.intersect(window).slices_in(window)
    planes = {}
    for name in names:
        plane = np.full(window.size, {"frame": -1.0, "confidence": 1.0}.get(name, 0.0), np.float32)
        plane[inside] = frame.channel(name, frame.data_window.intersect(window))
        planes[name if name == output else f"{output}.{name}"] = plane
    return planes


def _further(
    path: Path, output: str, window: Box
) -> tuple[dict[str, npt.NDArray[np.float32]], dict[str, object]]:
    """Return the planes of a further output, named after it or as they are, and what tells an ID matte."""
    sequence = Sequence.find(path)
    frame = sequence.read(sequence.frames[0], needs_colour=False)
    planes = {
        name if "." in name else f"{output}.{name}": np.ascontiguousarray(frame.channel(name, window))
        for name in frame.channels
    }
    told = {key: value for key, value in frame.metadata.items() if key.startswith("cryptomatte/")}
    return planes, told
