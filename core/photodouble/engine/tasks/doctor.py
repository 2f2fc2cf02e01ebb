"""The task `doctor`: the examination of this machine, as the engine sees it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .arguments import Argument
from .task import Task

if TYPE_CHECKING:
    from photodouble.ops.operation import Reporter
    from photodouble.settings import Settings


def _doctor(values: Mapping[str, Any], _settings: Settings, _report: Reporter) -> Any:
    from photodouble.doctor.examine import examined

    return examined(Path(values["near"] or Path.home()), is_thorough=values["thorough"])


DOCTOR = (
    Task(
        "doctor",
        "Examine this machine: what is installed, what works, and how to put right what does not.",
        (
            Argument("near", "path", "For work in this folder; empty: no show's.", ""),
            Argument("thorough", "flag", "Ask torch too, and read all weights anew.", False),
        ),
        _doctor,
    ),
)
