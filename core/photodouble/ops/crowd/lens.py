"""A lens by ST maps: where the distorted, squeezed plate shows a point of the flat picture, and back.

Nothing is filtered twice: the maps move people's places and not their pixels.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from photodouble.image.stmap import Map
from photodouble.ops.crowd.camera import Screen
from photodouble.ops.crowd.lens_kernels import DEGREE, look_up, turn_round
from photodouble_client.errors import ArtistError

Points = npt.NDArray[np.float64]

_BEYOND = 0.35
"""How far outside a map its trend is followed, as a share of its size; further out the difference is held."""


@dataclass(frozen=True)
class _Sampled:
    """A map that answers everywhere: between its pixels, and outside it along its own trend.

    `places` (h, w, 2): pixels from the edge, so that the centre of the first is 0.5. `corner`: x, y of the
    map's first pixel's edge.
    """

    places: Map
    corner: tuple[float, float] = (0.0, 0.0)

    def __call__(self, points: Points) -> Points:
        """Return what the map says at points (n, 2)."""
        return np.asarray(look_up(self.places, self._fit, _BEYOND, points - self.corner))

    def turned_round(self, wanted: Points, start: Points) -> Points:
        """Return the points at which the map says what is wanted (n, 2)."""
        found = turn_round(self.places, self._fit, _BEYOND, wanted, start - self.corner)
        return np.asarray(found + self.corner)

    def _terms(self, own: Points) -> Points:
        height, width = self.places.shape[:2]
        half = max(width, height) / 2
        x, y = ((own - (width / 2, height / 2)) / half).T
        terms = [x**a * y**b for a in range(DEGREE + 1) for b in range(DEGREE + 1 - a)]
        return np.stack(terms, axis=1)

    @cached_property
    def _fit(self) -> Points:
        """Fit a smooth surface to the map: what a lens does outside what was mapped."""
        height, width = self.places.shape[:2]
        rows, columns = (np.unique(np.linspace(0, size - 1, 40).astype(int)) for size in (height, width))
        across, down = np.meshgrid(columns, rows)
        own = np.stack([across.ravel() + 0.5, down.ravel() + 0.5], axis=1)
        return np.asarray(
            np.linalg.lstsq(self._terms(own), self.places[down.ravel(), across.ravel()], rcond=None)[0]
        )


@dataclass(frozen=True)
class Lens:
    """A lens as a pair of maps between the plate and the flat picture; both may have windows of their own.

    `redistort` says for every pixel of the plate where the flat picture shows it; `undistort` the other way
    round, and may be missing. Places count from the picture's edge.
    """

    redistort: _Sampled
    undistort: _Sampled | None = None

    @classmethod
    def of(
        cls,
        redistort: Map,
        undistort: Map | None = None,
        *,
        corner: tuple[int, int] = (0, 0),
        undistort_corner: tuple[int, int] = (0, 0),
    ) -> Lens:
        """Make a lens from maps as `image.stmap.read_stmap` gives them, with pixel centres at whole numbers.

        `corner` and `undistort_corner` are where each map's first pixel lies in its picture. Raises
        ArtistError `input.corrupt_file` for a map with holes or one that folds.
        """
        checked = [_checked(one, name) for one, name in ((redistort, "redistort"), (undistort, "undistort"))]
        assert checked[0] is not None
        back = _Sampled(checked[0], corner)
        return cls(back, None if checked[1] is None else _Sampled(checked[1], undistort_corner))

    def to_flat(self, points: Points) -> Points:
        """Return where the flat picture shows points (n, 2) of the plate."""
        return self.redistort(np.asarray(points, np.float64))

    def to_plate(self, points: Points, near: Points | None = None) -> Points:
        """Return where the plate shows points (n, 2) of the flat picture: `redistort`, turned round (Newton).

        The search begins at `near` (n, 2), or where `undistort` points.
        """
        wanted = np.ascontiguousarray(points, np.float64)
        if near is None:
            near = wanted - self._offset() if self.undistort is None else self.undistort(wanted)
        return self.redistort.turned_round(wanted, near)

    def _offset(self) -> Points:
        """Return how far the middle of the plate lies from its place in the flat picture."""
        height, width = self.redistort.places.shape[:2]
        middle = np.array([[width / 2, height / 2]]) + self.redistort.corner
        return np.asarray(self.redistort(middle) - middle)


def flat_screen(plate: Screen, width: int, height: int) -> Screen:
    """Describe a flat picture of a size that belongs to a plate: unsqueezed, or squeezed as the plate is.

    It may have room around it; the film back keeps the plate's width, so the room is outside it.
    """
    shape = plate.pixel_aspect * plate.width / plate.height * height / width
    nearer = min((plate.pixel_aspect, 1.0), key=lambda one: abs(math.log(shape / one)))
    return Screen(width, height, nearer, plate.width * plate.pixel_aspect / nearer)


def _checked(places: Map | None, name: str) -> Map | None:
    """Return a map counted from the picture's edge; refuse one with holes or folds."""
    if places is None:
        return None
    if not np.isfinite(places).all():
        raise _bad(name, "It has pixels without a place.")
    if min(places.shape[:2]) < 2:
        raise _bad(name, "It is smaller than two pixels.")
    across = np.median(np.diff(places[..., 0], axis=1))
    down = np.median(np.diff(places[..., 1], axis=0))
    if across <= 0 or down <= 0:
        raise _bad(name, "It runs backwards, so left and right or up and down are swapped.")
    return np.asarray(places + np.float32(0.5), np.float32)


def _bad(name: str, reason: str) -> ArtistError:
    return ArtistError(
        "input.corrupt_file",
        "An ST map cannot be used",
        f"The {name} map: {reason}",
        "Write the map again as a float EXR, red across and green up, from 0 to 1 over the picture.",
    )
