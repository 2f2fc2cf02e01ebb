"""The bench's own measures of sharpness and grain see the faults they are there for."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import cv2
import numpy as np
import pytest

SIZE = (260, 340)
STRENGTH = 0.02


@pytest.fixture(scope="module")
def checker() -> ModuleType:
    """Load bench/_grain.py, which is no package."""
    path = Path(__file__).parents[2] / "bench" / "_grain.py"
    spec = importlib.util.spec_from_file_location("_grain", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["_grain"] = module
    spec.loader.exec_module(module)
    return module


def clean(index: int) -> np.ndarray:
    """Look at a wall that moves 2 pixels a frame: smooth above, fine texture below."""
    random = np.random.default_rng(1)
    wall = cv2.GaussianBlur(random.standard_normal((SIZE[0], SIZE[1] + 10, 3)).astype(np.float32), (0, 0), 25)
    wall = 0.5 + 0.1 * wall / wall.std()
    fine = cv2.GaussianBlur(random.standard_normal((SIZE[0], SIZE[1] + 10, 3)).astype(np.float32), (0, 0), 1)
    wall[130:] += 0.2 * fine[130:]
    return wall[:, 2 * index : 2 * index + SIZE[1]].astype(np.float32)


def grain(seed: int) -> np.ndarray:
    """Make white grain."""
    return (np.random.default_rng(seed).standard_normal((*SIZE, 3)) * STRENGTH).astype(np.float32)


def measured(checker: ModuleType, fills: list[np.ndarray]) -> dict[str, float]:
    """Measure two frames whose holes hold the given pictures."""
    matte = np.zeros(SIZE, np.float32)
    matte[70:190, 100:240] = 1
    shown = []
    for index, fill in enumerate(fills):
        truth = clean(index) + grain(10 + index)
        result = np.where(matte[:, :, None] > 0, fill, truth).astype(np.float32)
        shown.append(checker.Shown(result, truth, matte, clean(index)))
    return dict(checker.measure([(shown[0], shown[1])]))


def test_a_good_fill_passes(checker: ModuleType) -> None:
    figures = measured(checker, [clean(index) + grain(20 + index) for index in (0, 1)])
    assert 0.95 < figures["detail_ratio"] < 1.05
    assert 0.9 < figures["grain_ratio"] < 1.1
    assert figures["grain_corr"] < 0.1


@pytest.mark.parametrize("moving", [True, False])
def test_frozen_grain_is_seen_whether_it_sticks_to_the_screen_or_to_the_wall(
    checker: ModuleType, moving: bool
) -> None:
    stuck = [np.roll(grain(5), -2 * index if moving else 0, axis=1) for index in (0, 1)]
    figures = measured(checker, [clean(index) + stuck[index] for index in (0, 1)])
    assert figures["grain_corr"] > 0.4


def test_missing_and_doubled_grain_are_seen(checker: ModuleType) -> None:
    assert measured(checker, [clean(0), clean(1)])["grain_ratio"] < 0.1
    twice = [clean(index) + 1.4 * grain(20 + index) for index in (0, 1)]
    assert measured(checker, twice)["grain_ratio"] > 1.7


def test_a_soft_fill_is_seen(checker: ModuleType) -> None:
    soft = [cv2.GaussianBlur(clean(index), (0, 0), 1.2) + grain(20 + index) for index in (0, 1)]
    assert measured(checker, soft)["detail_ratio"] < 0.85


@pytest.mark.parametrize(
    ("strength", "softened", "expected"), [(1, 0, 1), (1, 1.5, 1), (1.1, 0, 1.21), (0, 0, 0)]
)
def test_grain_told_apart_by_two_plates_does_not_mind_texture(
    checker: ModuleType, strength: float, softened: float, expected: float
) -> None:
    matte = np.zeros(SIZE, np.float32)
    matte[70:190, 100:240] = 1
    truth = clean(0)
    picture = cv2.GaussianBlur(truth, (0, 0), softened) if softened else truth
    fills = [picture + strength * grain(seed) for seed in (30, 31)]
    shown = checker.Shown(fills[0], truth, matte, truth)
    ratio = checker.ratios(*checker.apart(shown, fills[0] - fills[1], grain(20) - grain(21)))
    assert ratio == pytest.approx([expected] * 3, abs=0.08)
