"""Pictures to look at: PNG proxies of a take and one contact sheet."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from photodouble.image.pictures import write_png
from photodouble.image.proxy import reduce
from photodouble.image.sequence import Sequence as Pictures
from photodouble.ops.operation import Reporter
from photodouble.ops.shot import Shot

from .naming import frame_text
from .record import FrameRecord, WrittenFile, output_key
from .store import Take

Array = npt.NDArray[np.float32]

LONG_SIDE = 480
CONTACT_SHEET = "contact_sheet.png"

# Plate, real frame, interpolated, synthesised, artist, crowd: scene-linear colours of the origin view.
_KIND_COLOURS = np.array(
    [
        (0.03, 0.03, 0.03),
        (0.05, 0.4, 0.12),
        (0.05, 0.25, 0.6),
        (0.7, 0.2, 0.03),
        (0.6, 0.05, 0.5),
        (0.6, 0.6, 0.05),
    ],
    np.float32,
)


def write_pictures(shot: Shot, take: Take, records: Sequence[FrameRecord], report: Reporter) -> Path:
    """Write one PNG proxy of every result and a contact sheet; return the sheet's path.

    The sheet shows the first, middle and last frame with a matte: plate, matte, result, origin. Of a
    stereo shot they show the first view.
    """
    folder = take.folder / "pictures"
    for number, record in enumerate(records):
        path = folder / f"{take.stem}.{frame_text(record.frame)}.png"
        if not path.is_file():
            path.parent.mkdir(parents=True, exist_ok=True)
            write_png(path, _result(take, record, shot))
        report.progress(number + 1, len(records), "pictures")
    sheet = folder / CONTACT_SHEET
    write_png(sheet, contact_sheet(shot, take, _chosen(shot, records)))
    return sheet


def contact_sheet(shot: Shot, take: Take, records: Sequence[FrameRecord]) -> Array:
    """Return the sheet (h, w, 3) float32 scene-linear: one row per frame, four pictures each."""
    rows = [_row(shot, take, record) for record in records]
    gap = np.full((6, rows[0].shape[1], 3), 0.18, np.float32)
    parts = [part for row in rows for part in (row, gap)][:-1]
    return np.concatenate(parts, axis=0)


def _row(shot: Shot, take: Take, record: FrameRecord) -> Array:
    box, frame = shot.display_window, record.frame
    plate = _small(shot.plate_linear(frame, box))
    matte = _small(np.repeat(shot.matte(frame, box)[..., None], 3, axis=2))
    pictures = [plate, matte, _result(take, record, shot), _origin(take, record, shot)]
    words = [f"plate {frame}", "matte", "result", "origin"]
    gap = np.full((plate.shape[0], 6, 3), 0.18, np.float32)
    labelled = [_labelled(picture, word) for picture, word in zip(pictures, words, strict=True)]
    return np.concatenate([part for one in labelled for part in (one, gap)][:-1], axis=1)


def _result(take: Take, record: FrameRecord, shot: Shot) -> Array:
    plate, view = shot.inputs.ports["plate"], shot.request.view
    path = take.folder / _written(record, "result", view).path
    result = Pictures.find(path, colourspace=plate.colourspace, channels=plate.channels, view=view)
    return _small(result.read(result.frames[0]).linear(shot.display_window))


def _origin(take: Take, record: FrameRecord, shot: Shot) -> Array:
    """Colour the origin: green real frames, blue interpolated, orange synthesised, purple the artist's."""
    stored = Pictures.find(take.folder / _written(record, "origin", shot.request.view).path, channels="kind")
    kind = stored.read(stored.frames[0]).channel("kind", shot.display_window)
    return _small(_KIND_COLOURS[np.clip(kind, 0, len(_KIND_COLOURS) - 1).astype(int)])


def _written(record: FrameRecord, output: str, view: str) -> WrittenFile:
    return record.files.get(output_key(output, view)) or record.files[output]


def _small(picture: Array) -> Array:
    scale = max(-(-max(picture.shape[:2]) // LONG_SIDE), 1)
    return reduce(np.nan_to_num(picture, nan=0.0, posinf=1.0, neginf=0.0), scale)


def _labelled(picture: Array, word: str) -> Array:
    """Write a word into the lower left corner, light on a dark outline."""
    size = max(min(picture.shape[1] / LONG_SIDE, 1.0) * 0.5, 0.25)
    place = (4, picture.shape[0] - 6)
    for value, thickness in ((0.0, 3), (0.8, 1)):
        ink = np.zeros(picture.shape[:2], np.uint8)
        cv2.putText(ink, word, place, cv2.FONT_HERSHEY_SIMPLEX, size, 255, thickness, cv2.LINE_AA)
        share = (ink.astype(np.float32) / 255)[..., None]
        picture = np.asarray(picture * (1 - share) + np.float32(value) * share, np.float32)
    return picture


def _chosen(shot: Shot, records: Sequence[FrameRecord]) -> list[FrameRecord]:
    filled = [record for record in records if not shot.matte_box(record.frame).is_empty] or list(records)
    places = sorted({0, len(filled) // 2, len(filled) - 1})
    return [filled[place] for place in places]
