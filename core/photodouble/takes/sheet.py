"""Lay pictures out in rows with a word above each, and a legend of the colours of the origin below."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from photodouble.image.storage import write_whole

Codes = npt.NDArray[np.uint8]

KINDS = (
    ("plate", (58, 58, 58)),
    ("real frame", (62, 160, 84)),
    ("interpolated", (214, 178, 60)),
    ("synthesised", (204, 74, 60)),
    ("the artist's", (84, 122, 220)),
    ("crowd element", (160, 90, 190)),
)
"""Name and colour (8-bit sRGB) of every kind of origin, in the order of their numbers."""

SHORTEST = 360
"""Narrower pictures are enlarged to at least this many pixels, by a whole number."""

_GROUND, _INK = (24, 24, 26), (236, 236, 232)
_GAP, _WORD, _LEGEND = 6, 24, 34


def lay_out(rows: Sequence[Sequence[tuple[str, Codes]]], operation: str = "") -> Codes:
    """Return the sheet (h, w, 3) of rows of words and pictures (h, w, 3), all 8-bit sRGB."""
    bands = [np.hstack([_tile(word, enlarged(picture)) for word, picture in row]) for row in rows]
    width = bands[0].shape[1]
    return np.vstack([*bands, _legend(max(width, SHORTEST * 2), operation)[:, :width]])


def captioned(words: str, picture: Codes) -> Codes:
    """Return a picture with its words above it."""
    return _tile(words, enlarged(picture))


def rows_of(rows: Sequence[Sequence[tuple[str, Codes]]]) -> Codes:
    """Return rows of words and pictures without a legend."""
    return np.vstack([np.hstack([captioned(word, picture) for word, picture in row]) for row in rows])


def enlarged(picture: Codes) -> Codes:
    """Enlarge a small picture by a whole number, its pixels kept as squares."""
    times = -(-SHORTEST // picture.shape[1])
    return picture if times <= 1 else np.repeat(np.repeat(picture, times, axis=0), times, axis=1)


def coloured_origin(kind: npt.NDArray[np.float32], grey: Codes) -> Codes:
    """Colour each pixel by its kind of origin (h, w), over the result's own grey (h, w, 3)."""
    number = np.clip(np.rint(kind), 0, len(KINDS) - 1).astype(np.intp)
    colours = np.array([colour for _, colour in KINDS], np.float32)[number]
    light = grey.astype(np.float32).mean(axis=2, keepdims=True)
    mixed = np.where(number[..., None] == 0, 20 + 0.35 * light, 0.72 * colours + 0.28 * light)
    return np.asarray(np.clip(mixed, 0, 255), np.uint8)


def kinds_of(operation: str) -> Sequence[tuple[str, tuple[int, int, int]]]:
    """Return the kinds of origin that takes of an operation can have; only a crowd has people."""
    return KINDS if operation == "crowd" else KINDS[:5]


def write_sheet(path: Path, sheet: Codes) -> None:
    """Write a sheet as PNG; raises as `storage.write_whole`."""
    done, encoded = cv2.imencode(".png", sheet[..., ::-1])
    if not done:
        raise ValueError(f"a sheet of shape {sheet.shape} cannot be a PNG")
    write_whole(path, encoded.tobytes())


def _tile(word: str, picture: Codes) -> Codes:
    height, width = picture.shape[:2]
    tile = np.full((height + _WORD + _GAP, width + _GAP, 3), _GROUND, np.uint8)
    tile[_WORD : _WORD + height, :width] = picture
    _write(tile, word, (4, _WORD - 7), 0.55)
    return tile


def _legend(width: int, operation: str) -> Codes:
    band = np.full((_LEGEND, width, 3), _GROUND, np.uint8)
    _write(band, "origin:", (4, 21), 0.5)
    x = 76
    for name, colour in kinds_of(operation):
        cv2.rectangle(band, (x, 8), (x + 16, 24), colour, cv2.FILLED)
        _write(band, name, (x + 22, 21), 0.5)
        x += 38 + cv2.getTextSize(name, cv2.FONT_HERSHEY_SIMPLEX, 0.5, 1)[0][0]
    return band


def _write(band: Codes, text: str, at: tuple[int, int], size: float) -> None:
    cv2.putText(band, text, at, cv2.FONT_HERSHEY_SIMPLEX, size, _INK, 1, cv2.LINE_AA)
