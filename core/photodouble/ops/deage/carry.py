"""Bring the keys' deltas to a frame: one composed map, one read for each pixel and key.

From a pixel of the plate to face space (similarity), to the key's face space (motion), to the key's plate
(similarity back), where the painted delta is read once with Catmull-Rom taps; the plate itself is never
resampled. Compiled; rows are shared by all cores and every number of threads gives the same values.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numba import njit

from photodouble.image.window import Box
from photodouble.ops.deage.face import FaceTrack, Picture
from photodouble.ops.deage.keys import PaintedKey

_LEAST_ROWS = 32
_MOST_TAPS = 33


def add_carried(
    total: Picture,
    key: PaintedKey,
    *,
    track: FaceTrack,
    frame: int,
    box: Box,
    shift: Picture,
    amount: Picture,
    smear: Picture | None = None,
    threads: int | None = None,
) -> None:
    """Add a key's delta, carried to the plate's pixels in `box` of a frame, to `total` (h, w, 3) in place.

    `track` is the study's; `shift` (s, s, 2) says how far each pixel of its face space moves to the key,
    `amount` (s, s, 3) how much of the delta is wanted there. Beyond face space its rim is repeated. `smear`
    (s, s, 2) is the path along which the delta is smeared, where it has to be.
    """
    there = track.to_face(frame)
    back = track.to_plate(key.frame)
    planes = (
        np.ascontiguousarray(shift, np.float32),
        np.ascontiguousarray(amount, np.float32),
        np.zeros((1, 1, 2), np.float32) if smear is None else np.ascontiguousarray(smear, np.float32),
        np.ascontiguousarray(key.delta, np.float32),
    )
    crew = max(threads or os.cpu_count() or 1, 1)
    cuts = np.linspace(0, box.height, min(crew, box.height // _LEAST_ROWS + 1) + 1).astype(int)

    def run(low: int, high: int) -> None:
        corner = np.array([box.x0, box.y0, key.box.x0, key.box.y0], np.float64)
        _add(total, low, high, corner, there, back, *planes)

    if len(cuts) == 2:
        run(0, box.height)
        return
    with ThreadPoolExecutor(len(cuts) - 1) as pool:
        list(pool.map(run, cuts[:-1], cuts[1:]))


@njit(cache=True, nogil=True)
def _cubic(t, weights):  # type: ignore[no-untyped-def]
    weights[0] = ((-0.5 * t + 1.0) * t - 0.5) * t
    weights[1] = (1.5 * t - 2.5) * t * t + 1.0
    weights[2] = ((-1.5 * t + 2.0) * t + 0.5) * t
    weights[3] = (0.5 * t - 0.5) * t * t


@njit(cache=True, nogil=True)
def _add(total, low, high, corner, there, back, shift, amount, smear, delta):  # type: ignore[no-untyped-def]
    size = shift.shape[0]
    across, down = np.empty(4), np.empty(4)
    want = np.empty(3)
    still = smear.shape[0] == 1
    scale = np.sqrt(abs(back[0, 0] * back[1, 1] - back[0, 1] * back[1, 0]))
    for row in range(low, high):
        for column in range(total.shape[1]):
            x, y = column + corner[0], row + corner[1]
            u = there[0, 0] * x + there[0, 1] * y + there[0, 2]
            v = there[1, 0] * x + there[1, 1] * y + there[1, 2]
            if still:
                _take(total[row, column], u, v, 1.0, corner, back, shift, amount, delta, across, down, want)
                continue
            pu = min(max(u, 0.0), size - 1.0)
            pv = min(max(v, 0.0), size - 1.0)
            i, j = min(int(pu), size - 2), min(int(pv), size - 2)
            a, b = pu - i, pv - j
            w00, w01, w10, w11 = (1 - a) * (1 - b), a * (1 - b), (1 - a) * b, a * b
            eu = w00 * smear[j, i, 0] + w01 * smear[j, i + 1, 0]
            eu += w10 * smear[j + 1, i, 0] + w11 * smear[j + 1, i + 1, 0]
            ev = w00 * smear[j, i, 1] + w01 * smear[j, i + 1, 1]
            ev += w10 * smear[j + 1, i, 1] + w11 * smear[j + 1, i + 1, 1]
            taps = min(2 * int(np.ceil(np.hypot(eu, ev) * scale / 1.4)) + 1, _MOST_TAPS)
            for tap in range(taps):
                at = (tap + 0.5) / taps - 0.5
                _take(
                    total[row, column], u + at * eu, v + at * ev, 1.0 / taps,
                    corner, back, shift, amount, delta, across, down, want,
                )  # fmt: skip


@njit(cache=True, nogil=True)
def _take(  # type: ignore[no-untyped-def]
    total, u, v, share, corner, back, shift, amount, delta, across, down, want
):
    size = shift.shape[0]
    tall, wide = delta.shape[0], delta.shape[1]
    pu = min(max(u, 0.0), size - 1.0)
    pv = min(max(v, 0.0), size - 1.0)
    i, j = min(int(pu), size - 2), min(int(pv), size - 2)
    a, b = pu - i, pv - j
    w00, w01, w10, w11 = (1 - a) * (1 - b), a * (1 - b), (1 - a) * b, a * b
    du = w00 * shift[j, i, 0] + w01 * shift[j, i + 1, 0]
    du += w10 * shift[j + 1, i, 0] + w11 * shift[j + 1, i + 1, 0]
    dv = w00 * shift[j, i, 1] + w01 * shift[j, i + 1, 1]
    dv += w10 * shift[j + 1, i, 1] + w11 * shift[j + 1, i + 1, 1]
    ku, kv = u + du, v + dv
    kx = back[0, 0] * ku + back[0, 1] * kv + back[0, 2] - corner[2]
    ky = back[1, 0] * ku + back[1, 1] * kv + back[1, 2] - corner[3]
    if not (kx > -2 and ky > -2 and kx < wide + 1 and ky < tall + 1):
        return
    left, top = int(np.floor(kx)), int(np.floor(ky))
    _cubic(kx - left, across)
    _cubic(ky - top, down)
    for c in range(3):
        want[c] = w00 * amount[j, i, c] + w01 * amount[j, i + 1, c]
        want[c] += w10 * amount[j + 1, i, c] + w11 * amount[j + 1, i + 1, c]
        want[c] *= share
    for m in range(4):
        r = top - 1 + m
        if r < 0 or r >= tall:
            continue
        for n in range(4):
            q = left - 1 + n
            if q < 0 or q >= wide:
                continue
            w = down[m] * across[n]
            for c in range(3):
                total[c] += w * want[c] * delta[r, q, c]
