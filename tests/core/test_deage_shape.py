"""The shape of a face moves where its dials say, softly, and nothing else does."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from photodouble.ops.deage.shape import (
    Push,
    ShapeDials,
    field_of,
    least_area,
    move_face,
    pushes,
    taken_from,
    unfolded,
)

SIZE = 230
WIDTH = 110.0
POINTS = {
    10: (100.0, 30.0), 152: (100.0, 165.0), 1: (100.0, 105.0), 61: (80.0, 130.0), 291: (120.0, 130.0),
    172: (52.0, 125.0), 136: (58.0, 138.0), 150: (68.0, 150.0), 149: (80.0, 160.0),
    397: (148.0, 125.0), 365: (142.0, 138.0), 379: (132.0, 150.0), 378: (120.0, 160.0),
    205: (68.0, 112.0), 425: (132.0, 112.0), 159: (76.0, 80.0), 386: (124.0, 80.0),
    145: (76.0, 86.0), 374: (124.0, 86.0), 0: (100.0, 124.0), 17: (100.0, 140.0),
    13: (100.0, 130.0), 14: (100.0, 133.0),
}  # fmt: skip
STRAIGHT = np.array([[1.0, 0, 0], [0, 1, 0]])


def texture(seed: int = 0) -> np.ndarray:
    fresh = np.random.default_rng(seed).normal(size=(SIZE, SIZE, 3)).astype(np.float32)
    return 0.4 + 0.6 * cv2.GaussianBlur(fresh, (0, 0), 2)


def head() -> np.ndarray:
    y, x = np.mgrid[0:SIZE, 0:SIZE].astype(np.float32)
    inside = 1 - np.hypot((x - 100) / 50, (y - 100) / 66)
    return np.clip(inside * 30 + 0.5, 0, 1).astype(np.float32)


def test_no_dial_moves_nothing() -> None:
    assert ShapeDials().is_none
    assert pushes(POINTS, WIDTH, ShapeDials()) == ()
    assert not field_of((), SIZE).any()


@pytest.mark.parametrize("part", ["jaw", "cheeks", "neck", "eyelids", "lips"])
def test_each_dial_moves_its_part_as_far_as_it_says(part: str) -> None:
    given = pushes(POINTS, WIDTH, ShapeDials(**{part: 0.8}))
    field = field_of(given, SIZE)
    for push in given:
        at = round(push.place[1]), round(push.place[0])
        assert np.hypot(*(field[at] - push.move)) < 0.3 + 0.15 * np.hypot(*push.move)


def test_a_slimmer_jaw_goes_inwards_and_the_mouth_stays() -> None:
    field = field_of(pushes(POINTS, WIDTH, ShapeDials(jaw=1)), SIZE)
    assert field[138, 58, 0] > 2.5 and field[138, 142, 0] < -2.5
    assert np.hypot(*field[130, 80]) < 0.6
    assert np.hypot(*field[165, 100]) < 0.6


def test_the_border_and_the_pins_stay_exactly() -> None:
    pins = np.zeros((SIZE, SIZE), np.float32)
    pins[70:95, 60:140] = 1
    field = field_of(pushes(POINTS, WIDTH, ShapeDials(1, 1, 1, 1, 1)), SIZE, pins=pins)
    assert np.abs(field).max() > 2
    assert not field[pins == 1].any()
    assert not any(edge.any() for edge in (field[0], field[-1], field[:, 0], field[:, -1]))


def test_a_field_never_folds() -> None:
    wild = [Push((90.0, 100.0), (40.0, 0.0), 12.0), Push((110.0, 100.0), (-40.0, 0.0), 12.0)]
    field = field_of(wild, SIZE)
    assert least_area(field) >= 0.25
    assert least_area(unfolded(field)) == least_area(field)
    y, x = np.mgrid[0:SIZE, 0:SIZE].astype(np.float32)
    folded = np.zeros((SIZE, SIZE, 2), np.float32)
    folded[..., 0] = -30 * np.exp(-((x - 100) ** 2 + (y - 100) ** 2) / 200) * np.sign(x - 100)
    assert least_area(folded) < 0


def test_what_is_taken_is_what_was_moved() -> None:
    field = field_of(pushes(POINTS, WIDTH, ShapeDials(1, 1, 1, 0.5, 0.5)), SIZE)
    offsets = taken_from(field)
    y, x = np.mgrid[0:SIZE, 0:SIZE].astype(np.float32)
    from_x, from_y = x + offsets[..., 0], y + offsets[..., 1]
    moved = cv2.remap(field, from_x, from_y, cv2.INTER_LINEAR)
    assert np.hypot(from_x + moved[..., 0] - x, from_y + moved[..., 1] - y).max() < 0.05


def test_the_field_is_found_again_in_the_pictures() -> None:
    field = field_of(pushes(POINTS, WIDTH, ShapeDials(jaw=0.6, cheeks=0.5)), SIZE)
    plate = texture()
    moved = move_face(plate, taken_from(field), STRAIGHT).picture
    codes = [np.clip(one.mean(axis=2) * 300, 0, 255).astype(np.uint8) for one in (plate, moved)]
    flow = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM).calc(codes[0], codes[1], None)
    inner = (slice(30, -30), slice(30, -30))
    assert np.median(np.hypot(*np.moveaxis(flow - field, 2, 0)[:, *inner])) < 0.15


def test_a_turned_and_smaller_plate_is_moved_by_the_same_field() -> None:
    field = field_of([Push((100.0, 100.0), (6.0, 0.0), 20.0)], SIZE)
    half_turned = np.array([[0.0, 2.0, 0.0], [-2.0, 0.0, 200.0]])
    moved = move_face(texture()[:100, :100], taken_from(field), half_turned)
    y, x = np.mgrid[0:100, 0:100]
    shift = moved.places - np.stack([x, y], axis=2)
    deepest = np.unravel_index(np.abs(shift).sum(axis=2).argmax(), (100, 100))
    assert shift[deepest][0] == pytest.approx(0, abs=0.05)
    assert shift[deepest][1] == pytest.approx(-3, abs=0.2)


def test_still_pixels_are_the_plate_s_bit_for_bit() -> None:
    plate = texture()
    plate[5, 5] = (np.nan, -0.5, 40.0)
    moved = move_face(plate, taken_from(field_of(pushes(POINTS, WIDTH, ShapeDials(jaw=1)), SIZE)), STRAIGHT)
    y, x = np.mgrid[0:SIZE, 0:SIZE]
    still = (moved.places == np.stack([x, y], axis=2)).all(axis=2)
    assert still.sum() > 2000
    assert moved.picture[still].tobytes() == plate[still].tobytes()


def test_background_comes_free_beside_a_slimmer_jaw_and_is_filled() -> None:
    ground, face = np.float32([0.1, 0.3, 0.9]), np.float32([0.8, 0.5, 0.4])
    matte = head()
    plate = matte[..., None] * face + (1 - matte[..., None]) * ground
    filled = np.broadcast_to(ground, plate.shape).astype(np.float32)
    offsets = taken_from(field_of(pushes(POINTS, WIDTH, ShapeDials(jaw=1)), SIZE))
    moved = move_face(plate, offsets, STRAIGHT, head=matte, behind=filled)
    free = moved.revealed > 0.5
    assert 40 < free.sum() < 3000
    assert matte[free].min() > 0
    assert np.abs(moved.picture[moved.revealed > 0.99] - ground).max() < 1e-3
    outside = (matte == 0) & (moved.revealed == 0)
    assert np.abs(moved.picture[outside] - ground).max() < 0.02


def test_without_a_head_nothing_is_revealed() -> None:
    offsets = taken_from(field_of(pushes(POINTS, WIDTH, ShapeDials(jaw=1)), SIZE))
    assert not move_face(texture(), offsets, STRAIGHT).revealed.any()
