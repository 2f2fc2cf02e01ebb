"""The task that writes a take as a piece of a Nuke script."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .arguments import Argument
from .takes import ROOT, TAKE, opened
from .task import Task

if TYPE_CHECKING:
    from photodouble.ops.operation import Reporter
    from photodouble.settings import Settings

Values = Mapping[str, Any]


def _nuke(values: Values, settings: Settings, _report: Reporter) -> Any:
    from photodouble.takes.nuke import write_nuke_script

    _, take = opened(values, settings)
    path = write_nuke_script(take, Path(values["output"]), at=values["at"], overwrite=values["overwrite"])
    return {"take": take.take_id, "script": str(path)}


NUKE = (
    Task(
        "takes.nuke",
        "Write a take as a piece of a Nuke script, for somebody without Photo Double.",
        (
            TAKE,
            ROOT,
            Argument("output", "path", "The script to write, such as sh010.nk."),
            Argument("at", "text", "The folder of the take where it will be read; empty: where it is.", ""),
            Argument("overwrite", "flag", "Replace an existing script.", False),
        ),
        _nuke,
    ),
)
