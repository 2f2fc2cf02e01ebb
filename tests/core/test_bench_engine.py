"""The engine's bench: its shots are what they say, and each of its parts measures a real engine."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import OpenEXR
import pytest

BENCH = Path(__file__).parents[2] / "bench"
KEYS = ["rtt_ms", "submit_ms", "overhead", "cold_start_s", "preview_cold_s", "preview_warm_s"]


@pytest.fixture(scope="module")
def shots() -> ModuleType:
    """Load bench/_engine_shots.py, which is no package."""
    spec = importlib.util.spec_from_file_location("_engine_shots_tested", BENCH / "_engine_shots.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def channel(path: Path, name: str) -> np.ndarray:
    return OpenEXR.File(str(path)).channels()[name].pixels.astype(np.float32)


def test_the_plate_to_copy_has_an_empty_matte_and_grain_of_its_own_on_every_frame(shots, tmp_path):
    shots.copied_shot(tmp_path, 2, (48, 64))
    assert not channel(tmp_path / "matte.exr", "A").any()
    first, second = (channel(tmp_path / f"plate.{frame}.exr", "RGB") for frame in (1001, 1002))
    assert first.shape == (48, 64, 3)
    assert 0.005 < np.std(first - second) < 0.05


def test_the_camera_of_the_removal_moves_and_its_matte_is_a_tenth_of_the_picture(shots, tmp_path):
    shots.removal_shot(tmp_path, 3, (96, 160))
    mattes = [channel(tmp_path / f"matte.{frame}.exr", "A") for frame in (1001, 1002, 1003)]
    assert [round(float(matte.mean()), 2) for matte in mattes] == [0.1, 0.1, 0.1]
    plates = [channel(tmp_path / f"plate.{frame}.exr", "RGB") for frame in (1001, 1003)]
    same_wall = (slice(6, None), slice(64, None)), (slice(None, -6), slice(None, -64))
    first, last = (plate[place] for plate, place in zip(plates, same_wall, strict=True))
    bare = (mattes[0][same_wall[0]] == 0) & (mattes[2][same_wall[1]] == 0)
    assert bare.mean() > 0.3
    assert np.abs(first - last)[bare].mean() < 0.02
    assert np.abs(plates[0] - plates[1]).mean() > 0.1


def test_the_whole_bench_runs_small_and_ends_with_its_figures(tmp_path):
    command = [sys.executable, str(BENCH / "engine.py"), "--folder", str(tmp_path / "bench")]
    small = ["--frames", "2", "--preview-frames", "4", "--size", "96x64", "--rounds", "1", "--trips", "3"]
    done = subprocess.run([*command, *small], capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout.splitlines()[-1])
    assert list(figures)[:6] == KEYS
    assert {"frames_a_second_1", "frames_a_second_2"} < set(figures)
    assert all(figures[name] > 0 for name in KEYS if name != "overhead")
