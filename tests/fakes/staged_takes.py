"""Staged pictures of a finished take, made by the real engine: what an OpenFX node reads."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from finished_takes import Made

from photodouble.engine.tasks import run_task
from photodouble.ops.operation import Reporter


def stage(made: Made, space: str = "scene-linear", **wish: Any) -> Path:
    """Stage the take of `made` and return the folder; `wish` are arguments of the task `stage`."""
    told = run_task(
        "stage", {"take": str(made.take.folder), "space": space, **wish}, made.settings, Reporter()
    )
    return Path(told["folder"])
