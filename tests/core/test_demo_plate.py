"""The rendered plates have the properties that make their truth exact."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import OpenEXR
import pytest

from photodouble.demo.camera import Camera, HandHeld
from photodouble.demo.plate import (
    Plate,
    clean_pass,
    long_plate,
    markers_plate,
    person_plate,
    wide_plate,
    wire_plate,
)
from photodouble.demo.slate import write_plate
from photodouble.demo.street import ground_plane, railing_plane, wall_plane

SMALL = (320, 180)
EVERY_PLATE = (person_plate, wire_plate, markers_plate, long_plate)


def test_a_camera_projects_a_point_where_its_ray_meets_the_plane() -> None:
    camera = HandHeld(5).at(0.7, SMALL)
    u, v = 0.8, -0.3
    x, y, w = wall_plane(camera) @ (u, v, 1.0)
    assert (x / w, y / w) == pytest.approx(camera.project((u, v, 8.0)), abs=1e-9)


def test_a_level_camera_sees_a_point_straight_ahead_in_the_middle() -> None:
    camera = Camera((1.0, 2.0, 3.0), (0.0, 0.0, 0.0), SMALL, 300.0)
    assert camera.project((1.0, 2.0, 9.0)) == pytest.approx((160.0, 90.0))
    assert camera.project((1.0 + 0.06, 2.0, 9.0)) == pytest.approx((163.0, 90.0))


def test_tilting_down_moves_the_picture_up() -> None:
    camera = Camera((0.0, 0.0, 0.0), (0.0, 0.1, 0.0), SMALL, 300.0)
    assert camera.project((0.0, 0.0, 5.0))[1] < 90


@pytest.mark.parametrize("make", EVERY_PLATE)
def test_where_the_matte_is_zero_plate_and_truth_are_equal_bit_for_bit(make: Callable[..., Plate]) -> None:
    for frame in make(size=SMALL, frames=3):
        outside = frame.matte == 0
        assert 0.5 < outside.mean() < 1
        assert np.array_equal(frame.plate[outside], frame.truth[outside])


@pytest.mark.parametrize("make", EVERY_PLATE)
def test_every_changed_pixel_is_held_fully_by_the_matte(make: Callable[..., Plate]) -> None:
    frame = make(size=SMALL, frames=3).frame(1002)
    changed = (frame.plate != frame.truth).any(axis=2)
    assert changed.sum() > 100
    assert frame.matte[changed].min() == 1
    assert ((frame.matte > 0) & (frame.matte < 1)).any()


@pytest.mark.parametrize("make", (*EVERY_PLATE, clean_pass))
def test_a_frame_rendered_alone_equals_the_same_frame_of_a_run(make: Callable[..., Plate]) -> None:
    run = list(make(size=SMALL, frames=3))
    alone = make(size=SMALL, frames=3).frame(1003)
    assert np.array_equal(run[2].plate, alone.plate)
    assert np.array_equal(run[2].matte, alone.matte)


def test_another_seed_gives_another_plate() -> None:
    one, other = (person_plate(size=SMALL, frames=2, seed=seed).frame(1002) for seed in (3, 4))
    assert not np.array_equal(one.plate, other.plate)


def test_pixels_are_exact_half_floats() -> None:
    plate = person_plate(size=SMALL, frames=1).frame(1001).plate
    assert plate.dtype == np.float32
    assert np.array_equal(plate, plate.astype(np.float16).astype(np.float32))


def test_lamps_are_far_above_one() -> None:
    clean = person_plate(size=SMALL, frames=1).frame(1001).clean
    assert clean.max() > 15
    assert (clean > 1).mean() < 0.2


def test_exposure_drifts_and_the_picture_follows_it() -> None:
    plate = person_plate(size=SMALL, frames=48)
    stops = [plate.stock.stops(plate.seconds(number)) for number in plate.numbers]
    assert 0.2 < max(stops) - min(stops) < 1
    first, later = plate.frame(1001), plate.frame(1013)
    still = plate.action.photograph(plate.camera(1013), plate.seconds(1013), 0)[0]
    ratio = np.median(later.clean / still)
    assert ratio == pytest.approx(2 ** (stops[12] - stops[0]), rel=1e-4)
    assert np.median(first.truth) < np.median(later.truth)


def test_near_and_far_planes_move_differently() -> None:
    plate = person_plate(size=SMALL, frames=48)
    before, after = plate.camera(1001), plate.camera(1030)
    on_wall = wall_plane(after) @ np.linalg.inv(wall_plane(before))
    for nearer, point in ((railing_plane, (2.0, 1.0, 1.0)), (ground_plane, (0.5, 5.5, 1.0))):
        seen = nearer(before) @ point
        true = nearer(after) @ point
        if_on_wall = on_wall @ seen
        gap = np.hypot(*(true[:2] / true[2] - if_on_wall[:2] / if_on_wall[2]))
        assert gap > 0.7


def test_grain_is_new_in_every_frame_and_grows_with_light() -> None:
    plate = long_plate(size=SMALL, frames=2)
    first, second = (frame.truth - frame.clean for frame in plate)
    assert abs(np.corrcoef(first[..., 1].ravel(), second[..., 1].ravel())[0, 1]) < 0.02
    clean = plate.frame(1001).clean[..., 1]
    dark, bright = clean < np.percentile(clean, 20), clean > np.percentile(clean, 80)
    assert first[..., 1][bright].std() > 1.5 * first[..., 1][dark].std()


def test_textures_carry_no_more_than_the_picture_can() -> None:
    clean = person_plate(size=SMALL, frames=1).frame(1001).clean[..., 1]
    spectrum = np.abs(np.fft.fft2(np.clip(clean, 0, 1) * np.outer(np.hanning(180), np.hanning(320)))) ** 2
    rows, columns = np.abs(np.fft.fftfreq(180))[:, None], np.abs(np.fft.fftfreq(320))[None]
    at_the_limit = spectrum[np.maximum(rows, columns) > 0.45].mean()
    middle = spectrum[(np.hypot(rows, columns) > 0.1) & (np.hypot(rows, columns) < 0.2)].mean()
    assert at_the_limit < 0.1 * middle


def test_the_long_shot_has_a_matte_of_about_a_tenth() -> None:
    shares = [(frame.matte > 0).mean() for frame in long_plate(frames=2)]
    assert 0.08 < min(shares) <= max(shares) < 0.11


def test_the_wire_is_two_to_six_pixels_wide() -> None:
    frame = wire_plate(frames=1).frame(1001)
    changed = (frame.plate != frame.truth).any(axis=2)
    across = changed.sum(axis=1)
    assert 2 <= np.median(across[:60]) <= 10
    assert 5 <= np.median(across[-60:]) <= 20
    assert (across > 0).all()


def test_there_are_twelve_markers() -> None:
    matte = markers_plate(frames=1).frame(1001).matte
    count, _ = cv2.connectedComponents((matte > 0).astype(np.uint8))
    assert count - 1 == 12


def test_the_clean_pass_differs_in_length_path_exposure_and_focus() -> None:
    plate, clean = person_plate(), clean_pass()
    assert clean.frames != plate.frames
    assert clean.camera(1001).position != plate.camera(1001).position
    assert clean.stock.exposure > plate.stock.exposure + 0.5
    assert clean.stock.softness > 0
    assert not clean.frame(1001).matte.any()


def test_the_wide_plate_has_many_pixels() -> None:
    plate = wide_plate()
    assert plate.size == (4096, 2160)
    small = wide_plate(size=SMALL, frames=1).frame(1001)
    assert small.plate.shape == (180, 320, 3)


def test_files_hold_the_pixels_the_timecode_and_the_rate(tmp_path) -> None:  # type: ignore[no-untyped-def]
    plate = person_plate(size=SMALL, frames=2)
    files = write_plate(plate, tmp_path)
    read = OpenEXR.File(str(files.path("plate", 1002)))
    rendered = plate.frame(1002)
    assert read.channels()["RGB"].pixels.dtype == np.float16
    assert np.array_equal(read.channels()["RGB"].pixels, rendered.plate.astype(np.float16))
    code = read.header()["timeCode"]
    assert (code.hours, code.minutes, code.seconds, code.frame) == (0, 0, 41, 18)
    assert read.header()["framesPerSecond"] == 24
    matte = OpenEXR.File(str(files.path("matte", 1002))).channels()["A"].pixels
    assert np.array_equal(matte, rendered.matte.astype(np.float16))
