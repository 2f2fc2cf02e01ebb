"""Frames that may give no pixels: what they fill themselves is still at the level of their surroundings."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from photodouble.image.window import Box
from photodouble.ops.inpaint import candidates
from photodouble.ops.inpaint.gather import Found
from photodouble.ops.inpaint.native import ArrayPlates
from photodouble.ops.inpaint.pipeline import Silent
from photodouble.ops.inpaint.scratch import MemoryScratch
from photodouble.ops.inpaint.settings import Settings
from photodouble.ops.inpaint.study import study_plates
from photodouble.ops.inpaint.unseen import Invention
from photodouble.ops.inpaint.views import grow_cross

FRAMES = 6


def plates(excluded: frozenset[int]) -> ArrayPlates:
    """Give a dark wall that pans by two pixels a frame, and a matte that walks the other way."""
    wall = np.random.default_rng(5).uniform(0.02, 0.06, (100, 160, 3)).astype(np.float32)
    wall = cv2.GaussianBlur(wall, (0, 0), 1.2)
    pictures, mattes = [], []
    for frame in range(FRAMES):
        pictures.append(np.ascontiguousarray(wall[:80, 2 * frame : 2 * frame + 120]))
        matte = np.zeros((80, 120), np.float32)
        matte[20:60, 20 + 9 * frame : 50 + 9 * frame] = 1
        mattes.append(matte)
    return ArrayPlates(pictures, mattes, excluded=excluded)


@pytest.mark.parametrize("allowed", [(), (0,), (0, 1, 2, 3, 4, 5)])
def test_the_fill_has_the_level_of_its_surroundings(allowed: tuple[int, ...]) -> None:
    shot, scratch = plates(frozenset(range(FRAMES)) - frozenset(allowed)), MemoryScratch()
    study_plates(shot, scratch, Settings(), Invention(), Silent())
    for index in range(FRAMES):
        record = scratch.load("fill", index)
        inside = Box(*(int(value) for value in record["box"])).slices_in(Box.of_size(*shot.size))
        hole = shot.hole(index)[inside] > 0
        level = shot.picture(index)[shot.hole(index) == 0].mean()
        assert record["base"][hole].mean() == pytest.approx(level, rel=0.05)
        assert set(np.unique(record["source"][hole])) <= {-1, *allowed}


def test_a_frame_that_gives_nothing_invents_from_its_own_surroundings() -> None:
    shot, scratch = plates(frozenset(range(FRAMES))), MemoryScratch()
    study_plates(shot, scratch, Settings(), Invention(), Silent())
    textured = [index for index in range(FRAMES) if scratch.has("texture", index)]
    assert textured
    for index in textured:
        texture = scratch.load("texture", index)
        assert (texture["source"] >= 0).any()


def test_new_content_on_a_painted_frame_does_not_tint_the_rest_of_the_fill() -> None:
    hole = np.zeros((24, 24), np.uint8)
    hole[8:16, 8:16] = 1
    asked = grow_cross(hole, 3)
    known = np.full((24, 24, 3), 0.3, np.float32)
    spot = candidates.Spot(0, Box.of_size(24, 24), known, hole, asked, hole)
    colour = np.full((24, 24, 3), 0.3, np.float32)
    colour[:, :10] = (0.9, 0.1, 0.1)
    n = int(asked.sum())
    nowhere = np.zeros((n, 2), np.float32)
    found = Found(colour[asked > 0], np.ones(n, bool), np.full(n, 5, np.int16), nowhere)
    finished = candidates.finish(spot, found, Settings(), seam=True, painted=[5])
    assert np.allclose(finished.fill[8:16, 8:16], colour[8:16, 8:16], atol=1e-4)
    tinted = candidates.finish(spot, found, Settings(), seam=True, painted=[])
    assert np.abs(tinted.fill[8:16, 10:16] - 0.3).max() > 0.02
