"""Grain is measured where the plate is flat, and made again as strong, as coarse and as alive."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from photodouble.image.blocks import keep_texture
from photodouble.image.grain import NO_GRAIN, Grain, GrainSample, make_grain, measure_grain

SIZE = (270, 480)


def soft_picture(seed: int = 1) -> np.ndarray:
    """Give a smooth picture (h, w, 3) around 0.5, working encoded."""
    noise = np.random.default_rng(seed).standard_normal((*SIZE, 3)).astype(np.float32)
    soft = cv2.GaussianBlur(noise, (0, 0), 20)
    return (soft / soft.std() * 0.15 + 0.5).astype(np.float32)


def textured_picture() -> np.ndarray:
    """Give a picture with fine texture everywhere and no grain."""
    noise = np.random.default_rng(5).standard_normal((*SIZE, 3)).astype(np.float32)
    return (soft_picture() + 0.1 * cv2.GaussianBlur(noise, (0, 0), 1)).astype(np.float32)


def planted(level: np.ndarray, seed: int, blur: float = 0.0) -> np.ndarray:
    """Give grain that grows with the level: deviation 0.01 + 0.02 * level."""
    noise = np.random.default_rng(seed).standard_normal(level.shape).astype(np.float32)
    if blur:
        noise = cv2.GaussianBlur(noise, (0, 0), blur)
        noise /= noise.std()
    return noise * (0.01 + 0.02 * np.clip(level, 0, 1))


def everywhere() -> np.ndarray:
    """Allow the whole picture."""
    return np.ones(SIZE, bool)


def plain_grain(deviation: float = 0.02) -> Grain:
    """Describe white grain of one strength."""
    return Grain(
        NO_GRAIN.levels,
        np.full((2, 3), deviation, np.float32),
        NO_GRAIN.spectrum,
        NO_GRAIN.likeness,
    )


@pytest.mark.parametrize("blur", [0.0, 0.8])
def test_planted_grain_is_measured_at_every_level(blur: float) -> None:
    level = soft_picture()
    found = measure_grain([GrainSample(level + planted(level, 7, blur), everywhere())])
    wanted = 0.01 + 0.02 * found.levels
    ratio = (found.deviation / wanted)[5:-1]
    assert abs(ratio.mean() - 1) < 0.06
    assert np.all(np.abs(ratio - 1) < 0.2)


def test_texture_is_not_taken_for_grain_when_two_frames_share_it() -> None:
    level = textured_picture()
    assert measure_grain([GrainSample(level, everywhere(), level)]).is_none
    noisy = GrainSample(level + planted(level, 1), everywhere(), level + planted(level, 2))
    found = measure_grain([noisy])
    wanted = 0.01 + 0.02 * found.levels
    assert np.all(np.abs(found.deviation[5:-1] / wanted[5:-1] - 1) < 0.2)


@pytest.mark.parametrize("shift", [0.0, 0.5])
def test_grain_under_texture_that_two_frames_share_is_found(shift: float) -> None:
    texture = textured_picture()
    moved = np.array([[1, 0, shift], [0, 1, 0]], np.float32)
    first, second = texture + planted(texture, 1), texture + planted(texture, 2)
    ahead = cv2.warpAffine(second, moved, SIZE[::-1], flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)
    back = cv2.invertAffineTransform(moved)
    neighbour = cv2.warpAffine(ahead, back, SIZE[::-1], flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)
    grain = measure_grain([GrainSample(first, everywhere(), neighbour.astype(np.float32))])
    found = grain.at(np.full((1, 1, 3), 0.5, np.float32))[0, 0]
    assert found == pytest.approx([0.02] * 3, rel=0.15)


def test_a_plate_without_grain_gets_none() -> None:
    found = measure_grain([GrainSample(soft_picture(), everywhere(), soft_picture())])
    assert found.is_none
    assert not make_grain(found, soft_picture(), seed=1, frame=1).any()


def test_a_plate_smaller_than_a_block_tells_nothing_about_grain() -> None:
    tiny = np.random.default_rng(5).random((3, 40, 3)).astype(np.float32)
    assert measure_grain([GrainSample(tiny, np.ones(tiny.shape[:2], bool))]).is_none


def test_a_clipped_plate_tells_nothing_about_grain() -> None:
    assert measure_grain([GrainSample(np.ones((*SIZE, 3), np.float32), everywhere())]).is_none


def test_made_grain_is_as_strong_and_as_coarse_as_the_measured() -> None:
    level = soft_picture()
    true = planted(level, 3, 0.8)
    found = measure_grain([GrainSample(level + true, everywhere())])
    made = make_grain(found, level, seed=0, frame=1001)
    assert np.all(np.abs(made.var(axis=(0, 1)) / true.var(axis=(0, 1)) - 1) < 0.15)
    beside = [np.corrcoef(plane[:, 1:].ravel(), plane[:, :-1].ravel())[0, 1] for plane in (made, true)]
    assert abs(beside[0] - beside[1]) < 0.12


def test_grain_is_alive_from_frame_to_frame_and_the_checker_would_see_it_frozen() -> None:
    level = soft_picture()
    first, second = (make_grain(plain_grain(), level, seed=0, frame=number) for number in (1, 2))
    again = make_grain(plain_grain(), level, seed=0, frame=1)
    assert abs(np.corrcoef(first.ravel(), second.ravel())[0, 1]) < 0.02
    assert np.array_equal(first, again)


def test_a_window_of_grain_equals_the_same_window_of_the_whole() -> None:
    level = soft_picture()
    whole = make_grain(plain_grain(), level, seed=4, frame=-3, corner=(-8, 2))
    part = make_grain(plain_grain(), level[10:60, 20:90], seed=4, frame=-3, corner=(12, 12))
    assert np.abs(whole[10:60, 20:90] - part).max() < 1e-6


def test_channels_that_share_grain_get_shared_grain() -> None:
    level = soft_picture()
    noise = planted(level, 3)
    noise[:, :, 1] = 0.8 * noise[:, :, 0] + 0.6 * noise[:, :, 1]
    found = measure_grain([GrainSample(level + noise, everywhere())])
    assert abs(found.likeness[0, 1] - 0.8) < 0.1
    made = make_grain(found, level, seed=0, frame=1)
    assert abs(np.corrcoef(made[:, :, 0].ravel(), made[:, :, 1].ravel())[0, 1] - 0.8) < 0.1


def test_grain_is_taken_off_and_texture_stays() -> None:
    edges = np.zeros((*SIZE, 3), np.float32)
    edges[:, 240:] = 0.3
    noise = np.random.default_rng(2).standard_normal(edges.shape).astype(np.float32) * 0.02
    strength = np.full(edges.shape, 0.02, np.float32)
    clean, kept = keep_texture(edges + noise, strength, NO_GRAIN.spectrum, everywhere())
    assert (clean - edges)[:, :200].var() < 0.05 * noise.var()
    assert abs(float(clean[:, 241].mean() - clean[:, 238].mean()) - 0.3) < 0.02
    assert 2 * kept[:, :200].mean() < kept[:, 238:242].mean()
