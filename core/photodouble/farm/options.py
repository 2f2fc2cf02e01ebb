"""How a job is cut up and run on a farm, which never changes its pixels."""

from __future__ import annotations

from dataclasses import dataclass

PROGRAM = "photodouble"


@dataclass(frozen=True)
class FarmOptions:
    """Say how a job is cut into chunks, what a machine needs for it, and what is copied at the end.

    `chunk` frames go into one task; a task that takes longer than `timeout_minutes` is stopped; `program` is
    the command by which the farm's machines call Photo Double; `warm` keeps an engine at work between the
    chunks of one machine. `output`, `overwrite` and `layers` are those of `photodouble run`.
    """

    chunk: int = 10
    output: str = ""
    overwrite: bool = False
    layers: bool = False
    timeout_minutes: int = 720
    memory_gb: float = 8.0
    gpu_memory_gb: float = 0.0
    program: str = PROGRAM
    warm: bool = True
