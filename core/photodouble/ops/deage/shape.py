"""The shape of a face: jaw, cheeks, neck, eyelids and lips are moved, smoothly, with the border pinned.

A field (H, W, 2) float32 tells for each pixel of face space how far, in its pixels, what lies there is moved
(x to the right, y down). It is a sum of soft pushes that hang on landmarks, solved so that each arrives where
its dial says, then faded to nothing at the border of face space and under the pins. A field never folds: one
that would is weakened until it does not. Pixel centres lie at whole numbers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from photodouble.ops.deage.resample import sample, sample_linear

Plane = NDArray[np.float32]
Picture = NDArray[np.float32]
Field = NDArray[np.float32]
Places = NDArray[np.float64]

_BORDER = 0.10
"""The field fades to nothing over this share of face space from its border."""
_ROOM = 0.25
"""No area may shrink below this share of itself: below 0 a picture would fold over."""
_STILL = 0.02
"""Pixels of face space: a push fades to nothing where it would move less."""
_STEPS = 24
_TOGETHER = 1e-2
"""How far pushes that lie close together may differ from what was asked for, so that none overshoots."""


@dataclass(frozen=True)
class ShapeDials:
    """How far each part is moved, from -1 to 1; 1 is what `_FULL` holds, 0 leaves the part as it is.

    `jaw` slims the jaw line and lifts what hangs from it, `cheeks` lifts them, `neck` tightens it up to the
    chin, `eyelids` opens the eyes, `lips` makes them fuller.
    """

    jaw: float = 0.0
    cheeks: float = 0.0
    neck: float = 0.0
    eyelids: float = 0.0
    lips: float = 0.0

    @property
    def is_none(self) -> bool:
        """Whether nothing is moved."""
        return not any((self.jaw, self.cheeks, self.neck, self.eyelids, self.lips))


@dataclass(frozen=True)
class Push:
    """One soft push: what lies at `place` (x, y) moves by `move`, what is `reach` pixels away by less."""

    place: tuple[float, float]
    move: tuple[float, float]
    reach: float


@dataclass(frozen=True)
class Moved:
    """A face on the plate after its shape was changed, all (H, W, ...).

    `picture` is scene-linear, bit for bit the plate where nothing moved; `revealed` is 0 to 1, where
    background that the plate does not show comes free; `places` (H, W, 2) is where each pixel was taken from.
    """

    picture: Picture
    revealed: Plane
    places: Places


def pushes(points: Mapping[int, tuple[float, float]], width: float, dials: ShapeDials) -> tuple[Push, ...]:
    """Return the pushes of the dials on a face with landmarks (by number, in face space), `width` px wide."""
    top, chin = (np.array(points[i], float) for i in (10, 152))
    down = (chin - top) / max(float(np.hypot(*(chin - top))), 1e-6)
    right = np.array([down[1], -down[0]])
    middle = np.array(points[1], float)
    found: list[Push] = []

    def push(at: NDArray[np.float64], across: float, along: float, reach: float, dial: float) -> None:
        if dial:
            # `across` is towards the middle of the face, `along` towards the chin.
            side = -np.sign(float((at - middle) @ right))
            move = dial * width * (across * side * right + along * down)
            found.append(Push((at[0], at[1]), (float(move[0]), float(move[1])), reach * width))

    for number, (across, along) in _JAW.items():
        push(np.array(points[number], float), across, along, 0.16, dials.jaw)
    for number in _CHEEKS:
        push(np.array(points[number], float), 0.004, -0.030, 0.15, dials.cheeks)
    for share in (-0.30, 0.0, 0.30):
        push(chin + (0.20 * down + share * right) * width, 0.016, -0.030, 0.15, dials.neck)
    for number, along in _EYELIDS.items():
        push(np.array(points[number], float), 0.0, along, 0.045, dials.eyelids)
    for number, along in _LIPS.items():
        push(np.array(points[number], float), 0.0, along, 0.06, dials.lips)
    return tuple(found)


def field_of(given: Sequence[Push], size: int, *, pins: Plane | None = None) -> Field:
    """Return the field (S, S, 2) of pushes; exactly 0 at the border and where `pins` (S, S) is 1."""
    if not given:
        return np.zeros((size, size, 2), np.float32)
    at, moves = np.array([p.place for p in given]), np.array([p.move for p in given])
    reach = np.array([p.reach for p in given])
    apart = np.square(at[:, None] - at[None]).sum(axis=2) / (2 * reach**2)
    bonds = np.exp(-apart)
    held = np.linalg.solve(bonds.T @ bonds + _TOGETHER * np.eye(len(given)), bonds.T @ moves)
    y, x = np.mgrid[0:size, 0:size].astype(np.float32)
    field = np.zeros((size, size, 2), np.float32)
    for place, weight, soft in zip(at, held, reach):
        fall = np.exp(-((x - place[0]) ** 2 + (y - place[1]) ** 2) / (2 * soft**2))
        field += fall[..., None] * weight.astype(np.float32)
    far = np.hypot(field[..., 0], field[..., 1])
    # What would move by less than can be seen stays, so that it is the plate's bit for bit.
    seen = np.clip((far - _STILL) / (4 * _STILL), 0, 1)
    field *= (_free(size, pins) * seen)[..., None]
    return unfolded(field)


def unfolded(field: Field) -> Field:
    """Return the field, weakened as a whole until no area of it shrinks below a quarter of itself."""
    while least_area(field) < _ROOM:
        field = field * np.float32(0.8)
    return field


def least_area(field: Field) -> float:
    """Return the least area a pixel keeps under a field: 1 where nothing moves, below 0 in a fold."""
    down, across = (np.asarray(slope) for slope in np.gradient(field, axis=(0, 1)))
    area = (1 + across[..., 0]) * (1 + down[..., 1]) - across[..., 1] * down[..., 0]
    return float(area.min())


def taken_from(field: Field) -> Field:
    """Return the offsets (H, W, 2) to where each pixel of the moved picture is taken from.

    Solves p = q + field(q) for q - p, by fixed-point steps; 0 where nothing arrives and nothing left.
    """
    height, width = field.shape[:2]
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    here = np.stack([x, y], axis=2)
    offsets = -field
    for _ in range(_STEPS):
        offsets = -sample_linear(field, (here + offsets).astype(np.float64))
    return np.asarray(offsets, np.float32)


def move_face(
    plate: Picture,
    offsets: Field,
    to_face: Places,
    *,
    head: Plane | None = None,
    behind: Picture | None = None,
) -> Moved:
    """Move the face on a plate (H, W, 3), scene-linear, by offsets in face space (see `taken_from`).

    `to_face` (2, 3) takes places of the plate to face space. `head` (H, W) is the matte of head and neck:
    with it the background stands still, and `behind` shows what is behind the head (the plate, filled)
    where the moved head sets it free. Without a head the background close to it is drawn along.
    """
    height, width = plate.shape[:2]
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    here = np.stack([x, y], axis=2)
    there = here @ to_face[:, :2].T + to_face[:, 2]
    back = np.linalg.inv(to_face[:, :2])
    moved = sample_linear(offsets, there).astype(np.float64) @ back.T
    still = (moved == 0).all(axis=2)
    places = here + moved
    sound = np.nan_to_num(plate, nan=0, posinf=0, neginf=0)
    drawn = sample(sound, places, outside=None)
    revealed = np.zeros((height, width), np.float32)
    if head is not None:
        alpha = np.clip(sample_linear(head.astype(np.float32), places, outside=None), 0, 1)
        # A pixel the head covers, even a little, shows no background of its own.
        revealed = np.where((head > 0) & ~still, 1 - alpha, 0).astype(np.float32)
        ground = plate if behind is None else np.where((revealed > 0)[..., None], behind, plate)
        drawn = np.where((alpha + head > 0)[..., None], alpha[..., None] * drawn, 0) + np.where(
            (alpha < 1)[..., None], (1 - alpha[..., None]) * np.nan_to_num(ground), 0
        )
    picture = np.where(still[..., None], plate, drawn).astype(np.float32)
    return Moved(picture, revealed, places)


def _free(size: int, pins: Plane | None) -> Plane:
    """Return how freely each pixel moves: 0 at the border and under the pins, softly 1 away from them."""
    edge = np.minimum(np.arange(size), np.arange(size)[::-1]) / max(_BORDER * size, 1)
    ramp = np.clip(edge, 0, 1)
    ramp = ramp * ramp * (3 - 2 * ramp)
    free = np.minimum(ramp[:, None], ramp[None, :]).astype(np.float32)
    if pins is None or not (pins > 0.5).any():
        return free
    away = cv2.distanceTransform((pins <= 0.5).astype(np.uint8), cv2.DIST_L2, 5)
    loose = np.clip(away / (0.06 * size), 0, 1)
    return np.asarray(free * loose * loose * (3 - 2 * loose), np.float32)


_JAW = {
    172: (0.030, -0.006),
    136: (0.032, -0.012),
    150: (0.028, -0.016),
    149: (0.018, -0.012),
    152: (0.0, 0.0),
    378: (0.018, -0.012),
    379: (0.028, -0.016),
    365: (0.032, -0.012),
    397: (0.030, -0.006),
    10: (0.0, 0.0),
    61: (0.0, 0.0),
    291: (0.0, 0.0),
}
"""Landmarks of the jaw line, and how far they go inwards and down, in widths of the face, at a dial of 1;
the chin, the corners of the mouth and the hairline stay."""
_CHEEKS = (205, 425)
_EYELIDS = {159: -0.014, 386: -0.014, 145: 0.004, 374: 0.004}
_LIPS = {0: -0.012, 17: 0.014, 13: 0.0, 14: 0.0}
"""Landmarks of lids and lips, and how far down they go: an eye opens upwards, lips grow outwards."""
