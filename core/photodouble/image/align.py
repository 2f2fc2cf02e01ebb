"""Lay a flat piece of one picture upon another to a small fraction of a pixel.

Efficient second-order minimisation (Benhimane and Malis, "Homography-based 2D visual tracking and servoing",
IJRR 2007) over a pyramid. The light is solved for together with the place: a gain with a slope across and
down, and an offset. Every pixel is weighed by how well it agrees with its surroundings, so that something
that passes in front loses its say. Pixel centres lie at whole numbers.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numba import njit

from photodouble.image.piece import Level, Matrix, Picture, laid, project

_LIGHT = 4
_NOISE = 0.8
"""No residual smaller than this many codes of 255 says anything about a pixel."""
_CUT = 3.0
"""A residual of this many deviations halves the say of a pixel, about."""
_RIM = 0.25
"""What stands in front has a soft rim that looks nearly like the plane: around it pixels say less, too."""
CORRELATED = 10.0
"""Residuals of neighbouring pixels go together: so many say as much as one."""
_STILL = 0.003
"""The search ends when no corner moves by more than this, in pixels of the level."""
_AT_DEPTH = (8, 8, 6, 2)
"""How many numbers of the place are searched at the finest level, the next and so on: small pictures say
where a thing is, and little about its shape."""
MODELS = {"translation": 2, "affine": 6, "homography": 8}


@dataclass(frozen=True)
class Fit:
    """How a piece lies upon a picture.

    `homography` (3, 3) takes places of the piece's own picture to the other one. `weight` (h, w) float32 is
    the say of every pixel of the finest level, `likeness` their correlation, `plain` that of all pixels
    alike, `share` how much of the piece has a say, `deviation` the residual in codes, `covariance` that of
    the parameters, `light` gain, slopes and offset.
    """

    homography: Matrix
    weight: Picture
    likeness: float
    plain: float
    share: float
    deviation: float
    covariance: Matrix
    light: Matrix


def align(
    piece: list[Level],
    pictures: list[Picture],
    start: Matrix,
    *,
    model: str = "homography",
    weight: Picture | None = None,
    typical: float = 0.0,
    steps: int = 20,
    coarse: bool = True,
    stiff: float = 0.0,
) -> Fit | None:
    """Find how a piece lies upon a picture, given as its pyramid; None where it cannot be found.

    `start` (3, 3) is a guess; `weight` what had a say in the frame before; `typical` the residual to expect,
    in codes: more than twice as much is something else. Without `coarse` only the finest level is searched.
    `stiff` is how much the shape may be expected to differ from the guess, as a share of the size: it holds
    what the picture says nothing about, such as the covered end of a sign. 0 holds nothing.
    """
    found: Fit | None = None
    homography = start
    for depth, level in reversed(list(enumerate(piece if coarse else piece[:1]))):
        known = None if weight is None else cv2.resize(weight, level.picture.shape[::-1])
        count = min(MODELS[model], _AT_DEPTH[min(depth, len(_AT_DEPTH) - 1)])
        found = _align_level(level, pictures, homography, count, known, typical, steps, stiff)
        if found is None:
            return None
        homography, weight = found.homography, found.weight
    return found


def _align_level(
    level: Level,
    pictures: list[Picture],
    homography: Matrix,
    count: int,
    weight: Picture | None,
    typical: float,
    steps: int,
    stiff: float,
) -> Fit | None:
    shape = level.picture.shape
    normal = _normal_place(shape)
    frame = level.place @ np.linalg.inv(normal)
    light = np.array([1.0, 0.0, 0.0, 0.0])
    fine = _fitting(pictures, homography @ level.place, shape)
    picture = pictures[fine]
    shrink = np.diag([0.5**fine, 0.5**fine, 1.0])
    likeness = plain = share = deviation = 0.0
    covariance = np.eye(count)
    held = np.array([0.0 if index in (2, 5) else 1.0 for index in range(count)]) * (count > 2)
    gone = np.zeros(count)
    for step in range(steps):
        whole = shrink @ homography @ level.place
        other = laid(picture, whole, (shape[0], shape[1]))
        seen = level.base * np.isfinite(other)
        if seen.sum() < 0.1 * level.base.sum() or seen.sum() < 40:
            return None
        other = np.nan_to_num(other)
        if step == 0:
            light = _first_light(level.picture, other, seen if weight is None else seen * weight)
        lit = _lit(level.picture, light, normal)
        residual = other - lit
        deviation = _deviation(residual, seen, typical)
        said = _say(residual, deviation) * seen
        if weight is not None and step < 2:
            said = said * (0.05 + weight)
        weight_sum = float(said.sum())
        share = weight_sum / max(float(level.base.sum()), 1.0)
        if share < 0.02:
            return None
        across = cv2.Sobel((other + lit) / 2, cv2.CV_32F, 1, 0, ksize=3, scale=0.125)
        down = cv2.Sobel((other + lit) / 2, cv2.CV_32F, 0, 1, ksize=3, scale=0.125)
        matrix, right = _equations(level.picture, residual, across, down, said, normal, count)
        if stiff > 0:
            strength = CORRELATED * (deviation / stiff) ** 2 * held
            matrix[range(count), range(count)] += strength
            right[:count] += strength * gone
        inverse = _inverse(matrix)
        if inverse is None:
            return None
        change = -inverse @ right
        moved = homography @ frame @ _step(change[:count]) @ np.linalg.inv(frame)
        if not np.isfinite(moved).all() or abs(moved[2, 2]) < 1e-12:
            return None
        homography = moved / moved[2, 2]
        light, gone = light + change[count:], gone + change[:count]
        covariance = inverse[:count, :count] * deviation**2
        likeness, plain = _likeness(lit, other, said), _likeness(lit, other, seen)
        weight = said
        if np.abs(change[:count]).max() * max(shape) / 2 < _STILL:
            break
    if weight is None:
        return None
    return Fit(homography, weight, likeness, plain, share, deviation, covariance, light)


def _inverse(matrix: Matrix) -> Matrix | None:
    """Invert the equations, steadied a little where they are all but singular; None where that is no help."""
    matrix[np.diag_indices_from(matrix)] *= 1 + 1e-6
    matrix[np.diag_indices_from(matrix)] += 1e-9
    try:
        return np.asarray(np.linalg.inv(matrix), np.float64)
    except np.linalg.LinAlgError:
        return None


def corner_deviation(level: Level, fit: Fit, corners: Matrix) -> float:
    """Estimate how far the corners (4, 2) of a piece may be off, in pixels of the other picture."""
    normal = _normal_place(level.picture.shape)
    frame = level.place @ np.linalg.inv(normal)
    before = project(fit.homography, corners)
    columns = []
    for index in range(len(fit.covariance)):
        change = np.zeros(len(fit.covariance))
        change[index] = 1e-4
        moved = fit.homography @ frame @ _step(change) @ np.linalg.inv(frame)
        columns.append((project(moved, corners) - before).ravel() / 1e-4)
    slopes = np.stack(columns, axis=1)
    spread = np.einsum("ij,jk,ik->i", slopes, fit.covariance, slopes)
    return float(np.sqrt(max(float(spread.max()), 0.0)))


def _fitting(pictures: list[Picture], place: Matrix, shape: tuple[int, ...]) -> int:
    """Choose the size of the other picture whose pixels are about as large as the piece's."""
    height, width = shape[0] - 1, shape[1] - 1
    ends = project(place, np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float64))
    area = abs(float(cv2.contourArea(ends.astype(np.float32)))) / max(width * height, 1)
    return int(np.clip(np.floor(np.log2(max(area, 1e-9)) / 2 + 0.5), 0, len(pictures) - 1))


def _normal_place(shape: tuple[int, ...]) -> Matrix:
    half = max(shape) / 2
    return np.array(
        [[1 / half, 0, -(shape[1] - 1) / 2 / half], [0, 1 / half, -(shape[0] - 1) / 2 / half], [0, 0, 1]]
    )


def _first_light(picture: Picture, other: Picture, weight: Picture) -> Matrix:
    """Start with the light that gives both the same middle and spread where the piece was seen before."""
    here, there = picture[weight > 0.2], other[weight > 0.2]
    if here.size < 20:
        return np.array([1.0, 0.0, 0.0, 0.0])
    spread = np.subtract(*np.quantile(here, [0.8, 0.2])), np.subtract(*np.quantile(there, [0.8, 0.2]))
    gain = float(np.clip(spread[1] / max(spread[0], 1e-3), 0.3, 3.0)) if min(spread) > 2 else 1.0
    return np.array([gain, 0.0, 0.0, float(np.median(there)) - gain * float(np.median(here))])


def _lit(picture: Picture, light: Matrix, normal: Matrix) -> Picture:
    height, width = picture.shape
    across = normal[0, 0] * np.arange(width) + normal[0, 2]
    down = normal[1, 1] * np.arange(height) + normal[1, 2]
    gain = light[0] + light[1] * across[None] + light[2] * down[:, None]
    return np.asarray(picture * gain + light[3], np.float32)


def _deviation(residual: Picture, seen: Picture, typical: float) -> float:
    found = 1.4826 * float(np.median(np.abs(residual[seen > 0])))
    return max(min(found, 2 * typical) if typical > 0 else found, _NOISE)


def _say(residual: Picture, deviation: float) -> Picture:
    """Weigh by the residual of a pixel and its neighbours (Geman and McClure's function)."""
    square = np.minimum(np.square(residual / deviation), 400)
    near = np.maximum(cv2.blur(square, (3, 3)), _RIM * cv2.blur(square, (11, 11)))
    return np.asarray(1 / np.square(1 + near / _CUT**2), np.float32)


def _likeness(lit: Picture, other: Picture, weight: Picture) -> float:
    total = float(weight.sum())
    here = lit - float((lit * weight).sum()) / total
    there = other - float((other * weight).sum()) / total
    power = float((here**2 * weight).sum()) * float((there**2 * weight).sum())
    return float((here * there * weight).sum()) / max(float(np.sqrt(power)), 1e-9)


def _step(change: Matrix) -> Matrix:
    """Turn parameters into a homography near no change, in the piece's own coordinates of -1 to 1."""
    full = np.zeros(8)
    if len(change) == 2:
        full[[2, 5]] = change
    else:
        full[: len(change)] = change
    return np.append(full, 0).reshape(3, 3) + np.eye(3)


@njit(cache=True, nogil=True)
def _equations(picture, residual, across, down, said, normal, count):  # type: ignore[no-untyped-def]
    """Sum up the normal equations of place (2, 6 or 8 numbers) and light (4), in float64, in one order."""
    height, width = picture.shape
    size = count + _LIGHT
    matrix = np.zeros((size, size))
    right = np.zeros(size)
    row = np.empty(size)
    half = 1.0 / normal[0, 0]
    for y in range(height):
        v = normal[1, 1] * y + normal[1, 2]
        for x in range(width):
            weight = said[y, x]
            if weight < 1e-3:
                continue
            u = normal[0, 0] * x + normal[0, 2]
            gx, gy = across[y, x] * half, down[y, x] * half
            if count == 2:
                row[0], row[1] = gx, gy
            else:
                row[0], row[1], row[2] = gx * u, gx * v, gx
                row[3], row[4], row[5] = gy * u, gy * v, gy
                if count == 8:
                    lean = gx * u + gy * v
                    row[6], row[7] = -lean * u, -lean * v
            level = picture[y, x]
            row[count], row[count + 1] = -level, -level * u
            row[count + 2], row[count + 3] = -level * v, -1.0
            for i in range(size):
                part = weight * row[i]
                right[i] += part * residual[y, x]
                for j in range(i + 1):
                    matrix[i, j] += part * row[j]
    for i in range(size):
        for j in range(i):
            matrix[j, i] = matrix[i, j]
    return matrix, right
