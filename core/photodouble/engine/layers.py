"""Write out what the analysis of a take knows, as layers to look at, to edit and to give back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from photodouble.image.display import shown
from photodouble.image.exr import write_planes
from photodouble.image.pattern import frame_path, sheet_beside
from photodouble.image.proxy import enlarge, reduce
from photodouble.image.stmap import write_stmap
from photodouble.image.window import Box
from photodouble.ops.inpaint.artist_layers import ArtistLayers, plate_places
from photodouble.ops.inpaint.footage_shot import ShotFootage, footage_of
from photodouble.ops.inpaint.lighting import Lighting
from photodouble.ops.inpaint.motion import Motion
from photodouble.ops.inpaint.motion_layer import neighbour_places, own_grid
from photodouble.ops.operation import Reporter, Scratch
from photodouble.ops.shot import Shot
from photodouble.settings import Settings
from photodouble.takes.check import check_take
from photodouble.takes.copies import check_apart
from photodouble.takes.sheet import Codes, rows_of, write_sheet
from photodouble.takes.store import Take
from photodouble_client.errors import ArtistError
from photodouble_client.frames import FrameRange

from .eye import open_scratch
from .prepare import input_files, prepare

SHEET = "motion_sheet.png"
MAPS = {"next": 1, "previous": -1}
SOURCE = "source"
_SHOWN_FRAMES, _SHOWN_WIDTH = 4, 400
_GREY = 0.18


@dataclass(frozen=True)
class LayersWritten:
    """Layers on disk: their patterns by name, the frames that have one, and a sheet to look at.

    `steady` says that no change of light is used in the take: its light is 1 everywhere.
    """

    patterns: Mapping[str, str]
    frames: FrameRange
    sheet: Path
    steady: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return the plain form."""
        return {
            "patterns": dict(self.patterns),
            "frames": self.frames.to_text(),
            "sheet": str(self.sheet),
            "steady": self.steady,
        }


@dataclass(frozen=True)
class _Opened:
    """A take's shot and the records of its analysis, for one view."""

    shot: Shot
    plates: ShotFootage
    scratch: Scratch

    @property
    def targets(self) -> tuple[tuple[int, int], ...]:
        """Index and number of every frame of the take."""
        return tuple((self.plates.numbers.index(frame), frame) for frame in self.shot.frames)


def write_lighting(
    take: Take, pattern: str, settings: Settings, report: Reporter, *, view: str = "", overwrite: bool = False
) -> LayersWritten:
    """Write the light that falls on the fill of a take: layers gain and offset a frame, scene-linear half.

    A light that an artist gave the take is written as it was given. Raises ArtistError
    `input.output_exists`, `input.output_is_input`, `engine.take_mismatch` for a take whose inputs changed,
    `engine.no_take` for one whose analysis is gone.
    """
    opened = _open(take, view, report)
    paths = {frame: frame_path(pattern, frame) for _, frame in opened.targets}
    _check(paths.values(), pattern, opened.shot, overwrite=overwrite)
    lighting = Lighting(opened.scratch, opened.plates.size)
    artist = ArtistLayers(opened.shot, opened.plates)
    whole = Box.of_size(*opened.plates.size)
    canvas, scale = opened.plates.canvas, opened.plates.scale
    tiles: list[tuple[str, Codes]] = []
    for done, (index, frame) in enumerate(opened.targets):
        light = artist.light(index, whole) or lighting.at(index, whole)
        gain, offset = (enlarge(grid, scale, canvas.size) for grid in (light.gain, light.offset))
        planes = {f"gain.{name}": gain[..., n] for n, name in enumerate("RGB")}
        planes |= {f"offset.{name}": offset[..., n] for n, name in enumerate("RGB")}
        plate = opened.shot.plate(frame)
        write_planes(
            paths[frame],
            planes,
            data_window=canvas,
            display_window=opened.shot.display_window,
            pixel_aspect=plate.pixel_aspect,
        )
        if done % _every(opened) == 0:
            tiles += [
                (f"frame {frame}", _tile(opened.shot.plate_linear(frame, canvas), settings)),
                ("light", _tile(_GREY * gain + offset, settings)),
            ]
        report.progress(done + 1, len(paths), "writing")
    sheet = _write_sheet(sheet_beside(pattern), tiles)
    return LayersWritten({"lighting": pattern}, FrameRange(paths), sheet, lighting.is_steady)


def write_motion(
    take: Take, folder: Path, settings: Settings, report: Reporter, *, view: str = "", overwrite: bool = False
) -> LayersWritten:
    """Write the motion of a take as ST maps: to the `next` and `previous` frame, and each pixel's `source`.

    `next` and `previous` say where every plate pixel is in the neighbouring frame; where no motion was
    needed there is no file, and a map without any is not named in the answer. `source` says where every
    filled pixel comes from: red and green the place, blue the number of the frame, NaN outside the matte
    and where no frame shows anything. Raises as `write_lighting`.
    """
    opened = _open(take, view, report)
    patterns = {name: str(folder / f"{name}.####.exr") for name in (*MAPS, SOURCE)}
    motion = Motion(opened.scratch, "motion")
    wanted = {name: [(i, f) for i, f in opened.targets if _has(opened, name, i)] for name in patterns}
    paths = {name: {f: frame_path(patterns[name], f) for _, f in frames} for name, frames in wanted.items()}
    _check([path for each in paths.values() for path in each.values()], "", opened.shot, overwrite=overwrite)
    whole, canvas = Box.of_size(*opened.plates.size), opened.plates.canvas
    display, scale = opened.shot.display_window, opened.plates.scale
    tiles: list[tuple[str, Codes]] = []
    for done, (index, frame) in enumerate(opened.targets):
        for name, way in MAPS.items():
            if frame in paths[name]:
                there = neighbour_places(motion, index, way, whole)
                write_stmap(paths[name][frame], plate_places(there, scale, canvas), display, canvas)
        if frame in paths[SOURCE]:
            _write_source(opened, index, paths[SOURCE][frame])
        has_next = frame in paths["next"]
        if done % _every(opened) == 0 and (has_next or not paths["next"]):
            there = neighbour_places(motion, index, 1, whole) if has_next else own_grid(whole)
            tiles += [
                (f"frame {frame}", _tile(opened.shot.plate_linear(frame, canvas), settings)),
                (
                    "motion to the next" if has_next else "no motion to a next frame",
                    _arrows(there - own_grid(whole)),
                ),
            ]
        report.progress(done + 1, len(opened.targets), "writing")
    frames = FrameRange(sorted({frame for each in paths.values() for frame in each}))
    written = {name: pattern for name, pattern in patterns.items() if paths[name]}
    return LayersWritten(written, frames, _write_sheet(folder / SHEET, tiles))


def _open(take: Take, view: str, report: Reporter) -> _Opened:
    changed = check_take(take, report=report)
    if any(change.what != "take" for change in changed):
        raise ArtistError(
            "engine.take_mismatch",
            "The inputs changed since this take was made",
            f"{take.label}: {changed[0].message}",
            "Make the take again, then write its layers.",
        )
    shots = prepare(take.request(), report, known=take.folder).shots
    view = view or next(iter(shots))
    if view not in shots:
        raise ArtistError(
            "usage.bad_value",
            "The take has no such eye",
            f"{take.label} has {', '.join(filter(None, shots)) or 'one view without a name'}, not {view!r}.",
            "Name one of them (--view), or none.",
        )
    shot = shots[view]
    plates, scratch = footage_of(shot), open_scratch(take.folder, view)
    targets = (plates.numbers.index(frame) for frame in shot.frames)
    if not any(scratch.has("fill", index) for index in targets):
        raise ArtistError(
            "engine.no_take",
            "The analysis of this take is gone",
            f"{take.label} has no records of motion and light.",
            "Make the take again with the setting keep_analysis on.",
        )
    return _Opened(shot, plates, scratch)


def _has(opened: _Opened, name: str, index: int) -> bool:
    if name == SOURCE:
        return opened.scratch.has("fill", index)
    return opened.scratch.has("motion", index if MAPS[name] > 0 else index - 1)


def _write_source(opened: _Opened, index: int, path: Path) -> None:
    record = opened.scratch.load("fill", index)
    box = Box(*(int(value) for value in record["box"]))
    plates, size = opened.plates, opened.plates.size
    places = np.full((*size, 2), np.nan, np.float32)
    numbers = np.full(size, np.nan, np.float32)
    region = box.slices_in(Box.of_size(*size))
    real = (record["source"] >= 0) & (plates.hole(index)[region] > 0)
    places[region] = np.where(real[..., None], record["map"], np.nan)
    numbers[region] = np.where(real, np.asarray(plates.numbers, np.float32)[record["source"]], np.nan)
    scale, canvas = plates.scale, plates.canvas
    moved = (places - own_grid(Box.of_size(*size))) * np.float32(scale)
    large = _repeated(moved, scale, canvas) + own_grid(canvas)
    write_stmap(path, large, opened.shot.display_window, canvas, blue=_repeated(numbers, scale, canvas))


def _repeated(picture: NDArray[np.float32], scale: int, canvas: Box) -> NDArray[np.float32]:
    large = picture.repeat(scale, axis=0).repeat(scale, axis=1)
    return np.ascontiguousarray(large[: canvas.height, : canvas.width])


def _check(paths: Any, pattern: str, shot: Shot, *, overwrite: bool) -> None:
    listed = list(paths)
    if pattern and Path(pattern).suffix.lower() != ".exr":
        raise ArtistError(
            "input.unsupported_format",
            "A layer is written as EXR",
            f"{Path(pattern).name} is no EXR sequence.",
            "Name it such as lighting.####.exr.",
        )
    if len(set(listed)) < len(listed):
        raise ArtistError(
            "usage.arguments",
            "There is no place for the frame number",
            f"All frames would be written to {pattern}.",
            "Add it to the name: lighting.####.exr.",
        )
    check_apart(listed, input_files([shot]))
    taken = [path for path in listed if path.exists()]
    if taken and not overwrite:
        raise ArtistError(
            "input.output_exists",
            "The layer already exists",
            f"{taken[0]} is already there, and may have been edited by hand.",
            "Choose another name (--output), or allow overwriting (--overwrite).",
        )


def _every(opened: _Opened) -> int:
    return -(-len(opened.targets) // _SHOWN_FRAMES)


def _tile(linear: NDArray[np.float32], settings: Settings) -> Codes:
    scale = max(-(-linear.shape[1] // _SHOWN_WIDTH), 1)
    with np.errstate(all="ignore"):
        return shown(np.nan_to_num(reduce(linear.astype(np.float32), scale)), settings)


def _arrows(moved: NDArray[np.float32]) -> Codes:
    """Show motion in colours: red to the right, green upwards, grey where nothing moves."""
    largest = max(float(np.percentile(np.abs(moved), 99)), 1.0)
    across, up = moved[..., 0] / largest, -moved[..., 1] / largest
    colour = np.stack([0.5 + 0.5 * across, 0.5 + 0.5 * up, np.full_like(up, 0.5)], axis=2)
    scale = max(-(-moved.shape[1] // _SHOWN_WIDTH), 1)
    return np.asarray(np.rint(np.clip(reduce(colour.astype(np.float32), scale), 0, 1) * 255), np.uint8)


def _write_sheet(path: Path, tiles: list[tuple[str, Codes]]) -> Path:
    """Lay the pairs of plate and layer under one another."""
    height, width = tiles[0][1].shape[:2]
    even = [(word, _to_size(picture, height, width)) for word, picture in tiles]
    write_sheet(path, rows_of([even[at : at + 2] for at in range(0, len(even), 2)]))
    return path


def _to_size(picture: Codes, height: int, width: int) -> Codes:
    rows = np.arange(height) * picture.shape[0] // height
    columns = np.arange(width) * picture.shape[1] // width
    return np.ascontiguousarray(picture[rows][:, columns])
