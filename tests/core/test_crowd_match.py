"""The crowd takes on the plate's light and grain: measured against plates whose light and grain are known."""

from __future__ import annotations

import numpy as np
import pytest

from photodouble.image.encoding import encode
from photodouble.image.grain import GrainSample, measure_grain
from photodouble.ops.crowd.compose import compose
from photodouble.ops.crowd.match import area_light, grained, local_light, steady_light

TALL, WIDE = 240, 320


def half_shaded(stops: float, *, left: float = 0.18) -> np.ndarray:
    plate = np.full((TALL, WIDE, 3), left, np.float32)
    plate[:, WIDE // 2 :] *= np.float32(2.0**stops)
    return plate


def test_light_is_read_in_stops_where_somebody_stands() -> None:
    places = np.array([[40.0, 100.0], [280.0, 100.0], [-5.0, 3.0], [np.nan, 2.0]])
    found = local_light(half_shaded(-1.5), places)
    np.testing.assert_allclose(found[0] - found[1], 1.5, atol=0.01)
    assert np.isnan(found[2:]).all()


def test_a_light_that_changes_over_the_shot_is_told_from_shade_that_stays() -> None:
    places = np.array([[40.0, 100.0], [60.0, 90.0], [50.0, 70.0], [280.0, 100.0]])
    drift = (0.0, 0.3, -0.2)
    seen = [local_light(half_shaded(-1.0) * np.float32(2.0**stops), places) for stops in drift]
    base = steady_light(seen)
    np.testing.assert_allclose(base[0] - base[3], 1.0, atol=0.02)
    area, rows = np.zeros(4, np.int32), np.arange(4, dtype=np.int32)
    for stops, now in zip(drift, seen, strict=True):
        lit = area_light(base, now, rows, area, 1)
        np.testing.assert_allclose(lit[0] - area_light(base, seen[0], rows, area, 1)[0], stops, atol=0.02)
        np.testing.assert_allclose(lit[0] - lit[3], 1.0, atol=0.02)


def test_who_was_never_seen_gets_the_light_of_the_area() -> None:
    base = np.array([-2.0, -2.0, np.nan])
    now = np.array([-1.5, -1.5, np.nan])
    rows = np.arange(3, dtype=np.int32)
    lit = area_light(base, now, rows, np.zeros(3, np.int32), 1)
    np.testing.assert_allclose(lit, 0.5)


@pytest.mark.parametrize("share", [1.0, 0.0])
def test_people_get_the_grain_of_the_plate_and_none_when_it_is_off(share: float) -> None:
    dice = np.random.default_rng(1)
    plate = 0.2 + 0.02 * dice.standard_normal((256, 256, 3)).astype(np.float32)
    grain = measure_grain([GrainSample(encode(plate), np.ones((256, 256), bool))])
    beauty = np.full((128, 128, 4), 0.2, np.float32)
    beauty[..., 3] = 1
    beauty[:, 64:] = 0
    made = grained(beauty, grain, share, seed=0, frame=5, corner=(0, 0))
    spread = float(made[:, :64, :3].std(axis=(0, 1)).mean())
    np.testing.assert_allclose(spread, 0.02 * share, atol=0.002)
    assert (made[:, 64:] == 0).all() and (made[..., 3] == beauty[..., 3]).all()


def test_composing_is_shadow_then_over_and_leaves_the_rest_alone() -> None:
    dice = np.random.default_rng(2)
    plate = dice.random((8, 9, 3), np.float32)
    alpha = np.where(dice.random((8, 9)) < 0.5, 0, dice.random((8, 9))).astype(np.float32)
    beauty = np.concatenate([dice.random((8, 9, 3), np.float32) * alpha[..., None], alpha[..., None]], axis=2)
    shadow = np.where(dice.random((8, 9)) < 0.6, 0, 0.7).astype(np.float32)
    plate[0, 0] = np.nan
    put = compose(plate, beauty, shadow)
    made = plate * (1 - put.matte[..., None]) + put.fill * put.matte[..., None]
    wanted = plate * (1 - shadow[..., None]) * (1 - alpha[..., None]) + beauty[..., :3]
    sound = np.isfinite(plate).all(axis=2)
    np.testing.assert_allclose(made[sound], wanted[sound], atol=2e-6)
    assert put.matte[0, 0] == 0
    assert (put.matte[(alpha == 0) & (shadow == 0)] == 0).all()
