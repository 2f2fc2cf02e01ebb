"""An artist's clean plate with its own path, length, exposure and focus fills what the shot never shows."""

from __future__ import annotations

import functools

import cv2
import numpy as np
import pytest

from photodouble.demo.action import NobodyThere
from photodouble.demo.camera import HandHeld
from photodouble.demo.film import Stock
from photodouble.demo.plate import Plate, clean_pass
from photodouble.image.encoding import encode
from photodouble.ops.inpaint.clean_plate import filled, register
from photodouble.ops.inpaint.native import ArrayPlates
from photodouble.ops.inpaint.pipeline import Silent, analyse
from photodouble.ops.inpaint.render import Look, render_frame
from photodouble.ops.inpaint.scratch import MemoryScratch
from photodouble.ops.inpaint.settings import Settings

SIZE = (480, 270)
HOLE = (slice(100, 240), slice(190, 280))
COUNT = 4


@functools.cache
def street() -> tuple[list[np.ndarray], list[np.ndarray], list[np.ndarray]]:
    """Give the plates, their truth without grain, and a clean pass from elsewhere."""
    frames = list(Plate(NobodyThere(), HandHeld(3), Stock(3), SIZE, COUNT))
    cleans = [frame.plate for frame in clean_pass(size=SIZE, frames=5)]
    return [frame.plate for frame in frames], [frame.clean for frame in frames], cleans


def shot(
    cleans: tuple[list[np.ndarray], ...], painted: frozenset[int] = frozenset()
) -> tuple[ArrayPlates, MemoryScratch]:
    """Analyse the street under a held matte, with the given clean plates and painted frames."""
    plates, _, _ = street()
    matte = np.zeros(SIZE[::-1], np.float32)
    matte[HOLE] = 1
    hidden = [np.where(matte[:, :, None] > 0, 0.2, plate).astype(np.float32) for plate in plates]
    shown = [plates[index] if index in painted else hidden[index] for index in range(COUNT)]
    footage = ArrayPlates(shown, [matte] * COUNT, cleans=cleans, first=1001, painted=painted)
    scratch = MemoryScratch()
    analyse(footage, scratch, Settings(), Silent())
    register(footage, scratch, Silent())
    return footage, scratch


@functools.cache
def without() -> float:
    """Measure the fill in dB against the truth when there is no clean plate."""
    return decibel(*shot(()))


def decibel(plates: ArrayPlates, scratch: MemoryScratch, index: int = 2) -> float:
    """Measure a rendered frame against the truth inside the matte."""
    shown = render_frame(plates, scratch, index, Look(grain=0))
    wanted = encode(street()[1][index])[shown.box.slices_in(plates.canvas)]
    return float(-10 * np.log10(((encode(shown.fill) - wanted)[shown.matte > 0] ** 2).mean()))


def test_a_clean_pass_of_another_path_exposure_and_focus_beats_not_having_it() -> None:
    plates, scratch = shot((street()[2],))
    assert decibel(plates, scratch) > without() + 6


def test_a_still_from_another_position_beats_not_having_it() -> None:
    plates, scratch = shot((street()[2][3:4],))
    assert decibel(plates, scratch) > without() + 5


def test_a_clean_plate_twice_as_large_and_a_stop_darker_fits_as_well() -> None:
    large = cv2.resize(street()[2][2], None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC) * np.float32(0.5)
    plates, scratch = shot(([large],))
    assert decibel(plates, scratch) > without() + 4


def test_the_other_frames_follow_the_one_the_artist_painted() -> None:
    plates, scratch = shot((), frozenset({1}))
    assert decibel(plates, scratch) > without() + 6
    shown = render_frame(plates, scratch, 3, Look())
    inside = shown.matte > 0
    assert np.mean(shown.kind[inside] == 4) > 0.9
    assert set(np.unique(shown.source_frame[inside & (shown.kind == 4)])) == {1002}


def test_origin_names_the_clean_plate_as_the_artists_and_its_own_frame() -> None:
    plates, scratch = shot((street()[2],))
    shown = render_frame(plates, scratch, 2, Look())
    inside = shown.matte > 0
    assert np.mean(shown.kind[inside] == 4) > 0.95
    assert set(np.unique(shown.source_frame[inside & (shown.kind == 4)])) <= {1, 2, 3, 4, 5}


def test_a_picture_of_something_else_is_left_out() -> None:
    noise = np.random.default_rng(1).uniform(0, 1, (*SIZE[::-1], 3)).astype(np.float32)
    _, scratch = shot(([cv2.GaussianBlur(noise, (0, 0), 3)],))
    assert not (filled(scratch, 2)["kind"] == 4).any()


@pytest.mark.parametrize("planted", ["shift", "tint"])
def test_the_measure_sees_a_clean_plate_laid_in_wrongly(planted: str) -> None:
    plates, scratch = shot((street()[2],))
    right = decibel(plates, scratch)
    record = scratch.load("clean", 2)
    if planted == "shift":
        record["picture"] = np.roll(record["picture"], 4, axis=1)
        record["map"] = np.roll(record["map"], 4, axis=1)
    else:
        record["picture"] = record["picture"] + np.float32([0.05, 0, 0])
    scratch.save("clean", 2, **record)
    assert decibel(plates, scratch) < right - 1
