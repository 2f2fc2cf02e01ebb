"""Words on pictures, in every script, as large as there is room for."""

from __future__ import annotations

import functools
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

Codes = npt.NDArray[np.uint8]
Colour = tuple[int, int, int]

INK, RED, GREY = (236, 236, 232), (236, 84, 66), (150, 150, 148)
_WEIGHT = 500
_SHORTEST = 6


def letter(
    picture: Codes, words: str, at: tuple[int, int], *, height: int, colour: Colour = INK, room: int = 0
) -> int:
    """Write words (8-bit R, G, B) with their base line at (x, y) and return their width.

    With `room`, in pixels, they are made smaller until they fit. Changes the picture that is given.
    """
    size = fitting(words, height, room) if room else height
    if hasattr(cv2, "FontFace"):
        cv2.putText(picture, words, at, colour, _font(), size, weight=_WEIGHT)
    else:  # the older library knows Latin letters only
        plain = words.encode("ascii", "replace").decode("ascii")
        cv2.putText(picture, plain, at, cv2.FONT_HERSHEY_SIMPLEX, size / 30, colour, 1, cv2.LINE_AA)
    return width(words, size)


def fitting(words: str, height: int, room: int) -> int:
    """Return the height, at most the one given, at which words fit into so many pixels."""
    size = height
    while size > _SHORTEST and width(words, size) > room:
        size -= 1
    return size


def width(words: str, height: int) -> int:
    """Return how many pixels wide words are."""
    if hasattr(cv2, "FontFace"):
        return int(cv2.getTextSize((0, 0), words, (0, 0), _font(), height, _WEIGHT)[2])
    return int(cv2.getTextSize(words, cv2.FONT_HERSHEY_SIMPLEX, height / 30, 1)[0][0])


def shade(picture: Codes, top: int, bottom: int, left: int = 0, right: int | None = None) -> None:
    """Darken lines of a picture so that words on them can be read."""
    band = picture[max(top, 0) : bottom, left:right]
    band[:] = band // 4


@functools.cache
def _font() -> Any:
    return cv2.FontFace("sans")
