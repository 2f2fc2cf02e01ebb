# SPDX-License-Identifier: GPL-3.0-or-later
"""Painted keys: a frame of the plate as a canvas in the Image editor, and what was painted as EXR.

Before and after are both written by Blender from the same numbers, so they differ by the paint alone.
"""

from __future__ import annotations

import shutil
from array import array
from pathlib import Path
from typing import Any

import bpy

from . import frames
from ._vendor.photodouble_client.errors import ArtistError

KEY = "photodouble_key"
"""The property of an image that names the plate and the frame that is painted on it."""


def canvas_of(plate: str, frame: int) -> Any:
    """Give the image on which a frame of the plate is painted, or None."""
    return next((image for image in canvases(plate) if image[KEY]["frame"] == frame), None)


def canvases(plate: str) -> list[Any]:
    """List the images on which frames of a plate are painted, by frame."""
    found = [image for image in bpy.data.images if image.get(KEY) and image[KEY]["plate"] == plate]
    return sorted(found, key=lambda image: int(image[KEY]["frame"]))


def new_canvas(plate: str, frame: int, folder: Path) -> Any:
    """Make a canvas of a frame of the plate in 32-bit float, and keep it as a file at once.

    Raises ArtistError `input.bad_key` for a plate of whole numbers, `input.missing_sequence` for no picture.
    """
    size, values = _read(frames.file_of(plate, frame))
    before, after = folder / f"before.{frame:04d}.exr", folder / f"key.{frame:04d}.exr"
    _write(size, values, before)
    shutil.copyfile(before, after)
    image = bpy.data.images.load(str(after), check_existing=False)
    image.name = f"key {Path(plate).name.partition('.')[0]} {frame}"
    image.alpha_mode = "CHANNEL_PACKED"
    image[KEY] = {"plate": plate, "frame": frame}
    return image


def write_keys(plate: str, working: Path, kept: Path) -> tuple[str, str, list[int]]:
    """Write what was painted as a new version: the pattern of the keys, that of before, and their frames.

    A canvas without paint is left out. Raises ArtistError `input.bad_key` where nothing was painted.
    """
    painted = {}
    for image in canvases(plate):
        frame = int(image[KEY]["frame"])
        if image.is_dirty:
            image.save()
        before = working / f"before.{frame:04d}.exr"
        if before.is_file() and _read(str(before))[1] != _pixels(image):
            painted[frame] = (before, Path(bpy.path.abspath(image.filepath_raw)))
    if not painted:
        raise _bad("Nothing was painted yet.", "Paint on a frame first: Paint This Frame gives a canvas.")
    folder = _version(painted, kept)
    return str(folder / "key.####.exr"), str(folder / "before.####.exr"), sorted(painted)


def _version(painted: dict[int, tuple[Path, Path]], kept: Path) -> Path:
    """Copy the painted frames into a folder of their own, or give the newest one that holds just these."""
    versions = sorted(one for one in kept.glob("v[0-9][0-9][0-9]*") if one.is_dir())
    if versions and _is_same(painted, versions[-1]):
        return versions[-1]
    number = int(versions[-1].name[1:]) + 1 if versions else 1
    folder = kept / f"v{number:03d}"
    folder.mkdir(parents=True)
    for before, after in painted.values():
        shutil.copyfile(before, folder / before.name)
        shutil.copyfile(after, folder / after.name)
    return folder


def _is_same(painted: dict[int, tuple[Path, Path]], folder: Path) -> bool:
    there = {path.name for path in folder.glob("key.*.exr")}
    if there != {after.name for _, after in painted.values()}:
        return False
    return all(_read(str(folder / after.name))[1] == _read(str(after))[1] for _, after in painted.values())


def _read(path: str) -> tuple[tuple[int, int], array[float]]:
    """Read the numbers of a picture as they are in the file."""
    try:
        image = bpy.data.images.load(path, check_existing=False)
    except RuntimeError as problem:
        raise ArtistError(
            "input.missing_sequence",
            "The frame is not there",
            f"Blender cannot read {path}.",
            "Check the plate, and 'Plate starts at'.",
            detail=str(problem),
        ) from problem
    image.colorspace_settings.name = "Non-Color"
    image.alpha_mode = "CHANNEL_PACKED"
    size, is_float = (int(image.size[0]), int(image.size[1])), image.is_float
    values = _pixels(image)
    bpy.data.images.remove(image)
    if not is_float:
        raise _bad(
            f"{Path(path).name} holds whole numbers, and paint would be lost in rounding.",
            "Use a plate of EXR files, or 'photodouble paint out' and 'paint in'.",
        )
    return size, values


def _write(size: tuple[int, int], values: array[float], path: Path) -> None:
    """Write numbers as they are: a picture that Blender made itself is saved with 32 bits a channel."""
    image = bpy.data.images.new(path.stem, *size, alpha=True, float_buffer=True)
    image.colorspace_settings.name = "Non-Color"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        image.pixels.foreach_set(values)
        image.file_format, image.alpha_mode = "OPEN_EXR", "CHANNEL_PACKED"
        image.filepath_raw = str(path)
        image.save()
    except (RuntimeError, OSError) as problem:
        raise ArtistError(
            "input.unwritable_output",
            "The frame could not be written",
            f"Blender could not write {path}.",
            "Choose a folder under Takes that can be written to.",
            detail=str(problem),
        ) from problem
    finally:
        bpy.data.images.remove(image)


def _pixels(image: Any) -> array[float]:
    values = array("f", bytes(4 * 4 * image.size[0] * image.size[1]))
    image.pixels.foreach_get(values)
    return values


def _bad(message: str, fix: str) -> ArtistError:
    return ArtistError("input.bad_key", "There is no painted key", message, fix)
