"""Lay the 468 point mesh upon a face of one frame, cut out once more where it was found to lie.

Kartynnik et al., "Real-time Facial Surface Geometry from Monocular Video on Mobile GPUs", 2019. The
picture has square pixels, whose centres lie at whole numbers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from photodouble.ops.deage.detect import Codes, Seen, shrunk
from photodouble.ops.deage.face import Matrix, apply, inverse
from photodouble.ops.deage.networks import MESH, Networks

COUNT = 468
_ROOM = 1.5
"""A face is cut out with this much room, times its size: so the network was trained."""
_EYES = (33, 263)
_SHIFTS = ((0.0, 0.0), (0.021, 0.013), (-0.017, 0.019), (-0.011, -0.023))
"""The network is asked at several cuts next to each other: its jitter is halved by their mean."""


@dataclass(frozen=True)
class Mesh:
    """A face's mesh: `points` (468, 3) x, y and depth in pixels, `presence` 0 to 1 that a face is there."""

    points: Matrix
    presence: float

    @property
    def box(self) -> Matrix:
        """Return x0, y0, x1, y1 around the mesh."""
        return np.concatenate([self.points[:, :2].min(axis=0), self.points[:, :2].max(axis=0)])

    @property
    def turn(self) -> float:
        """Return how far the head is turned away to a side, in degrees: 0 from the front, 90 in profile."""
        across = self.points[454] - self.points[234]
        return float(np.degrees(np.arctan2(abs(across[2]), np.hypot(across[0], across[1]))))


def mesh_of_seen(picture: Codes, seen: Seen, networks: Networks) -> Mesh:
    """Lay the mesh upon a face that was just detected."""
    along = seen.eyes[1] - seen.eyes[0]
    low, high = seen.box[:2], seen.box[2:]
    first = _asked(picture, (low + high) / 2, float((high - low).max()), along, networks, _SHIFTS[:1])
    return mesh_again(picture, first.points, networks)


def mesh_again(picture: Codes, points: Matrix, networks: Networks) -> Mesh:
    """Lay the mesh where it was a moment before: `points` (468, 2 or 3)."""
    mesh = Mesh(np.asarray(points), 1.0)
    for shifts in (_SHIFTS[:1], _SHIFTS):
        flat = mesh.points[:, :2]
        along = flat[_EYES[1]] - flat[_EYES[0]]
        across = along / max(float(np.hypot(*along)), 1e-9)
        axes = np.array([across, [-across[1], across[0]]])
        turned = flat @ axes.T
        low, high = turned.min(axis=0), turned.max(axis=0)
        mesh = _asked(picture, (low + high) / 2 @ axes, float((high - low).max()), along, networks, shifts)
    return mesh


def _asked(
    picture: Codes,
    centre: Matrix,
    length: float,
    along: Matrix,
    networks: Networks,
    shifts: tuple[tuple[float, float], ...],
) -> Mesh:
    """Ask the network at a turned square around `centre`; the mean over several cuts."""
    side = networks.side(MESH)
    points, presence = [], []
    scale = side / max(length * _ROOM, 1.0)
    across = along / max(float(np.hypot(*along)), 1e-9) * scale
    turn = np.array([across, [-across[1], across[0]]])
    for shift in shifts:
        middle = centre + np.asarray(shift) * length
        matrix = np.concatenate([turn, ((side - 1) / 2 - turn @ middle)[:, None]], axis=1)
        cut = shrunk(picture, matrix, side)
        places, sure = networks.run(MESH, cut.astype(np.float32) / np.float32(255))
        found = places.reshape(COUNT, 3).astype(np.float64)
        flat = apply(inverse(matrix), found[:, :2] - 0.5)
        points.append(np.concatenate([flat, found[:, 2:] / scale], axis=1))
        presence.append(1 / (1 + np.exp(-np.clip(float(sure.ravel()[0]), -80, 80))))
    return Mesh(np.mean(points, axis=0), float(np.mean(presence)))
