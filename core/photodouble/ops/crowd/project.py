"""Put the crowd into the picture: where the plate shows everybody, how large, how fast and how sharp."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from photodouble.ops.crowd.camera import NEAR, Camera, CameraMove, Screen
from photodouble.ops.crowd.lens import Lens

Numbers = npt.NDArray[np.float64]
Columns = npt.NDArray[np.float32]


@dataclass(frozen=True)
class View:
    """What a crowd is seen through: the camera, the picture it fills and the lens before it.

    `plate` is the plate's display window; `flat` the picture without the lens, the same where it is None.
    A plate with more around it is drawn on whole: `corner` is where its display window begins in what is
    drawn, and `drawn` the size of that; places are counted from its edge.
    """

    move: CameraMove
    plate: Screen
    lens: Lens | None = None
    flat: Screen | None = None
    corner: tuple[int, int] = (0, 0)
    drawn: Screen | None = None

    @property
    def around(self) -> float:
        """Give how many times as wide or high as the plate what is drawn is, counted from its middle."""
        if self.drawn is None:
            return 1.0
        whole = ((self.drawn.width, self.plate.width), (self.drawn.height, self.plate.height))
        sides = [
            max(near, wide - near - own) / own for near, (wide, own) in zip(self.corner, whole, strict=True)
        ]
        return 1.0 + 2 * max(0.0, *sides)

    def see(self, points: Numbers, camera: Camera, near: Numbers | None = None) -> tuple[Numbers, Numbers]:
        """Return where points (n, 3) lie in the plate (n, 2), and their depth (n,).

        `near` (n, 2): places in the plate not far from there, to look from.
        """
        seen, depth = camera.see(points, self.flat or self.plate)
        if self.lens is None:
            return seen + self.corner, depth
        ahead = np.flatnonzero(depth > NEAR)
        seen[ahead] = self.lens.to_plate(seen[ahead], None if near is None else near[ahead] - self.corner)
        return seen + self.corner, depth


@dataclass(frozen=True)
class Seen:
    """The people the plate shows at least a part of, as columns for `Splats`: in pixels of the plate.

    `agent` (m,) is the row of each; `right` and `up` hold the person's own size.
    """

    agent: npt.NDArray[np.int32]
    foot: Columns
    right: Columns
    up: Columns
    depth: Columns
    motion: Columns
    smear: Columns
    defocus: Columns

    def __len__(self) -> int:
        return len(self.agent)


def project(
    foot: Numbers,
    view: View,
    frame: float,
    *,
    velocity: Numbers | None = None,
    rate: float = 24.0,
    height: Numbers | float = 1.75,
    width: Numbers | float = 1.0,
    scale: Numbers | float = 1.0,
) -> Seen:
    """Return the people whom the plate shows at a frame, without those out of sight or behind the camera.

    `foot` (n, 3) in the world, `velocity` (n, 3) metres a second. `height` and `width` in metres of the
    person's card, and `scale` its own size; each a number or (n,). The card stands upright, turned to the
    camera. Places are those at the middle of the shutter.
    """
    opened, closed = view.move.shutter(frame)
    middle = (opened + closed) / 2
    camera = view.move.at(middle)
    still = np.zeros_like(foot) if velocity is None else velocity
    tall = np.broadcast_to(np.asarray(height, np.float64) * scale, (len(foot),))
    wide = np.broadcast_to(np.asarray(width, np.float64) * scale, (len(foot),))
    rows = _ahead(foot, camera, view, tall, wide)
    here = foot[rows] + still[rows] * ((middle - frame) / rate)
    right = to_the_right(here, camera)
    tall, wide = tall[rows, None], wide[rows, None]
    at, depth = view.see(here, camera)
    up = (view.see(here + (0, 1, 0) * tall, camera, at)[0] - at) / tall
    belly, waist = here + (0, 0.5, 0) * tall, at + up * tall / 2
    sides = [view.see(belly + side * right * wide / 2, camera, waist)[0] for side in (1, -1)]
    across = (sides[0] - sides[1]) / wide
    blur = camera.blur(depth, view.plate)
    smear = _travel(here, still[rows], view, (middle, opened, closed), rate, at)
    motion = _travel(here, still[rows], view, (middle, middle, middle + 1), rate, at)
    kept = np.flatnonzero(_in_frame(at, across * wide, up * tall, blur, smear, view.drawn or view.plate))
    size = np.broadcast_to(np.asarray(scale, np.float64), (len(foot),))[rows][kept, None]
    columns = (
        at[kept],
        across[kept] * size,
        up[kept] * size,
        depth[kept],
        motion[kept],
        smear[kept],
        blur[kept],
    )
    return Seen(rows[kept].astype(np.int32), *(np.asarray(column, np.float32) for column in columns))


def _ahead(foot: Numbers, camera: Camera, view: View, tall: Numbers, wide: Numbers) -> npt.NDArray[np.intp]:
    """Return the rows of who can be in the picture: before the camera, and not far outside the frame."""
    own = (foot - camera.position) @ camera.axes
    depth = -own[:, 2]
    screen = view.flat or view.plate
    reach = (1.5 if view.lens is not None else 1.2) * view.around
    half = np.array([screen.width, screen.height / screen.pixel_aspect]) / 2
    half *= camera.aperture / screen.film_width
    edge = (half * reach + np.abs(camera.shift)) / camera.focal * np.maximum(depth, NEAR)[:, None]
    room = edge + np.maximum(tall, wide)[:, None]
    return np.flatnonzero((depth > NEAR) & np.all(np.abs(own[:, :2]) <= room, axis=1))


def to_the_right(foot: Numbers, camera: Camera) -> Numbers:
    """Return the direction (n, 3) to the right along the ground, square to the view of each person."""
    to = camera.position - foot
    right = np.stack([to[:, 2], np.zeros(len(to)), -to[:, 0]], axis=1)
    size = np.linalg.norm(right, axis=1, keepdims=True)
    return np.where(size > 1e-6, right / np.maximum(size, 1e-6), camera.axes[:, 0])


def _travel(
    here: Numbers, velocity: Numbers, view: View, times: tuple[float, float, float], rate: float, at: Numbers
) -> Numbers:
    """Return how far (n, 2) people go in the plate between two times.

    `times`: when they are `here`, which the plate shows `at`, then the two times.
    """
    now, *ends = times
    if not velocity.any() and not view.move.moves:
        return np.zeros((len(here), 2))
    start, end = (
        at if time == now else view.see(here + velocity * ((time - now) / rate), view.move.at(time), at)[0]
        for time in ends
    )
    return np.asarray(end - start)


def _in_frame(
    at: Numbers, across: Numbers, up: Numbers, blur: Numbers, smear: Numbers, plate: Screen
) -> npt.NDArray[np.bool_]:
    """Tell whose card reaches into the frame, soft edges and smear included."""
    corners = np.stack([at + side * across + high * up for side in (-1, 1) for high in (-0.1, 1.2)])
    room = blur[:, None] + np.abs(smear) / 2 + 2
    low, high = corners.min(0) - room, corners.max(0) + room
    return np.asarray(np.all((high > 0) & (low < (plate.width, plate.height)), axis=1))
