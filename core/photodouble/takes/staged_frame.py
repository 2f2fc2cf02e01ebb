"""The pictures of a staged take: resampled, in the host's space, cropped to what the take changes."""

from __future__ import annotations

import hashlib
import json
import math
import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from photodouble.image.exr import HALF_MOST
from photodouble.image.frame import Frame
from photodouble.image.resample import FITS, Placing, placing, resampled
from photodouble.image.window import Box
from photodouble.image.write import write_planes
from photodouble.ops.shot import bounds
from photodouble.provenance.gate import GateMark, recorded
from photodouble_client.errors import ArtistError
from photodouble_client.frames import FrameRange

from .encoded import encoded_values
from .node_text import StageWish
from .over_plate import OverPlate, added
from .staged_spaces import checked_space
from .store import Take

Plane = npt.NDArray[np.float32]
_TYPES = {"A": "half", "R": "half", "G": "half", "B": "half", "K": "half", "N": "float"}
"""Frame numbers go beyond what half counts."""
_LARGEST_SIDE = 32768
_FARTHEST = 99_999_999
"""The last number that a node takes for one of a frame."""
_ROWS = 128
_LONGEST = 80
"""The most letters of a space that stand in the name of a folder."""
BYTES_A_PIXEL = 100
"""What a frame that changes all over takes while it is staged, as measured."""


class StagedFrames:
    """All that is needed to stage a frame of one take by one wish.

    `sources` are the plate's frames, each with the numbers of the files that show it.
    """

    def __init__(self, take: Take, wish: StageWish) -> None:
        """Open the take; raises as `staged.write_staged`."""
        _check(wish)
        self.take = take
        self.space = checked_space(wish.space)
        self.wish = replace(wish, space=self.space)
        self.order, self.begin = _order(take, wish)
        self.over = OverPlate(take, wish.view)
        _check_whole(take, self.order)
        first = self.over.first
        self.window = first.display_window
        self.format = Box(0, 0, *wish.format) if wish.format else self.window
        self.pixel_aspect = wish.pixel_aspect or (1.0 if wish.format else first.pixel_aspect)
        self.how = Placing()
        if wish.format:
            self.how = placing(self.window, first.pixel_aspect, self.format, self.pixel_aspect, wish.fit)
        self._header = {"photodouble/take": take.take_id, **GateMark(recorded(take.folder)).header()}

    @property
    def name(self) -> str:
        """Name the folder: space, format and fit, and what else sets it apart."""
        word = "".join(sign if sign.isascii() and sign.isalnum() else "_" for sign in self.space)
        size = f"{self.format.width}x{self.format.height}"
        short = "_".join(filter(None, word[:_LONGEST].split("_"))) or "space"
        parts = [short, size, self.wish.fit if self.wish.format else "own"]
        if self.wish.view:
            parts.append("".join(sign for sign in self.wish.view if sign.isascii() and sign.isalnum()))
        plain = StageWish(self.space, self.wish.format, fit=self.wish.fit, view=self.wish.view)
        is_told = self.space.isascii() and len(word) <= _LONGEST
        if self.wish != plain or not is_told:
            parts.append(hashlib.sha256(json.dumps(self.wish.to_json()).encode()).hexdigest()[:6])
        return "_".join(parts)

    @property
    def pixels(self) -> int:
        """Count the pixels of the larger one of the take's format and the host's."""
        return max(box.width * box.height for box in (self.window, self.format))

    @property
    def sources(self) -> Mapping[int, list[int]]:
        """List the numbers of the files that show each frame of the plate."""
        found: dict[int, list[int]] = {}
        for number, source in enumerate(self.order):
            found.setdefault(source, []).append(self.begin + number)
        return found

    def write(self, source: int, paths: list[Path]) -> bool:
        """Write one frame to its files; tells whether values had to be held within half float."""
        box, planes = self.planes(source)
        clamped = any(bool((np.abs(planes[name]) >= HALF_MOST).any()) for name in "RGB")
        write_planes(
            paths[0],
            planes,
            data_window=box,
            display_window=self.format,
            pixel_aspect=self.pixel_aspect,
            metadata={**self._header, "photodouble/frame": source},
            type={name: _TYPES[name] for name in planes},
            compression=self.wish.compression,
        )
        for path in paths[1:]:
            _link(paths[0], path)
        return clamped

    def planes(self, source: int) -> tuple[Box, Mapping[str, Plane]]:
        """Give the data window and the planes (h, w) of one frame; one of nothing where none changes."""
        record = self.over.record(source)
        if record is None:
            return self._nothing()
        plate, result = self.over.plate(source), self.over.result(source)
        canvas = self._canvas(plate)
        matte = self.over.channels(record, "matte", {"A": 0.0}, canvas)
        touched = bounds(matte[..., 0], canvas)
        box = self._reached(touched, canvas)
        if touched.is_empty or box.is_empty:
            return self._nothing()
        _check_room(box)
        laid = np.empty((*box.size, len(self.names)), np.float32)
        for band in _bands(box):
            there = band if self.how == Placing() else self.how.needed(band, canvas)
            share = self._laid(matte[there.slices_in(canvas)], there, band, is_matte=True)[..., 0]
            below = self._laid(encoded_values(plate, self.space, there), there, band)
            wanted = self._laid(encoded_values(result, self.space, there), there, band)
            laid[(*band.slices_in(box), slice(4))] = unmixed(below, wanted, share)
        if self.wish.origin:
            there = box if self.how == Placing() else self.how.needed(box, canvas)
            told = self.over.channels(record, "origin", {"kind": 0.0, "frame": -1.0}, there)
            laid[..., 4:] = self._told(told, there, box)
        tight = bounds(laid[..., 3], box)
        return self._nothing() if tight.is_empty else (tight, self._named(laid[tight.slices_in(box)]))

    @property
    def names(self) -> str:
        """Name the channels, in the order in which people say them."""
        return "RGBAKN" if self.wish.origin else "RGBA"

    def _nothing(self) -> tuple[Box, Mapping[str, Plane]]:
        x0, y0 = self.format.x0, self.format.y0
        laid = np.asarray((0, 0, 0, 0, 0, -1), np.float32).reshape(1, 1, -1)
        return Box(x0, y0, x0 + 1, y0 + 1), self._named(laid)

    def _canvas(self, plate: Frame) -> Box:
        """Return the pixels that count: overscan only where the take keeps its own format."""
        return self.window if self.wish.format else self.window.union(plate.data_window)

    def _reached(self, touched: Box, canvas: Box) -> Box:
        if self.how == Placing():
            return touched
        return self.how.covered(touched).intersect(self.how.placed(canvas)).intersect(self.format)

    def _laid(self, picture: Plane, there: Box, box: Box, *, is_matte: bool = False) -> Plane:
        """Lay a picture into the format; where pixels stay pixels, they stay the same bits."""
        if not self.how.is_exact:
            sound = np.nan_to_num(picture, posinf=HALF_MOST, neginf=-HALF_MOST)
            return resampled(sound, there, self.how, box, is_matte=is_matte)
        moved = there.moved(round(self.how.right), round(self.how.below))
        return picture[box.slices_in(moved)]

    def _told(self, told: Plane, there: Box, box: Box) -> Plane:
        """Give kind and frame of the nearest pixel's origin: they are numbers, not light."""
        rows = (np.arange(box.y0, box.y1) + 0.5 - self.how.below) / self.how.down
        columns = (np.arange(box.x0, box.x1) + 0.5 - self.how.right) / self.how.across
        y = np.clip(np.floor(rows).astype(np.int64), there.y0, there.y1 - 1) - there.y0
        x = np.clip(np.floor(columns).astype(np.int64), there.x0, there.x1 - 1) - there.x0
        return told[np.ix_(y, x)]

    def _named(self, laid: Plane) -> Mapping[str, Plane]:
        return {name: laid[..., number] for number, name in enumerate(self.names)}


def unmixed(below: Plane, wanted: Plane, matte: Plane) -> Plane:
    """Give F and A (h, w, 4) such that `below + A * (F - below)` is `wanted`; 0 where the matte is.

    `below` and `wanted` are (h, w, 3) in one encoding, `matte` is (h, w); A is the half float next to it.
    """
    share = matte.astype(np.float16).astype(np.float32)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        fill = added(below, wanted, share) / share[..., None]
    np.nan_to_num(fill, copy=False, posinf=HALF_MOST, neginf=-HALF_MOST)
    fill[share <= 0] = 0
    return np.concatenate((fill, share[..., None]), axis=-1)


def _bands(box: Box) -> Iterator[Box]:
    """Cut a box into bands of rows: what is needed for one of them is small, however large the picture is."""
    for y0 in range(box.y0, box.y1, _ROWS):
        yield Box(box.x0, y0, box.x1, min(y0 + _ROWS, box.y1))


def _order(take: Take, wish: StageWish) -> tuple[tuple[int, ...], int]:
    """Return the plate's frames in the order played, and the number of the first file."""
    there = take.request().range
    order = wish.order or tuple(range(there.first, there.last + 1))
    strange = next((frame for frame in order if not there.first <= frame <= there.last), None)
    if strange is not None:
        raise ArtistError(
            "usage.frames",
            "The take has no such frame",
            f"{take.label} holds {there.to_text()}, and {strange} is in the order.",
            "Name frames of the take, in the order in which they are played.",
        )
    begin = order[0] if wish.begin is None else wish.begin
    if not -_FARTHEST <= begin <= begin + len(order) - 1 <= _FARTHEST:
        raise ArtistError(
            "usage.frames",
            "Frames cannot be numbered so",
            f"{len(order)} files from number {begin} on were asked for, and a node counts up to {_FARTHEST}.",
            "Give the number of a frame, such as 0 or 1001.",
        )
    return order, begin


def _check_whole(take: Take, order: tuple[int, ...]) -> None:
    """Refuse a take that lost frames: what is not there must not look as if nothing changed in it."""
    missing = sorted(frame for frame in set(order) if take.record(frame) is None)
    if missing:
        raise ArtistError(
            "input.missing_frames",
            "The take has lost pictures",
            f"{take.label} is finished, but pictures of {FrameRange(tuple(missing)).to_text()} are gone.",
            "Bring them back from a copy, or make the take again; 'photodouble verify' says what is missing.",
        )


def _check_room(box: Box) -> None:
    """Refuse what would have the system end the program, and perhaps others, without a word."""
    needed, there = BYTES_A_PIXEL * box.width * box.height, memory_of_machine()
    if 0 < there < needed:
        raise ArtistError(
            "engine.memory",
            "There is not enough memory",
            f"The fill covers {box.width}x{box.height} pixels in that format; staging it takes about "
            f"{needed / 1e9:.0f} GB, and this machine has {there / 1e9:.0f} GB.",
            "Give a smaller format, such as that of the timeline, or stage it on a larger machine.",
        )


def memory_of_machine() -> int:
    """Count the bytes of memory of this machine; 0 where the system does not say."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return 0


def _check(wish: StageWish) -> None:
    if wish.fit not in FITS or wish.compression not in ("none", "zip"):
        raise _bad(f"{wish.fit}, {wish.compression}", f"Fit: {', '.join(FITS)}. Compression: none, zip.")
    if wish.format and not all(0 < side <= _LARGEST_SIDE for side in wish.format):
        raise _bad(f"{wish.format[0]}x{wish.format[1]}", "Give width and height, such as 1920x1080.")
    aspect = wish.pixel_aspect
    if aspect is not None and not (math.isfinite(aspect) and 0.01 <= aspect <= 100):
        raise _bad(f"pixel aspect {aspect}", "Give width over height of one pixel: 1, or 2 for anamorphic.")


def _bad(given: str, fix: str) -> ArtistError:
    return ArtistError("usage.bad_value", "Pictures cannot be staged so", f"{given} was given.", fix)


def _link(first: Path, path: Path) -> None:
    """Let two files be one where the disk can."""
    try:
        os.link(first, path)
    except OSError:
        shutil.copyfile(first, path)
