"""The track of a sign that another program made: a corner pin, or four points of a tracker."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from photodouble.image.documents import bad_document
from photodouble.image.piece import Matrix
from photodouble.image.track import PlaneTrack
from photodouble.ops.deage.import_tracks import read_tracks

TRACKS_OF_OTHERS = (".nk", ".txt", ".csv")
"""Files that other programs write; anything else is a document of ours."""


def plane_of_others(path: Path, size: tuple[int, int]) -> PlaneTrack:
    """Read four corners as a plane's track, `size` (height, width) of the plate they were made on.

    They are put in order around, from the upper left one on the first frame. Raises ArtistError
    `input.bad_document` where there are not four, or no frame has all.
    """
    tracks = read_tracks(path, size)
    if len(tracks) != 4:
        raise bad_document(path, f"A sign has four corners, and it holds {len(tracks)} tracks.")
    frames = sorted(set.intersection(*(set(track.places) for track in tracks)))
    if not frames:
        raise bad_document(path, "No frame has all four corners.")
    corners = np.array([[track.places[frame] for track in tracks] for frame in frames], np.float64)
    corners = corners[:, _around(corners[0])]
    count = len(frames)
    return PlaneTrack(tuple(frames), frames[0], corners, np.zeros(count), np.ones(count), (), 0.0)


def _around(corners: Matrix) -> list[int]:
    """Return the order of four corners (4, 2) clockwise on screen, the upper left one first."""
    away = corners - corners.mean(axis=0)
    order = [int(at) for at in np.argsort(np.arctan2(away[:, 1], away[:, 0]))]
    begin = order.index(int(np.argmin(corners.sum(axis=1))))
    return order[begin:] + order[:begin]
