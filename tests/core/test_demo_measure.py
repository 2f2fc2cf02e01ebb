"""The measures of the demo see the faults they are there to see."""

from __future__ import annotations

import dataclasses

import cv2
import numpy as np
import pytest

from photodouble.demo.measure import Moment, grain_ratio, is_untouched, masked_psnr, measure, warp_error
from photodouble.demo.peers import navier_stokes
from photodouble.demo.plate import PlateFrame, person_plate
from photodouble.demo.sheet import COLUMNS, Row, show_difference, show_origin, to_display, write_sheet
from photodouble.image.encoding import decode, encode

PLATE = person_plate(size=(320, 180), frames=24)


@pytest.fixture(scope="module")
def frames() -> list[PlateFrame]:
    return [PLATE.frame(number) for number in (1010, 1011)]


def perfect(frame: PlateFrame) -> Moment:
    return Moment(frame.plate, frame.matte, frame.truth, frame.truth, frame.clean)


def test_a_perfect_result_has_no_error_and_the_truths_own_grain(frames: list[PlateFrame]) -> None:
    moment = perfect(frames[0])
    assert masked_psnr(moment) == pytest.approx(120)
    assert grain_ratio(moment) == pytest.approx(1)
    assert is_untouched(moment)


def test_masked_psnr_of_a_known_offset_is_exact(frames: list[PlateFrame]) -> None:
    moment = perfect(frames[0])
    shifted = decode(encode(moment.truth) + np.float32(0.1))
    assert masked_psnr(dataclasses.replace(moment, result=shifted)) == pytest.approx(20, abs=0.01)


def test_masked_psnr_does_not_look_outside_the_matte(frames: list[PlateFrame]) -> None:
    moment = perfect(frames[0])
    spoilt = np.where(moment.matte[..., None] > 0, moment.result, 0).astype(np.float32)
    assert masked_psnr(dataclasses.replace(moment, result=spoilt)) == pytest.approx(120)


def test_one_changed_bit_outside_the_matte_is_seen(frames: list[PlateFrame]) -> None:
    moment = perfect(frames[0])
    row, column = np.argwhere(moment.matte == 0)[1234]
    spoilt = moment.result.copy()
    spoilt[row, column, 1] = np.nextafter(spoilt[row, column, 1], np.float32(9))
    assert not is_untouched(dataclasses.replace(moment, result=spoilt))


def test_minus_zero_is_not_zero_outside_the_matte(frames: list[PlateFrame]) -> None:
    moment = perfect(frames[0])
    row, column = np.argwhere(moment.matte == 0)[77]
    plate, result = moment.plate.copy(), moment.plate.copy()
    plate[row, column], result[row, column] = 0.0, -0.0
    assert not is_untouched(dataclasses.replace(moment, plate=plate, result=result))


def test_flicker_is_seen_by_the_warp_error(frames: list[PlateFrame]) -> None:
    steady = [dataclasses.replace(perfect(f), result=f.clean) for f in frames]
    brighter = dataclasses.replace(steady[1], result=decode(encode(steady[1].result) + np.float32(0.05)))
    calm, flickering = warp_error(*steady), warp_error(steady[0], brighter)
    assert calm < 1e-3
    assert flickering > calm + 0.0015


def test_missing_grain_is_seen(frames: list[PlateFrame]) -> None:
    moment = perfect(frames[0])
    assert grain_ratio(dataclasses.replace(moment, result=moment.clean)) < 0.01
    doubled = moment.clean + 2 * (moment.truth - moment.clean)
    assert grain_ratio(dataclasses.replace(moment, result=doubled)) == pytest.approx(4, rel=0.1)


def test_leaving_the_person_in_is_far_worse_than_a_still_fill(frames: list[PlateFrame]) -> None:
    moment = perfect(frames[0])
    left_in = dataclasses.replace(moment, result=moment.plate)
    filled = dataclasses.replace(moment, result=navier_stokes(moment.plate, moment.matte))
    assert masked_psnr(left_in) < masked_psnr(filled) - 2
    assert is_untouched(filled)


def test_a_still_fill_never_looks_inside_the_matte(frames: list[PlateFrame]) -> None:
    frame = frames[0]
    solid = (frame.matte > 0).astype(np.float32)
    other = np.where(solid[..., None] > 0, 7.0, frame.plate).astype(np.float32)
    assert np.array_equal(navier_stokes(frame.plate, solid), navier_stokes(other, solid))


def test_all_figures_together(frames: list[PlateFrame]) -> None:
    figures = measure(perfect(frame) for frame in frames)
    assert figures.frames == 2
    assert figures.untouched
    assert figures.psnr == pytest.approx(120)
    assert figures.worst == pytest.approx(120)
    assert 0 < figures.warp < 2e-3


def test_the_worst_frame_is_named(frames: list[PlateFrame]) -> None:
    good, spoilt = perfect(frames[0]), perfect(frames[1])
    spoilt = dataclasses.replace(spoilt, result=decode(encode(spoilt.result) + np.float32(0.1)))
    figures = measure([good, spoilt, good])
    assert figures.worst_place == 1
    assert figures.worst == pytest.approx(20, abs=0.01)


def test_the_display_keeps_lamps_apart_and_mid_tones_exact() -> None:
    ramp = np.array([[[0.18] * 3, [0.5] * 3, [2.0] * 3, [8.0] * 3, [40.0] * 3]], np.float32)
    shown = to_display(ramp)[0, :, 0].tolist()
    assert shown[:2] == [118, 188]
    assert shown[1] < shown[2] < shown[3] <= shown[4] <= 255


def test_the_difference_is_amplified_eight_times_around_grey(frames: list[PlateFrame]) -> None:
    truth = frames[0].truth
    result = decode(encode(truth) + np.float32(0.02))
    assert np.median(show_difference(truth, truth)) == 128
    assert np.median(show_difference(result, truth)) == pytest.approx(128 + 8 * 0.02 * 255, abs=1.5)


def test_each_kind_of_origin_has_its_own_colour() -> None:
    kinds = np.arange(6, dtype=np.float32)[None]
    shown = show_origin(kinds, np.full((1, 6, 3), 0.18, np.float32))[0]
    assert len({tuple(colour) for colour in shown.tolist()}) == 6


def test_the_sheet_has_every_column_and_a_row_a_frame(frames: list[PlateFrame], tmp_path) -> None:  # type: ignore[no-untyped-def]
    rows = [Row(f.number, f.plate, f.matte, f.truth, f.truth, (f.matte > 0) * np.float32(1)) for f in frames]
    path = tmp_path / "a sheet.png"
    write_sheet(path, rows, title="Title", notes=["one", "two"], width=160)
    picture = cv2.imread(str(path))
    assert picture.shape[1] == len(COLUMNS) * 166
    assert picture.shape[0] > 2 * 90
    assert picture.std() > 20
