"""A first pass takes lines from skin, and nothing else: not pores, not features, not the life of the skin."""

from __future__ import annotations

import importlib.util
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType

import cv2
import numpy as np
import pytest

from photodouble.ops.deage.bands import Dials, Region, first_pass, in_light, relief_of
from photodouble.ops.deage.ridges import find_lines

WIDTH = 200.0
SIZE = 240


@pytest.fixture(scope="module")
def measures() -> ModuleType:
    """Load bench/_deage_measures.py, which is no package."""
    path = Path(__file__).parents[2] / "bench" / "_deage_measures.py"
    spec = importlib.util.spec_from_file_location("_deage_measures", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["_deage_measures"] = module
    spec.loader.exec_module(module)
    return module


@dataclass(frozen=True)
class Patch:
    """Drawn skin with a truth: `young` with its own relief, `plate` with lines, and a mouth in it."""

    young: np.ndarray
    plate: np.ndarray
    skin: np.ndarray
    mouth: np.ndarray
    lines: np.ndarray


def noise(seed: int, low: float, high: float) -> np.ndarray:
    fresh = np.random.default_rng(seed).normal(size=(SIZE, SIZE)).astype(np.float32)
    band = cv2.GaussianBlur(fresh, (0, 0), low) - cv2.GaussianBlur(fresh, (0, 0), high)
    return band / band.std()


@pytest.fixture(scope="module")
def patch() -> Patch:
    y, x = np.mgrid[0:SIZE, 0:SIZE].astype(np.float32)
    light = 0.5 * np.cos((x - 90) / 130) + 0.3 * y / SIZE
    relief = light + 0.05 * noise(1, 1.5, 5) + 0.04 * noise(2, 0.5, 1.2)
    mouth = (((x - 120) / 44) ** 2 + ((y - 190) / 15) ** 2 < 1).astype(np.float32)
    lips = cv2.GaussianBlur(mouth, (0, 0), 1)
    relief -= 0.5 * lips + 1.0 * lips * np.exp(-((y - 190) ** 2) / 4)
    colour = np.array([0.45, 0.29, 0.22], np.float32) * (1 + lips[..., None] * np.float32([0, -0.35, -0.25]))
    depth = np.zeros_like(x)
    for at in (60, 80, 100):
        along = np.clip(np.sin(np.pi * (x - 30) / 180), 0, 1) * (x > 30) * (x < 210)
        depth += 0.45 * along * np.exp(-((y - at - 6 * np.sin(x / 40)) ** 2) / (2 * 1.7**2))
    young = colour * np.exp2(relief)[..., None]
    plate = young * np.exp2(-depth[..., None] * np.float32([0.8, 1.0, 1.1]))
    skin = np.zeros_like(x)
    skin[16:-16, 16:-16] = 1
    skin = cv2.GaussianBlur(skin, (0, 0), 4)
    skin[skin < 0.004] = 0
    return Patch(young.astype(np.float32), plate.astype(np.float32), skin, mouth, depth)


def grown(mouth: np.ndarray) -> np.ndarray:
    return cv2.GaussianBlur(cv2.dilate(mouth, np.ones((9, 9))), (0, 0), 1.6)


@pytest.fixture(scope="module")
def result(patch: Patch) -> np.ndarray:
    made = first_pass(patch.plate, patch.skin, WIDTH, leave=grown(patch.mouth))
    return patch.plate + in_light(patch.plate, made.stops)


def test_relief_comes_back_to_the_young_face_s(
    patch: Patch, result: np.ndarray, measures: ModuleType
) -> None:
    skin = patch.skin * (1 - grown(patch.mouth))
    assert measures.wrinkle_residual(patch.plate, patch.young, skin, WIDTH) > 1.25
    assert 0.95 <= measures.wrinkle_residual(result, patch.young, skin, WIDTH) <= 1.10


def test_a_filter_that_does_nothing_fails_where_the_lines_are(
    patch: Patch, result: np.ndarray, measures: ModuleType
) -> None:
    truth = patch.young - patch.plate
    nothing, ours = (
        measures.lined_residual(one, patch.young, truth, patch.skin * (1 - grown(patch.mouth)), WIDTH)
        for one in (patch.plate, result)
    )
    assert nothing > 1.5
    assert ours < 1 + 0.4 * (nothing - 1)


def test_a_filter_that_makes_plastic_fails(patch: Patch, measures: ModuleType) -> None:
    blurred = cv2.GaussianBlur(patch.plate, (0, 0), 0.015 * WIDTH)
    plastic = patch.plate + patch.skin[..., None] * (blurred - patch.plate)
    skin = patch.skin * (1 - grown(patch.mouth))
    assert measures.wrinkle_residual(plastic, patch.young, skin, WIDTH) < 0.95
    assert measures.pore_ratio(plastic, patch.plate, patch.skin, WIDTH) < 0.97


def test_pores_and_grain_stay(patch: Patch, result: np.ndarray, measures: ModuleType) -> None:
    assert 0.97 <= measures.pore_ratio(result, patch.plate, patch.skin, WIDTH) <= 1.03


def test_lips_are_left_alone(patch: Patch, result: np.ndarray, measures: ModuleType) -> None:
    truth = patch.young - patch.plate
    damage = measures.feature_damage(result - patch.plate, truth, {"lips": patch.mouth}, patch.skin)
    assert damage < 0.05


def test_a_filter_that_eats_lips_fails(patch: Patch, measures: ModuleType) -> None:
    made = first_pass(patch.plate, patch.skin, WIDTH, dials=Dials(wrinkle=1, tone=1))
    truth = patch.young - patch.plate
    eaten = in_light(patch.plate, made.stops)
    blurred = cv2.GaussianBlur(patch.plate, (0, 0), 0.02 * WIDTH) - patch.plate
    for delta in (eaten, blurred):
        assert measures.feature_damage(delta, truth, {"lips": patch.mouth}, patch.skin) > 0.05


def test_it_is_nearer_to_the_truth_than_the_plate(patch: Patch, result: np.ndarray) -> None:
    lined = (patch.lines > 0.1) & (patch.skin > 0.6)
    before, after = (np.square(picture - patch.young)[lined].mean() for picture in (patch.plate, result))
    assert after < 0.3 * before


def test_the_core_of_creases_goes_when_it_is_asked_for(patch: Patch, result: np.ndarray) -> None:
    made = first_pass(patch.plate, patch.skin, WIDTH, leave=grown(patch.mouth), dials=Dials(fine=1))
    finer = patch.plate + in_light(patch.plate, made.stops)
    core = (patch.lines > 0.3) & (patch.skin > 0.6)
    usual, asked = (np.square(picture - patch.young)[core].mean() for picture in (result, finer))
    assert asked < 0.75 * usual


def test_nothing_changes_outside_the_skin(patch: Patch, result: np.ndarray) -> None:
    outside = patch.skin == 0
    assert outside.sum() > 1000
    assert np.array_equal(result[outside], patch.plate[outside])


def test_brighter_and_darker_plates_get_the_same_treatment(patch: Patch) -> None:
    one = first_pass(patch.plate * 4, patch.skin, WIDTH, leave=grown(patch.mouth)).stops
    other = first_pass(patch.plate * 8, patch.skin, WIDTH, leave=grown(patch.mouth)).stops
    assert np.abs(one - other).max() < 0.05


def test_the_size_of_the_face_changes_nothing(patch: Patch) -> None:
    small = first_pass(patch.plate, patch.skin, WIDTH).wrinkle.mean(axis=2)
    twice = [
        cv2.resize(p, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC) for p in (patch.plate, patch.skin)
    ]
    large = first_pass(twice[0], twice[1], 2 * WIDTH).wrinkle.mean(axis=2)
    back = cv2.resize(large, (SIZE, SIZE), interpolation=cv2.INTER_AREA)
    assert np.corrcoef(small.ravel(), back.ravel())[0, 1] > 0.97


def test_broken_and_negative_pixels_pass(patch: Patch) -> None:
    plate = patch.plate.copy()
    plate[70, 70] = np.nan
    plate[90, 90] = (-0.1, 20.0, np.inf)
    delta = in_light(plate, first_pass(plate, patch.skin, WIDTH).stops)
    assert np.isfinite(delta).all()
    assert np.abs(delta[90, 90, 0]) < 0.02


def test_a_hole_in_the_plate_is_no_line_of_the_skin_around_it(patch: Patch) -> None:
    plate = patch.plate.copy()
    plate[60:80, 60:80] = np.inf
    broken, whole = (first_pass(one, patch.skin, WIDTH).stops for one in (plate, patch.plate))
    ring = np.zeros((SIZE, SIZE), bool)
    ring[50:90, 50:90] = True
    ring[60:80, 60:80] = False
    assert np.abs(broken - whole)[ring].max() < 0.15
    black = first_pass(np.nan_to_num(plate, posinf=0), patch.skin, WIDTH).stops
    assert np.abs(black - whole)[ring].max() > 0.5


def test_calm_skin_is_the_floor_however_far_the_dial_goes(patch: Patch, measures: ModuleType) -> None:
    skin = patch.skin * (1 - grown(patch.mouth))
    lined = skin * (cv2.GaussianBlur(patch.lines, (0, 0), 6) > 0.05)
    kept, flat = (
        patch.plate
        + in_light(
            patch.plate,
            first_pass(
                patch.plate,
                patch.skin,
                WIDTH,
                leave=grown(patch.mouth),
                dials=Dials(wrinkle=1, banks=1, spots=1, calm=calm),
            ).stops,
        )
        for calm in (1.0, 0.0)
    )
    assert measures.wrinkle_residual(kept, patch.young, lined, WIDTH) > 0.9
    relief = [measures.wrinkle_residual(one, patch.young, lined, WIDTH) for one in (flat, kept)]
    assert relief[0] < relief[1]


def test_a_region_s_dial_is_for_that_region(patch: Patch) -> None:
    left = np.zeros((SIZE, SIZE), np.float32)
    left[:, : SIZE // 2] = 1
    dials = Dials(tone=0, regions={"left": Region(wrinkle=0)})
    made = first_pass(patch.plate, patch.skin, WIDTH, regions={"left": left}, dials=dials).stops
    assert np.abs(made[:, : SIZE // 2 - 8]).max() == 0
    assert made[:, SIZE // 2 + 8 :].max() > 0.15


def test_hollows_are_lifted_in_their_regions_only(patch: Patch) -> None:
    y, x = np.mgrid[0:SIZE, 0:SIZE].astype(np.float32)
    bag = 0.4 * np.exp(-((x - 120) ** 2 + (y - 140) ** 2) / (2 * 9.0**2))
    plate = (patch.young * np.exp2(-bag)[..., None]).astype(np.float32)
    place = (np.hypot(x - 120, y - 140) < 26).astype(np.float32)
    dials = Dials(wrinkle=0, banks=0, spots=0, tone=0, structure=1)
    lifted = first_pass(plate, patch.skin, WIDTH, regions={"under_eye": place}, dials=dials).structure
    assert lifted[140, 120].mean() > 0.1
    assert np.abs(lifted[place == 0]).max() == 0
    assert np.abs(first_pass(plate, patch.skin, WIDTH, dials=dials).structure).max() == 0


def test_an_edge_is_no_line() -> None:
    x = np.arange(120, dtype=np.float32)
    edge = np.repeat(np.tanh((x - 60) / 2)[None], 120, axis=0)
    line = np.repeat(-np.exp(-((x - 60) ** 2) / 8)[None], 120, axis=0).astype(np.float32)
    assert find_lines(edge, WIDTH).reach.max() < 0.05
    assert find_lines(line, WIDTH).reach[60, 60] > 0.9


def test_a_spot_is_no_line_but_a_spot() -> None:
    y, x = np.mgrid[0:120, 0:120].astype(np.float32)
    found = find_lines(-np.exp(-((x - 60) ** 2 + (y - 60) ** 2) / 8).astype(np.float32), WIDTH)
    assert found.spot[60, 60] > 0.15
    assert found.depth[60, 60] < 0.35 * found.spot[60, 60]


def test_a_dark_spot_goes_as_far_as_its_dial_says(patch: Patch) -> None:
    y, x = np.mgrid[0:SIZE, 0:SIZE].astype(np.float32)
    mole = 0.5 * np.exp(-((x - 120) ** 2 + (y - 140) ** 2) / (2 * 2.2**2))
    plate = (patch.young * np.exp2(-mole)[..., None]).astype(np.float32)
    lifted = [
        first_pass(plate, patch.skin, WIDTH, dials=Dials(wrinkle=0, banks=0, spots=amount, tone=0, calm=0))
        .wrinkle[140, 120]
        .mean()
        for amount in (0.0, 0.5, 1.0)
    ]
    assert lifted[0] == pytest.approx(0, abs=0.01)
    assert lifted[2] > 0.2
    assert lifted[1] == pytest.approx(lifted[2] / 2, rel=0.1)


def test_between_two_features_nothing_changes(patch: Patch) -> None:
    leave = np.zeros((SIZE, SIZE), np.float32)
    leave[52:58, 40:200] = leave[62:68, 40:200] = 1
    made = first_pass(patch.plate, patch.skin, WIDTH, leave=leave).stops
    assert np.abs(made[52:68, 50:190]).max() == 0
    assert first_pass(patch.plate, patch.skin, WIDTH).stops[52:68, 50:190].max() > 0.15


def test_blotches_are_evened_without_a_change_of_light(patch: Patch) -> None:
    red = 0.2 * noise(5, 6, 20)
    plate = patch.young * np.exp2(red[..., None] * np.float32([1, -0.5, -0.5]))
    dials = Dials(wrinkle=0, banks=0, spots=0, structure=0, tone=0.8)
    made = first_pass(plate.astype(np.float32), patch.skin, WIDTH, leave=grown(patch.mouth), dials=dials)
    inner = (patch.skin > 0.95) & (grown(patch.mouth) < 0.01)
    assert np.abs(made.stops.mean(axis=2)).max() < 1e-4
    assert np.corrcoef(made.tone[..., 0][inner], red[inner])[0, 1] < -0.7


def test_calm_skin_is_measured(patch: Patch) -> None:
    level = relief_of(patch.plate, patch.skin, WIDTH, leave=grown(patch.mouth))
    rougher = relief_of(
        np.float32(patch.plate * np.exp2(0.1 * noise(9, 1.5, 5))[..., None]), patch.skin, WIDTH
    )
    assert 0 < level < rougher
    assert replace(Dials(), calm=0.5).calm == 0.5
