"""The slate before a movie and the words burnt into its frames; never the name of a person or a prompt."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .lettering import GREY, INK, RED, fitting, letter, shade, width

Codes = npt.NDArray[np.uint8]

APPROVED = "approved"
NOT_APPROVED = "NOT APPROVED"
_GROUND = (22, 22, 24)
_BARS = (16, 64, 118, 180, 235)


@dataclass(frozen=True)
class Words:
    """What slate and burn-in say of a take. `status` is the word of review, such as `suggestion`."""

    show: str
    shot: str
    operation: str
    version: str
    take_id: str
    frames: str
    rate: str
    use: str
    look: str
    sides: str
    status: str = "suggestion"

    @property
    def is_approved(self) -> bool:
        """Whether a named person approved the take: every other status is told as not approved."""
        return self.status == APPROVED

    @property
    def told_status(self) -> str:
        """Say the status as people read it."""
        word = self.status.replace("_", " ")
        return word if self.is_approved else f"{word}, not approved"


def slate(words: Words, size: tuple[int, int]) -> Codes:
    """Return the slate (h, w, 3) 8-bit: shot and version large, what the movie shows, a grey wedge."""
    height, across = size
    picture = np.full((height, across, 3), _GROUND, np.uint8)
    margin = max(across // 16, 4)
    room = across - 2 * margin
    y = max(height // 6, 12)
    letter(picture, f"{words.shot}  {words.version}", (margin, y), height=max(height // 9, 8), room=room)
    state = words.told_status if words.is_approved else f"{NOT_APPROVED}: {words.status.replace('_', ' ')}"
    y += max(height // 9, 10)
    colour = INK if words.is_approved else RED
    letter(picture, state, (margin, y), height=max(height // 14, 7), colour=colour, room=room)
    _table(picture, words, y + max(height // 11, 9), margin)
    _wedge(picture, margin)
    return picture


def burnt_in(picture: Codes, words: Words, frame: int, *, only_status: bool = False) -> Codes:
    """Return a picture with shot, version and frame below, and the status above; the middle stays.

    With `only_status` nothing but NOT APPROVED is burnt in, and nothing at all into an approved take.
    """
    marked = picture.copy()
    if only_status and words.is_approved:
        return marked
    height, across = marked.shape[:2]
    tall = max(height // 30, 7)
    strip, margin = tall * 3 // 2, max(across // 80, 2)
    half = across // 2 - 2 * margin
    state = words.told_status if words.is_approved else NOT_APPROVED
    shown = fitting(state, tall, half)
    left, base = across - margin - width(state, shown), strip * 2 // 3 + 1
    shade(marked, 0, strip, left - margin if only_status else 0)
    letter(marked, state, (left, base), height=shown, colour=INK if words.is_approved else RED)
    if not only_status:
        letter(marked, words.sides, (margin, base), height=tall, room=half)
        _lower_strip(marked, words, frame, tall)
    return marked


def _lower_strip(picture: Codes, words: Words, frame: int, tall: int) -> None:
    height, across = picture.shape[:2]
    strip, margin = tall * 3 // 2, max(across // 80, 2)
    shade(picture, height - strip, height)
    base, number = height - strip // 3, str(frame)
    named = f"{words.show}  {words.shot}  {words.version}".strip()
    right = across - margin - width(number, tall)
    letter(picture, named, (margin, base), height=tall, room=right - 3 * margin)
    letter(picture, number, (right, base), height=tall)


def _table(picture: Codes, words: Words, top: int, margin: int) -> None:
    height, across = picture.shape[:2]
    rows = (
        ("show", words.show),
        ("operation", words.operation),
        ("frames", f"{words.frames} at {words.rate}"),
        ("shown", words.sides),
        ("use", words.use),
        ("look", words.look),
        ("take", words.take_id),
    )
    tall = max(height // 26, 6)
    column = margin + max(width("operation", tall) + tall, across // 7)
    for number, (name, value) in enumerate(row for row in rows if row[1]):
        y = top + number * tall * 3 // 2
        letter(picture, name, (margin, y), height=tall, colour=GREY)
        letter(picture, value, (column, y), height=tall, room=across - margin - column)


def _wedge(picture: Codes, margin: int) -> None:
    """Paint patches of known codes along the lower edge, to see whether a player changes them."""
    height, across = picture.shape[:2]
    tall = max(height // 14, 2)
    each = (across - 2 * margin) // len(_BARS)
    for number, code in enumerate(_BARS):
        left = margin + number * each
        picture[height - 2 * tall : height - tall, left : left + each] = code
