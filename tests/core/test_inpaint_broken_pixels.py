"""A few broken pixels in a plate do not spoil the fill."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import OpenEXR
import pytest

from photodouble.cli.main import main


@pytest.fixture(autouse=True)
def own_settings(monkeypatch: pytest.MonkeyPatch, environment: dict[str, str]) -> None:
    monkeypatch.setenv("PHOTODOUBLE_USER", environment["PHOTODOUBLE_USER"])


def colours(path: Path) -> np.ndarray:
    return OpenEXR.File(str(path)).channels()["RGB"].pixels.astype(np.float32)


@pytest.mark.parametrize("broken", [np.nan, np.inf, -np.inf, -1.0, -65504.0])
def test_broken_pixels_do_not_spread_into_the_fill(tiny_shot, tmp_path: Path, broken: float) -> None:
    shot = tiny_shot(frames=(1, 2, 3))
    brightest = 0.0
    for frame in shot.frames:
        pixels = colours(shot.file("plate", frame))
        brightest = max(brightest, float(pixels.max()))
        random = np.random.default_rng(frame)
        pixels[random.integers(0, 48, 30), random.integers(0, 64, 30)] = broken
        header = {"type": OpenEXR.scanlineimage, "compression": OpenEXR.ZIP_COMPRESSION}
        OpenEXR.File(header, {"RGB": pixels.astype(np.float16)}).write(str(shot.file("plate", frame)))
    out = tmp_path / "clean.####.exr"
    arguments = ["inpaint", "--plate", shot.plate, "--matte", shot.matte, "--output", out, "--quiet"]
    assert main([*map(str, arguments)]) == 0
    for frame in shot.frames:
        inside = OpenEXR.File(str(shot.file("matte", frame))).channels()["A"].pixels > 0.99
        fill = colours(tmp_path / f"clean.{frame:04d}.exr")[inside]
        assert inside.any()
        assert np.isfinite(fill).all()
        assert fill.min() >= -0.3
        assert fill.max() < 1.6 * brightest
