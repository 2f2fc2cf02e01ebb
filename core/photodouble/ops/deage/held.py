"""Hold still what points lie on: the track of any part of a body, from points that were placed or imported.

Pixel centres lie at whole numbers.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from photodouble.ops.deage.face import ALONE, Face, FaceTrack, Kind, Matrix, after, apply, unsqueezed
from photodouble.ops.deage.landmarks import DENSITY
from photodouble.ops.deage.similarity import bridged, mean_shape, robust_similarity
from photodouble_client.errors import ArtistError

_ROOM = 1.8
"""Face space is this much larger than what the points go around."""
_LARGEST = 4096
_LEAST = 3
"""With fewer points in a frame nobody can tell turning from moving."""
_FLAT = 0.05
"""Points whose narrower spread is less than this share of the wider one lie on a line."""


def held_still(
    frames: Sequence[int],
    places: Matrix,
    visible: NDArray[np.bool_],
    quality: Matrix,
    *,
    kind: Kind,
    face: Face,
    pixel_aspect: float = 1.0,
    room: float = _ROOM,
) -> FaceTrack:
    """Return the track that points (n, k, 2) of the plate make, `visible` and `quality` (n, k).

    A frame with fewer than three visible points is not valid and has the place between its neighbours. Raises
    ArtistError `input.few_points` where no frame has enough, or where they lie on a line.
    """
    squeeze = unsqueezed(pixel_aspect)
    points = apply(squeeze, np.asarray(places, np.float64))
    good = np.asarray(visible.sum(axis=1) >= _LEAST)
    if not good.any():
        raise few_points(f"No frame from {frames[0]} to {frames[-1]} shows {_LEAST} of the points.")
    whole = np.asarray(visible.all(axis=1))
    shape = _shape(points, visible, whole if whole.any() else good)
    low, high = shape.min(axis=0), shape.max(axis=0)
    _check_spread(shape)
    still = [
        robust_similarity(one[seen], shape[seen], np.maximum(say[seen], 0.05))
        if seen.sum() >= _LEAST
        else None
        for one, seen, say in zip(points, visible, quality)
    ]
    sizes = [1 / np.sqrt(np.linalg.det(one[:, :2])) for one in still if one is not None]
    length = float((high - low).max()) * room
    grown = DENSITY * float(np.percentile(sizes, 95))
    side = int(min(np.ceil(length * grown / 16) * 16, _LARGEST))
    scale = side / length
    aim = np.concatenate([np.eye(2) * scale, ((side - 1) / 2 - (low + high) / 2 * scale)[:, None]], axis=1)
    matrices = bridged([None if one is None else after(after(aim, one), squeeze) for one in still])
    return FaceTrack(
        tuple(frames),
        matrices,
        side,
        np.asarray(places, np.float64),
        (),
        good,
        kind,
        face,
        tuple("" if one else ALONE for one in good),
        DENSITY * scale / grown,
        pixel_aspect,
    )


def few_points(what: str) -> ArtistError:
    """Make the error for points that cannot hold anything still."""
    return ArtistError(
        "input.few_points",
        "Too few points",
        what,
        "Place at least six points on a frame where all of them show, spread over what shall be held still; "
        "imported tracks need at least three in every frame.",
    )


def _shape(points: Matrix, visible: NDArray[np.bool_], whole: NDArray[np.bool_]) -> Matrix:
    """Return the mean shape of frames that show every point, or else of the one that shows most."""
    if visible[whole].all():
        return mean_shape(points[whole])
    return np.asarray(points[int(np.argmax(visible.sum(axis=1)))])


def _check_spread(shape: Matrix) -> None:
    spread = np.linalg.svd(shape - shape.mean(axis=0), compute_uv=False)
    if spread[0] < 1e-6 or (spread[-1] < _FLAT * spread[0] and len(shape) < 3):
        raise few_points("The points lie in one place, or on a line.")
