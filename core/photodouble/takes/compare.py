"""Pictures that put two things side by side: a wipe, a difference, a sheet; and a small picture of one."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from photodouble.image.display import shown
from photodouble.image.frame import Frame
from photodouble.image.hashes import file_sha256, pixel_sha256
from photodouble.image.proxy import reduce, working_scale
from photodouble.ops.opening import open_inputs, plate_like, view_of, views_of
from photodouble.ops.operation import Reporter
from photodouble.ops.shot import held_frame
from photodouble.provenance.written import PICTURE, note_written
from photodouble.settings import Settings
from photodouble_client.errors import ArtistError
from photodouble_client.frames import FrameRange

from .naming import frame_text
from .overlays import OVERLAYS, laid_over, overlays
from .picture_folder import keep_room, kept_pictures, picture_folder
from .sheet import Codes, captioned, enlarged, rows_of, write_sheet
from .store import Take

Array = npt.NDArray[np.float32]
Find = Callable[[str], Take]

logger = logging.getLogger(__name__)

PLATE, RESULT = "plate", "result"
GAIN = 8.0
MIDDLE = -1.0
"""The position of a wipe through the middle of what differs."""
LONG_SIDE = 960
_LINE = (236, 236, 232)
_SHEET_SIDE = 480
MOST_ROWS = 100
"""Frames on one sheet; more make a picture that few programs open."""


@dataclass(frozen=True)
class Side:
    """One side of a comparison: its name, and its picture (h, w, 3) in 8-bit codes of the display."""

    name: str
    picture: Codes


@dataclass(frozen=True)
class Comparison:
    """Compare pictures of one take, or of it and others that `find` finds by name.

    A side is `plate`, `result` (of this take), or another take, whose result it then is. Pictures are
    reduced by a whole number so that the longer side is at most `size` pixels.
    """

    take: Take
    find: Find
    settings: Settings
    size: int = LONG_SIDE

    def thumbnail(self, frame: int, side: str = RESULT) -> Path:
        """Write one side of a frame alone, or what is told of it, and return the path of the PNG."""
        if side in OVERLAYS:
            picture = self._told(side, frame)
            return self._write(f"{frame_text(frame)}.{side}", picture, "small picture", (RESULT,))
        picture = self.side(side, frame).picture
        return self._write(f"{frame_text(frame)}.{_file_word(side)}", picture, "small picture", (side,))

    def wipe(self, frame: int, left: str = PLATE, right: str = RESULT, position: float = MIDDLE) -> Path:
        """Write a frame with one side left of `position` (0 to 1 across) and the other right of it.

        Without a position the line goes through the middle of what differs, so that both are seen there.
        """
        a, b = self._both(left, right, frame)
        position = middle(a.picture, b.picture) if position < 0 else min(position, 1.0)
        picture = enlarged(b.picture).copy()
        times = picture.shape[1] // b.picture.shape[1]
        across = round(position * b.picture.shape[1]) * times
        picture[:, :across] = enlarged(a.picture)[:, :across]
        picture[:, max(across - 1, 0) : across + 1] = _LINE
        words = self._words(f"{a.name} | {b.name}", frame)
        name = f"{frame_text(frame)}.wipe.{_file_word(left)}-{_file_word(right)}.{round(position * 100)}"
        return self._write(name, captioned(words, picture), "wipe", (left, right))

    def difference(
        self, frame: int, left: str = PLATE, right: str = RESULT, *, gain: float = GAIN, signed: bool = False
    ) -> Path:
        """Write right minus left of a frame, as the eye sees them, times `gain`; its words say the gain.

        Absolute: black where they are equal. Signed: mid grey where they are equal, lighter where the
        right side is lighter.
        """
        a, b = self._both(left, right, frame)
        kind = "signed" if signed else "absolute"
        words = self._words(f"{b.name} - {a.name}, {kind}, x{gain:g}", frame)
        name = f"{frame_text(frame)}.difference.{_file_word(left)}-{_file_word(right)}.{kind}"
        picture = captioned(words, differing(a.picture, b.picture, gain, signed=signed))
        return self._write(name, picture, "difference", (left, right))

    def sheet(
        self,
        frames: Sequence[int],
        left: str = PLATE,
        right: str = RESULT,
        report: Reporter | None = None,
    ) -> Path:
        """Write one row per frame: the left side, the right side, and their difference.

        Raises ArtistError `input.empty_range` without a frame, `usage.frames` for more than MOST_ROWS.
        """
        _check_rows(FrameRange(frames))
        small = Comparison(self.take, self.find, self.settings, min(self.size, _SHEET_SIDE))
        rows = []
        for done, frame in enumerate(frames):
            (report or Reporter()).progress(done, len(frames), "pictures")
            a, b = small._both(left, right, frame)
            gap = differing(a.picture, b.picture, GAIN)
            rows.append(
                [
                    (f"{a.name} {frame}", a.picture),
                    (f"{b.name} {frame}", b.picture),
                    (f"difference x{GAIN:g}", gap),
                ]
            )
        name = f"sheet.{_file_word(left)}-{_file_word(right)}"
        return self._write(name, rows_of(rows), "sheet", (left, right))

    def side(self, name: str, frame: int) -> Side:
        """Read one side of a frame; raises ArtistError `engine.no_take` where it is not finished."""
        called, linear = self.linear(name, frame)
        return Side(called, self._codes(linear))

    def linear(self, name: str, frame: int) -> tuple[str, Array]:
        """Return how one side is called and its frame, scene-linear (h, w, 3), whole; raises as `side`."""
        if name == PLATE:
            return PLATE, _plate(self.take, frame)
        take = self.take if name == RESULT else self.find(name)
        return f"{take.folder.name} result", _result(take, frame)

    def _both(self, left: str, right: str, frame: int) -> tuple[Side, Side]:
        a, b = self.side(left, frame), self.side(right, frame)
        if a.picture.shape == b.picture.shape:
            return a, b
        raise ArtistError(
            "input.size_mismatch",
            "The two pictures have different sizes",
            f"{a.name} and {b.name} do not have the same size at frame {frame}.",
            "Compare takes of the same plate.",
        )

    def _told(self, name: str, frame: int) -> Codes:
        """Lay matte, origin or confidence over the result; raises ArtistError `engine.no_take`."""
        result = self.side(RESULT, frame).picture
        record = self.take.record(frame)
        overlay = None if record is None else overlays(self.take, record, result).get(name)
        if overlay is not None:
            return laid_over(overlay, result)
        raise ArtistError(
            "engine.no_take",
            "The take does not tell that",
            f"{self.take.label} holds no {name} of frame {frame}.",
            "Look at its result instead.",
        )

    def _words(self, shown: str, frame: int) -> str:
        return f"{shown}   frame {frame}   {self.take.label}"

    def _codes(self, linear: Array) -> Codes:
        finite = np.nan_to_num(linear, nan=0.0, posinf=1.0, neginf=0.0)
        small = reduce(finite, working_scale((linear.shape[0], linear.shape[1]), self.size))
        return shown(small, self.settings)

    def _write(self, name: str, picture: Codes, kind: str, sides: Sequence[str]) -> Path:
        path = picture_folder(self.take, self.settings) / f"{self.take.stem}.{name}.png"
        write_sheet(path, picture)
        keep_room(kept_pictures(self.settings), path)
        shows = list(shown_takes(self.take, self.find, sides))
        hashes = {"file_sha256": file_sha256(path), "pixel_sha256": pixel_sha256(path)}
        facts = {**hashes, "kind": kind, "status": "", "shows": shows}
        note_written(PICTURE, self.take, path, facts, self.settings, logger.warning)
        return path


def shown_takes(take: Take, find: Find, sides: Sequence[str]) -> tuple[str, ...]:
    """Return the ids of the takes whose results stand on the sides of a picture, that of `take` first."""
    others = {find(side).take_id for side in sides if side not in (PLATE, RESULT)}
    own = {take.take_id} & (others | {take.take_id for side in sides if side == RESULT})
    return (*own, *sorted(others - own))


def _check_rows(frames: FrameRange) -> None:
    _ = frames.first
    if len(frames) > MOST_ROWS:
        raise ArtistError(
            "usage.frames",
            "Those are too many frames for one sheet",
            f"{len(frames)} frames were asked for; a sheet holds {MOST_ROWS}.",
            f"Choose at most {MOST_ROWS} of them, such as every tenth: 1001-1100x10.",
        )


def differing(left: Codes, right: Codes, gain: float, *, signed: bool = False) -> Codes:
    """Return right minus left (h, w, 3), times `gain`, as 8-bit codes."""
    gap = (right.astype(np.float32) - left.astype(np.float32)) * np.float32(gain)
    codes = 128 + gap / 2 if signed else np.abs(gap)
    return np.asarray(np.clip(np.rint(codes), 0, 255), np.uint8)


def middle(left: Codes, right: Codes) -> float:
    """Return where two pictures differ, 0 to 1 across: the centre of their difference."""
    weight = np.abs(left.astype(np.float32) - right.astype(np.float32)).sum(axis=(0, 2))
    if not weight.any():
        return 0.5
    return round(float(np.average(np.arange(len(weight)) + 0.5, weights=weight)) / len(weight), 2)


def _plate(take: Take, frame: int) -> Array:
    request = take.request()
    plate = open_inputs(view_of(request, views_of(request)[0])).ports["plate"]
    plate.require([frame])
    read = plate.read(held_frame(plate, frame))
    return read.linear(read.display_window)


def _result(take: Take, frame: int) -> Array:
    read = result_frame(take, frame)
    return read.linear(read.display_window)


def result_frame(take: Take, frame: int, view: str = "") -> Frame:
    """Read a frame of a take's result, of its first view if none is named.

    Raises ArtistError `engine.no_take` where it is not finished.
    """
    record, request = take.record(frame), take.request()
    view = view or views_of(request)[0]
    written = None if record is None else record.file(RESULT, view)
    if written is None:
        raise ArtistError(
            "engine.no_take",
            "That frame is not finished",
            f"{take.label} has no result of frame {frame}.",
            f"Choose a finished frame of {request.range.to_text()}.",
        )
    return plate_like(view_of(request, view), take.folder / written.path).read(frame)


def _file_word(side: str) -> str:
    return "".join(sign if sign.isalnum() else "_" for sign in Path(side).name) or "take"
