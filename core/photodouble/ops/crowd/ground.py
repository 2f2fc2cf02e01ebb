"""The ground of a plate: a camera from four drawn corners, and plate pixels taken down to the ground."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from photodouble.ops.crowd.areas import GroundRectangle, Polygon, Standing
from photodouble.ops.crowd.camera import Camera, CameraMove, Screen
from photodouble.ops.crowd.lens import Lens
from photodouble.ops.crowd.polygons import fault_of
from photodouble_client.errors import ArtistError

Numbers = npt.NDArray[np.float64]
_FIX = "Draw four corners of a rectangle that lies flat on the ground, one after another around it."


@dataclass(frozen=True)
class SolvedGround:
    """A camera solved from a rectangle; the length that was not given, and how well the corners fit.

    The first corner is the world's 0, 0, 0; x runs to the second. `error`: pixels of the flat picture.
    """

    move: CameraMove
    width: float
    depth: float
    error: float


def solve_ground(rectangle: GroundRectangle, screen: Screen, lens: Lens | None = None) -> CameraMove:
    """Return the camera that sees four corners of a rectangle on the ground where they were drawn."""
    return solve_rectangle(rectangle, screen, lens).move


def solve_rectangle(rectangle: GroundRectangle, screen: Screen, lens: Lens | None = None) -> SolvedGround:
    """Solve the camera from a rectangle on the ground: the focal length from its right angles.

    `screen` is the flat picture (the plate's, where there is no lens). Method: Zhang 2000, section 2.3,
    for one plane with the centre of the picture known, then least squares on the corners. Raises
    ArtistError `input.bad_document` for corners that no camera above the ground sees.
    """
    drawn = np.asarray(rectangle.corners, np.float64)
    fault = fault_of(rectangle.corners) or _bent(drawn)
    if fault:
        raise _refused(fault)
    if rectangle.width is None and rectangle.depth is None:
        raise _refused(
            "Neither its width nor its depth is known, so nothing has a size.", "Give a length in metres."
        )
    flat = drawn if lens is None else lens.to_flat(drawn)
    film = (flat - (screen.width / 2, screen.height / 2)) * (1, -1 / screen.pixel_aspect)
    film *= rectangle.aperture / screen.film_width
    unit = _homography(film)
    if np.any(unit[2] @ np.array([[0, 1, 1, 0], [0, 0, 1, 1], [1, 1, 1, 1]]) <= 1e-9):
        raise _refused("A part of it would lie behind the camera.")
    focal = rectangle.focal or _focal(unit, rectangle)
    camera, width, depth = _posed(unit, focal, rectangle)
    if rectangle.width is not None and rectangle.depth is not None:
        camera = _refined(camera, film, width, depth, free_focal=rectangle.focal is None)
    return _judged(camera, rectangle, flat, screen, (width, depth))


def on_ground(
    pixels: Numbers, camera: Camera, screen: Screen, lens: Lens | None = None, *, height: float = 0.0
) -> Numbers:
    """Return where on the ground (n, 2) x, z the plate's pixels (n, 2) look; NaN at and above the horizon."""
    flat = np.asarray(pixels, np.float64) if lens is None else lens.to_flat(pixels)
    rays = camera.rays(flat, screen)
    with np.errstate(divide="ignore", invalid="ignore"):
        away = (height - camera.position[1]) / rays[:, 1]
        found = camera.position[[0, 2]] + away[:, None] * rays[:, [0, 2]]
    found[~(np.isfinite(away) & (away > 0))] = np.nan
    return np.asarray(found)


def drawn_on(area: Standing, move: CameraMove, screen: Screen, lens: Lens | None = None) -> Polygon:
    """Take a polygon drawn on the plate down to the ground; raises ArtistError `input.bad_document`."""
    camera = move.at(float(move.frames[0]) if area.frame is None else float(area.frame))
    if camera.position[1] <= area.height:
        raise _refused(
            f"The camera stands below the ground of the area {area.id!r}.", "Check the camera's height."
        )
    found = on_ground(np.asarray(area.plate_polygon), camera, screen, lens, height=area.height)
    lost = np.flatnonzero(~np.isfinite(found[:, 0]))
    if len(lost):
        raise _refused(
            f"Corner {lost[0] + 1} of the area {area.id!r} lies above the horizon, where there is no ground.",
            "Move it below the horizon.",
        )
    return tuple((float(x), float(z)) for x, z in found)


def _homography(film: Numbers) -> Numbers:
    """Return the map from the unit square to four points, with the first corner before the camera."""
    rows = []
    for (u, v), (x, y) in zip(((0, 0), (1, 0), (1, 1), (0, 1)), film):
        rows.append([u, v, 1, 0, 0, 0, -x * u, -x * v])
        rows.append([0, 0, 0, u, v, 1, -y * u, -y * v])
    try:
        found = np.linalg.solve(np.array(rows), film.ravel())
    except np.linalg.LinAlgError as problem:
        raise _refused("Its corners lie on one line in the plate.") from problem
    return np.append(found, 1.0).reshape(3, 3)


def _focal(unit: Numbers, rectangle: GroundRectangle) -> float:
    """Return the focal length at which the sides are square to each other and as long as they are said to be.

    Each demand is an equation for the focal length squared; both are met as well as possible, weighed by how
    much they say.
    """
    a, b = unit[:, 0].copy(), unit[:, 1].copy()
    if rectangle.width is not None and rectangle.depth is not None:
        a, b = a / rectangle.width, b / rectangle.depth
    else:
        size = (np.linalg.norm(a[:2]), np.linalg.norm(b[:2]))
        a, b = a / size[0], b / size[1]
    slopes, sides = [a[0] * b[0] + a[1] * b[1]], [-a[2] * b[2]]
    if rectangle.width is not None and rectangle.depth is not None:
        slopes.append((a[0] ** 2 + a[1] ** 2 - b[0] ** 2 - b[1] ** 2) / 2)
        sides.append((b[2] ** 2 - a[2] ** 2) / 2)
    slope, side = np.array(slopes), np.array(sides)
    told = float(side @ side) * rectangle.aperture**4
    if told < (1e-4 * float(np.linalg.norm(a[:2]) * np.linalg.norm(b[:2]))) ** 2:
        raise _unknown_focal()
    square = float(slope @ side) / float(side @ side)
    if square <= 0 or not 1 <= math.sqrt(square) <= 100 * rectangle.aperture:
        raise _unknown_focal()
    return math.sqrt(square)


def _posed(unit: Numbers, focal: float, rectangle: GroundRectangle) -> tuple[Camera, float, float]:
    """Return the camera, and the lengths of the rectangle, for a focal length."""
    across, away, start = (np.array([column[0], column[1], -focal * column[2]]) for column in unit.T)
    ratio = float(np.linalg.norm(away) / np.linalg.norm(across))
    width = rectangle.width if rectangle.width is not None else (rectangle.depth or 0.0) / ratio
    depth = rectangle.depth if rectangle.depth is not None else width * ratio
    metres = math.sqrt((width / np.linalg.norm(across)) * (depth / np.linalg.norm(away)))
    right, second = across / np.linalg.norm(across), away / np.linalg.norm(away)
    up = np.cross(second, right)
    up /= np.linalg.norm(up)
    if up @ start > 0:  # the camera stands above its ground
        up = -up
    own = np.stack([right, up, np.cross(right, up)])
    turn, _, other = np.linalg.svd(own)
    axes = turn @ other
    return Camera(-axes @ (start * metres), axes, focal, rectangle.aperture), width, depth


def _refined(camera: Camera, film: Numbers, width: float, depth: float, *, free_focal: bool) -> Camera:
    """Fit the camera to the corners where they say more than is needed: least squares on the film."""
    from scipy.optimize import least_squares
    from scipy.spatial.transform import Rotation

    corners = _corners(camera, film, width, depth)

    def moved(values: Numbers) -> Camera:
        axes = camera.axes @ Rotation.from_rotvec(values[:3]).as_matrix()
        focal = camera.focal * math.exp(values[6]) if free_focal else camera.focal
        return Camera(camera.position + values[3:6], axes, focal, camera.aperture)

    def missed(values: Numbers) -> Numbers:
        seen = moved(values)
        own = (corners - seen.position) @ seen.axes
        return np.asarray((seen.focal * own[:, :2] / np.maximum(-own[:, 2:], 1e-6) - film).ravel())

    found = least_squares(missed, np.zeros(7 if free_focal else 6), xtol=1e-14, ftol=1e-14, gtol=1e-14)
    return moved(found.x)


def _corners(camera: Camera, film: Numbers, width: float, depth: float) -> Numbers:
    """Return the corners in the world: the far ones on whichever side of x the plate shows them."""
    own = [
        np.array([[0, 0, 0], [width, 0, 0], [width, 0, z], [0, 0, z]], np.float64) for z in (-depth, depth)
    ]
    errors = []
    for corners in own:
        seen = (corners - camera.position) @ camera.axes
        errors.append(float(np.abs(camera.focal * seen[:, :2] / np.maximum(-seen[:, 2:], 1e-6) - film).sum()))
    return own[int(np.argmin(errors))]


def _judged(
    camera: Camera, rectangle: GroundRectangle, flat: Numbers, screen: Screen, lengths: tuple[float, float]
) -> SolvedGround:
    """Refuse a camera that cannot be meant, and measure how far the corners lie from the drawn ones."""
    if camera.axes[1, 1] <= 0.02:
        raise _refused(
            "Seen like this the ground would hang over the camera like a ceiling or stand like a wall.",
            "Draw the far edge of the rectangle above the near one.",
        )
    film = (flat - (screen.width / 2, screen.height / 2)) / camera.scale(screen)
    seen, depth = camera.see(_corners(camera, film, *lengths), screen)
    if depth.min() <= 0 or camera.position[1] <= 0:
        raise _refused("The camera would stand behind or below the ground.")
    error = float(np.sqrt(np.mean(np.sum((seen - flat) ** 2, axis=1))))
    return SolvedGround(CameraMove.still(camera, rectangle.frame), *lengths, error)


def _bent(drawn: Numbers) -> str:
    """Say when four corners bulge inwards: no rectangle on the ground before the camera looks like that."""
    edges = np.roll(drawn, -1, axis=0) - drawn
    following = np.roll(edges, -1, axis=0)
    turns = edges[:, 0] * following[:, 1] - edges[:, 1] * following[:, 0]
    if (turns > 0).all() or (turns < 0).all():
        return ""
    return "One of its corners points inwards, so a part of it would lie behind the camera."


def _refused(reason: str, fix: str = _FIX) -> ArtistError:
    return ArtistError("input.bad_document", "The ground cannot be solved", reason, fix)


def _unknown_focal() -> ArtistError:
    return _refused(
        "The focal length does not follow from these corners: their sides run parallel in the plate, or "
        "contradict each other.",
        "Give both lengths of the rectangle (--width and --depth), or the focal length (--focal), or draw a "
        "rectangle whose sides meet in the distance.",
    )
