"""Draw cuts as strips: what every clip shows, and whether that is plate, take, temp or still to be made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from photodouble.demo.removal import read_colour
from photodouble.demo.sheet import to_display
from photodouble.edit.clips import is_take
from photodouble.edit.edit import Edit
from photodouble.edit.marking import is_temp_name
from photodouble.edit.metadata import plain_name
from photodouble.edit.shot import Shot
from photodouble.edit.shots import list_shots
from photodouble.image.pattern import frame_path
from photodouble.takes.lettering import GREY, INK, letter
from photodouble.takes.sheet import write_sheet

Codes = npt.NDArray[np.uint8]

GROUND = (24, 24, 26)
PLATE, TEMP, APPROVED = (86, 92, 102), (224, 132, 40), (62, 160, 84)
STATES = (("plate", PLATE), ("temp, not approved", TEMP), ("approved", APPROVED))
_FRAME, _HEIGHT, _BAR, _HEAD, _GAP, _MARGIN = 56, 126, 26, 40, 3, 14


@dataclass(frozen=True)
class Strip:
    """A cut and the words above it; `said` are words for each of its clips, in order."""

    title: str
    edit: Edit
    said: Sequence[str] = ()


def write_strips(path: Path, title: str, strips: Sequence[Strip]) -> None:
    """Write the strips below each other as one PNG, all in the same scale of time."""
    shots = [list_shots(strip.edit, handles=0) for strip in strips]
    longest = max(sum(_length(shot) for shot in cut) for cut in shots)
    width = longest * _FRAME + 2 * _MARGIN
    bands = [_header(title, width)]
    bands += [_strip(strip, cut, width) for strip, cut in zip(strips, shots, strict=True)]
    write_sheet(path, np.vstack([*bands, _legend(width)]))


def _header(title: str, width: int) -> Codes:
    band = _band(54, width)
    letter(band, title, (_MARGIN, 36), height=24, room=width - 2 * _MARGIN)
    return band


def _strip(strip: Strip, shots: Sequence[Shot], width: int) -> Codes:
    band = _band(_HEAD + _HEIGHT + _BAR + 30, width)
    letter(band, strip.title, (_MARGIN, 27), height=18, room=width - 2 * _MARGIN)
    left = _MARGIN
    for number, shot in enumerate(shots):
        right = left + _length(shot) * _FRAME
        _draw(band[_HEAD:, left : right - _GAP], shot, strip.said[number] if number < len(strip.said) else "")
        left = right
    left = _MARGIN
    for shot in shots:
        left += _length(shot) * _FRAME
        half = shot.timing.record_last - shot.timing.cut_last
        if half > 0:
            _dissolve(band, left, half * _FRAME)
    return band


def _draw(block: Codes, shot: Shot, said: str) -> None:
    """Draw a clip: as many of its pictures as find room, and a bar in the colour of what they are."""
    width = block.shape[1]
    shape = read_colour(frame_path(shot.media.pattern, shot.timing.frame_map[0])).shape
    tile = max(1, round(_HEIGHT * shape[1] / shape[0]))
    count = max(1, round(width / tile))
    for place in range(count):
        x0, x1 = width * place // count, width * (place + 1) // count
        frame = shot.timing.frame_map[(2 * place + 1) * len(shot.timing.frame_map) // (2 * count)]
        block[:_HEIGHT, x0:x1] = _picture(shot, frame, x1 - x0)
        letter(block, str(frame), (x0 + 4, _HEIGHT - 6), height=12, room=x1 - x0 - 6)
    block[_HEIGHT : _HEIGHT + _BAR] = _colour(shot)
    name = plain_name(shot.clip.name)
    letter(block, f"{name}  {_state(shot)}", (6, _HEIGHT + 18), height=14, room=width - 10)
    letter(block, said, (6, _HEIGHT + _BAR + 17), height=13, colour=GREY, room=width - 10)


def _dissolve(band: Codes, middle: int, half: int) -> None:
    """Draw where one clip is mixed into the next."""
    top, bottom = _HEAD, _HEAD + _HEIGHT
    left, right = middle - half, middle + half - _GAP
    cv2.rectangle(band, (left, top), (right, bottom - 1), INK, 2, cv2.LINE_AA)
    cv2.line(band, (left, bottom - 1), (right, top), INK, 2, cv2.LINE_AA)
    letter(band, "dissolve", (left + 6, top + 17), height=13, room=2 * half - 12)


def _picture(shot: Shot, frame: int, width: int) -> Codes:
    """Return a picture of the clip as high as the strip, its middle as wide as there is room."""
    shown = to_display(read_colour(frame_path(shot.media.pattern, frame)))
    scale = max(_HEIGHT / shown.shape[0], width / shown.shape[1])
    size = (max(width, round(shown.shape[1] * scale)), max(_HEIGHT, round(shown.shape[0] * scale)))
    larger = cv2.resize(shown, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    top, left = (larger.shape[0] - _HEIGHT) // 2, (larger.shape[1] - width) // 2
    return np.asarray(larger[top : top + _HEIGHT, left : left + width], np.uint8)


def _length(shot: Shot) -> int:
    return shot.timing.cut_last - shot.timing.cut_first + 1


def _colour(shot: Shot) -> tuple[int, int, int]:
    if is_temp_name(shot.clip):
        return TEMP
    return APPROVED if is_take(shot.clip.media_reference) else PLATE


def _state(shot: Shot) -> str:
    if is_temp_name(shot.clip):
        return f"temp: {shot.key.removeprefix('photodouble_')}"
    return shot.key.removeprefix("photodouble_") if is_take(shot.clip.media_reference) else "plate"


def _legend(width: int) -> Codes:
    band, x = _band(40, width), _MARGIN
    for name, colour in STATES:
        cv2.rectangle(band, (x, 12), (x + 18, 28), colour, cv2.FILLED)
        x += 26 + letter(band, name, (x + 24, 26), height=14, colour=INK) + 20
    return band


def _band(height: int, width: int) -> Codes:
    return np.full((height, width, 3), GROUND, np.uint8)
