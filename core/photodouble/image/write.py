"""Write results: the plate itself, changed only where the matte says so."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from photodouble.image.exr import write_exr, write_planes
from photodouble.image.flat import write_flat
from photodouble.image.frame import Frame
from photodouble.image.picture import Metadata, Plane
from photodouble.image.window import Box
from photodouble_client.errors import ArtistError

__all__ = ["output_suffix", "plate_and_result", "write_planes", "write_result"]


def output_suffix(frame: Frame) -> str:
    """Say which suffix a result has: the plate's own, PNG for JPEG, EXR for movies."""
    instead = {"jpeg": ".png", "movie": ".exr"}
    return instead.get(frame.picture.format, frame.picture.path.suffix)


def write_result(
    frame: Frame,
    fill: NDArray[np.float32],
    matte: NDArray[np.float32],
    box: Box,
    path: Path,
    *,
    metadata: Metadata,
) -> None:
    """Write the plate with the fill put in through the matte.

    `fill` (h, w, 3) scene-linear and `matte` (h, w) 0..1 cover `box`. Where the matte is not above 0
    every channel keeps the source's own bits; inside, the filled channels become
    source*(1-a) + fill*a in scene-linear, put back into the file's colour space and type. Format,
    type, layers, parts, windows and metadata are the source's; `metadata` adds keys under
    `photodouble/`. Raises as `storage.write_whole`.
    """
    _check_suffix(frame, path)
    if frame.picture.format == "movie":
        _write_movie_frame(frame, fill, matte, box, path, metadata)
        return
    changed = {
        plane.name: plane.with_pixels(pixels)
        for plane, pixels in zip(frame.fill_planes, _composite(frame, fill, matte, box), strict=True)
    }
    picture = frame.whole()
    picture = picture.with_planes(tuple(changed.get(plane.name, plane) for plane in picture.planes))
    if picture.format == "exr":
        write_exr(path, picture, metadata)
    else:
        write_flat(path, picture, metadata)


def plate_and_result(
    frame: Frame, fill: NDArray[np.float32], matte: NDArray[np.float32], box: Box
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Give plate and result over `box` as a host reads their files, both (h, w, 3) float32.

    Scene-linear, and multiplied by alpha where the file's colours are: what is rounded by the file's type is
    rounded here, so that a picture of the difference is exact. `fill` and `matte` are as in `write_result`.
    """
    if frame.picture.format == "movie":
        colours = frame.linear(box)
        mixed = np.where(matte[..., None] > 0, _blend(colours, fill, matte), colours)
        return _as_half(colours), _as_half(mixed.astype(np.float32))
    changed = copy.copy(frame)
    changed.fill_planes = tuple(
        plane.with_pixels(pixels)
        for plane, pixels in zip(frame.fill_planes, _composite(frame, fill, matte, box), strict=True)
    )
    return _as_read(frame, box), _as_read(changed, box)


def _as_read(frame: Frame, box: Box) -> NDArray[np.float32]:
    if frame.colour.name in ("scene-linear", "raw"):
        stored = frame.stored(box)
        return np.repeat(stored, 3, axis=-1) if stored.shape[-1] == 1 else stored
    factor = frame.alpha_factor(box)
    linear = frame.linear(box)
    return linear if factor is None else linear * factor[..., None]


def _as_half(colours: NDArray[np.float32]) -> NDArray[np.float32]:
    largest = np.float32(np.finfo(np.float16).max)
    return np.clip(colours, -largest, largest).astype(np.float16).astype(np.float32)


def _check_suffix(frame: Frame, path: Path) -> None:
    wanted, given = output_suffix(frame).lower(), path.suffix.lower()
    if given.replace(".tiff", ".tif") != wanted.replace(".tiff", ".tif"):
        raise ArtistError(
            "input.unsupported_format",
            "The result has another format than its name says",
            f"The result of {frame.picture.path.name} is written as {wanted}, but {path.name} was asked for.",
            f"Give the output the suffix {wanted}.",
        )


def _write_movie_frame(
    frame: Frame,
    fill: NDArray[np.float32],
    matte: NDArray[np.float32],
    box: Box,
    path: Path,
    metadata: Metadata,
) -> None:
    """Write a movie's frame as scene-linear half EXR, with timecode, rate and reel in the header."""
    window = frame.data_window
    colours = frame.linear()
    work = _touched(matte, box).intersect(window)
    region = colours[work.slices_in(window)]
    alpha = matte[work.slices_in(box)]
    mixed = _blend(region, fill[work.slices_in(box)], alpha)
    region[alpha > 0] = mixed[alpha > 0]
    planes = {name: colours[..., index] for index, name in enumerate("RGB")}
    if frame.alpha_plane is not None:
        planes["A"] = frame.alpha()
    write_planes(
        path,
        planes,
        data_window=window,
        display_window=frame.display_window,
        pixel_aspect=frame.pixel_aspect,
        metadata={**{a.name: a for a in frame.picture.structure}, **metadata},
    )


def _composite(
    frame: Frame, fill: NDArray[np.float32], matte: NDArray[np.float32], box: Box
) -> list[NDArray[Any]]:
    """Give the new raw pixels of the filled planes."""
    work = _touched(matte, box).intersect(frame.data_window)
    if work.is_empty:
        return [plane.pixels for plane in frame.fill_planes]
    alpha = matte[work.slices_in(box)].astype(np.float64)
    inside = alpha > 0
    mixed = _mixed(frame, fill[work.slices_in(box)], alpha, work)
    result = []
    for index, plane in enumerate(frame.fill_planes):
        pixels = plane.pixels.copy()
        region = pixels[work.slices_in(plane.window)]
        region[inside] = to_stored(mixed[..., index], plane)[inside]
        result.append(pixels)
    return result


def _mixed(
    frame: Frame, fill: NDArray[np.float32], alpha: NDArray[np.float64], work: Box
) -> NDArray[np.float64]:
    """Mix source and fill in scene-linear and go back to file values, (h, w, planes)."""
    grey = len(frame.fill_planes) == 1
    mixed = _blend(frame.linear(work), fill, alpha)
    if grey:
        mixed = mixed.mean(axis=-1, keepdims=True)
    if frame.colour.name not in ("scene-linear", "raw"):
        mixed = frame.colour.from_linear(mixed.astype(np.float32)).astype(np.float64)
    factor = frame.alpha_factor(work)
    return mixed if factor is None else mixed * factor[..., None]


def _blend(
    source: NDArray[np.float32], fill: NDArray[np.float32], alpha: NDArray[Any]
) -> NDArray[np.float64]:
    """Give source*(1-a) + fill*a in double; the fill alone where a is 1 or the source is no number."""
    a = alpha.astype(np.float64)[..., None]
    base = source.astype(np.float64)
    with np.errstate(invalid="ignore", over="ignore"):
        return np.where((a >= 1) | ~np.isfinite(base), fill, base * (1 - a) + fill * a)


def to_stored(values: NDArray[np.float64], plane: Plane) -> NDArray[Any]:
    """Round file values to the plane's own type: half and float to nearest, codes clipped to range."""
    kind = plane.pixels.dtype
    if plane.white is not None:
        codes = np.rint(np.nan_to_num(values, nan=0.0) * plane.white)
        return np.clip(codes, 0, plane.white).astype(kind)
    largest = float(np.finfo(kind).max)
    return np.clip(values, -largest, largest).astype(kind)


def _touched(matte: NDArray[np.float32], box: Box) -> Box:
    rows = np.flatnonzero((matte > 0).any(axis=1))
    columns = np.flatnonzero((matte > 0).any(axis=0))
    if rows.size == 0:
        return Box(box.x0, box.y0, box.x0, box.y0)
    return Box.around(slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1), box)
