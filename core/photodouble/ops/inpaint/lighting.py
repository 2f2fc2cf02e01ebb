"""Follow how the light of a shot changes, as a smooth gain and offset a frame, so that sources fit.

Between neighbouring frames the known surroundings are averaged in cells along the homography; their log
ratio, robustly smoothed, is the gain, and what of it depends on the level is the offset. Steps are chained
from a reference frame, so `picture = gain * reference + offset` in scene-linear, and every frame can be
brought to one light before its pixels are gathered. A light that explains nothing is not used.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from photodouble.image.encoding import decode, encode
from photodouble.image.window import Box
from photodouble.ops.inpaint.footage import Footage, Mask, Picture
from photodouble.ops.inpaint.lighting_step import (
    Grid,
    LightStep,
    Meter,
    cells_of,
    compare,
    measure_step,
    moved,
)
from photodouble.ops.inpaint.motion import Motion
from photodouble.ops.inpaint.scratch import Scratch
from photodouble.ops.inpaint.views import finite

STAGE, STEP_STAGE, CHOICE_STAGE = "light", "light_step", "light_choice"
STEADY, GAIN, GAIN_OFFSET = 0, 1, 2
_APART = 6
"""Frames between two that are compared to see whether the light that was measured explains anything."""
_COMPARED = 24
_WORTH = 0.9
"""A light is tried if it brings the difference of such pairs below this part of what simpler ones leave."""
_PAYS = 0.96
"""It is used if fills from frames brought to it make less than this part of the error on known pixels."""
_MOST = 16.0
_CURVE = 2 / 2.4
"""Power of the light by which squared errors grow: they are measured in the working encoding."""


@dataclass(frozen=True)
class Light:
    """What brings the reference light to a frame's: (h, w, 3) float32 each, scene-linear."""

    gain: Grid
    offset: Grid

    def lay_on(self, picture: Picture) -> Picture:
        """Light a working-encoded picture that has the reference light."""
        return encode(decode(picture) * self.gain + self.offset)

    def on_error(self, error: Grid) -> Grid:
        """Say what a squared error (h, w) in the reference light is in this one, about."""
        level = self.gain.mean(axis=2)
        return np.asarray(error * np.maximum(level, 1e-3) ** _CURVE, np.float32)

    def take_off(self, picture: Picture) -> Picture:
        """Bring a working-encoded picture to the reference light."""
        return encode((decode(picture) - self.offset) / self.gain)


class Lighting:
    """The measured light of a shot, from its records."""

    def __init__(self, scratch: Scratch, size: tuple[int, int]) -> None:
        self._scratch, self._size = scratch, size

    @property
    def is_steady(self) -> bool:
        """Whether all frames count as equally lit."""
        has = self._scratch.has(CHOICE_STAGE, 0)
        return not has or int(self._scratch.load(CHOICE_STAGE, 0)["choice"]) == STEADY

    def at(self, index: int, box: Box, *, chosen: bool = False) -> Light:
        """Return a frame's light over a box of working pixels; gain 1 and offset 0 in a steady one.

        What was measured is given even before it was `chosen`.
        """
        if (self.is_steady and not chosen) or not self._scratch.has(STAGE, index):
            shape = (*box.size, 3)
            return Light(np.ones(shape, np.float32), np.zeros(shape, np.float32))
        record = self._scratch.load(STAGE, index)
        cell = cells_of(self._size)
        return Light(_over(record["gain"], cell, box), _over(record["offset"], cell, box))


@dataclass(frozen=True)
class Relit:
    """Show footage in one light: `Footage` whose pictures all have that of the reference frame."""

    footage: Footage
    lighting: Lighting
    chosen: bool = False

    @property
    def count(self) -> int:
        """Number of frames."""
        return self.footage.count

    @property
    def size(self) -> tuple[int, int]:
        """Height and width in working pixels."""
        return self.footage.size

    @property
    def numbers(self) -> tuple[int, ...]:
        """Frame number of each index."""
        return self.footage.numbers

    @property
    def targets(self) -> tuple[int, ...]:
        """Indices to fill."""
        return self.footage.targets

    @property
    def painted(self) -> frozenset[int]:
        """Indices whose hole the artist painted."""
        return self.footage.painted

    @property
    def excluded(self) -> frozenset[int]:
        """Indices that give other frames no pixels."""
        return self.footage.excluded

    def picture(self, index: int) -> Picture:
        """Return the picture in the reference light, working encoded."""
        light = self.lighting.at(index, Box.of_size(*self.footage.size), chosen=self.chosen)
        return light.take_off(finite(self.footage.picture(index)))

    def hole(self, index: int) -> Mask:
        """Return the hole."""
        return self.footage.hole(index)

    def banned(self, index: int) -> Mask:
        """Return where nothing may be sampled."""
        return self.footage.banned(index)


def measure(meter: Meter, motion: Motion, index: int, scratch: Scratch) -> None:
    """Write how the light changes from a frame to the next (stage `light_step`)."""
    step = measure_step(meter, index, motion.plane(index))
    scratch.save(
        STEP_STAGE, index, gain=step.gain, offset=step.offset, plain=step.plain, plane=motion.plane(index)
    )


def choose(
    meter: Meter,
    scratch: Scratch,
    pairs: Sequence[int],
    trial: Callable[[Relit | None], float],
    *,
    always: bool,
) -> Lighting:
    """Chain the steps and decide how much of the measured light is used; kept records are kept.

    A light that explains what surroundings look like some frames later goes to the `trial`, which gives the
    squared error that fills from frames in one light (None: as they are) make on known pixels. With
    `always` the gain is used anyway.
    """
    view = meter.view
    lighting = Lighting(scratch, view.footage.size)
    if not pairs or scratch.has(CHOICE_STAGE, 0):
        return lighting
    errors: dict[int, float] = {}
    best, least = (GAIN if always else STEADY), np.inf
    for choice in (GAIN, GAIN_OFFSET):
        _chain(scratch, pairs, view.footage.size, with_offset=choice == GAIN_OFFSET)
        before, after = _errors(meter, scratch, pairs)
        least = min(least, before)
        if after >= _WORTH * least:
            continue
        least = after
        if not errors:
            errors[STEADY] = trial(None)
        errors[choice] = trial(Relit(view.footage, lighting, chosen=True))
        if errors[choice] < _PAYS * errors.get(best, errors[choice]):
            best = choice
    if best == GAIN:
        _chain(scratch, pairs, view.footage.size, with_offset=False)
    tried = np.array([errors.get(each, np.nan) for each in (STEADY, GAIN, GAIN_OFFSET)])
    scratch.save(CHOICE_STAGE, 0, choice=np.array(best, np.int32), errors=tried)
    return lighting


def _chain(scratch: Scratch, pairs: Sequence[int], size: tuple[int, int], *, with_offset: bool) -> None:
    """Write every frame's light relative to the middle of its run of measured steps (stage `light`)."""
    for run in _runs(pairs):
        middle = run[len(run) // 2]
        first = scratch.load(STEP_STAGE, middle)["gain"]
        start = np.ones_like(first), np.zeros_like(first)
        scratch.save(STAGE, middle, gain=start[0], offset=start[1])
        for direction in (1, -1):
            gain, offset = start
            index = middle
            while (index if direction > 0 else index - 1) in run:
                step = _step(scratch, index if direction > 0 else index - 1, with_offset)
                gain, offset = _walked(gain, offset, step, direction, size)
                index += direction
                scratch.save(STAGE, index, gain=gain, offset=offset)


def _step(scratch: Scratch, pair: int, with_offset: bool) -> LightStep:
    record = scratch.load(STEP_STAGE, pair)
    nothing = np.zeros_like(record["offset"])
    gain, offset = (record["gain"], record["offset"]) if with_offset else (record["plain"], nothing)
    return LightStep(gain, offset, record["plain"], record["plane"])


def _walked(
    gain: Grid, offset: Grid, step: LightStep, direction: int, size: tuple[int, int]
) -> tuple[Grid, Grid]:
    """Carry a light to the neighbouring frame: change it, and move it with what it falls on."""
    cell, back = cells_of(size), np.asarray(np.linalg.inv(step.plane), np.float64)
    if direction > 0:
        gain, offset = step.gain * gain, step.gain * offset + step.offset
        gain, offset = moved(gain, back, cell), moved(offset, back, cell)
    else:
        gain, offset = moved(gain, step.plane, cell), moved(offset, step.plane, cell)
        gain, offset = gain / step.gain, (offset - step.offset) / step.gain
    return np.clip(gain, 1 / _MOST, _MOST), offset


def _errors(meter: Meter, scratch: Scratch, pairs: Sequence[int]) -> tuple[float, float]:
    """Compare pairs some frames apart: mean squared error with a level offset only, and with this light."""
    found = []
    for run in _runs(pairs):
        apart = min(_APART, len(run))
        starts = range(run[0], run[-1] + 2 - apart)
        for start in starts[:: max(len(starts) // _COMPARED, 1)]:
            plane = np.eye(3)
            for pair in range(start, start + apart):
                plane = scratch.load(STEP_STAGE, pair)["plane"] @ plane
            lights = [scratch.load(STAGE, index) for index in (start, start + apart)]
            found.append(compare(meter, (start, start + apart), plane, lights))
    kept = [pair for pair in found if pair is not None]
    if not kept:
        return 0.0, 0.0
    before, after = np.mean(np.array(kept), axis=0)
    return float(before), float(after)


def _runs(pairs: Sequence[int]) -> list[range]:
    """Split steps into runs without a gap."""
    runs: list[range] = []
    for pair in sorted(pairs):
        if runs and pair == runs[-1].stop:
            runs[-1] = range(runs[-1].start, pair + 1)
        else:
            runs.append(range(pair, pair + 1))
    return runs


def _over(grid: Grid, cell: int, box: Box) -> Grid:
    x = ((np.arange(box.x0, box.x1, dtype=np.float32) + 0.5) / cell - 0.5).astype(np.float32)
    y = ((np.arange(box.y0, box.y1, dtype=np.float32) + 0.5) / cell - 0.5).astype(np.float32)
    across, down = np.meshgrid(x, y)
    return np.asarray(
        cv2.remap(grid, across, down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.float32
    )
