"""The task that writes a take for a Fusion page."""

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


def _fusion(values: Values, settings: Settings, report: Reporter) -> Any:
    from photodouble.takes.fusion import FusionWish, write_fusion

    _, take = opened(values, settings)
    wish = FusionWish(values["space"], values["begins"], values["speed"], values["at"])
    made = write_fusion(take, Path(values["output"]), wish, report, overwrite=values["overwrite"])
    return {"take": take.take_id, **made.to_json()}


FUSION = (
    Task(
        "takes.fusion",
        "Write a take for a Fusion page: pictures that a Loader reads, and the nodes that show them.",
        (
            TAKE,
            ROOT,
            Argument("output", "path", "The file to write: a macro (.setting), or a clip's comp (.comp)."),
            Argument("space", "text", "The colour space at MediaIn; empty: that of the plate's files.", ""),
            Argument("begins", "whole", "The frame of the comp that shows the take's first frame.", 0),
            Argument("speed", "number", "The speed of the clip: 2 is twice as fast, -1 backwards.", 1.0),
            Argument("at", "text", "The folder of the pictures where they will be read; empty: as is.", ""),
            Argument("overwrite", "flag", "Replace an existing file.", False),
        ),
        _fusion,
    ),
)
