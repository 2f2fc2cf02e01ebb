"""The outputs of a take over the whole picture, for programs that know no data windows (Blender).

Fill and matte of a take lie in the matte's own window. Here they are laid into the window of the plate, two
pictures a frame: `fill` holds the fill in R, G, B and the matte in A (not premultiplied), `told` the kind of
origin in R, its frame in G and the confidence in B. The take itself is not touched.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from photodouble.image.sequence import Sequence
from photodouble.image.window import Box
from photodouble.image.write import write_planes
from photodouble.ops.operation import Reporter
from photodouble.provenance.gate import GateMark, recorded
from photodouble_client.errors import ArtistError

from .naming import frame_text
from .record import FrameRecord
from .store import Take

Plane = npt.NDArray[np.float32]
NOTHING = {"frame": -1.0, "confidence": 1.0}
"""What stands where an output says nothing; everything else is 0."""


@dataclass(frozen=True)
class Whole:
    """Where the pictures lie, as patterns with `####`, and the frames that are there."""

    fill: str
    told: str
    frames: tuple[int, ...]

    def to_json(self) -> dict[str, object]:
        """Return the plain form."""
        return {"fill": self.fill, "told": self.told, "frames": list(self.frames)}


def whole_folder(take: Take) -> Path:
    """Return where the pictures go if nothing else is said: beside the takes, in a folder of their own."""
    return take.folder.parent / "whole" / take.folder.name


def write_whole(take: Take, folder: Path, report: Reporter) -> Whole:
    """Write `fill` and `told` of every finished frame into a folder; what is there already stays.

    Raises ArtistError `engine.no_take` where the take has no fill, as one of a few operations has not.
    """
    records = [record for frame in take.request().range if (record := take.record(frame)) is not None]
    if not records or "fill" not in records[0].files:
        raise ArtistError(
            "engine.no_take",
            "There is no fill to lay over the plate",
            f"{take.label} has no finished frame with a fill.",
            "Wait for the first frame, or use the result of the take.",
        )
    for number, record in enumerate(records):
        report.check()
        _write_frame(take, folder, record)
        report.progress(number + 1, len(records), "laying the fill into the whole frame")
    fill, told = (str(folder / name / f"{take.stem}_{name}.####.exr") for name in ("fill", "told"))
    return Whole(fill, told, tuple(record.frame for record in records))


def _write_frame(take: Take, folder: Path, record: FrameRecord) -> None:
    targets = {
        name: folder / name / f"{take.stem}_{name}.{frame_text(record.frame)}.exr"
        for name in ("fill", "told")
    }
    if all(target.is_file() for target in targets.values()):
        return
    result = Sequence.find(take.folder / record.files["result"].path).read(record.frame)
    window = result.data_window
    planes = {
        "fill": {
            **_planes(take, record, "fill", "RGB", window),
            **_planes(take, record, "matte", "A", window),
        },
        "told": _told(take, record, window),
    }
    for name, target in targets.items():
        target.parent.mkdir(parents=True, exist_ok=True)
        write_planes(
            target,
            planes[name],
            data_window=window,
            display_window=result.display_window,
            pixel_aspect=result.pixel_aspect,
            metadata={"photodouble/take": take.take_id, **GateMark(recorded(take.folder)).header()},
            type="float",
        )


def _told(take: Take, record: FrameRecord, window: Box) -> Mapping[str, Plane]:
    """Return kind, frame and confidence under the names of colours; what is lacking is as untouched."""
    found = {"kind": np.zeros(window.size, np.float32)}
    found.update({name: np.full(window.size, value, np.float32) for name, value in NOTHING.items()})
    for output, names in (("origin", ("kind", "frame")), ("confidence", ("confidence",))):
        if output in record.files:
            found.update(_planes(take, record, output, names, window))
    return {"R": found["kind"], "G": found["frame"], "B": found["confidence"]}


def _planes(
    take: Take, record: FrameRecord, output: str, names: str | tuple[str, ...], window: Box
) -> dict[str, Plane]:
    path = take.folder / record.files[output].path
    frame = Sequence.find(path, channels=names[0]).read(record.frame, needs_colour=False)
    there = frame.data_window.intersect(window)
    planes = {}
    for name in names:
        planes[name] = np.full(window.size, NOTHING.get(name, 0.0), np.float32)
        planes[name][there.slices_in(window)] = frame.channel(name, there)
    return planes
