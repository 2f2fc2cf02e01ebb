"""ST maps: pictures that say where every pixel comes from, to take a lens's distortion off and put it back.

Red is across from 0 at the left edge to 1 at the right one, green is up from 0 at the bottom to 1 at the top.
A pair belongs to a lens: `undistort` says for every pixel of the flat picture where the plate shows it,
`redistort` for every pixel of the plate where the flat picture does.
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from photodouble.image.exr import write_planes
from photodouble.image.sequence import Sequence
from photodouble.image.window import Box

Map = NDArray[np.float32]
Points = NDArray[np.float64]


def read_stmap(sequence: Sequence, frame: int, source: Box, window: Box | None = None) -> Map:
    """Read a map as places (h, w, 2) float32, x and y in pixels, over `window`, or the map's whole window.

    `source` is the display window of the picture it samples; pixel centres lie at whole numbers. NaN
    where the map holds nothing. Raises as `Sequence.read` and `Frame.channel`.
    """
    picture = sequence.read(frame, needs_colour=False)
    box = window or picture.display_window
    across, up = (np.asarray(picture.channel(name, box), np.float64) for name in ("R", "G"))
    inside = picture.data_window.intersect(box)
    places = np.full((*box.size, 2), np.nan, np.float32)
    region = inside.slices_in(box)
    places[(*region, 0)] = source.x0 + across[region] * source.width - 0.5
    places[(*region, 1)] = source.y0 + (1 - up[region]) * source.height - 0.5
    return places


def write_stmap(
    path: Path, places: Map, source: Box, window: Box | None = None, *, blue: Map | None = None
) -> None:
    """Write places (h, w, 2), x and y in pixels of a picture with the window `source`, as a float EXR.

    They lie over `window` of a plate whose display window is `source`; without one, over a picture of
    their own. `blue` (h, w) goes into the third channel, which else is 0.
    """
    box = window or Box.of_size(*places.shape[:2])
    across = (places[..., 0] - source.x0 + 0.5) / source.width
    up = 1 - (places[..., 1] - source.y0 + 0.5) / source.height
    planes = {"R": across, "G": up, "B": np.zeros_like(up) if blue is None else blue}
    stored = {name: np.asarray(plane, np.float32) for name, plane in planes.items()}
    display = source if window else box
    write_planes(path, stored, data_window=box, display_window=display, type="float")


def apply_stmap(picture: NDArray[np.float32], places: Map, corner: tuple[int, int] = (0, 0)) -> Map:
    """Sample a picture (h, w) or (h, w, c) at every place of a map; 0 where it has no place there.

    `corner` is the x, y of the picture's first pixel.
    """
    at = places - np.asarray(corner, np.float32)
    at = np.nan_to_num(at, nan=-1e6)
    return np.asarray(
        cv2.remap(picture, at[..., 0], at[..., 1], cv2.INTER_CUBIC, borderMode=cv2.BORDER_CONSTANT),
        np.float32,
    )


def points_through(points: Points, places: Map, corner: tuple[int, int] = (0, 0)) -> Points:
    """Take points (n, 2) through a map: a point of the flat picture goes to the plate by `undistort`.

    Points outside the map keep the difference of its nearest pixel.
    """
    height, width = places.shape[:2]
    own = np.asarray(points, np.float64) - corner
    held = np.clip(own, 0, (width - 1, height - 1))
    low = np.minimum(np.floor(held).astype(int), (max(width - 2, 0), max(height - 2, 0)))
    share = held - low
    found = np.zeros_like(own)
    for down in (0, 1):
        for across in (0, 1):
            weight = np.abs(1 - across - share[:, 0]) * np.abs(1 - down - share[:, 1])
            rows, columns = (
                np.minimum(low[:, 1] + down, height - 1),
                np.minimum(low[:, 0] + across, width - 1),
            )
            found += weight[:, None] * places[rows, columns]
    return np.asarray(found + (own - held))
