"""The tile of places: evenly spread at every density, without rows, and made of whole numbers alone.

Three figures together, since each alone can be fooled: power at low frequencies (clumps and gaps), the
highest peak of the spectrum (rows), and the smallest distance (people inside each other).
"""

from __future__ import annotations

import hashlib

import numpy as np
import numpy.typing as npt
import pytest
from scipy.spatial import cKDTree
from scipy.stats import qmc

from photodouble.ops.crowd.blue_noise import BAKED, GROUP, TILE, tile, to_friends
from photodouble.ops.crowd.blue_noise_make import make_tile

Points = npt.NDArray[np.float64]
PREFIXES = (0.1, 0.37, 0.5, 0.8, 1.0)
COUNT = TILE * TILE
LOW, PEAK, CLOSE = 0.25, 40.0, 0.5


def figures(points: Points) -> tuple[float, float, float]:
    """Return low-frequency power (white 1), highest peak (white ~12) and smallest distance (hexagons 1)."""
    count, bins = len(points), 1024
    laid, _, _ = np.histogram2d(points[:, 0], points[:, 1], bins, ((0, 1), (0, 1)))
    power = np.abs(np.fft.fft2(laid)) ** 2 / count
    frequency = np.fft.fftfreq(bins, 1 / bins)
    away = np.hypot(frequency[:, None], frequency[None, :])
    principal = np.sqrt(2 * count / np.sqrt(3))
    low = power[(away > 0) & (away < principal / 2)].mean()
    peak = power[(away > 0) & (away < 2 * principal)].max()
    nearest = cKDTree(points, boxsize=1).query(points, 2)[0][:, 1].min()
    return float(low), float(peak), float(nearest / np.sqrt(2 / (np.sqrt(3) * count)))


@pytest.mark.parametrize("share", PREFIXES)
def test_the_people_of_every_density_are_spread_evenly(share: float) -> None:
    low, peak, close = figures(tile()[: round(COUNT * share)] / 65536)
    assert low < LOW
    assert peak < PEAK
    assert close > CLOSE


@pytest.mark.parametrize("share", PREFIXES)
def test_white_noise_is_caught_by_its_clumps(share: float) -> None:
    low, peak, _ = figures(np.random.default_rng(1).random((round(COUNT * share), 2)))
    assert low > LOW and peak < PEAK


def test_a_lattice_is_caught_by_its_rows_though_its_low_frequencies_are_clean() -> None:
    """R2 (Roberts 2018), seen at all five densities."""
    golden = 1.32471795724474602596
    for share in PREFIXES:
        number = np.arange(1, round(COUNT * share) + 1)[:, None]
        low, peak, _ = figures(np.mod(0.5 + number * (1 / golden, 1 / golden**2), 1))
        assert low < LOW and peak > PEAK


def test_sobol_is_caught_by_people_who_stand_inside_each_other() -> None:
    points = qmc.Sobol(2, rng=np.random.default_rng(5)).random(COUNT)
    for share in PREFIXES:
        assert figures(points[: round(COUNT * share)])[2] < CLOSE


def test_the_tile_is_made_again_exactly() -> None:
    np.testing.assert_array_equal(make_tile(COUNT), np.load(BAKED))


def test_the_tile_is_the_one_that_shots_were_laid_out_with() -> None:
    """Whoever changes the tile moves every crowd there is."""
    found = hashlib.sha256(tile().astype("<u2").tobytes()).hexdigest()
    assert found == "08456f043389f702b32d1fb47d63fdfff7610eb19bd3d48e9869a971fd38918d"


def test_everybodys_group_is_the_nearest_one_as_another_library_finds_it() -> None:
    places = tile() / 65536
    first = places[: COUNT // GROUP]
    away, _ = cKDTree(first, boxsize=1).query(places)
    np.testing.assert_allclose(np.hypot(*to_friends().T) / 65536, away, atol=1e-12)


def test_no_place_of_the_tile_comes_twice() -> None:
    assert len(np.unique(tile().astype(np.int64) @ (65536, 1))) == COUNT
