"""A log plate for the made-up Resolve, and how it is rendered there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import OpenEXR
from resolve_host import pictures

HOUR = 86400
COUNT = 30


def log_frames() -> np.ndarray:
    """Return thirty frames of code values of a log plate, in 10-bit steps, its colours not too strong."""
    rng = np.random.default_rng(7)
    grey, tint = rng.integers(300, 560, (COUNT, 48, 64, 1)), rng.integers(-40, 40, (COUNT, 48, 64, 3))
    return ((grey + tint) / 1023).astype(np.float32)


def write_plate(folder: Path, frames: np.ndarray, name: str = "log", first: int = 1001) -> str:
    """Write frames as float EXR; gives their pattern."""
    for number, pixels in enumerate(frames):
        pictures.write(str(folder / f"{name}.{first + number:04d}.exr"), pixels, "exr", "RGBFloatZIP", {})
    return str(folder / f"{name}.%04d.exr")


def read(path: str) -> np.ndarray:
    """Read the colours of a rendered picture in their own type."""
    with OpenEXR.File(path) as file:
        return np.asarray(file.channels()["RGB"].pixels)


def names(folder: Path) -> list[str]:
    """List what lies in a folder."""
    return sorted(path.name for path in folder.iterdir())


def render(host: Any, folder: Path, codec: str = "RGBHalfZIP", **told: Any) -> str:
    """Set up one job of the timeline, start it, wait for its end; gives its id."""
    project = host.project()
    assert project.SetCurrentRenderFormatAndCodec("exr", codec)
    settings = {"SelectAllFrames": True, "TargetDir": str(folder), "CustomName": "out", **told}
    assert project.SetRenderSettings(settings)
    job = project.AddRenderJob()
    assert job
    assert project.StartRendering(job)
    for _ in range(200):
        if not project.IsRenderingInProgress():
            return str(job)
    raise AssertionError("the render does not end")
