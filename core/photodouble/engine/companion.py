"""Estimate the companion matte of a shot, to look at and to edit: what the removed thing does around it."""

from __future__ import annotations

import contextlib
import math
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from photodouble.image.display import shown
from photodouble.image.exr import write_planes
from photodouble.image.pattern import frame_path, sheet_beside
from photodouble.image.proxy import reduce
from photodouble.image.window import Box
from photodouble.ops.inpaint.companion import KINDS, Companion, Search, companion_of, estimate
from photodouble.ops.inpaint.footage_shot import footage_of
from photodouble.ops.inpaint.scratch import FolderScratch
from photodouble.ops.inpaint.study import settings_of
from photodouble.ops.operation import Reporter
from photodouble.ops.shot import Shot
from photodouble.settings import Settings
from photodouble.takes.copies import check_apart
from photodouble.takes.sheet import Codes, rows_of, write_sheet
from photodouble_client.errors import ArtistError
from photodouble_client.frames import FrameRange
from photodouble_client.request import JobRequest

from .prepare import input_files, prepare

_SHOWN_FRAMES, _ACROSS, _SHOWN_WIDTH = 6, 3, 480
_TINT = {"matte": (70, 120, 220), "companion": (240, 150, 40)}


@dataclass(frozen=True)
class Wanted:
    """How a companion matte is asked for: `distance` in plate pixels (0 chooses), `keep` of `KINDS`."""

    pattern: str
    distance: int = 0
    sensitivity: float = 1.0
    keep: tuple[str, ...] = ()
    overwrite: bool = False


@dataclass(frozen=True)
class Written:
    """A companion matte on disk: its pattern, its frames, the picture to look at, and what was found.

    `found` counts, per kind, the frames in which there is some.
    """

    pattern: str
    frames: FrameRange
    sheet: Path
    found: Mapping[str, int]

    def to_json(self) -> dict[str, Any]:
        """Return the plain form."""
        return {
            "pattern": self.pattern,
            "frames": self.frames.to_text(),
            "sheet": str(self.sheet),
            "found": dict(self.found),
        }


def write_companion(request: JobRequest, wanted: Wanted, settings: Settings, report: Reporter) -> Written:
    """Estimate and write the companion matte of every frame of a request, one EXR with channel A each.

    The frames of the estimate carry the plate's windows. A stereo request is refused (`usage.arguments`):
    ask once per eye. Raises ArtistError `input.output_exists`, `input.output_is_input`, and whatever the
    request itself raises.
    """
    _check_wanted(request, wanted)
    targets = {frame: frame_path(wanted.pattern, frame) for frame in request.range}
    _check_free(targets, wanted)
    shot = prepare(request, report).shot
    check_apart([*targets.values(), sheet_beside(wanted.pattern)], input_files([shot]))
    plates = footage_of(shot)
    search = Search(-(-wanted.distance // plates.scale), wanted.sensitivity, frozenset(wanted.keep))
    found = dict.fromkeys(KINDS, 0)
    tiles: list[tuple[str, Codes]] = []
    chosen = set(shot.frames[:: -(-len(shot.frames) // _SHOWN_FRAMES)])
    cache = settings.cache_path()
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".companion-", dir=cache) as folder:
        scratch = FolderScratch(Path(folder))
        estimate(plates, scratch, settings_of(shot, plates), search, report)
        for number, frame in enumerate(shot.frames):
            report.check()
            made = companion_of(plates, scratch, plates.numbers.index(frame), search)
            _write(targets[frame], made, shot, frame)
            for kind in KINDS:
                found[kind] += made.shares[kind] > 0
            if frame in chosen:
                tiles.append((f"frame {frame}", _tile(shot, made, frame, settings)))
            report.progress(number + 1, len(shot.frames), "writing")
    sheet = sheet_beside(wanted.pattern)
    write_sheet(sheet, _sheet(tiles))
    return Written(wanted.pattern, FrameRange(shot.frames), sheet, found)


def _check_wanted(request: JobRequest, wanted: Wanted) -> None:
    if "," in request.view:
        raise ArtistError(
            "usage.arguments",
            "A companion matte is made for one eye at a time",
            f"The request names {request.view}.",
            "Ask once per eye, left and right (--view).",
        )
    if not 0 < wanted.sensitivity < math.inf:
        raise ArtistError(
            "usage.bad_value",
            "The sensitivity is out of range",
            f"{wanted.sensitivity:g} is not a number above 0.",
            "Give 1, or 2 to find what is half as strong.",
        )
    strange = [kind for kind in wanted.keep if kind not in KINDS]
    if strange:
        raise ArtistError(
            "usage.bad_value",
            "That is nothing that can be kept",
            f"{strange[0]!r} is neither of {', '.join(KINDS)}.",
            "Name what stays in the picture, such as contact,shadow.",
        )
    if Path(wanted.pattern).suffix.lower() != ".exr":
        raise ArtistError(
            "input.unsupported_format",
            "A companion matte is written as EXR",
            f"{Path(wanted.pattern).name} is no EXR sequence.",
            "Name it such as companion.####.exr.",
        )


def _check_free(targets: Mapping[int, Path], wanted: Wanted) -> None:
    taken = [path for path in targets.values() if path.exists()]
    if taken and not wanted.overwrite:
        raise ArtistError(
            "input.output_exists",
            "The companion matte already exists",
            f"{taken[0]} is already there, and may have been edited by hand.",
            "Choose another name (--output), or allow overwriting (--overwrite).",
        )
    if len(set(targets.values())) < len(targets):
        raise ArtistError(
            "usage.arguments",
            "There is no place for the frame number",
            f"All frames would be written to {wanted.pattern}.",
            "Add it to the name: companion.####.exr.",
        )


def _write(path: Path, made: Companion, shot: Shot, frame: int) -> None:
    plate = shot.plate(frame)
    box, matte = made.box, made.matte
    if box.is_empty:
        display = plate.display_window
        box, matte = Box(display.x0, display.y0, display.x0 + 1, display.y0 + 1), np.zeros((1, 1), np.float32)
    write_planes(
        path,
        {"A": matte},
        data_window=box,
        display_window=plate.display_window,
        pixel_aspect=plate.pixel_aspect,
    )


def _tile(shot: Shot, made: Companion, frame: int, settings: Settings) -> Codes:
    """Show a frame with the matte and its companion in colours."""
    canvas = shot.canvas
    companion = np.zeros(canvas.size, np.float32)
    if not made.box.is_empty:
        companion[made.box.slices_in(canvas)] = made.matte
    scale = max(-(-canvas.width // _SHOWN_WIDTH), 1)
    with np.errstate(all="ignore"):
        picture = shown(np.nan_to_num(reduce(shot.plate_linear(frame, canvas), scale)), settings)
    tinted = picture.astype(np.float32)
    for name, mask in (("companion", companion), ("matte", shot.matte(frame))):
        share = 0.6 * reduce(mask, scale)[..., None]
        tinted = tinted * (1 - share) + share * np.array(_TINT[name], np.float32)
    return np.asarray(np.rint(tinted), np.uint8)


def _sheet(tiles: list[tuple[str, Codes]]) -> Codes:
    blank = ("", np.zeros_like(tiles[0][1]))
    rows = [tiles[at : at + _ACROSS] for at in range(0, len(tiles), _ACROSS)]
    with contextlib.suppress(IndexError):
        rows[-1] += [blank] * (len(rows[0]) - len(rows[-1]))
    return rows_of(rows)
