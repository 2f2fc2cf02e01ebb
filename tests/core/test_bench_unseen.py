"""The bench of invented pixels: its texture figures tell blur and noise apart from the truth."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import cv2
import numpy as np
import pytest

BENCH = Path(__file__).resolve().parents[2] / "bench"
HOLE = np.zeros((96, 128), np.uint8)
HOLE[20:76, 30:98] = 1


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """Load the bench's texture module as its scripts do."""
    monkeypatch.syspath_prepend(str(BENCH))
    import _texture

    yield _texture
    sys.modules.pop("_texture", None)


def rubble(seed: int) -> np.ndarray:
    """Draw stones with sharp edges, 8-bit RGB; another seed gives other stones of the same kind."""
    rng = np.random.default_rng(seed)
    picture = np.full((96, 128, 3), 90, np.uint8)
    for _ in range(260):
        x, y, r = (int(n) for n in rng.integers((0, 0, 3), (128, 96, 9)))
        cv2.circle(picture, (x, y), r, tuple(int(n) for n in rng.integers(40, 200, 3)), -1)
    return picture


def test_the_truth_has_no_distance_to_itself(bench: ModuleType) -> None:
    found = bench.distance([rubble(1)], [rubble(1)], [HOLE])
    assert found.spectrum == 0 and found.gradients == 0


def test_another_piece_of_the_same_texture_is_nearer_than_a_blur_or_noise(bench: ModuleType) -> None:
    truth = rubble(1)
    noise = np.random.default_rng(3).integers(0, 255, truth.shape).astype(np.uint8)
    other, blur, grain = (
        bench.distance([truth], [fill], [HOLE])
        for fill in (rubble(2), cv2.GaussianBlur(truth, (0, 0), 4), noise)
    )
    assert other.spectrum < 0.3 * min(blur.spectrum, grain.spectrum)
    assert other.gradients < 0.3 * min(blur.gradients, grain.gradients)


def test_a_tiny_model_is_asked_and_its_pixels_are_carried(
    bench: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("torch")
    monkeypatch.setenv("PHOTODOUBLE_USER", str(tmp_path / "user.toml"))
    import _unseen_ours

    clip, holes = [rubble(1)] * 3, [HOLE] * 3
    shot = _unseen_ours.Studied(clip, holes)
    before = shot.exemplar(0)
    made = shot.tiny_model(_unseen_ours.tiny_card(tmp_path))
    for fill, own, truth in zip(made, before, clip, strict=True):
        assert np.array_equal(fill[HOLE == 0], truth[HOLE == 0])
        assert np.abs(fill.astype(int) - own)[HOLE > 0].mean() > 3
    assert all(np.array_equal(one, two) for one, two in zip(shot.exemplar(0), before, strict=True))
