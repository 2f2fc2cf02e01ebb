"""Grain: measured where the plate is known, and made anew where it is filled.

Levels and deviations are in the working encoding (`image/encoding.py`). The measure follows Colom,
Buades and Morel, "Nonparametric noise estimation method for raw images", JOSA A 2014: in each
brightness class the flattest 8x8 blocks are found by their low frequencies, and the grain is read
from the other frequencies of the same blocks, so that choosing them does not bias the answer.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, fields

import cv2
import numpy as np
from numba import njit
from numpy.typing import NDArray

from photodouble.image.blocks import SIDE, transform_blocks
from photodouble.image.encoding import decode, encode

_CLASSES = 12
_FLAT_SHARE = 0.1
_FEWEST_BLOCKS = 40
_MOST_BLOCKS = 24000
_ROUNDING = 0.0012
"""Deviation of rounding to 8 bits, 1 / sqrt(12) of a code; weaker grain can be neither measured nor seen."""
_FAINTEST = 1e-8
"""Power below which there is no grain: a fortieth of an 8-bit code."""
_COMPARED_SHARE = 0.25
"""Blocks that the neighbouring frame does not show are left out where so many others are there."""
_MOST_SOFTENED = 6.0
_LEAST_GRAIN = 0.4
"""Of what is not shared, at most the rest is put down to texture that was brought over out of place."""
_DOUBT = 0.3
_ABOVE_FIT = 0.1
_HELD_DOWN = 0.3
_REACH = 4
"""Half the size of the kernel that gives grain its size, in pixels."""

_FREQUENCY = np.add.outer(np.arange(SIDE), np.arange(SIDE))
_LOW = (_FREQUENCY > 0) & (_FREQUENCY <= 3)
_HIGH = _FREQUENCY > 3


@dataclass(frozen=True)
class Grain:
    """Describe the grain of a shot: how strong at which level, how coarse, how alike the channels.

    `levels` and `deviation` (n, 3) working encoded, a column a channel; `spectrum` (3, 8, 8) power per cosine
    coefficient with mean 1; `likeness` (3, 3) correlation between the channels.
    """

    levels: NDArray[np.float32]
    deviation: NDArray[np.float32]
    spectrum: NDArray[np.float32]
    likeness: NDArray[np.float32]

    @property
    def is_none(self) -> bool:
        """Tell whether the plate has no grain worth making: less than the rounding of 8 bits."""
        return float(self.deviation.max(initial=0.0)) < _ROUNDING

    def at(self, encoded: NDArray[np.float32]) -> NDArray[np.float32]:
        """Give the grain's standard deviation (h, w, 3) for working-encoded levels (h, w, 3)."""
        found = [np.interp(encoded[..., c], self.levels[:, c], self.deviation[:, c]) for c in range(3)]
        return np.stack(found, axis=-1).astype(np.float32)


NO_GRAIN = Grain(
    np.array([[0, 0, 0], [1, 1, 1]], np.float32),
    np.zeros((2, 3), np.float32),
    np.ones((3, SIDE, SIDE), np.float32),
    np.eye(3, dtype=np.float32),
)


@dataclass(frozen=True)
class GrainSample:
    """Hold one picture to measure: working encoded (h, w, 3), and where it may be looked at.

    `neighbour` is the next frame brought onto this one, if there is one: what both frames show is
    texture, not grain. It is NaN where the neighbour shows nothing.
    """

    encoded: NDArray[np.float32]
    allowed: NDArray[np.bool_]
    neighbour: NDArray[np.float32] | None = None


def measure_grain(samples: Iterable[GrainSample]) -> Grain:
    """Measure grain from the flattest parts of some frames of the shot.

    Grain is what the flattest blocks of each brightness hold above their lowest frequencies and
    do not share with the neighbouring frame. Too little flat plate, or none: no grain.
    """
    gathered = [_blocks_of(sample) for sample in samples if min(sample.encoded.shape[:2]) >= SIDE]
    if not gathered:
        return NO_GRAIN
    blocks = _joined(gathered)
    if len(blocks.level) < _FEWEST_BLOCKS:
        return NO_GRAIN
    levels, deviation, spectra = _by_class(blocks)
    flat = blocks.low.sum(axis=1) <= np.quantile(blocks.low.sum(axis=1), _FLAT_SHARE)
    return Grain(levels, deviation, spectra, _likeness(blocks.cross[flat]))


def _joined(gathered: list[_Blocks]) -> _Blocks:
    """Join the blocks of some frames, field by field: what is joined is let go."""
    parts = [[getattr(blocks, each.name) for each in fields(blocks)] for blocks in gathered]
    gathered.clear()
    return _Blocks(*(np.concatenate([part.pop(0) for part in parts]) for _ in fields(_Blocks)))


def make_grain(
    grain: Grain, level: NDArray[np.float32], *, seed: int, frame: int, corner: tuple[int, int] = (0, 0)
) -> NDArray[np.float32]:
    """Make fresh grain (h, w, 3) for working-encoded levels (h, w, 3), to be added to them.

    Every frame has its own; the same seed, frame and place (`corner` is the x, y of the first
    pixel) give the same grain, whatever window is asked for.
    """
    height, width = level.shape[:2]
    if grain.is_none or height == 0 or width == 0:
        return np.zeros_like(level, dtype=np.float32)
    key = int.from_bytes(hashlib.sha256(f"{seed}/{frame}".encode()).digest()[:8], "little")
    white = np.empty((height + 2 * _REACH, width + 2 * _REACH, 3), np.float32)
    _white(np.uint64(key), corner[0] - _REACH, corner[1] - _REACH, white)
    mixed = white @ np.linalg.cholesky(grain.likeness.astype(np.float64)).T.astype(np.float32)
    coarse = np.empty_like(level, dtype=np.float32)
    for c in range(3):
        plane = cv2.filter2D(np.ascontiguousarray(mixed[:, :, c]), -1, _kernel(grain.spectrum[c]))
        coarse[:, :, c] = plane[_REACH : _REACH + height, _REACH : _REACH + width]
    return coarse * grain.at(level)


@dataclass(frozen=True)
class _Blocks:
    """Hold n blocks: `level`, `low` (n, 3); `found`, `near` (n, 3, 8, 8); `known` (n); `cross` (n, 3, 3).

    `found` are a block's coefficients and `near` the neighbour's, where it is `known` what that shows;
    `low` is the energy at the lowest frequencies, which tells what is flat.
    """

    level: NDArray[np.float32]
    low: NDArray[np.float32]
    found: NDArray[np.float32]
    near: NDArray[np.float32]
    known: NDArray[np.bool_]
    cross: NDArray[np.float32]

    def power(self, members: NDArray[np.intp], channel: int) -> NDArray[np.float32]:
        """Give the power of some blocks in a channel, (m, 8, 8)."""
        return np.asarray(self.found[members, channel] ** 2, np.float32)

    def shared(self, members: NDArray[np.intp], channel: int) -> NDArray[np.float32]:
        """Give the product with the neighbour's coefficients, 0 where it is not known."""
        known = self.known[members, None, None]
        return np.where(known, self.found[members, channel] * self.near[members, channel], np.float32(0))

    def other(self, members: NDArray[np.intp], channel: int) -> NDArray[np.float32]:
        """Give the neighbour's own power; a block's own where that is not known."""
        known = self.known[members, None, None]
        return np.where(known, self.near[members, channel] ** 2, self.power(members, channel))


def _blocks_of(sample: GrainSample) -> _Blocks:
    corners = _comparable(_corners(sample), sample.neighbour)
    blocks = _cut(sample.encoded, corners)
    lively = (blocks.max(axis=(1, 2)) > blocks.min(axis=(1, 2))).all(axis=1)
    inside = (blocks.min(axis=(1, 2, 3)) > 2e-3) & (blocks.max(axis=(1, 2, 3)) != 1)
    corners, blocks = corners[lively & inside], blocks[lively & inside]
    found = transform_blocks(blocks)
    near, known = np.zeros_like(found), np.zeros(len(found), np.bool_)
    if sample.neighbour is not None:
        shown = _cut(sample.neighbour, corners)
        known = np.isfinite(shown.sum(axis=(1, 2, 3)))
        near = transform_blocks(np.nan_to_num(shown))
    high = found[:, _HIGH, :]
    cross = np.einsum("nki,nkj->nij", high, high) / high.shape[1]
    low = (found[:, _LOW, :] ** 2).mean(axis=1)
    found, near = (np.ascontiguousarray(np.moveaxis(each, -1, 1)) for each in (found, near))
    return _Blocks(blocks.mean(axis=(1, 2)), low, found, near, known, cross)


def _comparable(corners: NDArray[np.intp], neighbour: NDArray[np.float32] | None) -> NDArray[np.intp]:
    """Keep only blocks that the neighbour shows too, where these are not too few."""
    if neighbour is None or not len(corners):
        return corners
    shown: NDArray[np.bool_] = np.isfinite(_cut(neighbour, corners).sum(axis=(1, 2, 3)))
    enough = max(_FEWEST_BLOCKS, _COMPARED_SHARE * len(corners))
    return corners[shown] if shown.sum() >= enough else corners


def _corners(sample: GrainSample) -> NDArray[np.intp]:
    """Choose block corners (n, 2) on a 7 px raster, off the 8 px raster of compressed pictures."""
    blocked = (~sample.allowed | ~np.isfinite(sample.encoded).all(axis=2)).astype(np.float32)
    crowded = cv2.boxFilter(blocked, -1, (SIDE, SIDE), anchor=(0, 0), normalize=False)
    rows = np.arange(0, blocked.shape[0] - SIDE + 1, 7)
    columns = np.arange(0, blocked.shape[1] - SIDE + 1, 7)
    free = np.argwhere(crowded[np.ix_(rows, columns)] < 0.5)
    free = free[:: max(1, -(-len(free) // _MOST_BLOCKS))]
    return np.stack([rows[free[:, 0]], columns[free[:, 1]]], axis=1)


def _cut(picture: NDArray[np.float32], corners: NDArray[np.intp]) -> NDArray[np.float32]:
    windows = np.lib.stride_tricks.sliding_window_view(picture, (SIDE, SIDE), axis=(0, 1))
    chosen = windows[corners[:, 0], corners[:, 1]]
    return np.ascontiguousarray(np.moveaxis(chosen, 1, -1), dtype=np.float32)


def _by_class(
    blocks: _Blocks,
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    centres = np.zeros((_CLASSES, 3), np.float32)
    deviation = np.zeros((_CLASSES, 3), np.float32)
    spectra = np.ones((3, SIDE, SIDE), np.float32)
    for c in range(3):
        order = np.argsort(blocks.level[:, c], kind="stable")
        chosen, trust = [], np.zeros(_CLASSES)
        for k, members in enumerate(np.array_split(order, _CLASSES)):
            count = min(len(members), max(_FEWEST_BLOCKS, int(len(members) * _FLAT_SHARE)))
            members = members[np.argsort(blocks.low[members, c], kind="stable")]
            flat = members[:count]
            own, shared = _unshared(blocks, flat, c)
            own = own * _without_residue(blocks, flat, members[count : 3 * count], c)
            chosen.append(own)
            trust[k] = own[_HIGH].mean() / max(own[_HIGH].mean() + _DOUBT * shared[_HIGH].mean(), 1e-12)
            centres[k, c] = np.mean(blocks.level[flat, c])
        strength = np.maximum([found[_HIGH].mean() for found in chosen], 0)
        lively = [k for k in range(_CLASSES) if strength[k] > max(0.1 * strength.max(), _FAINTEST)]
        if lively:
            shapes = np.array([chosen[k] / strength[k] for k in lively])
            spectra[c] = _whole_spectrum(np.average(shapes, axis=0, weights=trust[lively] ** 2 + 1e-6))
        measured = np.sqrt(strength / spectra[c][_HIGH].mean())
        deviation[:, c] = np.minimum(
            measured, (1 + _ABOVE_FIT * trust) * _as_film(centres[:, c], measured, trust**2)
        )
    return (*_with_black(_rising(centres), deviation), spectra)


def _unshared(
    blocks: _Blocks, flat: NDArray[np.intp], channel: int
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Split the mean power (8, 8) of blocks into what only this frame has and what the neighbour has too.

    The neighbour was resampled, which softens texture and grain alike: so the share that is shared is the
    correlation, whatever the softening. Never below 0: power that is taken for shared too much in one
    class would rule out grain in all.
    """
    own, shared, other = (
        each(flat, channel).mean(axis=0) for each in (blocks.power, blocks.shared, blocks.other)
    )
    softened = np.sqrt(np.clip(own / np.maximum(other, 1e-12), 1, _MOST_SOFTENED))
    common = np.minimum(np.maximum(shared, 0) * softened, own)
    return np.asarray(own - common, np.float32), np.asarray(common, np.float32)


def _without_residue(
    blocks: _Blocks, flat: NDArray[np.intp], livelier: NDArray[np.intp], channel: int
) -> float:
    """Say which part of what flat blocks do not share is grain: it would be there without any texture.

    Texture that was brought over a little out of place is not shared, and grows with the texture; grain
    does not. So the line through flat and livelier blocks is followed back to where there is only grain.
    """
    if len(livelier) < len(flat) or not blocks.shared(flat, channel).any():
        return 1.0
    near, far = (float(_unshared(blocks, part, channel)[0][_HIGH].mean()) for part in (flat, livelier))
    here, there = (float(blocks.low[part, channel].mean()) for part in (flat, livelier))
    rise = max(far - near, 0.0) / max(there - here, 1e-12)
    return max(1 - rise * max(here - near, 0.0) / max(near, 1e-12), _LEAST_GRAIN)


def _as_film(
    levels: NDArray[np.float32], measured: NDArray[np.float32], trust: NDArray[np.float64]
) -> NDArray[np.float32]:
    """Fit what light can do to the measured classes: a floor and parts that grow with light and its square.

    Texture only ever adds to a class, so classes above the fit count little and those below it count
    much, yet a few odd ones (clipped, smoothed) do not carry the fit alone. Classes that hold more texture
    than grain count by their `trust`: what is left of texture in the grain looks like the square of light,
    so that part is held down as far as trust is lacking.
    """
    from scipy.optimize import nnls  # takes half a second to load

    light = np.maximum(decode(levels), 1e-5)
    parts = np.stack([np.ones_like(light), light, light * light], axis=1)
    wanted = np.maximum((measured / _slope(light)) ** 2, 1e-12)
    relative = (parts / wanted[:, None]).astype(np.float64)
    doubt = np.array([[0, 0, _HELD_DOWN * np.sqrt((1 - trust).sum()) * np.median(relative[:, 2])]])
    weights = trust.copy()
    fitted = np.ones(len(levels))
    for _ in range(30):
        found = nnls(np.concatenate([relative * weights[:, None], doubt]), np.append(weights, 0))[0]
        fitted = relative @ found
        weights = trust * np.sqrt(np.where(fitted < 1, 0.1, 1 / np.maximum(fitted - 1, 1)))
    return np.asarray(np.sqrt(fitted * wanted) * _slope(light), np.float32)


def _with_black(
    levels: NDArray[np.float32], deviation: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Continue the darkest classes to black: in scene-linear a floor and a part that grows with light.

    The floor and growth that best meet the three darkest classes; never above 2.5 times the darkest.
    """
    from scipy.optimize import nnls

    places = np.stack([levels[0] * share for share in (0.0, 0.25, 0.5, 0.75)]).astype(np.float32)
    found = np.empty_like(places)
    for c in range(3):
        light = np.maximum(decode(levels[:3, c]), 1e-5)
        linear = deviation[:3, c] / _slope(light)
        parts = np.stack([np.ones(3), light], axis=1) / np.maximum(linear, 1e-7)[:, None] ** 2
        floor, growth = nnls(parts, np.ones(3))[0]
        dark = np.maximum(decode(places[:, c]), 1e-5)
        found[:, c] = np.sqrt(floor + growth * dark) * _slope(dark)
    found = np.minimum(found, 2.5 * deviation[:1])
    return np.concatenate([places, levels]), np.concatenate([found, deviation])


def _slope(light: NDArray[np.float32]) -> NDArray[np.float32]:
    """Give how fast the working encoding rises at scene-linear values."""
    step = light * np.float32(0.02)
    return np.asarray((encode(light + step) - encode(light - step)) / (2 * step), np.float32)


def _rising(levels: NDArray[np.float32]) -> NDArray[np.float32]:
    steps = np.arange(len(levels), dtype=np.float32)[:, None] * np.float32(1e-5)
    return np.asarray(np.maximum.accumulate(levels, axis=0) + steps, np.float32)


def _whole_spectrum(power: NDArray[np.float32]) -> NDArray[np.float32]:
    """Give the lowest frequencies of a mean power spectrum (8, 8), which chose the blocks, a power.

    Grain is taken as white grain through a soft lens: its logarithm falls with the frequency
    squared. The line is fitted where texture is not, and carried on to 0.
    """
    known = np.asarray((power + power.T) / 2, np.float64)
    squared = np.add.outer(np.arange(SIDE) ** 2, np.arange(SIDE) ** 2) * (np.pi / SIDE) ** 2
    usable = _HIGH & (known > max(0.02 * float(np.median(known[_HIGH])), 1e-12))
    whole = np.maximum(known, 0)
    if usable.sum() < 8:
        return np.ones((SIDE, SIDE), np.float32)
    slope, start = np.polyfit(squared[usable], np.log(known[usable]), 1, w=np.sqrt(known[usable]))
    whole[~_HIGH] = np.exp(start + min(float(slope), 0.0) * squared[~_HIGH])
    whole = np.maximum(whole, 0.02 * whole.mean())
    return np.asarray(whole / whole.mean(), np.float32)


def _likeness(cross: NDArray[np.float32]) -> NDArray[np.float32]:
    mean = cross.mean(axis=0)
    scale = np.sqrt(np.maximum(np.diag(mean), 1e-12))
    found = np.clip(mean / np.outer(scale, scale), -0.98, 0.98)
    np.fill_diagonal(found, 1)
    values, vectors = np.linalg.eigh(found)
    safe = (vectors * np.maximum(values, 0.01)) @ vectors.T
    diagonal = np.sqrt(np.diag(safe))
    return np.asarray(safe / np.outer(diagonal, diagonal), np.float32)


def _kernel(spectrum: NDArray[np.float32]) -> NDArray[np.float32]:
    """Turn a cosine power spectrum into a kernel (9, 9) that makes white grain as coarse, energy 1."""
    place = np.arange(-_REACH, _REACH + 1)
    waves = np.cos(np.outer(np.arange(SIDE + 1), place) * np.pi / SIDE)
    waves[[0, -1]] /= 2
    strength = np.pad(np.sqrt(spectrum), ((0, 1), (0, 1)), mode="edge")
    kernel = waves.T @ strength @ waves
    taper = np.cos(place / (_REACH + 1) * np.pi / 2) ** 2
    kernel *= np.outer(taper, taper)
    return np.asarray(kernel / np.sqrt((kernel * kernel).sum()), np.float32)


@njit(cache=True, nogil=True)
def _mixed(value):  # type: ignore[no-untyped-def]
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return value ^ (value >> np.uint64(31))


@njit(cache=True, nogil=True)
def _white(key, left, top, white):  # type: ignore[no-untyped-def]
    """Fill with normal numbers that depend on key and place only (splitmix64, Box-Muller)."""
    golden = np.uint64(0x9E3779B97F4A7C15)
    for row in range(white.shape[0]):
        across = _mixed(key + golden * np.uint64(np.int64(top + row)))
        for column in range(white.shape[1]):
            state = _mixed(across ^ (golden * np.uint64(np.int64(left + column) * 2 + 1)))
            for c in range(3):
                first = _mixed(state + golden * np.uint64(2 * c + 1))
                second = _mixed(state + golden * np.uint64(2 * c + 2))
                radius = (np.float64(first >> np.uint64(11)) + 1.0) / 9007199254740993.0
                angle = np.float64(second >> np.uint64(11)) / 9007199254740992.0
                white[row, column, c] = np.sqrt(-2.0 * np.log(radius)) * np.cos(2.0 * np.pi * angle)
