"""Show a filled stadium: the contact sheet, and the ID matte as a colour for every person."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from photodouble.demo.sheet import Codes, to_display
from photodouble.demo.textures import Picture
from photodouble.image.sequence import Sequence
from photodouble.image.storage import write_whole

_GROUND, _INK, _FAINT = (24, 24, 26), (236, 236, 232), (150, 150, 148)
_GAP = 6
_WIDE = 640
PEOPLE = "CryptoPerson"


def id_colours(path: Path) -> Picture:
    """Return an ID matte with a colour for every person, mixed as they share a pixel; (h, w, 3), 0 to 1."""
    picture = Sequence.find(path).read(0, needs_colour=False)
    box = picture.display_window
    mixed = np.zeros((*box.size, 3), np.float32)
    for name in sorted(one for one in picture.channels if one.startswith(PEOPLE) and one[-1] in "RB"):
        ids = np.ascontiguousarray(picture.channel(name, box)).view(np.uint32)
        amount = picture.channel(name[:-1] + {"R": "G", "B": "A"}[name[-1]], box)
        bits = (ids.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(40)
        colour = np.stack([(bits >> np.uint64(shift)) & np.uint64(255) for shift in (0, 8, 16)], axis=2)
        mixed += (0.25 + 0.75 * colour.astype(np.float32) / 255) * amount[..., None]
    return mixed


def write_picture(path: Path, picture: Picture, *, linear: bool = True) -> None:
    """Write a picture (h, w, 3) to look at: scene-linear light for an sRGB screen, or codes from 0 to 1."""
    _write_png(path, _codes(picture, linear=linear))


def write_stadium_sheet(
    path: Path, rows: list[tuple[int, Picture, Picture, Picture]], *, title: str, notes: list[str]
) -> None:
    """Write the sheet: a row per frame with plate, result and ID matte."""
    bands = [_header(title, notes)]
    for number, plate, result, ids in rows:
        pictures = (_codes(plate), _codes(result), _codes(ids, linear=False))
        labels = (f"plate {number}", f"result {number}", "ID matte")
        bands.append(np.hstack([_tile(one, label) for one, label in zip(pictures, labels, strict=True)]))
    _write_png(path, np.vstack(bands))


def _codes(picture: Picture, *, linear: bool = True) -> Codes:
    if linear:
        return to_display(picture)
    return np.asarray(np.rint(np.clip(picture, 0, 1) * 255), np.uint8)


def _tile(picture: Codes, label: str) -> Codes:
    height = round(picture.shape[0] * _WIDE / picture.shape[1])
    tile = np.full((height + 30, _WIDE + _GAP, 3), _GROUND, np.uint8)
    tile[26 : 26 + height, :_WIDE] = cv2.resize(picture, (_WIDE, height), interpolation=cv2.INTER_AREA)
    _letter(tile, label, (2, 19), 0.55, _INK)
    return tile


def _header(title: str, notes: list[str]) -> Codes:
    band = np.full((46 + 22 * len(notes), (_WIDE + _GAP) * 3, 3), _GROUND, np.uint8)
    _letter(band, title, (4, 29), 0.8, _INK)
    for line, note in enumerate(notes):
        _letter(band, note, (4, 53 + 22 * line), 0.5, _FAINT)
    return band


def _letter(band: Codes, text: str, at: tuple[int, int], size: float, ink: tuple[int, int, int]) -> None:
    cv2.putText(band, text, at, cv2.FONT_HERSHEY_SIMPLEX, size, ink, 1, cv2.LINE_AA)


def _write_png(path: Path, codes: NDArray[np.uint8]) -> None:
    done, encoded = cv2.imencode(".png", codes[..., ::-1])
    if not done:
        raise ValueError(f"a picture of shape {codes.shape} cannot be a PNG")
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, encoded.tobytes())
