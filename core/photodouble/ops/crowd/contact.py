"""The contact sheet of a library: every element at three places of its loop, with its foot line.

Where there is a wardrobe matte, the last of the three is painted with it.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from photodouble.image.display import PLAIN, Look, shown

from .library import Library

Codes = npt.NDArray[np.uint8]
_TALL, _WIDE, _WORDS = 200, 330, 44
_ACROSS = 5
_MOST = 200
"""Elements on a sheet at most."""

_PAINT = (2.4, 0.2, 2.2)
"""The colour that shows a wardrobe matte."""

_GREY, _FOOT, _INK = (0.16, 0.20), (90, 220, 120), (236, 236, 232)


def contact_sheet(library: Library, look: Look = PLAIN) -> Codes:
    """Return the sheet (h, w, 3), 8-bit, as the show's display and view see it."""
    count = min(len(library.elements), _MOST)
    tiles = [_tile(library, index, look) for index in range(count)]
    across = min(_ACROSS, count)
    blank = np.full_like(tiles[0], 24)
    tiles += [blank] * (-count % across)
    return np.vstack([np.hstack(tiles[row : row + across]) for row in range(0, len(tiles), across)])


def _tile(library: Library, index: int, look: Look) -> Codes:
    element = library.elements[index]
    tile = np.full((_TALL + _WORDS, _WIDE, 3), 24, np.uint8)
    length = element.loop_last - element.loop_first + 1
    for place in range(3):
        card = library.card(index, element.loop_first + place * length // 3)
        x = place * _WIDE // 3
        tinted = _tinted(card) if place == 2 and element.has_wardrobe else card
        tile[:_TALL, x : x + _WIDE // 3] = _shown(tinted, element.foot, look)
    matte = ", wardrobe" if element.has_wardrobe else ""
    consent = "" if element.consent or not element.identifiable else ", not cleared"
    words = (
        f"{element.name}: {element.state}{consent}",
        f"{length} frames, {element.height:.2f} m, facing {element.facing:g}{matte}",
    )
    for line, text in enumerate(words):
        at = (5, _TALL + 17 + 18 * line)
        cv2.putText(tile, text, at, cv2.FONT_HERSHEY_SIMPLEX, 0.43, _INK, 1, cv2.LINE_AA)
    return tile


def _tinted(card: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Paint the wardrobe matte over a card, so that somebody sees it before the crowd does."""
    share = np.clip(card[..., 4:] / np.maximum(card[..., 3:4], 1e-3), 0, 1)
    bright = card[..., :3].mean(axis=2, keepdims=True) * 0.6 + 0.12 * card[..., 3:4]
    painted = card.copy()
    painted[..., :3] = card[..., :3] * (1 - share) + share * bright * np.array(_PAINT, np.float32)
    return painted


def _shown(card: npt.NDArray[np.float32], foot: tuple[float, float], look: Look) -> Codes:
    """Return a card over a checker, fitted into its place, with the foot line."""
    scale = min((_TALL - 14) / card.shape[0], (_WIDE / 3 - 4) / card.shape[1])
    kind = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    size = (max(int(card.shape[1] * scale), 1), max(int(card.shape[0] * scale), 1))
    small = cv2.resize(np.ascontiguousarray(card[..., :4]), size, interpolation=kind)
    rows, columns = np.indices((_TALL, _WIDE // 3)) // 10
    ground = (
        np.where((rows + columns) % 2, _GREY[0], _GREY[1]).astype(np.float32)[..., None].repeat(3, axis=2)
    )
    x, y = (_WIDE // 3 - size[0]) // 2, _TALL - 8 - size[1]
    part = ground[y : y + size[1], x : x + size[0]]
    part[:] = part * (1 - np.clip(small[..., 3:], 0, 1)) + np.maximum(small[..., :3], 0)
    codes = shown(ground, look).copy()
    line = round(y + foot[1] * scale)
    middle = round(x + foot[0] * scale)
    cv2.line(codes, (max(middle - 12, 0), line), (middle + 12, line), _FOOT, 1)
    return np.asarray(codes, np.uint8)
