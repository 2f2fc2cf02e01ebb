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
from .over_plate import laid_channels
from .record import FrameRecord
from .store import Take

Plane = npt.NDArray[np.float32]


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
    fill = [
        laid_channels(take, record, output, names, window)
        for output, names in (("fill", dict.fromkeys("RGB", 0.0)), ("matte", {"A": 0.0}))
    ]
    planes = {"fill": _named("RGBA", *fill), "told": _told(take, record, window)}
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
    told = [
        laid_channels(take, record, output, names, window)
        for output, names in (("origin", {"kind": 0.0, "frame": -1.0}), ("confidence", {"confidence": 1.0}))
    ]
    return _named("RGB", *told)


def _named(names: str, *planes: Plane) -> Mapping[str, Plane]:
    """Return the planes of several arrays (h, w, n), one by one, under the names of channels."""
    stacked = np.concatenate(planes, axis=-1)
    return {name: stacked[..., number] for number, name in enumerate(names)}
