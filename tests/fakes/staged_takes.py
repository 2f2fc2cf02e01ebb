"""Staged pictures of a finished take, made by the real engine: what an OpenFX node reads."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import OpenEXR
from finished_takes import Made

from photodouble.engine.tasks import run_task
from photodouble.image.window import Box
from photodouble.ops.operation import Reporter


def stage(made: Made, space: str = "scene-linear", **wish: Any) -> Path:
    """Stage the take of `made` and return the folder; `wish` are arguments of the task `stage`."""
    told = run_task(
        "stage", {"take": str(made.take.folder), "space": space, **wish}, made.settings, Reporter()
    )
    return Path(told["folder"])


def staged_planes(path: Path, window: Box) -> dict[str, Any]:
    """Lay the planes of a staged file into a window, as a node does; 0 outside its data window."""
    file = OpenEXR.File(str(path), separate_channels=True)
    (x0, y0), (x1, y1) = (corner.tolist() for corner in file.header()["dataWindow"])
    box = Box(x0, y0, x1 + 1, y1 + 1)
    assert window.contains(box)
    planes = {}
    for name, channel in file.channels().items():
        planes[name] = np.zeros(window.size, np.float32)
        planes[name][box.slices_in(window)] = channel.pixels
    return planes


def laid_over(below: Any, planes: dict[str, Any]) -> Any:
    """Mix as the node does: the same bits where the matte is 0."""
    fill = np.stack([planes[name] for name in "RGB"], axis=-1)
    matte = planes["A"][..., None]
    return np.where(matte > 0, below + matte * (fill - below), below)


def half_steps(found: Any, wanted: Any) -> float:
    """Say by how many steps of half float two pictures differ at most."""
    step = np.spacing(np.maximum(np.abs(wanted), 1e-3).astype(np.float16)).astype(np.float64)
    return float((np.abs(found.astype(np.float64) - wanted) / step).max())
