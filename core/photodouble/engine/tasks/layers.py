"""The tasks that write out what a take and its analysis hold, in the form that other programs want."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .arguments import Argument
from .takes import opened
from .task import Task

if TYPE_CHECKING:
    from photodouble.ops.operation import Reporter
    from photodouble.settings import Settings

Values = Mapping[str, Any]

_TAKE = (
    Argument("take", "text", "The take: its name, its id, or its folder."),
    Argument("root", "path", "Where the takes are kept; empty: the setting takes_root.", ""),
)
_LAST = (
    Argument("view", "text", "The eye of a stereo take; empty: the first.", ""),
    Argument("overwrite", "flag", "Replace existing files.", False),
)


def _lighting(values: Values, settings: Settings, report: Reporter) -> Any:
    from photodouble.engine.layers import write_lighting

    _, take = opened(values, settings)
    return write_lighting(
        take, values["output"], settings, report, view=values["view"], overwrite=values["overwrite"]
    ).to_json()


def _motion(values: Values, settings: Settings, report: Reporter) -> Any:
    from photodouble.engine.layers import write_motion

    _, take = opened(values, settings)
    return write_motion(
        take, Path(values["output"]), settings, report, view=values["view"], overwrite=values["overwrite"]
    ).to_json()


def _whole(values: Values, settings: Settings, report: Reporter) -> Any:
    from photodouble.takes.whole import whole_folder, write_whole

    _, take = opened(values, settings)
    folder = Path(values["to"]) if values["to"] else whole_folder(take)
    return write_whole(take, folder, report).to_json()


LAYERS = (
    Task(
        "layers.whole",
        "Write fill and matte of a take over the whole frame, for programs that place no data window.",
        (*_TAKE, Argument("to", "path", "The folder to write into; empty: beside the take.", "")),
        _whole,
    ),
    Task(
        "layers.lighting",
        "Write the light that falls on the fill of a take, to edit and to give back.",
        (*_TAKE, Argument("output", "path", "The layer to write, such as lighting.####.exr."), *_LAST),
        _lighting,
    ),
    Task(
        "layers.motion",
        "Write the motion of a take as ST maps, to edit and to give back.",
        (*_TAKE, Argument("output", "path", "The folder to write next, previous and source into."), *_LAST),
        _motion,
    ),
)
