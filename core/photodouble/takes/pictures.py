"""Pictures to look at: PNG proxies of a take and one contact sheet."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

import cv2
import numpy as np
import numpy.typing as npt

from photodouble.image.display import PLAIN, Look, shown
from photodouble.image.pictures import write_png
from photodouble.image.proxy import reduce
from photodouble.image.sequence import Sequence as Pictures
from photodouble.ops.operation import Reporter
from photodouble.ops.shot import Shot

from .naming import frame_text
from .record import FrameRecord, WrittenFile
from .sheet import Codes, coloured_origin, lay_out, write_sheet
from .store import Take

Array = npt.NDArray[np.float32]
AnyPicture = TypeVar("AnyPicture", npt.NDArray[np.float32], npt.NDArray[np.uint8])

LONG_SIDE = 480
CONTACT_SHEET = "contact_sheet.png"


def write_pictures(
    shot: Shot, take: Take, records: Sequence[FrameRecord], report: Reporter, look: Look = PLAIN
) -> Path:
    """Write one PNG proxy of every result and a contact sheet; return the sheet's path.

    The sheet shows the first, middle and last frame with a matte: plate, matte, result, origin. Of a
    stereo shot they show the first view. All are made for the display and view of the settings.
    """
    folder = take.folder / "pictures"
    for number, record in enumerate(records):
        path = folder / f"{take.stem}.{frame_text(record.frame)}.png"
        if not path.is_file():
            path.parent.mkdir(parents=True, exist_ok=True)
            write_png(path, _square(_result(take, record, shot), shot, record.frame), look)
        report.progress(number + 1, len(records), "pictures")
    sheet = folder / CONTACT_SHEET
    write_sheet(sheet, contact_sheet(shot, take, _chosen(shot, records), look))
    return sheet


def contact_sheet(shot: Shot, take: Take, records: Sequence[FrameRecord], look: Look = PLAIN) -> Codes:
    """Return the sheet (h, w, 3) in 8-bit codes: one row per frame, four pictures each, and a legend."""
    return lay_out([_row(shot, take, record, look) for record in records], take.request().operation)


def _row(shot: Shot, take: Take, record: FrameRecord, look: Look) -> list[tuple[str, Codes]]:
    box, frame = shot.display_window, record.frame
    result = shown(_result(take, record, shot), look)
    pictures = [
        (f"plate {frame}", shown(_small(shot.plate_linear(frame, box)), look)),
        ("matte", _grey(_small(_matte(take, record, shot)))),
        (f"result {frame}", result),
        ("origin", coloured_origin(_kind(take, record, shot), result)),
    ]
    if record.file("covered", shot.request.view):
        found = _grey(_small(_matte(take, record, shot, "covered")))
        pictures.append(("found over the face", np.maximum(found // 2, pictures[0][1] // 2)))
    return [(words, _square(picture, shot, frame)) for words, picture in pictures]


def _result(take: Take, record: FrameRecord, shot: Shot) -> Array:
    plate, view = shot.inputs.ports["plate"], shot.request.view
    path = take.folder / _written(record, "result", view).path
    result = Pictures.find(path, colourspace=plate.colourspace, channels=plate.channels, view=view)
    return _small(result.read(result.frames[0]).linear(shot.display_window))


def _square(picture: AnyPicture, shot: Shot, frame: int) -> AnyPicture:
    """Widen a squeezed picture to square pixels: an anamorphic plate is looked at as it is projected."""
    aspect = shot.plate(frame).pixel_aspect
    if aspect == 1:
        return picture
    size = (max(round(picture.shape[1] * aspect), 1), picture.shape[0])
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_LINEAR), picture.dtype)


def _matte(take: Take, record: FrameRecord, shot: Shot, output: str = "matte") -> Array:
    """Return the final matte (h, w) as written: an operation may find out by itself what it changes."""
    stored = Pictures.find(take.folder / _written(record, output, shot.request.view).path, channels="A")
    return stored.read(stored.frames[0]).channel("A", shot.display_window)


def _kind(take: Take, record: FrameRecord, shot: Shot) -> Array:
    """Return the kind of origin (h, w) in the size of the small pictures, each kept as it is."""
    stored = Pictures.find(take.folder / _written(record, "origin", shot.request.view).path, channels="kind")
    kind = stored.read(stored.frames[0]).channel("kind", shot.display_window)
    scale = _scale(kind)
    return np.asarray(kind[::scale, ::scale], np.float32)


def _written(record: FrameRecord, output: str, view: str) -> WrittenFile:
    return record.file(output, view) or record.files[output]


def _small(picture: Array) -> Array:
    return reduce(np.nan_to_num(picture, nan=0.0, posinf=1.0, neginf=0.0), _scale(picture))


def _scale(picture: Array) -> int:
    return max(-(-max(int(side) for side in picture.shape[:2]) // LONG_SIDE), 1)


def _grey(values: Array) -> Codes:
    codes = np.asarray(np.rint(np.clip(values, 0, 1) * 255), np.uint8)
    return np.repeat(codes[..., None], 3, axis=2)


def _chosen(shot: Shot, records: Sequence[FrameRecord]) -> list[FrameRecord]:
    filled = [record for record in records if not shot.matte_box(record.frame).is_empty] or list(records)
    places = sorted({0, len(filled) // 2, len(filled) - 1})
    return [filled[place] for place in places]
