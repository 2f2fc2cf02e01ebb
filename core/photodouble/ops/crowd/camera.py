"""The camera of a shot: where it stands, where it looks and through which lens, at any time.

Metres, right-handed, y up; the camera looks along its own -z. Pixels are those of the flat picture, without
the lens's distortion, counted from the left upper edge; the first pixel's centre is (.5, .5).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]

NEAR = 0.05
"""Metres; what is nearer than this, or behind the camera, is not drawn."""


@dataclass(frozen=True)
class Screen:
    """The picture a camera fills: pixels across and down, and how wide a pixel is for its height.

    `film`: across how many pixels the film back reaches; 0 means the whole width. A flat picture with room
    around it for a lens is wider than the film back.
    """

    width: int
    height: int
    pixel_aspect: float = 1.0
    film: float = 0.0

    @property
    def film_width(self) -> float:
        """Return the pixels that the film back's width fills."""
        return self.film or self.width


@dataclass(frozen=True)
class Camera:
    """A camera at one moment.

    `position` (3,). `axes` (3, 3): its right, up and back as columns, in the world. `focal` and `aperture`
    (the film back's width) in millimetres; the film back fills the picture's width. `shift` (2,): how far
    the film back is moved to the right and up, in millimetres. `focus_distance` in metres and `f_stop`;
    0 keeps everything sharp.
    """

    position: Numbers
    axes: Numbers
    focal: float
    aperture: float
    shift: Numbers = field(default_factory=lambda: np.zeros(2))
    focus_distance: float = 0.0
    f_stop: float = 0.0

    def see(self, points: Numbers, screen: Screen) -> tuple[Numbers, Numbers]:
        """Return where points (n, 3) lie in the flat picture (n, 2), and their depth along the view (n,).

        What lies behind the camera has a depth below `NEAR`, and its place means nothing.
        """
        own = (points - self.position) @ self.axes
        depth = -own[:, 2]
        safe = np.maximum(depth, NEAR)
        film = self.focal * own[:, :2] / safe[:, None] - self.shift
        return film * self.scale(screen) + (screen.width / 2, screen.height / 2), depth

    def rays(self, pixels: Numbers, screen: Screen) -> Numbers:
        """Return the directions (n, 3) in the world in which pixels (n, 2) of the flat picture look."""
        film = (pixels - (screen.width / 2, screen.height / 2)) / self.scale(screen) + self.shift
        own = np.concatenate([film, np.full((len(film), 1), -self.focal)], axis=1)
        return np.asarray(own @ self.axes.T)

    def scale(self, screen: Screen) -> Numbers:
        """Return the pixels per millimetre of film, to the right and (below 0) upwards."""
        across = screen.film_width / self.aperture
        return np.array([across, -across * screen.pixel_aspect])

    def blur(self, depth: Numbers, screen: Screen) -> Numbers:
        """Return the radius in pixels of the disc that a point at a depth makes; 0 for a sharp lens."""
        if self.f_stop <= 0 or self.focus_distance <= 0:
            return np.zeros_like(depth)
        metres = self.focal / 1000
        safe = np.maximum(depth, NEAR)
        disc = metres**2 / self.f_stop * np.abs(safe - self.focus_distance)
        disc /= safe * max(self.focus_distance - metres, 1e-3)
        across = screen.film_width / self.aperture
        return np.asarray(disc * 1000 / 2 * across * np.sqrt(screen.pixel_aspect))


@dataclass(frozen=True)
class CameraMove:
    """A camera over a shot, at the frames at which it is known; between them it moves evenly.

    `frames` (f,) rising; `position` (f, 3), `axes` (f, 3, 3), `focal`, `aperture`, `focus_distance`, `f_stop`
    (f,), `shift` (f, 2), as in `Camera`. The shutter opens at frame + `shutter_phase` / 360 and stays open
    for `shutter_angle` / 360 of a frame. `notes` say what a file held that could not be followed.
    """

    frames: Numbers
    position: Numbers
    axes: Numbers
    focal: Numbers
    aperture: Numbers
    shift: Numbers
    focus_distance: Numbers
    f_stop: Numbers
    shutter_angle: float = 180.0
    shutter_phase: float = -90.0
    notes: tuple[str, ...] = ()

    @classmethod
    def still(cls, camera: Camera, frame: float = 1.0) -> CameraMove:
        """Make a camera that does not move."""
        return cls(
            np.array([frame]),
            camera.position[None],
            camera.axes[None],
            np.array([camera.focal]),
            np.array([camera.aperture]),
            np.asarray(camera.shift, np.float64)[None],
            np.array([camera.focus_distance]),
            np.array([camera.f_stop]),
        )

    def at(self, frame: float) -> Camera:
        """Return the camera at a time; before the first known frame and after the last it stays as it is."""
        last = len(self.frames) - 1
        low = int(np.clip(np.searchsorted(self.frames, frame, side="right") - 1, 0, max(last - 1, 0)))
        high = min(low + 1, last)
        gap = self.frames[high] - self.frames[low]
        share = float(np.clip((frame - self.frames[low]) / gap, 0, 1)) if gap > 0 else 0.0

        def between(column: Numbers) -> Numbers:
            return np.asarray(column[low] + share * (column[high] - column[low]))

        return Camera(
            between(self.position),
            turned(self.axes[low], self.axes[high], share),
            float(between(self.focal)),
            float(between(self.aperture)),
            between(self.shift),
            float(between(self.focus_distance)),
            float(between(self.f_stop)),
        )

    def shutter(self, frame: float) -> tuple[float, float]:
        """Return when the shutter opens and closes for a frame."""
        opened = frame + self.shutter_phase / 360
        return opened, opened + self.shutter_angle / 360

    @property
    def moves(self) -> bool:
        """Tell whether anything about the camera changes."""
        columns = (
            self.position,
            self.axes,
            self.focal,
            self.aperture,
            self.shift,
            self.focus_distance,
            self.f_stop,
        )
        return any(
            not np.array_equal(column, np.broadcast_to(column[:1], column.shape)) for column in columns
        )


def turned(start: Numbers, end: Numbers, share: float) -> Numbers:
    """Return the axes a share of the way between two, along the shortest turn."""
    if share <= 0 or np.array_equal(start, end):
        return start
    if share >= 1:
        return end
    from scipy.spatial.transform import Rotation

    turn = Rotation.from_matrix(start.T @ end).as_rotvec()
    return np.asarray(start @ Rotation.from_rotvec(turn * share).as_matrix())


def axes_of(angles: Numbers, order: str = "zxy") -> Numbers:
    """Return axes (3, 3) for angles around x, y and z in degrees, applied in an order such as zxy."""
    from scipy.spatial.transform import Rotation

    by_axis = dict(zip("xyz", angles))
    return np.asarray(Rotation.from_euler(order, [by_axis[axis] for axis in order], degrees=True).as_matrix())


def looking(position: Numbers, target: Numbers) -> Numbers:
    """Return axes (3, 3) of a level camera at `position` that looks at `target`."""
    back = np.asarray(position, np.float64) - target
    back /= np.linalg.norm(back)
    right = np.cross((0.0, 1.0, 0.0), back)
    size = np.linalg.norm(right)
    right = right / size if size > 1e-9 else np.array([1.0, 0.0, 0.0])
    return np.stack([right, np.cross(back, right), back], axis=1)
